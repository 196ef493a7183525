"""The face: a route for every operation, and the way of a request through its checks to its function.

The order of checks is fixed: body, constraints, domain, named resource, state.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from dromio.server.faces.customer_profiles.context import Answer, Context, Given, Pages, domain_row
from dromio.server.faces.customer_profiles.desk import Desk, Place
from dromio.server.faces.customer_profiles.errors import (
    BadRequestError,
    NotFoundError,
    NotOfferedError,
    refuse,
    summary,
)
from dromio.server.faces.customer_profiles.groups import settle
from dromio.server.faces.customer_profiles.moved_clock import clock_routes
from dromio.server.faces.customer_profiles.operations import EXTENSIONS, OPERATIONS, PREFIX, Operation
from dromio.server.faces.customer_profiles.options import Options
from dromio.server.faces.customer_profiles.outside import OUTSIDE
from dromio.server.faces.customer_profiles.shapes import SHAPES
from dromio.server.messages import Reply
from dromio.server.roles import Scope
from dromio.server.routes import DOMAIN, Face, Route
from dromio.server.service import Call
from dromio.store.database import Transaction

NAME = "customer-profiles"
_PARAMETER = re.compile(r"\{([A-Za-z]+)\}")
_QUERY = {"next-token": "NextToken", "max-results": "MaxResults"}
_IDS = ("ProfileId", "MainProfileId", "ProfileIdsToBeMerged", "ProfileIds")


def customer_profiles_face(options: Options | None = None, desk: Desk | None = None) -> Face:
    """All routes of the face. Requests are signed; errors look as the protocol wants them.

    The desk is opened on the store of the server when that starts, unless one is given.
    """
    place = Place(options, desk)
    routes = [_route(place, operation) for operation in (*OPERATIONS, *EXTENSIONS)]
    routes += [_refusing_route(name) for name in OUTSIDE]
    if options is not None and options.test_clock:
        routes += clock_routes(place, f"{PREFIX}/_ext/clock")
    return Face(NAME, tuple(routes), "signature", refuse, place.begin, PREFIX)


def _route(place: Place, operation: Operation) -> Route:
    members = _PARAMETER.findall(operation.path)

    def handle(call: Call) -> Reply:
        given = _checked(operation, _given(operation, members, call))
        answer = _done(place.desk(call.service), operation, call, given)
        return Reply(answer, touched=tuple(_touched(given, answer)))

    handle.__name__, handle.__doc__ = _snake(operation.name), operation.work.__doc__
    path = _PARAMETER.sub(lambda found: f"{{{_parameter(found[1])}}}", operation.path)
    return Route(operation.method, f"{PREFIX}{path}", handle, frozenset({operation.scope}))


def _refusing_route(name: str) -> Route:
    method, path = OUTSIDE[name]

    def handle(call: Call) -> Reply:
        raise NotOfferedError("this server does not offer the operation")

    handle.__name__, handle.__doc__ = _snake(name), "Say that the operation is not offered."
    return Route(method, f"{PREFIX}{path}", handle, frozenset({Scope.SIGNED_IN}))


def _parameter(member: str) -> str:
    return DOMAIN if member == "DomainName" else _snake(member)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _given(operation: Operation, members: list[str], call: Call) -> dict[str, Any]:
    """Everything that a request says, by the names of its members: body, query and path."""
    body = _body(call.request.body) if operation.method in ("POST", "PUT") else {}
    found = {name: value for name, value in body.items() if name not in ("NextToken", "MaxResults")}
    return found | dict(_query(call)) | {name: call.path[_parameter(name)] for name in members}


def _body(raw: bytes) -> dict[str, Any]:
    if not raw:
        return {}
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadRequestError("the body must be JSON") from None
    if not isinstance(found, dict):
        raise BadRequestError("the body must be a JSON object")
    return found


def _query(call: Call) -> Iterator[tuple[str, Any]]:
    for name, text in call.request.query:
        if name in _QUERY:
            # A number that is none stays a text, which its constraint refuses.
            is_number = name == "max-results" and re.fullmatch(r"-?[0-9]{1,9}", text)
            yield _QUERY[name], int(text) if is_number else text
    tag_keys = [text for name, text in call.request.query if name == "tagKeys"]
    if tag_keys:
        yield "tagKeys", tag_keys


def _checked(operation: Operation, given: Mapping[str, Any]) -> Given:
    """The members that are known. Raises BadRequestError with every fault."""
    shape = SHAPES[operation.name]
    faults = list(shape.faults("", given))
    if faults:
        raise BadRequestError(summary(faults))
    kept: Given = shape.kept(given)
    return kept


def _done(desk: Desk, operation: Operation, call: Call, given: Given) -> Answer:
    """What the operation answers, all its changes made or none."""
    pages = _pages(operation, call, given)

    def work(transaction: Transaction) -> Answer:
        context = Context(transaction, desk.clock.now(), desk.options, call.principal, pages)
        if "DomainName" in given:
            context.row = domain_row(transaction, given["DomainName"], locked=operation.writes)
            if context.row is None and not operation.makes_domain:
                raise NotFoundError("the domain does not exist")
        answer = operation.work(context, given)
        if context.changed:
            settle(context)
        return answer

    if operation.writes:
        answer = desk.database.retry(work)
        if operation.scope == Scope.ADMINISTER:
            desk.wake()
        return answer
    with desk.database.read() as transaction:
        return work(transaction)


def _pages(operation: Operation, call: Call, given: Given) -> Pages:
    """Tokens that are good for the same caller, operation and filter only."""
    filters = {name: value for name, value in given.items() if name not in ("NextToken", "MaxResults")}
    bound = (call.principal.credential, operation.name, json.dumps(filters, sort_keys=True))
    cursors = call.service.cursors
    return Pages(lambda position: cursors.make(position, bound), lambda token: cursors.read(token, bound))


def _touched(given: Given, answer: Answer) -> Iterator[str]:
    """Names for the audit log of the profiles that were read or changed."""
    for member in _IDS:
        for said in (given, answer):
            value = said.get(member, ())
            yield from (f"profile:{one}" for one in ([value] if isinstance(value, str) else value))
    for item in answer.get("Items", ()):
        if "ProfileId" in item:
            yield f"profile:{item['ProfileId']}"
