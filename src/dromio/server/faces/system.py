"""Routes about the server itself: is it alive, is it ready, what has it done, and what can it be asked."""

from __future__ import annotations

import json
from collections.abc import Iterable

from dromio.server.messages import Reply
from dromio.server.metrics import MEDIA_TYPE
from dromio.server.openapi import document
from dromio.server.roles import Scope
from dromio.server.routes import Face, Route
from dromio.server.service import Call


def healthz(call: Call) -> Reply:
    """Say that the process is alive."""
    return Reply({"status": "alive"})


def readyz(call: Call) -> Reply:
    """Say whether requests can be served now; 503 while they cannot."""
    fault = call.service.fault()
    return Reply({"status": "not ready"}, 503, {"retry-after": "1"}) if fault else Reply({"status": "ready"})


def metrics(call: Call) -> Reply:
    """Give counts and durations of requests, in the text format of Prometheus."""
    return Reply(call.service.metrics.text().encode(), headers={"content-type": MEDIA_TYPE})


def system_face() -> Face:
    """Routes that probes and monitoring ask."""
    public, observe = frozenset({Scope.PUBLIC}), frozenset({Scope.OBSERVE})
    return Face(
        "system",
        (
            Route("GET", "/healthz", healthz, public, audited=False),
            Route("GET", "/readyz", readyz, public, audited=False, also=(503,)),
            Route("GET", "/metrics", metrics, observe, audited=False),
        ),
    )


def document_route(faces: Iterable[Face]) -> Route:
    """The route that describes all routes of some faces, and itself."""

    def openapi(call: Call) -> Reply:
        """Give the OpenAPI document of all routes."""
        return Reply(text)

    route = Route("GET", "/v1/openapi.json", openapi, frozenset({Scope.SIGNED_IN}), audited=False)
    text = json.dumps(document([*faces, Face("description", (route,))]), ensure_ascii=False).encode()
    return route
