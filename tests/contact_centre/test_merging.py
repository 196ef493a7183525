from __future__ import annotations

import pytest

from dromio.contact_centre import Centre
from dromio.store import ConflictError, UnknownError

from .factory import P, call, email, met


def test_chains_of_merges_lead_to_one_survivor_and_can_be_undone(centre: Centre) -> None:
    one, two, three = (met(centre, cookie=f"c{n}", phone=f"+120655501{n}0")["customerId"] for n in range(3))
    centre.merge(two, three, author="steward")
    centre.merge(one, two, author="steward")
    for old in (two, three):
        assert centre.customer(old)["mergedInto"] == one
    assert centre.customer(one)["mergedFrom"] == [two, three]
    with pytest.raises(ConflictError):
        centre.merge(three, two, author="steward")
    with pytest.raises(ConflictError, match="undo that first"):
        centre.unmerge(three, author="steward")
    centre.unmerge(one, author="steward")
    assert centre.customer(three)["mergedInto"] == two
    assert "mergedInto" not in centre.customer(two)
    centre.unmerge(two, author="steward")
    assert "mergedInto" not in centre.customer(three)
    with pytest.raises(UnknownError):
        centre.unmerge(three, author="steward")


def test_what_was_unmerged_has_again_what_it_had(centre: Centre) -> None:
    one = centre.take_event(call(conversation="a"))["customerId"]
    other = centre.take_event(email("ann@x.example", conversation="b"))["customerId"]
    before = [centre.customer(each) for each in (one, other)]
    centre.merge(one, other, author="steward")
    assert len(centre.customer(other)["conversations"]) == 2
    centre.unmerge(other, author="steward")
    after = [centre.customer(each) for each in (one, other)]
    for old, new in zip(before, after, strict=True):
        assert {**old, "version": 0} == {**new, "version": 0}
    linked = met(centre, phone=P, email="ann@x.example")
    assert linked["customerId"] == one
    assert "mergedInto" not in centre.customer(other)


def test_a_person_may_merge_what_was_declined(centre: Centre) -> None:
    left = met(centre, email="j.doe@x.example", name="John Doe")["customerId"]
    right = met(centre, email="john.doe@x.example", name="John Doe")
    centre.decide(right["pendingId"], approve=False, author="agent")
    assert centre.merge(right["customerId"], left, author="steward")["customerId"] == left
