"""From counted vectors to a trained model."""

from __future__ import annotations

import numpy as np
import pytest

from dromio.model.schema import Attribute, Comparison, Input, Key, Level, Model
from dromio.training.chance import Chance
from dromio.training.counts import count_vectors
from dromio.training.train import train

PAIRS = 1_000_000


def comparison(attribute: str, shared: float) -> Comparison:
    levels = [Level(label="same", when="equal(value)", m=0.9), Level(label="different", m=0.1)]
    return Comparison(name=attribute, attribute=attribute, null_when="missing(value)", levels=levels, shared=shared)


def model(*kinds: str) -> Model:
    attributes = [Attribute(name="a", type="identifier", inputs=[Input(columns={"value": "a"})])]
    attributes += [Attribute(name="b", type="category", inputs=[Input(columns={"value": "b"})])]
    attributes += [
        Attribute(name=f"n{n}", type=kind, inputs=[Input(columns={"full": f"n{n}"})]) for n, kind in enumerate(kinds)
    ]
    return Model(
        attributes=attributes, keys=[Key(fields=["b.value"])], comparisons=[comparison("a", 0.02), comparison("b", 0.9)]
    )


def candidates() -> np.ndarray:
    """200 pairs that agree on both, and 20,000 that agree on the second only: twice what chance has."""
    both = np.repeat([[1], [1]], 200, axis=1)
    second = np.repeat([[2], [1]], 20_000, axis=1)
    return np.concatenate([both, second], axis=1).astype(np.int8)


KNOWN = Chance((np.array([1e-5, 1 - 1e-5]), np.array([0.01, 0.99])), np.zeros(2), {0: 1.0}, PAIRS)


def test_training_gives_a_trained_model_and_leaves_the_given_one_alone() -> None:
    given = model()
    trained = train(given, count_vectors(candidates()), KNOWN).model
    assert trained.trained
    assert not given.trained


def test_prior_is_the_share_of_matches_among_all_pairs() -> None:
    prior = train(model(), count_vectors(candidates()), KNOWN).model.prior
    assert prior is not None
    assert prior.match > 100 / PAIRS


def branches(shared: float) -> Model:
    """Organisations with a name (b) that branches share, and an address (a) that they share as often as given."""
    given = model()
    levels = given.comparisons[0].levels
    address = Attribute(name="a", type="address", inputs=[Input(columns={"street": "a"})])
    compared = Comparison(name="a", attribute="a", null_when="missing(street)", shared=shared, levels=levels)
    compared.levels[0] = Level(label="same", when="equal(street)", m=0.9)
    return Model(
        attributes=[address, given.attributes[1]], keys=given.keys, comparisons=[compared, given.comparisons[1]]
    )


def test_branches_are_looked_for_where_their_addresses_tell_them_apart() -> None:
    with_branches = train(branches(0.03), count_vectors(candidates()), KNOWN).model.prior
    without = train(branches(0.9), count_vectors(candidates()), KNOWN).model.prior
    assert with_branches is not None
    assert without is not None
    assert with_branches.related > 1_000 / PAIRS
    assert without.related == pytest.approx(0, abs=1e-12)


def test_related_entities_are_looked_for_among_persons() -> None:
    without = train(model(), count_vectors(candidates()), KNOWN).model.prior
    with_persons = train(model("person_name"), count_vectors(candidates()), KNOWN).model.prior
    assert without is not None
    assert with_persons is not None
    assert without.related == pytest.approx(0, abs=1e-12)
    assert with_persons.related > 1e-3
