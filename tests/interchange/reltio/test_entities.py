from typing import Any

import pytest

from dromio.interchange.reltio import DocumentError, Value, document_of, write_document

from .factory import document, entity_json, exact, group

TYPES = {"HCP": ["LastName", "Address.City"]}


def faults(entity: Any, **options: Any) -> dict[str, str]:
    """Path -> message of all faults of an entity."""
    with pytest.raises(DocumentError) as caught:
        document_of(entity, **options)
    return {fault.path: fault.message for fault in caught.value.faults}


def test_values_are_texts_trimmed_and_in_lower_case() -> None:
    found = write_document(document("x1", LastName=["  Stark ", 12, True, None, "", 1.5]))
    assert found == {
        "~@i": "x1",
        "$$_entity_type_$$": ["HCP"],
        "LastName": ["stark", "12", "true", "1.5"],
        "LastName~.@ps": ["10"] * 4,
    }


def test_nested_values_are_listed_by_their_path() -> None:
    found = write_document(document(Address=[{"City": "Ulm", "Zip": "1"}, {"City": "Bonn", "Zip": "2"}]))
    assert (found["Address.City"], found["Address.Zip"]) == (["ulm", "bonn"], ["1", "2"])
    assert not any(name.endswith("~.@nv") for name in found)


def test_uneven_nested_values_say_where_they_belong() -> None:
    found = write_document(document(Address=[{"City": ["Ulm", "Neu-Ulm"]}, {"City": "Bonn", "Zip": "2"}]))
    assert found["Address.City~.@nv"] == ["0", "0", "1"]
    assert found["Address.Zip~.@nv"] == ["1"]


def test_a_value_in_a_nested_value_that_is_not_operational_is_not_either() -> None:
    found = write_document(document(Address=[({"City": ("Ulm", True)}, False), {"City": ("Bonn", False)}]))
    assert found["Address.City~.@ps"] == ["00", "00"]


def test_the_document_names_the_groups_of_its_type_it_was_made_for() -> None:
    groups = [group("B", exact("A")), group("A", exact("A"))]
    assert document_of(entity_json(), groups).built_for == ("e§HCP§A", "e§HCP§B")
    assert document_of(entity_json(kind="HCO"), groups).built_for == ()


def test_in_memory_values_of_a_crosswalk_count_as_operational_with_one_that_is() -> None:
    values = [{"value": str(number), "ov": number == 1, "uri": f"u{number}"} for number in (1, 2, 3)]
    entity = entity_json() | {
        "attributes": {"Code": values},
        "crosswalks": [{"attributes": ["u1", "u2"]}, {"attributes": ["u3"]}],
    }
    assert document_of(entity).root.values["Code"] == (Value("1"), Value("2"), Value("3", False))
    stored = document_of(entity, in_memory=False)
    assert [value.is_operational for value in stored.root.values["Code"]] == [True, False, False]


def test_every_fault_is_named_at_once() -> None:
    found = faults(
        {
            "type": "",
            "attributes": {
                "A": "x",
                "B": [1],
                "C": [{"value": [1]}],
                "D": [{"value": "x", "ov": "maybe"}],
                "E.F": [],
                "G": [{"value": {"H": [{"value": []}]}}],
            },
        }
    )
    assert found.keys() == {
        "type",
        "attributes.A",
        "attributes.B.0",
        "attributes.C.0.value",
        "attributes.D.0.ov",
        "attributes.E.F",
        "attributes.G.0.value.H.0.value",
    }


def test_unknown_types_and_attributes_are_faults_where_types_are_given() -> None:
    assert faults(entity_json(kind="HCO"), types=TYPES).keys() == {"type"}
    entity = entity_json(LastName="x", Age=None, Address={"City": "Ulm", "Zip": "1"})
    assert faults(entity, types=TYPES).keys() == {"attributes.Age", "attributes.Address.Zip"}
    assert document_of(entity_json(LastName="x", Address={"City": "Ulm"}), types=TYPES).type == "HCP"


@pytest.mark.parametrize("entity", [None, [], "entities/1"])
def test_an_entity_is_an_object(entity: Any) -> None:
    assert faults(entity, what="first")[""].startswith("must be an object")


def test_nesting_has_an_end() -> None:
    value: Any = "x"
    for _ in range(12):
        value = {"A": value}
    assert any("nested deeper" in message for message in faults(entity_json(A=value)).values())
