"""How much agreement of texts the words alone explain.

Random pairs of records hold the matches too. Where texts of several words agree, nearly all pairs that do are matches,
and a u counted on random pairs would say that agreement is chance. What chance really does is seen on texts put
together from words of different records: they share words as unrelated texts do, but never whole texts. Levels that
real pairs reach many times as often as such pairs are agreement that has a reason.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dromio.engines.columns import AttributeColumns, Column
from dromio.engines.vectors import ValuePairs
from dromio.model.expressions import Condition, Measure, Test, leaves
from dromio.plan import PlannedComparison

Floats = npt.NDArray[np.float64]
WORD_MEASURES = ("cosine", "overlap", "soft_overlap", "jaccard")
_TEXTS = 20_000
_PAIRS = 200_000
_EXPLAINED = 0.25
"""Levels of which put-together texts reach more than this share as often have no clear reason but chance."""
_BOUNDS = (0.0, 0.3, 0.45, 0.6, 0.75, 0.9, 1.0)
_LIKELY = (0.0, 0.05, 0.15, 0.45, 0.9, 0.95, 0.97)
_LIKELY_LONG = (0.0, 0.7, 0.93, 0.97, 0.97, 0.97, 0.97)
"""Share of matches among pairs of texts whose weighed words are so similar (cosine), where chance does not explain it,
in texts of `_SHORT` words and of `_LONG` ones: rounded figures of product titles and company names, and of citations.
Most of the rest are siblings: another model or branch. Siblings have a few words in common, not half of twenty."""
_SHORT, _LONG = 8.0, 24.0


def reasons(comparison: PlannedComparison, attribute: AttributeColumns, u: Floats) -> Floats | None:
    """For every level the share of its pairs that words do not explain and that are taken to be matches, 0 to 1; None
    for comparisons that are not about the words of one field."""
    field = _words_field(comparison)
    if field is None or attribute.owner is not None or not len(attribute.columns[field].values):
        return None
    by_words = _chance_of_words(comparison, attribute, field)
    unexplained = by_words <= _EXPLAINED * u
    words = len(attribute.columns[field].words.flat) / len(attribute.columns[field].values)
    likely = np.array([*(_likely(condition, words) for condition in comparison.conditions), 0.0])
    result: Floats = np.where(unexplained, likely, 0.0)
    return result if result.any() else None


def _words_field(comparison: PlannedComparison) -> str | None:
    """The field whose words a comparison is about."""
    fields = {
        leaf.fields[0].fields[0]
        for condition in comparison.conditions
        for leaf in leaves(condition)
        if isinstance(leaf, Measure) and leaf.function in WORD_MEASURES and not leaf.fields[0].transform
    }
    return fields.pop() if len(fields) == 1 else None


def _likely(condition: Condition, words: float) -> float:
    """Share of matches among unexplained pairs of a level, by how strict its condition is and how long the texts."""
    strictest = 0.0
    for leaf in leaves(condition):
        if isinstance(leaf, Test):
            strictest = max(strictest, 1.0 if leaf.function == "equal" else 0.3)
        elif leaf.function in ("cosine", "jaccard", "edit_similarity"):
            strictest = max(strictest, leaf.bound)
        else:
            strictest = max(strictest, leaf.bound - 0.2)
    short, long = np.interp(strictest, _BOUNDS, _LIKELY), np.interp(strictest, _BOUNDS, _LIKELY_LONG)
    length = np.interp(np.log2(max(words, 1)), np.log2([_SHORT, _LONG]), [0, 1])
    return float(short + (long - short) * length)


def _chance_of_words(comparison: PlannedComparison, attribute: AttributeColumns, field: str) -> Floats:
    """Probability of every level for a real text and one put together from words of others."""
    generator = np.random.Generator(np.random.PCG64(20021))
    column = attribute.columns[field]
    present = column.codes[column.codes >= 0]
    real = column.strings(present[generator.integers(0, len(present), _TEXTS)])
    made = put_together(real, generator)
    encoded = Column.encode(pa.array(real + made, pa.string()))
    texts = Column(encoded.codes, encoded.values, column.rarity)
    nothing = Column(np.full(2 * _TEXTS, -1, np.int32), pa.array([], pa.string()))
    both = AttributeColumns(attribute.name, {name: texts if name == field else nothing for name in attribute.columns})
    left, right = generator.integers(0, _TEXTS, (2, _PAIRS)).astype(np.int32)
    levels = ValuePairs(both, left, right + np.int32(_TEXTS)).levels(comparison.null, comparison.conditions)
    counted = np.bincount(levels, minlength=comparison.levels)[1:].astype(np.float64)
    result: Floats = counted / max(counted.sum(), 1)
    return result


def put_together(texts: Sequence[str], generator: np.random.Generator) -> list[str]:
    """As many texts of the same lengths, each word taken from about the same place of another text."""
    words = [text.split(" ") for text in texts]
    lenders = iter(generator.integers(0, len(words), sum(map(len, words))).tolist())
    return [" ".join(_at(words[next(lenders)], place / len(own)) for place in range(len(own))) for own in words]


def _at(words: Sequence[str], share: float) -> str:
    return words[int(share * len(words))]
