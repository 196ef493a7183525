"""What happened in a domain, as a feed."""

from __future__ import annotations

import threading

from dromio.errors import Fault
from dromio.server.errors import RequestError
from dromio.server.faces.own import job_shapes
from dromio.server.messages import Reply
from dromio.server.roles import Scope
from dromio.server.routes import Route
from dromio.server.service import Call, Service

_SHARE = 4


class Waiting:
    """How many may wait for something to happen at once: a part of the threads, so that others are always served."""

    def __init__(self, service: Service) -> None:
        self.places = threading.BoundedSemaphore(max(1, service.settings.threads // _SHARE))


def get_events(call: Call, query: job_shapes.EventsQuery) -> Reply:
    """Give all that happened in a domain, in order, in ids only: each change once, and none left out.

    `wait`: seconds to wait where there is nothing yet; with many who wait, the answer may come at once, and be empty.
    """
    most = call.service.settings.max_page
    if query.limit > most:
        raise RequestError("the query is not as described", [Fault("limit", f"at most {most}")])
    wait = min(query.wait, call.service.settings.total_seconds / 2)
    places = call.service.part(Waiting).places
    waits = wait > 0 and places.acquire(blocking=False)
    try:
        found = call.domain.changes(query.after, query.limit, wait_seconds=wait if waits else 0)
    finally:
        if waits:
            places.release()
    last = found[-1].change_id if found else query.after
    touched = (f"events:{found[0].change_id}-{last}",) if found else ()
    return Reply({"events": [one.to_dict() for one in found], "next": last}, touched=touched)


def routes() -> tuple[Route, ...]:
    """The route of the feed."""
    path, read = "/v1/domains/{domain}/events", frozenset({Scope.READ})
    return (Route("GET", path, get_events, read, query=job_shapes.EventsQuery, reply=job_shapes.EventsOut),)
