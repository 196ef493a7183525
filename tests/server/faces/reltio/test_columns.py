"""Entities as records: the columns are those that a model made from match groups reads."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dromio.interchange.reltio import document_of, read_groups
from dromio.interchange.reltio.model_attributes import record_of
from dromio.model.files import document_of as plain_of
from dromio.model.files import model_from
from dromio.records import Record, RecordKey
from dromio.server.faces.reltio.columns import columns_of, entity_in, model_of
from dromio.store.delivered import as_record, delivered

from .factory import STARK, entity, exact, group

KEY = RecordKey("crm", "1")
GROUPS = read_groups(
    [
        group("A", exact("First", "Address.City", "Address.Zip"), "automatic"),
        group("B", exact("First"), useOvOnly=False),
        group("C", exact("Address.Zip"), useOvOnly=False),
    ]
)
TEXT = st.sampled_from(["a", "B", " c ", ""])
VALUE = st.tuples(TEXT, st.booleans())
ADDRESS = st.fixed_dictionaries({}, optional={"City": st.lists(VALUE, max_size=2), "Zip": st.lists(VALUE, max_size=2)})
ENTITIES = st.builds(
    lambda first, addresses: entity(First=first, Address=addresses),
    st.lists(VALUE, max_size=3),
    st.lists(ADDRESS, max_size=3),
)


def _texts(record: Record) -> dict[str, list[Any]]:
    """Attribute -> its distinct values without empty parts, in any order."""
    found = {
        name: sorted({repr(sorted((role, text) for role, text in value.parts.items() if text)) for value in values})
        for name, values in record.values.items()
    }
    return {name: [one for one in values if one != "[]"] for name, values in found.items() if values}


@settings(max_examples=100, deadline=None)
@given(given_entity=ENTITIES)
def test_the_store_sees_what_the_model_of_the_groups_sees(given_entity: dict[str, Any]) -> None:
    model, notes = model_of(GROUPS)
    document = document_of(given_entity, in_memory=False)
    columns = delivered(columns_of(document, given_entity))
    by_columns = _texts(as_record(KEY, columns, model))
    by_columns.pop("type")
    by_document = _texts(record_of(document, model, KEY))
    assert not notes
    assert by_columns == {name: values for name, values in by_document.items() if values}


def test_an_entity_comes_back_as_it_was_sent() -> None:
    assert entity_in(delivered(columns_of(document_of(STARK), STARK)), "HCP") == STARK


def test_columns_of_another_way_become_attributes() -> None:
    found = entity_in({"First": "Ann", "Mail": ["a", None, "b"], "First~all": ["x"]}, "HCP")
    assert found == entity(First="Ann", Mail=["a", "b"])


def test_the_model_is_read_back_from_its_plain_form() -> None:
    model, _ = model_of(GROUPS)
    again = model_from(model.model_dump(mode="json", exclude_none=True))
    assert plain_of(again) == plain_of(model)


def test_without_groups_nothing_matches() -> None:
    model, notes = model_of([])
    assert [one.name for one in model.groups] == ["None"] and notes


def test_groups_of_one_name_and_different_types_live_together() -> None:
    other = read_groups(json.loads(json.dumps([group("A", exact("First"))]).replace("/HCP/", "/HCO/")))
    model, _ = model_of((*GROUPS, *other))
    assert len({one.name for one in model.groups}) == 4
