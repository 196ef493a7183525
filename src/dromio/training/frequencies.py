"""How common values and words are, in the compact form that a model carries."""

from __future__ import annotations

from math import log2

import numpy as np

from dromio.engines.columns import Column
from dromio.model.schema import Frequencies, WordWeights

LISTED = 2000
"""At most so many values are listed by name; all others share the mean frequency of the rest."""
LISTED_WORDS = 2000


def frequencies(column: Column) -> Frequencies | None:
    """Frequencies of a field's values; None when no value occurs or only one does. Values seen once are never
    listed."""
    counts = column.counts
    rows = int(counts.sum())
    if rows < 2 or len(counts) < 2:
        return None
    share = counts / rows
    mean = float((counts * counts).sum()) / rows**2
    listed = _commonest(column, LISTED)
    rest = np.ones(len(counts), np.bool_)
    rest[[code for code, _ in listed]] = False
    left = int(counts[rest].sum())
    other = float((counts[rest] ** 2).sum()) / left / rows if left > 0 else 0.5 / rows
    return Frequencies(
        mean=_bounded(mean), other=_bounded(other), values={text: _bounded(float(share[code])) for code, text in listed}
    )


def _commonest(column: Column, most: int) -> list[tuple[int, str]]:
    """Codes and texts of the commonest values that occur at least three times, commonest first, ties by text."""
    counts = column.counts
    usable = np.flatnonzero(counts >= 3)
    if len(usable) > most:
        floor = np.partition(counts[usable], len(usable) - most)[len(usable) - most]
        usable = usable[counts[usable] >= floor]
    texts = column.strings(usable.astype(np.int32)) if len(usable) else []
    ranked = sorted(zip((-counts[usable]).tolist(), texts, usable.tolist(), strict=True))
    return [(code, text) for _, text, code in ranked[:most]]


def word_weights(column: Column) -> WordWeights | None:
    """Weight of every word in bits: log2(values / values that have it), at least 1; listed for the commonest words."""
    words = column.words
    if not len(words.vocabulary):
        return None
    count = np.bincount(
        words.flat, weights=column.counts[np.repeat(np.arange(len(column.values)), np.diff(words.start))]
    )
    rows = max(int(column.counts.sum()), 2)
    texts = words.vocabulary.to_pylist()
    order = sorted((code for code in np.flatnonzero(count >= 3).tolist()), key=lambda code: (-count[code], texts[code]))
    values = {texts[code]: max(round(log2(rows / count[code]), 3), 0.05) for code in order[:LISTED_WORDS]}
    return WordWeights(other=max(round(log2(rows / 2), 3), 1.0), values=values)


def _bounded(probability: float) -> float:
    return float(min(max(probability, 1e-12), 1 - 1e-12))
