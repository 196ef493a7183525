from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dromio.engines import row
from dromio.errors import ModelError
from dromio.language.ast import Algorithm
from dromio.language.from_model import from_model
from dromio.language.outcomes import Rating, rate
from dromio.language.parser import parse
from dromio.language.printer import print_algorithm
from dromio.language.to_model import record_of, to_model
from dromio.model.deciders import Group, Points, Rule, Score
from dromio.model.schema import Attribute, Input, Model
from dromio.plan import make_plan
from dromio.records import RecordKey

from .strategies import FIELDS, algorithms

RANK = ("non-match", "review", "match")
DECISION = {Rating.DEFINITE_MATCH: "match", Rating.POSSIBLE_MATCH: "review", Rating.NO_MATCH: "non-match"}
TEXTS = ("", "x", "X", "ß", "smith", "Smyth", "12")
RECORDS = st.lists(st.dictionaries(st.sampled_from(FIELDS), st.none() | st.sampled_from(TEXTS)), min_size=3, max_size=5)
QUESTIONS = (
    "equal({})",
    "equal(casefold({}))",
    "levenshtein({}) <= 1",
    "trigram({}) >= 0.3",
    "soundex_agreement({}) >= 0.6",
    "equal(soundex({}))",
    "missing({})",
    "absent({})",
    "missing_left({})",
    "left_is({}, 'x', '12')",
    "right_is(casefold({}), 'x')",
    "always()",
)
conditions = st.recursive(
    st.sampled_from([text.format(field) for text in QUESTIONS for field in ("a.value", "b.value")]),
    lambda part: st.one_of(
        part.map("not ({})".format),
        st.tuples(part, part).map("({0[0]}) and ({0[1]})".format),
        st.tuples(part, part).map("({0[0]}) or ({0[1]})".format),
    ),
    max_leaves=4,
)
rules = st.lists(
    st.builds(lambda when, decision: Rule(name="r", when=when, decision=decision), conditions, st.sampled_from(RANK)),
    min_size=1,
    max_size=3,
)
lines = st.builds(
    lambda when, points, otherwise, only: Points(when=when, points=points, otherwise=otherwise, only_when=only),
    conditions,
    st.integers(-5, 9),
    st.integers(-5, 3),
    st.none() | conditions,
)
scores = st.builds(
    lambda keep, some, review: Score(filter=keep, lines=some, review=review, match=review + 5),
    st.none() | conditions,
    st.lists(lines, min_size=1, max_size=3),
    st.integers(-4, 8),
)

Values = Mapping[str, Any]


def by_language(algorithm: Algorithm, one: Values, other: Values) -> str:
    ways = [rate(algorithm, left, right) for left, right in ((one, other), (other, one))]
    return max((DECISION[way.rating] for way in ways), key=RANK.index)


def by_model(model: Model, records: Sequence[Values]) -> list[str]:
    plan = make_plan(model)
    made = [record_of(RecordKey("s", f"{n:03}"), values, model) for n, values in enumerate(records)]
    cleaned = [row.clean_record(one, model) for one in made]
    return [row.decide(plan, one, other).decision for one, other in combinations(cleaned, 2)]


def raw(*names: str) -> list[Attribute]:
    return [Attribute(name=name, type="raw", inputs=[Input(columns={"value": name})]) for name in names]


def assert_same_decisions(model: Model, records: Sequence[Values]) -> None:
    made = from_model(model)
    assert made.untranslated == ()
    pairs = combinations(records, 2)
    assert [by_language(made.algorithm, one, other) for one, other in pairs] == by_model(model, records)


def text_of(*rules: Rule) -> str:
    return print_algorithm(from_model(Model(attributes=raw("a", "b"), rules=list(rules))).algorithm)


def rule(when: str, decision: Any = "match") -> Rule:
    return Rule(name=when, when=when, decision=decision)


@settings(max_examples=50)
@given(algorithms(), RECORDS)
def test_there_and_back_decides_the_same(algorithm: Algorithm, records: list[Values]) -> None:
    assert_same_decisions(to_model(algorithm).model, records)


@settings(max_examples=80)
@given(
    st.one_of(rules.map(lambda made: {"rules": made}), scores.map(lambda made: {"score": made})),
    st.lists(st.dictionaries(st.sampled_from("ab"), st.sampled_from(TEXTS)), min_size=4, max_size=6),
)
def test_the_algorithm_decides_as_the_model(parts: dict[str, Any], records: list[Values]) -> None:
    assert_same_decisions(Model(attributes=raw("a", "b"), **parts), records)


