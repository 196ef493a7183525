"""Erasing a customer: the id and the counts stay, and nothing that tells who it was."""

from __future__ import annotations

import json
from typing import Any

from dromio.contact_centre.conversations import REDACTED
from dromio.contact_centre.identities import Case, find, held, members, read
from dromio.contact_centre.outbox import drop_tags
from dromio.contact_centre.pending import cancel_all
from dromio.store.clock import as_text

_OWN_ONLY = """
SELECT i.type, i.value, i.shown FROM cc_identifiers i WHERE i.identity IN ?? AND NOT EXISTS (
    SELECT 1 FROM cc_identifiers o JOIN cc_identities e ON e.identity = o.identity
    WHERE o.type = i.type AND o.value = i.value AND e.root <> ?
)
"""
"""Identifiers that nobody else has: what others have too must stay with them."""
_CLOSE_REVIEW = """
UPDATE cc_review SET subject = '[REDACTED]',
    status = CASE WHEN status = 'OPEN' THEN 'CANCELLED' ELSE status END
WHERE (identity IN ?? OR hash IN ??) RETURNING item
"""
_END = "UPDATE cc_identities SET state = 'ERASED', version = version + 1, certificate = ? WHERE identity IN ??"
_LEAST = 6
"""Shorter texts may stand anywhere in a file by chance."""


def erase(case: Case, customer_id: str) -> tuple[dict[str, Any], list[str]]:
    """The certificate, and the texts that must be gone. Whoever was erased before has the same certificate.

    Everybody merged into the customer, and whom the customer was merged into, is the same person and goes too. Raises
    UnknownError.
    """
    root = find(case, customer_id).root
    held(case, [root])
    row = read(case, find(case, customer_id).root)
    if row.state == "ERASED" and row.certificate:
        return json.loads(row.certificate) | {"customerId": customer_id}, []
    own = members(case, row.identity)
    only_theirs = case.tx.rows(_OWN_ONLY, own, row.identity)
    texts = sorted({text for _, *both in only_theirs for text in both if len(text) >= _LEAST})
    flags = sorted({case.scorer.hashed_pair(kind, value) for kind, value, _ in only_theirs})
    certificate: dict[str, Any] = {
        "customerId": customer_id,
        "customerIds": [read(case, one).customer_id for one in own],
        "erasedAt": as_text(case.now),
        "rows": _scrub(case, own, flags),
    }
    case.tx.run(_END, json.dumps(certificate), own)
    return certificate, texts


def note_proof(case: Case, customer_id: str, proof: dict[str, Any]) -> dict[str, Any]:
    """The certificate with what was found when its texts were looked for."""
    row = read(case, find(case, customer_id).root)
    certificate: dict[str, Any] = json.loads(row.certificate or "{}") | proof
    case.tx.run("UPDATE cc_identities SET certificate = ? WHERE root = ?", json.dumps(certificate), row.identity)
    return certificate | {"customerId": customer_id}


def _scrub(case: Case, own: list[int], flags: list[int]) -> dict[str, int]:
    """Take out all that tells of the person; gives how many rows of each table that was."""
    return {
        "outbox": drop_tags(case, own),
        "pending": cancel_all(case, own),
        "review": len(case.tx.rows(_CLOSE_REVIEW, own, flags)),
        "identifiers": _deleted(case, "cc_identifiers", own),
        "keys": _deleted(case, "cc_keys", own),
        "interactions": _told(case, own),
        "events": _evidence(case, own),
        "flags": len(case.tx.rows("DELETE FROM cc_flags WHERE hash IN ?? RETURNING 1", flags)),
        "merges": _reasons(case, own),
    }


def _deleted(case: Case, table: str, own: list[int]) -> int:
    return len(case.tx.rows(f"DELETE FROM {table} WHERE identity IN ?? RETURNING 1", own))


def _told(case: Case, own: list[int]) -> int:
    update = "UPDATE cc_interactions SET told = ? WHERE identity IN ?? RETURNING 1"
    return len(case.tx.rows(update, REDACTED, own))


def _evidence(case: Case, own: list[int]) -> int:
    """Take the grounds out of decisions on the person, and out of those on others who were compared with them."""
    query = "SELECT event_key, answer FROM cc_events WHERE identity IN ?? OR compared IN ??"
    decided = [(key, json.loads(answer)["decision"]) for key, answer in case.tx.rows(query, own, own)]
    update = "UPDATE cc_events SET answer = ?, compared = NULL WHERE event_key = ?"
    case.tx.many(update, [(json.dumps({"decision": decision}), key) for key, decision in decided])
    return len(decided)


def _reasons(case: Case, own: list[int]) -> int:
    update = "UPDATE cc_merges SET reason = ? WHERE survivor IN ?? OR loser IN ?? RETURNING 1"
    return len(case.tx.rows(update, REDACTED, own, own))
