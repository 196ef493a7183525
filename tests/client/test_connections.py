"""Connections are kept, given up when the server closed them, and shared by threads."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from dromio.client.connections import Connections, NoAnswerError, NotSentError

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"


@contextmanager
def scripted(serve: Callable[[socket.socket], None]) -> Iterator[tuple[Connections, list[int]]]:
    """Connections to a server that does the same on each connection, and the numbers of those it got."""
    made: list[int] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            try:
                taken, _ = listener.accept()
            except OSError:
                return
            made.append(len(made))
            threading.Thread(target=_served, args=(serve, taken), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    connections = Connections("127.0.0.1", listener.getsockname()[1], 3, None)
    try:
        yield connections, made
    finally:
        connections.close()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def _served(serve: Callable[[socket.socket], None], taken: socket.socket) -> None:
    with taken:
        serve(taken)


def _for_ever(taken: socket.socket) -> None:
    while taken.recv(65_536):
        taken.sendall(OK)


def _once(taken: socket.socket) -> None:
    taken.recv(65_536)
    taken.sendall(OK)


def test_a_connection_is_used_again() -> None:
    with scripted(_for_ever) as (connections, made):
        for _ in range(5):
            assert connections.exchange("GET", "/", {}, None).body == b"{}"
        assert len(made) == 1


def test_a_connection_that_the_server_closed_is_replaced() -> None:
    with scripted(_once) as (connections, made):
        for _ in range(3):
            assert connections.exchange("POST", "/", {}, b"x").status == 200
            time.sleep(0.05)
        assert len(made) == 3


def test_a_connection_that_the_answer_ends_is_not_kept() -> None:
    def serve(taken: socket.socket) -> None:
        taken.recv(65_536)
        taken.sendall(OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        taken.recv(1)

    with scripted(serve) as (connections, _):
        connections.exchange("GET", "/", {}, None)
        assert connections._idle == []


@pytest.mark.parametrize("part", [b"", b"HTTP/1.1 200", OK[:-1], b"nonsense\r\n\r\n"])
def test_an_answer_that_is_not_whole_is_none(part: bytes) -> None:
    def serve(taken: socket.socket) -> None:
        taken.recv(65_536)
        taken.sendall(part)

    with scripted(serve) as (connections, _), pytest.raises(NoAnswerError):
        connections.exchange("GET", "/", {}, None)
    assert connections._idle == []


def test_an_answer_that_does_not_come_is_given_up() -> None:
    with scripted(lambda taken: time.sleep(2)) as (connections, _):
        connections._timeout = 0.1
        with pytest.raises(NoAnswerError, match="Timeout"):
            connections.exchange("GET", "/", {}, None)


def test_nobody_there_means_that_nothing_was_sent() -> None:
    with pytest.raises(NotSentError):
        Connections("127.0.0.1", 9, 1, None).exchange("GET", "/", {}, None)


def test_a_server_without_tls_means_that_nothing_was_sent() -> None:
    with scripted(_once) as (connections, _):
        secure = Connections("127.0.0.1", connections._port, 1, ssl.create_default_context())
        with pytest.raises(NotSentError):
            secure.exchange("GET", "/", {}, None)


def test_threads_share_without_getting_in_each_other_s_way() -> None:
    def echo(taken: socket.socket) -> None:
        while sent := taken.recv(65_536):
            path = sent.split(b" ")[1]
            taken.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(path), path))

    with scripted(echo) as (connections, made), ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda one: connections.exchange("GET", f"/{one}", {}, None).body, range(200)))
        assert found == [f"/{one}".encode() for one in range(200)]
        assert len(made) <= 4


def test_names_of_headers_are_in_small_letters() -> None:
    with scripted(_once) as (connections, _):
        assert connections.exchange("GET", "/", {}, None).headers == {"content-length": "2"}
