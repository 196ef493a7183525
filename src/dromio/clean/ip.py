"""Internet addresses in canonical text."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

from dromio.clean.base import AttributeType, CleanOptions, Fields, Parts
from dromio.clean.text import head

MAX_ADDRESS = 64
"""An IPv6 address with zone and brackets is shorter."""


def clean(parts: Parts, options: CleanOptions) -> Fields:
    """The address as `ipaddress` writes it; mapped IPv4 as IPv4. Missing for unspecified and loopback addresses."""
    text = head(parts.get("value", "")).strip("[]")
    if len(text) > MAX_ADDRESS or text in options.placeholders:
        return {}
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return {}
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return {} if address.is_unspecified or address.is_loopback else {"value": str(address)}


TYPE = AttributeType(name="ip", doc="Internet address", roles=("value",), fields=("value",), clean=clean)
