from __future__ import annotations

import random
from dataclasses import replace

import pytest

from dromio.engines import row
from dromio.engines.explanation.probabilistic import probabilistic_changes, probabilistic_part
from dromio.engines.explanation.steps import Better, ProbabilisticPart
from dromio.model.schema import Comparison
from dromio.plan import MILLI, Plan, make_plan

from ..factory import attribute, comparison, default_comparisons, model_of, record
from ..values import parts_of


def with_rarity(made: Comparison, field: str) -> Comparison:
    """The comparison with its first level adjusted by the frequency of a field's value."""
    first = made.levels[0].model_copy(update={"term_frequency": field})
    return made.model_copy(update={"levels": [first, *made.levels[1:]]})


MODEL = model_of(
    [attribute("n", "person_name"), attribute("p", "phone", "home", "work")],
    [*default_comparisons("n", "person_name"), with_rarity(default_comparisons("p", "phone")[0], "number")],
    keys=["p.number", "n.family"],
    frequencies={"p.number": {"+16502530000": 0.2}, "n.given": {"anna": 0.001}},
)
PLAN = make_plan(MODEL)
ANNA = record(
    1,
    n=[{"given": "Anna", "family": "Smith"}],
    p=[("home", {"value": "6502530000"}), ("work", {"value": "6502531111"})],
)
ANA = record(
    2,
    n=[{"given": "Annna", "family": "Smith"}],
    p=[("home", {"value": "6502531111"}), ("work", {"value": "6502530000"})],
)
CLEANED = [row.clean_record(each, MODEL) for each in (ANNA, ANA)]


def explain(plan: Plan, left: row.CleanedRecord, right: row.CleanedRecord) -> ProbabilisticPart:
    return probabilistic_part(plan, left, right)[0]


def test_an_explanation_reaches_the_decision_again() -> None:
    rng = random.Random(1)
    records = [record(n, n=[parts_of(rng, "person_name")], p=[("home", parts_of(rng, "phone"))]) for n in range(40)]
    cleaned = [row.clean_record(each, MODEL) for each in records]
    for one in cleaned:
        for other in cleaned[:10]:
            scored = row.score(PLAN, one, other)
            explained, verdict = probabilistic_part(PLAN, one, other)
            assert (explained.weight, verdict) == (scored.weight / MILLI, row.decide(PLAN, one, other))
            assert explained.probability == scored.probability
            assert tuple(step.level for step in explained.steps) == scored.levels
            total = explained.prior + sum(step.weight + step.rarity for step in explained.steps)
            assert total == pytest.approx(explained.against_unrelated)


def test_a_step_shows_the_values_that_reach_the_level_the_rarest_first() -> None:
    phone = explain(PLAN, *CLEANED).steps[-1]
    assert phone.label == "same"
    assert (phone.left, phone.left_label) == ({"number": "+16502531111"}, "work")
    assert (phone.right, phone.right_label) == ({"number": "+16502531111"}, "home")
    assert phone.rarity == 4.322


def test_a_step_says_what_the_next_better_level_would_give() -> None:
    given, family, middle, phone = explain(PLAN, *CLEANED).steps
    assert (given.label, given.better and given.better.label) == ("one letter off", "nickname")
    assert given.better is not None
    assert given.better.weight > given.weight
    assert given.better.match_weight > explain(PLAN, *CLEANED).weight
    assert (family.better, middle.better, phone.better) == (None, None, None)
    assert (middle.label, middle.level, middle.weight) == ("missing", 0, 0)


def test_better_is_what_the_pair_would_weigh_at_that_level() -> None:
    """Checked by making the pair reach it: a nickname instead of a misspelling."""
    liz, elizabeth, elizabet = (
        row.clean_record(record(n, n=[{"given": name, "family": "Smith"}]), MODEL)
        for n, name in enumerate(("Liz", "Elizabeth", "Elizabet"))
    )
    better = explain(PLAN, elizabet, elizabeth).steps[0].better
    assert better is not None
    assert better.match_weight == explain(PLAN, liz, elizabeth).weight


def test_better_does_not_keep_the_rarity_of_the_level_reached() -> None:
    made = comparison("n", "equal(given, family)", "equal(given)", null_when="missing(given)")
    levels = [made.levels[0], made.levels[1].model_copy(update={"term_frequency": "given"}), made.levels[2]]
    frequencies = {"n.given": {"anna": 0.0001}}
    model = model_of(
        [attribute("n", "person_name")], [made.model_copy(update={"levels": levels})], frequencies=frequencies
    )
    one, other = (
        row.clean_record(record(n, n=[{"given": "Anna", "family": name}]), model) for n, name in enumerate(("Li", "Wu"))
    )
    plan = make_plan(model)
    step = explain(plan, one, other).steps[0]
    assert (step.rarity, step.better and step.better.match_weight) == (6.644, explain(plan, one, one).weight)


def test_rivals_that_the_model_does_not_have_are_left_out() -> None:
    alone = make_plan(MODEL.model_copy(update={"prior": MODEL.prior.model_copy(update={"related": 0.0})}))  # type: ignore[union-attr]
    explained = explain(alone, *CLEANED)
    assert (explained.prior_related, explained.against_related) == (None, None)
    assert explained.weight == explained.against_unrelated


@pytest.mark.parametrize(
    ("threshold", "expected"), [(2.0, ("b", True)), (4.0, ("c", True)), (9.0, ("c", False)), (0.5, ("a", True))]
)
def test_the_smallest_better_level_that_is_enough_is_named_else_the_largest(
    threshold: float, expected: tuple[str, bool]
) -> None:
    part = explain(PLAN, *CLEANED)
    steps = tuple(
        replace(part.steps[0], comparison=name, better=Better("better", 0.0, weight))
        for name, weight in (("c", 5.0), ("a", 1.0), ("b", 3.0))
    )
    made = replace(part, steps=steps, weight=0.0, match=threshold, review=-3.0)
    (change,) = probabilistic_changes(made, "review")
    assert (change.decision, (change.by, change.is_enough)) == ("match", expected)
    assert change.needs == (f"{expected[0]}: better",)


def test_a_better_level_that_weighs_no_more_is_not_named() -> None:
    part = explain(PLAN, *CLEANED)
    steps = (replace(part.steps[0], better=Better("better", 0.0, -1.0)),)
    assert probabilistic_changes(replace(part, steps=steps, weight=0.0, match=9.0, review=-3.0), "review") == []


def test_a_match_needs_no_better_level() -> None:
    one = row.clean_record(
        record(1, n=[{"given": "Anna", "family": "Smith"}], p=[("home", {"value": "6502530000"})]), MODEL
    )
    part, verdict = probabilistic_part(PLAN, one, one)
    assert verdict.decision == "match" and probabilistic_changes(part, "match") == []
