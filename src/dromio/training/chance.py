"""What two unrelated records look like: u of every level, and how often which comparisons are missing.

u is the probability that two records drawn at random reach a level. Levels made of equalities are had exactly from
value frequencies (a value of frequency p agrees by chance with probability p squared); the others are counted on
random pairs. Both together say how many unrelated pairs of each comparison vector the data must hold, which anchors
training: what occurs more often than that is not chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from dromio.engines.columns import AttributeColumns
from dromio.model.expressions import All, AnyOf, Condition, FieldExpression, Test
from dromio.plan import PlannedComparison
from dromio.training.counts import Levels, null_patterns
from dromio.training.identifying import identifying
from dromio.training.words import reasons

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Equalities = frozenset[FieldExpression]
SAMPLE = 300_000
"""Random pairs: a level of probability 1 in 10,000 is then seen 30 times, give or take 18 %."""
_TOO_RARE = 1e-7
_ROWS = 2_000_000
ENOUGH_BITS = 15.0
"""Bits that full agreement of all other comparisons is worth, from which matches of texts need not be known
beforehand."""
_LEAST_LEFT = 0.02
"""At least this share of the agreement counted on random pairs is left to chance."""


@dataclass(frozen=True)
class Chance:
    """`u`: for every comparison the probability of each level but the null level; `null_share` per comparison;
    `pattern_share`: probability of every pattern of missing comparisons that was seen."""

    u: tuple[Floats, ...]
    null_share: Floats
    pattern_share: Mapping[int, float]
    pairs: int
    settled: tuple[Bools | None, ...] = ()
    """For every comparison the levels whose u holds no matches any more; None where none is known to."""

    def of_patterns(self, vectors: Levels) -> Floats:
        """Probability that two random records lack just what each vector lacks."""
        independent = np.ones(vectors.shape[1])
        for row, share in zip(vectors, self.null_share, strict=True):
            independent *= np.where(row == 0, share, 1 - share)
        seen = np.array([self.pattern_share.get(pattern, 0.0) for pattern in null_patterns(vectors).tolist()])
        return np.where(seen > 0, seen, np.clip(independent, 1e-300, _TOO_RARE))

    def without_matches(
        self, m: Sequence[Floats], matches: float, shared: Sequence[float] = (), related: float = 0.0
    ) -> tuple[Floats, ...]:
        """u among unrelated pairs: random pairs hold the matches too, and where agreement is rare most of it is
        theirs. So do they hold `related` pairs, which have what matches have as often as `shared` says."""
        share = min(matches / max(self.pairs, 1), 0.9)
        settled = self.settled or (None,) * len(self.u)
        parts = [
            share * one + related / max(self.pairs, 1) * part * one
            for one, part in zip(m, shared or [0.0] * len(m), strict=True)
        ]
        return tuple(_less(u, part, done) for u, part, done in zip(self.u, parts, settled, strict=True))


def _less(u: Floats, part: Floats, settled: Bools | None) -> Floats:
    rest = np.maximum(u - part, _LEAST_LEFT * u)
    if settled is not None:
        rest = np.where(settled, u, rest)
    result: Floats = rest / rest.sum()
    return result


def random_pairs(records: int, source: npt.NDArray[Any] | None = None, sample: int = SAMPLE) -> tuple[Any, Any]:
    """Left and right records of random comparable pairs; all pairs where there are few. The same for the same count."""
    if records * (records - 1) // 2 <= sample:
        left, right = np.triu_indices(records, 1)
    else:
        generator = np.random.Generator(np.random.PCG64(20011))
        left, right = generator.integers(0, records, (2, sample))
        left, right = np.minimum(left, right), np.maximum(left, right)
    kept = left != right
    if source is not None:
        kept &= source[left] != source[right]
    return left[kept].astype(np.int32), right[kept].astype(np.int32)


def comparable_pairs(records: int, source: npt.NDArray[Any] | None = None) -> int:
    """How many pairs of records there are; with `source`, of different sources only."""
    everything = records * (records - 1) // 2
    if source is None:
        return everything
    sizes = np.bincount(np.unique(source, return_inverse=True)[1]).astype(np.int64)
    return everything - int((sizes * (sizes - 1) // 2).sum())


def chance(
    levels: Levels,
    comparisons: Sequence[PlannedComparison],
    attributes: Mapping[str, AttributeColumns],
    pairs: int,
    types: Mapping[str, str] | None = None,
) -> Chance:
    """From the vectors of random pairs and the frequencies of values. `pairs`: comparable pairs in the data; `types`:
    the type of every attribute, where what it says of the values is to count."""
    total = max(levels.shape[1], 1)
    null_share = (levels == 0).sum(axis=1) / total
    u: list[Floats] = []
    for place, (row, comparison) in enumerate(zip(levels, comparisons, strict=True)):
        counted = np.bincount(row, minlength=comparison.levels)[1:].astype(np.float64)
        probability = (counted + 0.5) / (counted.sum() + 0.5 * len(counted))
        exact = [
            one / max(1 - null_share[place], 1e-9)
            for one in _exact_prefix(comparison.conditions, attributes[comparison.attribute])
        ]
        if exact and sum(exact) < 1:
            rest = probability[len(exact) :]
            probability = np.concatenate([exact, rest * (1 - sum(exact)) / rest.sum()])
        u.append(probability)
    seen, count = np.unique(null_patterns(levels), return_counts=True)
    shares = dict(zip(seen.tolist(), (count / total).tolist(), strict=True))
    return _without_evident_matches(Chance(tuple(u), null_share, shares, pairs), comparisons, attributes, types or {})


def _without_evident_matches(
    known: Chance,
    comparisons: Sequence[PlannedComparison],
    attributes: Mapping[str, AttributeColumns],
    types: Mapping[str, str],
) -> Chance:
    """The chance with u of texts and of identifying values freed from matches, where the other comparisons could not
    tell matches from chance.

    What a comparison can tell is taken to be the bits of its best level, for the share of pairs that have both values.
    """
    bits = [-float(np.log2(u[0])) * (1 - share) for u, share in zip(known.u, known.null_share, strict=True)]
    u: list[Floats] = list(known.u)
    settled: list[Bools | None] = [None] * len(u)
    for place, comparison in enumerate(comparisons):
        if sum(bits) - bits[place] < ENOUGH_BITS:
            matches = identifying(comparison, types.get(comparison.attribute, ""), u[place])
            if matches is None:
                matches = reasons(comparison, attributes[comparison.attribute], u[place])
            if matches is not None:
                u[place], settled[place] = u[place] * (1 - matches), matches > 0
    return replace(known, u=tuple(u), settled=tuple(settled))


def _exact_prefix(conditions: Sequence[Condition], attribute: AttributeColumns) -> list[float]:
    """Probability of the leading levels that are made of equalities only."""
    if attribute.owner is not None:
        return []
    result: list[float] = []
    reached: list[Equalities] = []
    before = 0.0
    for condition in conditions[:3]:
        alternatives = _alternatives(condition)
        if alternatives is None or len(reached) + len(alternatives) > 6:
            break
        reached += alternatives
        union = _probability_of_any(reached, attribute)
        result.append(max(union - before, 1e-12))
        before = union
    return result


def _alternatives(condition: Condition) -> list[Equalities] | None:
    """The condition as "all of these fields equal, or all of those"; None when it is not made of equalities."""
    if isinstance(condition, Test) and condition.function == "equal":
        return [frozenset(condition.fields)]
    if isinstance(condition, AnyOf):
        parts = [_alternatives(part) for part in condition.parts]
        return None if None in parts else [one for part in parts if part for one in part]
    if isinstance(condition, All):
        combined: list[Equalities] = [frozenset()]
        for each in condition.parts:
            part_alternatives = _alternatives(each)
            if part_alternatives is None:
                return None
            combined = [one | other for one in combined for other in part_alternatives]
        return combined
    return None


def _probability_of_any(alternatives: Sequence[Equalities], attribute: AttributeColumns) -> float:
    """P(at least one alternative) by inclusion and exclusion, among all pairs of value rows."""
    distinct = list(dict.fromkeys(alternatives))
    total = 0.0
    for size in range(1, len(distinct) + 1):
        for chosen in combinations(distinct, size):
            total += (-1) ** (size + 1) * _probability_of_all(frozenset().union(*chosen), attribute)
    return max(total, 0.0)


def _probability_of_all(fields: Equalities, attribute: AttributeColumns) -> float:
    """P(all fields present and equal), from joint value frequencies."""
    columns = [attribute.column(field) for field in sorted(fields, key=str)]
    if len(columns) == 1:
        counts, rows = columns[0].counts.astype(np.float64), len(columns[0].codes)
    else:
        code: Any = 0
        present: Any = True
        chosen = _some_rows(len(columns[0].codes))
        for column in columns:
            codes = column.codes[chosen]
            present = present & (codes >= 0)
            code = code * (len(column.values) + 1) + codes.astype(np.int64)
        counts, rows = _run_lengths(np.sort(code[present])).astype(np.float64), len(codes)
    return float((counts * (counts - 1)).sum() / max(rows * (rows - 1), 1))


def _some_rows(rows: int) -> Any:
    """All rows, or a fixed random choice where there are very many: pairs of a sample agree as often as all pairs."""
    if rows <= _ROWS:
        return slice(None)
    return np.flatnonzero(np.random.Generator(np.random.PCG64(20012)).random(rows, np.float32) < _ROWS / rows)


def _run_lengths(ordered: Any) -> Any:
    """Lengths of the runs of equal values."""
    if not len(ordered):
        return np.zeros(0, np.int64)
    return np.diff(np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1], True]))
