"""What the store answers: to whom a record belongs, and on what evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dromio.plan import MILLI
from dromio.records import RecordKey


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that was compared: its entity, the weight above the match threshold in bits, the decision, the rule or
    line that made it (empty where probability did), the level of every comparison (0 where nothing could be compared).
    """

    key: RecordKey
    entity_id: int
    weight: float
    decision: str
    reason: str
    levels: tuple[int, ...]

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "source": self.key.source,
            "unique_id": self.key.unique_id,
            "entity_id": self.entity_id,
            "weight": self.weight,
            "decision": self.decision,
            "reason": self.reason,
            "levels": list(self.levels),
        }


@dataclass(frozen=True, slots=True)
class Resolution:
    """The answer to a record.

    `entity_id`: None only for a search that found nobody. `decision`: "match" when the entity has other records too,
    else "new". `outcome`: what was done, one of added, updated, unchanged, ignored (an older version), searched.
    `candidates`: best first; those far below the match threshold are left out.
    """

    entity_id: int | None
    decision: str
    outcome: str
    candidates: tuple[Candidate, ...] = ()

    @property
    def evidence(self) -> tuple[Candidate, ...]:
        """The candidates that are in the same entity."""
        return tuple(one for one in self.candidates if one.entity_id == self.entity_id)

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "entity_id": self.entity_id,
            "decision": self.decision,
            "outcome": self.outcome,
            "candidates": [one.to_dict() for one in self.candidates],
        }


def in_bits(weight: int) -> float:
    """A weight in thousandths of a bit in bits."""
    return weight / MILLI
