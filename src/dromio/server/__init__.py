"""The server: an ASGI application over the identity store, safe as it comes.

from dromio.server import create_app, load_settings, open_service

settings = load_settings(store="sqlite:///customers.db")
app = create_app(settings, open_service(settings))
"""

from __future__ import annotations

from dromio.server.app import App, create_app
from dromio.server.service import Service, open_service
from dromio.server.settings import Settings, load_settings

__all__ = ["App", "Service", "Settings", "create_app", "load_settings", "open_service"]
