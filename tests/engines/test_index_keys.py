from __future__ import annotations

import string
from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Jaro, JaroWinkler, Levenshtein

from dromio.clean.nicknames import same_person_given_name
from dromio.deciders.keys.filters import LEAST_LETTERS, MOST_EDITS, MOST_SHARE, parts_of
from dromio.engines import index_keys, scalar
from dromio.engines.grams import commonness
from dromio.model.expressions import FieldExpression, Measure
from dromio.similarity.phonetic import soundex_difference
from dromio.similarity.strings import trigram_similarity

LETTERS = st.text("abAßſİ é\0", max_size=22)
MOST_CODES = 500


@st.composite
def edited(draw: st.DrawFn, texts: st.SearchStrategy[str], most: int) -> tuple[str, str]:
    """A text, and the same with up to so many edits."""
    text = draw(texts)
    other = text
    for _ in range(draw(st.integers(0, most))):
        at = draw(st.integers(0, len(other)))
        other = (
            other[:at] + draw(st.sampled_from(["", "a", "b", "xy"[:1], "ß"])) + other[at + draw(st.integers(0, 1)) :]
        )
    return text, other


@settings(max_examples=200)
@given(edited(LETTERS, MOST_EDITS), st.integers(1, MOST_EDITS))
def test_texts_within_k_edits_share_a_code(pair: tuple[str, str], edits: int) -> None:
    one, other = pair
    shared = index_keys.neighbours(one, edits) & index_keys.neighbours(other, edits)
    if Levenshtein.distance(one, other) <= edits:
        assert shared
    if Levenshtein.distance(one.casefold(), other.casefold()) <= edits:
        assert shared


@settings(max_examples=200)
@given(edited(st.text("abcß ", max_size=40), 12), st.integers(1, MOST_SHARE))
def test_texts_within_a_share_of_the_longer_length_share_a_code(pair: tuple[str, str], share: int) -> None:
    for one, other in (pair, tuple(text.casefold() for text in pair)):
        if Levenshtein.distance(one, other) * 1000 <= share * max(len(one), len(other)):
            assert index_keys.neighbours_share(pair[0], share) & index_keys.neighbours_share(pair[1], share)


@settings(max_examples=200)
@given(edited(st.text("ab cİß-", max_size=40), 6), st.integers(1, 1000))
def test_texts_with_a_share_of_equal_trigrams_share_a_code(pair: tuple[str, str], share: int) -> None:
    one, other = pair
    for similarity in (trigram_similarity(one, other), trigram_similarity(one.casefold(), other.casefold())):
        if similarity >= share / 1000:
            assert index_keys.rare_trigrams(one, share) & index_keys.rare_trigrams(other, share)


@given(st.text("aBbdtlmn ßK", max_size=8), st.text("aBbdtlmn ßK", max_size=8), st.integers(1, 4))
def test_texts_with_equal_positions_of_soundex_share_a_code(one: str, other: str, equal: int) -> None:
    codes = [index_keys.soundex_positions(text, equal) for text in (one, other)]
    for left, right in ((one, other), (one.casefold(), other.casefold())):
        assert soundex_difference(left, right) < equal or codes[0] & codes[1]


NAMES = edited(st.text("abcdß İe", max_size=9) | st.text("ab cİß-", min_size=20, max_size=30), 8)


@settings(max_examples=400)
@given(NAMES, st.integers(LEAST_LETTERS, 1000))
def test_texts_with_a_jaro_winkler_similarity_share_a_code(pair: tuple[str, str], share: int) -> None:
    codes = [index_keys.rare_letters(text, share) for text in pair]
    for one, other in (pair, tuple(text.casefold() for text in pair)):
        for similarity in (JaroWinkler.similarity(one, other), Jaro.similarity(one, other)):
            assert similarity < share / 1000 or codes[0] & codes[1]


@settings(max_examples=300)
@given(st.tuples(*[st.lists(st.sampled_from("A a b Bc bc d ß ss e".split()), max_size=6)] * 2), st.integers(1, 1000))
def test_texts_with_a_share_of_equal_words_share_a_code(lists: tuple[list[str], list[str]], share: int) -> None:
    pair = tuple(map(" ".join, lists))
    codes = [index_keys.rare_words(text, share) for text in pair]
    for one, other in (pair, tuple(text.casefold() for text in pair)):
        left, right = set(one.split()), set(other.split())
        shared = len(left & right)
        assert not shared or shared * 1000 < share * len(left | right) or codes[0] & codes[1]


