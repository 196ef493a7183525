"""A list of all that was erased, kept outside of the store, by which it is erased again after a backup is restored.

The list names nobody: a record is told by its number and by the number and moment of the first line of the log about
it, which no other record has, not even one that gets the same number after a restore.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from dromio.errors import ConflictError, InputError
from dromio.store.clock import as_text
from dromio.store.erase import Erased, erase_records
from dromio.store.work import Change, Work

FORMAT = "dromio-erased/1"
_FIRST = "SELECT record_id, min(change_id) FROM changes WHERE record_id IN ?? GROUP BY record_id"
_ERASED = "SELECT record_id FROM records WHERE domain_id = ? AND state = 'erased'"
_KEPT = "SELECT record_id FROM records WHERE domain_id = ? AND state <> 'erased' AND record_id IN ??"
_ENTITIES = "SELECT entity_id FROM entities WHERE domain_id = ? AND state = 'erased' ORDER BY entity_id"
_SUPPRESSED = "SELECT hash, erased_at FROM suppressions WHERE domain_id = ? ORDER BY hash"
_SUPPRESS = "INSERT INTO suppressions (domain_id, hash, erased_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_EMPTY = """
SELECT entity_id FROM entities e WHERE domain_id = ? AND state IN ('live', 'ended') AND entity_id IN ??
AND NOT EXISTS (SELECT 1 FROM placements p WHERE p.entity_id = e.entity_id AND p.generation = ?)
"""
_END = "UPDATE entities SET state = 'erased', redirect = NULL, core_id = NULL WHERE entity_id IN ?? OR redirect IN ??"


@dataclass(frozen=True)
class Tombstones:
    """What was erased in a domain, in numbers and keyed hashes: `records` as (number, first line of the log about it,
    its moment), `entities` that answer "erased", `suppressed` as (hash, moment). `store` tells the domain of one store
    from all others."""

    store: int
    written_at: str
    records: tuple[tuple[int, int, int], ...]
    entities: tuple[int, ...]
    suppressed: tuple[tuple[int, int], ...]

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values, for a file."""
        return {"format": FORMAT} | {name: _plain(value) for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Tombstones:
        """The list that a file holds. Raises InputError for anything else."""
        if not isinstance(given, Mapping) or given.get("format") != FORMAT:
            raise InputError(f"this is not a list of what was erased: its format is not {FORMAT!r}")
        try:
            records = tuple((int(one), int(change), int(at)) for one, change, at in given["records"])
            suppressed = tuple((int(one), int(at)) for one, at in given["suppressed"])
            entities = tuple(int(one) for one in given["entities"])
            return cls(int(given["store"]), str(given["written_at"]), records, entities, suppressed)
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"the list of what was erased is damaged: {error!r}") from None


@dataclass(frozen=True)
class ErasedAgain:
    """What was erased a second time: records, entities, suppressions. `mixed`: entities of the list that go on, since
    records of others were in them when the backup was made. `scanned`, `found`, `notes` as in `Certificate`."""

    records: int
    entities: int
    suppressed: int
    mixed: tuple[int, ...] = ()
    scanned: int | None = None
    found: int | None = None
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return asdict(self)


def tombstones(work: Work) -> Tombstones:
    """All that was erased so far."""
    erased = [row[0] for row in work.tx.rows(_ERASED, work.domain_id)]
    entities = tuple(row[0] for row in work.tx.rows(_ENTITIES, work.domain_id))
    suppressed = tuple((one, at) for one, at in work.tx.rows(_SUPPRESSED, work.domain_id))
    return Tombstones(_name(work), as_text(work.now), tuple(_first_lines(work, erased)), entities, suppressed)


def erase_again(work: Work, told: Tombstones) -> tuple[ErasedAgain, Erased | None]:
    """Erase what the list names and the store still holds. Raises ConflictError for a list of another store."""
    work.hold_domain()
    if told.store != _name(work):
        raise ConflictError("the list of what was erased is from another store or another domain; nothing was erased")
    kept = [row[0] for row in work.tx.rows(_KEPT, work.domain_id, [one for one, _, _ in told.records])]
    records = sorted(one for one, *_ in set(_first_lines(work, kept)) & set(told.records))
    erased = erase_records(work, records, 0) if records else None
    empty = [row[0] for row in work.tx.rows(_EMPTY, work.domain_id, list(told.entities), work.generation)]
    work.tx.run(_END, empty, empty)
    for entity in empty:
        work.note(Change("erased", None, entity))
    before = {one for one, _ in work.tx.rows(_SUPPRESSED, work.domain_id)}
    missing = [one for one in told.suppressed if one[0] not in before]
    work.tx.many(_SUPPRESS, [(work.domain_id, *one) for one in missing])
    live = "SELECT entity_id FROM entities WHERE domain_id = ? AND state = 'live' AND entity_id IN ??"
    mixed = tuple(sorted(row[0] for row in work.tx.rows(live, work.domain_id, list(told.entities)))) if records else ()
    return ErasedAgain(len(records), len(empty), len(missing), mixed), erased


def _first_lines(work: Work, records: list[int]) -> list[tuple[int, int, int]]:
    """(record, first line of the log about it, moment of that line), in order of records."""
    first: dict[int, int] = dict(work.tx.rows(_FIRST, records))
    at: dict[int, int] = dict(
        work.tx.rows("SELECT change_id, at FROM changes WHERE change_id IN ??", sorted(first.values()))
    )
    return [(record, change, at[change]) for record, change in sorted(first.items())]


def _name(work: Work) -> int:
    return work.matcher.hashed(f"erased\x1f{work.domain_id}")


def _plain(value: Any) -> Any:
    return [list(one) if isinstance(one, tuple) else one for one in value] if isinstance(value, tuple) else value
