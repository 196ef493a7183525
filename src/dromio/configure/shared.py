"""Values of persons that a drafted model watches: a phone or mailbox of too many people joins nobody by itself.

Unlike hot values, which are in a dozen records or more and are taken out, such a value still counts as evidence; only
what matches thanks to it alone is for review.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dromio.engines.columns import AttributeColumns
from dromio.model.schema import Attribute, SharedValues

_WATCHED = {"email": "address", "phone": "number"}
"""Fields that belong to one person or a few. No single field of an address does: a street has many houses."""


def shared_values(attributes: Sequence[Attribute], columns: Mapping[str, AttributeColumns]) -> list[SharedValues]:
    """The fields to watch, in the order of the attributes; none where there are no full names to tell people apart."""
    names = next((one for one in attributes if one.type == "person_name" and _is_full(columns[one.name])), None)
    if names is None:
        return []
    return [
        SharedValues(field=f"{one.name}.{_WATCHED[one.type]}", names=[f"{names.name}.given", f"{names.name}.family"])
        for one in attributes
        if one.type in _WATCHED
    ]


def _is_full(columns: AttributeColumns) -> bool:
    return all(bool((columns.columns[name].codes >= 0).any()) for name in ("given", "family"))
