"""Quality of scored pairs: at the match decision, at every weight, and whether probabilities mean what they say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dromio.errors import InputError
from dromio.evaluation.alignment import Aligned, Codes, as_text, joined, positions, require
from dromio.evaluation.scores import Score

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

PAIR_COLUMNS = (
    "source_dataset_l",
    "unique_id_l",
    "source_dataset_r",
    "unique_id_r",
    "match_weight",
    "match_probability",
    "decision",
)
MATCH = "match"
BINS = 20
CURVE_POINTS = 200


@dataclass(frozen=True)
class ScoredPairs:
    """Pairs of records (positions in the aligned records, left < right), in that order, with what was decided.

    Weights and probabilities are NaN throughout where the model has none.
    """

    left: Codes
    right: Codes
    weight: Floats
    probability: Floats
    matched: Mask
    true: Mask
    together: Mask  # in one cluster found

    def __len__(self) -> int:
        return len(self.left)

    @property
    def weighed(self) -> bool:
        """Whether the pairs have weights and probabilities."""
        return not np.isnan(self.weight).any()


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Quality if every pair of at least this weight (bits) were a match."""

    match_weight: float
    pairs: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Pairs of similar probability: how many, their mean probability, and the share of them that are true."""

    pairs: int
    mean_probability: float
    true_share: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Expected calibration error, 0 (probabilities hold) to 1, over bins of equal width and of equal number."""

    equal_width: float
    adaptive: float
    bins: tuple[Bin, ...]  # of equal width, empty ones left out


def scored_pairs(table: pa.Table, records: Aligned, across_sources: bool = False) -> ScoredPairs:
    """The table's pairs against the truth; with `across_sources` those within one source are left out.

    Raises InputError for absent columns, missing or unknown values, a record that is not among the entities, a record
    paired with itself, and pairs listed more than once (in either order).
    """
    require(table, PAIR_COLUMNS, "pairs", InputError)
    one, other = (_records(table, side, records) for side in ("l", "r"))
    left, right = np.minimum(one, other), np.maximum(one, other)
    key = left * len(records) + right
    order = np.argsort(key, kind="stable")
    _check_pairs(key[order], left, right)
    if across_sources:
        order = order[records.source[left[order]] != records.source[right[order]]]
    left, right = left[order], right[order]
    return ScoredPairs(
        left,
        right,
        _numbers(table, "match_weight")[order],
        _numbers(table, "match_probability")[order],
        pc.equal(as_text(table["decision"], "pairs: decision"), MATCH).to_numpy(zero_copy_only=False)[order],
        records.true[left] == records.true[right],
        records.found[left] == records.found[right],
    )


def _records(table: pa.Table, side: str, records: Aligned) -> Codes:
    sources, ids = (
        as_text(table[f"{name}_{side}"], f"pairs: {name}_{side}") for name in ("source_dataset", "unique_id")
    )
    where = positions(joined(sources, ids), records.keys)
    lost = np.flatnonzero(where < 0)
    if len(lost):
        example = f"{sources[int(lost[0])]}/{ids[int(lost[0])]}"
        raise InputError(f"{len(lost):,} pairs name a record that is not among entities, such as {example!r}")
    return where


def _numbers(table: pa.Table, name: str) -> Floats:
    values: Floats = table[name].cast(pa.float64()).to_numpy()
    if np.isnan(values).any() and not np.isnan(values).all():
        raise InputError(f"pairs: {name} is missing in {int(np.isnan(values).sum()):,} of {len(values):,} rows")
    return values


def _check_pairs(keys: Codes, left: Codes, right: Codes) -> None:
    selfish = int((left == right).sum())
    if selfish:
        raise InputError(f"{selfish:,} pairs pair a record with itself")
    repeated = int((keys[1:] == keys[:-1]).sum())
    if repeated:
        raise InputError(f"{repeated:,} pairs are listed more than once")


def at_match(pairs: ScoredPairs, true_pairs: int) -> Score:
    """Score of the pairs decided as matches, out of all true pairs, compared or not."""
    return Score.of(int((pairs.matched & pairs.true).sum()), int(pairs.matched.sum()), true_pairs)


def curve(pairs: ScoredPairs, true_pairs: int) -> list[CurvePoint]:
    """Points from the highest weight down, one for each different weight, thinned to about 200 and the best F1; none
    where pairs have no weights."""
    if not len(pairs) or not pairs.weighed:
        return []
    order = np.argsort(-pairs.weight, kind="stable")
    weight = pairs.weight[order]
    right = np.cumsum(pairs.true[order])
    last = np.flatnonzero(np.append(weight[1:] != weight[:-1], True))
    f1 = 2 * right[last] / (last + 1 + true_pairs)
    kept = np.unique(np.append(np.linspace(0, len(last) - 1, CURVE_POINTS).astype(np.int64), np.argmax(f1)))
    return [_point(float(weight[at]), int(right[at]), int(at) + 1, true_pairs) for at in last[kept]]


def _point(weight: float, right: int, count: int, true_pairs: int) -> CurvePoint:
    score = Score.of(right, count, true_pairs)
    return CurvePoint(weight, count, score.precision, score.recall, score.f1)


def calibration(pairs: ScoredPairs) -> Calibration | None:
    """Expected calibration error of match_probability; 0 where there are no pairs, None where they have none."""
    if not pairs.weighed:
        return None
    if not len(pairs):
        return Calibration(0.0, 0.0, ())
    probability = pairs.probability
    bins = _bins(np.minimum((probability * BINS).astype(np.int64), BINS - 1), pairs)
    return Calibration(_error(bins), _error(_bins(_ranked(probability), pairs)), tuple(bins))


def _ranked(probability: Floats) -> Codes:
    """Bins of near equal number; equal probabilities share a bin, that of their middle rank."""
    _, group, counts = np.unique(probability, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts + 1) / 2
    return np.minimum((middle / len(probability) * BINS).astype(np.int64), BINS - 1)[group]


def _bins(number: Codes, pairs: ScoredPairs) -> list[Bin]:
    counts = np.bincount(number, minlength=BINS)
    probability = np.bincount(number, weights=pairs.probability, minlength=BINS)
    true = np.bincount(number, weights=pairs.true, minlength=BINS)
    return [Bin(int(n), float(p / n), float(t / n)) for n, p, t in zip(counts, probability, true, strict=True) if n]


def _error(bins: list[Bin]) -> float:
    total = sum(each.pairs for each in bins)
    return sum(each.pairs * abs(each.mean_probability - each.true_share) for each in bins) / total
