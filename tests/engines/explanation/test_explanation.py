"""Laws of explanations: they reach the decision of the row engine, by what they show, whichever record is left."""

from __future__ import annotations

import json
import random
import re
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dromio.engines import row
from dromio.engines.explanation import Explanation, explain
from dromio.engines.explanation.asked import Asked
from dromio.engines.explanation.steps import NAMES, ProbabilisticPart
from dromio.model.deciders import Rule
from dromio.model.expressions import MIRRORED, Measure, parse_condition
from dromio.model.schema import Key, Model
from dromio.plan import MILLI, Plan, make_plan

from .. import test_deciders as generated
from ..factory import attribute, default_comparisons, model_of, record

Cleaned = row.CleanedRecord
SIDES = re.compile(r"\b(" + "|".join(MIRRORED) + r")\(")


def assert_explained(plan: Plan, left: Cleaned, right: Cleaned) -> Explanation:
    """The explanation has the decision's verdict, what it shows adds up to it, and it is plain JSON."""
    found, verdict = explain(plan, left, right), row.decide(plan, left, right)
    assert found.verdict == verdict
    assert_adds_up(found)
    assert set(found.shared_keys) == row.record_keys(left, plan) & row.record_keys(right, plan)
    plain = found.to_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert found.to_text().splitlines()[0].startswith(verdict.decision.capitalize())
    return found


def assert_adds_up(found: Explanation) -> None:
    """Every clause follows from its parts; points, shares and bits add up."""
    for clause in clauses(found.to_dict()["deciders"]):
        truths = [part["holds"] for part in clause["parts"]]
        expected = {"all": all(truths), "any": any(truths), "not": truths and not truths[0]}
        if clause["kind"] in expected:
            assert clause["holds"] == expected[clause["kind"]]
        measure = parse_condition(clause["text"])
        if isinstance(measure, Measure):
            figure = clause["figure"]
            reached = figure is not None and (
                figure >= measure.bound if measure.operator == ">=" else figure <= measure.bound
            )
            assert clause["holds"] is reached
    last = found.to_dict()["deciders"][-1]
    if last["decider"] == "score" and last["total"] is not None:
        assert last["total"] == sum(step["points"] for step in last["steps"]) == found.verdict.score
    if last["decider"] == "weighted":
        present = [step for step in last["steps"] if step["present"]["holds"]]
        weight = sum(step["weight"] for step in present)
        earned = sum(step["weight"] * step["credit"] for step in present)
        assert last["share"] == pytest.approx(earned / weight if weight else 0, abs=1e-6)


def clauses(value: Any) -> list[dict[str, Any]]:
    """All clauses anywhere in an explanation as JSON."""
    if isinstance(value, dict):
        own = [value] if {"kind", "holds", "parts"} <= set(value) else []
        return own + [one for part in value.values() for one in clauses(part)]
    return [one for part in value for one in clauses(part)] if isinstance(value, list) else []


def mirrored(value: Any) -> Any:
    """An explanation as JSON with left and right exchanged."""
    if isinstance(value, dict):
        sides = {"left": "right", "right": "left", "left_label": "right_label", "right_label": "left_label"}
        named = ("name", "reason")
        return {sides.get(name, name): part if name in named else mirrored(part) for name, part in value.items()}
    if isinstance(value, list):
        return [mirrored(part) for part in value]
    return SIDES.sub(lambda found: MIRRORED[found[1]] + "(", value) if isinstance(value, str) else value


def unordered(value: Any) -> Any:
    """The same without what depends on which of several ways to another decision comes first."""
    return {name: part for name, part in value.items() if name != "why_not"}


