"""Answers to a decider's questions about many pairs at once, and the decisions that follow from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dromio.deciders import PairMeasure, PairTest, Question, Verdict
from dromio.deciders.questions import MILLION, NO_FIGURE
from dromio.engines.columns import AttributeColumns, Bools, Codes, Ints
from dromio.engines.pairs import AttributePairs
from dromio.model.expressions import Test
from dromio.plan import Plan

Answers = npt.NDArray[np.int32]
DECISIONS = ("match", "review", "non-match")
OPEN = -1
CHUNK = 1_000_000


@dataclass(frozen=True)
class Decisions:
    """The verdict of every pair: `verdicts[which[i]]`, or none where `which[i]` is OPEN."""

    verdicts: tuple[Verdict, ...]
    which: npt.NDArray[np.int32]

    @property
    def weight(self) -> Ints:
        """Weight of every decided pair; 0 of one left open."""
        return self._spread(np.array([one.weight for one in self.verdicts], np.int64), 0)

    @property
    def decision(self) -> npt.NDArray[np.int8]:
        """Place of every decision in DECISIONS; OPEN where left open."""
        return self._spread(np.array([DECISIONS.index(one.decision) for one in self.verdicts], np.int8), OPEN)

    @property
    def place(self) -> npt.NDArray[np.int16]:
        """Place of the rule or group that decided, -1 where none did."""
        return self._spread(np.array([one.place for one in self.verdicts], np.int16), -1)

    @property
    def is_open(self) -> Bools:
        """Which pairs are left to the probabilistic model."""
        result: Bools = self.which == OPEN
        return result

    def reasons(self, part: Ints) -> tuple[pa.Array, pa.Array]:
        """Reason and score of the given pairs, null where there is none."""
        which = pa.array(self.which[part], mask=self.which[part] == OPEN)
        reasons = pa.array([one.reason or None for one in self.verdicts], pa.string())
        return reasons.take(which), pa.array([one.score for one in self.verdicts], pa.float64()).take(which)

    def _spread(self, table: npt.NDArray[Any], default: int) -> npt.NDArray[Any]:
        return np.append(table, np.array([default], table.dtype))[self.which]


def decide_all(plan: Plan, attributes: Mapping[str, AttributeColumns], left: Codes, right: Codes) -> Decisions:
    """The verdict of the plan's decider on every pair of records."""
    decider = plan.decider
    assert decider is not None
    facts = answers(decider.questions, attributes, left, right, plan.same_label)
    first, which = _distinct(facts)
    verdicts: dict[Verdict | None, int] = {None: OPEN}
    table = [verdicts.setdefault(decider.decide(column), len(verdicts) - 1) for column in facts[:, first].T.tolist()]
    return Decisions(
        tuple(one for one in verdicts if one is not None), np.array(table, np.int32)[which].astype(np.int32, copy=False)
    )


def answers(
    questions: Sequence[Question],
    attributes: Mapping[str, AttributeColumns],
    left: Codes,
    right: Codes,
    same_label: frozenset[str],
) -> Answers:
    """(questions, pairs): 1 or 0 for a test, millionths for a measure."""
    result = np.zeros((len(questions), len(left)), np.int32)
    places: dict[str, list[int]] = {}
    for place, question in enumerate(questions):
        places.setdefault(question.attribute, []).append(place)
    for at in range(0, len(left), CHUNK):
        part = slice(at, at + CHUNK)
        for name, asked in places.items():
            pairs = AttributePairs(attributes[name], left[part], right[part], same_label=name in same_label)
            for place in asked:
                result[place, part] = _answer(questions[place], pairs, attributes[name], left[part], right[part])
    return result


def _answer(
    question: Question, pairs: AttributePairs, attribute: AttributeColumns, left: Codes, right: Codes
) -> npt.NDArray[np.int32] | Bools:
    if isinstance(question, PairMeasure):
        figures = pairs.values.figures(question.measure)
        millionths = np.where(np.isnan(figures), NO_FIGURE, np.maximum(np.rint(figures * MILLION), NO_FIGURE))
        return pairs.highest(millionths.astype(np.int32), NO_FIGURE)
    if not question.sided:
        return pairs.any(pairs.values.hold(question.condition))
    assert isinstance(question.condition, Test)
    return _sided(question, question.condition, attribute, left, right)


def _sided(question: PairTest, test: Test, attribute: AttributeColumns, left: Codes, right: Codes) -> Bools:
    records = int(max(left.max(initial=0), right.max(initial=0))) + 1
    if test.function in ("left_is", "right_is"):
        column = attribute.column(test.fields[0])
        listed = pc.is_in(column.values, value_set=pa.array(test.texts, pa.string())).to_numpy(zero_copy_only=False)
        rows = column.codes >= 0
        rows[rows] = listed[column.codes[rows]]
        return _by_record(attribute, rows, records)[left if test.function == "left_is" else right]
    sides = {"missing_left": (left,), "missing_right": (right,)}.get(test.function, (left, right))
    lacking = [
        ~_by_record(attribute, attribute.field(field.fields[0]).codes >= 0, records)[side]
        for field in test.fields
        for side in sides
    ]
    combined = np.logical_and if test.function == "absent" else np.logical_or
    result: Bools = combined.reduce(lacking)
    return result


def _by_record(attribute: AttributeColumns, rows: Bools, records: int) -> Bools:
    """Whether any value row of each record is marked."""
    if attribute.owner is None:
        return rows
    result = np.zeros(max(records, int(attribute.owner.max(initial=0)) + 1), np.bool_)
    result[attribute.owner[rows]] = True
    return result


def _distinct(facts: Answers) -> tuple[Ints, Ints]:
    """First pair with each distinct column of answers, and which of these every pair has."""
    code = np.zeros(facts.shape[1], np.int64)
    span = 1
    for row in facts:
        low = int(row.min(initial=0))
        values, width = row.astype(np.int64) - low, int(row.max(initial=0)) - low + 1
        if width > 1000:
            distinct, values = np.unique(values, return_inverse=True)
            width = len(distinct)
        if span * width >= 1 << 62:
            distinct, code = np.unique(code, return_inverse=True)
            span = len(distinct)
        code = code * width + values
        span *= width
    _, first, which = np.unique(code, return_index=True, return_inverse=True)
    return first, which
