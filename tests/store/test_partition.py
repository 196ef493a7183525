"""The partition of a component: the model's clusters, judgements in front."""

from __future__ import annotations

from itertools import combinations

import pytest

from dromio.deciders import CERTAIN, VETO
from dromio.records import RecordKey
from dromio.store import partition as module
from dromio.store.partition import Node, Rules, partition, parts

from .factory import model

RULES = Rules(averages=True, unseen=-1000, least=-2000, one_to_one=False, cross_only=False)


def nodes(*digests: int | None) -> list[Node]:
    return [Node(number, RecordKey("s", str(number)), digest, True) for number, digest in enumerate(digests, 1)]


def test_strong_pairs_make_clusters_and_weak_bridges_break() -> None:
    found = partition(nodes(1, 2, 3, 4), {(1, 2): 5000, (2, 3): 2000, (3, 4): 5000}, set(), set(), RULES)
    assert found == [[1, 2], [3, 4]]


def test_records_that_say_the_same_are_one_without_an_edge() -> None:
    assert partition(nodes(7, 7), {}, set(), set(), RULES) == [[1, 2]]


def test_a_positive_judgement_joins_what_the_model_keeps_apart() -> None:
    assert partition(nodes(1, 2), {(1, 2): -9000}, {(1, 2)}, set(), RULES) == [[1, 2]]


@pytest.mark.parametrize("weight", [100, 60_000, 10**9])
def test_a_negative_judgement_outranks_any_weight(weight: int) -> None:
    assert partition(nodes(1, 2), {(1, 2): weight}, set(), {(1, 2)}, RULES) == [[1], [2]]


def test_a_negative_judgement_outranks_saying_the_same() -> None:
    assert partition(nodes(7, 7, 7), {}, set(), {(1, 2)}, RULES) == [[1, 3], [2]]


def test_negatively_judged_records_are_not_joined_by_way_of_others() -> None:
    weights = {(1, 2): 9000, (2, 3): 9000, (1, 3): 9000}
    assert partition(nodes(1, 2, 3), weights, set(), {(1, 3)}, RULES) == [[1, 2], [3]]


def test_linked_components_respect_negative_judgements_strongest_link_first() -> None:
    rules = Rules(averages=False, unseen=-1000, least=-2000, one_to_one=False, cross_only=False)
    weights = {(1, 2): 1000, (2, 3): 3000}
    assert partition(nodes(1, 2, 3), weights, set(), set(), rules) == [[1, 2, 3]]
    assert partition(nodes(1, 2, 3), weights, set(), {(1, 3)}, rules) == [[1], [2, 3]]
    assert partition(nodes(1, 2, 3), weights | {(1, 3): VETO}, set(), set(), rules) == [[1], [2, 3]]


def test_large_components_are_clustered_as_small_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    weights = {(a, b): ((a * 7 + b * 13) % 11 - 4) * 700 for a, b in combinations(range(1, 31), 2) if (a + b) % 3}
    small = partition(nodes(*range(30)), weights, {(1, 9)}, {(2, 3), (4, 30)}, RULES)
    monkeypatch.setattr(module, "_FEW", 0)
    assert partition(nodes(*range(30)), weights, {(1, 9)}, {(2, 3), (4, 30)}, RULES) == small
    assert len(small) > 1


def test_order_of_records_is_that_of_a_batch() -> None:
    keys = [RecordKey("b", "1"), RecordKey("a", "10"), RecordKey("a", "9")]
    made = [Node(number, key, None, True) for number, key in enumerate(keys)]
    assert partition(made, {}, set(), set(), RULES) == [[2], [1], [0]]


def test_with_rule_levels_ties_are_broken_by_values_not_by_ids() -> None:
    rules = Rules.of(model(levels=True))
    told = {1: "zoe", 2: "zoe", 3: "amy", 4: "amy", 5: "mia"}
    named = [
        Node(number, RecordKey("s", str(number)), None, False, {"name": (("", {"given": name}),)})
        for number, name in told.items()
    ]
    weights = {(1, 2): CERTAIN - 1, (3, 4): CERTAIN - 1, (1, 5): CERTAIN - 2, (3, 5): CERTAIN - 2}
    assert partition(named, weights, set(), set(), rules) == [[1, 2], [3, 4, 5]]
    assert partition(named, weights, set(), {(4, 5)}, rules) == [[1, 2, 5], [3, 4]]
    assert partition(named, weights, {(2, 5)}, set(), rules) == [[1, 2, 5], [3, 4]]
    assert parts(named, weights, set(), set(), rules, 1) == [[1, 2], [3, 4], [5]]


def test_parts_hold_together_by_more_than_their_bound() -> None:
    weights = {(1, 2): 9000, (2, 3): 4000, (1, 3): 4000}
    assert parts(nodes(1, 2, 3), weights, set(), set(), RULES, 3000) == [[1, 2, 3]]
    assert parts(nodes(1, 2, 3), weights, set(), set(), RULES, 4000) == [[1, 2], [3]]
    assert parts(nodes(1, 2, 3), weights, {(1, 3)}, set(), RULES, 60_000) == [[1, 3], [2]]
    loose = {(1, 2): 9000, (2, 3): 6000}  # the pair that was never compared counts against the bound too
    assert parts(nodes(1, 2, 3), loose, set(), set(), RULES, 0) == [[1, 2, 3]]
    assert parts(nodes(1, 2, 3), loose, set(), set(), RULES, 3000) == [[1, 2], [3]]
