"""What the operator may set for this face."""

from __future__ import annotations

from dataclasses import dataclass

from dromio.interchange.reltio import TOKEN_LIMIT


@dataclass(frozen=True, slots=True)
class Options:
    """`overcollision_limit`: most entities that may share a phrase which counts; `token_limit`: most phrases of one
    group and entity; `most_matches`: most candidates that are judged for a list of potential matches."""

    overcollision_limit: int = 300
    token_limit: int = TOKEN_LIMIT
    most_matches: int = 1_000
