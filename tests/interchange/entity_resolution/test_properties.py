"""Conditions as the service describes them, evaluated here, against the models that are made of them."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from dromio.interchange.entity_resolution import import_workflow
from dromio.interchange.entity_resolution.condition import Both, Call, Condition, Either, parse_condition
from dromio.model.schema import Attribute
from dromio.records import Record, RecordKey, Value
from dromio.similarity.phonetic import soundex
from dromio.similarity.strings import levenshtein

from ..both_engines import verdicts

Row = dict[str, str]
KEYS = ("name", "other name", "code")
SCHEMA = {
    "schemaName": "s",
    "mappedInputFields": [{"fieldName": key, "type": "STRING", "matchKey": key} for key in KEYS],
}
ROWS = st.fixed_dictionaries(
    {}, optional={key: st.sampled_from(["smith", "smyth", "smithe", "Smith", "lee", "42"]) for key in KEYS}
)
KEY = st.sampled_from(KEYS)
CALLS = st.one_of(
    KEY.map(lambda key: Call("Exact", (key,))),
    KEY.map(lambda key: Call("Soundex", (key,))),
    st.builds(lambda key, edits: Call("Levenshtein", (key,), edits), KEY, st.integers(0, 3)),
    st.lists(KEY, min_size=2, max_size=3, unique=True).map(lambda keys: Call("ExactManyToMany", tuple(keys))),
)
CONDITIONS = st.recursive(
    CALLS,
    lambda part: st.builds(
        lambda kind, parts: kind(tuple(parts)), st.sampled_from([Both, Either]), st.lists(part, min_size=2, max_size=3)
    ),
    max_leaves=5,
)


def written(condition: Condition) -> str:
    if isinstance(condition, Call):
        threshold = () if condition.threshold is None else (f"{condition.threshold:g}",)
        quoted = [f'"{key}"' for key in condition.keys]
        return f"{condition.function}({', '.join([*quoted, *threshold])})"
    operator = " AND " if isinstance(condition, Both) else " OR "
    return f"({operator.join(map(written, condition.parts))})"


def holds(condition: Condition, left: Row, right: Row) -> bool:
    if isinstance(condition, Both):
        return all(holds(part, left, right) for part in condition.parts)
    if isinstance(condition, Either):
        return any(holds(part, left, right) for part in condition.parts)
    lefts, rights = ([row[key] for key in condition.keys if key in row] for row in (left, right))
    return any(_alike(condition, one, other) for one in lefts for other in rights)


def _alike(call: Call, one: str, other: str) -> bool:
    if call.function == "Levenshtein":
        return levenshtein(one, other) <= (call.threshold or 0)
    if call.function == "Soundex":
        return bool(soundex(one)) and soundex(one) == soundex(other)
    return one == other


@given(CONDITIONS)
def test_a_condition_that_is_written_is_read_as_it_was(condition: Condition) -> None:
    assert parse_condition(written(condition)) == condition


@given(CONDITIONS, st.lists(ROWS, min_size=3, max_size=6))
@settings(max_examples=25)
def test_models_decide_as_the_conditions_say(condition: Condition, rows: list[Row]) -> None:
    workflow = {
        "inputSourceConfig": [{"schemaName": "s"}],
        "resolutionTechniques": {
            "resolutionType": "RULE_MATCHING",
            "ruleConditionProperties": {"rules": [{"ruleName": "r", "condition": written(condition)}]},
        },
    }
    model = import_workflow(workflow, [SCHEMA]).model
    records = [_record(number, row, model.attributes) for number, row in enumerate(rows)]
    expected = ["match" if holds(condition, *pair) else "non-match" for pair in combinations(rows, 2)]
    assert [verdict.decision for verdict in verdicts(records, model)] == expected


def _record(number: int, row: Row, attributes: list[Attribute]) -> Record:
    values = {}
    for one in attributes:
        own = [(given, given.columns["value"]) for given in one.inputs]
        values[one.name] = tuple(Value.of(row[name], given.label) for given, name in own if name in row)
    return Record(RecordKey("s", f"{number:06d}"), values)
