"""What people decide about pairs of records. It outranks the model, and outlives new models and records sent again.

Judgements are on pairs of records, never on entities. They never contradict each other: what would is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dromio.errors import ConflictError, UnknownError, UsageError
from dromio.records import RecordKey
from dromio.store.consent import held_between
from dromio.store.database import only
from dromio.store.settle import Pair, Unsettled, pair_of, settle
from dromio.store.work import Change, Work

VERDICTS = ("positive", "negative", "unsure")
MOST_PAIRS = 10_000
"""The most pairs that one act may judge."""

_CURRENT = "SELECT left_id, right_id, verdict FROM judgements WHERE domain_id = ? AND ended_by IS NULL"
_END = "UPDATE judgements SET ended_by = ? WHERE left_id = ? AND right_id = ? AND ended_by IS NULL"
_INSERT = "INSERT INTO judgements (domain_id, left_id, right_id, verdict, act_id) VALUES (?, ?, ?, ?, ?)"
_RECORD = "SELECT record_id FROM records WHERE domain_id = ? AND source = ? AND unique_id = ?"
_EXPECT = """
INSERT INTO records (domain_id, source, unique_id, state, number, accepted_at) VALUES (?, ?, ?, 'expected', 0, ?)
RETURNING record_id
"""


@dataclass(frozen=True, slots=True)
class Author:
    """Who decides, and why."""

    name: str
    reason: str = ""


def judge(work: Work, left: RecordKey, right: RecordKey, verdict: str, author: Author) -> int:
    """Judge a pair of records, which need not be there yet, and give the number of the act.

    Raises UsageError for another verdict or one record twice, ConflictError where other judgements say otherwise.
    """
    if verdict not in VERDICTS:
        raise UsageError(f"a verdict is one of {', '.join(VERDICTS)}, found {verdict!r}")
    if left == right:
        raise UsageError(f"a judgement is on two records, found {left.unique_id!r} of source {left.source!r} twice")
    work.hold_domain()
    pair = pair_of(_expect(work, left), _expect(work, right))
    consented = held_between(work, pair) if verdict == "positive" else set()
    return _act(work, "judge", author, dict.fromkeys(sorted(consented), "positive") | {pair: verdict})


def withdraw(work: Work, left: RecordKey, right: RecordKey, author: Author) -> int:
    """Take back the judgement on a pair, and give the number of the act. Raises UnknownError where there is none."""
    work.hold_domain()
    pair = pair_of(_expect(work, left), _expect(work, right))
    if pair not in _judgements(work):
        raise UnknownError(f"there is no judgement on {left.unique_id!r} and {right.unique_id!r}")
    return _act(work, "withdraw", author, {}, [pair])


def merge(work: Work, entities: Sequence[int], author: Author) -> int:
    """Judge all records of the entities to be one, and give the number of the act."""
    work.hold_domain()
    records = sorted({record for entity in entities for record in records_of(work, entity)})
    known = _judgements(work)
    first, *others = records
    pairs = {(first, other): "positive" for other in others if known.get((first, other)) != "positive"}
    if len(set(entities)) < 2 or not pairs:
        raise UsageError(f"a merge needs two different entities, found {', '.join(map(str, entities)) or 'none'}")
    return _act(work, "merge", author, pairs)


def keep_apart(work: Work, one: int, other: int, author: Author) -> int:
    """Judge the records of two entities not to be one, and give the number of the act."""
    pairs = [pair_of(left, right) for left in records_of(work, one) for right in records_of(work, other)]
    return _act(work, "judge", author, dict.fromkeys(pairs, "negative"))


def unmerge(work: Work, entity: int, keys: Iterable[RecordKey], author: Author) -> int:
    """Judge the records not to be one with the others of the entity, and give the number of the act.

    Raises UsageError unless some of the entity's records are named, and not all.
    """
    work.hold_domain()
    inside = set(records_of(work, entity))
    out = {only(work.tx.rows(_RECORD, work.domain_id, *key) or [(None,)]) for key in keys}
    if not out or not out < inside:
        raise UsageError(f"name some records of entity {entity} that are to leave it, and not all {len(inside)}")
    pairs = {pair_of(one, other): "negative" for one in out for other in inside - out}
    return _act(work, "unmerge", author, pairs)


def undo(work: Work, act: int) -> None:
    """Undo an act: its judgements end, and those that it ended count again.

    Raises UnknownError, ConflictError where a later act has judged the same pairs, or contradicts.
    """
    work.hold_domain()
    query = "SELECT undone_at FROM acts WHERE act_id = ? AND domain_id = ?"
    rows = work.tx.rows(query, act, work.domain_id)
    if not rows:
        raise UnknownError(f"there is no act {act}")
    if only(rows) is not None:
        raise ConflictError(f"act {act} is undone already")
    made = work.tx.rows("SELECT left_id, right_id, ended_by FROM judgements WHERE act_id = ?", act)
    ended = work.tx.rows("SELECT left_id, right_id, verdict FROM judgements WHERE ended_by = ?", act)
    later = sorted({row[2] for row in made if row[2] is not None})
    known = _judgements(work)
    own = {(left, right) for left, right, _ in made}
    later += [0 for left, right, _ in ended if (left, right) in known and (left, right) not in own]
    if later:
        raise ConflictError(f"act {act} cannot be undone: later acts judge the same records; undo those first")
    after = {pair: verdict for pair, verdict in known.items() if pair not in own}
    after |= {(left, right): verdict for left, right, verdict in ended}
    _check(work, after)
    work.tx.run("UPDATE judgements SET ended_by = ? WHERE act_id = ?", act, act)
    restore = "UPDATE judgements SET ended_by = NULL WHERE ended_by = ? AND act_id <> ?"
    work.tx.run(restore, act, act)
    work.tx.run("UPDATE acts SET undone_at = ? WHERE act_id = ?", work.now, act)
    work.note(Change("undone", None, None, act))
    review_again = """
    UPDATE review_items SET state = 'open', decided_at = NULL
    WHERE left_id = ? AND right_id = ? AND state IN ('accepted', 'declined')
    """
    work.tx.many(review_again, sorted(own))
    _settle_ends(work, [*own, *((left, right) for left, right, _ in ended)])


def records_of(work: Work, entity: int) -> list[int]:
    """Records of an entity. Raises UnknownError for one that is not live."""
    query = "SELECT record_id FROM placements WHERE entity_id = ? AND generation = ? ORDER BY record_id"
    rows = work.tx.rows(query, entity, work.generation)
    if not rows:
        raise UnknownError(f"there is no live entity {entity}")
    return [row[0] for row in rows]


def _act(work: Work, kind: str, author: Author, pairs: dict[Pair, str], ended: Sequence[Pair] = ()) -> int:
    if len(pairs) > MOST_PAIRS:
        raise UsageError(f"one act may judge {MOST_PAIRS} pairs, found {len(pairs)}; do it in smaller steps")
    after = {pair: verdict for pair, verdict in _judgements(work).items() if pair not in ended} | pairs
    _check(work, after)
    insert = "INSERT INTO acts (domain_id, kind, author, reason, done_at) VALUES (?, ?, ?, ?, ?) RETURNING act_id"
    act = int(only(work.tx.rows(insert, work.domain_id, kind, author.name, author.reason, work.now)))
    work.tx.many(_END, [(act, *pair) for pair in [*pairs, *ended]])
    work.tx.many(_INSERT, [(work.domain_id, *pair, verdict, act) for pair, verdict in sorted(pairs.items())])
    work.note(Change(kind, None, None, act))
    _settle_ends(work, [*pairs, *ended])
    return act


def _judgements(work: Work) -> dict[Pair, str]:
    return {(left, right): verdict for left, right, verdict in work.tx.rows(_CURRENT, work.domain_id)}


def _check(work: Work, judged: dict[Pair, str]) -> None:
    """Raise ConflictError where records judged not to be one are judged to be one by way of others."""
    root: dict[int, int] = {}

    def find(one: int) -> int:
        while root.get(one, one) != one:
            one = root[one]
        return one

    for pair in sorted(pair for pair, verdict in judged.items() if verdict == "positive"):
        low, high = sorted(map(find, pair))
        root[high] = low
    for left, right in sorted(pair for pair, verdict in judged.items() if verdict == "negative"):
        if find(left) == find(right):
            one, other = _names(work, left, right)
            raise ConflictError(f"{one} and {other} would be judged not to be one, and to be one by way of others")


def _names(work: Work, *records: int) -> list[str]:
    query = "SELECT source, unique_id FROM records WHERE record_id = ?"
    return ["{}:{}".format(*work.tx.rows(query, record)[0]) for record in records]


def _settle_ends(work: Work, pairs: Iterable[Pair]) -> None:
    seeds = set(work.placed({record for pair in pairs for record in pair}))
    if seeds:
        settle(work, Unsettled(seeds))


def _expect(work: Work, key: RecordKey) -> int:
    """Number of a record, given to it if it has not been there yet."""
    rows = work.tx.rows(_RECORD, work.domain_id, *key)
    return int(only(rows or work.tx.rows(_EXPECT, work.domain_id, *key, work.now)))
