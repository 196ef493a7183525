"""Learning m and priors without labels, on vectors drawn from a known mixture."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from dromio.training.chance import Chance
from dromio.training.counts import count_vectors
from dromio.training.em import learn

Floats = npt.NDArray[np.float64]
M = (np.array([0.8, 0.1, 0.1]), np.array([0.7, 0.2, 0.1]), np.array([0.9, 0.1]))
U = (np.array([0.001, 0.009, 0.99]), np.array([0.01, 0.04, 0.95]), np.array([0.02, 0.98]))
INFORMED = (np.array([0.6, 0.2, 0.2]), np.array([0.6, 0.2, 0.2]), np.array([0.8, 0.2]))
SHARED = (0.3, 0.3, 0.3)
PAIRS = 2_000_000


def drawn(probabilities: tuple[Floats, ...], count: int, seed: int) -> npt.NDArray[np.int8]:
    """Vectors whose comparisons are independent, level i + 1 with probability i."""
    generator = np.random.default_rng(seed)
    return np.array([generator.choice(len(own), count, p=own) + 1 for own in probabilities], np.int8)


def unrelated() -> npt.NDArray[np.int8]:
    """The unrelated pairs among all pairs that a key finds which needs the second comparison to agree or nearly so."""
    similar = U[1][:2]
    return drawn((U[0], similar / similar.sum(), U[2]), round(PAIRS * similar.sum()), 2)


def chance(matches: int = 0, null: float = 0.0) -> Chance:
    """What random pairs show, the matches among them; the third comparison is missing in the share `null` of pairs."""
    share = matches / PAIRS
    u = tuple((1 - share) * one + share * other for one, other in zip(U, M, strict=True))
    return Chance(u, np.array([0.0, 0.0, null]), {0: 1 - null, 1: null} if null else {0: 1.0}, PAIRS)


def test_learning_recovers_a_known_mixture() -> None:
    candidates = np.concatenate([drawn(M, 20_000, 1), unrelated()], axis=1)
    learned = learn(count_vectors(candidates), chance(20_000), M, SHARED)
    assert learned.matches == pytest.approx(20_000, rel=0.05)
    for found, true in zip(learned.m, M, strict=True):
        assert found == pytest.approx(true, abs=0.03)


def test_learning_moves_away_from_informed_m_as_far_as_the_data_speaks() -> None:
    candidates = np.concatenate([drawn(M, 20_000, 1), unrelated()], axis=1)
    learned = learn(count_vectors(candidates), chance(20_000), INFORMED, SHARED)
    for found, true, informed in zip(learned.m, M, INFORMED, strict=True):
        assert np.abs(found - true).sum() < np.abs(informed - true).sum()
    assert learned.matches == pytest.approx(20_000, rel=0.1)


def test_no_duplicates_gives_no_matches() -> None:
    candidates = unrelated()
    learned = learn(count_vectors(candidates), chance(), INFORMED, SHARED)
    assert learned.matches < 0.001 * candidates.shape[1]


def test_namesakes_are_not_taken_for_matches() -> None:
    """Pairs that agree on a common name as often as chance has it, and on nothing else, are chance."""
    namesakes = np.repeat([[3], [1], [2]], round(PAIRS * U[1][0] * U[0][2] * U[2][1]), axis=1).astype(np.int8)
    candidates = np.concatenate([drawn(M, 300, 1), namesakes], axis=1)
    learned = learn(count_vectors(candidates), chance(), INFORMED, SHARED)
    assert 100 < learned.matches < 400


def test_u_is_what_chance_holds_without_the_matches() -> None:
    known = chance(2_000)
    candidates = np.concatenate([drawn(M, 2_000, 1), unrelated()], axis=1)
    learned = learn(count_vectors(candidates), known, M, SHARED)
    assert known.u[0][0] > 1.5 * U[0][0]
    assert learned.u[0][0] == pytest.approx(U[0][0], rel=0.1)


def test_settled_u_stands_as_it_is() -> None:
    known = Chance(U, np.zeros(3), {0: 1.0}, PAIRS, (np.array([True, False, False]), None, None))
    assert known.without_matches(M, 5_000)[0][0] == pytest.approx(U[0][0], rel=1e-3)
    assert known.without_matches(M, 5_000)[1][0] < U[1][0]


def test_u_is_what_chance_holds_without_the_related_pairs() -> None:
    """Nine of ten related pairs agree on the second comparison as matches do, none on the first: only the second has
    them in its u."""
    known = Chance(U, np.zeros(3), {0: 1.0}, PAIRS)
    without = known.without_matches(M, 0)
    found = known.without_matches(M, 0, (0.0, 0.9, 0.0), 10_000)
    assert found[0] == pytest.approx(without[0])
    assert found[1][0] == pytest.approx(U[1][0] - 0.9 * 10_000 / PAIRS * M[1][0], rel=0.01)


def test_missing_values_are_left_out() -> None:
    candidates = np.concatenate([drawn(M, 20_000, 1), unrelated()], axis=1)
    candidates[2] = np.where(np.random.default_rng(5).random(candidates.shape[1]) < 0.4, 0, candidates[2])
    learned = learn(count_vectors(candidates), chance(20_000, null=0.4), M, SHARED)
    assert learned.m[2] == pytest.approx(M[2], abs=0.03)
    assert learned.matches == pytest.approx(20_000, rel=0.1)


def household(count: int) -> npt.NDArray[np.int8]:
    """Two people of one household: the first comparison differs as by chance, the others agree as in a match."""
    return drawn((U[0], M[1], M[2]), count, 7)


def test_household_members_are_a_kind_of_their_own() -> None:
    candidates = np.concatenate([drawn(M, 10_000, 1), household(10_000), unrelated()], axis=1)
    learned = learn(count_vectors(candidates), chance(10_000), M, (0.03, 0.9, 0.9))
    assert learned.matches == pytest.approx(10_000, rel=0.15)
    assert learned.related > 5_000


def test_related_pairs_are_looked_for_only_when_wanted() -> None:
    candidates = np.concatenate([drawn(M, 10_000, 1), unrelated()], axis=1)
    learned = learn(count_vectors(candidates), chance(10_000), M, (0.03, 0.9, 0.9), with_related=False)
    assert learned.related < 1e-6
