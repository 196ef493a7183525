"""How each source keeps its records: what it leaves out, mistypes, and how it writes names, dates and phones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dromio.datasets.pools import Codes
from dromio.errors import UsageError

DATE_STYLES = ("%Y-%m-%d", "%m/%d/%Y", "%Y%m%d", "%d %b %Y")
# Around area code, exchange and line: what is written before each, and after the last.
PHONE_STYLES = (
    ("(", ") ", "-", ""),
    ("", "-", "-", ""),
    ("", "", "", ""),
    ("+1 ", " ", " ", ""),
    ("+1", "", "", ""),
    ("", ".", ".", ""),
    ("1-", "-", "-", ""),
    ("", "-", "-", " x12"),
)
MOST_SOURCES = 99


@dataclass(frozen=True)
class Habit:
    """Shares (0 to 1) and weights by which one source keeps records.

    `weight` is its share of the records before scaling, `parts` and `full` how often it has the name in parts and in
    full, `inverted` how often the full name is "Last, First"; `typos` and `gaps` multiply the general rates; `upper`
    and `lower` are the shares of texts in that case; `dates` and `phones` weigh the styles above.
    """

    name: str
    weight: float
    parts: float
    full: float
    inverted: float
    typos: float
    gaps: float
    upper: float
    lower: float
    dates: tuple[float, ...]
    phones: tuple[float, ...]


HABITS = (
    Habit("crm", 0.40, 0.98, 0.80, 0.02, 0.7, 0.6, 0.02, 0.02, (0.99, 0.0, 0.0, 0.01), (4, 3, 1, 1, 1, 1, 1, 0.3)),
    Habit("shop", 0.28, 0.85, 0.90, 0.01, 1.2, 1.2, 0.03, 0.12, (0.96, 0.03, 0.0, 0.01), (1, 2, 4, 1, 2, 1, 0.5, 0.1)),
    Habit("billing", 0.20, 0.95, 0.50, 0.25, 0.8, 0.8, 0.45, 0.0, (0.75, 0.0, 0.25, 0.0), (0.5, 1, 6, 0, 0, 0, 0, 0)),
    Habit("support", 0.12, 0.70, 0.90, 0.03, 2.2, 1.9, 0.02, 0.08, (0.80, 0.15, 0.0, 0.05), (2, 3, 2, 1, 1, 1, 1, 0.5)),
)


def habits(sources: int) -> list[Habit]:
    """One habit for each source; from the fifth on they repeat. Raises UsageError outside 1 to 99."""
    if not 1 <= sources <= MOST_SOURCES:
        raise UsageError(f"sources must be between 1 and {MOST_SOURCES}, got {sources}")
    return [HABITS[number % len(HABITS)] for number in range(sources)]


def source_names(sources: int) -> list[str]:
    """Names of the sources, in the order of `habits`; from the fifth on numbered (crm_2)."""
    return [
        habit.name if number < len(HABITS) else f"{habit.name}_{number // len(HABITS) + 1}"
        for number, habit in enumerate(habits(sources))
    ]


def drawn(rng: np.random.Generator, weights: list[tuple[float, ...]], sources: Codes) -> Codes:
    """For each record a style, by the weights of its source (one tuple for each source)."""
    table: npt.NDArray[np.float64] = np.cumsum(np.array(weights, dtype=np.float64), axis=1)
    table /= table[:, -1:]
    style: Codes = (rng.random(len(sources))[:, None] > table[sources]).sum(axis=1)
    return style
