"""Erasing a person: nothing that was said of them stays, and their entity id answers 'erased' for ever.

What stays are numbers: the rows of the log, and a tombstone for every record so that its number is never given again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from dromio.clean import TYPES
from dromio.engines.cleaning import WHOLE_VALUE
from dromio.errors import ConflictError, UnknownError
from dromio.store.blocks import leave
from dromio.store.clock import as_text
from dromio.store.matching import Matcher
from dromio.store.settle import Unsettled, settle
from dromio.store.work import Change, Placement, Work

REDACTED = "[REDACTED]"
_IMPORT_WAITS = "an import that has not ended may bring in records of the person again"
_TELLING = 8
"""Shorter ids may stand anywhere in a file by chance."""
_IDENTIFYING = frozenset(WHOLE_VALUE) - {"date"}
_CURRENT = "SELECT record_id FROM placements WHERE entity_id = ? AND generation = ?"
_DELETED_FROM = """
SELECT c.record_id FROM changes c
JOIN entities e ON e.entity_id = c.entity_id JOIN records r ON r.record_id = c.record_id
WHERE e.domain_id = ? AND (e.entity_id = ? OR e.redirect = ?) AND c.kind = 'deleted' AND r.state = 'deleted'
"""
_TOMBSTONE = """
UPDATE records SET state = 'erased', unique_id = ?, version = NULL, content = NULL, accepted_at = ? WHERE record_id = ?
"""
_ERASE_ENTITIES = """
UPDATE entities SET state = 'erased', redirect = NULL, core_id = NULL WHERE entity_id = ? OR redirect = ?
"""
_SUPPRESS = "INSERT INTO suppressions (domain_id, hash, erased_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_REDACT_ACTS = """
UPDATE acts SET reason = ? WHERE act_id IN (
    SELECT act_id FROM judgements WHERE left_id IN ?? UNION SELECT act_id FROM judgements WHERE right_id IN ??
)
"""
# What is deleted, and how its rows name the records.
_DELETED = (
    ("record_versions", ("record_id",)),
    ("manual_values", ("record_id",)),
    ("review_items", ("left_id", "right_id")),
    ("judgements", ("left_id", "right_id")),
    ("held_merges", ("left_id", "right_id")),
)


@dataclass(frozen=True)
class Certificate:
    """What was erased, in numbers: rows by table. `scanned` and `found`: texts looked for in the bytes of the database
    afterwards and found there; None where the bytes cannot be read. `notes` say what is out of the store's hands."""

    entity_id: int
    erased_at: str
    records: int
    rows: dict[str, int]
    suppressed: int
    scanned: int | None = None
    found: int | None = None
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass
class Erased:
    """A certificate in the making, and the texts that must be gone."""

    certificate: Certificate
    texts: list[str] = field(default_factory=list)


def erase_entity(work: Work, entity_id: int, *, suppress: bool = False) -> Erased:
    """Erase all records of a live entity. With `suppress` the same record keys and identifying values are refused from
    now on; only keyed hashes of them are kept. Raises UnknownError when there is nothing to erase."""
    work.hold_domain()
    records = _records(work, entity_id)
    erased = erase_records(work, records, entity_id, suppress=suppress)
    work.tx.run(_ERASE_ENTITIES, entity_id, entity_id)
    work.note(Change("erased", None, entity_id))
    return erased


def erase_records(work: Work, records: list[int], entity_id: int, *, suppress: bool = False) -> Erased:
    """Erase records of a domain that is held, whatever entity they are in, for a certificate about `entity_id`."""
    placed = work.placed(records)
    texts = _texts(work, records)
    hashes = {one for each in placed.values() for one in identifying(work.matcher, each)} if suppress else set()
    for one in placed.values():
        leave(work, one)
    settle(work, Unsettled(seeds=set(), gone=placed, changed=set(placed)))
    rows = {"records": len(records)} | _delete_rows(work, records)
    work.tx.many(_TOMBSTONE, [(f"{REDACTED}:{record}", work.now, record) for record in records])
    work.tx.many(_SUPPRESS, [(work.domain_id, one, work.now) for one in sorted(hashes)])
    waiting = _forget_jobs(work)
    notes = (_IMPORT_WAITS,) if waiting else ()
    certificate = Certificate(entity_id, as_text(work.now), len(records), rows, len(hashes), notes=notes)
    return Erased(certificate, texts)


