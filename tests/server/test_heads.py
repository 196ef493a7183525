"""Checks on heads of requests."""

from __future__ import annotations

import pytest

from dromio.server.errors import ForbiddenError, RequestError, TooLargeError
from dromio.server.heads import Heads, refuse_cross_site
from dromio.server.messages import Request
from dromio.server.settings import Settings

HEADS = Heads(Settings(allowed_hosts=("dromio.example", "[::1]"), max_headers=8, max_target_bytes=256))


def request(*headers: tuple[str, str], method: str = "GET", path: str = "/", query: str = "") -> Request:
    raw = tuple((name.encode(), value.encode()) for name, value in headers)
    return Request(method, path.encode(), query.encode(), raw, "", "")


@pytest.mark.parametrize("host", ["dromio.example", "DROMIO.example", "dromio.example:8080", "[::1]", "[::1]:8080"])
def test_own_hosts_are_answered(host: str) -> None:
    HEADS.check(request(("host", host)))


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "dromio.example.evil", "dromio.example@evil", "dromio.example:80:80", "evil.dromio.example",
     "dromio.example ", "dromio.example.", "::1", "dromio.example:port", "dromio.example/"],
)  # fmt: skip
def test_other_hosts_are_refused(host: str) -> None:
    with pytest.raises(RequestError):
        HEADS.check(request(("host", host)))
    with pytest.raises(RequestError):
        HEADS.check(request())
    with pytest.raises(RequestError):
        HEADS.check(request(("host", "dromio.example"), ("host", host)))


def test_a_forwarded_host_is_not_believed() -> None:
    with pytest.raises(RequestError):
        HEADS.check(request(("host", "evil.example"), ("x-forwarded-host", "dromio.example")))


def test_too_many_headers_and_too_long_addresses_are_refused() -> None:
    host = ("host", "dromio.example")
    HEADS.check(request(host, *[("a", "b")] * 7))
    HEADS.check(request(host, path="/" * 100, query="q" * 156))
    with pytest.raises(TooLargeError):
        HEADS.check(request(host, *[("a", "b")] * 8))
    with pytest.raises(TooLargeError):
        HEADS.check(request(host, path="/" * 101, query="q" * 156))


def test_reading_from_another_site_is_no_change() -> None:
    refuse_cross_site(request(("origin", "https://evil.example")))
    with pytest.raises(ForbiddenError):
        refuse_cross_site(request(("origin", "https://evil.example"), method="DELETE"))


def test_strict_transport_is_told_only_where_there_is_tls() -> None:
    assert "strict-transport-security" not in HEADS.reply_headers
    assert "strict-transport-security" in Heads(Settings(behind_tls=True)).reply_headers
