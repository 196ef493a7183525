"""Phone numbers."""

from __future__ import annotations

from collections.abc import Mapping

from dromio.clean import phone
from dromio.clean.base import CleanOptions
from dromio.engines.bulk_clean.base import NOTHING, Bulk, among, either, helping
from dromio.engines.sql import Node, tree


def build_phone(roles: Mapping[str, Node], options: CleanOptions) -> Bulk | None:
    """Ten-digit and local numbers of North America; None for other default regions."""
    if options.default_region not in phone.NANP_REGIONS:
        return None
    value = roles.get("value", NOTHING)
    text, shaped, digits = helping("text"), helping("shaped"), helping("digits")
    repeated = {digit * count for digit in "23456789" for count in (7, 10)}
    first = {"~text": tree("trim(__value)", value=value)}
    second = {
        "~shaped": tree("regexp_full_match(__text, __shape)", text=text, shape=f"{phone.NANP}|{phone.NANP_LOCAL}")
    }
    third = {
        "~digits": tree(
            """
            CASE WHEN NOT __shaped THEN NULL WHEN strlen(__text) IN (7, 10) THEN __text
                 ELSE right(replace(replace(replace(replace(__text, '-', ''), ' ', ''), ')', ''), '.', ''), 10) END
            """,
            text=text,
            shaped=shaped,
        )
    }
    number_node = tree("CASE WHEN strlen(__digits) = 10 THEN '+1' || __digits ELSE __digits END", digits=digits)
    named = either(among(number_node, options.placeholders), among(text, options.placeholders))
    known = tree(
        "CASE WHEN __digits IS NOT NULL AND NOT __idle AND NOT __named THEN __number END",
        digits=digits,
        idle=among(digits, repeated | phone.PLACEHOLDERS),
        named=named,
        number=number_node,
    )
    exact = tree("(__value IS NULL OR __text = '' OR __shaped)", value=value, text=text, shaped=shaped)
    return Bulk(exact, {"number": known}, (first, second, third))