def _forget_jobs(work: Work) -> bool:
    """Forget what proposals told of records, and let those at work begin anew; gives whether an import waits."""
    work.tx.run("UPDATE jobs SET result = NULL WHERE domain_id = ? AND kind = 'propose'", work.domain_id)
    again = "UPDATE jobs SET state = 'waiting', phase = '', attempt = attempt - 1, holder = NULL, held_until = NULL"
    work.tx.run(f"{again} WHERE domain_id = ? AND kind = 'propose' AND state = 'running'", work.domain_id)
    parts = "SELECT 1 FROM job_parts p JOIN jobs j ON j.job_id = p.job_id WHERE j.domain_id = ? LIMIT 1"
    return bool(work.tx.rows(parts, work.domain_id))


def identifying(matcher: Matcher, record: Placement) -> set[int]:
    """Hashes of a record's key and of its values that identify a person."""
    names = [one.name for one in matcher.model.attributes if one.type in _IDENTIFYING]
    texts = [f"key\x1f{record.key.source}\x1f{record.key.unique_id}"]
    for name in names:
        main = TYPES[matcher.model.attribute(name).type].fields[0]
        texts += [f"value\x1f{name}\x1f{fields[main]}" for _, fields in record.cleaned.get(name, ()) if main in fields]
    return {matcher.hashed(f"suppress\x1f{text}") for text in texts}


def refuse_suppressed(work: Work, record: Placement) -> None:
    """Raise ConflictError for a record of somebody who was erased and must not come back."""
    query = "SELECT 1 FROM suppressions WHERE domain_id = ? AND hash IN ??"
    if work.tx.rows(query, work.domain_id, sorted(identifying(work.matcher, record))):
        raise ConflictError("the record belongs to somebody who was erased and is suppressed")


def _records(work: Work, entity_id: int) -> list[int]:
    """Records of the entity, and those that were deleted while they were in it or in one merged into it."""
    rows = [
        *work.tx.rows(_CURRENT, entity_id, work.generation),
        *work.tx.rows(_DELETED_FROM, work.domain_id, entity_id, entity_id),
    ]
    if not rows:
        raise UnknownError(f"there are no records of an entity {entity_id}, so nothing was erased")
    return sorted({row[0] for row in rows})


def _texts(work: Work, records: Sequence[int]) -> list[str]:
    """All that was delivered and worked out, as it stands in the database."""
    queries = (
        "SELECT content FROM records WHERE record_id IN ??",
        "SELECT content FROM record_versions WHERE record_id IN ??",
        "SELECT cleaned FROM placements WHERE record_id IN ??",
        "SELECT value FROM manual_values WHERE record_id IN ??",
    )
    texts = [row[0] for query in queries for row in work.tx.rows(query, list(records)) if row[0]]
    ids = work.tx.rows("SELECT unique_id FROM records WHERE record_id IN ??", list(records))
    return texts + [row[0] for row in ids if len(row[0]) >= _TELLING]


def _delete_rows(work: Work, records: list[int]) -> dict[str, int]:
    work.tx.run(_REDACT_ACTS, REDACTED, records, records)
    counts: dict[str, int] = {}
    for table, columns in _DELETED:
        for column in columns:
            deleted = work.tx.rows(f"DELETE FROM {table} WHERE {column} IN ?? RETURNING 1", records)
            counts[table] = counts.get(table, 0) + len(deleted)
    work.tx.run("UPDATE entities SET core_id = NULL WHERE core_id IN ??", records)
    return counts


def scan(paths: Iterable[Any], texts: Iterable[str]) -> tuple[int, int]:
    """(texts looked for, texts found) in the bytes of files; each is looked for by pieces, since pages cut texts."""
    pieces = {text: _pieces(text.encode()) for text in set(texts)}
    found: set[str] = set()
    for path in paths:
        if path.exists():
            data = path.read_bytes()
            found |= {text for text, parts in pieces.items() if any(part in data for part in parts)}
    return len(pieces), len(found)


def _pieces(text: bytes, size: int = 96) -> list[bytes]:
    """Parts of a text by which it can be told; the whole of a short one."""
    if len(text) <= size:
        return [text]
    return [text[at : at + size] for at in range(0, len(text) - size + 1, size)]
