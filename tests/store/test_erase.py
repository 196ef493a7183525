"""Erasing: nothing that was said of a person stays, nothing of anybody else goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from dromio import store
from dromio.store import ConflictError, UnknownError
from dromio.store.erase import REDACTED, scan

from .conftest import ANN, BOB
from .factory import model

MARKED = {
    "given": "Zebulonmarker",
    "family": "Quuxmarker",
    "email": "zebmarker@quux.example",
    "phone": "998877661234",
    "note": "Notemarker éÉ",
}
MARKS = (
    "zebulonmarker",
    "quuxmarker",
    "zebmarker",
    "998877661234",
    "notemarker",
    "keymarker",
    "manualmarker",
    "whymarker",
)


def marked(people: store.Domain) -> int:
    """An entity whose every trace bears a mark: versions, merges, judgements, written values, a deleted record."""
    people.resolve("crm", "keymarker-1", MARKED | {"note": "Notemarker old"}, version=1)
    people.resolve("crm", "keymarker-1", MARKED, version=2)
    entity = people.resolve("shop", "keymarker-2", MARKED).entity_id or 0
    people.resolve("shop", "keymarker-3", MARKED)
    people.delete("shop", "keymarker-3")
    people.resolve("crm", "9", {"given": "Ann", "family": "Quuxmarker", "phone": "998877661234"})
    people.resolve("crm", "9", BOB)
    people.delete("crm", "9")
    people.judge(("crm", "keymarker-1"), ("shop", "keymarker-2"), "positive", author="eve", reason="whymarker")
    people.write_value(entity, "given", "Manualmarker", author="eve")
    return entity


def dump(people: store.Domain) -> str:
    """All rows of all tables."""
    names = (
        "records record_versions entities placements keys large_blocks edges acts judgements review_items "
        "manual_values changes outbox redo jobs suppressions"
    ).split()
    with people._database.read() as transaction:
        return str([transaction.rows(f"SELECT * FROM {name}") for name in names]).lower()


def test_no_row_keeps_a_trace(people: store.Domain) -> None:
    people.resolve("crm", "1", ANN)
    bystander = people.resolve("crm", "2", ANN).entity_id
    entity = marked(people)
    people.resolve_all()
    before = dump(people)
    assert [mark for mark in MARKS if mark not in before] == []
    certificate = people.erase(entity)
    others = [mark for mark in MARKS if mark in dump(people) and mark not in ("quuxmarker", "998877661234")]
    assert others == []
    assert certificate.records == 3
    assert certificate.rows["record_versions"] == 2
    assert REDACTED.lower() in dump(people)
    assert people.entity(entity).state == "erased"
    assert people.entity_of("crm", "2") == bystander
    assert people.verify().is_sound


def test_no_byte_of_the_file_keeps_a_trace(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with store.open(f"sqlite:///{path}") as opened:
        people = opened.create_domain("people", model())
        for number in range(300):
            people.resolve("crm", str(number), ANN | {"email": f"p{number}@x.org", "phone": str(number)})
        people.resolve("crm", "keymarker-1", MARKED)
        entity = people.resolve("shop", "keymarker-2", MARKED).entity_id or 0
        people.resolve_all()
        files = people._database.files()
        marks = [mark for mark in (*MARKED.values(), "keymarker-1", "keymarker-2") if "é" not in mark]
        assert scan(files, marks) == (len(marks), len(marks))
        certificate = people.erase(entity)
        assert scan(files, marks) == (len(marks), 0)
        assert (certificate.scanned, certificate.found) == (4, 0)
        assert any("backups" in note for note in certificate.notes)
    assert scan([path], marks) == (len(marks), 0)


def test_erased_people_who_come_back_are_new(people: store.Domain) -> None:
    entity = marked(people)
    people.erase(entity)
    again = people.resolve("crm", "keymarker-1", MARKED)
    assert again.decision == "new"
    assert again.entity_id != entity
    assert [event.kind for event in people.history(again.entity_id or 0)] == ["added"]


def test_suppressed_people_do_not_come_back_under_any_identifier(people: store.Domain) -> None:
    people.erase(marked(people), suppress=True)
    for key, values in ((("crm", "keymarker-1"), ANN), (("new", "1"), {"email": "ZEBMARKER@quux.example"})):
        with pytest.raises(ConflictError, match="somebody who was erased"):
            people.resolve(*key, values)
    assert people.resolve("new", "2", {"given": "Zebulonmarker", "family": "Quuxmarker"}).outcome == "added"
    assert "zebmarker" not in dump(people)


def test_ids_that_led_to_the_entity_answer_erased(people: store.Domain) -> None:
    one = people.resolve("crm", "1", ANN).entity_id or 0
    two = people.resolve("crm", "2", BOB).entity_id or 0
    people.merge(one, two, author="eve")
    people.erase(one)
    assert [people.entity(entity).state for entity in (one, two)] == ["erased", "erased"]
    assert people.history(one)[-1].kind == "erased"


def test_those_who_were_linked_by_the_erased_are_worked_out_again(people: store.Domain) -> None:
    people.resolve("crm", "1", {"family": "Lee", "email": "ann@x.org"})
    people.resolve("crm", "2", {"family": "Lee", "phone": "4711"})
    people.resolve("crm", "3", ANN)
    out = (
        people.unmerge(people.entity_of("crm", "3") or 0, [("crm", "2")], author="eve")
        if len(people.partition()) == 1
        else 0
    )
    people.erase(people.entity_of("crm", "3") or 0)
    assert people.verify().is_sound, out


def test_an_entity_whose_records_were_deleted_can_still_be_erased(people: store.Domain) -> None:
    entity = people.resolve("crm", "keymarker-1", MARKED).entity_id or 0
    people.delete("crm", "keymarker-1")
    assert "zebulonmarker" in dump(people)
    people.erase(entity)
    assert "zebulonmarker" not in dump(people)
    assert people.entity(entity).state == "erased"


def test_erasing_nothing_is_an_error(people: store.Domain) -> None:
    with pytest.raises(UnknownError, match="no records of an entity 7, so nothing was erased"):
        people.erase(7)
    entity = people.resolve("crm", "1", ANN).entity_id or 0
    people.erase(entity)
    with pytest.raises(UnknownError):
        people.erase(entity)
