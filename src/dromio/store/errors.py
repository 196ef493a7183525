"""Errors of the identity store, by what the caller can do about them."""

from __future__ import annotations

from dromio.errors import DromioError, InputError, UsageError


class StoreError(DromioError):
    """A store cannot be opened or trusted; the text says why. Nothing was changed."""


class BusyError(DromioError):
    """Others kept the store from doing it; nothing was changed, and trying again may succeed."""


class UnknownError(InputError):
    """A domain, record, entity or item that the caller names does not exist."""


class ConflictError(UsageError):
    """What is asked contradicts what the store already holds; nothing was changed."""
