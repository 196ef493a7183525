import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.similarity.strings import (
    damerau_levenshtein,
    jaro_winkler,
    levenshtein,
    trigram_similarity,
    trigrams,
)


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [("Frizzy string", "Fuzzy string", 2), ("STEVE", "Steve", 4), ("", "ab", 2), ("José", "Jose", 1), ("ab", "ba", 2)],
)
def test_levenshtein_counts_edits_of_characters(a: str, b: str, distance: int) -> None:
    assert levenshtein(a, b) == distance


def test_levenshtein_above_limit_is_limit_plus_one() -> None:
    assert levenshtein("abcdef", "uvwxyz", 2) == 3
    assert levenshtein("abc", "abd", 2) == 1


def test_damerau_levenshtein_swap_costs_one_and_no_part_is_edited_twice() -> None:
    assert damerau_levenshtein("ab", "ba") == 1
    assert damerau_levenshtein("ca", "abc") == 3
    assert damerau_levenshtein("abcdef", "uvwxyz", 2) == 3


@pytest.mark.parametrize(
    ("a", "b", "similarity"),
    [
        ("MARTHA", "MARHTA", 0.961111),
        ("DIXON", "DICKSONX", 0.813333),
        ("abc", "xyz", 0.0),
        ("", "", 1.0),
        ("", "a", 0.0),
    ],
)
def test_jaro_winkler_reference_values(a: str, b: str, similarity: float) -> None:
    assert jaro_winkler(a, b) == pytest.approx(similarity, abs=1e-6)


def test_jaro_winkler_prefix_counts_up_to_four_characters() -> None:
    """The Jaro similarity is 17/18; of the five equal first characters four count."""
    assert jaro_winkler("abcdef", "abcde") == pytest.approx(1 - (1 - 0.4) / 18)


def test_trigrams_pad_each_word() -> None:
    assert trigrams("trigram") == {"  t", " tr", "tri", "rig", "igr", "gra", "ram", "am "}
    assert trigrams("a_b'c") == {"  a", " a ", "  b", " b ", "  c", " c "}


def test_trigrams_lower_case_each_character_alone() -> None:
    """No final sigma, and İ stays one character, as in PostgreSQL."""
    assert trigrams("ΟΣ") == {"  ο", " οσ", "οσ "}
    assert trigrams("İ") == {"  i", " i "}


@pytest.mark.parametrize(
    ("a", "b", "similarity"),
    [
        ("trgrato", "trigram", 3 / 13),
        ("smith JOHN", "John Smith", 1.0),
        ("two words", "word", 4 / 11),
        ("1 Main St", "Main Street 1", 0.6),
        ("", "", 0.0),
        ("--", "a", 0.0),
        ("trigramtrigram", "trigram", 0.8),
    ],
)
def test_trigram_similarity_reference_values(a: str, b: str, similarity: float) -> None:
    assert trigram_similarity(a, b) == pytest.approx(similarity)


@given(st.text(max_size=20), st.text(max_size=20))
def test_similarities_are_symmetric_and_within_bounds(a: str, b: str) -> None:
    for similarity in (jaro_winkler, trigram_similarity):
        assert 0.0 <= similarity(a, b) <= 1.0
        assert similarity(a, b) == pytest.approx(similarity(b, a))
    for distance in (levenshtein, damerau_levenshtein):
        assert distance(a, b) == distance(b, a) <= max(len(a), len(b))


@given(st.text(max_size=20), st.text(max_size=20))
def test_distances_are_zero_only_for_equal_texts(a: str, b: str) -> None:
    assert (levenshtein(a, b) == 0) == (a == b)
    assert damerau_levenshtein(a, b) <= levenshtein(a, b)
