from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.clean.text import MAX_LENGTH, alphanumerics, compatible, fold, words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  Straße\t 5 ", "strasse 5"),
        ("Алексей", "aleksey"),
        ("ＡＢＣ", "abc"),
        ("e\u0301", "e"),
        ("a\x00b\x7fc", "a b c"),
        ("I ♥ 😀 you", "i you"),
        ("O'Brien-Smith", "o'brien-smith"),
        ("\ud800x", "x"),
    ],
)
def test_fold_gives_lower_case_ascii(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_fold_is_idempotent_and_printable(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert folded.isascii()
    assert folded == "" or folded.isprintable()


@given(st.text(alphabet="aé 王", min_size=MAX_LENGTH, max_size=MAX_LENGTH * 3))
def test_fold_looks_at_the_first_thousand(text: str) -> None:
    assert len(fold(text)) <= MAX_LENGTH


@pytest.mark.parametrize(
    ("text", "expected"), [("Don't  panic!", "dont panic"), ("A.B.C. – d/e", "abc d e"), ("...", ""), ("x_y", "x y")]
)
def test_words_drop_punctuation(text: str, expected: str) -> None:
    assert words(text) == expected


@given(st.text())
def test_words_are_idempotent(text: str) -> None:
    assert words(words(text)) == words(text)


@given(st.text())
def test_compatible_is_idempotent(text: str) -> None:
    assert compatible(compatible(text)) == compatible(text)


@given(st.text())
def test_alphanumerics_are_idempotent_and_of_letters_and_digits(text: str) -> None:
    found = alphanumerics(text)
    assert alphanumerics(found) == found
    assert found == "" or found.isalnum()


def test_alphanumerics_are_upper_case() -> None:
    assert alphanumerics(" ab-12/ç ") == "AB12Ç"
