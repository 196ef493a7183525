"""The faces of the server: each a table of routes over the same service, none knowing another."""

from __future__ import annotations

from dromio.server.faces.customer_profiles import customer_profiles_face
from dromio.server.faces.identity import identity_face
from dromio.server.faces.own import own_face
from dromio.server.faces.reltio import reltio_face
from dromio.server.faces.system import document_route, system_face
from dromio.server.faces.younite import younite_face
from dromio.server.routes import Face


def all_faces() -> list[Face]:
    """Every face, and the description of all."""
    faces = [
        system_face(),
        own_face(),
        customer_profiles_face(),
        identity_face(),
        reltio_face(),
        younite_face(),
    ]
    return [*faces, Face("description", (document_route(faces),))]