WORDS = st.text("abAß", max_size=10) | st.text("ab", min_size=27, max_size=34)


@settings(max_examples=400)
@given(st.tuples(*[st.lists(WORDS | st.sampled_from(["smith", "smiht", "abcdefgh", "bacdefhg"]), max_size=3)] * 2))
def test_texts_of_which_words_are_near_share_a_code(lists: tuple[list[str], list[str]]) -> None:
    pair = tuple(map(" ".join, lists))
    codes = [index_keys.near_words(text, 2) for text in pair]
    for one, other in (pair, tuple(text.casefold() for text in pair)):
        left, right = (scalar.bag(text, lambda word: 1) for text in (one, other))
        assert not scalar.soft_overlap(left, right) or codes[0] & codes[1]


@given(st.dates(), st.integers(-40, 40), st.integers(1, 40))
def test_dates_within_n_days_share_a_code(day: date, apart: int, most: int) -> None:
    try:
        other = day + timedelta(apart)
    except OverflowError:
        return
    codes = [index_keys.near_days(one.isoformat(), most) for one in (day, other)]
    assert abs(apart) > most or codes[0] & codes[1]
    assert abs(apart) <= 2 * most or not codes[0] & codes[1]


NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**20), 10**20).map(float)


@settings(max_examples=400)
@given(NUMBERS, st.floats(-5, 5), st.floats(0, 5))
def test_numbers_with_a_difference_share_a_code(number: float, apart: float, bound: float) -> None:
    pair = repr(number), repr(number + apart)
    (part,) = parts_of(Measure("difference", (FieldExpression(("a",)),), bound))
    codes = [index_keys.near_numbers(text, part.argument) for text in pair]
    found = scalar.difference(*pair)
    assert found is None or found > bound or codes[0] & codes[1]


DEGREES = st.floats(-400, 400) | st.sampled_from([90.0, -90.0, 180.0])


@settings(max_examples=400)
@given(DEGREES, DEGREES, st.floats(-2, 2), st.floats(-2, 2), st.floats(0, 300))
def test_points_within_a_distance_share_a_code(lat: float, lon: float, up: float, east: float, bound: float) -> None:
    one, other = (repr(lat), repr(lon)), (repr(lat + up), repr(lon + east))
    (part,) = parts_of(Measure("kilometres", (FieldExpression(("a",)), FieldExpression(("b",))), bound))
    codes = [index_keys.near_latitudes(place[0], part.argument) for place in (one, other)]
    found = scalar.kilometres(*one, *other)
    assert found is None or found > bound or codes[0] & codes[1]


def test_points_across_a_pole_share_a_code() -> None:
    assert scalar.kilometres("89.9", "0", "90.1", "0") == pytest.approx(22.24, abs=0.01)
    assert index_keys.near_latitudes("89.9", 201) & index_keys.near_latitudes("90.1", 201)
    assert not index_keys.near_latitudes("12", 201) & index_keys.near_latitudes("13", 201)


@given(*[st.sampled_from(["2001-02-03", "2001-02-13", "2001-12-03", "1991-02-03", "2001-02", "2001", "x"])] * 2)
def test_dates_of_which_one_part_differs_share_a_code(one: str, other: str) -> None:
    shared = index_keys.date_parts(one) & index_keys.date_parts(other)
    assert bool(shared) == (sum(a == b >= 0 for a, b in zip(*map(scalar.date_parts, (one, other)), strict=True)) >= 2)


@given(*[st.sampled_from(["bob", "rob", "robert", "bert", "albert", "al", "alice", "x", ""])] * 2)
def test_names_for_one_formal_name_share_a_code(one: str, other: str) -> None:
    shared = index_keys.formal_names(one) & index_keys.formal_names(other)
    assert bool(shared) or not same_person_given_name(one, other)


def test_a_word_among_thousands_is_shared() -> None:
    many = " ".join(f"w{number}" for number in range(3000))
    assert index_keys.rare_words(many, 1) & index_keys.rare_words("w0", 1)


