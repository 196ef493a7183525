"""Many pairs at once: the same verdicts as one pair at a time, from columns instead of records."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dromio.clean import TYPES
from dromio.engines.row_facts import CleanedRecord
from dromio.model.schema import Attribute
from dromio.store.matching import Matcher

if TYPE_CHECKING:
    from dromio.engines.columns import AttributeColumns, Codes, Ints
    from dromio.engines.duckdb import Batch

Pair = tuple[int, int]
MANY = 400
"""From so many pairs on, columns are faster than pairs one at a time."""
AT_ONCE = 4_000_000
"""Pairs compared at a time."""


@contextmanager
def without_collection() -> Iterator[None]:
    """While the block runs, Python does not look for circular garbage: among so many records, none of which is any, the
    search would cost more than all else."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def compare_pairs(matcher: Matcher, cleaned: Mapping[int, CleanedRecord], pairs: Sequence[Pair]) -> dict[Pair, int]:
    """Weight above the match threshold of every pair of records, in thousandths of a bit."""
    if len(pairs) < MANY:
        return {pair: matcher.compare(cleaned[pair[0]], cleaned[pair[1]]).weight for pair in pairs}
    return _compare_in_columns(matcher, cleaned, pairs)


def _compare_in_columns(
    matcher: Matcher, cleaned: Mapping[int, CleanedRecord], pairs: Sequence[Pair]
) -> dict[Pair, int]:
    import numpy as np

    numbers = sorted({record for pair in pairs for record in pair})
    place = {record: at for at, record in enumerate(numbers)}
    records = [cleaned[record] for record in numbers]
    left = np.fromiter((place[one] for one, _ in pairs), np.int32, len(pairs))
    right = np.fromiter((place[other] for _, other in pairs), np.int32, len(pairs))
    columns = {one.name: columns_of(one, records) for one in matcher.plan.model.attributes}
    weight, _ = weigh_in_columns(matcher, columns, len(records), left, right)
    return dict(zip(pairs, weight.tolist(), strict=True))


def weigh_in_columns(
    matcher: Matcher, columns: dict[str, AttributeColumns], records: int, left: Codes, right: Codes
) -> tuple[Ints, Any]:
    """Weight above the match threshold of pairs of places, in thousandths of a bit, and the place of what is decided
    in match, review, non-match."""
    import numpy as np

    from dromio.engines.duckdb import Batch

    batch = Batch(columns, records, np.zeros(records, np.int32))
    batch.set_words(matcher.plan.model)
    weight, decision = np.zeros(len(left), np.int64), np.zeros(len(left), np.int8)
    for begin in range(0, len(left), AT_ONCE):
        part = slice(begin, begin + AT_ONCE)
        weight[part], decision[part] = _weigh(matcher, batch, left[part], right[part])
    return weight, decision


def _weigh(matcher: Matcher, batch: Batch, left: Codes, right: Codes) -> tuple[Ints, Any]:
    import numpy as np

    from dromio.engines.batch_facts import decide_all
    from dromio.engines.duckdb import weights
    from dromio.training.counts import count_vectors

    plan = matcher.plan
    strength = np.zeros(len(left), np.int64)
    if plan.comparisons:
        counted = count_vectors(batch.levels(plan.comparisons, left, right))
        strength = weights(plan, counted, *batch.adjustments(plan, counted, left, right)) - plan.match_threshold
    decision = np.where(strength >= 0, 0, np.where(strength >= plan.review_threshold - plan.match_threshold, 1, 2))
    if plan.decider is not None:
        decided = decide_all(plan, batch.attributes, left, right)
        strength = np.where(decided.is_open, strength, decided.weight)
        decision = np.where(decided.is_open, decision, decided.decision)
    return strength, decision


def columns_of(attribute: Attribute, records: Sequence[CleanedRecord]) -> AttributeColumns:
    """One attribute of cleaned records in columns."""
    import numpy as np

    from dromio.engines.columns import AttributeColumns, Column

    values = [one.get(attribute.name, ()) for one in records]
    names = TYPES[attribute.type].fields
    if all(len(own) <= 1 for own in values):
        single = [own[0][1] if own else {} for own in values]
        return AttributeColumns(attribute.name, {name: Column.encode(_texts(single, name)) for name in names})
    rows = [(number, label, fields) for number, own in enumerate(values) for label, fields in own]
    labels = {label: number for number, label in enumerate(sorted({label for _, label, _ in rows}))}
    return AttributeColumns(
        attribute.name,
        {name: Column.encode(_texts([fields for _, _, fields in rows], name)) for name in names},
        np.array([number for number, _, _ in rows], np.int32),
        np.array([labels[label] for _, label, _ in rows], np.int32),
    )


def _texts(values: Sequence[Mapping[str, str]], name: str) -> Any:
    import pyarrow as pa

    return pa.array([one.get(name) for one in values], pa.string())
