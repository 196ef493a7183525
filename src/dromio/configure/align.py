"""Columns of one meaning that sources name differently: "Surname" in one file is "lname" in the other.

Columns that no source has both of can be one column. They are taken for one when they were understood as the same, or
else when they hold the same words; each column finds at most one partner in every source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from dromio.clean.text import fold, words_of
from dromio.configure.understood import Understood

_WORDY = ("text", "organisation", "person_name", "category", "identifier")
"""Types told apart by names and words, the wordiest first; where partners differ the first of the two is right."""
_LEAST_COMMON = 0.3
"""Share of the words of either column that the other has too, from which columns of other names are one."""
_HINTED = ("person_name", "address", "geo", "date", "email", "phone")
"""Types whose group and role say what a column is, whatever its name."""


def aligned(understood: Sequence[Understood]) -> list[Understood]:
    """The columns, partners with the type, role and group of the first and numbers of their own (`variant`)."""
    found = list(understood)
    likeness = sorted(
        (-_likeness(found[one], found[other]), one, other)
        for one, other in combinations(range(len(found)), 2)
        if _apart(found[one], found[other])
    )
    partners: dict[int, list[int]] = {}
    for score, one, other in likeness:
        first = next((head for head, own in partners.items() if one in own), one)
        own = partners.get(first, [first])
        taken = any(other in members for members in partners.values())
        if score < 0 and not taken and all(_apart(found[other], found[member]) for member in own):
            partners[first] = [*own, other]
    for members in partners.values():
        kind = min((found[at] for at in members), key=_wordiness)
        for variant, at in enumerate(members):
            found[at] = replace(
                found[at], type=kind.type, role=kind.role, group=kind.group, number=kind.number, variant=variant
            )
    return found


def _apart(one: Understood, other: Understood) -> bool:
    """Whether both take part and no source has both."""
    mine, others = one.profile.sources, other.profile.sources
    return bool(one.type and other.type and mine and others) and mine.isdisjoint(others)


def _likeness(one: Understood, other: Understood) -> float:
    """More than 1 for columns understood as the same, else the words they share, 0 where those are few."""
    if one.type in _HINTED and (one.type, one.role, one.group) == (other.type, other.role, other.group):
        return 2.0 - abs(one.number - other.number)
    wordy = {one.type, other.type} <= set(_WORDY) and {one.role, other.role} <= {"value", "full"}
    if not wordy and (one.type != other.type or one.role != "value" or one.type in _HINTED):
        return 0.0
    mine, others = _words(one), _words(other)
    common = min(_share(mine, set(others)), _share(others, set(mine)))
    return common if common >= _LEAST_COMMON else 0.0


def _wordiness(one: Understood) -> tuple[int, int]:
    return _WORDY.index(one.type) if one.type in _WORDY else -1, one.variant


def _words(one: Understood) -> list[str]:
    return [word for text in one.profile.sample[:500] for word in words_of(fold(text)).split()]


def _share(words: Sequence[str], known: set[str]) -> float:
    return sum(word in known for word in words) / max(len(words), 1)
