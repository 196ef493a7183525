"""Empty places for stores: a file, or a schema of its own on the server that DROMIO_TEST_POSTGRES names."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

SERVER = os.environ.get("DROMIO_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")
KINDS = ("sqlite", "postgresql")


@contextmanager
def place(kind: str, folder: Path) -> Iterator[str]:
    """URL of an empty store of a kind, which goes with the block; a file is put into the folder."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / f'{uuid.uuid4().hex}.db'}"
        return
    with schema() as url:
        yield url


@contextmanager
def schema() -> Iterator[str]:
    """URL of an empty schema on the server, which goes with the block."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(SERVER, connect_timeout=5, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
        try:
            yield f"{SERVER}?options=-csearch_path%3D{name}"
        finally:
            connection.execute(f"DROP SCHEMA {name} CASCADE")


@contextmanager
def database(template: str | None = None) -> Iterator[str]:
    """URL of a database of its own, a copy of another one to which nobody is connected or empty."""
    name = f"test_{uuid.uuid4().hex}"
    copied = f'TEMPLATE "{urlsplit(template).path[1:]}"' if template else ""
    with psycopg.connect(SERVER, connect_timeout=5, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" {copied}')
        try:
            yield urlsplit(SERVER)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
