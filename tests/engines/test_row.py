from __future__ import annotations

import gc

import numpy as np
import pytest

from dromio.engines import compiled, row
from dromio.model.schema import Guard, Model
from dromio.plan import against_both, make_plan

from .factory import attribute, comparison, default_comparisons, model_of, record

NAMES = [attribute("n", "person_name"), attribute("p", "phone", "home", "work")]


def names_model(**options: object) -> Model:
    made = [*default_comparisons("n", "person_name"), *default_comparisons("p", "phone")]
    return model_of(NAMES, made, keys=["p.number", ["n.family", "prefix(n.given, 1)"]], **options)  # type: ignore[arg-type]


ANNA = record(
    1, n=[{"given": "Anna", "family": "Smith"}], p=[("home", {"value": "650 253 0000"}), ("work", {"value": "x"})]
)
ANA = record(
    2,
    n=[{"given": "Annna", "family": "Smith"}],
    p=[("work", {"value": "+1 (650) 253-0000"}), ("home", {"value": "650 253 1111"})],
)


def test_a_record_is_cleaned_with_its_labels_and_without_empty_values() -> None:
    assert row.clean_record(ANNA, names_model()) == {
        "n": (("", {"given": "anna", "family": "smith"}),),
        "p": (("home", {"number": "+16502530000"}),),
    }


def test_a_record_without_an_attribute_has_no_values_of_it() -> None:
    assert row.clean_record(record(1), names_model()) == {"n": (), "p": ()}


def test_options_of_the_attribute_reach_the_cleaner() -> None:
    swiss = model_of(
        [attribute("p", "phone", default_region="CH"), attribute("d", "date", day_first=True, placeholders=["1999"])],
        default_comparisons("p", "phone"),
    )
    cleaned = row.clean_record(
        record(1, p=[{"value": "044 668 18 00"}], d=[{"value": "03/04/2001"}, {"value": "1999"}]), swiss
    )
    assert cleaned == {"p": (("", {"number": "+41446681800"}),), "d": (("", {"iso": "2001-04-03"}),)}


def test_a_guard_takes_out_one_field_of_a_name_but_a_whole_phone() -> None:
    guards = [Guard(field="n.family", values=["smith"]), Guard(field="p.number", values=["+16502530000"])]
    assert row.clean_record(ANNA, names_model(guards=guards)) == {"n": (("", {"given": "anna"}),), "p": ()}


def test_keys_are_values_by_name_of_the_key() -> None:
    model = names_model()
    keys = row.record_keys(row.clean_record(ANA, model), make_plan(model))
    assert keys == {
        ("p.number", ("+16502530000",)),
        ("p.number", ("+16502531111",)),
        ("n.family + prefix(n.given, 1)", ("smith", "a")),
    }


def test_a_record_that_lacks_a_part_of_a_key_does_not_have_it() -> None:
    model = names_model()
    assert row.record_keys(row.clean_record(record(1, n=[{"given": "Anna"}]), model), make_plan(model)) == frozenset()


def test_the_best_level_over_all_pairs_of_values_counts() -> None:
    model = names_model()
    plan = make_plan(model)
    one, other = (row.clean_record(each, model) for each in (ANNA, ANA))
    labels = [c.labels[level] for c, level in zip(plan.comparisons, row.levels(plan, one, other), strict=True)]
    assert labels == ["one letter off", "same", "missing", "same"]


def test_missing_attributes_are_at_level_zero_and_weigh_the_prior() -> None:
    plan = make_plan(names_model())
    scored = row.score(plan, {}, {"n": (("", {"given": "anna"}),)})
    assert set(scored.levels) == {0}
    assert scored.weight == int(against_both(np.array([plan.prior_unrelated]), np.array([plan.prior_related]))[0])
    assert scored.decision == "non-match"


def test_a_score_is_symmetric_and_its_probability_is_that_of_its_weight() -> None:
    model = names_model(frequencies={"p.number": {"+16502530000": 0.2}})
    plan = make_plan(model)
    one, other = (row.clean_record(each, model) for each in (ANNA, ANA))
    scored = row.score(plan, one, other)
    assert scored == row.score(plan, other, one)
    assert scored.probability == pytest.approx(1 / (1 + 2 ** (-scored.weight / 1000)))


@pytest.mark.parametrize(("listed", "expected"), [({"bob": 0.05}, -787), ({"bob": 0.001}, 3322), ({"al": 0.1}, 4322)])
def test_the_agreed_value_moves_the_weight_by_its_rarity(listed: dict[str, float], expected: int) -> None:
    """A common value takes away the 787 thousandths that agreeing is worth, and no more: lacking it would be better."""
    made = comparison("n", "equal(value)", null_when="missing(value)")
    levels = [made.levels[0].model_copy(update={"term_frequency": "value"}), made.levels[1]]
    made = made.model_copy(update={"levels": levels})
    plan, plain = (
        make_plan(model_of([attribute("n", "folded")], [made], frequencies=given, related=0.0))
        for given in ({"n.value": listed}, None)
    )
    bob = {"n": (("", {"value": "bob"}),)}
    assert row.score(plan, bob, bob).weight - row.score(plain, bob, bob).weight == expected


def test_a_rarity_counts_only_where_the_two_agree_on_the_value() -> None:
    made = comparison("n", "jaro_winkler(value) >= 0.5", null_when="missing(value)")
    levels = [level.model_copy(update={"term_frequency": "value"}) for level in made.levels]
    plan = make_plan(
        model_of(
            [attribute("n", "folded")],
            [made.model_copy(update={"levels": levels})],
            frequencies={"n.value": {"bob": 0.05}},
        )
    )
    bob, bib = ({"n": (("", {"value": text}),)} for text in ("bob", "bib"))
    assert row.sums(plan, bob, bib).adjustments == (0,)
    assert row.sums(plan, bob, bob).adjustments == (-787,)


def test_a_compiled_plan_goes_with_its_plan() -> None:
    gc.collect()
    before = len(compiled._kept)
    plan = make_plan(names_model())
    row.levels(plan, {}, {})
    assert len(compiled._kept) == before + 1
    del plan
    gc.collect()
    assert len(compiled._kept) == before
