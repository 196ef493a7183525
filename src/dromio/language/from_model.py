"""A model of rules or a score as an algorithm of the rule language, as far as the language can say it.

The language has no cleaning, no several values, no review by rules and no veto. Rules for review become a score; a veto
is negated in front of the rules after it. What has no words is left out and said in a note.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

from dromio.deciders.questions import is_directed, mirrored
from dromio.errors import Fault, ModelError
from dromio.language.ast import (
    Algorithm,
    Comparison,
    Expression,
    Fuzzy,
    FuzzyType,
    Group,
    Operator,
    ScoringGroup,
    Step,
    expressions_of,
    joined,
    steps_of,
)
from dromio.model.deciders import Rule, Score
from dromio.model.expressions import (
    All,
    AnyOf,
    Condition,
    FieldExpression,
    Measure,
    Not,
    Test,
    Together,
    parse_condition,
)
from dromio.model.schema import Attribute, Model

_FUZZY = {
    "soundex": FuzzyType.SOUNDEX,
    "metaphone": FuzzyType.METAPHONE,
    "dmetaphone": FuzzyType.DMETAPHONE,
    "dmetaphone_alt": FuzzyType.DMETAPHONE_ALT,
}
_NULL = {"missing_left": Comparison.SRC_NULL, "missing_right": Comparison.DEST_NULL}
_CONSTANT = {"left_is": Comparison.SRC_CONSTANT, "right_is": Comparison.DEST_CONSTANT}
_OPPOSITE = {
    Comparison.SRC_NULL: Comparison.SRC_NOT_NULL,
    Comparison.DEST_NULL: Comparison.DEST_NOT_NULL,
    Comparison.SRC_CONSTANT: Comparison.SRC_NE_CONSTANT,
    Comparison.DEST_CONSTANT: Comparison.DEST_NE_CONSTANT,
    Comparison.EQ: Comparison.NE,
}
_PRESENT = {"left_is": "missing_left", "right_is": "missing_right"}
"""Tests of one side -> the test that the side has no value; other questions ask both sides."""
_NULLS = {
    Comparison.EQ: (Comparison.SRC_NULL, Comparison.DEST_NULL),
    Comparison.SRC_CONSTANT: (Comparison.SRC_NULL,),
    Comparison.DEST_CONSTANT: (Comparison.DEST_NULL,),
}
"""What also makes a question false."""


@dataclass(frozen=True, slots=True)
class Exported:
    """An algorithm made of a model, its key properties, and what of the model it does not say."""

    algorithm: Algorithm
    key_properties: tuple[str, ...]
    untranslated: tuple[str, ...] = ()


class _Unsaid(Exception):
    """A part of a model for which the language has no words; the text says why."""


def from_model(model: Model) -> Exported:
    """The algorithm that decides as the model does. Raises ModelError when nothing of the model can be said."""
    words = _Words(model)
    notes = [f"{name}: the language has rules or one score" for name in ("groups", "weighted", "comparisons")]
    notes = [note for note in notes if getattr(model, note.partition(":")[0])]
    if model.score and model.rules:
        notes.append("rules: the language has rules or one score, so only the score is kept")
    algorithm = words.score(model.score) if model.score else words.rules(model.rules)
    if algorithm is None:
        reasons = [*words.notes, *notes] or ["no rule and no score"]
        raise ModelError([Fault("", f"the rule language has no words for this model: {'; '.join(reasons)}")])
    used = [step.field for one in expressions_of(algorithm) for step in steps_of(one)]
    return Exported(algorithm, tuple(dict.fromkeys(used)), (*notes, *words.notes))


class _Words:
    """Says conditions in the language; `notes` gather what is not said, or not quite."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.notes: dict[str, None] = {}

    def rules(self, rules: Sequence[Rule]) -> Algorithm | None:
        """Rules for matches alone as one expression; with reviews as points: 2 for a match, 1 for a review."""
        said: dict[str, list[Expression]] = {"match": [], "review": []}
        before: list[tuple[str, Condition]] = []
        for number, rule in enumerate(rules):
            condition = parse_condition(rule.when)
            if rule.decision != "non-match":
                outdone = [_never(one) for decision, one in before if decision != rule.decision]
                expression = self.tried(f"rules.{number}", All((condition, *outdone)) if outdone else condition)
                said[rule.decision] += [] if expression is None else [expression]
            before.append((rule.decision, condition))
        if not any(said.values()) and not self.notes and rules:
            return Algorithm(self.always(holds=False))
        if not said["review"]:
            return Algorithm(_group(Operator.OR, said["match"])) if said["match"] else None
        lines = [ScoringGroup(_group(Operator.OR, said["review"]), 1)]
        if said["match"]:
            lines.insert(0, ScoringGroup(_group(Operator.OR, said["match"]), 2))
        return Algorithm(None, tuple(lines), possible=1, definite=2)

    def score(self, score: Score) -> Algorithm | None:
        """Filter, lines and thresholds. A line that cannot be said is left out, and so is a filter that the language
        takes for granted: that some line holds."""
        least = min(one for one in (score.match, score.review) if one is not None)
        without = sum(max(line.otherwise, 0) if line.only_when else line.otherwise for line in score.lines)
        is_free = score.filter is None and without < least
        keep = None if is_free else self.tried("score.filter", parse_condition(score.filter or "always()"))
        lines = []
        for number, line in enumerate(score.lines):
            match = self.tried(f"score.lines.{number}", parse_condition(line.when))
            usage = line.only_when and self.tried(f"score.lines.{number}.only_when", parse_condition(line.only_when))
            if match is not None and (usage is not None or line.only_when is None):
                lines.append(ScoringGroup(match, line.points, -line.otherwise, usage or None))
        if not lines or (keep is None and not is_free):
            return None
        return Algorithm(keep, tuple(lines), score.review, score.match)

    def tried(self, path: str, condition: Condition) -> Expression | None:
        """The expression, or None and a note."""
        try:
            return self.expression(condition)
        except _Unsaid as unsaid:
            self.notes[f"{path}: {unsaid}; left out"] = None
            return None

    def expression(self, condition: Condition, *, holds: bool = True) -> Expression:
        """The condition, or its negation, as an expression. Raises _Unsaid."""
        if isinstance(condition, Not):
            return self.expression(condition.part, holds=not holds)
        if isinstance(condition, Together):
            raise _Unsaid(f"{condition} asks for one pair of values; the language has one value a field")
        if isinstance(condition, All | AnyOf):
            every = isinstance(condition, All) is holds
            pairs = self.unequal(condition.parts) if holds and every else []
            rest = [part for part in condition.parts if not any(part in pair for pair, _ in pairs)]
            said = [step for _, step in pairs] + [self.expression(part, holds=holds) for part in rest]
            return _group(Operator.AND if every else Operator.OR, said)
        if isinstance(condition, Test) and condition.function == "always":
            return self.always(holds=holds)
        if isinstance(condition, Test) and len(condition.fields) != 1:
            return self.expression(_field_by_field(condition), holds=holds)
        steps = self.steps(condition)
        if holds:
            return _group(Operator.AND if _needs_all(condition) else Operator.OR, steps)
        negated = [self.negated(step) for step in steps]
        return _group(Operator.OR if _needs_all(condition) else Operator.AND, negated)

    def always(self, *, holds: bool = True) -> Expression:
        """What holds for every pair, or for none."""
        field = next(iter(self.model.attributes[0].inputs[0].columns.values()))
        either = [Step(field, Comparison.SRC_NULL), Step(field, Comparison.SRC_NOT_NULL)]
        return _group(Operator.OR if holds else Operator.AND, either)

    def unequal(self, parts: Sequence[Condition]) -> list[tuple[tuple[Condition, ...], Step]]:
        """Parts of an `and` that say together what NE says: the values are there, and they are not equal."""
        found: list[tuple[tuple[Condition, ...], Step]] = []
        for part in parts:
            leaf = part.part if isinstance(part, Not) else None
            if not isinstance(leaf, Test | Measure) or len(leaf.fields) != 1:
                continue
            present = Not(Test(_PRESENT.get(leaf.function, "missing"), (FieldExpression(leaf.fields[0].fields),)))
            steps = self.steps(leaf) if present in parts and present != part else []
            if len(steps) == 1 and steps[0].comparison in _NULLS:
                found.append(((present, part), _changed(steps[0], _OPPOSITE[steps[0].comparison])))
        return found

    def negated(self, step: Step) -> Expression:
        """What holds where the step does not: a comparison with a null does not hold either."""
        nulls = [Step(step.field, one) for one in _NULLS.get(step.comparison, ())]
        return _group(Operator.OR, [_changed(step, _OPPOSITE[step.comparison]), *nulls])

    def steps(self, leaf: Test | Measure) -> list[Step]:
        """The steps of a question about one field."""
        field = leaf.fields[0]
        name, folded = self.field(field)
        if isinstance(leaf, Measure):
            return [Step(name, Comparison.EQ, None, *_cased(folded, _measured(leaf)))]
        if leaf.function == "equal" and field.transform in ("", "casefold", *_FUZZY):
            return [Step(name, Comparison.EQ, None, *_cased(folded, _phonetic(field)))]
        if leaf.function in ("missing", "absent"):
            return [Step(name, one) for one in _NULL.values()]
        if leaf.function in _NULL:
            return [Step(name, _NULL[leaf.function])]
        if leaf.function in _CONSTANT:
            return [Step(name, _CONSTANT[leaf.function], text, folded) for text in leaf.texts]
        raise _Unsaid(f"the language has no {leaf}")

    def field(self, expression: FieldExpression) -> tuple[str, bool]:
        """The column of a field, and whether case does not count."""
        name, _, role = expression.fields[0].partition(".")
        attribute = self.model.attribute(name)
        if len(attribute.inputs) != 1:
            raise _Unsaid(f"{name} has {len(attribute.inputs)} labelled values; the language has one value a field")
        columns = attribute.inputs[0].columns
        if role not in columns and len(columns) > 1:
            raise _Unsaid(f"{expression.fields[0]} is worked out from {', '.join(columns.values())}")
        if attribute.type != "raw":
            self.notes[f"attributes.{name}: {_uncleaned(attribute)}"] = None
        folded = expression.transform == "casefold" or attribute.type != "raw"
        return columns.get(role) or next(iter(columns.values())), folded


