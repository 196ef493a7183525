import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.interchange.reltio.comparators import COMPARATORS

from .strategies import TEXTS

CASES = [
    ("BasicStringComparator", "ann", "ann", True, 1.0),
    ("BasicStringComparator", "ann", "anne", False, 0.0),
    ("ExactMatchComparator", "a b", "ab", False, 0.0),
    ("StringCharactersComparator", "o'neil", "oneil", True, 1.0),
    ("StringCharactersComparator", "--", "!!", False, 0.0),
    ("StringCharactersComparator", "--", "--", True, 1.0),
    ("DamerauLevenshteinDistance", "smith", "smiht", True, 0.8),
    ("DamerauLevenshteinDistance", "smith", "smit", True, 0.8),
    ("DamerauLevenshteinDistance", "abcdefgh", "abcdefxy", False, 0.75),
    ("SoundexComparator", "robert", "rupert", True, 0.9),
    ("SoundexComparator", "robert", "anna", False, 0.0),
    ("SoundexComparator", "12", "34", False, 0.0),
    ("SoundexComparator", "12", "12", True, 1.0),
    ("DoubleMetaphoneComparator", "smith", "schmidt", True, 0.9),
    ("DoubleMetaphoneComparator", "smith", "jones", False, 0.0),
    ("DistinctWordsComparator", "anna maria", "maria", True, 0.5),
    ("DistinctWordsComparator", "anna maria", "maria eva", False, 1 / 3),
    ("JaroWinkler", "martha", "marhta", True, 0.961111),
    ("JaroWinkler", "dixon", "dicksonx", False, 0.813333),
    ("Jaro", "martha", "marhta", True, 0.944444),
    ("Jaro", "dwayne", "duane", False, 0.822222),
]


@pytest.mark.parametrize(("name", "left", "right", "agree", "relevance"), CASES)
def test_agreement_and_relevance(name: str, left: str, right: str, agree: bool, relevance: float) -> None:
    comparator = COMPARATORS[name]
    assert comparator.agrees(left, right, False) is agree
    assert comparator.relevance(left, right) == pytest.approx(relevance, abs=1e-6)


@pytest.mark.parametrize(("right", "agree"), [("abcdefxy", True), ("abcdexyz", False)])
def test_a_fuzzy_operator_allows_one_more_edit_for_every_eight_characters(right: str, agree: bool) -> None:
    assert COMPARATORS["DamerauLevenshteinDistance"].agrees("abcdefgh", right, True) is agree


@given(st.sampled_from(sorted(COMPARATORS)), TEXTS, TEXTS, st.booleans())
def test_comparators_are_symmetric_and_identical_texts_agree(name: str, one: str, other: str, is_fuzzy: bool) -> None:
    comparator = COMPARATORS[name]
    assert comparator.agrees(one, other, is_fuzzy) is comparator.agrees(other, one, is_fuzzy)
    assert comparator.relevance(one, other) == pytest.approx(comparator.relevance(other, one), abs=1e-9)
    assert 0 <= comparator.relevance(one, other) <= 1
    assert comparator.agrees(one, one, is_fuzzy)
    assert comparator.relevance(one, one) == 1
