"""Agreement on values that tell entities apart by themselves: mailboxes, phones, numbers of accounts, addresses.

Where such a value is nearly all that records have, the pairs that share it are all that random pairs show of sharing
it, and a u counted on them would say that agreement is chance. Two entities seldom share such a value.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dromio.model.expressions import Condition, Measure, leaves
from dromio.plan import PlannedComparison

Floats = npt.NDArray[np.float64]
_MATCHES: dict[str, tuple[frozenset[str], float]] = {
    "email": (frozenset({"address", "local"}), 0.95),
    "identifier": (frozenset({"value"}), 0.95),
    "phone": (frozenset({"number"}), 0.85),
    "address": (frozenset({"number"}), 0.7),
}
"""Type -> the fields that tell entities apart, and the share of matches among pairs that agree on one: rounded figures
of customer data. An address is that of a household at times."""
_NEARLY = 0.8
"""Share of that for values that are nearly the same."""
_MOST = 0.01
"""Values that more of the random pairs share than this tell no entities apart."""


def identifying(comparison: PlannedComparison, type_name: str, u: Floats) -> Floats | None:
    """For every level the share of its pairs that are taken to be matches, 0 to 1; None for values that do not tell
    entities apart."""
    fields, share = _MATCHES.get(type_name, (frozenset(), 0.0))
    if not fields or u[0] > _MOST:
        return None
    return np.array([*(share * _telling(condition, fields) for condition in comparison.conditions), 0.0])


def _telling(condition: Condition, fields: frozenset[str]) -> float:
    """1 for a level of equal values, less where they are nearly the same, 0 where the level asks for none of them."""
    own = [leaf for leaf in leaves(condition) if any(fields & set(expression.fields) for expression in leaf.fields)]
    if not own:
        return 0.0
    return _NEARLY if any(isinstance(leaf, Measure) for leaf in leaves(condition)) else 1.0
