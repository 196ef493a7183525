"""Writing the groups of rule levels to the object store, once they have been formed from all profiles."""

from __future__ import annotations

import logging
from typing import Any

from dromio.server.faces.customer_profiles import exporting
from dromio.server.faces.customer_profiles.context import Context, new_id, seconds
from dromio.server.faces.customer_profiles.errors import ExportError
from dromio.server.faces.customer_profiles.matches import RULES

log = logging.getLogger(__name__)


def export_rule_groups(context: Context) -> None:
    """Write all groups where the domain wants it. What cannot be written is logged: groups are there all the same."""
    config = context.domain.config["RuleBasedMatching"]
    place = config.get("ExportingConfig", {}).get("S3Exporting")
    if place is None:
        return
    try:
        exporting.export(context.options, place, context.domain.name, "RULE", new_id(), _groups(context))
    except ExportError:
        log.warning("groups of rule levels could not be exported")


def _groups(context: Context) -> list[dict[str, Any]]:
    members: dict[str, list[str]] = {}
    select = "SELECT match_id, profile_id FROM cp_profiles WHERE domain_id = ? AND match_id IS NOT NULL"
    for match_id, profile_id in sorted(context.tx.rows(select, context.domain.id)):
        members.setdefault(match_id, []).append(profile_id)
    select = "SELECT match_id, level FROM cp_groups WHERE domain_id = ? ORDER BY match_id"
    return [
        {
            "MatchId": match_id,
            "ProfileIds": members.get(match_id, []),
            "RuleLevel": level,
            "MatchType": RULES,
            "GeneratedAt": seconds(context.now),
        }
        for match_id, level in context.tx.rows(select, context.domain.id)
    ]
