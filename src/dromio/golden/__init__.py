"""Golden records: the single merged view of every cluster, with the record each value came from."""

from __future__ import annotations

from dromio.golden.golden import golden_parts, golden_records

__all__ = ["golden_parts", "golden_records"]
