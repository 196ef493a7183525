"""Similarities of two sets of tokens: 0 (nothing shared) to 1, symmetric; 0 when either set is empty."""

from __future__ import annotations

from collections.abc import Set


def jaccard(left: Set[str], right: Set[str]) -> float:
    """Shared tokens as a share of all tokens; 1 means equal sets."""
    shared = len(left & right)
    return shared / (len(left) + len(right) - shared) if shared else 0.0


def overlap(left: Set[str], right: Set[str]) -> float:
    """Shared tokens as a share of the smaller set; 1 means that one set holds the other."""
    shared = len(left & right)
    return shared / min(len(left), len(right)) if shared else 0.0
