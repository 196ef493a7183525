"""Tables of the registry."""

from __future__ import annotations

import pytest

from dromio.errors import StoreError
from dromio.server.faces.younite.registry import STEPS, Adaptor, Registry, prepare_tables

from ...asking import Rig
from .conftest import SHOP, ZONE


def test_tables_of_a_newer_program_are_refused(rules: Rig) -> None:
    database = rules.service.access
    with database.write() as tx:
        tx.run("INSERT INTO younite_steps (step) VALUES (?)", len(STEPS) + 1)
    with pytest.raises(StoreError, match="this program knows"):
        prepare_tables(database)
    with database.write() as tx:
        tx.run("DELETE FROM younite_steps WHERE step > ?", len(STEPS))
    prepare_tables(database)


def test_an_adaptor_can_be_named_anew_and_moved(rules: Rig) -> None:
    registry = Registry(rules.service.access)
    for adaptor in (Adaptor("x-1", "z-9", "one"), Adaptor("x-1", ZONE, "two")):
        registry.put_adaptor(adaptor)
        assert registry.adaptor(adaptor.zone, "x-1") == adaptor
    assert registry.adaptor_names(["x-1", SHOP, "x-1"]) == {"x-1": "two", SHOP: "Shop"}
