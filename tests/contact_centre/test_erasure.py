from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from dromio import store
from dromio.contact_centre import Centre, open_centre, opened_if_there
from dromio.errors import ConflictError, InputError

from ..postgres import KINDS, place
from .factory import P, call, met, rows, told


def test_erasing_takes_the_grounds_of_decisions_on_others_too(centre: Centre) -> None:
    """Somebody else was compared with the erased; the hashes of the erased one's values stood in that decision."""
    first = centre.take_event(call(conversation="x"))["customerId"]
    met(centre, phone=P, name="Ann Lee")
    other = centre.resolve(told(phone=P, name="Bob Ray"), idempotency_key="k")
    assert (other["decision"], other["customerId"] == first) == ("PENDING", False)
    assert grounds(centre) != []
    centre.erase(first)
    assert grounds(centre) == []
    again = centre.resolve(told(phone=P, name="Bob Ray"), idempotency_key="k")
    assert again == {"customerId": other["customerId"], "decision": "PENDING"}


def grounds(centre: Centre) -> list[str]:
    kept = rows(centre, "SELECT answer FROM cc_events") + rows(centre, "SELECT evidence FROM cc_pending")
    return [text for (text,) in kept if "credit" in text]


def test_the_bytes_of_the_erased_are_gone_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    with open_centre(f"sqlite:///{path}") as centre:
        customer = met(centre, email="marked.person@x.example", name="Marked Person")["customerId"]
        stays = met(centre, email="other.human@x.example")

        def bytes_now() -> bytes:
            return b"".join(one.read_bytes() for one in tmp_path.iterdir())

        assert b"marked.person" in bytes_now()
        certificate = centre.erase(customer)
        assert (certificate["found"], certificate["scanned"] > 0) == (0, True)
        assert b"marked" not in bytes_now()
        assert b"Marked" not in bytes_now()
        assert b"other.human" in bytes_now()
        assert centre.customer(stays["customerId"])["state"] == "ACTIVE"


def test_what_others_share_with_the_erased_stays_theirs(centre: Centre) -> None:
    first = met(centre, phone=P, name="Ann Lee")
    other = met(centre, phone=P, name="Bob Ray")
    centre.erase(first["customerId"])
    assert [one["customerId"] for one in centre.lookup(told(phone=P))] == [other["customerId"]]
    assert centre.pending() == []


def test_the_erased_are_erased_again_in_a_restored_backup(tmp_path: Path) -> None:
    path, backup = tmp_path / "c.db", tmp_path / "old.db"
    with open_centre(f"sqlite:///{path}") as centre:
        erased = met(centre, email="marked.person@x.example")["customerId"]
        merged = met(centre, email="marked.also@x.example")["customerId"]
        stays = met(centre, email="other.human@x.example")["customerId"]
    shutil.copy(path, backup)
    with open_centre(f"sqlite:///{path}") as centre:
        centre.merge(erased, merged, author="amy")
        centre.erase(erased)
        listed = centre.erased()
    assert sorted(listed["ids"]) == sorted([erased, merged])
    assert "marked" not in json.dumps(listed)
    with open_centre(f"sqlite:///{backup}") as centre:
        done = centre.erase_again(listed)
        assert (done["customers"], done["mixed"], done["found"]) == (2, [], 0)
        assert {centre.customer(one)["state"] for one in (erased, merged)} == {"ERASED"}
        assert centre.customer(stays)["state"] == "ACTIVE"
        assert centre.erase_again(listed) == {"customers": 0, "mixed": []}
        assert centre.erased() == listed
    assert b"marked.person" not in backup.read_bytes()


def test_a_customer_who_was_one_with_others_is_left_to_a_person(tmp_path: Path) -> None:
    path, backup = tmp_path / "c.db", tmp_path / "old.db"
    with open_centre(f"sqlite:///{path}") as centre:
        first, second = (met(centre, email=f"{name}@x.example")["customerId"] for name in ("a", "b"))
        survivor = centre.merge(first, second, author="amy")["customerId"]
    shutil.copy(path, backup)
    with open_centre(f"sqlite:///{path}") as centre:
        centre.unmerge(survivor, author="amy")
        centre.erase(second)
        listed = centre.erased()
    with open_centre(f"sqlite:///{backup}") as centre:
        assert centre.erase_again(listed) == {"customers": 0, "mixed": [survivor]}


def test_the_list_of_another_centre_erases_nobody(centre: Centre, tmp_path: Path) -> None:
    customer = met(centre, phone=P)["customerId"]
    with open_centre(f"sqlite:///{tmp_path}/other.db") as other:
        foreign = other.erased()
    with pytest.raises(ConflictError, match="from another contact centre"):
        centre.erase_again(foreign | {"ids": [customer]})
    with pytest.raises(InputError, match="needs 'centre' and 'ids'"):
        centre.erase_again([])
    assert centre.customer(customer)["state"] == "ACTIVE"


@pytest.mark.parametrize("kind", KINDS)
def test_a_store_without_a_centre_has_none_and_gets_none(kind: str, tmp_path: Path) -> None:
    with place(kind, tmp_path) as url:
        with store.open(url):
            assert opened_if_there(url) is None
        with open_centre(url):
            found = opened_if_there(url)
        assert found is not None
        found.close()
