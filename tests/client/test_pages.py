"""A list in pages is one iterator that asks as it goes."""

from __future__ import annotations

from dromio.client.pages import items

from .factory import Script, answer, caller


def test_pages_follow_each_other_by_their_cursor() -> None:
    script = Script(
        answer({"items": [1, 2], "next": "c=1"}),
        answer({"items": [], "next": "c2"}),
        answer({"items": [3], "next": None}),
    )
    assert list(items(caller(script, []), "/v1/x", "items", 2)) == [1, 2, 3]
    targets = [target for _, target, _, _ in script.sent]
    assert targets == ["/v1/x?limit=2", "/v1/x?limit=2&cursor=c%3D1", "/v1/x?limit=2&cursor=c2"]


def test_a_page_is_asked_for_when_it_is_needed() -> None:
    script = Script(answer({"items": [1, 2], "next": "more"}))
    found = items(caller(script, []), "/v1/x", "items", 2)
    assert script.sent == []
    assert [next(found), next(found)] == [1, 2]
    assert len(script.sent) == 1
