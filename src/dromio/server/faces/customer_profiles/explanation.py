"""Why the profiles of a group are similar: every pair with its probability, comparison by comparison."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from dromio.interchange.customer_profiles import columns_of
from dromio.model.files import parse_model
from dromio.model.schema import Model
from dromio.plan import Plan, make_plan
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
    plan = make_plan(_model(context, generation["job_id"]))
    return group | {"Pairs": [_pair(plan, members, left, right) for left, right in pairs]}


def _model(context: Context, job_id: str) -> Model:
    """The model that found the groups."""
    select = "SELECT document FROM cp_models WHERE domain_id = ? AND job_id = ?"
    return parse_model(only(context.tx.rows(select, context.domain.id, job_id)))


def _pair(plan: Plan, members: dict[str, Any], left: str, right: str) -> Answer:
    from dromio.service.explain import explain_by

    one, other = (columns_of(members[each].document()) for each in (left, right))
    return {"ProfileIds": [left, right], "Explanation": explain_by(plan, one, other).to_dict()}
