"""Agreement of texts that words alone explain, and agreement that has a reason."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from dromio.engines.columns import AttributeColumns, Column
from dromio.model.defaults import Shape, comparisons
from dromio.model.schema import Attribute, Input, Key, Model
from dromio.plan import PlannedComparison, make_plan
from dromio.training.words import put_together, reasons

SHAPE = Shape({"value": 1.0}, {"value": 1000})


def compared(kind: str) -> PlannedComparison:
    (drafted,) = comparisons("x", kind, SHAPE)
    attribute = Attribute(name="x", type=kind, inputs=[Input(columns={"value": "x"})])
    return make_plan(
        Model(attributes=[attribute], keys=[Key(fields=["x.value"])], comparisons=[drafted]), trained=False
    ).comparisons[0]


def texts(seed: int, count: int, vocabulary: int, words: int) -> list[str]:
    generator = np.random.default_rng(seed)
    return [" ".join(f"w{word}" for word in generator.integers(0, vocabulary, words)) for _ in range(count)]


def column(values: list[str]) -> AttributeColumns:
    return AttributeColumns("x", {"value": Column.encode(pa.array(values, pa.string()))})


def test_levels_that_chance_of_words_does_not_reach_have_a_reason() -> None:
    comparison = compared("text")
    u = np.full(comparison.levels - 1, 0.01)
    found = reasons(comparison, column(texts(1, 500, 2000, 6)), u)
    assert found is not None
    assert found[0] == pytest.approx(0.97)
    assert found[-1] == 0


def test_reasons_fall_as_texts_agree_less() -> None:
    comparison = compared("text")
    found = reasons(comparison, column(texts(1, 500, 2000, 6)), np.full(comparison.levels - 1, 0.01))
    assert found is not None
    by_cosine = [share for share, when in zip(found, comparison.conditions, strict=False) if "cosine" in str(when)]
    assert by_cosine == sorted(by_cosine, reverse=True)


def test_agreement_as_common_as_words_make_it_has_no_reason() -> None:
    comparison = compared("text")
    found = reasons(comparison, column(texts(1, 500, 3, 1)), np.full(comparison.levels - 1, 1 / 3))
    assert found is not None
    assert found[0] == 0


def test_comparisons_that_are_not_about_words_have_no_reasons() -> None:
    assert reasons(compared("identifier"), column(["a1", "a2"]), np.array([0.01, 0.01, 0.98])) is None


def test_reasons_of_a_column_without_values_are_none() -> None:
    assert reasons(compared("text"), column([]), np.full(9, 0.1)) is None


def test_texts_put_together_have_the_lengths_and_words_of_real_ones() -> None:
    real = texts(3, 50, 40, 3) + texts(4, 50, 40, 7)
    made = put_together(real, np.random.default_rng(9))
    assert [len(text.split(" ")) for text in made] == [len(text.split(" ")) for text in real]
    assert {word for text in made for word in text.split(" ")} <= {word for text in real for word in text.split(" ")}
    assert made != real


def test_texts_put_together_keep_words_at_their_places() -> None:
    real = [f"first{n} middle{n} last{n}" for n in range(20)]
    for text in put_together(real, np.random.default_rng(2)):
        first, middle, last = text.split(" ")
        assert (first[:5], middle[:6], last[:4]) == ("first", "middle", "last")


def test_half_of_many_words_is_a_better_reason_than_half_of_few() -> None:
    comparison = compared("text")
    u = np.full(comparison.levels - 1, 0.01)
    short, long = (reasons(comparison, column(texts(1, 500, 2000, words)), u) for words in (6, 24))
    assert short is not None
    assert long is not None
    half = comparison.labels.index("words shared, 45%") - 1
    assert long[half] > 0.9 > 0.3 > short[half]
