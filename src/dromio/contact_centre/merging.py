"""Identities become one, and two again; pairs that must never be."""

from __future__ import annotations

import json

from dromio.contact_centre.identities import Case, members, read
from dromio.contact_centre.outbox import tag_again
from dromio.errors import ConflictError, UnknownError

_LOG = """
INSERT INTO cc_merges (survivor, loser, members, author, reason, merged_at) VALUES (?, ?, ?, ?, ?, ?)
"""
_APART = """
SELECT 1 FROM cc_apart a
JOIN cc_identities l ON l.identity = a.left_id JOIN cc_identities r ON r.identity = a.right_id
WHERE (l.root = ? AND r.root = ?) OR (l.root = ? AND r.root = ?) LIMIT 1
"""
_BETWEEN = """
DELETE FROM cc_apart WHERE (left_id IN ?? AND right_id IN ??) OR (left_id IN ?? AND right_id IN ??)
"""


def merge(case: Case, one: int, other: int, author: str, reason: str) -> int:
    """Make two living identities one and give the survivor, which is the older. Conversations that are still going on
    are tagged with it."""
    survivor, loser = sorted((one, other))
    moved = members(case, loser)
    case.tx.run(_LOG, survivor, loser, json.dumps(moved), author, reason, case.now)
    case.tx.run("UPDATE cc_identities SET root = ? WHERE root = ?", survivor, loser)
    case.tx.run("UPDATE cc_identities SET state = 'MERGED', version = version + 1 WHERE identity = ?", loser)
    update = """
    UPDATE cc_identities SET version = version + 1, shared = CASE WHEN shared = 1 OR ? = 1 THEN 1 ELSE 0 END,
        most_names = CASE WHEN most_names < ? THEN ? ELSE most_names END
    WHERE identity = ?
    """
    gone = read(case, loser)
    case.tx.run(update, int(gone.shared), gone.most_names, gone.most_names, survivor)
    tag_again(case, moved, read(case, survivor).customer_id)
    return survivor


def merge_by_hand(case: Case, one: int, other: int, author: str, reason: str) -> int:
    """The same because a person says so, whatever was judged before. Raises ConflictError for one identity twice."""
    if one == other:
        raise ConflictError("these are one customer already")
    left, right = members(case, one), members(case, other)
    case.tx.run(_BETWEEN, left, right, right, left)
    return merge(case, one, other, author, reason)


def unmerge(case: Case, identity: int, author: str) -> tuple[int, int]:
    """Undo the last merge of an identity, or into it, and keep the two apart; gives both.

    What was learned of the survivor since then stays with it. Raises UnknownError, ConflictError.
    """
    query = """
    SELECT merge_id, survivor, loser, members FROM cc_merges
    WHERE undone_at IS NULL AND (loser = ? OR survivor = ?) ORDER BY merge_id DESC LIMIT 1
    """
    rows = case.tx.rows(query, identity, identity)
    if not rows:
        raise UnknownError("the customer was never merged")
    merge_id, survivor, loser, text = rows[0]
    if read(case, survivor).root != survivor:
        raise ConflictError("what it was merged into has been merged itself; undo that first")
    case.tx.run("UPDATE cc_identities SET root = ? WHERE identity IN ??", loser, json.loads(text))
    case.tx.run("UPDATE cc_identities SET state = 'LIVE', version = version + 1 WHERE identity = ?", loser)
    case.tx.run("UPDATE cc_merges SET undone_at = ? WHERE merge_id = ?", case.now, merge_id)
    keep_apart(case, survivor, loser, author)
    tag_again(case, json.loads(text), read(case, loser).customer_id)
    return survivor, loser


def keep_apart(case: Case, one: int, other: int, author: str) -> None:
    """Note that two identities are not one, for ever."""
    insert = "INSERT INTO cc_apart (left_id, right_id, author, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
    case.tx.run(insert, *sorted((one, other)), author, case.now)


def are_apart(case: Case, one: int, other: int) -> bool:
    """Whether two living identities, or any merged into them, were judged not to be one."""
    return bool(case.tx.rows(_APART, one, other, other, one))
