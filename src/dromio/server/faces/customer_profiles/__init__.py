"""The Customer Profiles protocol for its stock clients: `customer_profiles_face(open_desk(url))`."""

from __future__ import annotations

from dromio.server.faces.customer_profiles.desk import Clock, Desk, open_desk
from dromio.server.faces.customer_profiles.face import customer_profiles_face
from dromio.server.faces.customer_profiles.options import Options

__all__ = ["Clock", "Desk", "Options", "customer_profiles_face", "open_desk"]
