"""Whatever is wrong in a store is found and named, without values."""

from __future__ import annotations

import pytest

from dromio import store

from .conftest import ANN, BOB

SABOTAGE = [
    ("DELETE FROM keys WHERE record_id = 1", "a record lacks a key in the index: record 1"),
    ("UPDATE keys SET hash = hash + 1 WHERE record_id = 1", "a record has a key too many in the index: record 1"),
    ("DELETE FROM edges", "an edge is missing: records 1 and 2"),
    ("UPDATE edges SET weight = weight + 1", "an edge has the wrong weight: records 1 and 2"),
    ("UPDATE edges SET left_id = 2, right_id = 3", "there is an edge that should not be: records 2 and 3"),
    ("DELETE FROM placements WHERE record_id = 3", "a current record has no place: record 3"),
    (
        "UPDATE placements SET cleaned = '{}' WHERE record_id = 3",
        "what a record is compared by is out of date: record 3",
    ),
    ("UPDATE placements SET entity_id = 2 WHERE record_id = 1", "an entity does not hold the records it should"),
    ("UPDATE records SET state = 'deleted', content = NULL WHERE record_id = 3", "a record that is not current has a"),
    ("UPDATE entities SET state = 'ended' WHERE entity_id = 1", "records are in an entity that is not live: entity 1"),
    ("UPDATE placements SET entity_id = 1", "a live entity has no records: entity 2"),
    ("INSERT INTO large_blocks (generation, hash, size) VALUES (1, 5, 9)", "a large block is counted wrongly: block 5"),
    (
        "UPDATE entities SET state = 'merged', redirect = CASE entity_id WHEN 1 THEN 2 ELSE 1 END",
        "a redirect leads to a redirect: entity 1",
    ),
]


@pytest.mark.parametrize(("statement", "said"), SABOTAGE)
def test_sabotage_is_found(people: store.Domain, statement: str, said: str) -> None:
    people.resolve("crm", "1", ANN)
    people.resolve("crm", "2", ANN)
    people.resolve("crm", "3", BOB)
    assert people.verify().is_sound
    with people._database.write() as transaction:
        transaction.run(statement)
    found = people.verify()
    assert not found.is_sound
    assert any(str(one).startswith(said) for one in found.differences), [str(one) for one in found.differences]
    assert "ann" not in str(found).lower()
