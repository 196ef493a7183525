"""Explanations as figures: in every unit the steps add up to the total."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dromio.engines import row
from dromio.engines.explanation import explain
from dromio.plan import make_plan

from .. import test_deciders as generated
from ..factory import attribute, default_comparisons, model_of, record


@given(generated.models, st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_steps_add_up_or_stand_alone(parts: dict[str, Any], seed: int) -> None:
    plan = make_plan(generated._model(parts))
    one, other = (row.clean_record(one, plan.model) for one in generated._records(random.Random(seed), 2))
    found = explain(plan, one, other)
    drawn = found.figures()
    figures = [step["weight"] for step in drawn["steps"]]
    if drawn["unit"] == "clauses":
        assert all(figure is None or 0 <= figure <= 1 for figure in figures)
    else:
        assert drawn["start"] + sum(figures) == pytest.approx(drawn["total"], abs=1e-5)
        if drawn["unit"] == "points" and found.verdict.score is not None:
            assert drawn["total"] == found.verdict.score
    if found.verdict.place >= 0 and drawn["unit"] == "clauses" and found.decided_by == "rules":
        assert figures[found.verdict.place] == 1


def test_bits_add_up_with_rarity_and_relations() -> None:
    model = model_of(
        [attribute("n", "person_name")],
        default_comparisons("n", "person_name"),
        frequencies={"n.given": {"anna": 0.001}},
    )
    one, other = (
        row.clean_record(record(n, n=[{"given": "Anna", "family": name}]), model)
        for n, name in enumerate(("Lee", "Li"))
    )
    found = explain(make_plan(model), one, other)
    drawn = found.figures()
    assert drawn["unit"] == "bits"
    assert drawn["start"] + sum(step["weight"] for step in drawn["steps"]) == pytest.approx(drawn["total"])
    assert [drawn["steps"][-1][name] for name in ("comparison", "label")] == [
        "may be related instead",
        "such as one household or two branches",
    ]
