"""Numbers as a person reads them. None and values that are not finite give "–", never an error."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

UNKNOWN = "–"


def finite(value: Any) -> float | None:
    """`value` as a float, or None when it is missing, not a number, NaN or infinite."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def count(value: Any) -> str:
    """1234567 gives "1,234,567"; fractions are rounded to one decimal below 100 and away above."""
    number = finite(value)
    if number is None:
        return UNKNOWN
    return f"{number:,.1f}" if abs(number) < 100 and number != round(number) else f"{number:,.0f}"


def percent(value: Any) -> str:
    """0.342 gives "34.2%"; never "0%" or "100%" for a share that is only close to it."""
    share = finite(value)
    if share is None:
        return UNKNOWN
    if 0 < share < 0.0005:
        return "<0.1%"
    if 0.9995 <= share < 1:
        return ">99.9%"
    return f"{100 * share:.1f}".removesuffix(".0") + "%"


def probability(value: Any) -> str:
    """A probability: three decimals in the middle, "1 in 12,000" when it is below 0.001."""
    number = finite(value)
    if number is None:
        return UNKNOWN
    if 0 < number < 0.001:
        return f"1 in {1 / number:,.0f}"
    return ">0.999" if 0.9995 <= number < 1 else f"{number:.3f}".rstrip("0").rstrip(".")


def bits(value: Any) -> str:
    """A match weight with its sign: "+7.3", "−2.0" (minus sign, not hyphen), "0.0"."""
    number = finite(value)
    if number is None:
        return UNKNOWN
    text = f"{abs(number):.1f}"
    return text if text == "0.0" else ("+" if number > 0 else "−") + text


def seconds(value: Any) -> str:
    """Durations from "0.04 s" through "12.3 s" to "3 min 05 s"."""
    number = finite(value)
    if number is None:
        return UNKNOWN
    if number >= 60:
        return f"{int(number // 60)} min {int(number % 60):02d} s"
    return f"{number:.1f} s" if number >= 10 else f"{number:.2f} s"


def megabytes(value: Any) -> str:
    """Memory in MB, or in GB from 1,000 MB on."""
    number = finite(value)
    if number is None:
        return UNKNOWN
    return f"{number / 1000:.1f} GB" if number >= 1000 else f"{number:.0f} MB"


def probability_of(weight: float) -> float:
    """Match probability of a match weight in bits: 2^w / (1 + 2^w), in [0, 1]."""
    if weight > 0:
        return 1 / (1 + math.exp2(-min(weight, 1000.0)))
    odds = math.exp2(max(weight, -1000.0))
    return odds / (1 + odds)


def moment(value: Any) -> str:
    """An ISO 8601 time as "2025-03-04 09:15", with " UTC" when it says so; any other text as it is."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    return f"{found:%Y-%m-%d %H:%M}" + (" UTC" if found.utcoffset() == timedelta(0) else "")
