"""Running the application under uvicorn: one process or several, connections that must not dawdle, a graceful stop."""

from __future__ import annotations

import asyncio
import os
import socket
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.supervisors import Multiprocess

from dromio.errors import UsageError
from dromio.server.app import App, create_app
from dromio.server.logs import configure_logs
from dromio.server.metrics import Metrics
from dromio.server.service import open_service
from dromio.server.settings import Settings

_LARGEST_HEAD = 65_536


class _ServerConfig(Config):
    """What uvicorn is told, with the time that a head may take."""

    header_seconds = 10.0


class BoundedProtocol(H11Protocol):
    """HTTP/1.1 on a connection that is closed when the head of a request does not arrive in time."""

    _deadline: asyncio.TimerHandle | None = None

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
        super().data_received(data)
        if not self._is_between:
            self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more to wait for."""
        self._stop_waiting()
        super().connection_lost(exc)

    @property
    def _is_between(self) -> bool:
        """Whether no request is being worked on."""
        return self.cycle is None or self.cycle.response_complete

    def _wait(self) -> None:
        seconds = getattr(self.config, "header_seconds", _ServerConfig.header_seconds)
        self._deadline = self.loop.call_later(seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if self._is_between:
            self.transport.close()


def serve(settings: Settings, announce: Callable[[str], Any] = lambda url: None) -> None:
    """Serve until the process is told to stop. `announce` gets the address once it is bound. Raises DromioError.

    Everything is opened once before: what is wrong shows here, and worker processes find the tables made.
    """
    configure_logs(settings.log_level)
    open_service(settings).close()
    with bound(settings) as listener:
        announce(address(settings, listener))
        with tempfile.TemporaryDirectory(prefix="dromio-") as folder:
            _run(settings, listener, Path(folder))


def _run(settings: Settings, listener: socket.socket, folder: Path) -> None:
    config = server_config(settings, partial(worker_app, settings, folder if settings.workers > 1 else None))
    if settings.workers > 1:
        Multiprocess(config, sockets=[listener]).run()
    else:
        Server(config).run(sockets=[listener])


def worker_app(settings: Settings, folder: Path | None) -> App:
    """The application of one worker process."""
    os.umask(0o077)
    configure_logs(settings.log_level)
    return create_app(settings, open_service(settings, Metrics(folder)))


def server_config(settings: Settings, app: Callable[[], Any]) -> Config:
    """What uvicorn is told."""
    config = _ServerConfig(
        app,
        factory=True,
        http=BoundedProtocol,
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        workers=settings.workers,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        limit_concurrency=settings.max_connections,
        timeout_keep_alive=settings.keep_alive_seconds,
        timeout_graceful_shutdown=settings.stop_seconds,
        h11_max_incomplete_event_size=_LARGEST_HEAD,
        ssl_certfile=settings.tls_certificate or None,
        ssl_keyfile=settings.tls_key or None,
    )
    config.header_seconds = settings.header_seconds
    return config


def bound(settings: Settings) -> socket.socket:
    """A socket that listens where the settings say. Raises UsageError where that cannot be."""
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((settings.host, settings.port), family=family, backlog=1024)
    except OSError as error:
        raise UsageError(f"cannot listen on {settings.host} port {settings.port}: {error.strerror}") from None


def address(settings: Settings, listener: socket.socket) -> str:
    """The address under which the server can be reached on this machine."""
    host, port = listener.getsockname()[:2]
    return f"{'https' if settings.tls_certificate else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"
