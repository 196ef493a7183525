"""Stores of either kind with a domain, and their queue of jobs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dromio import store
from dromio.jobs import Queue
from dromio.store.database import connect

from ..store.conftest import schema, used_url
from ..store.factory import model

__all__ = ["schema", "used_url"]


@pytest.fixture
def url(used_url: str) -> str:
    """A store with two domains."""
    with store.open(used_url) as opened:
        for name in ("people", "others"):
            opened.create_domain(name, model())
    return used_url


@pytest.fixture
def queue(url: str) -> Iterator[Queue]:
    database = connect(url)
    yield Queue(database)
    database.close()
