from __future__ import annotations

from typing import Any

import pytest

from dromio.server.roles import SCOPES, Role, Scope

from ...asking import Answer, Rig
from ...contact import started

P, P2 = "+12065550100", "+12065550177"


def ask(rig: Rig, target: str, body: Any = None, status: int = 200, **given: Any) -> Any:
    """The body of the answer to a POST."""
    answer = rig.ask("POST", f"/identity{target}", body, **given)
    assert answer.status == status, answer.body
    return answer.json


def get(rig: Rig, target: str, **given: Any) -> Answer:
    return rig.ask("GET", f"/identity{target}", **given)


def met(rig: Rig, **told: Any) -> dict[str, Any]:
    found: dict[str, Any] = ask(rig, "/resolve", told)
    return found


def pending(rig: Rig) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two customers about whom people are asked."""
    told = {"fullName": "John Doe"}
    return met(rig, email="j.doe@x.example", **told), met(rig, email="john.doe@x.example", **told)


def test_a_contact_is_resolved_and_found_again(rig: Rig) -> None:
    first = met(rig, phone="206 555 0100", channel="voice")
    assert (first["decision"], first["evidence"], first["candidates"]) == ("NEW", [], [])
    again = met(rig, phone=P, email="ann@x.example")
    assert (again["customerId"], again["decision"], again["score"]) == (first["customerId"], "MATCHED", 1.0)
    shown = get(rig, f"/{first['customerId']}").json
    assert {one["value"]: one["count"] for one in shown["identifiers"]} == {P: 2, "ann@x.example": 1}
    for answer in (get(rig, "?email=Ann%2Btag@X.example"), get(rig, "?phone=206+555+0100")):
        assert [one["customerId"] for one in answer.json["identities"]] == [first["customerId"]]
    assert ask(rig, "/lookup", {"phone": P2})["identities"] == []


def test_a_dry_run_writes_nothing(rig: Rig) -> None:
    found = met(rig, phone=P, dryRun=True)
    assert (found["customerId"], found["decision"]) == (None, "NEW")
    assert ask(rig, "/lookup", {"phone": P})["identities"] == []
    customer = met(rig, phone=P)["customerId"]
    assert met(rig, phone=P, email="a@x.example", dryRun=True)["customerId"] == customer
    assert ask(rig, "/lookup", {"email": "a@x.example"})["identities"] == []


def test_an_idempotency_key_counts_once(rig: Rig) -> None:
    told = {"phone": P, "idempotencyKey": "k"}
    first, second = met(rig, **told), met(rig, **told)
    assert first == second
    assert get(rig, f"/{first['customerId']}").json["interactions"] == 1


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, ""),
        ({"fullName": "Ann Lee"}, ""),
        ({"email": "a@b@c", "phone": "anonymous"}, ""),
        ({"phone": 5}, "phone"),
        ({"phone": P, "surprise": 1}, ""),
        ({"phone": "1\x002"}, "phone"),
    ],
)
def test_a_contact_that_cannot_be_understood_is_a_bad_request(rig: Rig, body: dict[str, Any], path: str) -> None:
    found = ask(rig, "/resolve", body, 400)
    assert set(found) == {"code", "message", "path"}
    assert found["path"] == path
    assert "a@b@c" not in str(found)


def test_events_are_taken_in_once_each(rig: Rig) -> None:
    one = ask(rig, "/events", started("c1"))
    assert set(one) == {"eventKey", "customerId", "decision"}
    other = started("c2", f"tel:{P2}")
    found = ask(rig, "/events", [started("c1"), other, {"detail": 1}, started("c3", mediaType="INTERNALMESSAGE")])
    first, second, bad, ignored = found["results"]
    assert first == one
    assert second["decision"] == "NEW"
    assert (bad["decision"], bad["code"]) == ("REFUSED", "INVALID_INPUT")
    assert ignored["decision"] == "IGNORED"
    assert get(rig, f"/{one['customerId']}").json["interactions"] == 1
    for wrong in (None, 3, "x", {"detail": {"eventBody": {}}, "x": 1}, started("c4", eventTime="now")):
        status = rig.ask("POST", "/identity/events", wrong, raw=b"null" if wrong is None else None).status
        assert status in (200, 400)


def test_too_many_events_are_refused(rig: Rig) -> None:
    most = rig.settings.max_bulk
    assert ask(rig, "/events", [{}] * (most + 1), 400)["code"] == "INVALID_REQUEST"


def test_customers_are_merged_and_unmerged_by_hand(rig: Rig) -> None:
    one, other = met(rig, phone=P)["customerId"], met(rig, phone=P2)["customerId"]
    assert ask(rig, f"/{other}/merge", {"customerId": one, "reason": "said so"})["customerId"] == one
    redirect = get(rig, f"/{other}").json
    assert (redirect["mergedInto"], redirect["customerId"], redirect["mergedFrom"]) == (one, one, [other])
    assert ask(rig, f"/{one}/merge", {"customerId": other}, 409)["code"] == "CONFLICT"
    assert {each["customerId"] for each in ask(rig, f"/{other}/unmerge")["customers"]} == {one, other}
    assert get(rig, f"/{other}").json["customerId"] == other
    assert met(rig, phone=P2)["customerId"] == other
    assert ask(rig, f"/{other}/unmerge", None, 404)["code"] == "NOT_FOUND"


def test_an_erased_customer_is_gone(rig: Rig) -> None:
    customer = met(rig, phone=P, fullName="Ann Lee")["customerId"]
    certificate = ask(rig, f"/{customer}/erase")
    assert certificate["customerId"] == customer
    assert P not in str(certificate)
    assert ask(rig, f"/{customer}/erase") == certificate
    answer = get(rig, f"/{customer}")
    assert (answer.status, answer.json["state"], answer.json["fullName"]) == (410, "ERASED", "[REDACTED]")
    assert ask(rig, "/lookup", {"phone": P})["identities"] == []
    other = met(rig, phone=P)["customerId"]
    assert ask(rig, f"/{other}/merge", {"customerId": customer}, 409)["code"] == "CONFLICT"
    assert ask(rig, "/00000000-0000-0000-0000-000000000000/erase", None, 404)["code"] == "NOT_FOUND"
    assert get(rig, "/nobody").status == 404


def test_a_pending_merge_is_consented_to(rig: Rig) -> None:
    left, right = pending(rig)
    (item,) = get(rig, "/pending").json["items"]
    assert item["pendingId"] == right["pendingId"]
    assert item["customerIds"] == [left["customerId"], right["customerId"]]
    path = f"/pending/{item['pendingId']}"
    asked = ask(rig, f"{path}/consent-request", {"channel": "voice", "consentText": "v1"})
    assert (asked["status"], asked["consentText"]) == ("CONSENT_REQUESTED", "v1")
    assert asked["maskedIdentifiers"] == [["j***@x***.example"], ["j***@x***.example"]]
    done = ask(rig, f"{path}/decision", {"decision": "APPROVED", "decidedBy": "customer", "channel": "voice"})
    assert (done["status"], done["decidedBy"]) == ("APPROVED", "customer")
    assert get(rig, f"/{right['customerId']}").json["mergedInto"] == left["customerId"]
    assert ask(rig, f"{path}/decision", {"decision": "DECLINED"}, 409)["code"] == "CONFLICT"
    assert ask(rig, "/pending/99999/decision", {"decision": "DECLINED"}, 404)["code"] == "NOT_FOUND"
    assert ask(rig, "/pending/x/decision", {"decision": "DECLINED"}, 404)["code"] == "NOT_FOUND"


def test_a_declined_merge_is_not_asked_about_again(rig: Rig) -> None:
    _, right = pending(rig)
    done = ask(rig, f"/pending/{right['pendingId']}/decision", {"decision": "DECLINED"})
    assert (done["status"], done["decidedBy"]) == ("DECLINED", "everything")
    pending(rig)
    assert get(rig, "/pending").json["items"] == []


def test_lists_come_in_pages(rig: Rig) -> None:
    for number in range(3):
        met(rig, cookieId=f"c{number}", email=f"a{number}@x.example")
        met(rig, cookieId=f"c{number}")
    first = get(rig, "/pending?limit=2").json
    rest = get(rig, f"/pending?limit=2&cursor={first['next']}").json
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)


def test_a_shared_number_is_reviewed(rig: Rig) -> None:
    for name in ("Ann Lee", "Bob Ray", "Zoe Fox", "Tim Orr"):
        found = met(rig, phone=P, fullName=name)
    assert found["decision"] == "SHARED"
    (item,) = get(rig, "/review").json["items"]
    assert (item["kind"], item["subject"]) == ("IDENTIFIER", "phone ***00")
    path = f"/review/{item['reviewId']}/resolve"
    assert ask(rig, path, {"outcome": "CLEAR"})["status"] == "CLEARED"
    assert get(rig, "/review").json["items"] == []
    assert ask(rig, path, {"outcome": "CONFIRM"}, 409)["code"] == "CONFLICT"


@pytest.mark.parametrize("role", Role)
def test_roles_reach_what_they_may(rig: Rig, role: Role) -> None:
    key = rig.key_for(f"*:{role}")
    domain_key = rig.key_for(f"people:{role}")
    (face,) = rig.app.router.faces
    for route in face.routes:
        target = route.path.format(customer_id="nobody", pending_id="9", review_id="9")
        body = {} if route.body else None
        allowed = route.scopes <= SCOPES[role] | {Scope.SIGNED_IN}
        assert (rig.ask(route.method, target, body, key=key).status != 403) == allowed, (role, target)
        assert rig.ask(route.method, target, body, key=domain_key).status == 403


def test_whoever_does_not_sign_in_is_refused(rig: Rig) -> None:
    answer = get(rig, "/pending", key=None)
    assert answer.status == 401
    assert (answer.json["code"], answer.json["path"]) == ("UNAUTHENTICATED", "")
    assert answer.headers["www-authenticate"]


def test_the_audit_log_has_ids_only(rig: Rig) -> None:
    customer = met(rig, phone=P, fullName="Ann Lee")["customerId"]
    get(rig, f"?phone={P.strip('+')}")
    with rig.service.access.read() as transaction:
        log = str(transaction.rows("SELECT event FROM audit_log"))
    assert f"customer:{customer}" in log
    assert "2065550100" not in log
    assert "Ann" not in log
