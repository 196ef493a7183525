"""Short forms of given names: which formal names a name may stand for."""

from __future__ import annotations

from functools import cache

from dromio.clean.tables import read_table


@cache
def _formal_names() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for formal, nicks in read_table("nicknames.txt", separator=None):
        for name in (formal, *nicks):
            table.setdefault(name, {name}).add(formal)
    return {name: frozenset(formals) for name, formals in table.items()}


def roots(name: str) -> frozenset[str]:
    """Formal names that a cleaned given name may stand for, itself among them."""
    return _formal_names().get(name) or frozenset((name,))


def has_nicknames(name: str) -> bool:
    """Whether the name is a known short form or has one; all other names stand for themselves only."""
    return name in _formal_names()


def same_person_given_name(left: str, right: str) -> bool:
    """Whether both cleaned given names may stand for one formal name. Symmetric; equal names always do."""
    return left == right or not roots(left).isdisjoint(roots(right))
