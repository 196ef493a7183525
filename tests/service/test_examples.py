"""Example pairs for the report: every reason that decided, each explained as the run decided."""

from __future__ import annotations

from typing import Any

import pytest

import dromio
from dromio.model.schema import Model
from dromio.report.result import examples as section

ROWS = [
    {
        "unique_id": n,
        "name": f"name {n % 7}",
        "mail": f"{n % 11}@shop.co",
        "tags": ["x", f"t{n % 5}"],
        "born": str(n % 3),
    }
    for n in range(80)
]
ATTRIBUTES = [
    {"name": name, "type": "folded", "inputs": [{"columns": {"value": name}}]}
    for name in ("name", "mail", "tags", "born")
]
RULES = [
    {"name": "veto", "when": "together(not equal(born.value)) and equal(mail.value)", "decision": "non-match"},
    {"name": "same mail", "when": "equal(mail.value)"},
    {"name": "tag and name", "when": "equal(tags.value) and equal(name.value)", "decision": "review"},
]
SCORE = {
    "lines": [
        {"name": "mail", "when": "equal(mail.value)", "points": 4},
        {"name": "name", "when": "equal(name.value)", "points": 2, "otherwise": -1},
    ],
    "match": 6,
    "review": 2,
}


def run(inputs: Any, **parts: Any) -> tuple[dict[str, Any], dict[tuple[int, int], dict[str, Any]]]:
    """The document of a run, and its pairs by their ids."""
    model = Model.model_validate({"attributes": ATTRIBUTES, **parts}) if parts else None
    with dromio.resolve(inputs, model=model) as result:
        pairs = {(row["unique_id_l"], row["unique_id_r"]): row for row in result.pairs.to_pylist()}
        return result.summary, pairs


@pytest.mark.parametrize("parts", [{"rules": RULES}, {"score": SCORE, "keys": [{"fields": ["mail.value"]}]}])
def test_every_reason_has_pairs_that_are_explained_as_they_were_decided(parts: dict[str, Any]) -> None:
    document, pairs = run(ROWS, **parts)
    shown = {(one["reason"], one["decision"]) for one in document["examples"]}
    assert shown == {(one["reason"], one["decision"]) for one in document["decisions"]}
    for one in document["examples"]:
        ids = int(one["left"]["unique_id"]), int(one["right"]["unique_id"])
        assert one["words"].startswith(one["decision"].capitalize())
        assert ids not in pairs or pairs[ids]["decision"] == one["decision"]
        assert one["left"]["tags"].startswith("x; t")


def test_pairs_of_each_reason_are_few_and_differ() -> None:
    document, _ = run(ROWS, rules=RULES)
    of_one = [one for one in document["examples"] if one["reason"] == "same mail"]
    assert 1 < len({(one["left"]["unique_id"], one["right"]["unique_id"]) for one in of_one}) == len(of_one) <= 3


def test_the_order_of_the_input_does_not_matter() -> None:
    assert run(ROWS, rules=RULES)[0]["examples"] == run(ROWS[::-1], rules=RULES)[0]["examples"]


def test_pairs_by_probability_add_up_to_the_weight_of_the_run(people: Any) -> None:
    document, pairs = run(people(80))
    kinds = [one["kind"] for one in document["examples"]]
    assert {"above", "at", "below"} == set(kinds)
    for one in document["examples"]:
        assert one["prior_weight"] + sum(step["weight"] for step in one["steps"]) == pytest.approx(one["match_weight"])
        found = pairs.get((int(one["left"]["unique_id"]), int(one["right"]["unique_id"])))
        assert found is None or one["match_weight"] == found["match_weight"]


def test_the_page_shows_them_under_what_decided() -> None:
    document, _ = run(ROWS, rules=RULES)
    found = section(document)
    assert found is not None
    for one in document["decisions"]:
        assert found.content.count(f"<h3>{one['reason'] or 'nothing held'}: {one['decision']}</h3>") == 1
    assert "In words" in found.content and "blue ones hold wholly" in found.content
