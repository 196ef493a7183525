"""Conditions of a decider asked again about one pair, clause by clause, with the values that each answer is due to.

Whether a clause holds is the decider's own answer. The values shown are those of the pair of values that answers it:
one for which it holds, or the one that comes nearest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field

from dromio.clean import Fields
from dromio.deciders import Facts, PairTest, Verdict
from dromio.deciders.questions import MILLION, NO_FIGURE, Questions, is_directed, mirrored
from dromio.engines.compiled import kept_with, words_of_model
from dromio.engines.explanation.clauses import (
    Clause,
    Degree,
    Seen,
    Words,
    by_figure,
    by_truth,
    figure_of,
    of_values,
    plain,
    seen,
)
from dromio.engines.row_facts import Answers, CleanedRecord, CleanedValue, value_pairs
from dromio.model.expressions import (
    All,
    AnyOf,
    Condition,
    Measure,
    Not,
    Test,
    Together,
    leaves,
    parse_condition,
    parse_measure,
)
from dromio.plan import Plan

Way = Callable[[Condition], Condition]


@dataclass(frozen=True, slots=True)
class _Changed:
    """Answers of which some are the other way round."""

    facts: Facts
    numbers: Set[int]

    def __getitem__(self, number: int) -> int:
        answer = self.facts[number]
        return 1 - answer if number in self.numbers else answer


def as_written(condition: Condition) -> Condition:
    """The condition itself: left and right as they are."""
    return condition


@dataclass
class Asked:
    """A pair, and what its plan's decider answers about it."""

    plan: Plan
    left: CleanedRecord
    right: CleanedRecord
    _questions: Questions = field(init=False)

    def __post_init__(self) -> None:
        decider = self.plan.decider
        self._questions = Questions({one: number for number, one in enumerate(decider.questions if decider else ())})
        self._facts = kept_with(self.plan, Answers).about(self.left, self.right)

    @property
    def ways(self) -> tuple[Way, Way]:
        """As written and mirrored; the one that goes first is the same for the pair the other way round."""
        first = _in_order(self.left) <= _in_order(self.right)
        return (as_written, mirrored) if first else (mirrored, as_written)

    def clause(self, text: str) -> Clause:
        """The condition on the pair. One that tells left from right is shown in the way in which it holds."""
        condition = parse_condition(text)
        if not is_directed(condition):
            return self.directed(condition)
        shown = [self.directed(way(condition)) for way in self.ways]
        return next((one for one in shown if one.holds), shown[0])

    def directed(self, condition: Condition) -> Clause:
        """The condition on the pair, left and right as they are."""
        holds, text = self._questions.directed(condition)(self._facts), str(condition)
        if isinstance(condition, All | AnyOf):
            kind = "all" if isinstance(condition, All) else "any"
            return Clause(kind, text, holds, parts=tuple(map(self.directed, condition.parts)))
        if isinstance(condition, Not):
            return Clause("not", text, holds, parts=(self.directed(condition.part),))
        return self._answered(condition, text, holds)

    def verdict_if(self, changed: Sequence[str]) -> Verdict | None:
        """The decider's verdict if the answers to these conditions were the other way round, all else staying as it
        is. Each is a test, a measure or a `together`, or the `not` of one. Raises ExpressionError for another text."""
        conditions = [parse_condition(text) for text in changed]
        assert self.plan.decider is not None
        asked = [one.part if isinstance(one, Not) else one for one in conditions]
        numbers = {self._questions.number(_question(one)) for one in asked if not isinstance(one, All | AnyOf | Not)}
        return self.plan.decider.decide(_Changed(self._facts, numbers))

    def degree(self, text: str) -> Degree:
        """The similarity of the pair."""
        question = _question(measure := parse_measure(text))
        millionths = self._questions.degree(measure, NO_FIGURE, 0)(self._facts)
        values = self._values(question.attribute, by_figure(question.condition, self._words(question.attribute)))
        sides = self._sides(question, values)
        return Degree(str(measure).rpartition(" >= ")[0], None if millionths < 0 else millionths / MILLION, *sides)

    def _answered(self, condition: Test | Measure | Together, text: str, holds: bool) -> Clause:
        if isinstance(condition, Test) and condition.function == "always":
            return Clause("test", text, holds)
        question = _question(condition)
        if question.sided:
            return Clause("test", text, holds, *self._sides(question, None))
        inside, words = question.condition, self._words(question.attribute)
        if isinstance(inside, Measure):
            values = self._values(question.attribute, by_figure(inside, words))
            figure = figure_of(inside, words)(values[0][1], values[1][1]) if values else None
            return Clause("measure", text, holds, *self._sides(question, values), figure)
        values = self._values(question.attribute, by_truth(inside, words))
        sides = self._sides(question, values)
        if not isinstance(condition, Together):
            return Clause("test", text, holds, *sides)
        parts = (of_values(inside, question.attribute, values, words),) if values else ()
        return Clause("together", text, holds, *sides, parts=parts)

    def _words(self, attribute: str) -> Words:
        return words_of_model(self.plan.model).get(attribute, {})

    def _values(
        self, attribute: str, rank: Callable[[Fields, Fields], float]
    ) -> tuple[CleanedValue, CleanedValue] | None:
        """The pair of values that ranks lowest; the same one for the pair the other way round."""
        lefts, rights = self.left.get(attribute, ()), self.right.get(attribute, ())
        pairs = value_pairs(lefts, rights, same_label=attribute in self.plan.same_label)
        return min(pairs, key=lambda pair: (rank(pair[0][1], pair[1][1]), *sorted(map(plain, pair))), default=None)

    def _sides(
        self, question: PairTest, values: tuple[CleanedValue, CleanedValue] | None
    ) -> tuple[tuple[Seen, ...], tuple[Seen, ...]]:
        """The values that answer a question; all of both records where no pair of values does."""
        names = {name for leaf in leaves(question.condition) for one in leaf.fields for name in one.fields}
        left, right = (
            ((values[0],), (values[1],))
            if values
            else (self.left.get(question.attribute, ()), self.right.get(question.attribute, ()))
        )
        return seen(left, names), seen(right, names)


def _question(condition: Test | Measure | Together) -> PairTest:
    """What a decider asks for one part of a condition."""
    questions = Questions()
    questions.directed(condition)
    question = next(iter(questions.numbers))
    assert isinstance(question, PairTest)
    return question


def _in_order(record: CleanedRecord) -> list[tuple[str, list[tuple[str, list[tuple[str, str]]]]]]:
    return [(name, list(map(plain, record[name]))) for name in sorted(record) if record[name]]
