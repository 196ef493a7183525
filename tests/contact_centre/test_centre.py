from __future__ import annotations

import tempfile
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dromio.contact_centre import Centre, open_centre

from .conftest import Open
from .factory import P2, P, call, event, met, partition, rows, told

DAY = 86_400_000_000


def seen(centre: Centre, customer: str) -> dict[str, tuple[str, str, int]]:
    """Value -> when it was seen first and last, and how often."""
    found = centre.customer(customer)["identifiers"]
    return {one["value"]: (one["firstSeen"][:10], one["lastSeen"][:10], one["count"]) for one in found}


def at(day: int) -> int:
    return (20_000 + day) * DAY


def test_identifiers_know_when_they_were_seen_whatever_came_first(centre: Centre) -> None:
    for day in (5, 2, 9):
        customer = centre.resolve(told(phone=P), seen_at=at(day))["customerId"]
    centre.resolve(told(phone=P, email="ann@x.example"), seen_at=at(4))
    assert seen(centre, customer) == {
        P: ("2024-10-06", "2024-10-13", 4),
        "ann@x.example": ("2024-10-08", "2024-10-08", 1),
    }
    shown = centre.customer(customer)
    assert (shown["firstSeen"][:10], shown["lastSeen"][:10], shown["interactions"]) == ("2024-10-06", "2024-10-13", 4)


def test_a_number_that_is_only_possible_is_kept_as_such(centre: Centre) -> None:
    shown = centre.customer(met(centre, phone="+15555551234")["customerId"])
    assert shown["identifiers"][0]["quality"] == "possible"


def test_every_decision_tells_its_grounds_without_any_value(centre: Centre) -> None:
    met(centre, phone=P, name="Ann Lee")
    found = met(centre, phone=P, name="Ann Leigh")
    phone, name = found["evidence"]
    assert (phone["field"], phone["weight"], phone["credit"]) == ("phone", 0.45, 1.0)
    assert phone["values"][0] == phone["values"][1]
    assert 0.85 < name["credit"] < 1
    assert name["values"][0] != name["values"][1]
    assert found["thresholds"] == {"auto": 0.85, "pending": 0.75}
    assert found["algorithm"].startswith("pipeline-")
    assert P not in str(found)
    kept = str(rows(centre, "SELECT * FROM cc_events UNION ALL SELECT * FROM cc_events"))
    assert P not in kept


def test_a_second_address_of_one_person_is_asked_about(centre: Centre) -> None:
    met(centre, phone=P, email="ann@x.example", name="Ann Lee")
    assert met(centre, phone=P, email="al@work.example", name="Ann Lee")["decision"] == "PENDING"
    cookie = met(centre, phone=P2, email="bob@x.example", name="Bob Ray", cookie="c")
    again = met(centre, phone=P2, email="br@work.example", name="Bob Ray", cookie="c")
    assert (again["decision"], again["customerId"]) == ("MATCHED", cookie["customerId"])


def test_links_are_asked_about_where_that_is_wanted(opened: Open) -> None:
    centre = opened(bridge="review")
    met(centre, phone=P)
    other = met(centre, email="ann@x.example")
    found = met(centre, phone=P, email="ann@x.example")
    (item,) = centre.pending()
    assert (item["reason"], set(item["customerIds"])) == ("bridge", {found["customerId"], other["customerId"]})
    met(centre, phone=P, email="ann@x.example")
    assert len(centre.pending()) == 1


def test_secrets_and_data_outlast_the_process(url: str) -> None:
    with open_centre(url) as centre:
        first = met(centre, phone=P)
        again = centre.take_event(call(conversation="x"))
    with open_centre(url) as centre:
        assert centre.take_event(call(conversation="x")) == again
        assert met(centre, phone=P)["customerId"] == first["customerId"]


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["p", "e", "pe"])), max_size=12), st.randoms())
@settings(max_examples=25, deadline=None)
def test_any_order_of_contacts_gives_the_same_customers(met_as: list[tuple[int, str]], generator: Any) -> None:
    """Each person has one number and one address: whoever was linked by a contact is one customer."""
    events = [_of_a_person(*one, number) for number, one in enumerate(met_as)]
    generator.shuffle(events)
    linked = {person for person, kind in met_as if kind == "pe"}
    expected: dict[tuple[int, str], set[str]] = {}
    for number, (person, kind) in enumerate(met_as):
        expected.setdefault((person, "" if person in linked else kind), set()).add(f"c{number}")
    with tempfile.TemporaryDirectory() as folder, open_centre(f"sqlite:///{folder}/c.db") as centre:
        for each in events:
            centre.take_event(each)
        assert partition(centre) == {frozenset(one) for one in expected.values()}


def _of_a_person(person: int, kind: str, number: int) -> dict[str, Any]:
    typed = {"phone": f"+1206555010{person}", "email": f"person{person}@x{person}.example"}
    body = {name: text for name, text in typed.items() if name[0] in kind}
    return event("CHAT", conversation=f"c{number}", attributes=body)
