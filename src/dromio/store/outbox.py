"""Changes for others to be told of: each at least once, in order, never one that was rolled back."""

from __future__ import annotations

from collections.abc import Iterable

from dromio.records import RecordKey
from dromio.store.clock import as_text
from dromio.store.entities import Event
from dromio.store.work import Work

_WAITING = """
SELECT c.change_id, c.at, c.kind, r.source, r.unique_id, c.entity_id, c.other_id
FROM outbox o JOIN changes c ON c.change_id = o.change_id LEFT JOIN records r ON r.record_id = c.record_id
WHERE c.domain_id = ? ORDER BY c.change_id LIMIT ?
"""


def subscribe(work: Work, *, wanted: bool = True) -> None:
    """From now on put every change of the domain into the outbox, or no longer."""
    work.hold_domain()
    work.tx.run("UPDATE domains SET publishes = ? WHERE domain_id = ?", int(wanted), work.domain_id)


def outgoing(work: Work, limit: int) -> list[Event]:
    """Changes that nobody has acknowledged, oldest first."""
    return [
        Event(change, as_text(at), kind, None if source is None else RecordKey(source, unique_id), entity, other)
        for change, at, kind, source, unique_id, entity, other in work.tx.rows(_WAITING, work.domain_id, limit)
    ]


def acknowledge(work: Work, changes: Iterable[int]) -> None:
    """Take changes out of the outbox: they have arrived where they were sent."""
    work.tx.run("DELETE FROM outbox WHERE change_id IN ??", list(changes))
