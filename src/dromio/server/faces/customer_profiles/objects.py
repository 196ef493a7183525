"""Operations on objects that were taken in: listed, taken out, their attributes, and what they look like."""

from __future__ import annotations

import json
from typing import Any

from dromio.server.faces.customer_profiles import profiles
from dromio.server.faces.customer_profiles.context import Answer, Context, Given, behind, seconds
from dromio.server.faces.customer_profiles.errors import NotFoundError
from dromio.server.faces.customer_profiles.history import note
from dromio.server.faces.customer_profiles.keys import comparable_value
from dromio.server.faces.customer_profiles.mapping import key_value, values_of
from dromio.server.faces.customer_profiles.object_types import ObjectType, get_type

_VALUES_LISTED = 100


def list_profile_objects(context: Context, given: Given) -> Answer:
    """List the objects of a type that belong to a profile."""
    kind = get_type(context, given["ObjectTypeName"])
    profile = profiles.get(context, given["ProfileId"])
    select = "SELECT unique_key, content FROM cp_objects WHERE number = ? AND object_type = ? ORDER BY unique_key"
    rows = context.tx.rows(select, profile.number, kind.name)
    kept = [row for row in rows if _passes(context, kind, given.get("ObjectFilter"), json.loads(row[1]))]
    items = [
        (place, {"ObjectTypeName": kind.name, "ProfileObjectUniqueKey": key, "Object": content})
        for place, (key, content) in enumerate(kept)
    ]
    return context.page(given, "Items", lambda after, count: behind(items, after, count))


def _passes(context: Context, kind: ObjectType, wanted: Any, content: dict[str, Any]) -> bool:
    if wanted is None:
        return True
    region, values = context.options.phone_region, values_of(kind.fields, content)
    sought = {comparable_value(wanted["KeyName"], value, region) for value in wanted["Values"]}
    found = (key_value(fields, values) for name, _, fields in kind.keys if name == wanted["KeyName"])
    return any(comparable_value(wanted["KeyName"], value, region) in sought for value in found if value)


def delete_profile_object(context: Context, given: Given) -> Answer:
    """Take out one object of a profile."""
    profile = profiles.get(context, given["ProfileId"])
    kind, unique = given["ObjectTypeName"], given["ProfileObjectUniqueKey"]
    where = "WHERE number = ? AND object_type = ? AND unique_key = ?"
    if not context.tx.rows(f"SELECT 1 FROM cp_objects {where}", profile.number, kind, unique):
        raise NotFoundError("the profile has no such object")
    context.tx.run(f"DELETE FROM cp_objects {where}", profile.number, kind, unique)
    note(context, profile.id, "DELETED_BY_CUSTOMER", None, kind, unique)
    return {"Message": "OK"}


def list_object_type_attributes(context: Context, given: Given) -> Answer:
    """List the fields of an object type."""
    kind = get_type(context, given["ObjectTypeName"])
    items = [(name, {"AttributeName": name, "LastUpdatedAt": seconds(kind.updated_at)}) for name in sorted(kind.fields)]
    return context.page(given, "Items", lambda after, count: behind(items, after, count))


def list_object_type_attribute_values(context: Context, given: Given) -> Answer:
    """List the distinct values of a field of an object type, with the time of the last object that has each."""
    kind = get_type(context, given["ObjectTypeName"])
    name = given["AttributeName"]
    if name not in kind.fields:
        raise NotFoundError("the object type has no such attribute")
    select = "SELECT content, received_at FROM cp_objects WHERE domain_id = ? AND object_type = ?"
    latest: dict[str, int] = {}
    for content, received in context.tx.rows(select, context.domain.id, kind.name):
        value = values_of({name: kind.fields[name]}, json.loads(content)).get(name, "")[:1000]
        if value:
            latest[value] = max(received, latest.get(value, 0))
    items = [
        (place, {"Value": value, "LastUpdatedAt": seconds(at)})
        for place, (value, at) in enumerate(sorted(latest.items()))
    ]
    return context.page(given, "Items", lambda after, count: behind(items, after, count))


def list_profile_attribute_values(context: Context, given: Given) -> Answer:
    """List distinct values of a field of profiles, the first hundred in their order."""
    name = given["AttributeName"]
    found: set[str] = set()
    for (document,) in context.tx.rows("SELECT document FROM cp_profiles WHERE domain_id = ?", context.domain.id):
        value = json.loads(document).get(name, [None])[0]
        if isinstance(value, str):
            found.add(value[:255])
    items = [{"Value": value} for value in sorted(found)[:_VALUES_LISTED]]
    return {"DomainName": context.domain.name, "AttributeName": name, "Items": items}
