"""HTTP/1.1 on a connection, parsed by llhttp: heads that dawdle or do not end close it."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEAD = 65_536
"""Bytes that a head, the line before a chunk, or the trailers may take."""
HEADER_SECONDS = 10.0


class ServerConfig(Config):
    """What uvicorn is told, with the time that a head may take."""

    header_seconds = HEADER_SECONDS


class BoundedProtocol(HttpToolsProtocol):
    """A connection that is closed when the head of a request does not arrive in time, or does not end."""

    _deadline: asyncio.TimerHandle | None = None
    _unparsed = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head. Replies leave at once: head and body are written one after the other, and
        a client that delays its acknowledgement would hold up the body by 40 ms."""
        super().connection_made(transport)
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Wait for the rest of a head from its first byte on; stop once it is whole."""
        if self._deadline is None and self._is_between:
            self._wait()
        self._unparsed += len(data)
        super().data_received(data)
        if self._unparsed > LARGEST_HEAD and not self.transport.is_closing():
            self.send_400_response("The head is too large.")
        if not self._is_between:
            self._stop_waiting()

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._unparsed = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of the body is there."""
        self._unparsed = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._unparsed = 0
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more to wait for."""
        self._stop_waiting()
        super().connection_lost(exc)

    @property
    def _is_between(self) -> bool:
        """Whether no request is being worked on."""
        return self.cycle is None or self.cycle.response_complete

    def _wait(self) -> None:
        seconds: Any = getattr(self.config, "header_seconds", HEADER_SECONDS)
        self._deadline = self.loop.call_later(seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if self._is_between:
            self.transport.close()
