"""What becomes of a contact, given who it might be: a pure function of the candidates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from dromio.contact_centre.scoring import contradict
from dromio.models.identifiers import distinct_names

Status = Literal["MATCHED", "NEW", "PENDING", "SHARED"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An identity that a contact may belong to.

    `exact`: number of its phones, e-mails and external ids that the contact has too; `own`: the conversation of the
    contact belongs to it already.
    """

    identity: int
    customer_id: str
    score: float
    decision: str
    exact: int
    names: tuple[str, ...] = ()
    most_names: int = 3
    shared: bool = False
    own: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """`best`: the identity to attach to, None for a new one; `merge`: identities that become one with it; `ask`: those
    about which people are asked, and why; `refused`: the identity that would have had too many names."""

    status: Status
    best: Candidate | None = None
    merge: tuple[Candidate, ...] = ()
    ask: tuple[tuple[Candidate, str], ...] = ()
    refused: Candidate | None = None


def choose(
    names: Sequence[str],
    candidates: Sequence[Candidate],
    *,
    merges: bool = True,
    are_apart: Callable[[int, int], bool] = lambda one, other: False,
) -> Choice:
    """The choice for a contact with some full names. `merges`: whether identities that it links become one."""
    certain = sorted((one for one in candidates if _is_certain(one)), key=_rank)
    possible = tuple((one, "possible") for one in candidates if one.decision == "review" and not _closed(one))
    if not certain:
        kept_out = any(one.shared and one.decision == "match" for one in candidates)
        status: Status = "SHARED" if kept_out else "PENDING" if possible else "NEW"
        return Choice(status, ask=possible)
    best, others = certain[0], certain[1:]
    if best.shared or has_too_many_names(best, names):
        return Choice("SHARED", best if best.own else None, refused=best)
    joined: list[Candidate] = []
    ask = list(possible)
    for other in others:
        known = [name for one in (best, *joined) for name in one.names]
        why = _against(best, other, known, names, merges)
        apart = any(are_apart(one.identity, other.identity) for one in (best, *joined))
        if why is None and not apart:
            joined.append(other)
        elif not apart:
            ask.append((other, why or "bridge"))
    return Choice("MATCHED", best, tuple(joined), tuple(ask))


def has_too_many_names(candidate: Candidate, names: Sequence[str]) -> bool:
    """Whether names bring a new one that is more than the identity may have."""
    before, after = distinct_names(candidate.names), distinct_names([*candidate.names, *names])
    return after > max(before, candidate.most_names)


def _is_certain(one: Candidate) -> bool:
    return one.own or (one.decision == "match" and not one.shared)


def _closed(one: Candidate) -> bool:
    return one.own or one.shared


def _rank(one: Candidate) -> tuple[bool, float, int, int]:
    return not one.own, -one.score, -one.exact, one.identity


def _against(best: Candidate, other: Candidate, known: Sequence[str], names: Sequence[str], merges: bool) -> str | None:
    """Why two identities that a contact links do not become one; None where nothing speaks against it."""
    if not merges:
        return "bridge"
    if not other.exact or not (best.exact or best.own):
        return "no exact identifier"
    if contradict(known, other.names):
        return "names differ"
    if distinct_names([*known, *names, *other.names]) > max(best.most_names, other.most_names):
        return "too many names"
    return None
