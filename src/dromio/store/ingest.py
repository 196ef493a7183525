"""One record at a time: accepted, replaced or deleted, each in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from dromio.deciders import Verdict
from dromio.errors import ConflictError
from dromio.records import RecordKey
from dromio.store.blocks import enter, leave, look_up
from dromio.store.database import only
from dromio.store.doubts import forget
from dromio.store.erase import refuse_suppressed
from dromio.store.matching import Prepared
from dromio.store.resolution import Candidate, Resolution, in_bits
from dromio.store.settle import Pair, Unsettled, may_pair, pair_of, settle
from dromio.store.sharing import Among, hashes_of, lowered, noted_among, noted_with
from dromio.store.work import Change, Placement, Work

Compared = dict[int, tuple[Placement, Verdict]]
SHOWN_MILLI = -10_000
"""Candidates more than 10 bits below the match threshold are not shown."""

_FIND = """
SELECT record_id, state, number, version, content, accepted_at FROM records
WHERE domain_id = ? AND source = ? AND unique_id = ? {lock}
"""
_INSERT = """
INSERT INTO records (domain_id, source, unique_id, state, number, version, content, accepted_at)
VALUES (?, ?, ?, 'current', 1, ?, ?, ?) RETURNING record_id
"""
_UPDATE = """
UPDATE records SET state = ?, number = ?, version = ?, content = ?, accepted_at = ? WHERE record_id = ?
"""
_KEEP = """
INSERT INTO record_versions (record_id, number, version, content, accepted_at, replaced_at) VALUES (?, ?, ?, ?, ?, ?)
"""
_PARTNERS = """
SELECT left_id, right_id, verdict FROM judgements WHERE ended_by IS NULL AND left_id = ?
UNION ALL SELECT left_id, right_id, verdict FROM judgements WHERE ended_by IS NULL AND right_id = ?
"""


class Stored(NamedTuple):
    """A row of the table of records."""

    record_id: int
    state: str
    number: int
    version: int | None
    content: str | None
    accepted_at: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """A record as it arrives, ready to be compared. `version`: orders what its source says of it; None: the newest."""

    key: RecordKey
    content: str
    prepared: Prepared
    version: int | None = None


def accept(work: Work, arrival: Arrival) -> Resolution:
    """Add the record, or replace what its source said before, and resolve it. Older versions change nothing.

    Raises ConflictError for other values under the version that is stored.
    """
    _hold_record(work, arrival.key)
    began = begin(work, arrival)
    if began.outcome:
        return as_it_stands(work, began.record_id, began.outcome)
    return _place(work, began.record_id, began.known, arrival)


class Begun(NamedTuple):
    """A record whose values are written: its number, what was stored before, and the outcome where nothing is to be
    done about it."""

    record_id: int
    known: Stored | None
    outcome: str = ""


def begin(work: Work, arrival: Arrival) -> Begun:
    """Write what a source says of a record. Raises ConflictError."""
    known = find_record(work, arrival.key)
    if known is None:
        row = (*arrival.key, arrival.version, arrival.content, work.now)
        return Begun(int(only(work.tx.rows(_INSERT, work.domain_id, *row))), None)
    if _is_older(known, arrival.version):
        return Begun(known.record_id, known, "ignored")
    if known.state == "current" and known.content == arrival.content:
        _note_version(work, known, arrival.version)
        return Begun(known.record_id, known, "unchanged")
    if known.state == "current" and arrival.version is not None and arrival.version == known.version:
        raise ConflictError(
            f"version {arrival.version} of record {arrival.key.unique_id!r} of source {arrival.key.source!r} is stored "
            "with other values; give changed values a higher version"
        )
    _replace(work, known, "current", arrival.version, arrival.content)
    return Begun(known.record_id, known)


def delete(work: Work, key: RecordKey, version: int | None = None) -> bool:
    """Delete the record, as if it had never been; gives whether there was one.

    A version that is deleted before it has come is remembered, so that it does not come.
    """
    _hold_record(work, key)
    known = find_record(work, key)
    if known is None or known.state != "current" or _is_older(known, version):
        _remember_deleted(work, key, known, version)
        return False
    old = work.placed([known.record_id])[known.record_id]
    _replace(work, known, "deleted", version, None)
    _hold_keys(work, old)
    leave(work, old)
    gone = {known.record_id: old}
    settle(work, Unsettled(seeds=set(), gone=gone, changed={known.record_id}, known={**gone}))
    work.note(Change("deleted", known.record_id, gone[known.record_id].entity_id))
    return True


def _remember_deleted(work: Work, key: RecordKey, known: Stored | None, version: int | None) -> None:
    if version is None:
        return
    if known is None:
        insert = _INSERT.replace("'current', 1", "'deleted', 0")
        work.tx.rows(insert, work.domain_id, *key, version, None, work.now)
    elif known.state != "current" and (known.version is None or version > known.version):
        update = "UPDATE records SET state = 'deleted', version = ? WHERE record_id = ?"
        work.tx.run(update, version, known.record_id)


def search(work: Work, key: RecordKey, prepared: Prepared) -> Resolution:
    """To whom the record would belong by its best candidate; writes nothing."""
    record = Placement.of(0, key, prepared)
    entry = look_up(work, record)
    verdicts = _without_shared(work, record, _compare(work, record, entry.candidates), noted_with(work, record))
    shown = _shown(work, record, verdicts)
    same = work.placed(entry.same)
    best = next((one.entity_id for one in shown if one.decision == "match"), None)
    best = min((one.entity_id for one in same.values()), default=best)
    return Resolution(best, "new" if best is None else "match", "searched", shown)


def find_record(work: Work, key: RecordKey) -> Stored | None:
    """The row of a record key, whatever its state; the record is held."""
    rows = work.rows_still(_FIND, work.domain_id, *key)
    return Stored(*rows[0]) if rows else None


def _place(work: Work, record_id: int, known: Stored | None, arrival: Arrival) -> Resolution:
    """Enter the record into the index and settle what that touches."""
    record = Placement.of(record_id, arrival.key, arrival.prepared)
    if work.suppresses:
        refuse_suppressed(work, record)
    partners = judged_partners(work, record_id) if known else set()
    old = work.placed([record_id]).get(record_id) if known and known.state == "current" else None
    _hold_keys(work, record, *([old] if old else []))
    if old:
        leave(work, old)
    entry = enter(work, record)
    verdicts = _compare(work, record, entry.candidates)
    fresh: dict[Pair, int] = {pair_of(record_id, other): one.weight for other, (_, one) in verdicts.items()}
    linked = {other for other, (_, one) in verdicts.items() if work.rules.links(one.weight)}
    gone = {record_id: old} if old else {}
    if known:
        forget(work, record_id)
    placed = settle(
        work,
        Unsettled(
            seeds=linked | entry.same | partners | work.linked_among(entry.disturbed - {record_id}),
            arrived={record_id: record},
            gone=gone,
            fresh=fresh,
            changed={record_id},
            disturbed=entry.disturbed,
            known={other: one for other, (one, _) in verdicts.items()} | gone,
        ),
    )
    outcome = "updated" if old else "added"
    work.note(Change(outcome, record_id, record.entity_id, gone[record_id].entity_id if gone else None))
    others = any(one.entity_id == record.entity_id for other, one in placed.items() if other != record_id)
    verdicts = {other: (placed.get(other, one), verdict) for other, (one, verdict) in verdicts.items()}
    verdicts = _without_shared(work, record, verdicts, noted_among(work))
    return Resolution(record.entity_id, "match" if others else "new", outcome, _shown(work, record, verdicts))


def _compare(work: Work, record: Placement, candidates: set[int]) -> Compared:
    found = work.placed(candidates)
    compare = work.matcher.compare
    return {
        other: (one, compare(record.cleaned, one.cleaned))
        for other, one in found.items()
        if may_pair(work, record, one)
    }


def _without_shared(work: Work, record: Placement, verdicts: Compared, among: Among) -> Compared:
    """The verdicts with reviews in the place of matches that rest on values of too many people."""
    if not work.matcher.model.shared_values:
        return verdicts
    cleaned = {other: one.cleaned for other, (one, _) in verdicts.items()} | {record.record_id: record.cleaned}
    pairs = {(record.record_id, other): verdict.weight for other, (_, verdict) in verdicts.items()}
    less = lowered(work.matcher, cleaned, pairs, among)
    return verdicts | {other: (verdicts[other][0], verdict) for (_, other), verdict in less.items()}


def _shown(work: Work, record: Placement, verdicts: Compared) -> tuple[Candidate, ...]:
    """Candidates worth showing, best first, with what was seen in them."""
    levels = work.matcher.levels
    found = [
        Candidate(
            one.key,
            one.entity_id,
            in_bits(verdict.weight),
            verdict.decision,
            verdict.reason,
            levels(record.cleaned, one.cleaned),
        )
        for one, verdict in verdicts.values()
        if verdict.weight >= SHOWN_MILLI
    ]
    return tuple(sorted(found, key=lambda one: (-one.weight, one.key)))


def _is_older(known: Stored, version: int | None) -> bool:
    """Whether the version says no more than what is stored; a version that was deleted does not come back."""
    if version is None or known.version is None:
        return False
    return version < known.version or (version == known.version and known.state == "deleted")


def _note_version(work: Work, known: Stored, version: int | None) -> None:
    """Nothing is written, unless a newer version says the same."""
    if version is not None and (known.version is None or version > known.version):
        work.tx.run("UPDATE records SET version = ? WHERE record_id = ?", version, known.record_id)


def as_it_stands(work: Work, record_id: int, outcome: str) -> Resolution:
    """The answer about a record that was not changed."""
    placed = work.placed([record_id]).get(record_id)
    if placed is None:
        return Resolution(None, "new", outcome)
    query = "SELECT count(*) FROM placements WHERE entity_id = ? AND generation = ?"
    records = only(work.tx.rows(query, placed.entity_id, work.generation))
    return Resolution(placed.entity_id, "match" if records > 1 else "new", outcome)


def _replace(work: Work, known: Stored, state: str, version: int | None, content: str | None) -> None:
    """Keep what was said before, and put in its place what is said now."""
    if known.content is not None:
        kept = (known.record_id, known.number, known.version, known.content, known.accepted_at, work.now)
        work.tx.run(_KEEP, *kept)
    newest = known.version if version is None else version
    number = known.number + (state == "current")
    work.tx.run(_UPDATE, state, number, newest, content, work.now, known.record_id)


def judged_partners(work: Work, record_id: int) -> set[int]:
    """Records that are judged to be one with it. Those of all judgements are held, so that none is overlooked."""
    rows = work.tx.rows(_PARTNERS, record_id, record_id)
    ends = {end for left, right, _ in rows for end in (left, right)}
    if ends and work.tx.is_shared:
        work.tx.rows("SELECT record_id FROM records WHERE record_id IN ?? ORDER BY record_id {lock}", sorted(ends))
    return {end for left, right, verdict in rows if verdict == "positive" for end in (left, right)} - {record_id}


def _hold_record(work: Work, key: RecordKey) -> None:
    """Keep others from writing the same record, where there are others."""
    if work.tx.is_shared:
        name = work.matcher.hashed(f"record\x1f{key.source}\x1f{key.unique_id}")
        work.tx.hold([name], within=work.domain_lock)


def _hold_keys(work: Work, *records: Placement) -> None:
    """Keep others from writing records that share a key with these, where there are others."""
    if work.tx.is_shared:
        hashes = {value for one in records for key in one.keys for value in key.values}
        hashes |= {value for one in records for value in hashes_of(work.matcher, one.cleaned)}
        work.tx.hold(sorted(hashes | {one.digest for one in records if one.digest is not None}))
