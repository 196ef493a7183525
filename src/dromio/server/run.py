"""Running the application under uvicorn: one process or several, and a graceful stop."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from uvicorn import Config, Server
from uvicorn.supervisors import Multiprocess

from dromio.errors import UsageError
from dromio.server.app import App, create_app
from dromio.server.logs import configure_logs
from dromio.server.metrics import Metrics
from dromio.server.protocol import BoundedProtocol, ServerConfig
from dromio.server.service import open_service
from dromio.server.settings import Settings

_START_SECONDS = 15
"""Time for a worker to start, or to answer its supervisor, before it is killed and another one started. With too little
of it workers on a busy machine are killed while they load, again and again."""


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
    config = ServerConfig(
        app,
        factory=True,
        http=BoundedProtocol,
        ws="none",
        loop="auto",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        workers=settings.workers,
        timeout_worker_healthcheck=_START_SECONDS,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        limit_concurrency=settings.max_connections,
        timeout_keep_alive=settings.keep_alive_seconds,
        timeout_graceful_shutdown=settings.stop_seconds,
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
