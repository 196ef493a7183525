"""Matches that rest on values of too many people, set aside for review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from dromio.deciders import Verdict
from dromio.engines.batch_facts import DECISIONS, OPEN, Decisions, decide_all
from dromio.engines.columns import AttributeColumns, Codes, Ints
from dromio.engines.duckdb import Batch, weights
from dromio.engines.row_facts import CleanedRecord
from dromio.engines.shared import for_review, watched
from dromio.engines.shared_columns import bare_pairs, common, people_of, shared_among
from dromio.model.schema import Model
from dromio.plan import Plan
from dromio.training.counts import count_vectors

MATCH = DECISIONS.index("match")


def set_aside(
    plan: Plan, batch: Batch, left: Codes, right: Codes, weight: Ints, decisions: Decisions | None
) -> Decisions | None:
    """The decisions with a review in the place of every match that would be less without shared values.

    Those given where there is no such match; decisions of their own where the model is probabilistic alone.
    """
    fields = watched(plan.model)
    if not fields:
        return decisions
    shared = [shared_among(one, batch.attributes, batch.records) for one in fields]
    matched = np.flatnonzero(decided(plan, weight, decisions) == MATCH)
    rests = [
        common(one, batch.attributes, flags, left[matched], right[matched])
        for one, flags in zip(fields, shared, strict=True)
    ]
    some = np.flatnonzero(np.logical_or.reduce(rests))
    pairs = matched[some]
    if not len(pairs):
        return decisions
    both = np.concatenate([left[pairs], right[pairs]])
    bare = Batch(bare_pairs(fields, batch.attributes, shared, left[pairs], right[pairs]), len(both), batch.source[both])
    place = np.arange(len(pairs), dtype=np.int32)
    is_less = decide(plan, bare, place, place + np.int32(len(pairs))) != MATCH
    if not is_less.any():
        return decisions
    found = pairs[is_less]
    on = [[one.text for one, rest in zip(fields, rests, strict=True) if rest[at]] for at in some[is_less].tolist()]
    return _with_reviews(decisions, len(left), found, on)


def decided(plan: Plan, weight: Ints, decisions: Decisions | None) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    """The decision on every pair, as its place in DECISIONS: by weight where the deciders left it open."""
    by_weight = np.where(weight >= plan.match_threshold, 0, np.where(weight >= plan.review_threshold, 1, 2))
    if decisions is None:
        return by_weight.astype(np.int8)
    return np.where(decisions.is_open, by_weight, decisions.decision).astype(np.int8)


def decide(plan: Plan, batch: Batch, left: Codes, right: Codes) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    """The decision on pairs from the columns of a batch, as its place in DECISIONS."""
    weight = np.zeros(len(left), np.int64)
    if plan.comparisons:
        counted = count_vectors(batch.levels(plan.comparisons, left, right))
        weight = weights(plan, counted, *batch.adjustments(plan, counted, left, right))
    return decided(plan, weight, decide_all(plan, batch.attributes, left, right) if plan.decider else None)


def people_sharing(
    model: Model,
    attributes: Mapping[str, AttributeColumns],
    records: int,
    pairs: Sequence[tuple[CleanedRecord, CleanedRecord]],
) -> list[dict[tuple[int, str], int]]:
    """For each pair, how many people share each value that its records have in common, of those values that too many
    do, by (place of the watched field in the model, value)."""
    found: list[dict[tuple[int, str], int]] = [{} for _ in pairs]
    for one in watched(model):
        both = [one.values(left) & one.values(right) for left, right in pairs]
        people = people_of(one, attributes, records, set().union(*both))
        for own, values in zip(found, both, strict=True):
            own |= {(one.number, value): people[value] for value in values if people.get(value, 0) > one.most}
    return found


def _with_reviews(decisions: Decisions | None, pairs: int, found: Ints, on: list[list[str]]) -> Decisions:
    verdicts = list(decisions.verdicts) if decisions is not None else []
    which = decisions.which.copy() if decisions is not None else np.full(pairs, OPEN, np.int32)
    places = {one: place for place, one in enumerate(verdicts)}
    for pair, fields in zip(found.tolist(), on, strict=True):
        old = verdicts[which[pair]] if which[pair] != OPEN else Verdict("match", 0)
        new = for_review(old, fields)
        if new not in places:
            places[new] = len(verdicts)
            verdicts.append(new)
        which[pair] = places[new]
    return Decisions(tuple(verdicts), which)
