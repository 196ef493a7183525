"""Figures of the reference, pinned; and laws that hold for any values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.engines import scalar
from dromio.engines.scalar import Bag

WEIGHTS = {"acme": 2000, "tools": 3000}
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
WORDY = st.lists(st.sampled_from(["anna", "annna", "lightning", "lihgtning", "b", "é", ""]), max_size=6).map(" ".join)


def bag(text: str) -> Bag:
    return scalar.bag(text, lambda word: WEIGHTS.get(word, 5000))


@pytest.mark.parametrize(
    ("figure", "expected"),
    [(0.1234565, 0.123456), (0.1234575, 0.123458), (0.12345649, 0.123456), (2.0, 2.0), (1e308, float("inf"))],
)
def test_figures_are_rounded_to_six_decimals_half_to_even(figure: float, expected: float) -> None:
    assert scalar.rounded(figure) == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("a b", "b a c", True),
        ("a", "b", False),
        ("a b", "a c", False),
        ("", "", False),
        (" ", "a", False),
        ("a", "a", True),
    ],
)
def test_within_needs_all_words_of_one_side(left: str, right: str, expected: bool) -> None:
    assert scalar.within(left, right) is expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("j", "john", True),
        ("john", "j", True),
        ("j", "j", False),
        ("jo", "john", False),
        ("é", "éva", True),
        ("", "j", False),
    ],
)
def test_initial_is_one_character_against_a_longer_text(left: str, right: str, expected: bool) -> None:
    assert scalar.initial(left, right) is expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("2001-02-03", "2001-03-02", True),
        ("2001-02-02", "2001-02-02", False),
        ("2001-02-03", "2002-03-02", False),
        ("2001-02", "2001-02", False),
        ("2001-20-03", "2001-03-20", True),
    ],
)
def test_day_month_swapped_holds_for_different_dates_only(left: str, right: str, expected: bool) -> None:
    assert scalar.day_month_swapped(left, right) is expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("2001-02-03", "2001-02-04", True),
        ("2001-02-03", "2002-02-03", True),
        ("2001-02-03", "2001-02-03", False),
        ("2001-02-03", "2001-03-04", False),
        ("2001-02", "2001-02-03", True),
        ("2001", "2001-02-03", False),
        ("²001-02-03", "²001-02-03", False),
    ],
)
def test_one_part_differs_when_two_parts_are_known_and_equal(left: str, right: str, expected: bool) -> None:
    assert scalar.one_part_differs(left, right) is expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("2001-01-01", "2000-12-31", 1),
        ("2000-02-29", "2000-03-01", 1),
        ("2001-02-30", "2001-03-01", None),
        ("2001-02", "2001-02-01", None),
        ("20010203", "2001-02-03", None),
        ("2001-W05-3", "2001-02-03", None),
    ],
)
def test_days_are_counted_between_full_real_dates_only(left: str, right: str, expected: int | None) -> None:
    assert scalar.days(left, right) == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("3", "1.5", 1.5),
        ("0.1", "0.3", 0.2),
        ("nan", "1", None),
        ("inf", "inf", None),
        ("x", "1", None),
        ("1e308", "-1e308", float("inf")),
    ],
)
def test_difference_of_finite_numbers(left: str, right: str, expected: float | None) -> None:
    assert scalar.difference(left, right) == expected


def test_kilometres_follow_the_great_circle() -> None:
    zurich, london, auckland = ("47.3769", "8.5417"), ("51.5074", "-0.1278"), ("-36.8485", "174.7633")
    assert scalar.kilometres(*zurich, *london) == pytest.approx(776, abs=1)
    assert scalar.kilometres(*zurich, *auckland) == pytest.approx(18_550, rel=0.01)
    assert scalar.kilometres("0", "179.9999", "0", "-179.9999") == pytest.approx(0.022239, abs=1e-6)
    assert scalar.kilometres("90", "0", "-90", "0") == pytest.approx(3.141592654 * scalar.EARTH_RADIUS_KM, abs=1e-3)
    assert scalar.kilometres(*zurich, *zurich) == 0
    assert scalar.kilometres("x", "1", "1", "1") is None


@pytest.mark.parametrize(
    ("left", "right", "jaccard", "overlap", "cosine"),
    [
        ("acme tools", "acme", 0.5, 1.0, 0.5547),
        ("acme tools", "acme nails", 0.333333, 0.4, 0.20601),
        ("acme acme", "acme", 1.0, 1.0, 1.0),
        ("acme", "tools", 0.0, 0.0, 0.0),
        ("", "acme", 0.0, 0.0, 0.0),
    ],
)
def test_shared_words_weigh_by_rarity(left: str, right: str, jaccard: float, overlap: float, cosine: float) -> None:
    one, other = bag(left), bag(right)
    assert (scalar.jaccard(one, other), scalar.overlap(one, other), scalar.cosine(one, other)) == (
        jaccard,
        overlap,
        cosine,
    )


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("acme tools", "acme tolos", 1.0),  # 2 + min(3, 5) of the 5 bits of the lighter side
        ("acme tolos", "acme nails tools", 0.714286),  # 2 + min(5, 3) of 7 bits
        ("tools", "tolls", 1.0),
        ("bob", "bod", 0.0),  # three letters: no edit is allowed
        ("lightning", "lihgtnign", 1.0),  # two swaps in nine letters
        ("lightning", "ligtnign", 1.0),
        ("tools", "tlool", 0.0),  # two edits in five letters
        ("anna", "anna annb", 1.0),
        ("annb annc", "anna", 1.0),
        ("", "anna", 0.0),
    ],
)
def test_soft_overlap_forgives_few_edits_in_long_words(left: str, right: str, expected: float) -> None:
    assert scalar.soft_overlap(bag(left), bag(right)) == pytest.approx(expected, abs=1e-6)


@given(WORDY | TEXT, WORDY | TEXT)
def test_measures_of_words_are_symmetric_and_within_zero_and_one(left: str, right: str) -> None:
    one, other = bag(left), bag(right)
    for measure in (scalar.jaccard, scalar.overlap, scalar.cosine, scalar.soft_overlap):
        assert measure(one, other) == measure(other, one)
        assert 0 <= measure(one, other) <= 1
        assert measure(one, one) == (1.0 if one.weights else 0.0)
    assert scalar.soft_overlap(one, other) >= scalar.overlap(one, other)


@given(TEXT, TEXT)
def test_measures_of_characters_are_symmetric(left: str, right: str) -> None:
    for measure in (scalar.jaro_winkler, scalar.edit_similarity, scalar.levenshtein, scalar.damerau_levenshtein):
        assert measure(left, right) == measure(right, left)
    assert scalar.damerau_levenshtein(left, right) <= scalar.levenshtein(left, right)


def test_tokens_are_distinct_words_of_two_characters_or_more() -> None:
    assert scalar.tokens(["anna m", None, "anna  éva", ""]) == ("anna", "éva")


def test_rare_tokens_weigh_six_bits_or_more_where_they_stand() -> None:
    def weigh(word: str) -> int:
        return {"acme": 5999, "zebra": 6000}.get(word, 7000)

    assert scalar.rare_tokens(["acme zebra other x", "acme"], [weigh, None]) == ("acme", "other", "zebra")
    assert scalar.rare_tokens(["acme", "acme"], [weigh, weigh]) == ()
