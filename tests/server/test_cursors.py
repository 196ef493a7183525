"""Page cursors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.server.cursors import LONGEST, Cursors
from dromio.server.errors import RequestError
from dromio.server.vault import Vault

PLACES = st.one_of(st.integers(), st.text(max_size=50), st.lists(st.integers(), max_size=5))


def cursors(now: float = 1_000.0, key: bytes = b"k" * 32) -> Cursors:
    return Cursors(Vault(key), 100, lambda: now)


@given(PLACES, st.lists(st.text(max_size=9), max_size=3))
def test_a_cursor_leads_back_to_its_position(position: object, bound_to: list[str]) -> None:
    made = cursors().make(position, bound_to)
    assert cursors().read(made, bound_to) == position
    with pytest.raises(RequestError):
        cursors().read(made, [*bound_to, "other"])
    with pytest.raises(RequestError):
        cursors(key=b"x" * 32).read(made, bound_to)


def test_every_changed_letter_is_refused() -> None:
    made = cursors().make(42, ["ann", "/v1/audit"])
    for place in range(len(made)):
        for letter in "AZ-_":
            other = made[:place] + letter + made[place + 1 :]
            if other != made:
                with pytest.raises(RequestError):
                    cursors().read(other, ["ann", "/v1/audit"])


def test_a_cursor_ends() -> None:
    made = cursors().make(1, [])
    assert cursors(1_099).read(made, []) == 1
    with pytest.raises(RequestError, match="too old"):
        cursors(1_101).read(made, [])


@given(st.text(max_size=60))
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(RequestError):
        cursors().read(text, [])


def test_a_cursor_that_is_too_long_is_refused() -> None:
    with pytest.raises(RequestError):
        cursors().read("A" * (LONGEST + 1), [])
