"""Requests as their bytes."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.server.errors import RequestError
from dromio.server.messages import Request, decoded


def request(path: bytes = b"/", query: bytes = b"", *headers: tuple[bytes, bytes]) -> Request:
    return Request("GET", path, query, headers, "", "")


def test_a_path_is_split_before_it_is_decoded() -> None:
    assert request(b"/a%2Fb//c+d").segments == ("a/b", "", "c+d")


def test_a_query_keeps_order_and_repetition() -> None:
    assert request(query=b"b=1&a=%26+x&b=&c").query == (("b", "1"), ("a", "& x"), ("b", ""), ("c", ""))


def test_a_header_is_given_once() -> None:
    assert request(b"/", b"", (b"a", b"1")).header("a") == "1"
    assert request().header("a") is None
    with pytest.raises(RequestError):
        request(b"/", b"", (b"a", b"1"), (b"a", b"1")).header("a")


@given(st.binary(max_size=30))
def test_text_or_refusal(raw: bytes) -> None:
    with suppress(RequestError):
        assert "\x00" not in decoded(raw)
