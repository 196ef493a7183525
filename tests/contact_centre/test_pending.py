from __future__ import annotations

import pytest

from dromio.contact_centre import Centre
from dromio.store import ConflictError

from .conftest import Open
from .factory import P2, P, met

DAY = 86_400_000_000


def at(day: int) -> int:
    return (20_000 + day) * DAY


def test_merging_closes_what_was_asked_about_the_pair(centre: Centre) -> None:
    left = met(centre, email="j.doe@x.example", name="John Doe")
    right = met(centre, email="john.doe@x.example", name="John Doe")
    third = met(centre, email="j-doe@x.example", name="John Doe")
    assert len(centre.pending()) >= 2
    centre.merge(left["customerId"], right["customerId"], author="steward")
    (item,) = centre.pending()
    assert set(item["customerIds"]) == {left["customerId"], third["customerId"]}


def test_what_nobody_decides_expires(opened: Open) -> None:
    moment = [at(0)]
    centre = opened(lambda: moment[0])
    met(centre, cookie="c", email="a@x.example")
    item = met(centre, cookie="c")["pendingId"]
    moment[0] += 30 * DAY
    assert len(centre.pending()) == 1
    moment[0] += 1
    assert centre.pending() == []
    with pytest.raises(ConflictError, match="EXPIRED"):
        centre.decide(item, approve=True, author="agent")


def test_consent_tells_neither_side_about_the_other(centre: Centre) -> None:
    met(centre, cookie="c", email="john@example.com", phone=P, name="John Doe")
    item = met(centre, cookie="c", name="Joan Poe")["pendingId"]
    asked = centre.request_consent(item, channel="chat", consent_text="v2")
    assert asked["maskedIdentifiers"] == [["j***@e***.com", "***00"], []]
    assert (asked["channel"], asked["consentText"]) == ("chat", "v2")
    assert not any(text in str(asked) for text in ("john", "John", "0100", "example"))


def test_approval_checks_the_guard_again(centre: Centre) -> None:
    for name in ("Ann Lee", "Bob Ray"):
        met(centre, phone=P, email="a@x.example", name=name)
    for name in ("Zoe Fox", "Tim Orr"):
        met(centre, phone=P2, email="b@x.example", name=name)
    met(centre, phone=[P, P2], email=["a@x.example", "b@x.example"])
    (item,) = centre.pending()
    assert item["reason"] == "names differ"
    with pytest.raises(ConflictError, match="too many names"):
        centre.decide(item["pendingId"], approve=True, author="agent")
    assert len(centre.pending()) == 1
