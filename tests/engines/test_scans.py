"""The promise of derived keys: whatever is not a non-match shares a key, or is in a scan that says so."""

from __future__ import annotations

import random
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dromio.deciders.keys import derived_keys
from dromio.engines import row
from dromio.engines.duckdb import Batch
from dromio.engines.keys import blocks, code_records, coded_with_sieve, unpack
from dromio.engines.row_facts import Answers
from dromio.engines.scans import scan_cost, scan_pairs
from dromio.engines.sieve import Signed, sieve_of
from dromio.model.deciders import Rule
from dromio.model.schema import Model
from dromio.plan import PlannedKey, make_plan

from .factory import batch_of
from .fuzz_keys import fuzz
from .test_deciders import ATTRIBUTES, LEAVES, _records, models


@pytest.fixture(autouse=True)
def _small_squares(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dromio.engines.keys.SQUARE_FROM", 2)
    monkeypatch.setattr("dromio.engines.sieve._SELDOM", 1.0)


def model_of(**parts: Any) -> Model:
    return Model(attributes=ATTRIBUTES, **parts)


def rules(*texts: str) -> Model:
    return model_of(rules=[Rule(name=text[:20], when=text) for text in texts])


def assert_nothing_is_lost(model: Model, count: int, seed: int) -> None:
    """Candidates by rows and by columns are the same, and hold all matches and reviews."""
    records = _records(random.Random(seed), count)
    plan, derived = make_plan(model), derived_keys(model)
    assert plan.decider is not None
    batch = batch_of(records, model)
    cleaned = [row.clean_record(one, model) for one in records]
    codes = [row.record_keys(one, plan) for one in cleaned]
    every = list(combinations(range(count), 2))
    found = {(one, other) for one, other in every if codes[one] & codes[other]}
    packed = [blocks(code_records(batch.attributes, key, count), None, records=count).pairs for key in plan.keys]
    assert found == {pair for part in packed for pair in _unpacked(part)}
    found = {pair for key in plan.keys for pair in _sieved(batch, key)}
    for scan in derived.scans:
        scanned = [pair for part in scan_pairs(scan, batch.attributes, count, chunk=30) for pair in _unpacked(part)]
        assert len(scanned) == len(set(scanned)) == scan_cost(scan, batch.attributes, count)
        found.update(scanned)
    facts = row.kept_with(plan, Answers)
    for one, other in every:
        verdict = plan.decider.decide(facts.about(cleaned[one], cleaned[other]))
        assert verdict is None or verdict.decision == "non-match" or (one, other) in found, (
            cleaned[one],
            cleaned[other],
            derived,
        )


def _sieved(batch: Batch, key: PlannedKey) -> set[tuple[int, int]]:
    """The pairs of a key that pass its sieve, by whole blocks and one by one; with equalities alone there are more."""
    coded = code_records(batch.attributes, key, batch.records)
    sieve = sieve_of(key, Signed(batch.attributes))
    if sieve is None:
        return set(_unpacked(blocks(coded, None, records=batch.records).pairs))
    at_once = _unpacked(blocks(coded, None, records=batch.records, sieve=sieve).pairs)
    sieve.square = None
    assert at_once == _unpacked(blocks(coded, None, records=batch.records, sieve=sieve).pairs)
    cheaply, coarser = coded_with_sieve(batch.attributes, key, batch.records, Signed(batch.attributes))
    found = set(_unpacked(blocks(cheaply, None, records=batch.records, sieve=coarser).pairs))
    assert set(at_once) <= found
    return set(at_once)


def _unpacked(packed: Any) -> list[tuple[int, int]]:
    left, right = unpack(packed)
    return list(zip(left.tolist(), right.tolist(), strict=True))


@settings(max_examples=40, deadline=None)
@given(models, st.integers(0, 10**6))
def test_keys_and_scans_lose_nothing(parts: dict[str, Any], seed: int) -> None:
    assert_nothing_is_lost(model_of(**parts), 14, seed)


@pytest.mark.parametrize("leaf", LEAVES)
def test_every_kind_of_question_loses_nothing(leaf: str) -> None:
    assert_nothing_is_lost(rules(leaf), 40, seed=1)
    assert_nothing_is_lost(rules(f"not ({leaf})"), 20, seed=2)


def test_a_scan_across_sources_pairs_no_record_with_its_own_source() -> None:
    model = rules("always()")
    batch = batch_of(_records(random.Random(1), 6), model)
    source = batch.source.copy()
    source[3:] = 1
    (scan,) = derived_keys(model).scans
    found = [*scan_pairs(scan, batch.attributes, 6, source)]
    assert sum(map(len, found)) == 9


def test_fuzzed_conditions_lose_nothing() -> None:
    keyed, scanned, held = fuzz(1000, seed=random.randrange(10**6))
    assert min(keyed, scanned, held) > 100
