"""Matches that rest on values of too many people: the same in a batch as one pair at a time."""

from __future__ import annotations

import random
from itertools import combinations
from typing import Any

import pyarrow as pa
import pytest

import dromio
from dromio.engines import row
from dromio.engines.shared import for_review, people, shared_in_common, watched, without_shared
from dromio.errors import ModelError
from dromio.model.files import model_from
from dromio.model.schema import Model
from dromio.plan import make_plan
from dromio.records import RecordKey
from dromio.service.rows import record_of

WORDS = {"given": ["Ann", "Anna", "Bob", "Cid", "Dee", "A"], "family": ["Lee", "Ray", "Oak"]}


def model(*, rules: bool, phones: int, most: int) -> Model:
    names = {"given": "given", "family": "family"}
    levels = [{"label": "same", "when": "equal(value)", "m": 0.9, "u": 0.01}, {"label": "else", "m": 0.1, "u": 0.99}]
    comparison = {"name": "phone", "attribute": "phone", "null_when": "missing(value)", "levels": levels}
    name = [{"label": "same", "when": "equal(family)", "m": 0.9, "u": 0.1}, {"label": "else", "m": 0.1, "u": 0.9}]
    decided: dict[str, Any] = {
        "comparisons": [
            comparison,
            {"name": "name", "attribute": "name", "null_when": "missing(family)", "levels": name},
        ],
        "prior": {"match": 0.1},
    }
    if rules:
        decided = {"rules": [{"name": "same phone", "when": "equal(phone.value)"}]}
    return Model.model_validate(
        {
            "attributes": [
                {"name": "name", "type": "person_name", "inputs": [{"columns": names}]},
                {
                    "name": "phone",
                    "type": "identifier",
                    "inputs": [
                        {"columns": {"value": f"phone{number}"}, "label": str(number)} for number in range(phones)
                    ],
                },
            ],
            "keys": [{"fields": ["phone.value"]}, {"fields": ["name.family"]}],
            "shared_values": [{"field": "phone.value", "names": ["name.given", "name.family"], "most": most}],
            **decided,
        }
    )


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("rules", [False, True])
@pytest.mark.parametrize("phones", [1, 2])
def test_batch_sets_aside_what_the_row_engine_does(seed: int, rules: bool, phones: int) -> None:
    made = model(rules=rules, phones=phones, most=2)
    chosen = random.Random(seed)
    rows = [
        {"id": str(number)}
        | {name: chosen.choice([*texts, None]) for name, texts in WORDS.items()}
        | {f"phone{each}": chosen.choice(["4711", "4712", "4713", None]) for each in range(phones)}
        for number in range(25)
    ]
    found = dromio.resolve(pa.Table.from_pylist(rows), model=made, id="id")
    expected = _by_definition(rows, made)
    written = {
        (one["unique_id_l"], one["unique_id_r"]): (one["decision"], one["reason"] or "")
        for one in found.pairs.to_pylist()
    }
    assert {pair: one for pair, one in written.items() if one[0] != "non-match"} == expected
    assert any("shared phone.value" in reason for _, reason in expected.values())
    if rules:
        assert {pair for pair, one in expected.items() if one[0] == "match"} <= _together(found.entities.to_pylist())


def _by_definition(rows: list[dict[str, Any]], made: Model) -> dict[tuple[str, str], tuple[str, str]]:
    plan, fields = make_plan(made), watched(made)
    cleaned = {one["id"]: row.clean_record(record_of(one, made, RecordKey("", one["id"])), made) for one in rows}
    shared = set()
    for one in fields:
        names: dict[str, set[str]] = {}
        for each in cleaned.values():
            for value in one.values(each):
                names.setdefault(value, set()).update(one.full_names(each))
        shared |= {(one.number, value) for value, own in names.items() if people(own) > one.most}
    found = {}
    for left, right in combinations(sorted(cleaned, key=lambda one: (len(one), one)), 2):
        if not row.record_keys(cleaned[left], plan) & row.record_keys(cleaned[right], plan):
            continue
        verdict = row.decide(plan, cleaned[left], cleaned[right])
        on = shared_in_common(fields, cleaned[left], cleaned[right], shared)
        if verdict.decision == "match" and on:
            bare = without_shared(fields, cleaned[left], cleaned[right], shared)
            if row.decide(plan, *bare).decision != "match":
                verdict = for_review(verdict, on)
        if verdict.decision != "non-match":
            found[left, right] = verdict.decision, verdict.reason
    return found


def _together(entities: list[dict[str, Any]]) -> set[tuple[str, str]]:
    cluster = {one["unique_id"]: one["cluster_id"] for one in entities}
    ordered = sorted(cluster, key=lambda one: (len(one), one))
    return {pair for pair in combinations(ordered, 2) if cluster[pair[0]] == cluster[pair[1]]}


def test_switchboard_number_joins_nobody_without_other_evidence() -> None:
    names = [("Ann", "Lee"), ("Bob", "Ray"), ("Cid", "Oak"), ("Dee", "Elm"), ("Ann", "Lee")]
    rows = [
        {"id": str(number), "given": given, "family": family, "phone0": "4711"}
        for number, (given, family) in enumerate(names)
    ]
    made = model(rules=True, phones=1, most=3)
    assert len(set(_clusters(rows, made))) == 5
    assert len(set(_clusters(rows[:3] + rows[4:], made))) == 1


def _clusters(rows: list[dict[str, Any]], made: Model) -> list[str]:
    found = dromio.resolve(pa.Table.from_pylist(rows), model=made, id="id")
    return list(found.entities.column("cluster_id").to_pylist())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"field": "phone.number", "names": ["name.given"]}, "has no field 'number'"),
        ({"field": "phone.value", "names": ["name.given", "phone.value"]}, "mixes attributes name, phone"),
        ({"field": "casefold(phone.value)", "names": ["name.given"]}, "is a transform"),
        ({"field": "phone.value", "names": []}, "at least 1 item"),
        ({"field": "phone.value", "names": ["name.given"], "most": 0}, "greater than or equal to 1"),
    ],
)
def test_model_names_what_is_wrong_with_shared_values(given: dict[str, Any], said: str) -> None:
    document = model(rules=True, phones=1, most=3).model_dump(mode="json", exclude_defaults=True, by_alias=True)
    with pytest.raises(ModelError, match=said.replace("(", r"\(")):
        model_from(document | {"shared_values": [given]})
