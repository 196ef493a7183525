"""Logs: one JSON object per line, of listed fields."""

from __future__ import annotations

import json
import logging

from dromio.server.logs import FIELDS, JsonLines, described

MARKER = "okapi-4711"


def line(message: str, *arguments: object, error: Exception | None = None, **extra: object) -> dict[str, object]:
    record = logging.LogRecord("other.library", 20, __file__, 1, message, arguments, None)
    if error is not None:
        record.exc_info = (type(error), error, error.__traceback__)
    record.__dict__.update(extra)
    found: dict[str, object] = json.loads(JsonLines().format(record))
    return found


def test_listed_fields_are_written_and_others_are_not() -> None:
    found = line("answered", route="get_entity", status=200, email=MARKER, body=MARKER)
    assert (found["event"], found["route"], found["status"]) == ("answered", "get_entity", 200)
    assert MARKER not in json.dumps(found) and set(found) <= {"time", "level", "logger", "event", *FIELDS}


def test_arguments_of_messages_are_left_out() -> None:
    assert line("connected to %s", MARKER)["event"] == "connected to %s"


def test_of_errors_the_class_and_the_places_are_written() -> None:
    def fail() -> None:
        raise ValueError(MARKER)

    try:
        fail()
    except ValueError as error:
        found, plain = line("failed", error=error), described(error)
    assert found["error"] == plain["error"] == "ValueError"
    assert "fail" in plain["places"][-1] and MARKER not in json.dumps([found, plain])


def test_fields_that_are_no_plain_values_are_left_out() -> None:
    assert "reason" not in line("x", reason={"email": MARKER})


def test_a_line_cannot_be_broken_in_two() -> None:
    record = logging.LogRecord("x", 20, __file__, 1, "a\nb\u2028c", (), None)
    assert len(JsonLines().format(record).splitlines()) == 1
