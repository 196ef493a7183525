from typing import Any

import pytest
from hypothesis import given

from dromio.interchange.reltio import Phrases, phrases_of, view_of
from dromio.interchange.reltio.tokens import TOKEN_CLASSES, plain, tokens_of

from .factory import attribute, document, exact, group
from .strategies import TEXTS


def phrases(rule: dict[str, Any], limit: int = 100, **attributes: Any) -> list[str]:
    """The phrases of an entity for a rule."""
    one = group("G", rule)
    return list(phrases_of(one.rule, view_of(document(**attributes), one), limit).phrases)


@pytest.mark.parametrize(
    ("token_class", "text", "tokens"),
    [
        ("ExactMatchToken", "John  B.", ["john b"]),
        ("ExactMatchToken", "--", []),
        ("ExactNumberMatchToken", "ACL89786291D", ["89786291"]),
        ("ExactNumberMatchToken", "none", []),
        ("SoundexTextMatchToken", "Robert", ["R163"]),
        ("DoubleMetaphoneMatchToken", "Smith", ["SM0", "XMT"]),
        ("DistinctWordsMatchToken", "Anna-Maria von O.", ["annamaria", "von", "o"]),
        ("FuzzyTextMatchToken", "", []),
    ],
)
def test_tokens_of_each_class(token_class: str, text: str, tokens: list[str]) -> None:
    assert tokens_of(token_class, [text]) == tokens


@pytest.mark.parametrize(
    ("one", "other"), [("philipp", "filip"), ("smith", "smiht"), ("catherine", "katherine"), ("meier", "meyer")]
)
def test_fuzzy_tokens_of_usual_misspellings_meet(one: str, other: str) -> None:
    found = [set(tokens_of("FuzzyTextMatchToken", [text])) for text in (one, other)]
    assert found[0] & found[1]


@given(TEXTS)
def test_no_class_gives_more_tokens_than_it_may(text: str) -> None:
    most = {"DoubleMetaphoneMatchToken": 2, "FuzzyTextMatchToken": 6, "DistinctWordsMatchToken": len(text)}
    for name in TOKEN_CLASSES:
        assert len(tokens_of(name, [text])) <= most.get(name, 1)


@given(TEXTS)
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert plain(plain(text)) == plain(text)


def test_and_joins_the_attributes_in_rule_order() -> None:
    rule = {"and": {**exact("FirstName"), "exactOrNull": [attribute("Suffix")], "fuzzy": []}}
    assert phrases(rule, FirstName=["Ann", "Eve"], Suffix="Jr") == ["ann:jr", "eve:jr"]
    assert phrases(rule, FirstName="Ann") == ["ann"]


def test_or_unites_what_its_parts_give() -> None:
    rule = {"or": exact("FirstName", "LastName")}
    assert phrases(rule, FirstName="Ann", LastName="Lee") == ["ann", "lee"]
    assert phrases(rule, LastName="Lee") == ["lee"]


def test_a_required_attribute_without_value_gives_no_phrase() -> None:
    assert phrases(exact("FirstName", "LastName"), FirstName="Ann") == []


def test_an_or_of_tolerant_parts_without_values_asks_for_nothing() -> None:
    tolerant = {"or": {"exactOrNull": [attribute("Suffix")], "exactOrAllNull": [attribute("Suffix")]}}
    assert phrases({"and": {**exact("FirstName"), **tolerant}}, FirstName="Ann") == ["ann"]


def test_filters_disagreements_and_not_give_no_tokens() -> None:
    rule = exact("A") | {
        "equals": [{"uri": attribute("B"), "values": ["x"]}],
        "notExactSame": [attribute("C")],
        "not": exact("D"),
    }
    assert phrases(rule, A="a", B="x", C="c", D="d") == ["a"]


def test_a_rule_whose_attributes_are_all_ignored_gives_no_phrase() -> None:
    rule = exact("A") | {"multi": [[attribute("B")]], "ignoreInToken": [attribute("A"), attribute("B")]}
    assert phrases(rule, A="a", B="b") == []


def test_multi_gives_the_tokens_of_all_its_attributes() -> None:
    rule = {"multi": [[attribute("A"), attribute("B")]]}
    assert phrases(rule, A="x", B=["y", "x"]) == ["x", "y"]
    assert phrases(rule) == []


@pytest.mark.parametrize("limit", [5, 6])
def test_beyond_the_limit_there_are_no_phrases(limit: int) -> None:
    one = group("G", exact("A", "B"))
    found = phrases_of(one.rule, view_of(document(A=["a", "b", "c"], B=["x", "y"]), one), limit)
    assert found.is_over_limit is (limit == 5)
    assert len(found.phrases) == (0 if limit == 5 else 6)


def test_a_vast_product_is_not_built() -> None:
    names = [f"A{number}" for number in range(9)]
    one = group("G", exact(*names))
    wide = document(**{name: [str(value) for value in range(100)] for name in names})
    assert phrases_of(one.rule, view_of(wide, one)) == Phrases(is_over_limit=True)


def test_an_or_counts_all_its_parts_against_the_limit() -> None:
    assert phrases({"or": exact("A", "B")}, limit=3, A=["a", "b"], B=["x", "y"]) == []
