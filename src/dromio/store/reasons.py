"""Why a pair waits for a person, in plain words."""

from __future__ import annotations

from dromio.engines.row_facts import CleanedRecord
from dromio.store.sharing import how_many
from dromio.store.work import Work


def reason_of(work: Work, kind: str, weight: float, left: CleanedRecord, right: CleanedRecord) -> str:
    """Why the pair was put into the review queue, from what its records say now. Field names only, never values."""
    verdict = work.matcher.compare(left, right)
    seen = verdict.reason or _agreement(work, left, right)
    if kind == "merge":
        return "records speak for one entity, but their entities are not merged without consent"
    if kind == "shared":
        shared = " and ".join(f"{field} is shared by {number} people" for field, number in how_many(work, left, right))
        return f"a match ({seen}) only thanks to a shared value: {shared or 'too many people have it'}"
    if kind == "ambiguous":
        return f"a match ({seen}), but the other records of the two entities speak against it"
    below = f", {-weight:.1f} bits below a match" if work.rules.compares and not verdict.reason else ""
    return f"a possible match ({seen}){below}"


def _agreement(work: Work, left: CleanedRecord, right: CleanedRecord) -> str:
    """The level of every comparison that could be made."""
    levels = work.matcher.levels(left, right)
    made = zip(work.matcher.plan.comparisons, levels, strict=True)
    return ", ".join(f"{one.name}: {one.labels[level]}" for one, level in made if level) or "nothing to compare"
