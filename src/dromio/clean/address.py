"""Postal addresses: house number, street, unit, city, postcode, region and country, of parts or of one line."""

from __future__ import annotations

import re

from dromio.clean.address_lines import Street, parse_street, split_line
from dromio.clean.base import AttributeType, CleanOptions, Fields, Parts, is_placeholder
from dromio.clean.placeholders import placeholder_words, placeholders
from dromio.clean.places import city_of, country_of, region_of
from dromio.clean.text import alphanumerics, fold, words_of

PLACEHOLDERS = placeholders("address")
PLACEHOLDER_WORDS = placeholder_words("address")
POSTCODE_PLACEHOLDERS = frozenset(text.upper() for text in placeholder_words("postcode"))

_FLOAT = re.compile(r"[0-9]{3,9}\.0").fullmatch
_DIGITS = re.compile(r"[0-9]+").match
_UNIT_WORDS = re.compile(r"^(?:apartment|apt|unit|suite|ste|flat|room|rm|number|no|#|floor|fl|lot)\b[ .#]*")


def clean(parts: Parts, options: CleanOptions) -> Fields:
    """Fields of the parts; what they lack comes from the full line, where there is one."""
    fields: Fields = {}
    _put_street(fields, parts, options)
    if "postcode" in parts:
        _put(fields, "postcode", postcode_of(parts["postcode"], options))
    if "region" in parts:
        _put(fields, "region", region_of(_folded(parts["region"], options)))
    if "city" in parts:
        _put_city(fields, parts["city"], options)
    if "country" in parts:
        _put(fields, "country", country_of(_folded(parts["country"], options)))
    if "full" in parts:
        _put_line(fields, parts["full"], options)
    return fields


def _put(fields: Fields, name: str, text: str) -> None:
    """Sets a field that is not set yet, unless the text is empty."""
    if text and name not in fields:
        fields[name] = text


def _folded(text: str, options: CleanOptions) -> str:
    """The folded text; "" for a placeholder."""
    folded = fold(text)
    return "" if is_placeholder(folded, PLACEHOLDERS, options) else folded


def _put_street(fields: Fields, parts: Parts, options: CleanOptions) -> None:
    """House number, street and unit of their roles; a second line gives the unit, or the street when there is none."""
    street = parse_street(_folded(parts.get("street", ""), options))
    second = _folded(parts["line2"], options) if "line2" in parts else ""
    if second and not street.name:
        street, second = parse_street(second), ""
    if "number" in parts:
        _put(fields, "number", words_of(_folded(parts["number"], options)).replace(" ", ""))
    if "unit" in parts:
        _put(fields, "unit", _bare_unit(_folded(parts["unit"], options)))
    _put_parsed(fields, street)
    if second and "unit" not in fields:
        _put(fields, "unit", _second_line_unit(second))


def _put_parsed(fields: Fields, street: Street) -> None:
    _put(fields, "number", street.number)
    _put(fields, "street", street.name)
    _put(fields, "unit", street.unit)


def _bare_unit(folded: str) -> str:
    """A unit without its designator: "apt 4-b" is "4b"."""
    return words_of(_UNIT_WORDS.sub("", folded)).replace(" ", "")


def _second_line_unit(folded: str) -> str:
    """The unit of a second line: "apt 4", or one short word with a digit ("4b")."""
    unit = parse_street(folded).unit
    if unit:
        return unit
    bare = _bare_unit(folded)
    return bare if len(bare) <= 5 and _DIGITS(bare) else ""


def _put_city(fields: Fields, text: str, options: CleanOptions) -> None:
    """City before the first comma; a short word after it is the region ("Chicago, IL")."""
    folded = _folded(text, options)
    if "," in folded:
        folded, _, rest = folded.partition(",")
        region = rest.strip()
        if len(region) <= 3:
            _put(fields, "region", region_of(region))
    city = city_of(folded)
    _put(fields, "city", "" if city in PLACEHOLDER_WORDS else city)


def postcode_of(text: str, options: CleanOptions) -> str:
    """Upper case, letters and digits only; of an American ZIP+4 the first five. "" for a placeholder."""
    text = text.strip(" ")
    if len(text) == 5 and text.isdigit() and text.isascii():
        code = text
    else:
        folded = _folded(text, options)
        code = alphanumerics(folded.removesuffix(".0") if _FLOAT(folded) else folded)
        if len(code) == 9 and code.isdigit():
            code = code[:5]
    missing = code in POSTCODE_PLACEHOLDERS or (bool(options.placeholders) and code.lower() in options.placeholders)
    return "" if missing else code


def _put_line(fields: Fields, text: str, options: CleanOptions) -> None:
    """Fields of a whole address in one line, for those that the parts did not give."""
    folded = _folded(text, options)
    if not folded:
        return
    line = split_line(folded)
    if "street" not in fields:
        _put_parsed(fields, parse_street("" if line.street in PLACEHOLDERS else line.street))
    _put(fields, "unit", line.unit)
    _put(fields, "city", line.city)
    _put(fields, "postcode", postcode_of(line.postcode, options))
    _put(fields, "region", line.region)
    _put(fields, "country", line.country)


TYPE = AttributeType(
    name="address",
    doc="Postal address, in parts or in one line",
    roles=("full", "street", "number", "unit", "line2", "city", "postcode", "region", "country"),
    fields=("number", "street", "unit", "city", "postcode", "region", "country"),
    clean=clean,
)
