from __future__ import annotations

from pathlib import Path

import pytest

from dromio.contact_centre import open_centre
from dromio.store import StoreError


def test_tables_of_a_newer_program_are_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'c.db'}"
    with open_centre(url) as centre, centre.database.write() as transaction:
        transaction.run("INSERT INTO cc_steps (step) VALUES (99)")
    with pytest.raises(StoreError, match="99"):
        open_centre(url)
