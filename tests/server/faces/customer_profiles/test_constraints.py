"""Constraints name every fault with its place and without the value."""

from __future__ import annotations

from typing import Any

import pytest

from dromio.server.faces.customer_profiles.constraints import Choice, Entries, Flag, Items, Members, Number, Text, Whole

SHAPE = Members(
    {
        "name": Text(1, 5, r"[a-z]+"),
        "kind": Choice(("A", "B")),
        "count": Whole(1, 3),
        "share": Number(0, 1),
        "on": Flag(),
        "list": Items(Whole(0, 9), 1, 2),
        "map": Entries(Text(1, 2), Text(0, 3), 1, 2),
        "inside": Members({"a": Flag()}, ("a",)),
    },
    ("name",),
)


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ({}, "name is missing"),
        ({"name": None}, "name is missing"),
        ({"name": 1}, "name must be a text"),
        ({"name": ""}, "name has 0 characters; allowed are 1 to 5"),
        ({"name": "ab1"}, "name must fit the pattern [a-z]+"),
        ({"name": "ab\n"}, "name must fit the pattern [a-z]+"),
        ({"name": "a\x00"}, "name must be Unicode without NUL"),
        ({"name": "a", "kind": "C"}, "kind must be one of A, B"),
        ({"name": "a", "kind": []}, "kind must be one of A, B"),
        ({"name": "a", "count": True}, "count must be a whole number"),
        ({"name": "a", "count": 4}, "count must be 1 to 3"),
        ({"name": "a", "share": float("nan")}, "share must be from 0 to 1"),
        ({"name": "a", "on": 1}, "on must be true or false"),
        ({"name": "a", "list": []}, "list has 0 items; allowed are 1 to 2"),
        ({"name": "a", "list": [10]}, "list.0 must be 0 to 9"),
        ({"name": "a", "map": {"abc": "x"}}, "map, name 0 has 3 characters; allowed are 1 to 2"),
        ({"name": "a", "map": {"a": 1}}, "map, value 0 must be a text"),
        ({"name": "a", "inside": {}}, "inside.a is missing"),
        ({"name": "a", "inside": []}, "inside must be an object"),
    ],
)
def test_a_fault_is_named_with_its_place(value: dict[str, Any], fault: str) -> None:
    assert fault in list(SHAPE.faults("", value))


def test_all_faults_are_found_at_once() -> None:
    assert len(list(SHAPE.faults("", {"name": "A", "count": 9, "on": 0}))) == 3


def test_what_is_null_or_unknown_is_left_out() -> None:
    given = {"name": "a", "kind": None, "other": 1, "inside": {"a": True, "b": 1}, "map": {"a": None, "b": "x"}}
    assert SHAPE.kept(given) == {"name": "a", "inside": {"a": True}, "map": {"b": "x"}}
