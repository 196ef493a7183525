"""People's decisions on a pair of entities: not a match, or a match. Of several, the latest counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ManualDecision:
    """One decision. It holds both ways; `updated_time` in milliseconds since 1970."""

    first: str
    second: str
    is_match: bool
    updated_time: int
    updated_by: str = ""


@dataclass(frozen=True, slots=True)
class ManualMatches:
    """All decisions on the pair, in order of time, and its two entity ids as they are now."""

    first: str
    second: str
    decisions: tuple[ManualDecision, ...]

    @property
    def is_not_match(self) -> bool:
        """Whether the pair is held not to match."""
        return not self.decisions[-1].is_match

    @property
    def is_match(self) -> bool:
        """Whether the pair is held to match."""
        return self.decisions[-1].is_match


def manual_matches(
    first: str, second: str, decisions: Iterable[ManualDecision], merged: Mapping[str, str] | None = None
) -> ManualMatches | None:
    """The decisions on two entities, None when there is none; `merged` is (merged id -> id that it became).

    Of decisions at the same time the later in order counts.
    """
    merged = merged or {}
    first, second = surviving(first, merged), surviving(second, merged)
    if first == second:
        return None
    about = [
        one for one in decisions if {surviving(one.first, merged), surviving(one.second, merged)} == {first, second}
    ]
    ordered = tuple(sorted(about, key=lambda one: one.updated_time))
    return ManualMatches(first, second, ordered) if ordered else None


def surviving(entity: str, merged: Mapping[str, str]) -> str:
    """The id that an entity has after all merges; circles end where they began."""
    seen = {entity}
    while (entity := merged.get(entity, entity)) not in seen:
        seen.add(entity)
    return entity
