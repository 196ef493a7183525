"""Answers to a decider's questions about one pair of cleaned records: each is worked out when first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product

from dromio.clean import Fields
from dromio.deciders import Facts, PairMeasure, PairTest
from dromio.deciders.questions import MILLION, NO_FIGURE
from dromio.engines.compiled import compile_condition, compile_measure, getter, words_of_model
from dromio.model.expressions import FieldExpression, Test
from dromio.model.schema import Model
from dromio.plan import Plan

CleanedValue = tuple[str, Fields]
"""(label, cleaned fields); a value without any field is no value."""
Values = tuple[CleanedValue, ...]
CleanedRecord = Mapping[str, Values]
"""Attribute -> its values. An attribute without values may be absent."""
Answer = Callable[[CleanedRecord, CleanedRecord], int]


class RowFacts:
    """The answers for one pair."""

    __slots__ = ("_answers", "_known", "_left", "_right")

    def __init__(self, answers: tuple[Answer, ...], left: CleanedRecord, right: CleanedRecord) -> None:
        self._answers = answers
        self._known: list[int | None] = [None] * len(answers)
        self._left = left
        self._right = right

    def __getitem__(self, number: int) -> int:
        known = self._known[number]
        if known is None:
            known = self._known[number] = self._answers[number](self._left, self._right)
        return known


class Answers:
    """The questions of a plan's decider as functions of two records."""

    def __init__(self, plan: Plan) -> None:
        questions = plan.decider.questions if plan.decider else ()
        same_label = {one.name for one in plan.model.attributes if one.pairing == "same_label"}
        self._answers = tuple(_answer(one, plan.model, one.attribute in same_label) for one in questions)

    def about(self, left: CleanedRecord, right: CleanedRecord) -> Facts:
        """The answers for a pair."""
        return RowFacts(self._answers, left, right)


def value_pairs(lefts: Values, rights: Values, *, same_label: bool) -> Iterator[tuple[CleanedValue, CleanedValue]]:
    """Pairs of values that are compared, in the order of the records' values."""
    pairs = product(lefts, rights)
    return ((one, other) for one, other in pairs if one[0] == other[0]) if same_label else pairs


def _answer(question: PairTest | PairMeasure, model: Model, same_label: bool) -> Answer:
    attribute = question.attribute
    words = words_of_model(model).get(attribute, {})
    if isinstance(question, PairTest):
        if question.sided:
            assert isinstance(question.condition, Test)
            return _sided(attribute, question.condition)
        holds = compile_condition(question.condition, words)

        def answer(left: CleanedRecord, right: CleanedRecord) -> int:
            pairs = value_pairs(left.get(attribute, ()), right.get(attribute, ()), same_label=same_label)
            return int(any(holds(one[1], other[1]) for one, other in pairs))

        return answer
    figure_of = compile_measure(question.measure, words)

    def measure(left: CleanedRecord, right: CleanedRecord) -> int:
        pairs = value_pairs(left.get(attribute, ()), right.get(attribute, ()), same_label=same_label)
        figures = (figure_of(one[1], other[1]) for one, other in pairs)
        return max((in_millionths(figure) for figure in figures if figure is not None), default=NO_FIGURE)

    return measure


def in_millionths(figure: float) -> int:
    """A similarity in whole millionths; half goes to even, as in columns."""
    return max(round(figure * MILLION), NO_FIGURE)


def _sided(attribute: str, test: Test) -> Answer:
    """A test that looks at each record alone."""
    if test.function in ("left_is", "right_is"):
        side, texts = int(test.function == "right_is"), frozenset(test.texts)
        get = getter(test.fields[0], {})
        return lambda *pair: int(any(get(fields) in texts for _, fields in pair[side].get(attribute, ())))
    lacks = [_lacks(attribute, field) for field in test.fields]
    sides = {"missing_left": (0,), "missing_right": (1,)}.get(test.function, (0, 1))
    if test.function == "absent":
        return lambda *pair: int(all(lack(pair[side]) for lack in lacks for side in sides))
    return lambda *pair: int(any(lack(pair[side]) for lack in lacks for side in sides))


def _lacks(attribute: str, field: FieldExpression) -> Callable[[CleanedRecord], bool]:
    name = field.fields[0]

    def lacks(record: CleanedRecord) -> bool:
        values: Iterable[CleanedValue] = record.get(attribute, ())
        return not any(name in fields for _, fields in values)

    return lacks
