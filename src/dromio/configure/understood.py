"""A column as understood."""

from __future__ import annotations

from dataclasses import dataclass

from dromio.configure.profile import Profile


@dataclass(frozen=True)
class Understood:
    """A column as understood. `type` is empty for columns that take no part, with the reason."""

    profile: Profile
    type: str = ""
    role: str = "value"
    group: str = ""
    """Columns of one compound value (a name, an address) or of one kind (several phones) share a group."""
    reason: str = ""
    number: int = 0
    """2 for phone2, address_line_2 …; 0 when the name ends in no number."""
    variant: int = 0
    """Columns of different sources that are one column under different names have numbers of their own, from 0."""
