"""Accessors, templates and times of delivered objects."""

from __future__ import annotations

import pytest

from dromio.server.faces.customer_profiles.errors import BadRequestError
from dromio.server.faces.customer_profiles.mapping import key_value, parsed, read, recency_of, values_of

CONTENT = {"a": {"b": "x", "list": [{"c": 7}]}, "flag": True, "first": " Ann ", "none": None, "big": 12.5}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("_source.a.b", "x"),
        ("_source.a.list[0].c", "7"),
        ("_source.a.list[9].c", ""),
        ("_source.flag", "true"),
        ("_source.first", "Ann"),
        ("_source.none", ""),
        ("_source.a", ""),
        ("_source.big", "12.5"),
        ("{{_source.first}} {{ _source.a.b }}", "Ann x"),
        ("{{_source.missing}} {{_source.a.b}}", "x"),
    ],
)
def test_sources_read_what_they_point_at(source: str, value: str) -> None:
    assert read(source, CONTENT) == value


def test_values_of_fields_without_a_source_are_found_by_their_name() -> None:
    assert values_of({"first": {}, "missing": {}}, CONTENT) == {"first": "Ann"}


def test_a_key_of_several_fields_needs_all() -> None:
    assert key_value(["a", "b"], {"a": "1", "b": "2"}) == "1 2"
    assert key_value(["a", "b"], {"a": "1"}) == ""
    assert key_value([], {}) == ""


@pytest.mark.parametrize(
    ("text", "layout", "second"),
    [
        ("2026-01-02T03:04:05Z", None, 1767323045),
        ("2026-01-02T03:04:05+01:00", "ISO_8601", 1767319445),
        ("1767323045000", "EPOCHMILLI", 1767323045),
        ("02/01/2026 03:04:05", "dd/MM/yyyy HH:mm:ss", 1767323045),
        ("2026-01-02T03:04:05", "yyyy-MM-dd'T'HH:mm:ss", 1767323045),
        ("never", "ISO_8601", 5),
        ("", None, 5),
    ],
)
def test_recency_is_what_the_object_says_or_its_arrival(text: str, layout: str | None, second: int) -> None:
    assert recency_of({"sourceLastUpdatedTimestamp": text}, layout, 5_000_000) == second * 1_000_000


@pytest.mark.parametrize("text", ["{", "[]", "1", "[" * 100_000])
def test_an_object_must_be_a_json_object(text: str) -> None:
    with pytest.raises(BadRequestError):
        parsed(text)