@given(generated.models, st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_an_explanation_reaches_the_decision_again(parts: dict[str, Any], seed: int) -> None:
    plan = make_plan(generated._model(parts))
    cleaned = [row.clean_record(one, plan.model) for one in generated._records(random.Random(seed), 4)]
    for left, right in permutations(cleaned, 2):
        assert_explained(plan, left, right)


@given(generated.models, st.integers(0, 10**6))
@settings(max_examples=50, deadline=None)
def test_the_pair_the_other_way_round_has_the_mirrored_explanation(parts: dict[str, Any], seed: int) -> None:
    plan = make_plan(generated._model(parts))
    cleaned = [one_value_each(row.clean_record(one, plan.model)) for one in generated._records(random.Random(seed), 4)]
    for left, right in permutations(cleaned, 2):
        if left != right:
            there, back = explain(plan, left, right).to_dict(), explain(plan, right, left).to_dict()
            assert unordered(mirrored(there)) == unordered(back)


def one_value_each(cleaned: Cleaned) -> Cleaned:
    """The record with the first value of each attribute: of several equally good pairs of values any may be shown."""
    return {name: values[:1] for name, values in cleaned.items()}


@given(generated.models, st.integers(0, 10**6))
@settings(max_examples=50, deadline=None)
def test_a_change_brings_the_decision_that_is_said(parts: dict[str, Any], seed: int) -> None:
    """The decider is asked again with the answers that the change needs."""
    plan = make_plan(generated._model(parts))
    assert plan.decider is not None
    one, other = (row.clean_record(one, plan.model) for one in generated._records(random.Random(seed), 2))
    found = explain(plan, one, other)
    for change in found.why_not:
        assert change.decision != found.decision or not change.is_enough
        wanted = [
            (parse_condition(text), text.startswith("not "))
            for text in change.needs
            if "(" in text and change.is_enough
        ]
        leaves = [condition.part if negated else condition for condition, negated in wanted]  # type: ignore[union-attr]
        assert all(
            leaf_holds(plan, one, other, leaf) is negated for leaf, (_, negated) in zip(leaves, wanted, strict=True)
        )


def leaf_holds(plan: Plan, one: Cleaned, other: Cleaned, leaf: Any) -> bool:
    """Whether a test, a measure or a `together` holds for a pair, left and right as they are."""
    return Asked(plan, one, other).directed(leaf).holds


def test_what_a_later_rule_needs_too_is_not_named_as_a_way_to_it() -> None:
    """Without the same e-mail the second rule would not hold either: only another family name leads to it."""
    rules = [
        Rule(name="both", when="equal(m.address) and equal(n.family)"),
        Rule(name="mail", when="equal(m.address)", decision="review"),
    ]
    plan = make_plan(STACKED.model_copy(update={"rules": rules, "comparisons": []}))
    one, other = people(("a@shop.co", "Smith"), ("a@shop.co", "Smith"))
    assert [(change.decision, change.needs) for change in explain(plan, one, other).why_not] == [
        ("non-match", ("not equal(m.address)",)),
        ("review", ("not equal(n.family)",)),
    ]


STACKED = model_of(
    [attribute("m", "email"), attribute("n", "person_name")],
    [*default_comparisons("m", "email"), *default_comparisons("n", "person_name")],
    keys=["m.address"],
).model_copy(
    update={
        "rules": [
            Rule(name="veto", when="together(not equal(n.family)) and equal(m.address)", decision="non-match"),
            Rule(name="same", when="equal(m.address) and equal(n.family)"),
        ]
    }
)


def people(*rows: tuple[str, str]) -> list[Cleaned]:
    return [
        row.clean_record(record(n, m=[{"value": mail}], n=[{"given": "Anna", "family": family}]), STACKED)
        for n, (mail, family) in enumerate(rows)
    ]


def test_what_rules_leave_open_is_explained_by_probability() -> None:
    plan = make_plan(STACKED)
    first, other_mail, other_name = people(("a@shop.co", "Smith"), ("b@shop.co", "Smith"), ("a@shop.co", "Doe"))
    by_weight = assert_explained(plan, first, other_mail)
    assert [NAMES[type(part)] for part in by_weight.parts] == ["rules", "probabilistic"]
    assert isinstance(by_weight.parts[-1], ProbabilisticPart)
    assert by_weight.parts[-1].weight == row.score(plan, first, other_mail).weight / MILLI
    assert by_weight.not_asked == ()
    vetoed = assert_explained(plan, first, other_name)
    assert (vetoed.decision, vetoed.verdict.reason, vetoed.not_asked) == ("non-match", "veto", ("probabilistic",))


def test_a_rule_that_comes_after_the_one_that_decided_is_not_reached() -> None:
    first, other = people(("a@shop.co", "Smith"), ("a@shop.co", "Doe"))
    steps = explain(make_plan(STACKED), first, other).parts[0].steps
    assert [getattr(step, "holds", "") for step in steps] == [True, None]


def test_shared_keys_are_named_with_their_values() -> None:
    first, same, other = people(("a@shop.co", "Smith"), ("a@shop.co", "Doe"), ("b@shop.co", "Smith"))
    plan = make_plan(STACKED.model_copy(update={"rules": []}))
    assert explain(plan, first, same).shared_keys == (("m.address", ("a@shop.co",)),)
    assert explain(plan, first, same).to_dict()["is_candidate"] is True
    alone = explain(plan, first, other)
    assert alone.shared_keys == () and alone.to_dict()["is_candidate"] is False
    assert "share no key (m.address): a run would never have compared them" in alone.to_text()


def test_all_values_of_a_record_are_shown_where_a_question_looks_at_each_side_alone() -> None:
    model = Model(
        attributes=[attribute("m", "folded", "home", "work")],
        keys=[Key(fields=["m.value"])],
        rules=[Rule(name="r", when="left_is(m.value, 'x')")],
    )
    one = row.clean_record(record(1, m=[("home", {"value": "x"}), ("work", {"value": "y"})]), model)
    other = row.clean_record(record(2), model)
    clause = explain(make_plan(model), one, other).parts[0].steps[0].clause  # type: ignore[union-attr]
    assert clause is not None and clause.holds
    shown = [(one.label, one.fields["value"]) for one in (*clause.left, *clause.right)]
    assert sorted(shown) == [("home", "x"), ("work", "y")]


def test_a_score_is_explained_in_the_way_round_that_gives_more() -> None:
    lines = [{"name": "x left", "when": "left_is(m.value, 'x')", "points": 3}]
    model = Model.model_validate(
        {
            "attributes": [attribute("m", "folded")],
            "keys": [{"fields": ["m.value"]}],
            "score": {"lines": lines, "match": 3},
        }
    )
    one, other = (row.clean_record(record(n, m=[{"value": text}]), model) for n, text in enumerate("xy"))
    for left, right, text in ((one, other, "left_is"), (other, one, "right_is")):
        found = assert_explained(make_plan(model), left, right)
        assert (found.decision, found.verdict.score) == ("match", 3)
        assert found.parts[0].steps[0].clause.text == f"{text}(m.value, 'x')"  # type: ignore[union-attr]


def test_degrees_and_shares_are_rounded_as_decided() -> None:
    """Two thirds: half up to the sixth decimal."""
    yes, no = {"when": "always()"}, {"when": "not always()"}
    groups = [
        {"name": "g", "relevance": {"mean": [yes, yes, no]}, "actions": [{"decision": "review", "from": 0.666667}]}
    ]
    fields = [
        {"name": str(n), "weight": 0.1, "present": "always()", "credits": [{"share": share}]}
        for n, share in enumerate((1, 1, 0))
    ]
    attributes = [attribute("m", "folded")]
    for parts in ({"groups": groups}, {"weighted": {"fields": fields, "match": 0.9, "review": 0.666667}}):
        model = Model.model_validate({"attributes": attributes, "keys": [{"fields": ["m.value"]}], **parts})
        one, other = (row.clean_record(record(n, m=[{"value": text}]), model) for n, text in enumerate("xy"))
        found = assert_explained(make_plan(model), one, other)
        assert (found.decision, found.verdict.score) == ("review", 0.666667)


def test_of_several_equal_values_both_ways_round_show_the_same() -> None:
    model = Model(
        attributes=[attribute("m", "folded", "home", "work")],
        keys=[Key(fields=["m.value"])],
        rules=[Rule(name="r", when="equal(m.value)")],
    )
    one, other = (
        row.clean_record(record(n, m=[("home", {"value": a}), ("work", {"value": b})]), model)
        for n, (a, b) in enumerate(("ab", "ba"))
    )
    plan = make_plan(model)
    there, back = explain(plan, one, other).to_dict(), explain(plan, other, one).to_dict()
    assert mirrored(there) == back
