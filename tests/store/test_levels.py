"""Rule levels of a component: the groups of a batch, and what judgements change in them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dromio.clusters.rule_levels import rule_levels
from dromio.clusters.value_ranks import value_ranks
from dromio.model.files import model_from
from dromio.records import RecordKey
from dromio.service import tested
from dromio.store.levels import level_groups, value_order
from dromio.store.matching import Matcher

RECORDS = 9
PAIRS = st.dictionaries(st.sampled_from(list(combinations(range(RECORDS), 2))), st.integers(1, 4), max_size=20)
TEXTS = st.lists(st.sampled_from(["a", "b", "é", "z", "𝛼"]), max_size=2)


@given(PAIRS)
def test_groups_are_those_of_a_batch(levels: dict[tuple[int, int], int]) -> None:
    left, right = (np.array([pair[side] for pair in levels], np.int64) for side in (0, 1))
    level = np.array(list(levels.values()), np.int64)
    batch = rule_levels(left, right, level, RECORDS, np.arange(RECORDS))[0].tolist()
    assert level_groups(levels, [], RECORDS) == batch


@given(PAIRS, PAIRS)
def test_records_to_be_kept_apart_are_never_in_one_group(
    levels: dict[tuple[int, int], int], apart: dict[tuple[int, int], int]
) -> None:
    found = level_groups(levels, apart, RECORDS)
    assert all(found[one] != found[other] for one, other in apart)


def test_what_may_not_go_to_a_group_goes_to_the_next_best() -> None:
    levels = {(0, 1): 1, (2, 3): 1, (0, 4): 2, (1, 5): 2, (2, 4): 2, (4, 5): 2}
    assert level_groups(levels, [], 6) == [0, 0, 2, 2, 0, 0]
    assert level_groups(levels, [(1, 5)], 6) == [0, 0, 2, 2, 2, 2]
    assert level_groups(levels, [(1, 5), (3, 4)], 6) == [0, 0, 2, 2, 4, 4]
    assert level_groups({(0, 1): 1, (1, 2): 1}, [(0, 2)], 3) == [0, 0, 2]


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=2, max_size=8))
def test_records_are_ordered_by_their_values_as_in_a_batch(told: list[tuple[list[str], list[str], list[str]]]) -> None:
    plain = [{"columns": {"value": "b"}, "label": "home"}, {"columns": {"value": "a"}, "label": "away"}]
    attributes = [
        {"name": "plain", "type": "identifier", "inputs": plain},
        {"name": "name", "type": "person_name", "inputs": [{"columns": {"given": "g"}}]},
    ]
    rules = [{"name": "r", "when": "equal(plain.value)"}]
    model = model_from({"attributes": attributes, "rules": rules, "clustering": {"method": "rule_levels"}})
    matcher, order = Matcher(model, b"secret"), value_order(model)
    cleaned = [
        matcher.prepare(RecordKey("s", str(number)), dict(zip("abg", each, strict=True))).cleaned
        for number, each in enumerate(told)
    ]
    columns = [tested._columns(one, [each.get(one.name, ()) for each in cleaned]) for one in model.attributes]
    ranks = value_ranks(columns, len(cleaned)).tolist()
    orders = [order(each) for each in cleaned]
    assert [sorted(orders).index(one) for one in orders] == [sorted(ranks).index(one) for one in ranks]
