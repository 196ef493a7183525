"""Manual matches: what people decided about pairs of entities, kept as judgements of the store on their records.

A not-match is a negative judgement. An as-match does not merge: it is a judgement that leaves the pair open, known by
its reason; a positive judgement, made elsewhere, counts as an as-match too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from dromio.interchange.reltio import ManualDecision, ManualMatches, RequestError, manual_matches
from dromio.records import RecordKey
from dromio.server.faces.reltio.entities import StoredEntity
from dromio.store import Domain
from dromio.store.database import Transaction

AS_MATCH = "set as a match"
NOT_MATCH = "set as not a match"
_IDS = """
SELECT r.record_id FROM records r JOIN domains d ON d.domain_id = r.domain_id
WHERE d.name = ? AND r.source = ? AND r.unique_id = ?
"""
_JUDGEMENTS = """
SELECT l.source, l.unique_id, r.source, r.unique_id, j.verdict, a.author, a.reason, a.done_at,
    CASE WHEN j.ended_by = j.act_id THEN a.undone_at ELSE e.done_at END, e.kind
FROM judgements j JOIN acts a ON a.act_id = j.act_id LEFT JOIN acts e ON e.act_id = j.ended_by
JOIN records l ON l.record_id = j.left_id JOIN records r ON r.record_id = j.right_id
WHERE (j.left_id IN ?? AND j.right_id IN ??) OR (j.left_id IN ?? AND j.right_id IN ??)
ORDER BY j.left_id, j.right_id, a.done_at, j.judgement_id
"""
Pair = tuple[RecordKey, RecordKey]


def decisions_on(
    tx: Transaction, domain: str, first: StoredEntity, second: StoredEntity, moment: int | None = None
) -> ManualMatches | None:
    """What was decided on two entities, as of a moment; None where nothing counts."""
    names = str(first.entity_id), str(second.entity_id)
    if names[0] == names[1]:
        return None
    found: list[ManualDecision] = []
    for _, rows in groupby(_judgements(tx, domain, first, second, moment), key=lambda row: row[:4]):
        found += _decisions(list(rows), names)
    return manual_matches(*names, found)


def judged_pairs(
    tx: Transaction, domain: str, first: StoredEntity, second: StoredEntity, *, is_match: bool | None = None
) -> list[Pair]:
    """Pairs of records on which a judgement counts now; of one kind where it is given."""
    rows = [row for row in _judgements(tx, domain, first, second) if row[8] is None]
    return [(RecordKey(*row[:2]), RecordKey(*row[2:4])) for row in rows if is_match is None or _kind(row) is is_match]


def decide(
    domain: Domain, judged: Sequence[Pair], first: StoredEntity, second: StoredEntity, *, is_match: bool, author: str
) -> None:
    """Set two entities as a match, or not a match, in place of what was judged. Raises RequestError for one entity."""
    if first.entity_id == second.entity_id:
        raise RequestError(f"{first.uri} and the other entity are the same")
    verdict, reason = ("unsure", AS_MATCH) if is_match else ("negative", NOT_MATCH)
    for left, right in judged or [(first.keys[0], second.keys[0])]:
        domain.judge(left, right, verdict, author=author, reason=reason)


def withdraw(domain: Domain, judged: Sequence[Pair], author: str) -> None:
    """Take back what was judged."""
    for left, right in judged:
        domain.withdraw(left, right, author=author)


def _judgements(
    tx: Transaction, domain: str, first: StoredEntity, second: StoredEntity, moment: int | None = None
) -> list[tuple[Any, ...]]:
    """Judgements on records of both, pair by pair, oldest first; what ended after the moment has not ended."""
    left, right = ([row[0] for key in one.keys for row in tx.rows(_IDS, domain, *key)] for one in (first, second))
    rows = tx.rows(_JUDGEMENTS, left, right, right, left)
    if moment is None:
        return rows
    until = [(*row[:8], None, None) if row[8] is not None and row[8] > moment else row for row in rows]
    return [row for row in until if row[7] <= moment]


def _decisions(rows: Sequence[tuple[Any, ...]], names: tuple[str, str]) -> Iterable[ManualDecision]:
    """Decisions on one pair of records: the one that counts, and those that it replaced; none when none counts."""
    if not any(row[8] is None and _kind(row) is not None for row in rows):
        return
    for row in rows:
        kind = _kind(row)
        if kind is not None and (row[8] is None or row[9] == "judge"):
            yield ManualDecision(*names, kind, row[7] // 1000, row[5])


def _kind(row: tuple[Any, ...]) -> bool | None:
    """Whether a judgement says match or not match; None where it says neither."""
    if row[4] == "unsure":
        return True if row[6] == AS_MATCH else None
    return bool(row[4] == "positive")
