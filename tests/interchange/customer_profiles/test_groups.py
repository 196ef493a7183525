"""Match groups of profiles: levels of pairs by a model, groups by rule levels."""

from __future__ import annotations

import random
from itertools import combinations
from typing import Any

import numpy as np

from dromio.clusters.rule_levels import rule_levels
from dromio.engines import row
from dromio.interchange.customer_profiles import RuleBasedMatching, columns_of, record_of, to_model
from dromio.plan import make_plan
from dromio.records import RecordKey

from .factory import Profile, rules

Groups = set[tuple[frozenset[str], tuple[tuple[str, int], ...]]]


def groups(matching: RuleBasedMatching, made: dict[str, Profile]) -> Groups:
    """Members of every group with their levels, by ids; records are numbered in the order given."""
    model = to_model(matching)
    plan, ids = make_plan(model), list(made)
    cleaned = [row.clean_record(record_of(made[one], RecordKey("s", one), model), model) for one in ids]
    pairs = [
        (*pair, row.decide(plan, *(cleaned[one] for one in pair)).place + 1)
        for pair in combinations(range(len(ids)), 2)
    ]
    left, right, level = (np.array([pair[n] for pair in pairs if pair[2]], np.int64) for n in range(3))
    said = sorted(sorted(columns_of(one).items()) for one in made.values())
    rank = np.array([said.index(sorted(columns_of(one).items())) for one in made.values()])
    root, reached = rule_levels(left, right, level, len(ids), rank)
    found = []
    for its in sorted(set(root.tolist())):
        members = np.flatnonzero(root == its).tolist()
        if len(members) > 1:
            found.append(
                (frozenset(ids[n] for n in members), tuple(sorted((ids[n], int(reached[n])) for n in members)))
            )
    return set(found)


def profile(account: str = "", email: str = "", phone: str = "") -> Profile:
    return {"AccountNumber": account, "EmailAddress": email, "PhoneNumber": phone}


MATCHING = rules("AccountNumber", "EmailAddress", "PhoneNumber")


def test_raising_the_highest_level_brings_in_the_pair_that_shares_an_address_only() -> None:
    made = {"a": profile("1", "x@y.example"), "b": profile("2", "x@y.example")}
    assert groups(rules("AccountNumber", "EmailAddress", max_matching_level=1), made) == set()
    assert groups(rules("AccountNumber", "EmailAddress", max_matching_level=2), made) == {
        (frozenset("ab"), (("a", 2), ("b", 2)))
    }


def test_a_profile_moves_to_the_group_of_a_better_level_when_that_is_there() -> None:
    made = {"a": profile("1", "x@y.example"), "b": profile("2", "x@y.example", "+12065550100")}
    rest = {"c": profile("2"), "d": profile("", "", "+12065550100")}
    assert groups(MATCHING, made) == {(frozenset("ab"), (("a", 2), ("b", 2)))}
    assert groups(MATCHING, made | rest) == {(frozenset("abcd"), (("a", 2), ("b", 1), ("c", 1), ("d", 3)))}
    assert groups(MATCHING, made | rest | {"e": profile("1")}) == {
        (frozenset("ae"), (("a", 1), ("e", 1))),
        (frozenset("bcd"), (("b", 1), ("c", 1), ("d", 3))),
    }


def test_twenty_orders_of_arrival_give_one_partition() -> None:
    rng = random.Random(7)

    def some(kind: str) -> str:
        values: dict[str, Any] = {
            "account": [f"A{n}" for n in range(12)],
            "email": [f"m{n}@x.example" for n in range(12)],
            "phone": [f"+1206555010{n}" for n in range(10)],
        }
        return rng.choice(values[kind]) if rng.random() < 0.5 else ""

    made = {f"p{n}": profile(some("account"), some("email"), some("phone")) for n in range(40)}
    expected = groups(MATCHING, made)
    assert {level for _, levels in expected for _, level in levels} == {1, 2, 3}
    for _ in range(20):
        order = rng.sample(sorted(made), len(made))
        ids = rng.sample(sorted(made), len(made))
        renamed = dict(zip(order, ids, strict=True))
        found = groups(MATCHING, {renamed[one]: made[one] for one in order})
        back = {new: old for old, new in renamed.items()}
        assert {
            (frozenset(back[one] for one in members), tuple(sorted((back[one], level) for one, level in levels)))
            for members, levels in found
        } == expected
