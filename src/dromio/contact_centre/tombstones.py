"""A list of all customers who were erased, kept outside, by which they are erased again after a backup is restored.

It names nobody: a customer's id says nothing, and is never given twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dromio.contact_centre.erasure import erase
from dromio.contact_centre.identities import Case, members, read
from dromio.errors import ConflictError, InputError

Answer = dict[str, Any]

_ERASED = """
SELECT customer_id FROM cc_identities WHERE root IN (SELECT identity FROM cc_identities WHERE state = 'ERASED')
ORDER BY customer_id
"""
_KEPT = """
SELECT DISTINCT i.root FROM cc_identities i JOIN cc_identities r ON r.identity = i.root
WHERE i.customer_id IN ?texts AND r.state <> 'ERASED' ORDER BY i.root
"""


def tombstones(case: Case) -> Answer:
    """All who were erased so far, with those merged into them; `centre` tells this one from all others."""
    return {"centre": _name(case), "ids": [row[0] for row in case.tx.rows(_ERASED)]}


def erase_again(case: Case, told: Any) -> tuple[Answer, list[str]]:
    """Erase whom the list names and the centre still knows; gives how many, and the texts that must be gone.

    `mixed`: the ids of customers who go on, since they are one with others who are not named; a person has to look.
    Raises InputError for what is no such list, ConflictError for that of another centre.
    """
    if not isinstance(told, Mapping) or not isinstance(told.get("ids"), list) or "centre" not in told:
        raise InputError("the list of erased customers is damaged: it needs 'centre' and 'ids'")
    if told["centre"] != _name(case):
        raise ConflictError("the list of erased customers is from another contact centre; nobody was erased")
    named = set(map(str, told["ids"]))
    texts: list[str] = []
    customers, mixed = 0, []
    for (root,) in case.tx.rows(_KEPT, sorted(named)) if named else []:
        ids = [read(case, one).customer_id for one in members(case, root)]
        if not named.issuperset(ids):
            mixed.append(read(case, root).customer_id)
            continue
        texts += erase(case, ids[0])[1]
        customers += len(ids)
    return {"customers": customers, "mixed": mixed}, texts


def _name(case: Case) -> int:
    return case.scorer.hashed_text("erased customers")
