"""The conformance vectors of the cross-channel specification, by number, through the store."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from dromio.contact_centre import Centre, NobodyError, open_centre
from dromio.contact_centre.tables import TABLES
from dromio.store import ConflictError

from .conftest import Open
from .factory import MONDAY, P2, P, call, chat, count, email, event, message, met, partition, rows, told

A = {"phone": P, "email": "ann@x.example", "name": "Ann Lee", "cookie": "c1"}
B = {"phone": P2, "email": "zoe@y.example", "name": "Zoe Fox", "cookie": "c2"}


def of(same: str, differing: str = "") -> tuple[dict[str, str], dict[str, str]]:
    """Two contacts that agree on some fields and differ in others."""
    names = f"{same} {differing}".split()
    return {one: A[one] for one in names}, {one: (A if one in same.split() else B)[one] for one in names}


@pytest.mark.parametrize(
    ("pair", "score", "band"),
    [
        (of("phone"), 1.0, "auto"),
        (of("phone", "name"), 0.8182, "pending"),
        (of("phone cookie", "name"), 0.8333, "pending"),
        (of("phone email", "name"), 0.8947, "auto"),
        (of("phone", "email"), 0.5294, "new"),
        (of("phone name", "email"), 0.5789, "new"),
        (of("email name", "phone"), 0.5263, "new"),
        (of("email", "name"), 0.8, "pending"),
        (of("email", "cookie"), 0.8889, "auto"),
        (of("phone", "cookie"), 0.9, "auto"),
        (({"email": "john.doe@example.com"}, {"email": "j.doe@example.com"}), 0.0, "new"),
        (({"email": "john.doe@example.com"}, {"email": "jon.doe@example.com"}), 0.9867, "auto"),
        (
            (
                {"email": "alice@example.com", "name": "Alice Brown"},
                {"email": "alicia@example.com", "name": "Alicia Green"},
            ),
            0.9236,
            "auto",
        ),
        (({"name": "john doe"}, {"name": "jane doe"}), 0.85, "auto"),
        (({"name": "doe john"}, {"name": "john doe"}), 0.0, "new"),
        (of("name"), 1.0, "auto"),
        (of("cookie"), 1.0, "auto"),
    ],
)
def test_vector_1_scores_of_the_guide(
    opened: Open, pair: tuple[dict[str, str], dict[str, str]], score: float, band: str
) -> None:
    """An external id, which the guide does not score, makes candidates also of those that the guide never meets."""
    centre = opened(scoring="guide")
    met(centre, external_id="e", **pair[0])
    found = met(centre, external_id="e", **pair[1])
    assert (round(found["score"], 4), found["candidates"][0]["decision"]) == (score, band)
    assert found["decision"] == {"auto": "MATCHED", "pending": "PENDING", "new": "NEW"}[band]


def test_vector_2_a_call_and_a_message_of_one_number(centre: Centre) -> None:
    monday = centre.take_event(call("tel:+15555551234"))
    friday = centre.take_event(message("WHATSAPP", "15555551234"))
    assert monday["customerId"] == friday["customerId"]
    assert (monday["decision"], friday["decision"]) == ("NEW", "MATCHED")


def test_vector_3_spellings_of_one_number(centre: Centre) -> None:
    assert met(centre, phone="555-010-0000")["customerId"] == met(centre, phone="+1-555-010-0000")["customerId"]


def test_vector_4_a_contact_that_links_two_customers(centre: Centre) -> None:
    monday = centre.take_event(call(conversation="mon"))
    tuesday = centre.take_event(chat("s1", conversation="tue", attributes={"email": "ann@x.example"}))
    assert monday["customerId"] != tuesday["customerId"]
    typed = {"email": "ann@x.example", "phone": P}
    wednesday = centre.take_event(chat("s2", conversation="wed", attributes=typed))
    assert wednesday["customerId"] == monday["customerId"]
    shown = centre.customer(monday["customerId"])
    assert {one["conversationId"] for one in shown["conversations"]} == {"mon", "tue", "wed"}
    redirect = centre.customer(tuesday["customerId"])
    assert (redirect["mergedInto"], redirect["mergedFrom"]) == (monday["customerId"], [tuesday["customerId"]])
    assert count(centre, "cc_pending") == 0


def test_vector_5_an_address_with_a_tag(centre: Centre) -> None:
    left, right = met(centre, email="john+work@Example.com"), met(centre, email="john@example.com")
    assert left["customerId"] == right["customerId"]


def near(centre: Centre) -> tuple[dict[str, Any], dict[str, Any]]:
    left = met(centre, email="j.doe@example.com", name="John Doe")
    return left, met(centre, email="john.doe@example.com", name="John Doe")


def test_vector_6_an_initial_is_asked_about_and_approved(centre: Centre) -> None:
    left, right = near(centre)
    assert right["decision"] == "PENDING"
    assert left["customerId"] != right["customerId"]
    done = centre.decide(right["pendingId"], approve=True, author="agent", channel="voice")
    assert (done["status"], done["decidedBy"], done["channel"]) == ("APPROVED", "agent", "voice")
    assert centre.customer(right["customerId"])["mergedInto"] == left["customerId"]


def test_vector_6_what_was_declined_is_never_proposed_again(centre: Centre) -> None:
    left, right = near(centre)
    centre.decide(right["pendingId"], approve=False, author="agent")
    again, other = near(centre)
    assert (again["customerId"], other["customerId"]) == (left["customerId"], right["customerId"])
    assert (again["decision"], other["decision"]) == ("MATCHED", "MATCHED")
    both = met(centre, email=["j.doe@example.com", "john.doe@example.com"], name="John Doe")
    assert both["customerId"] == left["customerId"]
    assert centre.pending() == []
    assert "mergedInto" not in centre.customer(right["customerId"])


def test_vector_7_alike_addresses_of_different_people(centre: Centre) -> None:
    left = met(centre, email="alice@example.com", name="Alice Brown")
    right = met(centre, email="alicia@example.com", name="Alicia Green")
    assert left["customerId"] != right["customerId"]
    assert right["decision"] in ("NEW", "PENDING")


def test_vector_8_the_same_cookie_only(centre: Centre) -> None:
    left, right = met(centre, cookie="c1"), met(centre, cookie="c1")
    assert right["decision"] == "PENDING"
    assert left["customerId"] != right["customerId"]


def test_vector_9_the_same_name_only(centre: Centre) -> None:
    left, right = met(centre, phone=P, name="Ann Lee"), met(centre, phone=P2, name="Ann Lee")
    assert (right["decision"], right["candidates"]) == ("NEW", [])
    assert left["customerId"] != right["customerId"]
    with pytest.raises(NobodyError):
        met(centre, name="Ann Lee")


def test_vector_10_a_second_number_does_not_hide_the_first(centre: Centre) -> None:
    first = met(centre, phone=P, email="ann@x.example")
    met(centre, phone=P2, email="ann@x.example", name="Ann Lee", cookie="c1")
    joined = met(centre, phone=[P, P2], email="ann@x.example")
    assert joined["customerId"] == first["customerId"]
    for number in (P, P2):
        assert first["customerId"] in {one["customerId"] for one in centre.lookup(told(phone=number))}


NAMES = ["Ann Lee", "Bob Ray", "Zoe Fox", "Tim Orr", "Una Poe"]


def test_vector_11_a_number_with_four_names(centre: Centre) -> None:
    found = [met(centre, phone=P, name=name) for name in NAMES]
    assert len({one["customerId"] for one in found}) == 5
    assert [one["decision"] for one in found] == ["NEW", "PENDING", "PENDING", "SHARED", "SHARED"]
    items = centre.review()
    assert [one["kind"] for one in items] == ["IDENTIFIER"]
    assert items[0]["subject"] == "phone ***00"
    assert centre.pending() == []
    centre.resolve_review(items[0]["reviewId"], clear=True, author="steward")
    assert met(centre, phone=P, name=NAMES[0])["customerId"] == found[0]["customerId"]


def test_vector_11b_an_identity_with_four_names(centre: Centre) -> None:
    both = {"phone": P, "email": "office@x.example"}
    found = [met(centre, **both, name=name) for name in NAMES[:4]]
    assert [one["decision"] for one in found] == ["NEW", "MATCHED", "MATCHED", "SHARED"]
    assert len({one["customerId"] for one in found[:3]}) == 1
    assert found[3]["customerId"] != found[0]["customerId"]
    shared = centre.customer(found[0]["customerId"])
    assert shared["state"] == "SHARED"
    assert NAMES[3] not in {one["value"] for one in shared["identifiers"]}
    refused = met(centre, **both, name=NAMES[0])
    assert refused["customerId"] != found[0]["customerId"]
    (item,) = centre.review()
    assert (item["kind"], item["customerId"]) == ("IDENTITY", found[0]["customerId"])
    centre.resolve_review(item["reviewId"], clear=True, author="steward")
    assert centre.customer(found[0]["customerId"])["state"] == "ACTIVE"
    assert met(centre, **both, name=NAMES[1])["customerId"] == found[0]["customerId"]


def test_vector_12_spellings_of_one_name(centre: Centre) -> None:
    names = ["Jon Doe", "John Doe", "DOE John", "Jóhn Doe", "Jon Doe"]
    assert len({met(centre, phone=P, name=name)["customerId"] for name in names}) == 1
    assert centre.review() == []


def test_vector_13_one_event_five_times_at_once(postgres: str) -> None:
    event = call(conversation="one")
    with open_centre(postgres) as centre:
        answers = at_once(centre, [event] * 5)
        assert len({one["customerId"] for one in answers}) == 1
        assert len({one["eventKey"] for one in answers}) == 1
        assert [count(centre, table) for table in ("cc_identities", "cc_interactions", "cc_events")] == [1, 1, 1]
        assert centre.customer(answers[0]["customerId"])["interactions"] == 1


def test_vector_14_fifty_events_with_one_new_number_at_once(postgres: str) -> None:
    with open_centre(postgres) as one, open_centre(postgres) as other:
        calls = [call() for _ in range(50)]
        answers = at_once(one, calls[:25], other, calls[25:])
        assert len({one["customerId"] for one in answers}) == 1
        assert (count(one, "cc_identities"), count(one, "cc_interactions")) == (1, 50)
        assert one.customer(answers[0]["customerId"])["interactions"] == 50


def at_once(*work: Any) -> list[dict[str, Any]]:
    """Answers to events that are taken in by as many threads, which begin together."""
    pairs = [(centre, event) for centre, events in zip(work[::2], work[1::2], strict=True) for event in events]
    ready = threading.Barrier(len(pairs))

    def take(centre: Centre, event: Any) -> dict[str, Any]:
        ready.wait()
        return centre.take_event(event)

    with ThreadPoolExecutor(len(pairs)) as threads:
        return [one.result() for one in [threads.submit(take, *pair) for pair in pairs]]


@pytest.mark.parametrize("given", [{"email": one} for one in ("not-an-email", "", "a@b@c")] + [{"phone": "anonymous"}])
def test_vector_15_texts_that_identify_nobody(centre: Centre, given: dict[str, str]) -> None:
    with pytest.raises(NobodyError):
        met(centre, **given)
    assert met(centre, **{**given, "cookie": "c1"})["decision"] == "NEW"
    assert centre.take_event(call("anonymous"))["decision"] == "NONE"


def test_vector_16_whoever_was_erased_comes_back_as_somebody_new(centre: Centre) -> None:
    first = met(centre, phone=P, name="Ann Lee")
    certificate = centre.erase(first["customerId"])
    tombstone = centre.customer(first["customerId"])
    assert (tombstone["state"], tombstone["phones"], tombstone["interactions"]) == ("ERASED", "[REDACTED]", 1)
    assert centre.lookup(told(phone=P)) == []
    again = met(centre, phone=P)
    assert (again["decision"], again["candidates"]) == ("NEW", [])
    assert again["customerId"] != first["customerId"]
    assert centre.erase(first["customerId"]) == certificate
    for act in (lambda: centre.merge(first["customerId"], again["customerId"], author="a"),
                lambda: centre.merge(again["customerId"], first["customerId"], author="a")):  # fmt: skip
        with pytest.raises(ConflictError):
            act()


def test_vector_17_tombstones_are_never_candidates(centre: Centre) -> None:
    for given in ({"phone": P, "email": "ann@x.example"}, {"phone": P2, "email": "zoe@x.example"}):
        centre.erase(met(centre, **given)["customerId"])
    assert [count(centre, table) for table in ("cc_identifiers", "cc_keys", "cc_flags")] == [0, 0, 0]
    for given in ({"phone": P}, {"email": "ann@x.example"}, {"cookie": "[REDACTED]"}, {"email": "zoe@x.example"}):
        assert met(centre, **given)["candidates"] == []


def test_vector_18_erasing_a_survivor_takes_all_with_it(centre: Centre) -> None:
    older, younger = met(centre, phone=P, name="Ann Lee"), met(centre, email="ann@x.example")
    met(centre, phone=P, email="ann@x.example")
    other = met(centre, phone=P, name="Bob Ray")
    assert other["decision"] == "PENDING"
    centre.take_event(call(conversation="c"))
    assert traces(centre)
    certificate = centre.erase(younger["customerId"])
    assert sorted(certificate["customerIds"]) == sorted([older["customerId"], younger["customerId"]])
    assert certificate["found"] in (0, None)
    assert centre.pending() == []
    assert [centre.customer(one["customerId"])["state"] for one in (older, younger)] == ["ERASED", "ERASED"]
    centre.erase(other["customerId"])
    assert traces(centre) == []


def traces(centre: Centre) -> list[str]:
    """Tables in which the number, the address or the name stands."""
    texts = {table: str(rows(centre, f"SELECT * FROM {table}")) for table in TABLES}
    return [
        table
        for table, text in texts.items()
        if any(one in text for one in ("2065550100", "ann@", "Ann Lee", "ann lee"))
    ]


def test_vector_19_the_customer_of_an_outbound_call_is_called(centre: Centre) -> None:
    found = centre.take_event(event("VOICE", direction="OUTBOUND", ani=f"tel:{P2}", dnis=f"tel:{P}"))
    assert centre.lookup(told(phone=P2)) == []
    assert [one["customerId"] for one in centre.lookup(told(phone=P))] == [found["customerId"]]


def test_vector_21_thresholds_are_inclusive(centre: Centre) -> None:
    met(centre, phone=P, email="ann@x.example", name="Ann Lee", cookie="c1")
    auto = met(centre, phone=P, email="ann@x.example", name="Zoe Fox", cookie="c2")
    assert (auto["score"], auto["decision"]) == (0.85, "MATCHED")


def test_vector_21_pending_from_its_threshold_on(centre: Centre) -> None:
    met(centre, phone=P, name="Ann Lee", cookie="c1")
    found = met(centre, phone=P, name="Zoe Fox", cookie="c2")
    assert (found["score"], found["decision"]) == (0.75, "PENDING")


def test_vector_22_a_pending_merge_with_somebody_erased(centre: Centre) -> None:
    left, right = near(centre)
    centre.erase(left["customerId"])
    with pytest.raises(ConflictError):
        centre.decide(right["pendingId"], approve=True, author="agent")
    assert "mergedInto" not in centre.customer(right["customerId"])


def test_vector_23_the_order_of_a_days_events_does_not_matter(opened: Open) -> None:
    expected = None
    generator = random.Random(23)
    for _ in range(6):
        centre = opened()
        wipe(centre)
        events = day()
        if expected is not None:
            generator.shuffle(events)
        for one in events:
            centre.take_event(one)
        found = partition(centre)
        assert centre.pending() == []
        expected = expected or found
        assert found == expected
    assert sorted(map(len, expected or ())) == [1, 2, 3, 4]


def day() -> list[dict[str, Any]]:
    typed = {"email": "ann@x.example", "name": "Ann Lee", "phone": P}
    return [
        call(conversation="a1", at=MONDAY),
        email("Ann Lee <ann@x.example>", conversation="a2", at=MONDAY + 1),
        chat("s1", conversation="a3", at=MONDAY + 2),
        chat("s1", kind="attributes", conversation="a3", at=MONDAY + 3, attributes=typed),
        message("SMS", P, conversation="a4", at=MONDAY + 4),
        email("bob@y.example", conversation="b1", at=MONDAY + 5),
        email("bob+tag@y.example", conversation="b2", at=MONDAY + 6),
        call(f"tel:{P2}", conversation="c1", at=MONDAY + 7),
        message("WHATSAPP", P2.strip("+"), conversation="c2", at=MONDAY + 8),
        call(f"sip:{P2}@example.com", conversation="c3", at=MONDAY + 9),
        chat("s9", conversation="d1", at=MONDAY + 10),
        event("VOICE", "end", conversation="a1", at=MONDAY + 11),
    ]


def wipe(centre: Centre) -> None:
    with centre.database.write() as transaction:
        for table in TABLES:
            transaction.run(f"DELETE FROM {table}")