def test_long_words_meet_across_the_length_from_which_they_are_cut() -> None:
    word = "abcdefghijklmnopqrstuvwxyzabcd"
    for longer in (
        word + "xy",
        "yx" + word,
        word[:15] + "x" + word[15:] + "y",
        word[:9] + word[10:] + "z",
    ):
        assert index_keys.near_words(word, 2) & index_keys.near_words(longer, 2)
    assert not index_keys.near_words("johnson ltd", 2) & index_keys.near_words("jackman gmbh", 2)


def test_codes_leave_apart_what_is_unlike() -> None:
    assert not index_keys.rare_letters("johnson", 900) & index_keys.rare_letters("jackman", 900)
    assert not index_keys.rare_letters("smith", 850) & index_keys.rare_letters("brown", 850)
    assert not index_keys.rare_words("the green house", 800) & index_keys.rare_words("the red house", 800)
    assert not index_keys.neighbours("smith", 1) & index_keys.neighbours("smits and", 1)
    assert not index_keys.neighbours("johnson", 2) & index_keys.neighbours("jackman", 2)
    assert not index_keys.neighbours("11 long street name", 2) & index_keys.neighbours("97 other street nam", 2)
    assert not index_keys.rare_trigrams("johnson", 500) & index_keys.rare_trigrams("jackson", 500)
    assert not index_keys.soundex_positions("Jim", 3) & index_keys.soundex_positions("Jonathan", 3)


def test_short_texts_meet_by_what_deletions_leave() -> None:
    assert index_keys.deletions("abc", 2) == {"abc", "ab", "ac", "bc", "a", "b", "c"}
    assert index_keys.neighbours("", 1) == {""}


@pytest.mark.parametrize("edits", range(1, MOST_EDITS + 1))
def test_the_number_of_codes_within_edits_is_bounded(edits: int) -> None:
    assert (
        max(len(index_keys.neighbours((string.ascii_letters * 6)[:size], edits)) for size in range(300)) <= MOST_CODES
    )


@pytest.mark.parametrize("share", [1, 50, 170, 250, MOST_SHARE])
def test_the_number_of_codes_within_a_share_is_bounded(share: int) -> None:
    for size in range(0, 300, 3):
        text = (string.ascii_letters * 6)[:size]
        assert len(index_keys.neighbours_share(text, share)) <= MOST_CODES


@given(st.lists(st.text("abc 1ß", min_size=3, max_size=3), unique=True))
def test_the_order_of_grams_is_strict(grams: list[str]) -> None:
    assert len({commonness(gram) for gram in grams}) == len(grams)


def test_common_trigrams_come_last() -> None:
    assert sorted(["  s", "ter", "xqz", "oln", "9é "], key=commonness) == ["xqz", "9é ", "oln", "ter", "  s"]


@given(st.integers(1, 60), st.integers(1, 1000), st.data())
def test_so_many_of_the_rarest_are_enough(count: int, share: int, data: st.DataObject) -> None:
    """The worst case of a filter by rarity: what two sets share is what is commonest in both."""
    shared = data.draw(st.integers(-(-count * share // 1000), count))
    more = data.draw(st.integers(0, shared * 1000 // share - count))
    one = [*range(count - shared), *range(1000, 1000 + shared)]
    other = [*range(500, 500 + more), *range(1000, 1000 + shared)]

    def codes(rarest: list[int]) -> set[object]:
        alone, paired = index_keys.trigram_prefixes(len(rarest), share)
        return {*rarest[:alone], *combinations(rarest[:paired], 2)}

    assert codes(one) & codes(other)


@given(st.text("eanroilts", min_size=40, max_size=60), st.integers(230, 300))
def test_grams_are_enough_where_every_edit_makes_two_rare_ones(text: str, share: int) -> None:
    edits = index_keys.allowed(len(text), share)
    other = "".join("q" if at % 3 == 1 and at // 3 < edits else letter for at, letter in enumerate(text))
    assert Levenshtein.distance(text, other) == edits > MOST_EDITS
    assert index_keys.neighbours_share(text, share) & index_keys.neighbours_share(other, share)
