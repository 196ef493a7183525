"""Which profiles are connected by shared level keys: as far as a change can reach."""

from __future__ import annotations

from collections.abc import Iterable

from dromio.server.faces.customer_profiles.context import Context, batches
from dromio.server.faces.customer_profiles.profiles import Profile


def forget(context: Context, profile: Profile) -> None:
    """Before a profile goes: note all whose groups may change by that."""
    context.changed |= neighbours(context, {profile.number}) - {profile.number}


def neighbours(context: Context, numbers: Iterable[int]) -> set[int]:
    """All that share a level key with some profiles."""
    select = "SELECT DISTINCT key FROM cp_level_keys WHERE number IN ??"
    keys = [row[0] for row in context.tx.rows(select, sorted(numbers))]
    select = "SELECT DISTINCT number FROM cp_level_keys WHERE domain_id = ? AND key IN ??"
    found: set[int] = set()
    for part in batches(keys, 10_000):
        found |= {row[0] for row in context.tx.rows(select, context.domain.id, list(part))}
    return found


def reached(context: Context, seeds: set[int]) -> set[int]:
    """All that are connected with some profiles by shared level keys, and these."""
    found, edge = set(seeds), set(seeds)
    while edge:
        edge = neighbours(context, edge) - found
        found |= edge
    return found
