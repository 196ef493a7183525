"""Data that is older than it may be: objects by their type or domain, profiles that nothing was done to for as long."""

from __future__ import annotations

from dromio.server.faces.customer_profiles import jobs, profiles
from dromio.server.faces.customer_profiles.context import SECOND, Context
from dromio.server.faces.customer_profiles.history import note
from dromio.server.faces.customer_profiles.object_types import find_type
from dromio.server.faces.customer_profiles.profile_operations import remove

_DAY = 86_400 * SECOND


def expire(context: Context) -> None:
    """Take out what has expired, and note it in the history of its profile."""
    row = context.domain
    default = row.config["DefaultExpirationDays"]
    for object_type, days in _days(context, default).items():
        _expire_objects(context, object_type, context.now - days * _DAY)
    select = """
    SELECT number FROM cp_profiles p WHERE domain_id = ? AND updated_at < ?
    AND NOT EXISTS (SELECT 1 FROM cp_objects o WHERE o.number = p.number)
    """
    numbers = [found[0] for found in context.tx.rows(select, row.id, context.now - default * _DAY)]
    for profile in profiles.by_number(context, numbers).values():
        remove(context, profile, "EXPIRED")
    jobs.expire(context.tx, row.id, context.now)
    row.document["expiry_looked_at"] = context.now
    context.save_domain()


def _days(context: Context, default: int) -> dict[str, int]:
    select = "SELECT DISTINCT object_type FROM cp_objects WHERE domain_id = ?"
    names = [row[0] for row in context.tx.rows(select, context.domain.id)]
    kinds = ((name, find_type(context, name)) for name in names)
    return {name: kind.document.get("ExpirationDays", default) if kind else default for name, kind in kinds}


def _expire_objects(context: Context, object_type: str, oldest: int) -> None:
    where = "WHERE domain_id = ? AND object_type = ? AND received_at < ?"
    select = f"SELECT unique_key, number FROM cp_objects {where}"
    rows = context.tx.rows(select, context.domain.id, object_type, oldest)
    owners = profiles.by_number(context, {row[1] for row in rows if row[1] is not None})
    context.tx.run(f"DELETE FROM cp_objects {where}", context.domain.id, object_type, oldest)
    for unique_key, number in rows:
        if number in owners:
            note(context, owners[number].id, "EXPIRED", None, object_type, unique_key)
