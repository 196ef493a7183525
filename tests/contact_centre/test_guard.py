from __future__ import annotations

import pytest

from dromio.contact_centre import Centre
from dromio.store import UnknownError

from .conftest import Open
from .factory import P, met


def test_a_number_that_leads_to_too_many_is_shared(opened: Open) -> None:
    centre = opened(most_candidates=3)
    for number in range(4):
        met(centre, phone=P, email=f"a{number}@x.example", name="Ann Lee" if number else "")
    found = met(centre, phone=P)
    assert found["decision"] == "SHARED"
    assert [one["subject"] for one in centre.review()] == ["phone ***00"]
    met(centre, phone=P)
    assert len(centre.review()) == 1


def test_what_was_confirmed_stays_shared(centre: Centre) -> None:
    for name in ("Ann Lee", "Bob Ray", "Zoe Fox", "Tim Orr"):
        met(centre, phone=P, name=name)
    (item,) = centre.review()
    centre.resolve_review(item["reviewId"], clear=False, author="steward")
    assert centre.review() == []
    assert met(centre, phone=P, name="Ann Lee")["decision"] == "SHARED"
    with pytest.raises(UnknownError):
        centre.resolve_review(999_999, clear=True, author="steward")


def test_whoever_was_cleared_may_have_three_more_names(centre: Centre) -> None:
    both = {"phone": P, "email": "office@x.example"}
    first, *_ = [met(centre, **both, name=name) for name in ("Ann Lee", "Bob Ray", "Zoe Fox", "Tim Orr")]
    (item,) = centre.review()
    centre.resolve_review(item["reviewId"], clear=True, author="steward")
    fifth = met(centre, **both, name="Una Poe")
    assert (fifth["decision"], fifth["customerId"]) == ("MATCHED", first["customerId"])
