"""Examples of a model, tried: they come out as a run over the same records does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dromio
from dromio.errors import ModelError
from dromio.model.schema import Model
from dromio.service.tested import Failure, failures

ATTRIBUTES = [
    {"name": name, "type": "folded", "inputs": [{"columns": {"value": name}}]} for name in ("name", "mail", "born")
]
RULES = [
    {"name": "born in other years", "when": "together(not equal(born.value))", "decision": "non-match"},
    {"name": "same e-mail", "when": "equal(mail.value)"},
    {"name": "same name", "when": "equal(name.value)", "decision": "review"},
]


def model(**parts: Any) -> Model:
    return Model.model_validate({"attributes": ATTRIBUTES, **({"rules": RULES} | parts)})


def tried(expected: str, *rows: dict[str, Any], **parts: Any) -> list[Failure]:
    return failures(model(examples=[{"name": "it", expected: list(rows)}], **parts))


ANN, SAME, OTHER = {"mail": "a", "name": "ann"}, {"mail": "a", "name": "anna"}, {"mail": "b", "name": "bob"}


def test_records_that_match_may_and_must_be_linked() -> None:
    assert tried("must_link", ANN, SAME) == []
    (failure,) = tried("cannot_link", ANN, SAME)
    assert (failure.left, failure.right, failure.found) == (1, 2, "the pair is a match.")
    assert failure.explanation.verdict.reason == "same e-mail"


def test_records_without_a_shared_key_are_not_compared() -> None:
    assert tried("cannot_link", ANN, OTHER) == []
    (failure,) = tried("must_link", ANN, OTHER)
    assert failure.found == "they share no key, so they were not compared."
    assert '"it" (must_link), records 1 and 2: they share no key' in failure.to_text()


def test_keys_of_the_model_count_not_only_its_rules() -> None:
    """The rule holds, but no key brings the two together."""
    lone = {"rules": [], "keys": [{"fields": ["born.value"]}], "groups": [{"name": "g", "when": "equal(mail.value)"}]}
    assert len(tried("must_link", ANN, SAME, **lone)) == 1
    assert tried("must_link", ANN | {"born": "1"}, SAME | {"born": "1"}, **lone) == []


def test_what_matches_only_by_a_value_of_too_many_people_is_for_review() -> None:
    names = {"name": "full", "type": "person_name", "inputs": [{"columns": {"given": "given", "family": "family"}}]}
    watched = [{"field": "mail.value", "names": ["full.given", "full.family"], "most": 2}]
    parts = {"attributes": [*ATTRIBUTES, names], "shared_values": watched}
    people = [{"mail": "a", "given": given, "family": "lee"} for given in ("ann", "bob", "cid")]
    assert tried("must_link", *people[:2], **parts) == []
    assert tried("review", *people, **parts) == []
    failed = tried("must_link", *people, **parts)
    assert [one.found for one in failed] == ["the pair is a review."] * 3
    assert failed[0].explanation.verdict.reason == "same e-mail, against it shared mail.value"


def test_records_that_a_third_one_joins_are_linked() -> None:
    rules = [{"name": "mail", "when": "equal(mail.value)"}, {"name": "name", "when": "equal(name.value)"}]
    chain = ({"mail": "a", "name": "x"}, {"mail": "a", "name": "y"}, {"mail": "b", "name": "y"})
    assert tried("must_link", *chain, rules=rules) == []
    found = {(one.left, one.right): one.found for one in tried("cannot_link", *chain, rules=rules)}
    assert found[1, 3] == "they share no key, so they were not compared, but other records join them."
    assert set(found) == {(1, 2), (1, 3), (2, 3)}


def test_a_veto_keeps_apart_what_a_third_record_would_join() -> None:
    chain = (ANN | {"born": "1"}, {"mail": "a"}, {"mail": "a", "born": "2"})
    found = {(one.left, one.right) for one in tried("must_link", *chain)}
    assert (1, 3) in found and len(found) == 2


def test_a_veto_counts_between_records_that_no_key_brought_together() -> None:
    rules = [RULES[0], RULES[1], {"name": "same name", "when": "equal(name.value)"}]
    chain = ({"mail": "a", "born": "1"}, {"mail": "a", "name": "x"}, {"name": "x", "born": "2"})
    found = {(one.left, one.right) for one in tried("must_link", *chain, rules=rules)}
    assert (1, 3) in found and len(found) == 2


def test_records_that_say_the_same_are_one_whatever_they_weigh() -> None:
    def compared(name: str) -> dict[str, Any]:
        levels = [{"label": "same", "when": "equal(value)", "m": 0.5, "u": 0.4}, {"label": "else", "m": 0.5, "u": 0.6}]
        return {"name": name, "attribute": name, "null_when": "missing(value)", "levels": levels}

    by_weight = {
        "rules": [],
        "comparisons": [compared("name"), compared("mail")],
        "keys": [{"fields": ["mail.value"]}],
        "prior": {"match": 1e-6},
    }
    assert tried("must_link", ANN, ANN, **by_weight) == []
    (failure,) = tried("must_link", ANN, SAME, **by_weight)
    assert failure.found == "the pair is a non-match."
    assert len(tried("must_link", {"mail": "a"}, {"mail": "a"}, **by_weight)) == 1


def test_a_pair_that_only_a_scan_can_find_counts_as_compared() -> None:
    rules = [{"name": "far", "when": "not equal(mail.value)"}]
    assert tried("must_link", ANN, OTHER, rules=rules) == []
    (failure,) = tried("must_link", ANN, SAME, rules=rules)
    assert "only the scan that rules.0.when needs may compare them" in failure.to_text()


def test_review_wants_every_pair_for_review() -> None:
    assert tried("review", {"name": "ann", "mail": "a"}, {"name": "ann", "mail": "b"}) == []
    (failure,) = tried("review", ANN, SAME)
    assert failure.found == "the pair is a match."


def test_records_of_one_source_are_not_linked_across_sources() -> None:
    one, two = ANN | {"source_dataset": "crm"}, SAME | {"source_dataset": "crm"}
    assert tried("cannot_link", one, two, link_type="link_only") == []
    assert tried("must_link", one, SAME | {"source_dataset": "web"}, link_type="link_only") == []
    assert tried("must_link", ANN, SAME, link_type="link_only") == []


def test_a_model_that_is_not_trained_cannot_be_tried() -> None:
    levels = [{"label": "same", "when": "equal(value)"}, {"label": "else"}]
    compared = {"name": "mail", "attribute": "mail", "null_when": "missing(value)", "levels": levels}
    untrained = model(
        rules=[], comparisons=[compared], keys=[{"fields": ["mail.value"]}],
        examples=[{"name": "it", "review": [ANN, SAME]}],
    )  # fmt: skip
    with pytest.raises(ModelError, match="not trained"):
        failures(untrained)


def linked_in_a_run(rows: list[dict[str, Any]], made: Model) -> set[tuple[int, int]]:
    """Pairs of places, from 1, that a run puts into one cluster."""
    with dromio.resolve([{"unique_id": n} | row for n, row in enumerate(rows, 1)], model=made) as result:
        cluster = {row["unique_id"]: row["cluster_id"] for row in result.entities.to_pylist()}
    return {(one, other) for one in cluster for other in cluster if one < other and cluster[one] == cluster[other]}


def linked_when_tried(rows: list[dict[str, Any]], made: Model) -> set[tuple[int, int]]:
    example = {"name": "it", "cannot_link": rows}
    return {
        (one.left, one.right) for one in failures(Model.model_validate(made.model_dump() | {"examples": [example]}))
    }


@given(st.lists(st.tuples(*[st.sampled_from(["", "a", "b", "c"])] * 3), min_size=2, max_size=8))
@settings(max_examples=25, deadline=None)
def test_examples_come_out_as_a_run_does(values: list[tuple[str, str, str]]) -> None:
    rows = [dict(zip(("name", "mail", "born"), one, strict=True)) for one in values]
    assert linked_when_tried(rows, model()) == linked_in_a_run(rows, model())


@given(st.lists(st.tuples(*[st.sampled_from(["", "a", "b", "c"])] * 3), min_size=2, max_size=8))
@settings(max_examples=40, deadline=None)
def test_examples_of_rule_levels_come_out_as_a_run_does(values: list[tuple[str, str, str]]) -> None:
    rows = [dict(zip(("name", "mail", "born"), one, strict=True)) for one in values]
    levels = [{"name": name, "when": f"equal({name}.value)"} for name in ("mail", "born", "name")]
    made = model(rules=levels, clustering={"method": "rule_levels"})
    assert linked_when_tried(rows, made) == linked_in_a_run(rows, made)


def test_examples_come_out_as_a_run_does_with_probabilities(people: Any) -> None:
    rows = people(60)
    with dromio.resolve(rows) as result:
        made = result.model
        cluster = {row["unique_id"]: row["cluster_id"] for row in result.entities.to_pylist()}
    expected = {(one, other) for one in cluster for other in cluster if one < other and cluster[one] == cluster[other]}
    assert expected and linked_when_tried(rows, made) == expected


CONDITIONS = (
    "equal(mail.value)",
    "equal(name.value) and equal(born.value)",
    "equal(name.value) and not missing(mail.value)",
    "equal(mail.value) or equal(name.value)",
    "together(not equal(born.value))",
)
generated_rules = st.lists(
    st.builds(
        lambda when, decision: {"name": f"{decision} {when}", "when": when, "decision": decision},
        st.sampled_from(CONDITIONS[:-1]),
        st.sampled_from(["match", "review"]),
    )
    | st.just({"name": "veto", "when": CONDITIONS[-1], "decision": "non-match"}),
    min_size=1,
    max_size=3,
)


@given(generated_rules, st.lists(st.tuples(*[st.sampled_from(["", "a", "b"])] * 3), min_size=2, max_size=6))
@settings(max_examples=25, deadline=None)
def test_examples_of_generated_rules_come_out_as_a_run_does(
    rules: list[dict[str, str]], values: list[tuple[str, str, str]]
) -> None:
    made = model(rules=rules)
    rows = [dict(zip(("name", "mail", "born"), one, strict=True)) for one in values]
    assert linked_when_tried(rows, made) == linked_in_a_run(rows, made)
