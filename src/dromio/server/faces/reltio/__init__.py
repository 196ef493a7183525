"""The Verify Matches face: match groups judged and explained on the entities of the store."""

from dromio.server.faces.reltio.face import reltio_face

__all__ = ["reltio_face"]
