"""Signatures and sieves: what they let go must not hold."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dromio.deciders.keys import derived_keys
from dromio.deciders.keys.rest import needed_of_the_rest
from dromio.engines import kernels
from dromio.engines.columns import Column
from dromio.engines.duckdb import Batch
from dromio.engines.sieve import Sieve, Signed, Square
from dromio.engines.signatures import signatures
from dromio.errors import UsageError
from dromio.model.deciders import Points, Rule, Score
from dromio.model.expressions import DISTANCES, All, AnyOf, Condition, Measure, Not, Together, parse_condition
from dromio.model.schema import Attribute, Input, Model
from dromio.plan import make_plan
from dromio.service import match

from .factory import batch_of, record

MEASURES = [
    *(f"levenshtein(a) <= {edits}" for edits in (0, 1, 2, 5)),
    "damerau_levenshtein(a) <= 2",
    "share_of_left(a) <= 0.3",
    "share_of_right(a) <= 0.6",
    "edit_similarity(a) >= 0.6",
    "swap_similarity(a) >= 0.8",
    *(f"{function}(a) >= {bound}" for function in ("jaro", "jaro_winkler") for bound in (0.7, 0.85, 0.92, 1)),
    *(f"{function}(a) >= {bound}" for function in ("jaccard", "trigram") for bound in (0.2, 0.5, 0.75, 1)),
]
TEXTS = st.lists(st.text("abc ß\0é", max_size=9) | st.text("ab", min_size=20, max_size=30), min_size=2, max_size=12)
SIMPLE = ("a", "b", "c", "d")


def holds(measure: Measure, column: Column, left: npt.NDArray[Any], right: npt.NDArray[Any]) -> npt.NDArray[Any]:
    figures = kernels.MEASURES[measure.function](measure.function, column, left, right, measure.bound)
    return figures <= measure.bound if measure.function in DISTANCES else figures >= measure.bound


@pytest.mark.parametrize("text", MEASURES)
@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_signatures_let_pass_all_that_holds(text: str, values: list[str]) -> None:
    measure = parse_condition(text)
    assert isinstance(measure, Measure)
    column = Column.encode(pa.array(values))
    signed = signatures(measure, column)
    pairs = np.array(list(combinations(range(len(column.values)), 2)), np.int32).reshape(-1, 2)
    left, right = np.concatenate([pairs, pairs[:, ::-1]]).T
    if signed is None or not len(left):
        return
    lost = holds(measure, column, left, right) & ~signed.may_hold(left, right)
    assert not lost.any(), (column.strings(left[lost]), column.strings(right[lost]))


@pytest.mark.parametrize("text", ["levenshtein(a) <= 1", "jaro_winkler(a) >= 0.9", "trigram(a) >= 0.5"])
def test_signatures_tell_different_texts_apart(text: str) -> None:
    measure = parse_condition(text)
    assert isinstance(measure, Measure)
    signed = signatures(measure, Column.encode(pa.array(["washington", "lincoln", "jefferson", "adams"])))
    assert signed is not None
    left, right = np.array(list(combinations(range(4), 2)), np.int32).T
    assert not signed.may_hold(left, right).any()


@given(
    st.lists(st.tuples(st.integers(-3, 5), st.integers(-5, 3), st.booleans()), min_size=1, max_size=4),
    st.integers(-4, 12),
    st.integers(0, 3),
)
def test_the_rest_of_a_score_is_needed(figures: list[tuple[int, int, bool]], least: int, held: int) -> None:
    lines = [
        Points(
            when=f"equal({name}.v)",
            points=points,
            otherwise=otherwise,
            only_when=f"not missing_left({name}.v)" if sided else None,
        )
        for name, (points, otherwise, sided) in zip(SIMPLE, figures, strict=False)
    ]
    held %= len(lines)
    need = needed_of_the_rest(lines[:held], lines[held:], least)
    states = [["equal", "not equal", "missing"]] * len(lines)
    for which in np.ndindex(*map(len, states)):
        told = {name: states[0][place] for name, place in zip(SIMPLE, which, strict=False)}
        if any(told[name] != "equal" for name in SIMPLE[:held]):
            continue
        total = sum(
            0
            if line.only_when and told[name] == "missing"
            else line.points
            if told[name] == "equal"
            else line.otherwise
            for name, line in zip(SIMPLE, lines, strict=False)
        )
        assert total < least or _true(need, told)


def _true(condition: Condition, told: dict[str, str]) -> bool:
    if isinstance(condition, All):
        return all(_true(part, told) for part in condition.parts)
    if isinstance(condition, AnyOf):
        return any(_true(part, told) for part in condition.parts)
    if isinstance(condition, Not):
        return not _true(condition.part, told)
    assert not isinstance(condition, Measure | Together)
    state = told[condition.fields[0].fields[0].partition(".")[0]]
    return state == ("equal" if condition.function == "equal" else "missing")


def _model(**parts: Any) -> Model:
    attributes = [Attribute(name=name, type="raw", inputs=[Input(columns={"value": name})]) for name in ("n", "s")]
    return Model(attributes=attributes, **parts)


def _batch(model: Model) -> Batch:
    streets = ("1 oak street", "1 oak streets", "99 elm road", "7 the avenue")
    return batch_of([record(n, n=[{"value": "ann"}], s=[{"value": streets[n % 4]}]) for n in range(80)], model)


def test_pairs_that_a_key_is_not_there_for_are_never_made(monkeypatch: pytest.MonkeyPatch) -> None:
    model = _model(rules=[Rule(name="r", when="equal(n.value) and levenshtein(s.value) <= 2")])
    plan, batch = make_plan(model), _batch(model)
    pairs, _, _ = match.candidates(batch, plan, None, 1)
    assert len(pairs) == 40 * 39 // 2 + 2 * (20 * 19 // 2)
    monkeypatch.setattr(match, "MOST_SIEVED", 100)
    with pytest.raises(UsageError, match="pairs; more than 100 need consent"):
        match.candidates(batch, plan, None, 1)


def test_what_passes_is_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    model = _model(rules=[Rule(name="r", when="equal(n.value) and levenshtein(s.value) <= 2")])
    monkeypatch.setattr(match, "MOST_PAIRS", 50)
    monkeypatch.setattr("dromio.engines.keys._MOST_REPEATED", 50)
    with pytest.raises(UsageError, match="more than 50 need consent"):
        match.candidates(_batch(model), make_plan(model), None, 1)


def test_a_score_says_what_a_key_needs_besides() -> None:
    lines = [
        Points(when="equal(n.value)", points=20, otherwise=-10),
        Points(when="equal(s.value)", points=20, otherwise=-10),
        Points(when="equal(casefold(s.value))", points=5, otherwise=-30, only_when="not missing(s.value)"),
    ]
    derived = derived_keys(_model(score=Score(lines=lines, review=40)))
    assert [list(key.fields) for key in derived.keys] == [["n.value", "s.value"]]
    assert "missing_left(s.value)" in str(derived.needs[0])


def test_a_sieve_without_anything_to_ask_lets_all_pass() -> None:
    model = _model(rules=[Rule(name="r", when="nickname(n.value) and equal(s.value)")])
    batch = _batch(model)
    sieve = Sieve(parse_condition("nickname(n.value)"), Signed(batch.attributes))
    assert sieve.square is None
    assert sieve.passing(np.array([0, 1], np.int32), np.array([2, 3], np.int32)).all()


@pytest.mark.parametrize("marked", [[], [2], [0, 3], [0, 1, 2, 3, 4]])
def test_a_square_gives_every_pair_with_one_of_the_marked_records_once(marked: list[int]) -> None:
    one_of = np.zeros(5, np.bool_)
    one_of[marked] = True
    square = Square(np.zeros(5, np.uint64), np.zeros(5, np.float32), np.uint8(0), one_of)
    found = [
        tuple(sorted(pair))
        for left, right in square.passing(np.arange(5, dtype=np.int32))
        for pair in zip(left.tolist(), right.tolist(), strict=True)
    ]
    assert sorted(found) == [pair for pair in combinations(range(5), 2) if set(pair) & set(marked)]
