from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.clean.nicknames import same_person_given_name
from dromio.engines.vectors import ValuePairs
from dromio.model.expressions import parse_condition

from .factory import columns_of

ABC = [
    {"a": "anna", "b": "x"},
    {"a": "annna", "b": None},
    {"a": None, "b": "x"},
    {"a": None, "b": None},
    {"a": "bob", "b": "anna"},
]


def levels(values: list[dict[str, str | None]], null: str, *conditions: str) -> list[list[int]]:
    """Levels of all pairs as a square."""
    columns, size = columns_of(values, ["a", "b"]), len(values)
    left, right = np.divmod(np.arange(size * size), size)
    found = ValuePairs(columns, left, right).levels(
        parse_condition(null), [parse_condition(text) for text in conditions]
    )
    return found.reshape(size, size).tolist()  # type: ignore[no-any-return]


def test_the_first_condition_that_holds_gives_the_level() -> None:
    found = levels(ABC[:2], "missing(a)", "equal(a)", "jaro_winkler(a) >= 0.9")
    assert found == [[1, 2], [2, 1]]


def test_what_no_condition_takes_is_at_the_last_level() -> None:
    assert levels([ABC[0], ABC[4]], "missing(a)", "equal(a)")[0][1] == 2


def test_null_comes_before_every_condition() -> None:
    assert levels([ABC[0], ABC[2]], "missing(a)", "equal(b)") == [[1, 0], [0, 0]]


def test_a_value_without_any_field_cannot_be_compared_whatever_the_model_says() -> None:
    assert levels([ABC[0], ABC[3]], "not always()", "always()") == [[1, 0], [0, 0]]


@pytest.mark.parametrize("bounds", [(0.9, 0.5), (0.5, 0.9)])
def test_bounds_of_one_measure_may_come_in_any_order(bounds: tuple[float, float]) -> None:
    found = levels(ABC[:2], "missing(a)", *(f"jaro_winkler(a) >= {bound}" for bound in bounds))
    assert found == [[1, 1], [1, 1]]


def test_a_measure_of_the_null_condition_does_not_spoil_the_levels() -> None:
    values: list[dict[str, str | None]] = [{"a": "abcdefgh"}, {"a": "abcdefxy"}]
    assert levels(values, "edit_similarity(a) >= 0.999 and not equal(a)", "edit_similarity(a) >= 0.75") == [
        [1, 1],
        [1, 1],
    ]


def test_figures_are_kept_between_comparisons_only_as_far_as_they_are_exact() -> None:
    values: list[dict[str, str | None]] = [{"a": "abcdefgh", "b": None}, {"a": "abcdefxy", "b": None}]
    pairs = ValuePairs(columns_of(values, ["a", "b"]), np.array([0]), np.array([1]))
    null = parse_condition("missing(a)")
    assert pairs.levels(null, [parse_condition("edit_similarity(a) >= 0.9")]).tolist() == [2]
    assert pairs.levels(null, [parse_condition("edit_similarity(a) >= 0.6")]).tolist() == [1]


@pytest.mark.parametrize(
    "text",
    [
        "jaro_winkler(a) >= 0",
        "levenshtein(a) <= 99999999999",
        "difference(a) <= 99999999999",
        "kilometres(a, b) <= 99999999999",
    ],
)
def test_what_is_missing_or_cannot_be_measured_passes_no_bound(text: str) -> None:
    pairs = ValuePairs(
        columns_of([{"a": None, "b": "x"}, {"a": "y", "b": "x"}], ["a", "b"]), np.array([0, 0]), np.array([0, 1])
    )
    assert not pairs.holds(parse_condition(text), np.arange(2)).any()


VALUE = st.fixed_dictionaries({"a": st.none() | st.text("ab", max_size=2), "b": st.none() | st.text("ab", max_size=2)})


@given(st.lists(VALUE, min_size=1, max_size=5), st.permutations(range(5)))
def test_levels_of_a_pair_do_not_depend_on_the_other_values(
    values: list[dict[str, str | None]], order: list[int]
) -> None:
    conditions = ("equal(a)", "crossed(a, b)", "levenshtein(a) <= 1")
    mine = [place for place in order if place < len(values)]
    found = levels(values, "missing(a)", *conditions)
    moved = levels([values[place] for place in mine], "missing(a)", *conditions)
    assert moved == [[found[one][other] for other in mine] for one in mine]


def test_nicknames_are_told_for_all_pairs_as_for_one() -> None:
    names = ["robert", "bob", "rob", "elizabeth", "liz", "beth", "anna", None]
    found = levels([{"a": name} for name in names], "missing(a)", "nickname(a)")
    alike = [[bool(one and other) and same_person_given_name(one, other) for other in names] for one in names]
    assert [[level == 1 for level in row] for row in found] == alike
    assert alike[1][2]
    assert not alike[0][3]
