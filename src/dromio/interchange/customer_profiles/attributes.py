"""What rule levels compare, as attributes of a model."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from dromio.interchange.customer_profiles.document import ONE_TO_ONE, Selector
from dromio.interchange.customer_profiles.fields import (
    ADDRESS,
    ADDRESS_PARTS,
    CUSTOM,
    EMAIL,
    EXACT_FIELDS,
    PHONE,
    TEXT_FIELDS,
    type_of,
)
from dromio.interchange.customer_profiles.profile import EXACT, TEXT, TYPES_OF, address_column
from dromio.model.schema import Attribute, Input

NAMES = {**EXACT_FIELDS, **TEXT_FIELDS, PHONE: "phone", EMAIL: "email", ADDRESS: "address"}
"""What a rule names, all parts of an address being one -> name of the attribute."""
FIELD = {PHONE: "number"}
"""The field that cleaning gives, where it is not `value`."""


def subject(name: str) -> str:
    """What a name in a rule is about: the address for a part of one, else itself."""
    return type_of(name) or name


def names_of(rule_names: Iterable[str]) -> dict[str, str]:
    """Subject of every name in rules -> name of its attribute, those of custom attributes made of their keys."""
    found: dict[str, str] = {}
    for one in dict.fromkeys(map(subject, rule_names)):
        found[one] = NAMES.get(one) or _distinct(one, set(found.values()))
    return found


def _distinct(name: str, taken: set[str]) -> str:
    """A name for a custom attribute that no other has: `Attributes.Loyalty-Id` is `custom_loyalty_id`."""
    slug = re.sub(r"[^a-z0-9]+", "_", name.removeprefix(CUSTOM).lower()).strip("_")[:40]
    found, number = f"custom_{slug}".rstrip("_"), 1
    while found in taken:
        number += 1
        found = f"custom_{slug}_{number}"
    return found


def attribute_of(one: str, name: str, roles: Iterable[str], selector: Selector, region: str) -> Attribute:
    """The attribute for a subject of rules. `roles`: the parts of an address that rules name."""
    if one not in TYPES_OF:
        kind = EXACT if one in EXACT_FIELDS or one.startswith(CUSTOM) else TEXT
        return Attribute(name=name, type=kind, inputs=[Input(columns={"value": one})])
    pairing: Literal["same_label", "any"] = "same_label" if selector.model == ONE_TO_ONE else "any"
    inputs = [Input(columns=_columns(one, sub_type, roles), label=sub_type) for sub_type in selector.fields(one)]
    return Attribute(name=name, type=TYPES_OF[one], inputs=inputs, default_region=region, pairing=pairing)


def _columns(attribute_type: str, sub_type: str, roles: Iterable[str]) -> dict[str, str]:
    if attribute_type != ADDRESS:
        return {"value": sub_type}
    return {ADDRESS_PARTS[part]: address_column(sub_type, part) for part in roles}


def field_of(name: str, attribute: str) -> str:
    """The field expression of what a rule names."""
    if name in ADDRESS_PARTS:
        return f"{attribute}.{ADDRESS_PARTS[name]}"
    return f"{attribute}.{FIELD.get(name, 'value')}"
