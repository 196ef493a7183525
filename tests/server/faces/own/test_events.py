"""What happened in a domain, over the own API."""

from __future__ import annotations

import threading
import time

from ...asking import Rig
from ...conftest import Make
from ...factory import ANN, BOB, model


def test_events_are_told_in_pages(rig: Rig, people: str) -> None:
    base = f"/v1/domains/{people}"
    assert rig.ask("GET", f"{base}/events").json == {"events": [], "next": 0}
    for number, values in enumerate([ANN, BOB]):
        rig.ask("PUT", f"{base}/records/crm/{number}", {"values": values})
    rig.ask("DELETE", f"{base}/records/crm/0")
    found, after = [], 0
    while (page := rig.ask("GET", f"{base}/events?after={after}&limit=2").json)["events"]:
        assert len(page["events"]) <= 2 and page["next"] == page["events"][-1]["change_id"]
        found += page["events"]
        after = page["next"]
    assert [one["change_id"] for one in found] == sorted(one["change_id"] for one in found)
    assert [one["record"] for one in found if one["kind"] in ("added", "deleted")] == [
        ["crm", "0"],
        ["crm", "1"],
        ["crm", "0"],
    ]
    assert not {"Ann", "Bob"} & set(str(found).split("'"))


def test_a_reader_waits_for_an_event(rig: Rig, people: str) -> None:
    base = f"/v1/domains/{people}"
    timer = threading.Timer(0.3, lambda: rig.service.store.domain(people).resolve("crm", "1", ANN))
    timer.start()
    assert rig.ask("GET", f"{base}/events?wait=15").json["events"]
    timer.join()


def test_no_more_wait_than_leave_threads_for_others(make: Make) -> None:
    rig = make(threads=4)
    rig.service.store.create_domain("people", model())
    waiting = threading.Thread(target=rig.ask, args=("GET", "/v1/domains/people/events?wait=3"))
    waiting.start()
    time.sleep(0.5)
    began = time.monotonic()
    assert rig.ask("GET", "/v1/domains/people/events?wait=3").json == {"events": [], "next": 0}
    assert time.monotonic() - began < 2
    waiting.join()


def test_questions_that_are_none_are_refused(rig: Rig, people: str) -> None:
    for query in ("after=-1", "after=x", "wait=21", "wait=-1", "wait=nan", "limit=0", "limit=1001", "cursor=x"):
        assert rig.ask("GET", f"/v1/domains/{people}/events?{query}").status == 400, query
