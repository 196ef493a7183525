"""Groups that were found, as callers read them: generations of the batch job, and groups of rule levels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dromio.server.faces.customer_profiles import profiles
from dromio.server.faces.customer_profiles.context import Answer, Context, Given, behind, seconds
from dromio.server.faces.customer_profiles.errors import BadRequestError, NotFoundError
from dromio.server.faces.customer_profiles.rule_status import status_of
from dromio.store.database import only

RULES, SCORES = "RULE_BASED_MATCHING", "ML_BASED_MATCHING"
_LIVE = """
    FROM cp_matches m JOIN cp_profiles p ON p.domain_id = m.domain_id AND p.profile_id = m.profile_id
    WHERE m.domain_id = ? AND m.job_id = ?
"""
_GROUPS = f"SELECT m.place, m.match_id, m.score {_LIVE} AND m.place > ? GROUP BY m.place, m.match_id, m.score"


def get_matches(context: Context, given: Given) -> Answer:
    """List the groups of the latest generation, the surest first."""
    document = context.domain.document
    if not document.get("was_matching"):
        raise BadRequestError("matching was never enabled for this domain")
    generation = document.get("generation")
    if given.get("NextToken") is not None:
        generation = _generation(context, context.pages.read(given["NextToken"])[0]) or generation
    if generation is None:
        return {"PotentialMatches": 0, "Matches": []}
    job_id = generation["job_id"]

    def fetch(after: Any, count: int) -> list[tuple[Any, Any]]:
        found = groups_behind(context, job_id, after[1] if after else -1, count)
        return [([job_id, place], shown) for place, shown in found]

    answer = context.page(given, "Matches", fetch)
    return {
        "MatchGenerationDate": seconds(generation["at"]),
        "PotentialMatches": count_groups(context, job_id),
        **answer,
    }


def _generation(context: Context, job_id: str) -> dict[str, Any] | None:
    """What is known of a generation that a token is pinned to. Raises BadRequestError where it is gone."""
    document = context.domain.document
    known: list[dict[str, Any] | None] = [document.get("generation"), *document.get("generations", [])]
    found = next((one for one in known if one and one["job_id"] == job_id), None)
    if found is None:
        raise BadRequestError("the matches that NextToken is for are no longer kept")
    return found


def forget_matches(context: Context, job_id: str) -> None:
    """Let the groups that a job found go, and the model that found them."""
    for table in ("cp_matches", "cp_models"):
        context.tx.run(f"DELETE FROM {table} WHERE domain_id = ? AND job_id = ?", context.domain.id, job_id)


def groups_behind(context: Context, job_id: str, place: int, count: int) -> list[tuple[int, Answer]]:
    """Groups of a generation with at least two members that still exist, in order, behind a place."""
    select = f"{_GROUPS} HAVING count(*) >= 2 ORDER BY m.place LIMIT ?"
    rows = context.tx.rows(select, context.domain.id, job_id, place, count)
    members = _members(context, job_id, [row[0] for row in rows])
    return [(row[0], {"MatchId": row[1], "ProfileIds": members[row[0]], "ConfidenceScore": row[2]}) for row in rows]


def count_groups(context: Context, job_id: str) -> int:
    """Number of groups of a generation with at least two members that still exist."""
    select = f"SELECT count(*) FROM ({_GROUPS} HAVING count(*) >= 2) AS live"
    return int(only(context.tx.rows(select, context.domain.id, job_id, -1)))


def _members(context: Context, job_id: str, places: Sequence[int]) -> dict[int, list[str]]:
    select = f"SELECT m.place, m.profile_id {_LIVE} AND m.place IN ?? ORDER BY m.place, m.profile_id"
    found: dict[int, list[str]] = {}
    for place, profile_id in context.tx.rows(select, context.domain.id, job_id, list(places)):
        found.setdefault(place, []).append(profile_id)
    return found


def list_rule_based_matches(context: Context, given: Given) -> Answer:
    """List the ids of the groups of rule levels."""
    _check_rules(context)

    def fetch(after: Any, count: int) -> list[tuple[Any, Any]]:
        select = "SELECT match_id FROM cp_groups WHERE domain_id = ? AND match_id > ? ORDER BY match_id LIMIT ?"
        return [(row[0], row[0]) for row in context.tx.rows(select, context.domain.id, after or "", count)]

    return context.page(given, "MatchIds", fetch)


def get_similar_profiles(context: Context, given: Given) -> Answer:
    """Give the profiles of one group, found by its id or by one of its members."""
    key = given["SearchKey"].removeprefix("_").lower()
    if key not in ("matchid", "profileid"):
        raise BadRequestError("SearchKey must be matchId or profileId")
    by_profile, value = key == "profileid", given["SearchValue"]
    if given["MatchType"] == RULES:
        ids, found = _of_rules(context, value, by_profile=by_profile)
    else:
        ids, found = _of_scores(context, value, by_profile=by_profile)
    items = [(one, one) for one in sorted(ids)]
    answer = context.page(given, "ProfileIds", lambda after, count: behind(items, after, count))
    return {"MatchType": given["MatchType"], **found, **answer}


def _check_rules(context: Context) -> None:
    if status_of(context.domain.document.get("rules"), context.now) is None:
        raise BadRequestError("rule-based matching is not enabled for this domain")


def _of_rules(context: Context, value: str, *, by_profile: bool) -> tuple[list[str], Answer]:
    _check_rules(context)
    if by_profile:
        profile = profiles.get(context, value)
        match_id, level = profile.match_id, profile.rule_level
        if match_id is None:
            return [], {}
    else:
        rows = context.tx.rows(
            "SELECT level FROM cp_groups WHERE domain_id = ? AND match_id = ?", context.domain.id, value
        )
        if not rows:
            raise NotFoundError("the match does not exist")
        match_id, level = value, rows[0][0]
    select = "SELECT profile_id FROM cp_profiles WHERE domain_id = ? AND match_id = ?"
    ids = [row[0] for row in context.tx.rows(select, context.domain.id, match_id)]
    return ids, {"MatchId": match_id, "RuleLevel": level}


def _of_scores(context: Context, value: str, *, by_profile: bool) -> tuple[list[str], Answer]:
    if not context.domain.config.get("Matching", {}).get("Enabled"):
        raise BadRequestError("matching is not enabled for this domain")
    if by_profile:
        profiles.get(context, value)
    generation = context.domain.document.get("generation") or {"job_id": ""}
    column = "profile_id" if by_profile else "match_id"
    select = f"SELECT DISTINCT place FROM cp_matches WHERE domain_id = ? AND job_id = ? AND {column} = ?"
    rows = context.tx.rows(select, context.domain.id, generation["job_id"], value)
    groups = groups_behind(context, generation["job_id"], rows[0][0] - 1, 1) if rows else []
    group = groups[0][1] if groups and groups[0][0] == rows[0][0] else None
    if group is None and not by_profile:
        raise NotFoundError("the match does not exist")
    if group is None:
        return [], {}
    return group["ProfileIds"], {"MatchId": group["MatchId"], "ConfidenceScore": group["ConfidenceScore"]}
