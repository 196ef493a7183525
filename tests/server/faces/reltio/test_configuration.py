"""Configuration: what is read, and by what entities are checked."""

from __future__ import annotations

from typing import Any

import pytest

from dromio.interchange.reltio import DocumentError, RequestError, read_groups
from dromio.server.faces.reltio.configuration import (
    Configuration,
    TypeConfiguration,
    read_attributes,
    read_match_groups,
    read_skip_list,
)

from .factory import HCP, F, R, uri

KNOWN = Configuration({"HCP": TypeConfiguration(("A", "B.C")), "HCO": TypeConfiguration()})


@pytest.mark.parametrize(
    ("entity_type", "types"),
    [
        (HCP, {"HCP": ("A", "B.C")}),
        ("HCP", {"HCP": ("A", "B.C")}),
        ("HCO", None),
        ("New", None),
        ("Nobody", {"HCP": (), "HCO": (), "New": ()}),
        (None, {"HCP": (), "HCO": (), "New": ()}),
    ],
)
def test_types_to_check_by(entity_type: object, types: Any) -> None:
    assert KNOWN.check_types(entity_type, ["New"]) == types


def test_groups_may_stand_in_a_list_or_an_object() -> None:
    assert read_match_groups([R, F], "HCP") == read_match_groups({"matchGroups": [R, F]}, "HCP")


def test_skip_lists_name_groups_of_the_type_once_each() -> None:
    groups = read_groups([R, F])
    assert read_skip_list([uri("F"), uri("F")], groups) == [uri("F")]
    assert read_skip_list({"matchGroups": []}, groups) == []
    wrongs: list[Any] = [None, "F", {"x": []}, [uri("M")], [5]]
    for wrong in wrongs:
        with pytest.raises(RequestError):
            read_skip_list(wrong, groups)


def test_attributes_are_paths_without_repetition() -> None:
    listed = [{"name": "A"}, {"uri": f"{HCP}/attributes/B", "attributes": [{"name": "C"}, {"name": "C"}]}]
    assert read_attributes({"attributes": listed}) == ["A", "B", "B.C"]


def test_every_fault_of_attributes_is_named() -> None:
    with pytest.raises(DocumentError) as caught:
        read_attributes({"attributes": [5, {"name": ""}, {"name": "A", "attributes": {}}]})
    assert [fault.path for fault in caught.value.faults] == ["attributes.0", "attributes.1", "attributes.2.attributes"]
    wrongs: list[Any] = [None, {}, [], {"attributes": None}]
    for wrong in wrongs:
        with pytest.raises(DocumentError):
            read_attributes(wrong)
    deep: dict[str, Any] = {"name": "x"}
    for _ in range(30):
        deep = {"name": "x", "attributes": [deep]}
    with pytest.raises(DocumentError, match="deep"):
        read_attributes({"attributes": [deep]})
