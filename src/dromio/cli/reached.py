"""Domains that a command works on, wherever they are: in a store, or on a server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dromio.cli.domains import as_url, shown
from dromio.cli.domains import opened as opened_here
from dromio.cli.places import Place, connected, is_remote, remote

if TYPE_CHECKING:
    from dromio.model.schema import Model


@contextmanager
def opened(url: str, domain: str) -> Iterator[Place]:
    """A domain of a store or of a server, closed with the block. Raises InputError, StoreError, UnknownError."""
    if is_remote(url):
        with remote(url, domain) as there:
            yield there
        return
    with opened_here(url, domain) as own:
        yield own


def create(url: str, domain: str, model: Model) -> None:
    """Make a domain under a trained model, in a store, which is made where there is none, or on a server."""
    if is_remote(url):
        from dromio.model.files import document_of

        with connected(url) as client:
            client.create_domain(domain, document_of(model))
        return
    from dromio.store import open as open_store

    with open_store(as_url(url)) as made:
        made.create_domain(domain, model)


def named(url: str) -> str:
    """The place of a store or a server as it is named on the command line, without a password."""
    return f"--server {url}" if is_remote(url) else shown(url)
