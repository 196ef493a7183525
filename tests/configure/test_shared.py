"""Which values of persons a drafted model watches."""

from __future__ import annotations

from pathlib import Path

import dromio


def drafted(path: Path, header: str, *rows: str) -> list[tuple[str, list[str], int]]:
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    with dromio.resolve(str(path)) as result:
        return [(one.field, one.names, one.most) for one in result.model.shared_values]


NAMES = ["Ann,Lee", "Bob,Ray", "Cid,Oak", "Dee,Fox", "Eve,Ash", "Fay,Elm"]


def test_phones_and_mailboxes_of_people_with_full_names_are_watched(tmp_path: Path) -> None:
    rows = [f"{n},{name},p{n}@x.org,+1206555010{n}" for n, name in enumerate(NAMES * 2)]
    found = drafted(tmp_path / "crm.csv", "id,first_name,last_name,email,phone", *rows)
    full = ["name.given", "name.family"]
    assert found == [("email.address", full, 3), ("phone.number", full, 3)]


def test_without_full_names_nothing_is_watched(tmp_path: Path) -> None:
    rows = [f"{n},{name.split(',')[0]},p{n % 6}@x.org" for n, name in enumerate(NAMES * 2)]
    assert drafted(tmp_path / "crm.csv", "id,first_name,email", *rows) == []