@pytest.mark.parametrize(
    "text",
    [
        "a EQ",
        "a NE CASE INSENSITIVE",
        "a NE LEVENSHTEIN(2)",
        'a SRC_NE_CONSTANT "x" AND b DEST_CONSTANT "y"',
        "a EQ SOUNDEX(3) OR (a SRC_NULL AND a DEST_NULL)",
        "(a EQ TRIGRAM(0.5) AND b EQ METAPHONE(4)) OR a EQ DMETAPHONE_ALT",
        "MATCH a EQ\nIF b EQ LEVENSHTEIN(0.2) THEN 20 ELSE -5 WHEN b SRC_NOT_NULL\nPOSSIBLE MATCH = 10",
    ],
)
def test_there_and_back_keeps_the_text(text: str) -> None:
    assert print_algorithm(from_model(to_model(parse(text)).model).algorithm) == print_algorithm(parse(text))


def test_a_bound_between_two_distances_is_the_lower() -> None:
    assert text_of(rule("levenshtein(a.value) <= 1.5")) == "a EQ LEVENSHTEIN(1)"


def test_a_penalty_that_counts_only_at_times_does_not_keep_pairs_out() -> None:
    line = Points(when="equal(a.value)", points=5, otherwise=-5, only_when="equal(b.value)")
    records = [{"a": "x", "b": "x"}, {"a": "y", "b": "y"}, {"a": "x", "b": "y"}]
    made = Model(attributes=raw("a", "b"), score=Score(lines=[line], match=-4))
    assert by_model(made, records) == ["match", "match", "non-match"]
    assert_same_decisions(made, records)


def test_a_veto_is_negated_in_front_of_the_rules_after_it() -> None:
    veto, match = rule("not missing(b.value) and not equal(b.value)", "non-match"), rule("equal(a.value)")
    assert text_of(veto, match) == "a EQ AND (b SRC_NULL OR b DEST_NULL OR b EQ)"
    assert text_of(match, veto) == "a EQ"


def test_rules_for_review_become_a_score() -> None:
    assert text_of(rule("equal(a.value)"), rule("equal(b.value)", "review")).splitlines() == [
        "IF a EQ THEN 2",
        "IF b EQ AND (a NE OR a SRC_NULL OR a DEST_NULL) THEN 1",
        "POSSIBLE MATCH = 1",
        "DEFINITE MATCH = 2",
    ]


def test_what_has_no_words_is_left_out_and_said() -> None:
    model = Model(attributes=raw("a", "b"), rules=[rule("jaro(a.value) >= 0.9"), rule("equal(a.value)")])
    made = from_model(model)
    assert print_algorithm(made.algorithm) == "a EQ"
    assert made.untranslated == ("rules.0: the language has no jaro(a.value) >= 0.9; left out",)


def test_cleaned_and_several_values_are_noted() -> None:
    several = [Input(columns={"value": "home"}, label="home"), Input(columns={"value": "work"}, label="work")]
    email = Attribute(name="email", type="email", inputs=[Input(columns={"value": "E-Mail"})])
    phone = Attribute(name="phone", type="phone", inputs=several)
    place = Attribute(name="place", type="raw", inputs=[Input(columns={"city": "town", "street": "road"})])
    texts = [
        "equal(email.address)",
        "equal(phone.number)",
        "equal(place.city, place.street)",
        "together(equal(place.city))",
    ]
    made = from_model(Model(attributes=[email, phone, place], rules=[rule(text) for text in texts]))
    assert print_algorithm(made.algorithm) == "`E-Mail` EQ CASE INSENSITIVE OR (town EQ AND road EQ)"
    assert made.key_properties == ("E-Mail", "town", "road")
    assert sorted(note.partition(":")[0] for note in made.untranslated) == ["attributes.email", "rules.1", "rules.3"]


def test_a_model_without_words_is_refused() -> None:
    group = Model(attributes=raw("a"), groups=[Group(name="g", when="equal(a.value)")])
    with pytest.raises(ModelError, match="groups: the language has rules or one score"):
        from_model(group)


def test_a_veto_that_tells_left_from_right_is_negated_both_ways() -> None:
    veto, match = rule("left_is(b.value, 'x')", "non-match"), rule("equal(a.value)")
    model = Model(attributes=raw("a", "b"), rules=[veto, match])
    assert_same_decisions(model, [{"a": "1", "b": "x"}, {"a": "1"}, {"a": "1", "b": "y"}])


def test_positions_of_soundex_are_rounded_up() -> None:
    assert text_of(rule("soundex_agreement(a.value) >= 0.6")) == "a EQ SOUNDEX(3)"