def _uncleaned(attribute: Attribute) -> str:
    return f"values of type {attribute.type} are compared as delivered, though without regard to case"


def _never(condition: Condition) -> Condition:
    """That a condition holds neither way round."""
    return Not(AnyOf((condition, mirrored(condition))) if is_directed(condition) else condition)


def _needs_all(leaf: Condition) -> bool:
    """Whether all steps of a question must hold, not any."""
    return isinstance(leaf, Test) and leaf.function == "absent"


def _field_by_field(test: Test) -> Condition:
    """A test of several fields as tests of one each."""
    one_by_one = tuple(Test(test.function, (field,)) for field in test.fields)
    if test.function in ("equal", "absent"):
        return All(one_by_one)
    if test.function == "missing":
        return AnyOf(one_by_one)
    raise _Unsaid(f"the language has no {test}")


def _cased(folded: bool, fuzzy: Fuzzy | None) -> tuple[bool, Fuzzy | None]:
    """Whether case is to be told to be ignored: among fuzzy types only distances heed it."""
    return folded and (fuzzy is None or fuzzy.type is FuzzyType.LEVENSHTEIN), fuzzy


def _phonetic(field: FieldExpression) -> Fuzzy | None:
    kind = _FUZZY.get(field.transform)
    return None if kind is None else Fuzzy(kind, field.argument or None)


def _measured(measure: Measure) -> Fuzzy:
    field, bound = measure.fields[0], measure.bound
    if field.transform in ("", "casefold") and len(field.fields) == 1:
        if measure.function == "levenshtein":
            return Fuzzy(FuzzyType.LEVENSHTEIN, number=floor(bound))
        if measure.function == "share_of_right" and bound <= 1:
            return Fuzzy(FuzzyType.LEVENSHTEIN, fraction=bound)
        if measure.function == "trigram" and not field.transform:
            return Fuzzy(FuzzyType.TRIGRAM, fraction=bound)
        if measure.function == "soundex_agreement" and not field.transform:
            return Fuzzy(FuzzyType.SOUNDEX, number=ceil(bound * 4))
    raise _Unsaid(f"the language has no {measure}")


def _changed(step: Step, comparison: Comparison) -> Step:
    return Step(step.field, comparison, step.constant, step.case_insensitive, step.fuzzy)


def _group(operator: Operator, children: Sequence[Expression]) -> Expression:
    """The expressions joined by the operator, those that are such groups themselves taken apart."""
    flat: list[Expression] = []
    for child in children:
        flat += child.children if isinstance(child, Group) and child.operator is operator else [child]
    return joined(operator, flat)
