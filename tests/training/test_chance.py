"""What two unrelated records look like."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from dromio.engines.columns import AttributeColumns, Codes, Column
from dromio.engines.vectors import ValuePairs
from dromio.model.defaults import Shape, comparisons
from dromio.model.schema import Attribute, Comparison, Input, Key, Model
from dromio.plan import PlannedComparison, make_plan
from dromio.training.chance import Chance, chance, comparable_pairs, random_pairs

LETTERS = "abcdefghijklmnopqrst"


def planned(*drafted: Comparison) -> tuple[PlannedComparison, ...]:
    attributes = [
        Attribute(name=one.attribute, type=one.attribute, inputs=[Input(columns={"value": one.attribute})])
        for one in drafted
    ]
    model = Model(
        attributes=attributes, keys=[Key(fields=[f"{drafted[0].attribute}.value"])], comparisons=list(drafted)
    )
    return make_plan(model, trained=False).comparisons


def known_of(kind: str, texts: list[str | None]) -> Chance:
    own = AttributeColumns(kind, {"value": Column.encode(pa.array(texts, pa.string()))})
    (compared,) = planned(*comparisons(kind, kind, Shape({"value": 1.0}, {"value": len(set(texts))})))
    left, right = random_pairs(len(texts))
    levels = ValuePairs(own, left, right).levels(compared.null, compared.conditions)
    return chance(levels[None, :], [compared], {kind: own}, comparable_pairs(len(texts)))


def test_u_of_equality_is_exact_from_value_frequencies() -> None:
    known = known_of("category", ["red"] * 10 + ["blue"] * 10 + list(LETTERS))
    assert known.u[0][0] == pytest.approx(2 * 10 * 9 / (40 * 39))


def test_u_is_given_without_any_match() -> None:
    known = known_of("category", list(LETTERS))
    assert 0 < known.u[0][0] < 1e-6
    assert known.u[0].sum() == pytest.approx(1, abs=1e-6)


def test_missing_values_count_in_patterns_and_not_in_u() -> None:
    known = known_of("category", ["red", "red", None, None])
    assert known.null_share[0] == pytest.approx(5 / 6)
    assert known.u[0][0] == pytest.approx(1.0, abs=0.5)


def test_random_pairs_are_all_pairs_where_there_are_few() -> None:
    left, right = random_pairs(4)
    assert sorted(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]


def test_random_pairs_of_two_sources_are_across_them() -> None:
    source: Codes = np.array([0, 0, 1, 1], np.int32)
    left, right = random_pairs(4, source)
    assert (source[left] != source[right]).all()
    assert len(left) == comparable_pairs(4, source) == 4


def test_texts_that_agree_whole_are_not_taken_for_chance_where_nothing_else_is_known() -> None:
    words = [f"{one}{other}" * 2 for one in LETTERS for other in LETTERS]
    generator = np.random.default_rng(1)
    texts = [" ".join(generator.choice(words, 5)) for _ in range(300)]
    alone = known_of("text", texts + texts)
    counted = 300 / comparable_pairs(600)
    assert alone.u[0][0] < 0.1 * counted
    assert alone.settled[0] is not None
    assert alone.settled[0][0]


def test_u_of_texts_that_words_explain_stands_as_counted() -> None:
    generator = np.random.default_rng(1)
    known = known_of("text", [" ".join(generator.choice(list("abcd"), 2)) for _ in range(400)])
    assert known.settled[0] is None or not known.settled[0][0]
    assert known.u[0][0] == pytest.approx(1 / 16, rel=0.3)
