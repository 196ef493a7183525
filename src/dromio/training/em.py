"""Learning m and the priors without labels.

The candidate pairs are a mixture of three kinds: matches; related pairs (different entities that share much, such as
members of one household); unrelated pairs. The third kind is known before training (`chance`), in shape and in number,
so that only two remain to be found, and the matches cannot drift into namesakes: whatever chance explains is taken.

A related pair shares each compared value with a probability of its own (`shared`), and where it shares the value it
looks like a match, where not like chance. Given names and birth dates are hardly ever shared, addresses nearly always.

Expectation maximisation (Dempster, Laird, Rubin 1977) on counts of comparison vectors, missing values left out, with
informed priors: Dirichlet on m, worth `STRENGTH` of the matches found plus two pairs; Beta on `shared`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dromio.model.defaults import DISTINGUISHING
from dromio.training.chance import Chance
from dromio.training.counts import VectorCounts

Floats = npt.NDArray[np.float64]
STRENGTH = 0.3
"""Measured on eight labelled sets: 0.05 to 0.5 give F1 of clusters within 0.005 of each other; 0.3 is never worst."""
_HELD = 3.0
_HELD_ROUNDS = 20
"""In the first rounds the prior on m is worth this many times the matches found, so that learning settles near it
before it follows the data: where namesakes are many, the nearest maximum may else be one that takes them for the
matches."""
_FIXED_PAIRS = 2.0
_TOLERANCE = 1e-4
_ROUNDS = 300


@dataclass(frozen=True)
class Learned:
    """`m`, `u` (of unrelated pairs) and `shared` per comparison; expected numbers of matches and related pairs among
    the candidates; `log_rivals`: natural log of the related and unrelated pairs expected of every vector; `rounds`
    until it stood still."""

    m: tuple[Floats, ...]
    u: tuple[Floats, ...]
    shared: tuple[float, ...]
    matches: float
    related: float
    log_rivals: Floats
    rounds: int


def learn(
    counted: VectorCounts,
    chance: Chance,
    informed_m: Sequence[Floats],
    informed_shared: Sequence[float],
    *,
    with_related: bool = True,
) -> Learned:
    """m, shared and the two numbers from counted vectors.

    Related pairs are looked for only `with_related`, and where most pairs have something that tells related entities
    apart: without it they could not be told from matches.
    """
    with_related = with_related and _can_tell_related_apart(counted, informed_shared)
    vectors, counts = counted.vectors, counted.counts.astype(np.float64)
    m = [prior.copy() for prior in informed_m]
    shared = list(informed_shared)
    log_pattern = np.log(chance.of_patterns(vectors))
    u = chance.u
    log_unrelated = np.log(max(chance.pairs, 1)) + log_pattern + _log_of(vectors, u)
    matches = max(float((counts - np.minimum(np.exp(log_unrelated), counts)).sum()) / 2, 1.0)
    related = 0.3 * matches if with_related else 0.0
    rounds = 0
    for rounds in range(1, _ROUNDS + 1):
        u = chance.without_matches(m, matches, shared, related)
        log_match = np.log(matches) + log_pattern + _log_of(vectors, m)
        log_unrelated = np.log(max(chance.pairs, 1)) + log_pattern + _log_of(vectors, u)
        log_related, sharing = _related(vectors, m, u, shared, related, log_pattern)
        rows = np.vstack([log_match, log_related, log_unrelated])
        share = np.exp(rows - rows.max(axis=0))
        share = share / share.sum(axis=0) * counts
        before = m
        matches = max(float(share[0].sum()), 1e-6)
        related = float(share[1].sum())
        strength = _HELD if rounds <= _HELD_ROUNDS else STRENGTH
        m = [_new_m(row, share[0], prior, strength) for row, prior in zip(vectors, informed_m, strict=True)]
        shared = [
            _new_shared(row, share[1], part, prior)
            for row, part, prior in zip(vectors, sharing, informed_shared, strict=True)
        ]
        moved = max(float(np.abs(new - old).max()) for new, old in zip(m, before, strict=True))
        if moved < _TOLERANCE and rounds > _HELD_ROUNDS:
            break
    return Learned(tuple(m), u, tuple(shared), matches, related, np.logaddexp(log_related, log_unrelated), rounds)


def _can_tell_related_apart(counted: VectorCounts, shared: Sequence[float]) -> bool:
    distinguishing = np.array([prior <= DISTINGUISHING for prior in shared])
    if not distinguishing.any() or distinguishing.all() or not len(counted.counts):
        return False
    present = (counted.vectors[distinguishing] > 0).any(axis=0)
    return bool(counted.counts[present].sum() >= 0.5 * counted.counts.sum())


def _with_null(probabilities: Floats) -> Floats:
    """Probabilities by level with 1 for the null level in front."""
    return np.concatenate([[1.0], probabilities])


def _log_of(vectors: npt.NDArray[np.int8], probabilities: Sequence[Floats]) -> Floats:
    """Log probability of every vector, comparisons being independent and missing ones left out."""
    total: Floats = np.zeros(vectors.shape[1])
    for row, own in zip(vectors, probabilities, strict=True):
        total += np.log(_with_null(own))[row]
    return total


def _related(
    vectors: npt.NDArray[np.int8],
    m: Sequence[Floats],
    u: Sequence[Floats],
    shared: Sequence[float],
    related: float,
    log_pattern: Floats,
) -> tuple[Floats, list[Floats]]:
    """Log of the expected related pairs of each vector, and for each comparison the probability that its value is
    shared."""
    total = np.log(max(related, 1e-300)) + log_pattern
    sharing = []
    for at, row in enumerate(vectors):
        as_match = shared[at] * _with_null(m[at])[row]
        both = as_match + (1 - shared[at]) * _with_null(u[at])[row]
        total = total + np.where(row == 0, 0.0, np.log(np.maximum(both, 1e-300)))
        sharing.append(as_match / np.maximum(both, 1e-300))
    return total, sharing


def _new_m(row: npt.NDArray[np.int8], share: Floats, prior: Floats, strength: float) -> Floats:
    counted = np.bincount(row, weights=share, minlength=len(prior) + 1)[1:]
    weighed = counted + prior * (strength * counted.sum() + _FIXED_PAIRS) + 1e-9
    result: Floats = weighed / weighed.sum()
    return result


def _new_shared(row: npt.NDArray[np.int8], share: Floats, sharing: Floats, prior: float) -> float:
    """Distinguishing comparisons are held near their prior: nothing else tells a household from a match."""
    present = row > 0
    pairs = float(share[present].sum())
    strength = 20.0 + 0.5 * pairs if prior <= DISTINGUISHING else 2.0
    value = (float((share * sharing)[present].sum()) + strength * prior) / (pairs + strength)
    return min(max(value, 1e-3), 0.999)
