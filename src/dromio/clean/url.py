"""Web addresses: host and path."""

from __future__ import annotations

import re

from dromio.clean.base import AttributeType, CleanOptions, Fields, Parts, is_placeholder
from dromio.clean.placeholders import placeholders
from dromio.clean.text import compatible

PLACEHOLDERS = placeholders("url")

_URL = re.compile(
    r"(?:(?:[a-z][a-z0-9+.-]*:)?//)?(?:[^/?#@\s]*@)?(?:www\.)*([^/?#@:\s]+)(?::[0-9]*)?(/[^?#\s]*)?", re.IGNORECASE
).match


def clean(parts: Parts, options: CleanOptions) -> Fields:
    """Host without "www." and path without final slash; scheme, user, port, query and fragment are dropped."""
    text = compatible(parts.get("value", ""))
    if is_placeholder(text.lower(), PLACEHOLDERS, options):
        return {}
    found = _URL(text)
    if not found:
        return {}
    host = found[1].lower().rstrip(".")
    if "." not in host.strip("."):
        return {}
    path = (found[2] or "").rstrip("/")
    return {"host": host, "path": path} if path else {"host": host}


TYPE = AttributeType(name="url", doc="Web address or domain", roles=("value",), fields=("host", "path"), clean=clean)
