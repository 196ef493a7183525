"""What the page on weighted fields shows holds true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dromio.engines import row
from dromio.model.files import parse_model
from dromio.plan import make_plan
from dromio.records import Record, RecordKey, Value

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "weighted-fields.md").read_text(encoding="utf-8")
ANN = {"first_name": "Ann", "last_name": "Lee"}


def shown(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.S)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("left", "right", "decision"),
    [
        ({**ANN, "email": "a@x.example"}, {"first_name": "Eve", "last_name": "Lee", "email": "A@x.example"}, "match"),
        ({"first_name": "Anna", "phone": "206 555 0100"}, {"first_name": "Ann", "phone": "2065550100"}, "match"),
        ({**ANN, "dob": "1970-01-02"}, {**ANN, "dob": "2 Jan 1970"}, "match"),
        (
            {**ANN, "dob": "1970-01-02", "ssn": "123-45-6780"},
            {**ANN, "dob": "1970-01-02", "ssn": "123456781"},
            "non-match",
        ),
        (ANN, ANN, "review"),
        ({"email": "a@x.example", "first_name": "Ann"}, {"email": "a@x.example", "first_name": "Zoe"}, "review"),
    ],
)
def test_the_example_decides_as_its_sentence_says(left: dict[str, str], right: dict[str, str], decision: str) -> None:
    model = parse_model(shown("yaml"))
    cleaned = []
    for number, columns in enumerate((left, right)):
        values = {}
        for one in model.attributes:
            parts = {role: columns[name] for role, name in one.inputs[0].columns.items() if name in columns}
            values[one.name] = (Value(parts),) if parts else ()
        cleaned.append(row.clean_record(Record(RecordKey("s", str(number)), values), model))
    assert row.decide(make_plan(model), *cleaned).decision == decision


def test_the_program_prints_what_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(shown("python"), "page", "exec"), {})
    assert capsys.readouterr().out == shown("text")
