"""Whatever happens in whatever order, the partition is that of the current records and judgements."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from dromio import store
from dromio.records import RecordKey
from dromio.store import ConflictError, ingest_many

from ..postgres import place
from .factory import Values, model, oracle

KEYS = st.builds(RecordKey, st.sampled_from(["crm", "shop"]), st.sampled_from(["1", "2", "3", "10", "20"]))
VALUES = st.fixed_dictionaries(
    {
        "given": st.sampled_from(["Ann", "Anna", "Bob", None]),
        "family": st.sampled_from(["Lee", "Ray", None]),
        "email": st.sampled_from(["a@x.org", "b@x.org", None]),
        "phone": st.sampled_from(["4711", "4712", None]),
    }
)
VERSIONS = st.none() | st.integers(1, 4)
MODELS = st.sampled_from(
    [
        {"max_block": 1000},
        {"max_block": 2},
        {"max_block": 3},
        {"link_type": "link_only"},
        {"link_type": "link_only", "max_block": 3},
        {"one_to_one": True, "link_type": "link_and_dedupe"},
        {"method": "connected_components"},
        {"rules": True},
        {"rules": True, "compared": False},
        {"rules": True, "compared": False, "max_block": 3},
        {"levels": True},
        {"levels": True, "max_block": 3},
        {"levels": True, "link_type": "link_only"},
        {"most_people": 1, "levels": True},
        {"most_people": 1},
        {"most_people": 1, "rules": True, "compared": False},
        {"most_people": 2, "max_block": 3, "method": "connected_components"},
    ]
)


HELD = """
SELECT a.source, a.unique_id, b.source, b.unique_id FROM held_merges h
JOIN records a ON a.record_id = h.left_id JOIN records b ON b.record_id = h.right_id
"""


class Histories(RuleBasedStateMachine):
    """Adds, updates, deletes, judgements and undone acts, against the partition by definition.

    With consent asked for, pairs that are held count as judged not to be one, and what was in two entities is in one
    only where a person said so.
    """

    kind = "sqlite"

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        url = self.stack.enter_context(place(self.kind, Path(folder)))
        self.store = self.stack.enter_context(store.open(url))
        self.records: dict[RecordKey, Values] = {}
        self.versions: dict[RecordKey, int | None] = {}
        self.judged: dict[frozenset[RecordKey], str] = {}
        self.before: list[tuple[int, dict[frozenset[RecordKey], str]]] = []
        self.ids: set[int] = set()
        self.named: list[RecordKey] = []
        self.asks = False

    def teardown(self) -> None:
        with self.stack:
            if hasattr(self, "domain"):
                assert self.domain.redo() == 0
                self.partition_is_that_of_the_current_records()

    @initialize(options=MODELS)
    def start(self, options: dict[str, Any]) -> None:
        self.model = model(**options)
        self.domain = self.store.create_domain("people", self.model)

    @rule(key=KEYS, values=VALUES, version=VERSIONS)
    def send(self, key: RecordKey, values: Values, version: int | None) -> None:
        self.name(key)
        known = self.versions.get(key)
        stale = (
            version is not None
            and known is not None
            and (version < known or (version == known and key not in self.records))
        )
        told = {name: text for name, text in values.items() if text is not None}
        if version is not None and version == known and key in self.records and told != self.records[key]:
            with pytest.raises(ConflictError, match="is stored with other values"):
                self.domain.resolve(*key, values, version=version)
            return
        before = self.homes()
        found = self.domain.resolve(*key, values, version=version)
        self.nothing_was_merged_unasked(before, {key})
        same = self.records.get(key) == told
        if not stale:
            self.records[key] = told
            self.versions[key] = max((one for one in (known, version) if one is not None), default=None)
        assert found.outcome == ("ignored" if stale else "unchanged" if same else found.outcome)
        assert found.entity_id == self.domain.entity_of(*key)

    @rule(
        rows=st.lists(st.tuples(KEYS, VALUES), min_size=1, max_size=6),
        at_once=st.integers(1, 6),
        few=st.sampled_from([0, 0, 400]),
    )
    def send_many(self, rows: list[tuple[RecordKey, Values]], at_once: int, few: int) -> None:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(ingest_many, "FEW", few)
            before = self.homes()
            found = self.domain.resolve_many([store.Delivery(*key, values) for key, values in rows], at_once=at_once)
        self.nothing_was_merged_unasked(before, {key for key, _ in rows})
        assert len(found) == len(rows)
        for key, values in rows:
            self.name(key)
            self.versions.setdefault(key, None)
            self.records[key] = {name: text for name, text in values.items() if text is not None}
        key, _ = rows[-1]
        assert found[-1].entity_id == self.domain.entity_of(*key)

    @rule(key=KEYS, version=VERSIONS)
    def delete(self, key: RecordKey, version: int | None) -> None:
        known = self.versions.get(key)
        there = key in self.records and not (version is not None and known is not None and version < known)
        before = self.homes()
        assert self.domain.delete(*key, version=version) == there
        self.nothing_was_merged_unasked(before, {key})
        if there:
            del self.records[key]
        if version is not None:
            self.name(key)
        if there or (version is not None and key not in self.records):
            self.versions[key] = max((one for one in (known, version) if one is not None), default=None)

    @rule(left=KEYS, right=KEYS, verdict=st.sampled_from(["positive", "negative", "unsure"]))
    def judge(self, left: RecordKey, right: RecordKey, verdict: str) -> None:
        if left == right:
            return
        after = self.judged | {frozenset((left, right)): verdict}
        after_names = [key for key in (left, right) if key not in self.named]
        if self.asks and verdict == "positive":  # agrees to the merges that wait between the two entities too
            homes = self.homes()
            sides = {homes.get(left), homes.get(right)}
            between = {pair for pair in self.held() if {homes.get(key) for key in pair} == sides and len(sides) == 2}
            after = self.judged | dict.fromkeys(between, "positive") | {frozenset((left, right)): verdict}
        try:
            act = self.domain.judge(left, right, verdict, author="test")
        except ConflictError:
            assert contradictory(after)
            return
        assert not contradictory(after)
        self.named += after_names
        self.before.append((act, self.judged))
        self.judged = after

    @rule()
    def undo_the_last_act(self) -> None:
        if self.before:
            act, self.judged = self.before.pop()
            self.domain.undo(act)

    @rule()
    def resolve_all_in_a_batch(self) -> None:
        ids = set(self.domain.partition())
        verified = self.domain.verify()
        self.domain.resolve_all()
        if not verified.waiting:
            assert set(self.domain.partition()) == ids

    @rule(options=MODELS)
    def apply_another_model(self, options: dict[str, Any]) -> None:
        self.model = model(**options)
        proposal = self.domain.propose_model(self.model)
        assert self.domain.apply_model(proposal.model_version) == proposal.entities_after

    @rule(data=st.data())
    def merge_entities(self, data: st.DataObject) -> None:
        found = self.domain.partition()
        if len(found) < 2:
            return
        one, other = data.draw(st.permutations(sorted(found)))[:2]
        records = sorted([*found[one], *found[other]])
        try:
            act = self.domain.merge(one, other, author="test")
        except ConflictError:
            return
        self.before.append((act, self.judged))
        first = next(key for key in records if all(self.number(key) <= self.number(each) for each in records))
        self.judged = self.judged | {frozenset((first, each)): "positive" for each in records if each != first}
        assert self.domain.entity(one).entity_id == self.domain.entity(other).entity_id == min(one, other)

    @rule(data=st.data())
    def take_records_out_of_an_entity(self, data: st.DataObject) -> None:
        several = {entity: keys for entity, keys in self.domain.partition().items() if len(keys) > 1}
        if not several:
            return
        entity = data.draw(st.sampled_from(sorted(several)))
        keys = several[entity]
        out = data.draw(st.lists(st.sampled_from(keys), min_size=1, max_size=len(keys) - 1, unique=True))
        try:
            act = self.domain.unmerge(entity, out, author="test")
        except ConflictError:
            return
        self.before.append((act, self.judged))
        stay = set(keys) - set(out)
        self.judged = self.judged | {frozenset((one, each)): "negative" for one in out for each in stay}
        homes = {self.domain.entity_of(*key) for key in stay}
        assert homes.isdisjoint(self.domain.entity_of(*key) for key in out)

    def name(self, key: RecordKey) -> None:
        if key not in self.named:
            self.named.append(key)

    def number(self, key: RecordKey) -> int:
        """In which order records were first named."""
        return self.named.index(key)

    @rule()
    def work_off_the_queue(self) -> None:
        before = self.homes()
        assert self.domain.redo() == 0
        self.nothing_was_merged_unasked(before, set())

    @rule(wanted=st.booleans())
    def ask_consent(self, wanted: bool) -> None:
        self.domain.ask_consent(wanted=wanted)
        self.asks = wanted

    def held(self) -> set[frozenset[RecordKey]]:
        """Pairs of records that are kept apart until somebody agrees."""
        rows = self.domain._read(lambda own: own.tx.rows(HELD))
        assert self.asks or not rows
        return {frozenset((RecordKey(*row[:2]), RecordKey(*row[2:]))) for row in rows}

    def homes(self) -> dict[RecordKey, int]:
        return {key: entity for entity, keys in self.domain.partition().items() for key in keys}

    def nothing_was_merged_unasked(self, before: dict[RecordKey, int], changed: set[RecordKey]) -> None:
        """Records that nobody touched are in one entity only where they were, or are judged to be."""
        if not self.asks:
            return
        together = [set(pair) for pair, verdict in self.judged.items() if verdict == "positive"]
        for keys in self.domain.partition().values():
            entities = {frozenset(one for one in keys if before.get(one) == home) for home in before.values()}
            parts = [set(one) - changed for one in entities if one - changed]
            assert len(joined([*parts, *together], set().union(*parts))) <= 1

    @invariant()
    def partition_is_that_of_the_current_records(self) -> None:
        if not hasattr(self, "domain"):
            return
        verified = self.domain.verify()
        if verified.waiting:
            return
        assert verified.differences == ()
        found = self.domain.partition()
        together = [
            set(pair) for pair, verdict in self.judged.items() if verdict == "positive" and pair <= set(self.records)
        ]
        groups = joined(together, set(self.records))
        waiting = {pair for pair in self.held() if not any(pair <= group for group in groups)}
        judged = dict.fromkeys(waiting, "negative") | self.judged
        assert {frozenset(keys) for keys in found.values()} == oracle(self.records, judged, self.model)
        self.ids |= set(found)
        for entity in self.ids:
            known = self.domain.entity(entity)
            assert (known.state == "ended") == (known.records == ())
            assert known.entity_id in found or not known.records


def joined(parts: list[set[RecordKey]], wanted: set[RecordKey]) -> list[set[RecordKey]]:
    """The parts with those that overlap as one, as far as they hold any of those wanted."""
    found: list[set[RecordKey]] = []
    for part in parts:
        touched = [one for one in found if one & part]
        found = [one for one in found if not one & part] + [part.union(*touched)]
    return [one for one in found if one & wanted]


def contradictory(judged: dict[frozenset[RecordKey], str]) -> bool:
    """Whether records judged not to be one are judged to be one by way of others."""
    groups = [set(pair) for pair, verdict in judged.items() if verdict == "positive"]
    for _ in judged:
        for group in groups:
            for other in groups:
                if group & other:
                    group |= other
    return any(verdict == "negative" and any(pair <= group for group in groups) for pair, verdict in judged.items())


class HistoriesOnPostgres(Histories):
    kind = "postgresql"


Histories.TestCase.settings = settings(
    max_examples=int(os.environ.get("DROMIO_TEST_HISTORIES", "40")), stateful_step_count=25, deadline=None
)
HistoriesOnPostgres.TestCase.settings = settings(
    max_examples=5, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
TestHistories = Histories.TestCase
TestHistoriesOnPostgres = HistoriesOnPostgres.TestCase
