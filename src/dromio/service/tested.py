"""The examples of a model, tried: pairs decided by the row engine, then clustered as in a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pyarrow as pa

from dromio.clusters.average_link import Edges
from dromio.clusters.components import connected_components
from dromio.clusters.identical import LEAST_ATTRIBUTES
from dromio.clusters.rule_levels import rule_levels
from dromio.clusters.value_ranks import value_ranks
from dromio.deciders import VETO, Verdict
from dromio.engines import row
from dromio.engines.columns import AttributeColumns, Column
from dromio.engines.explanation import Explanation, explain
from dromio.engines.explanation.asked import Asked
from dromio.engines.row_facts import CleanedRecord, Values
from dromio.engines.shared import for_review, people, shared_in_common, watched, without_shared
from dromio.model.examples import SOURCE_COLUMN, Example
from dromio.model.schema import Attribute, Model
from dromio.plan import Plan, make_plan
from dromio.records import RecordKey
from dromio.service.clustering import linked, uncounted_fields
from dromio.service.rows import record_of, text_of

Pair = tuple[int, int]


@dataclass(frozen=True)
class Failure:
    """Two records of an example, by their places from 1, that did not come out as expected, and why."""

    example: str
    expected: str
    left: int
    right: int
    found: str
    explanation: Explanation

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON."""
        named = {name: getattr(self, name) for name in ("example", "expected", "left", "right", "found")}
        return named | {"explanation": self.explanation.to_dict()}

    def to_text(self) -> str:
        """What was expected, what was found, and the explanation under it."""
        inside = "\n".join(f"    {line}".rstrip() for line in self.explanation.to_text().splitlines())
        return f'"{self.example}" ({self.expected}), records {self.left} and {self.right}: {self.found}\n{inside}'


def failures(model: Model) -> list[Failure]:
    """All pairs of all examples that did not come out as expected. Raises ModelError for a model that is not
    trained."""
    if not model.examples:
        return []
    plan = make_plan(model)
    return [failure for example in model.examples for failure in _failures(example, plan)]


def _failures(example: Example, plan: Plan) -> Iterator[Failure]:
    tried = _Tried(example, plan)
    for left, right in combinations(range(len(tried.cleaned)), 2):
        together = tried.root[left] == tried.root[right]
        found = tried.found(left, right)
        wrong = {
            "must_link": not together,
            "cannot_link": together,
            "review": found != "review",
        }[example.expected]
        if wrong:
            explained = explain(plan, tried.cleaned[left], tried.cleaned[right], shared=tried.shared)
            said = _said(found, together=bool(together))
            yield Failure(example.name, example.expected, left + 1, right + 1, said, explained)


def _said(found: str, *, together: bool) -> str:
    """What came of a pair, in words."""
    if found == "not compared":
        apart = "they share no key, so they were not compared"
        return f"{apart}, but other records join them." if together else f"{apart}."
    if together and found != "match":
        return f"the pair is a {found}, but other records join them."
    if not together and found == "match":
        return "the pair is a match, but other records keep them apart."
    return f"the pair is a {found}."


