"""Tables of the server."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from dromio.errors import StoreError
from dromio.server.tables import prepare_tables
from dromio.store.database import connect, only

from .asking import Rig


def test_tables_are_made_once_however_many_start_at_once(rig: Rig) -> None:
    databases = [connect(rig.settings.access_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(prepare_tables, databases))
    for database in databases:
        database.close()


def test_tables_of_a_newer_program_are_refused(rig: Rig) -> None:
    with rig.service.access.write() as transaction:
        newer = int(only(transaction.rows("SELECT max(step) + 1 FROM server_steps")))
        transaction.run("INSERT INTO server_steps (step) VALUES (?)", newer)
    try:
        with pytest.raises(StoreError, match=f"the tables of the server have step {newer}; this program knows"):
            prepare_tables(rig.service.access)
    finally:
        with rig.service.access.write() as transaction:
            transaction.run("DELETE FROM server_steps WHERE step = ?", newer)
