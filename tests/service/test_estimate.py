"""The pairs of every key, counted without making them, are those that a run makes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dromio
from dromio.model.schema import Model
from dromio.service.estimate import estimate


def model(**parts: Any) -> Model:
    attributes = [{"name": name, "type": "folded", "inputs": [{"columns": {"value": name}}]} for name in ("a", "b")]
    rules = [{"name": "a", "when": "equal(a.value)"}, {"name": "b", "when": "equal(b.value)"}]
    return Model.model_validate({"attributes": attributes, "rules": rules} | parts)


def assert_as_in_a_run(inputs: Any, made: Model) -> None:
    found = estimate(made, inputs)
    with dromio.resolve(inputs, model=made) as result:
        keys = result.summary["keys"]
    for mine, theirs in zip(found.keys, keys, strict=True):
        assert (mine.name, mine.pairs) == (theirs["name"], theirs["pairs"])
        assert (mine.largest, mine.dropped) == (theirs["largest_block"], theirs["dropped_blocks"])


texts = st.sampled_from(["", "x", "y", "z w"])
tables = st.lists(st.tuples(texts, texts), min_size=2, max_size=14)


@given(tables, st.sampled_from([None, 2, 3]), st.booleans())
@settings(max_examples=10, deadline=None)
def test_pairs_are_those_of_a_run(values: list[tuple[str, str]], limit: int | None, split: bool) -> None:
    rows = [{"unique_id": n, "a": a, "b": b} for n, (a, b) in enumerate(values)]
    key = {"fields": ["a.value"], "max_block": limit, "split_by": ["b.value"] if split else []}
    assert_as_in_a_run(rows, model(keys=[key, {"fields": ["tokens(b.value)"]}]))


@given(tables, tables)
@settings(max_examples=10, deadline=None)
def test_pairs_across_sources_are_those_of_a_run(left: list[tuple[str, str]], right: list[tuple[str, str]]) -> None:
    sources = {
        name: [{"unique_id": n, "a": a, "b": b} for n, (a, b) in enumerate(values)]
        for name, values in (("one", left), ("two", right))
    }
    assert_as_in_a_run(sources, model(link_type="link_only"))


SIEVED = [{"name": "r", "when": "equal(a.value) and levenshtein(b.value) <= 1"}]


def _streets(count: int) -> list[dict[str, Any]]:
    texts = ("oak", "elm road", "the avenue", "high street 12", "w", "jubilee yard", "quickpitch", "zzz", "bb", "nnn m")
    return [{"unique_id": n, "a": "x", "b": texts[n % 10]} for n in range(count)]


def test_pairs_that_a_sieve_lets_go_are_not_counted() -> None:
    assert_as_in_a_run(_streets(40), model(rules=SIEVED))
    (key,) = estimate(model(rules=SIEVED), _streets(40)).keys
    assert (key.sieved, key.pairs, key.exact) == (780, 10 * 6, True)


def test_pairs_that_a_sieve_lets_go_are_estimated_where_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dromio.service.key_costs._COUNTED", 100)
    (key,) = estimate(model(rules=SIEVED), _streets(400)).keys
    assert (key.sieved, key.exact) == (79_800, False)
    assert key.pairs == pytest.approx(10 * 780, rel=0.03)


def test_an_estimate_says_how_many_pairs_there_are_and_how_long_they_take() -> None:
    rows = [{"unique_id": n, "a": "x", "b": str(n)} for n in range(20)]
    found = estimate(model(), rows)
    assert (found.records, found.possible_pairs, found.pairs, found.scan_pairs) == (20, 190, 190, 0)
    assert 0 <= found.measured_seconds <= found.seconds
    assert found.to_dict()["keys"][0]["pairs"] == found.keys[0].pairs


def test_a_clause_without_a_key_costs_a_scan() -> None:
    made = model(rules=[{"name": "far", "when": "not equal(a.value)", "decision": "review"}])
    assert estimate(made, [{"unique_id": n, "a": "x", "b": str(n)} for n in range(20)]).scan_pairs == 190


def test_columns_that_the_records_lack_are_named() -> None:
    with pytest.raises(dromio.DromioError, match="'b'"):
        estimate(model(), [{"unique_id": 1, "a": "x"}, {"unique_id": 2, "a": "x"}])
