import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.similarity.sets import jaccard, overlap

TOKENS = st.frozensets(st.sampled_from("abcdef"))


@pytest.mark.parametrize(
    ("left", "right", "similarity"), [("ab", "bc", 1 / 3), ("ab", "ab", 1.0), ("a", "b", 0.0), ("", "", 0.0)]
)
def test_jaccard_is_share_of_all_tokens(left: str, right: str, similarity: float) -> None:
    assert jaccard(set(left), set(right)) == pytest.approx(similarity)


@pytest.mark.parametrize(
    ("left", "right", "similarity"), [("ab", "bc", 0.5), ("a", "abc", 1.0), ("a", "b", 0.0), ("", "a", 0.0)]
)
def test_overlap_is_share_of_the_smaller_set(left: str, right: str, similarity: float) -> None:
    assert overlap(set(left), set(right)) == pytest.approx(similarity)


@given(TOKENS, TOKENS)
def test_both_are_symmetric_and_overlap_is_never_less(left: frozenset[str], right: frozenset[str]) -> None:
    assert jaccard(left, right) == jaccard(right, left)
    assert 0.0 <= jaccard(left, right) <= overlap(left, right) == overlap(right, left) <= 1.0
