"""What an attribute type is: its roles (parts as delivered), its fields (cleaned), and the function between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Parts = Mapping[str, str]
"""Role -> text as delivered. A role that was not delivered is absent; a delivered text may be blank."""

Fields = dict[str, str]
"""Field -> cleaned text. A field that is missing or holds a placeholder is absent; `{}` means the value is missing."""


@dataclass(frozen=True, slots=True)
class CleanOptions:
    """Choices of a model that cleaning depends on."""

    default_region: str = "US"
    """ISO 3166 code of the country whose national spelling a phone number without country code has."""

    day_first: bool = False
    """Whether 03/04/2001 is the third of April; only asked where the date itself does not tell."""

    placeholders: frozenset[str] = frozenset()
    """Further texts that count as missing, as `fold` gives them ("to be advised")."""


DEFAULT_OPTIONS = CleanOptions()

Clean = Callable[[Parts, CleanOptions], Fields]


@dataclass(frozen=True, slots=True)
class AttributeType:
    """One kind of attribute. `clean` is total: it raises for no text."""

    name: str
    doc: str
    roles: tuple[str, ...]
    fields: tuple[str, ...]
    clean: Clean
    open_roles: bool = False
    """Whether a model may name further roles; each then gives a field of its own name."""


def is_placeholder(folded: str, known: frozenset[str], options: CleanOptions) -> bool:
    """Whether a folded text counts as missing: empty, known for its type, or named by the model."""
    return not folded or folded in known or (bool(options.placeholders) and folded in options.placeholders)
