from __future__ import annotations

from pathlib import Path

from dromio.contact_centre import Centre, open_centre

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
