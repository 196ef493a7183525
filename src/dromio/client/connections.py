"""Connections to one server that are kept and used again, by one thread at a time."""

from __future__ import annotations

import select
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection

_MOST_IDLE = 16


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came; names of headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NotSentError(Exception):
    """No connection could be made: the server has seen nothing."""


class NoAnswerError(Exception):
    """The connection broke, or time was over, before the whole answer was there."""


class Connections:
    """Makes exchanges with one server; safe to share among threads."""

    def __init__(self, host: str, port: int | None, timeout_seconds: float, tls: ssl.SSLContext | None) -> None:
        self._host, self._port, self._timeout, self._tls = host, port, timeout_seconds, tls
        self._idle: list[HTTPConnection] = []
        self._lock = threading.Lock()

    def exchange(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """The answer to one request. Raises NotSentError, NoAnswerError."""
        connection = self._take()
        try:
            connection.request(method, target, body, dict(headers))
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            if response.length is None and not response.chunked:
                raise HTTPException  # the end of a body of unknown length cannot be told from a broken connection
            answer = Answer(response.status, found, response.read())
        except (OSError, HTTPException) as error:
            connection.close()
            raise NoAnswerError(type(error).__name__) from None
        except BaseException:
            connection.close()
            raise
        self._give_back(connection)
        return answer

    def close(self) -> None:
        """Close what is idle."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _take(self) -> HTTPConnection:
        """A connection that is open: one that was used last, unless the server has closed it meanwhile."""
        while True:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                return self._made()
            if _is_quiet(connection.sock):
                return connection
            connection.close()

    def _give_back(self, connection: HTTPConnection) -> None:
        """Keep it, if the server has not asked to close it: then it has no socket any more."""
        with self._lock:
            if connection.sock is not None and len(self._idle) < _MOST_IDLE:
                self._idle.append(connection)
                return
        connection.close()

    def _made(self) -> HTTPConnection:
        connection = (
            HTTPConnection(self._host, self._port, timeout=self._timeout)
            if self._tls is None
            else HTTPSConnection(self._host, self._port, timeout=self._timeout, context=self._tls)
        )
        try:
            connection.connect()
        except OSError as error:
            connection.close()
            raise NotSentError(str(error)) from None
        return connection


def _is_quiet(connected: socket.socket | None) -> bool:
    """Whether an idle connection is still open: one that can be read has been closed by the server."""
    if connected is None:
        return False
    watch = select.poll() if hasattr(select, "poll") else None
    if watch is None:
        return not select.select([connected], [], [], 0)[0]
    watch.register(connected, select.POLLIN)
    return not watch.poll(0)
