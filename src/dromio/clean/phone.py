"""Phone numbers in E.164; digits alone where no numbering plan fits."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

from dromio.clean.base import AttributeType, CleanOptions, Fields, Parts
from dromio.clean.placeholders import listed
from dromio.clean.text import compatible, fold

PLACEHOLDERS = listed("phone_digits")
NANP_REGIONS = frozenset({"US", "CA"})
"""Regions whose ten-digit numbers are read by a pattern: 12 µs less than the library, and the same answer."""

MIN_DIGITS, MAX_DIGITS = 5, 15
"""E.164 allows 15 digits; shorter than five are short codes and slips, shared by too many."""

NANP = r"(?:\+?1[ .-]?)?(?:\([2-9][0-9]{2}\)|[2-9][0-9]{2})[ .-]?[0-9]{3}[ .-]?[0-9]{4}"
"""Ten digits with an area code that cannot be read as trunk or country code, in the usual spellings."""

NANP_LOCAL = r"[2-9][0-9]{2}[ .-]?[0-9]{4}"
"""Seven digits without area code; they stay plain digits."""

_NANP = re.compile(NANP).fullmatch
_NANP_LOCAL = re.compile(NANP_LOCAL).fullmatch
_NOT_DIGITS = str.maketrans("", "", "+-(). ")
_SCHEME = re.compile(r"^(?:tel|sips?|callto|sms|fax|phone|mobile|whatsapp) *: *")


def clean(parts: Parts, options: CleanOptions) -> Fields:
    """The number: "+" and country code where the plan allows it, else 5 to 15 plain digits of national spelling."""
    text = parts.get("value", "").strip(" ")
    nanp = options.default_region in NANP_REGIONS
    if nanp and _NANP(text):
        digits = text.translate(_NOT_DIGITS)[-10:]
        number = "+1" + digits
    elif nanp and _NANP_LOCAL(text):
        number = digits = text.translate(_NOT_DIGITS)
    else:
        number, digits = _parsed(text, options.default_region)
    if not MIN_DIGITS <= len(digits) <= MAX_DIGITS or digits in PLACEHOLDERS or digits == digits[0] * len(digits):
        return {}
    if options.placeholders and (number in options.placeholders or fold(text) in options.placeholders):
        return {}
    return {"number": number}


def _parsed(raw: str, region: str) -> tuple[str, str]:
    """(number, its national digits); both empty when there are no digits."""
    text = _dialled(compatible(raw).lower())
    digits = "".join(char for char in text if "0" <= char <= "9")
    for candidate in (text, *_international(text, digits)):
        number = _parse(candidate, region)
        if number is not None:
            national = phonenumbers.national_significant_number(number)
            if phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE:
                return phonenumbers.format_number(number, PhoneNumberFormat.E164), national
    return _fallback(text, digits, region)


def _dialled(text: str) -> str:
    """What stands after a scheme and before a host. A WhatsApp id is an international number without its plus."""
    scheme = _SCHEME.match(text)
    if not scheme:
        return text
    rest = text[scheme.end() :].partition("@")[0]
    return f"+{rest}" if scheme.group().startswith("whatsapp") and rest[:1].isdigit() else rest


def _international(text: str, digits: str) -> tuple[str, ...]:
    """The number read as 00 and country code, tried when the national reading is not possible."""
    return ("+" + digits[2:],) if digits.startswith("00") and "+" not in text else ()


def _parse(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except NumberParseException:
        return None


def _fallback(text: str, digits: str, region: str) -> tuple[str, str]:
    """Digits of a number that no plan allows; the country code of the default region is left out."""
    number = _parse(text, region)
    if number is not None:
        digits = phonenumbers.national_significant_number(number)
        if number.country_code != phonenumbers.country_code_for_region(region):
            digits = f"{number.country_code}{digits}"
    return digits, digits


TYPE = AttributeType(name="phone", doc="Phone number", roles=("value",), fields=("number",), clean=clean)
