from typing import Any

import pytest

from dromio.interchange.reltio import Body, Query, RequestError, entity_id, groups_of, read_body, read_query, select

from .factory import exact, group, uri


def test_each_mode_has_two_sides() -> None:
    assert read_body({"first": "entities/1", "second": {}}) == Body(False, "entities/1", {})
    assert read_body({"firstDocument": {}, "secondDocument": {}, "matchGroups": []}) == Body(True, {}, {}, [])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (None, "must be an object"),
        ([], "must be an object"),
        ({}, "first and second must be given, or firstDocument and secondDocument"),
        ({"first": "entities/1"}, "^second must be given$"),
        ({"first": None, "second": {}}, "^first must be given$"),
        ({"secondDocument": {}}, "^firstDocument must be given$"),
        ({"first": {}, "second": {}, "firstDocument": {}}, "two modes"),
    ],
)
def test_an_incomplete_or_mixed_body_is_refused(body: Any, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        read_body(body)


def test_switches_have_defaults_and_second_names() -> None:
    assert read_query({}) == Query(None, False, False, True, None)
    query = {"rules": f"{uri('A')}, {uri('B')},", "show": "full", "db": "true", "checkOverCollisionTokens": "false"}
    assert read_query(query) == Query((uri("A"), uri("B")), True, True, False, None)


def test_a_time_turns_stored_documents_off() -> None:
    assert read_query({"time": "17", "documentsFromDatabase": "true"}) == Query(time=17)


@pytest.mark.parametrize(
    "query",
    [
        {"show": "all"},
        {"time": "0"},
        {"time": "-1"},
        {"time": "1.5"},
        {"time": "²"},
        {"time": "9" * 19},
        {"db": "yes"},
        {"db": "true", "documentsFromDatabase": "false"},
    ],
)
def test_switches_out_of_range_are_refused(query: dict[str, str]) -> None:
    with pytest.raises(RequestError):
        read_query(query)


def test_a_side_is_a_reference_or_inline() -> None:
    assert entity_id("entities/03w") == entity_id({"uri": "entities/03w"}) == "03w"
    assert entity_id({"uri": "entities/03w", "attributes": {}}) is None
    assert entity_id({"type": "HCP"}) is None


@pytest.mark.parametrize("side", ["03w", "entities/", 7, {"uri": None}])
def test_a_side_that_refers_to_nothing_is_refused(side: Any) -> None:
    with pytest.raises(RequestError, match='must be an object or "entities/<id>"'):
        entity_id(side)


def test_unknown_rules_are_refused() -> None:
    groups = [group("A", exact("X"))]
    assert select(groups, None) is None
    assert select(groups, [uri("A")]) == {uri("A")}
    with pytest.raises(RequestError, match="matchGroups/B not known"):
        select(groups, [uri("A"), uri("B")])


def test_groups_of_a_type() -> None:
    groups = [group("A", exact("X"))]
    assert groups_of(groups, "HCP") == tuple(groups)
    assert groups_of(groups, "HCO") == ()
