"""Desks: opened once for each store, closed when the server stops; tables that are too new are refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from dromio.errors import StoreError
from dromio.server.faces.reltio.desk import Desks
from dromio.server.faces.reltio.tables import prepare_tables
from dromio.store.database import connect

from ...asking import Rig
from ...conftest import Make
from .factory import HCP, R, Tenancy, entity, exact, group


def test_a_desk_is_opened_once_and_closed_at_the_end(make: Make) -> None:
    rig, desks = make(), Desks()
    end = desks.begin(rig.service)
    assert desks.of(rig.service).database is desks.of(rig.service).database
    closed = desks.of(rig.service).database
    end()
    assert desks.of(rig.service).database is not closed


def test_tables_of_a_newer_program_are_refused(verifier: Rig) -> None:
    database = connect(verifier.settings.store)
    try:
        prepare_tables(database)
        with database.write() as tx:
            tx.run("INSERT INTO reltio_steps (step) VALUES (?)", 99)
        with pytest.raises(StoreError, match="this program knows"):
            prepare_tables(database)
        with database.write() as tx:
            tx.run("DELETE FROM reltio_steps WHERE step = ?", 99)
    finally:
        database.close()


def test_a_domain_that_was_made_otherwise_keeps_its_model(verifier: Rig) -> None:
    from ...conftest import new_domain

    name = new_domain(verifier)
    before = verifier.service.store.domain(name).model
    path = f"/reltio/api/{name}/{HCP}/matchGroups"
    assert verifier.ask("PUT", path, [R]).status == 200
    assert verifier.service.store.domain(name).model == before


def test_the_model_of_a_tenant_follows_its_groups(verifier: Rig) -> None:
    tenancy = Tenancy(verifier)
    one, other = tenancy.one(FirstName="A", LastName="B"), tenancy.one(FirstName="A", LastName="B")
    assert one != other
    tenancy.configure(group("A", exact("FirstName", "LastName"), "automatic"))
    assert tenancy.done("GET", other)["uri"] == one
    assert other.removeprefix("entities/") not in _entities_with_documents(tenancy)
    tenancy.configure(R)
    assert len(verifier.service.store.domain(tenancy.name).partition()) == 2


def test_documents_are_right_after_many_wrote_at_once(verifier: Rig) -> None:
    tenancy = Tenancy(verifier, (group("A", exact("LastName"), "automatic"),))

    def write(number: int) -> None:
        tenancy.put(entity(crosswalk=str(number % 7), LastName=f"n{number % 3}"))
        if number % 5 == 0:
            tenancy.rig.ask("DELETE", f"{tenancy.base}/{tenancy.one(LastName='n9')}")

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(write, range(28)))
    live = verifier.service.store.domain(tenancy.name).partition()
    assert _entities_with_documents(tenancy) == {str(number) for number in live}
    for number in live:
        assert tenancy.done("GET", f"entities/{number}/matchDocument")["areEqual"] is True


def _entities_with_documents(tenancy: Tenancy) -> set[str]:
    database = connect(tenancy.rig.settings.store)
    try:
        with database.read() as tx:
            rows = tx.rows("SELECT entity_id FROM reltio_documents WHERE domain = ?", tenancy.name)
    finally:
        database.close()
    return {str(row[0]) for row in rows}
