"""Tags of domains and of object types, named by their ARN."""

from __future__ import annotations

import re

from dromio.server.errors import ForbiddenError
from dromio.server.faces.customer_profiles.context import Answer, Context, Given, domain_row
from dromio.server.faces.customer_profiles.errors import BadRequestError, NotFoundError
from dromio.server.faces.customer_profiles.object_types import get_type, save_tags
from dromio.server.roles import Scope

_ARN = re.compile(
    r"arn:[a-z0-9]{1,10}:profile:[a-z0-9-]*:[0-9]*:domains/([a-zA-Z0-9_-]{1,64})(?:/object-types/([a-zA-Z_][a-zA-Z_0-9-]*))?"
)
_MOST = 50


def tag_resource(context: Context, given: Given) -> Answer:
    """Add tags to a domain or an object type."""
    object_type = _resource(context, given["resourceArn"], Scope.ADMINISTER)
    tags = _tags(context, object_type) | given["tags"]
    if len(tags) > _MOST:
        raise BadRequestError(f"a resource may have {_MOST} tags")
    _save(context, object_type, tags)
    return {}


def untag_resource(context: Context, given: Given) -> Answer:
    """Take tags from a domain or an object type."""
    object_type = _resource(context, given["resourceArn"], Scope.ADMINISTER)
    tags = {name: value for name, value in _tags(context, object_type).items() if name not in given["tagKeys"]}
    _save(context, object_type, tags)
    return {}


def list_tags_for_resource(context: Context, given: Given) -> Answer:
    """List the tags of a domain or an object type."""
    tags = _tags(context, _resource(context, given["resourceArn"], Scope.SIGNED_IN))
    return {"tags": tags} if tags else {}


def _resource(context: Context, arn: str, scope: Scope) -> str | None:
    """Load the domain that an ARN names; the object type that it names, if any, is given back."""
    match = _ARN.fullmatch(arn)
    if match is None:
        raise BadRequestError("resourceArn must name a domain or an object type")
    if not context.principal.knows(match[1]):
        raise NotFoundError("the resource does not exist")
    if scope not in context.principal.scopes_in(match[1]):
        raise ForbiddenError
    context.row = domain_row(context.tx, match[1], locked=scope == Scope.ADMINISTER)
    if context.row is None:
        raise NotFoundError("the resource does not exist")
    return match[2]


def _tags(context: Context, object_type: str | None) -> dict[str, str]:
    if object_type is None:
        return dict(context.domain.document["tags"])
    return dict(get_type(context, object_type).document.get("Tags", {}))


def _save(context: Context, object_type: str | None, tags: dict[str, str]) -> None:
    if object_type is None:
        context.domain.document["tags"] = tags
        context.save_domain()
    else:
        save_tags(context, get_type(context, object_type), tags)
