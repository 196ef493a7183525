"""Pages of lists."""

from __future__ import annotations

from dromio.errors import Fault
from dromio.server.errors import RequestError
from dromio.server.faces.own.shapes import PageQuery
from dromio.server.service import Call


def limited(call: Call, query: PageQuery) -> int:
    """Length of the page. Raises RequestError where it is over the server's own bound."""
    most = call.service.settings.max_page
    if query.limit > most:
        raise RequestError("the query is not as described", [Fault("limit", f"at most {most}")])
    return query.limit
