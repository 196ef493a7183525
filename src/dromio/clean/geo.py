"""Points on the earth in decimal degrees (WGS 84)."""

from __future__ import annotations

import re
from decimal import Decimal

from dromio.clean.base import AttributeType, CleanOptions, Fields, Parts
from dromio.clean.text import fold

DECIMALS = 6
"""A millionth of a degree is 11 cm, finer than any address."""

_DEGREES = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{0,30})?").fullmatch
_PAIR = re.compile(r"^(?:point)? ?\(?([+-]?[0-9.]+)[ ,;]+([+-]?[0-9.]+)\)?$")


def clean(parts: Parts, options: CleanOptions) -> Fields:
    """Latitude within 90 and longitude within 180 degrees; missing unless both are known. 0,0 is a placeholder.

    `value` holds "lat,lon", or WKT "POINT(lon lat)".
    """
    lat, lon = fold(parts.get("lat", "")), fold(parts.get("lon", ""))
    if not (lat and lon) and "value" in parts:
        lat, lon = _pair(fold(parts["value"]))
    latitude, longitude = _degrees(lat, 90), _degrees(lon, 180)
    if not latitude or not longitude or latitude == longitude == "0":
        return {}
    return {"lat": latitude, "lon": longitude}


def _pair(folded: str) -> tuple[str, str]:
    found = _PAIR.match(folded)
    if not found:
        return "", ""
    return (found[2], found[1]) if folded.startswith("point") else (found[1], found[2])


def _degrees(text: str, limit: int) -> str:
    """Decimal text rounded to DECIMALS, "" outside -limit..limit or when it is no number."""
    if not _DEGREES(text):
        return ""
    number = round(Decimal(text), DECIMALS)
    if abs(number) > limit:
        return ""
    plain = f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"
    return "0" if plain in ("-0", "") else plain


TYPE = AttributeType(
    name="geo", doc="Point on the earth", roles=("lat", "lon", "value"), fields=("lat", "lon"), clean=clean
)