class _Tried:
    """The records of one example: cleaned, decided pair by pair, clustered."""

    def __init__(self, example: Example, plan: Plan) -> None:
        self.plan = plan
        model = plan.model
        rows = example.records
        named = [text_of(one.get(SOURCE_COLUMN)) or f"record {place}" for place, one in enumerate(rows, 1)]
        self.source = np.unique(np.array(named), return_inverse=True)[1].astype(np.int32)
        keys = (RecordKey(source, f"record {place}") for place, source in enumerate(named, 1))
        self.cleaned = [
            row.clean_record(record_of(one, model, key), model) for one, key in zip(rows, keys, strict=True)
        ]
        self.cross_only = model.link_type == "link_only"
        self.shared = _shared(model, self.cleaned)
        own_keys = [row.record_keys(one, plan) for one in self.cleaned]
        self.compared = {
            (one, other)
            for one, other in combinations(range(len(rows)), 2)
            if self._comparable(one, other) and (own_keys[one] & own_keys[other] or self._scanned(one, other))
        }
        self.root = self._roots()

    def found(self, left: int, right: int) -> str:
        """The decision on a pair; "not compared" for one without a shared key."""
        if (left, right) not in self.compared:
            return "not compared"
        return self._verdict(left, right).decision

    def _verdict(self, left: int, right: int) -> Verdict:
        """The verdict on a pair, less for what rests on values that too many people of the example share."""
        one, other = self.cleaned[left], self.cleaned[right]
        found = row.decide(self.plan, one, other)
        fields = watched(self.plan.model)
        on = shared_in_common(fields, one, other, self.shared) if found.decision == "match" else []
        bare = without_shared(fields, one, other, self.shared)
        return found if not on or row.decide(self.plan, *bare).decision == "match" else for_review(found, on)

    def _comparable(self, one: int, other: int) -> bool:
        return not self.cross_only or bool(self.source[one] != self.source[other])

    def _scanned(self, one: int, other: int) -> bool:
        """Whether a scan brings the pair up: one keeps what is decided to be more than a non-match."""
        if not self.plan.scans:
            return False
        verdict = Asked(self.plan, self.cleaned[one], self.cleaned[other]).verdict_if(())
        return verdict is not None and verdict.decision != "non-match"

    def _roots(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """The first record of the cluster of every record, as a run would have it."""
        pairs = [pair for pair in combinations(range(len(self.cleaned)), 2) if self._comparable(*pair)]
        decided = [(pair, self._verdict(*pair)) for pair in pairs]
        if self.plan.model.clustering.method == "rule_levels":
            return self._by_rule_levels([each for each in decided if each[0] in self.compared])
        # Pairs that were compared, and further pairs that a rule keeps apart.
        weighed = [(*pair, one.weight) for pair, one in decided if pair in self.compared or one.weight == VETO]
        edges = Edges(*np.array(weighed, np.int64).reshape(-1, 3).T)
        by_weight = self.plan.comparisons and not self.plan.model.clustering.one_to_one
        start = self._beginnings(edges) if by_weight else None
        return linked(self.plan, edges, len(self.cleaned), start=start, source=self.source, cross_only=self.cross_only)

    def _by_rule_levels(self, decided: Sequence[tuple[Pair, Verdict]]) -> np.ndarray[Any, np.dtype[np.int64]]:
        matched = [(*pair, one.place + 1) for pair, one in decided if one.decision == "match"]
        left, right, level = np.array(matched, np.int64).reshape(-1, 3).T
        columns = [_columns(one, [own.get(one.name, ()) for own in self.cleaned]) for one in self.plan.model.attributes]
        return rule_levels(left, right, level, len(self.cleaned), value_ranks(columns, len(self.cleaned)))[0]

    def _beginnings(self, edges: Edges) -> np.ndarray[Any, np.dtype[np.int64]] | None:
        """For every record the first one that says the same in enough attributes to be taken for it."""
        said = [_said_by(one, uncounted_fields(self.plan)) for one in self.cleaned]
        matched = {(one, other) for one, other, weight in zip(*_lists(edges), strict=True) if weight > 0}
        same = [
            (one, other)
            for one, other in combinations(range(len(said)), 2)
            if said[one] == said[other] and self._comparable(one, other)
            and (len(said[one]) >= LEAST_ATTRIBUTES or (one, other) in matched)
        ]  # fmt: skip
        if not same:
            return None
        ends = np.array(same)
        return connected_components(ends[:, 0], ends[:, 1], len(said))


def _shared(model: Model, cleaned: Sequence[CleanedRecord]) -> dict[tuple[int, str], int]:
    """How many people share each value, of those values that too many of the example do."""
    found: dict[tuple[int, str], int] = {}
    for one in watched(model):
        names: dict[str, set[str]] = {}
        for each in cleaned:
            for value in one.values(each):
                names.setdefault(value, set()).update(one.full_names(each))
        counted = {value: people(own) for value, own in names.items()}
        found |= {(one.number, value): number for value, number in counted.items() if number > one.most}
    return found


def _columns(attribute: Attribute, values: Sequence[Values]) -> AttributeColumns:
    """The values of an attribute, those of one record after those of another, as a run keeps them."""
    labels = list(dict.fromkeys(one.label for one in attribute.inputs))
    rows = [(owner, label, own) for owner, each in enumerate(values) for label, own in each]
    columns = {
        name: Column.encode(pa.array([own.get(name) for _, _, own in rows], pa.string())) for name in attribute.fields
    }
    numbered = np.array([labels.index(label) for _, label, _ in rows], np.int32)
    return AttributeColumns(attribute.name, columns, np.array([owner for owner, _, _ in rows], np.int32), numbered)


def _lists(edges: Edges) -> tuple[list[int], list[int], list[int]]:
    return edges.left.tolist(), edges.right.tolist(), edges.weight.tolist()


def _said_by(cleaned: CleanedRecord, unused: dict[str, set[str]]) -> dict[str, list[Any]]:
    """What a record says: its values of every attribute that has one, in any order of them."""
    result = {}
    for name, values in cleaned.items():
        kept = _kept(values, unused.get(name, set()))
        if kept:
            result[name] = sorted(kept)
    return result


def _kept(values: Iterable[tuple[str, dict[str, str]]], unused: set[str]) -> Sequence[Any]:
    fields = (
        (label, sorted((name, text) for name, text in own.items() if name not in unused)) for label, own in values
    )
    return [(label, own) for label, own in fields if own]
