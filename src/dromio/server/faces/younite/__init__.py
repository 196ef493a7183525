"""The rules face, under /younite: versions of data domains with their matching algorithms, and trials of them."""

from dromio.server.faces.younite.face import younite_face

__all__ = ["younite_face"]
