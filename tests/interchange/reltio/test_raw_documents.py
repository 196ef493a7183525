from typing import Any

import pytest

from dromio.interchange.reltio import DocumentError, Value, read_document

TYPE = {"$$_entity_type_$$": ["Individual"]}


def faults(document: Any) -> dict[str, str]:
    """Path -> message of all faults of a document."""
    with pytest.raises(DocumentError) as caught:
        read_document(document)
    return {fault.path: fault.message for fault in caught.value.faults}


def test_flags_say_which_values_are_operational() -> None:
    found = read_document(TYPE | {"A": ["x", "y", "z"], "A~.@ps": ["10", "01", ""]})
    assert found.root.values["A"] == (Value("x"), Value("y", False), Value("z"))
    assert read_document(TYPE | {"A": ["x"]}).root.values["A"] == (Value("x"),)


def test_values_are_taken_as_they_are_but_blank_ones_are_none() -> None:
    found = read_document(TYPE | {"A": ["Stark ", " "], "B": []})
    assert found.root.values == {"A": (Value("Stark "),)}


def test_nested_values_belong_together_by_their_place() -> None:
    found = read_document(TYPE | {"Address.City": ["ulm", "bonn"], "Address.Zip": ["", "2"]})
    first, second = found.root.nested["Address"]
    assert (first.values.keys(), second.values.keys()) == ({"City"}, {"City", "Zip"})


def test_nested_values_belong_together_by_their_numbers() -> None:
    found = read_document(TYPE | {"A.B": ["x", "y"], "A.B~.@nv": ["1", "1"], "A.C.D": ["z"], "A.C.D~.@nv": ["1.0"]})
    (only,) = found.root.nested["A"]
    assert only.values["B"] == (Value("x"), Value("y"))
    assert only.nested["C"][0].values["D"] == (Value("z"),)


def test_id_and_groups_are_kept() -> None:
    found = read_document(TYPE | {"~@i": "x1", "_mRuleUri": ["e§Individual§R"]})
    assert (found.id, found.type, found.built_for) == ("x1", "Individual", ("e§Individual§R",))


def test_every_fault_is_named_at_once() -> None:
    found = faults(
        {
            "~@i": 1,
            "A": "x",
            "B": ["x", 1],
            "C": ["x"],
            "C~.@ps": ["10", "10"],
            "D": ["x"],
            "D~.@ps": ["yes"],
            "E~.@ps": [],
            "F.G": ["x"],
            "F.G~.@nv": ["1.2"],
            "H.": ["x"],
            "_mRuleUri": "e",
        }
    )
    assert found.keys() == {
        "~@i",
        "$$_entity_type_$$",
        "A",
        "B[1]",
        "C~.@ps",
        "D~.@ps[0]",
        "E~.@ps",
        "F.G~.@nv[0]",
        "H.",
        "_mRuleUri",
    }
    assert "2 entries" in found["C~.@ps"]


@pytest.mark.parametrize("kind", [None, "Individual", [], ["A", "B"], [1], [""]])
def test_a_document_has_one_entity_type(kind: Any) -> None:
    assert faults({"$$_entity_type_$$": kind}).keys() == {"$$_entity_type_$$"}


@pytest.mark.parametrize("document", [None, [], "x"])
def test_a_document_is_an_object(document: Any) -> None:
    assert faults(document)[""].startswith("must be an object")
