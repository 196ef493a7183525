"""Domains of stores that are named on the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dromio.store import Domain, Store


@contextmanager
def opened(url: str, domain: str) -> Iterator[Domain]:
    """A domain of a store, which is closed at the end of the block. Raises InputError, StoreError, UnknownError."""
    with opened_store(url) as store:
        yield store.domain(domain)


def opened_store(url: str) -> Store:
    """A store that is there already. Raises InputError, StoreError."""
    from dromio.errors import InputError
    from dromio.store import open as open_store

    place = as_url(url)
    file = Path(place.removeprefix("sqlite:///"))
    if place.startswith("sqlite:///") and not file.exists():
        raise InputError(f"there is no store {file}; make one with: dromio store init")
    return open_store(place)


def as_url(text: str) -> str:
    """The URL of a store that is named by its URL or its file."""
    return text if "://" in text else f"sqlite:///{text}"


def shown(url: str) -> str:
    """The place of a store without its password."""
    start, at, end = url.rpartition("@")
    return f"{start.rpartition(':')[0]}:***@{end}" if at and start.count(":") > 1 else url
