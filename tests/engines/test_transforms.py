from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.engines.transforms import apply, function_of
from dromio.model.expressions import parse_field


@pytest.mark.parametrize(
    ("expression", "text", "expected"),
    [
        ("year(a)", "1984-03-12", "1984"),
        ("year(a)", "1984", "1984"),
        ("year(a)", "84", None),
        ("month_day(a)", "1984-03-12", "03-12"),
        ("month_day(a)", "1984-03", None),
        ("month_day(a)", "1984-01-01", None),
        ("prefix(a, 3)", "smith", "smi"),
        ("prefix(a, 3)", "sm", "sm"),
        ("prefix(a, 2)", "éclair", "éc"),
        ("prefix(a, 3)", "", None),
        ("soundex(a)", "Ashcraft", "A226"),
        ("soundex(a)", "123", None),
        ("sorted_letters(a)", "1984", "1489"),
        ("sorted_letters(a)", "", None),
        ("skeleton(a)", "hannah", "hn"),
        ("skeleton(a)", "anna", "an"),
        ("skeleton(a)", "schwarzenegger", "scrzn"),
        ("skeleton(a)", "", None),
    ],
)
def test_transform(expression: str, text: str, expected: str | None) -> None:
    assert apply(parse_field(expression), [text]) == [expected]


def test_transforms_of_several_values_are_no_functions_of_one_text() -> None:
    with pytest.raises(KeyError):
        function_of(parse_field("tokens(a)"))


@given(st.text("abcdef", min_size=2, max_size=8), st.data())
def test_sorted_letters_survive_any_transposition(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text) - 2))
    swapped = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    assert len(set(apply(parse_field("sorted_letters(a)"), [text, swapped]))) == 1


@given(st.text("bcdfg", min_size=1, max_size=6), st.sampled_from("aeiou"))
def test_skeleton_survives_a_vowel_more_after_the_first_letter(text: str, vowel: str) -> None:
    with_vowel = text[0] + vowel + text[1:]
    collapsed = "".join(letter for place, letter in enumerate(text) if place == 0 or letter != text[place - 1])
    expected = apply(parse_field("skeleton(a)"), [collapsed])
    assert apply(parse_field("skeleton(a)"), [with_vowel]) == expected
