"""Ratings of destinations and the status of a source record, from an algorithm."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from dromio.language.ast import Algorithm, AlgorithmType, default_algorithm
from dromio.language.evaluate import Values, evaluate_expression, score


class Rating(StrEnum):
    """How sure it is that a destination is the same data record as the source."""

    DEFINITE_MATCH = "DEFINITE_MATCH"
    POSSIBLE_MATCH = "POSSIBLE_MATCH"
    NO_MATCH = "NO_MATCH"


class Status(StrEnum):
    """What follows for the source. AMBIGUOUS is never linked by a machine: a person or workflow decides."""

    NO_MATCH = "NO_MATCH"
    MATCH = "MATCH"
    AMBIGUOUS = "AMBIGUOUS"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Result for one destination. `score` is None for a rule-based algorithm and for what failed the filter."""

    passed: bool
    rating: Rating
    score: int | None = None


@dataclass(frozen=True, slots=True)
class Destination:
    """An existing record: its adaptor (the system that holds it) and its key properties."""

    adaptor: str
    values: Values


@dataclass(frozen=True, slots=True)
class Assessment:
    """Status of a source, and the outcome of each destination in the order given."""

    status: Status
    outcomes: tuple[Outcome, ...]


def assess(
    algorithm: Algorithm | None,
    source: Values,
    destinations: Sequence[Destination],
    *,
    adaptor: str | None = None,
    key_properties: Sequence[str] = (),
    schema: Values | None = None,
    definite_wins: bool = False,
) -> Assessment:
    """Compare a source with all destinations.

    Without an algorithm all `key_properties` must be identical. `adaptor` is the source's own: a record can exist only
    once in it, so a match there is AMBIGUOUS. `definite_wins` lets one definite match outdo any possible ones.
    """
    outcomes = tuple(
        rate(algorithm, source, destination.values, key_properties=key_properties, schema=schema)
        for destination in destinations
    )
    matched = [
        (outcome.rating, destination.adaptor == adaptor)
        for outcome, destination in zip(outcomes, destinations, strict=True)
        if outcome.rating is not Rating.NO_MATCH
    ]
    if adaptor is not None and any(is_own for _, is_own in matched):
        return Assessment(Status.AMBIGUOUS, outcomes)
    return Assessment(status_of((rating for rating, _ in matched), definite_wins=definite_wins), outcomes)


def rate(
    algorithm: Algorithm | None,
    source: Values,
    destination: Values,
    *,
    key_properties: Sequence[str] = (),
    schema: Values | None = None,
) -> Outcome:
    """Outcome for one destination; without an algorithm all key properties (at least one) must be identical."""
    algorithm = algorithm or default_algorithm(key_properties)
    if not evaluate_expression(algorithm.filter, source, destination, schema):
        return Outcome(passed=False, rating=Rating.NO_MATCH)
    if algorithm.type is AlgorithmType.RULE_BASED:
        return Outcome(passed=True, rating=Rating.DEFINITE_MATCH)
    total = score(algorithm, source, destination, schema)
    return Outcome(passed=True, rating=rating_of(algorithm, total), score=total)


def rating_of(algorithm: Algorithm, total: int) -> Rating:
    """Rating of a score; a threshold that is not set is never reached."""
    if algorithm.definite is not None and total >= algorithm.definite:
        return Rating.DEFINITE_MATCH
    if algorithm.possible is not None and total >= algorithm.possible:
        return Rating.POSSIBLE_MATCH
    return Rating.NO_MATCH


def status_of(ratings: Iterable[Rating], *, definite_wins: bool = False) -> Status:
    """MATCH for one definite and, unless `definite_wins`, no possible match; AMBIGUOUS for any other matches."""
    found = list(ratings)
    definite, possible = found.count(Rating.DEFINITE_MATCH), found.count(Rating.POSSIBLE_MATCH)
    if definite == 1 and (definite_wins or not possible):
        return Status.MATCH
    return Status.AMBIGUOUS if definite or possible else Status.NO_MATCH
