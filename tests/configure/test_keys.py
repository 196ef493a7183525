"""Which keys are possible, and which are chosen."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from dromio.configure.keys import THREE_PARTS_FROM, Budget, choose_keys, possible_keys
from dromio.engines.columns import AttributeColumns, Codes, Column
from dromio.model.schema import Attribute, Input, Key

Row = dict[str, str | None]
PEOPLE: list[Row] = [
    {"given": "anna", "family": "smith", "number": "1", "street": "high street", "city": "york"},
    {"given": "paul", "family": "jones", "number": "2", "street": "low street", "city": "leeds"},
]
NAME = ["given", "family"]
ADDRESS = ["number", "street", "city"]


def attributes() -> list[Attribute]:
    return [
        Attribute(name="name", type="person_name", inputs=[Input(columns={"given": "a", "family": "b"})]),
        Attribute(name="address", type="address", inputs=[Input(columns={"street": "c", "city": "d"})]),
    ]


def columns(rows: list[Row]) -> dict[str, AttributeColumns]:
    def one(name: str, fields: list[str]) -> AttributeColumns:
        texts = {field: [row[field] for row in rows] for field in fields}
        return AttributeColumns(
            name, {field: Column.encode(pa.array(own, pa.string())) for field, own in texts.items()}
        )

    return {"name": one("name", NAME), "address": one("address", ADDRESS)}


def possible(records: int) -> list[tuple[str, ...]]:
    return [tuple(key.fields) for key in possible_keys(attributes(), columns(PEOPLE), records)]


def test_no_key_is_possible_twice_in_another_order_of_its_fields() -> None:
    found = [frozenset(fields) for fields in possible(THREE_PARTS_FROM)]
    assert len(found) == len(set(found))


def test_keys_of_three_parts_are_for_many_records() -> None:
    assert all(len(fields) <= 2 for fields in possible(THREE_PARTS_FROM - 1))
    many = possible(THREE_PARTS_FROM)
    assert ("skeleton(name.given)", "skeleton(name.family)", "address.city") in many
    assert ("skeleton(name.family)", "address.number", "address.street") in many


def crowd(size: int) -> list[Row]:
    """Every two records are one person, and every four a household; all live in one of a few cities."""
    return [
        {
            "given": f"g{row // 2 % 50}",
            "family": f"f{row // 4}",
            "number": str(row // 4 % 9),
            "street": f"s{row // 4 % 40}",
            "city": f"c{row // 4 % 7}",
        }
        for row in range(size)
    ]


THREE = Key(fields=["name.given", "name.family", "address.city"])
WIDE = Key(fields=["name.family", "address.city"])


def one_person(left: Codes, right: Codes) -> np.ndarray:
    return np.asarray(left // 2 == right // 2, np.float64)


def test_the_first_key_has_two_parts_at_most() -> None:
    """By itself the narrow one is better: it has the same matches for fewer pairs."""
    budget = Budget(per_key=50.0, in_all=100.0, least_yield=0.05)
    chosen = choose_keys([THREE, WIDE], columns(crowd(400)), 400, one_person, budget=budget)
    assert [one.key.fields for one in chosen] == [WIDE.fields]


def test_keys_of_three_parts_add_what_the_first_one_misses() -> None:
    rows = crowd(400)
    for row in rows[::8]:
        row["family"] = None
    other = Key(fields=["name.given", "address.number", "address.street"])
    budget = Budget(per_key=50.0, in_all=100.0, least_yield=0.05)
    chosen = choose_keys([other, WIDE], columns(rows), 400, one_person, budget=budget)
    assert [one.key.fields for one in chosen] == [WIDE.fields, other.fields]
