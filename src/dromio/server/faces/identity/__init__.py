"""The contact-centre surface under /identity: `identity_face()`."""

from __future__ import annotations

from dromio.server.faces.identity.face import identity_face

__all__ = ["identity_face"]
