"""Generated expressions, algorithms and records."""

from hypothesis import strategies as st

from dromio.language.ast import (
    BINARY,
    CONSTANT,
    PARAMETERS,
    Algorithm,
    Comparison,
    Expression,
    Fuzzy,
    FuzzyType,
    Group,
    Operator,
    ScoringGroup,
    Step,
)

FIELDS = ("a", "b", "c.d", "if", "first name", "tick`", "名", "x.")
INTEGERS = st.integers(-1000, 1000)
PRESENT_VALUES = st.one_of(
    st.sampled_from(["", "x", "X", "smith", "Smyth", "John Smith", "12", "true", "ß"]),
    st.booleans(),
    st.integers(-2, 12),
    st.sampled_from([1.0, 0.5]),
    st.lists(st.sampled_from(["x", 1, None]), max_size=2),
)
VALUES = st.none() | PRESENT_VALUES
RECORDS = st.dictionaries(st.sampled_from(FIELDS), VALUES)


@st.composite
def fuzzies(draw: st.DrawFn) -> Fuzzy:
    kind = draw(st.sampled_from(FuzzyType))
    numbers, fraction, required = PARAMETERS[kind]
    choices: list[st.SearchStrategy[Fuzzy]] = []
    if numbers:
        choices.append(st.integers(numbers[0], min(numbers[-1], 300)).map(lambda number: Fuzzy(kind, number=number)))
    if fraction:
        choices.append(st.floats(0, 1, allow_subnormal=False).map(lambda part: Fuzzy(kind, fraction=part + 0.0)))
    if not required:
        choices.append(st.just(Fuzzy(kind)))
    return draw(st.one_of(choices))


@st.composite
def steps(draw: st.DrawFn) -> Step:
    field, comparison = draw(st.sampled_from(FIELDS)), draw(st.sampled_from(Comparison))
    if comparison in BINARY:
        return Step(field, comparison, None, draw(st.booleans()), draw(st.none() | fuzzies()))
    if comparison in CONSTANT:
        return Step(field, comparison, draw(st.text(max_size=5) | st.just('"\\')), draw(st.booleans()))
    return Step(field, comparison)


def _groups(children: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.builds(Group, st.sampled_from(Operator), st.lists(children, min_size=2, max_size=4).map(tuple))


expressions: st.SearchStrategy[Expression] = st.recursive(steps(), _groups, max_leaves=8)
scoring_groups = st.builds(ScoringGroup, expressions, INTEGERS, INTEGERS, st.none() | expressions)


@st.composite
def algorithms(draw: st.DrawFn) -> Algorithm:
    scoring = tuple(draw(st.lists(scoring_groups, max_size=3)))
    if not scoring:
        return Algorithm(draw(expressions))
    lower, upper = sorted((draw(INTEGERS), draw(INTEGERS)))
    possible, definite = draw(st.sampled_from([(lower, upper), (None, upper), (lower, None)]))
    return Algorithm(draw(st.none() | expressions), scoring, possible, definite)
