"""What training promises of the weights it learns: lacking a value never counts for more than agreeing on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dromio
from dromio import datasets
from dromio.engines.row import CleanedRecord, clean_record, score
from dromio.plan import Plan, make_plan
from dromio.records import Record, RecordKey, Value
from dromio.training.train import without_gain_by_lack

SHARES = st.lists(st.floats(0.001, 1), min_size=2, max_size=6)
Rows = dict[str, dict[str, str | None]]


@given(SHARES, SHARES, st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=6))
def test_no_level_weighs_less_than_one_that_its_pairs_may_reach(
    given_m: list[float], given_u: list[float], wanted: set[tuple[int, int]]
) -> None:
    size = min(len(given_m), len(given_u))
    m, u = (np.array(values[:size]) / sum(values[:size]) for values in (given_m, given_u))
    reachable = [(one, other) for one, other in wanted if one < other < size]
    result = without_gain_by_lack(m, u, reachable)
    ratio = result / u
    assert result.sum() == pytest.approx(1)
    assert ratio[0] >= 1 - 1e-9
    assert all(ratio[one] >= ratio[other] - 1e-9 for one, other in reachable)


def test_weights_that_are_in_order_stay_as_they_are() -> None:
    m, u = np.array([0.8, 0.15, 0.05]), np.array([0.1, 0.2, 0.7])
    assert without_gain_by_lack(m, u, [(0, 1)]).tolist() == m.tolist()


def test_levels_out_of_order_share_their_evidence() -> None:
    m, u = np.array([0.2, 0.6, 0.2]), np.array([0.2, 0.2, 0.6])
    assert without_gain_by_lack(m, u, [(0, 1)]) == pytest.approx([0.4, 0.4, 0.2])


MAKERS: dict[str, Callable[..., Any]] = {"customers": datasets.customers, "organisations": datasets.organisations}


@lru_cache
def trained(kind: str) -> tuple[Plan, Rows, list[tuple[str, str]]]:
    """A trained plan, the texts of its records, and its scored pairs."""
    table = MAKERS[kind](1500, seed=3).records
    rows = {
        str(row["unique_id"]): {name: text and str(text) for name, text in row.items()} for row in table.to_pylist()
    }
    with dromio.resolve(table, id="unique_id") as result:
        pairs = [
            (str(one), str(other))
            for one, other in result.pairs.select(["unique_id_l", "unique_id_r"]).to_pandas().values
        ]
        return make_plan(result.model), rows, pairs


def cleaned(plan: Plan, row: dict[str, str | None]) -> CleanedRecord:
    values = {}
    for attribute in plan.model.attributes:
        found = ({role: row[name] for role, name in one.columns.items() if row[name]} for one in attribute.inputs)
        named = zip(found, attribute.inputs, strict=True)
        values[attribute.name] = tuple(Value(parts, one.label) for parts, one in named if parts)
    return clean_record(Record(RecordKey("s", "1"), values), plan.model)


@pytest.mark.parametrize("kind", MAKERS)
@given(data=st.data())
def test_nulling_an_agreeing_value_never_raises_a_weight(kind: str, data: st.DataObject) -> None:
    plan, rows, pairs = trained(kind)
    left, right = (rows[key] for key in data.draw(st.sampled_from(pairs)))
    names = {name for one in plan.model.attributes for value in one.inputs for name in value.columns.values()}
    agreeing = sorted(name for name in names if left[name] and left[name] == right[name])
    gone = data.draw(st.sampled_from(agreeing)) if agreeing else None
    whole = score(plan, cleaned(plan, left), cleaned(plan, right)).weight
    lacking = score(plan, cleaned(plan, left | ({gone: None} if gone else {})), cleaned(plan, right)).weight
    assert lacking <= whole


def test_levels_that_no_pair_had_give_way() -> None:
    m, u = np.array([0.5, 0.1, 0.4]), np.array([0.01, 1e-9, 0.99])
    result = without_gain_by_lack(m, u, [(0, 1)], np.array([True, False, True]))
    assert result[[0, 2]].tolist() == [0.5, 0.4]
    assert result[1] / u[1] == pytest.approx(result[0] / u[0])
