"""Why the profiles of a group are similar: every pair with its probability, comparison by comparison."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from dromio.interchange.customer_profiles import columns_of
from dromio.server.faces.customer_profiles import profiles
from dromio.server.faces.customer_profiles.context import Answer, Context, Given
from dromio.server.faces.customer_profiles.errors import NotFoundError
from dromio.server.faces.customer_profiles.matches import groups_behind
from dromio.store.database import only

MOST_PAIRS = 200
"""Pairs of a large group that are explained."""


def explain_match(context: Context, given: Given) -> Answer:
    """Explain a group of the latest generation, from what its profiles are now."""
    generation = context.domain.document.get("generation") or {"job_id": ""}
    select = "SELECT DISTINCT place FROM cp_matches WHERE domain_id = ? AND job_id = ? AND match_id = ?"
    rows = context.tx.rows(select, context.domain.id, generation["job_id"], given["MatchId"])
    found = groups_behind(context, generation["job_id"], rows[0][0] - 1, 1) if rows else []
    if not found or found[0][1]["MatchId"] != given["MatchId"]:
        raise NotFoundError("the match does not exist")
    group = found[0][1]
    members = profiles.find(context, group["ProfileIds"])
    pairs = list(combinations(sorted(members), 2))[:MOST_PAIRS]
    return group | {"Pairs": [_pair(context, members, left, right) for left, right in pairs]}


def _pair(context: Context, members: dict[str, Any], left: str, right: str) -> Answer:
    from dromio.server.faces.customer_profiles.batch_model import batch_model
    from dromio.service.explain import explain

    count = only(context.tx.rows("SELECT count(*) FROM cp_profiles WHERE domain_id = ?", context.domain.id))
    model = batch_model(count, context.options.phone_region)
    one, other = (columns_of(members[each].document()) for each in (left, right))
    explained = explain(one, other, model).to_dict()
    return {"ProfileIds": [left, right], "Explanation": explained}
