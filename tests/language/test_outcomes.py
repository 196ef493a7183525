import pytest

from dromio.errors import UsageError
from dromio.language.outcomes import Destination, Outcome, Rating, Status, assess, rate
from dromio.language.parser import parse

KEYS = ["a", "b"]


@pytest.mark.parametrize(
    ("source", "destination", "rating"),
    [
        ({"a": 1, "b": "x"}, {"a": 1.0, "b": "x", "c": 9}, Rating.DEFINITE_MATCH),
        ({"a": 1, "b": None}, {"a": 1}, Rating.DEFINITE_MATCH),
        ({"a": 1, "b": "x"}, {"a": 1, "b": "X"}, Rating.NO_MATCH),
        ({"a": 1, "b": "x"}, {"a": 1}, Rating.NO_MATCH),
        ({}, {}, Rating.NO_MATCH),
        ({"a": None}, {"b": None}, Rating.NO_MATCH),
    ],
)
def test_without_algorithm_all_key_properties_are_identical(
    source: dict[str, object], destination: dict[str, object], rating: Rating
) -> None:
    assert rate(None, source, destination, key_properties=KEYS).rating is rating


def test_without_algorithm_one_key_property_suffices_and_none_is_refused() -> None:
    assert rate(None, {"a": 1}, {"a": 1}, key_properties=["a"]).passed
    with pytest.raises(UsageError, match="at least one key property"):
        rate(None, {"a": 1}, {"a": 1})


@pytest.mark.parametrize(("matches", "status"), [(0, Status.NO_MATCH), (1, Status.MATCH), (2, Status.AMBIGUOUS)])
def test_rule_based_status_counts_matches(matches: int, status: Status) -> None:
    destinations = [Destination("crm", {"a": 1})] * matches + [Destination("crm", {"a": 2})]
    assessment = assess(parse("a EQ"), {"a": 1}, destinations, adaptor="shop")
    assert assessment.status is status
    assert assessment.outcomes[-1] == Outcome(passed=False, rating=Rating.NO_MATCH)
    assert len(assessment.outcomes) == matches + 1


def test_possible_match_at_own_adaptor_is_ambiguous_even_when_definite_wins() -> None:
    algorithm = parse("a EQ IF b EQ THEN 9 POSSIBLE MATCH = 0 DEFINITE MATCH = 9")
    destinations = [Destination("crm", {"a": 1, "b": 2}), Destination("web", {"a": 1, "b": 3})]
    source = {"a": 1, "b": 2}
    assert assess(algorithm, source, destinations, adaptor="shop", definite_wins=True).status is Status.MATCH
    assert assess(algorithm, source, destinations, adaptor="web", definite_wins=True).status is Status.AMBIGUOUS


def test_no_match_at_own_adaptor_changes_nothing() -> None:
    destinations = [Destination("crm", {"a": 1}), Destination("shop", {"a": 2})]
    assert assess(parse("a EQ"), {"a": 1}, destinations, adaptor="shop").status is Status.MATCH


def test_definite_needs_its_threshold_and_possible_its_own() -> None:
    algorithm = parse("IF a EQ THEN 5 IF b EQ THEN 5 DEFINITE MATCH = 10")
    assert rate(algorithm, {"a": 1, "b": 1}, {"a": 1}) == Outcome(passed=True, rating=Rating.NO_MATCH, score=5)
    assert rate(algorithm, {"a": 1, "b": 1}, {"a": 1, "b": 1}).rating is Rating.DEFINITE_MATCH


def test_without_filter_an_unused_line_does_not_pass() -> None:
    algorithm = parse("IF a EQ THEN 5 WHEN b SRC_NOT_NULL POSSIBLE MATCH = 0")
    assert not rate(algorithm, {"a": 1}, {"a": 1}).passed
    assert rate(algorithm, {"a": 1, "b": 1}, {"a": 1}).passed
