"""Dromio's own API, under /v1."""

from __future__ import annotations

from dromio.server.faces.own import access, domains, entities, events, jobs, models, records, review
from dromio.server.routes import Face


def own_face() -> Face:
    """All routes of the own API."""
    parts = (domains, models, records, entities, review, jobs, events, access)
    return Face("own", tuple(route for part in parts for route in part.routes()), begin=jobs.begin)
