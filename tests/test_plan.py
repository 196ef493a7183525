from __future__ import annotations

from math import log2
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.errors import ModelError
from dromio.model.schema import Attribute, Comparison, Frequencies, Input, Key, Level, Model, Prior, Thresholds
from dromio.plan import NO_RIVAL, RARITY_HIGHEST, RARITY_LOWEST, against_both, make_plan, milli, probability, rarity

MILLIS = st.integers(-60_000, 60_000)


def model(*, m: float | None = 0.9, related: float = 0.0, shared: float = 0.25, **more: Any) -> Model:
    levels = [
        Level(label="same", when="equal(iso)", m=m, u=0.01, term_frequency="iso"),
        Level(label="else", m=0.1, u=0.99),
    ]
    return Model(
        attributes=[Attribute(name="born", type="date", inputs=[Input(columns={"value": "dob"})])],
        keys=[Key(fields=["born.iso", "year(born.iso)"], max_block=7, split_by=["month_day(born.iso)"])],
        comparisons=[
            Comparison(name="birth", attribute="born", null_when="missing(iso)", levels=levels, shared=shared)
        ],
        prior=Prior(match=0.001, related=related),
        **more,
    )


def exact(unrelated: int, related: int) -> float:
    return -1000 * log2(2 ** (-unrelated / 1000) + 2 ** (-related / 1000))


def both(unrelated: int, related: int) -> int:
    return int(against_both(np.array([unrelated]), np.array([related]))[0])


@given(MILLIS, MILLIS)
def test_odds_against_both_rivals_are_the_exact_ones_within_a_thousandth(unrelated: int, related: int) -> None:
    assert abs(both(unrelated, related) - exact(unrelated, related)) <= 1


@given(MILLIS, MILLIS)
def test_two_rivals_are_stronger_than_one_and_their_order_does_not_matter(unrelated: int, related: int) -> None:
    assert both(unrelated, related) == both(related, unrelated)
    assert min(unrelated, related) - 1000 <= both(unrelated, related) <= min(unrelated, related)


@given(MILLIS, MILLIS, st.integers(0, 30_000))
def test_more_evidence_against_one_rival_never_lowers_the_weight(unrelated: int, related: int, more: int) -> None:
    assert both(unrelated + more, related) >= both(unrelated, related)


@given(MILLIS, st.integers(-200_000, 200_000))
def test_equal_evidence_against_both_moves_the_weight_by_as_much(gap: int, more: int) -> None:
    assert both(more, gap + more) == both(0, gap) + more


@pytest.mark.parametrize(
    ("weight", "expected"), [(0, 0.5), (1000, 2 / 3), (-1000, 1 / 3), (10**9, 1.0), (-(10**9), 0.0)]
)
def test_probability_of_a_weight(weight: int, expected: float) -> None:
    assert probability(np.array([weight]))[0] == pytest.approx(expected)


@given(MILLIS, st.integers(1, 5000))
def test_probability_rises_with_the_weight(weight: int, more: int) -> None:
    low, high = probability(np.array([weight, weight + more]))
    assert 0 < low <= high <= 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [("common", -3322), ("rare", 3322), ("unheard", 1000), ("everywhere", RARITY_LOWEST), ("unique", RARITY_HIGHEST)],
)
def test_rare_values_weigh_more_and_common_ones_less_within_bounds(value: str, expected: int) -> None:
    values = {"common": 0.1, "rare": 0.001, "everywhere": 0.999, "unique": 1e-9}
    assert rarity(Frequencies(mean=0.01, other=0.005, values=values), value) == expected


def test_weights_of_levels_are_log2_of_m_over_u() -> None:
    plan = make_plan(model(related=0.002))
    birth = plan.comparisons[0]
    assert birth.labels == ("missing", "same", "else")
    assert birth.levels == 3
    assert birth.against_unrelated.tolist() == [0, milli(log2(0.9 / 0.01)), milli(log2(0.1 / 0.99))]
    same, other = 0.25 * 0.9 + 0.75 * 0.01, 0.25 * 0.1 + 0.75 * 0.99
    assert birth.against_related.tolist() == [0, milli(log2(0.9 / same)), milli(log2(0.1 / other))]
    assert birth.term_frequency == (None, "iso", None)
    assert plan.prior_unrelated == milli(log2(0.001 / 0.997))
    assert plan.prior_related == -1000


def test_without_related_pairs_there_is_one_rival() -> None:
    assert make_plan(model()).prior_related == NO_RIVAL


@pytest.mark.parametrize(("shared", "told"), [(0.0, True), (0.49, True), (0.5, False), (1.0, False)])
def test_rarity_counts_against_related_rivals_where_they_rarely_share_the_value(shared: float, told: bool) -> None:
    assert make_plan(model(shared=shared)).comparisons[0].tells_related_apart is told


def test_keys_are_parsed_with_their_attributes() -> None:
    key = make_plan(model()).keys[0]
    assert (key.name, key.max_block) == ("born.iso + year(born.iso)", 7)
    assert [(name, str(part)) for name, part in key.parts] == [("born", "iso"), ("born", "year(iso)")]
    assert [(name, str(part)) for name, part in key.split_by] == [("born", "month_day(iso)")]


@pytest.mark.parametrize(
    ("weight", "expected"), [(1500, "match"), (1499, "review"), (-500, "review"), (-501, "non-match")]
)
def test_decisions_change_at_the_thresholds(weight: int, expected: str) -> None:
    assert make_plan(model(thresholds=Thresholds(match=1.5, review=-0.5))).decide(weight) == expected


def test_an_untrained_model_makes_a_plan_of_zero_weights_only_when_that_is_asked_for() -> None:
    untrained = model(m=None)
    with pytest.raises(ModelError, match="not trained"):
        make_plan(untrained)
    plan = make_plan(untrained, trained=False)
    assert not plan.comparisons[0].against_unrelated.any()
    assert (plan.prior_unrelated, plan.prior_related) == (0, 0)
