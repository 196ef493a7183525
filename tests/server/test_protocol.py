"""What comes over the wire: two readers must never disagree about where a request ends, and no part may be endless."""

from __future__ import annotations

import socket

import pytest

from dromio.server.protocol import LARGEST_HEAD

from .conftest import Make
from .test_run import ask, raw, served

START = b"POST /v1/models/check HTTP/1.1\r\nhost: localhost\r\n"
HIDDEN = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n"


@pytest.mark.parametrize(
    "sent",
    [
        START + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
        START + b"transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n" + HIDDEN,
        START + b"transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n" + HIDDEN,
        START + b"transfer-encoding : chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
        START + b"transfer-encoding: xchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
        START + b"content-length : 5\r\n\r\n" + HIDDEN,
        START + b"content-length: +5\r\n\r\n" + HIDDEN,
        START + b"content-length: 0x5\r\n\r\n" + HIDDEN,
        START + b"content-length: 5, 5\r\n\r\n" + HIDDEN,
        START + b"content-length: 5\r\ncontent-length: 5\r\n\r\n" + HIDDEN,
        START + b"transfer-encoding:\x0bchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
        START + b"x: y\n content-length: 5\r\n\r\n" + HIDDEN,
        START + b"transfer-encoding: chunked\r\n\r\n-1\r\n" + HIDDEN,
        START + b"transfer-encoding: chunked\r\n\r\n0x5\r\n" + HIDDEN,
    ],
)
def test_a_request_whose_end_is_unclear_ends_the_connection(make: Make, sent: bytes) -> None:
    with served(make(header_seconds=0.5, keep_alive_seconds=1)) as port:
        got = raw(port, sent)
        assert b"200 OK" not in got, got
        assert not got or 400 <= int(got[9:12]) < 500


@pytest.mark.parametrize(
    ("start", "more"),
    [
        (b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: ", b"y" * 1000),
        (b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n", b"x: y\r\n" * 200),
        (b"GET /", b"x" * 1000),
        (START + b"transfer-encoding: chunked\r\n\r\n5;", b"x" * 1000),
        (START + b"transfer-encoding: chunked\r\n\r\n1\r\n{\r\n0\r\n", b"x: y\r\n" * 200),
    ],
)
def test_what_does_not_end_is_cut_off(make: Make, start: bytes, more: bytes) -> None:
    rig = make(header_seconds=60, body_seconds=20, keep_alive_seconds=60)
    if start.startswith(START):
        start = start.replace(b"\r\n\r\n", b"\r\nauthorization: Bearer " + rig.key.encode() + b"\r\n\r\n", 1)
    with served(rig) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(start)
            sent = 0
            try:
                while sent < 50 * LARGEST_HEAD:
                    connection.sendall(more)
                    sent += len(more)
            except OSError:
                pass
            assert sent < 50 * LARGEST_HEAD
        assert ask(port, "GET", "/healthz")[0] == 200


def test_requests_sent_ahead_are_answered_in_order(make: Make) -> None:
    with served(make()) as port:
        one = b"GET /v1/nowhere/%d HTTP/1.1\r\nhost: localhost\r\nx-request-id: number-%03d\r\n%s\r\n"
        sent = b"".join(one % (n, n, b"connection: close\r\n" if n == 99 else b"") for n in range(100))
        got = raw(port, sent)
        assert [int(part[:3]) for part in got.split(b"\r\nx-request-id: number-")[1:]] == list(range(100))


def test_a_large_body_is_no_large_head(make: Make) -> None:
    rig = make()
    with served(rig) as port:
        body = {"model": {"name": "x" * 10 * LARGEST_HEAD}}
        assert ask(port, "POST", "/v1/models/check", body, rig.key)[0] == 422
