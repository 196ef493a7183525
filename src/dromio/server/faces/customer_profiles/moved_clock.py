"""Setting the clock over HTTP, where the operator allows it: for tests of what takes days."""

from __future__ import annotations

import json

from dromio.server.faces.customer_profiles.context import SECOND
from dromio.server.faces.customer_profiles.desk import Place
from dromio.server.faces.customer_profiles.errors import BadRequestError
from dromio.server.messages import Reply
from dromio.server.roles import Scope
from dromio.server.routes import Route
from dromio.server.service import Call


def clock_routes(place: Place, path: str) -> list[Route]:
    """Routes that read and move the clock."""

    def get_clock(call: Call) -> Reply:
        """Give the moment that the server takes for now."""
        return Reply({"Now": place.desk(call.service).clock.now() / SECOND})

    def put_clock(call: Call) -> Reply:
        """Set the moment that the server takes for now."""
        desk = place.desk(call.service)
        desk.clock.offset += _wanted(call.request.body) - desk.clock.now() / SECOND
        desk.wake()
        return get_clock(call)

    administer = frozenset({Scope.ADMINISTER})
    return [Route("GET", path, get_clock, administer), Route("PUT", path, put_clock, administer)]


def _wanted(body: bytes) -> float:
    try:
        wanted = json.loads(body)["Now"]
    except (ValueError, KeyError, TypeError):
        raise BadRequestError("send the moment as Now") from None
    if not isinstance(wanted, int | float) or isinstance(wanted, bool) or not 0 <= wanted < 2**33:
        raise BadRequestError("Now must be seconds since 1970")
    return float(wanted)
