"""Errors of the identity store, by what the caller can do about them; they stand in the tree of `dromio.errors`."""

from __future__ import annotations

from dromio.errors import BusyError, ConflictError, StoreError, UnknownError

__all__ = ["BusyError", "ConflictError", "StoreError", "UnknownError"]
