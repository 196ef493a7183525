"""Dates."""

from __future__ import annotations

from collections.abc import Mapping

from dromio.clean import date
from dromio.clean.base import CleanOptions
from dromio.engines.bulk_clean.base import NOTHING, TRUE, Bulk, all_of, among, helping, missing_texts, unless_missing
from dromio.engines.sql import Node, tree

_MONTH_OR_DAY = "(?:0[1-9]|[1-9][0-9])"
_LOOSE = "(?:0?[1-9]|[1-9][0-9])"
_COMPACT = f"(?:1[5-9]|2[01])[0-9]{{2}}{_MONTH_OR_DAY}{_MONTH_OR_DAY}"


def build_date(roles: Mapping[str, Node], options: CleanOptions) -> Bulk | None:
    """ISO dates, YYYYMMDD, numbers with slashes, and the roles year, month and day as numbers."""
    value = helping("value")
    helper = {name: helping(name) for name in ("form", "iso")}
    trimmed = {"~value": tree("trim(__value)", value=roles.get("value", NOTHING))}
    form = tree(
        """
        CASE WHEN __value IS NULL THEN 'missing' WHEN regexp_full_match(__value, __iso) THEN 'iso'
             WHEN regexp_full_match(__value, __compact) THEN 'compact'
             WHEN regexp_full_match(__value, __slashed) THEN 'slashed'
             WHEN __missing THEN 'missing' ELSE 'other' END
        """,
        value=value,
        iso=date.ISO,
        compact=_COMPACT,
        slashed=f"{_LOOSE}/{_LOOSE}/[0-9]{{4}}",
        missing=among(tree("lower(__value)", value=value), missing_texts(date.PLACEHOLDERS, options)),
    )
    first = {"~form": form}
    second = {
        "~iso": tree(
            """
            CASE WHEN __form = 'iso' THEN __value
                 WHEN __form = 'missing' OR __named THEN __parts
                 WHEN __form = 'compact'
                     THEN concat_ws('-', left(__value, 4), substr(__value, 5, 2), substr(__value, 7))
                 WHEN __form = 'slashed' THEN __slashed END
            """,
            value=value,
            named=among(value, options.placeholders),
            slashed=_slashed(value, options.day_first),
            parts=_date_parts(roles),
            form=helper["form"],
        )
    }
    exact = tree("(__form <> 'other' AND __parts)", form=helper["form"], parts=_date_parts_read(roles))
    fields = {"iso": unless_missing(helper["iso"], {*date.DATE_PLACEHOLDERS, *options.placeholders})}
    return Bulk(exact, fields, (trimmed, first, second))


def _slashed(value: Node, day_first: bool) -> Node:
    """The date of three numbers with slashes, the year last."""
    one, two = (tree("lpad(split_part(__value, '/', __place), 2, '0')", value=value, place=place) for place in (1, 2))
    month, day = (two, one) if day_first else (one, two)
    return tree(
        """
        concat_ws('-', split_part(__value, '/', 3),
            CASE WHEN __month > '12' AND __day <= '12' THEN __day ELSE __month END,
            CASE WHEN __month > '12' AND __day <= '12' THEN __month ELSE __day END)
        """,
        value=value,
        month=month,
        day=day,
    )


def _date_parts(roles: Mapping[str, Node]) -> Node:
    """The date of the roles year, month and day, partial where a later one is missing."""
    if "year" not in roles:
        return NOTHING
    month, day = (tree("lpad(__part, 2, '0')", part=roles.get(role, NOTHING)) for role in ("month", "day"))
    return tree(
        """
        CASE WHEN coalesce(__year, '') = '' THEN NULL WHEN coalesce(__month, '') IN ('', '00') THEN __year
             WHEN coalesce(__day, '') IN ('', '00') THEN __year || '-' || __month
             ELSE concat_ws('-', __year, __month, __day) END
        """,
        year=roles["year"],
        month=month,
        day=day,
    )


def _date_parts_read(roles: Mapping[str, Node]) -> Node:
    """Whether the roles year, month and day are absent or plain numbers."""
    shapes = {"year": "[0-9]{4}", "month": _LOOSE, "day": _LOOSE}
    if "year" not in roles:
        return TRUE
    read = [
        tree("(__part IS NULL OR __part = '' OR regexp_full_match(__part, __shape))", part=roles[role], shape=shape)
        for role, shape in shapes.items()
        if role in roles
    ]
    return all_of(*read)
