"""History of profiles: what was done to each, also after it is gone. It doubles as the log of merges."""

from __future__ import annotations

import json
from typing import Any

from dromio.server.faces.customer_profiles.context import Answer, Context, Given, dumped, new_id, seconds, without_none
from dromio.server.faces.customer_profiles.errors import NotFoundError


def note(
    context: Context,
    profile_id: str,
    action: str,
    content: Any = None,
    object_type: str | None = None,
    unique_key: str | None = None,
) -> None:
    """Write a record. `object_type` is that of the profile itself where none is given."""
    document = {
        "ObjectTypeName": object_type or "_profile",
        "ProfileObjectUniqueKey": unique_key,
        "PerformedBy": context.principal.name or "system",
        "Content": content,
    }
    insert = """
    INSERT INTO cp_history (domain_id, profile_id, id, created_at, action, document) VALUES (?, ?, ?, ?, ?, ?)
    """
    context.tx.run(insert, context.domain.id, profile_id, new_id(), context.now, action, dumped(document))


def blank(context: Context, profile_id: str) -> None:
    """Take all values out of the history of a profile and of those that were merged into it; what was done stays."""
    select = "SELECT profile_id FROM cp_successors WHERE domain_id = ? AND successor = ?"
    ids = [profile_id, *(row[0] for row in context.tx.rows(select, context.domain.id, profile_id))]
    for one in ids:
        select = "SELECT document, place FROM cp_history WHERE domain_id = ? AND profile_id = ?"
        rows = context.tx.rows(select, context.domain.id, one)
        kept = [(dumped(json.loads(document) | {"Content": None}), place) for document, place in rows]
        if kept:
            context.tx.many("UPDATE cp_history SET document = ? WHERE place = ?", kept)


_COLUMNS = "place, id, created_at, action, document"


def list_profile_history_records(context: Context, given: Given) -> Answer:
    """List what was done to a profile, the newest first."""
    profile_id = given["ProfileId"]
    if not _records(context, profile_id, None, 1):
        raise NotFoundError("the profile does not exist")

    def fetch(after: Any, count: int) -> list[tuple[Any, Any]]:
        found: list[tuple[Any, Any]] = []
        place = after
        while len(found) < count:
            rows = _records(context, profile_id, place, 200)
            found += [(row[0], _shown(row)) for row in rows if _fits(row, given)]
            if len(rows) < 200:
                break
            place = rows[-1][0]
        return found[:count]

    return context.page(given, "ProfileHistoryRecords", fetch)


def get_profile_history_record(context: Context, given: Given) -> Answer:
    """Give one record of the history of a profile, with its content."""
    select = f"SELECT {_COLUMNS} FROM cp_history WHERE domain_id = ? AND profile_id = ? AND id = ?"
    rows = context.tx.rows(select, context.domain.id, given["ProfileId"], given["Id"])
    if not rows:
        raise NotFoundError("the history record does not exist")
    content = json.loads(rows[0][4]).get("Content")
    return _shown(rows[0]) | ({} if content is None else {"Content": dumped(content)})


def _records(context: Context, profile_id: str, before: int | None, count: int) -> list[tuple[Any, ...]]:
    select = f"""
    SELECT {_COLUMNS} FROM cp_history WHERE domain_id = ? AND profile_id = ? AND place < ?
    ORDER BY place DESC LIMIT ?
    """
    return context.tx.rows(select, context.domain.id, profile_id, 2**62 if before is None else before, count)


def _fits(row: tuple[Any, ...], given: Given) -> bool:
    document = json.loads(row[4]) | {"ActionType": row[3]}
    filters = ("ObjectTypeName", "ActionType", "PerformedBy")
    return all(document[name] == given[name] for name in filters if name in given)


def _shown(row: tuple[Any, ...]) -> Answer:
    document = json.loads(row[4])
    document.pop("Content", None)
    return without_none({"Id": row[1], "CreatedAt": seconds(row[2]), "ActionType": row[3], **document})
