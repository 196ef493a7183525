"""Resolve records into entities: the main job, from files to clusters and golden records."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dromio.clusters.average_link import Edges
from dromio.clusters.components import connected_components
from dromio.clusters.identical import LEAST_ATTRIBUTES, identical_records
from dromio.clusters.rule_levels import rule_levels
from dromio.clusters.value_ranks import value_ranks
from dromio.deciders import VETO
from dromio.engines.batch_facts import DECISIONS, Decisions, decide_all
from dromio.engines.columns import Codes, Ints
from dromio.engines.duckdb import Batch
from dromio.engines.keys import Blocks, unpack
from dromio.errors import DromioError, InputError, ResourceError, UsageError
from dromio.io.sources import Records, read_records
from dromio.model.schema import Attribute, LinkType, Model, Thresholds
from dromio.plan import MILLI, Plan, bound_of, make_plan, probability
from dromio.service import match
from dromio.service.clustering import linked, parted, uncounted_fields
from dromio.service.limits import check_address_space
from dromio.service.options import RunOptions
from dromio.service.phases import Phases, Watcher, nobody
from dromio.service.sharing import decided, set_aside
from dromio.service.vetoes import unseen_vetoes
from dromio.training.counts import VectorCounts, count_vectors
from dromio.training.train import Training, train

_BEYOND_DOUBT = 5 * MILLI
PAIRS_FLOOR = -10 * MILLI
"""Pairs below a match weight of -10 bits (probability 1 in 1,000) are not written."""


@dataclass
class Run:
    """Everything that a run found, as needed for its outputs and its report."""

    records: Records
    model: Model
    plan: Plan
    batch: Batch
    understanding: match.Understanding
    blocks: list[Blocks]
    added: list[int]
    left: Codes
    right: Codes
    counted: VectorCounts
    weight: Ints
    """Match weight of every pair; 0 where the model has no probabilities."""
    decisions: Decisions | None
    """What rules, score, groups or weighted fields said of every pair, where the model has any."""
    cluster: Ints
    """Number of the cluster of every record: 0 for that of the first record, and so on."""
    cluster_ids: pa.Array
    training: Training | None
    phases: Phases
    options: RunOptions
    started: datetime
    unsearched: int = 0
    """Components of matches too large to search all their pairs for vetoes."""
    partitions: dict[str, pa.Array] = field(default_factory=dict)
    """Partition of the model -> id of the part of every record."""

    def release_columns(self) -> None:
        """Let the columns go; entities, pairs and golden records can still be had."""
        self.counted = count_vectors(np.zeros((0, 0), np.int8))
        assert self.has_value is not None  # known from here on
        self.batch.attributes.clear()
        self.batch.rarity.clear()

    def release_pairs(self) -> None:
        """Let the pairs go; entities and golden records can still be had."""
        self.left = self.right = np.zeros(0, np.int32)
        self.weight = np.zeros(0, np.int64)
        self.decisions = None

    @property
    def entities(self) -> pa.Table:
        """source_dataset, unique_id, cluster_id of every record, and its part in every partition of the model."""
        return pa.table(
            {
                "source_dataset": self.records.source_names,
                "unique_id": self.records.ids,
                "cluster_id": self.cluster_ids.take(pa.array(self.cluster)),
                **self.partitions,
            }
        )

    @property
    def golden(self) -> pa.Table:
        """One golden record for each cluster, with the record that supplied each value."""
        return pa.concat_tables(self.golden_parts())

    def golden_parts(self) -> Iterator[pa.Table]:
        """The same in parts, so that one can be written while the next is worked out."""
        from dromio.golden import golden_parts

        return golden_parts(self.records, self.model, self.cluster, self.cluster_ids, has_value=self.has_value)

    @cached_property
    def has_value(self) -> dict[str, npt.NDArray[np.bool_]]:
        """Whether cleaning left each record a value, for every attribute of one value."""
        return {name: own.filled() for name, own in self.batch.attributes.items() if own.owner is None}

    @cached_property
    def decision(self) -> npt.NDArray[np.int8]:
        """The decision on every pair, as its place in DECISIONS."""
        return decided(self.plan, self.weight, self.decisions)

    @property
    def pairs(self) -> pa.Table:
        """Pairs that match, are for review, or weigh more than the floor, in order of the records.

        Weight (bits) and probability are null where the model has none.
        """
        return pa.Table.from_batches(self.pair_batches(), self.pairs_schema)

    def pair_batches(self, size: int = 250_000) -> Iterator[pa.RecordBatch]:
        """The same in parts of a size, so that they need not be in memory at once."""
        likely = self.weight >= PAIRS_FLOOR if self.plan.comparisons else np.zeros(len(self.weight), np.bool_)
        kept = np.flatnonzero(likely | (self.decision < DECISIONS.index("non-match")))
        for at in range(0, len(kept), size):
            yield self._pair_batch(kept[at : at + size])

    def _pair_batch(self, part: Ints) -> pa.RecordBatch:
        names = pa.array([source.name for source in self.records.sources], pa.string())
        left, right, weight = self.left[part], self.right[part], self.weight[part]
        without = np.full(len(part), not self.plan.comparisons)
        columns = [
            names.take(pa.array(self.records.source[left])),
            self.records.ids.take(pa.array(left)),
            names.take(pa.array(self.records.source[right])),
            self.records.ids.take(pa.array(right)),
            pa.array(weight / MILLI, mask=without),
            pa.array(probability(weight), mask=without),
            pa.array(DECISIONS).take(pa.array(self.decision[part])),
        ]
        if self.decisions is not None:
            columns += self.decisions.reasons(part)
        elif self.model.shared_values:
            columns += [pa.nulls(len(part), pa.string()), pa.nulls(len(part), pa.float64())]
        return pa.RecordBatch.from_arrays(columns, schema=self.pairs_schema)

    @property
    def pairs_schema(self) -> pa.Schema:
        """Columns of the table of pairs: reason and score only where the model has rules, a score, groups, weighted
        fields or shared values."""
        id_type = self.records.ids.type
        columns = [
            ("source_dataset_l", pa.string()),
            ("unique_id_l", id_type),
            ("source_dataset_r", pa.string()),
            ("unique_id_r", id_type),
            ("match_weight", pa.float64()),
            ("match_probability", pa.float64()),
            ("decision", pa.string()),
        ]
        if self.plan.decider is not None or self.model.shared_values:
            columns += [("reason", pa.string()), ("score", pa.float64())]
        return pa.schema(columns)


@contextmanager
def workspace(options: RunOptions) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB connection within the limits of the run, spilling to a private folder that goes with it."""
    with tempfile.TemporaryDirectory(prefix="dromio-", dir=options.temporary) as folder:
        con = duckdb.connect(str(Path(folder) / "work.duckdb") if options.memory else ":memory:")
        try:
            con.execute("SET threads = ?", [options.thread_count])
            con.execute("SET temp_directory = ?", [str(Path(folder) / "spill")])
            con.execute("SET enable_progress_bar = false")
            con.execute("SET python_enable_replacements = false")
            con.execute("SET autoinstall_known_extensions = false")
            if options.memory:
                con.execute("SET memory_limit = ?", [f"{options.memory // 3_000_000}MB"])
            yield con
        finally:
            con.close()


@contextmanager
def run(
    inputs: Any,
    *,
    model: Model | None = None,
    attributes: Sequence[Attribute] | None = None,
    id_column: str | None = None,
    options: RunOptions | None = None,
    watch: Watcher = nobody,
) -> Iterator[Run]:
    """Resolve the inputs. What is yielded can be read while inside; the workspace goes when it is left.

    `attributes`: what a model is drafted of where none is given; None has them understood from the columns.
    """
    options = options or RunOptions()
    check_address_space()
    try:
        with workspace(options) as con:
            yield _run(con, inputs, model, attributes, id_column, options, Phases(watch))
    except MemoryError:
        raise ResourceError("memory ran out; give the run more (--memory) or fewer records at a time") from None
    except duckdb.OutOfMemoryException as error:
        raise ResourceError(f"memory ran out: {str(error).splitlines()[0]}") from None
    except duckdb.InterruptException:
        raise KeyboardInterrupt from None
    except OSError as error:
        raise ResourceError(f"cannot read or write: {error}") from error
    except duckdb.Error as error:
        raise _of_duckdb(error) from error
    except RuntimeError as error:
        if "thread" not in str(error) and "bad_alloc" not in str(error):
            raise
        raise ResourceError(f"memory or threads ran out: {error}") from None


def _of_duckdb(error: duckdb.Error) -> DromioError:
    """What the caller can do about an error of DuckDB in the middle of a run."""
    first = str(error).splitlines()[0]
    if any(word in str(error) for word in ("No space left", "could not allocate", "bad_alloc", "Out of Memory")):
        return ResourceError(f"memory or disk ran out: {first}")
    if isinstance(error, duckdb.IOException | duckdb.InvalidInputException):
        return InputError(f"cannot read the input: {first}")
    return DromioError(f"DuckDB: {first}")


def _run(
    con: duckdb.DuckDBPyConnection,
    inputs: Any,
    model: Model | None,
    given: Sequence[Attribute] | None,
    id_column: str | None,
    options: RunOptions,
    phases: Phases,
) -> Run:
    started = datetime.now(UTC)
    with phases.phase("read"):
        records = read_records(con, inputs, id_column=id_column)
    link_type = _link_type(options, model, len(records.sources))
    if model is not None:
        model = _with_options(model, link_type, options)
        records.require(columns_used(model))
    source = match.source_of(records, link_type)
    understanding, known = match.Understanding(), None
    if model is None:
        attributes, recency = list(given or ()), None
        if given is None:
            with phases.phase("understand"):
                understanding, attributes, recency = match.understand(records)
        with phases.phase("clean"):
            columns = match.clean(records, attributes)
        with phases.phase("choose keys"):
            model, batch, known = match.draft_model(
                records, attributes, columns, link_type, understanding, recency, one_to_one=options.one_to_one
            )
    else:
        with phases.phase("clean"):
            batch = Batch(match.clean(records, model.attributes, model), len(records), records.source)
            batch.set_words(model)
        if not model.trained:
            known = match.measure_chance(batch, make_plan(model, trained=False), source)
    with phases.phase("candidates"):
        plan = make_plan(model, trained=model.trained)
        pairs, blocks, added = match.candidates(
            batch, plan, source, options.thread_count, allow_scan=options.allow_scan
        )
        left, right = unpack(pairs)
        del pairs
    with phases.phase("compare"):
        counted = count_vectors(batch.levels(plan.comparisons, left, right))
        decisions = decide_all(plan, batch.attributes, left, right) if plan.decider else None
        batch.forget()
    training = None
    with phases.phase("train"):
        if not model.trained:
            assert known is not None
            training = train(model, counted, known)
            model = training.model
        if options.threshold is not None:
            review = min(model.thresholds.review, options.threshold)
            model = model.model_copy(update={"thresholds": Thresholds(match=options.threshold, review=review)})
        plan = make_plan(model)
    with phases.phase("score"), ThreadPoolExecutor(1) as aside:
        finding = aside.submit(identical_records, batch.attributes.values(), batch.records, uncounted_fields(plan))
        weight = match.weigh(batch, plan, counted, left, right) if plan.comparisons else np.zeros(len(left), np.int64)
        if training is not None and source is not None and not model.clustering.one_to_one:
            one_to_one = has_one_partner_each(left, right, weight - plan.match_threshold)
            model = model.model_copy(
                update={"clustering": model.clustering.model_copy(update={"one_to_one": one_to_one})}
            )
            plan = make_plan(model)
        decisions = set_aside(plan, batch, left, right, weight, decisions)
        identical = finding.result()
    with phases.phase("cluster"):
        strength = weight - plan.match_threshold
        if decisions is not None:
            strength = np.where(decisions.is_open, strength, decisions.weight)
        unsearched = 0
        if plan.model.clustering.method == "rule_levels":
            assert decisions is not None
            root = by_rule_levels(batch, decisions, left, right)
        else:
            one, other, unsearched = unseen_vetoes(plan, batch, left, right, strength, source)
            start = beginnings(identical, plan, left, right, strength, source) if plan.comparisons else None
            edges = Edges(np.append(left, one), np.append(right, other), np.append(strength, np.full(len(one), VETO)))
            root = linked(plan, edges, len(records), start=start, source=records.source, cross_only=source is not None)
        cluster, cluster_ids = numbered(root, records)
        stricter = partitions(plan, batch, records, left, right, strength, decisions, root, source, identical)
    return Run(
        records, model, plan, batch, understanding, blocks, added, left, right, counted, weight, decisions,
        cluster, cluster_ids, training, phases, options, started, unsearched, partitions=stricter,
    )  # fmt: skip


def has_one_partner_each(left: Codes, right: Codes, weight: Ints) -> bool:
    """Whether sources that are linked hold hardly any duplicates of their own: then two partners of one record are
    rivals.

    True when at least 50 records match beyond doubt and fewer than 1 in 30 of them match two others so: in measured
    sets at most 0.026 where sources are clean, 0.16 where they are not. Weaker pairs tell of a weak model, not of
    duplicates.
    """
    matched = weight > _BEYOND_DOUBT
    partners = np.bincount(np.concatenate([left[matched], right[matched]]))
    found = int((partners > 0).sum())
    return found >= 50 and int((partners > 1).sum()) < found / 30


def _link_type(options: RunOptions, model: Model | None, sources: int) -> LinkType:
    chosen = options.link_type or (model.link_type if model is not None else None)
    if chosen == "link_only" and sources == 1:
        raise UsageError(
            "link type 'link_only' finds matches across sources, but there is only one; give two, or dedupe_only"
        )
    return chosen or ("dedupe_only" if sources == 1 else "link_and_dedupe")


def _with_options(model: Model, link_type: LinkType, options: RunOptions) -> Model:
    """The model with what the caller wants otherwise."""
    clustering = model.clustering.model_copy(update={"one_to_one": model.clustering.one_to_one or options.one_to_one})
    return model.model_copy(update={"link_type": link_type, "clustering": clustering})


def columns_used(model: Model) -> list[str]:
    """Columns of the input that a model needs, each once."""
    named = [name for attribute in model.attributes for value in attribute.inputs for name in value.columns.values()]
    return list(dict.fromkeys([*named, *([model.recency] if model.recency else [])]))


def beginnings(
    identical: tuple[Ints, Ints], plan: Plan, left: Codes, right: Codes, shifted: Ints, source: Codes | None
) -> Codes | None:
    """For every record the first one of those that are one entity because they say the same; None where all begin
    alone. `identical`: what `identical_records` found.

    Records that say the same join when they have values of two attributes, or when their weight is above the threshold.
    With `source` some of them must be of different sources. An entity of one record per source begins with one record.
    """
    if plan.model.clustering.one_to_one:
        return None
    first, attributes = identical
    joined = attributes >= LEAST_ATTRIBUTES
    if source is not None:
        spans = np.zeros(len(first), np.bool_)
        spans[first[source[first] != source]] = True
        joined &= spans[first]
    others = np.flatnonzero(joined & (first != np.arange(len(first))))
    same = np.flatnonzero((first[left] == first[right]) & (shifted > 0))
    if not len(others) and not len(same):
        return None
    ends = np.concatenate([first[others], left[same]]), np.concatenate([others, right[same]])
    return connected_components(*ends, len(first)).astype(np.int32)


def numbered(root: Ints, records: Records) -> tuple[Ints, pa.Array]:
    """Cluster number of every record, and the published id of every cluster: that of its first record."""
    is_first = root == np.arange(len(root))
    first = pa.array(np.flatnonzero(is_first))
    ids = records.ids.take(first)
    if len(records.sources) > 1:
        ids = pc.binary_join_element_wise(records.source_names.take(first), ids.cast(pa.string()), ":")
    return (np.cumsum(is_first) - 1)[root], ids


def partitions(
    plan: Plan, batch: Batch, records: Records, left: Codes, right: Codes, strength: Ints,
    decisions: Decisions | None, root: Ints, source: Codes | None, identical: tuple[Ints, Ints],
) -> dict[str, pa.Array]:  # fmt: skip
    """Partition of the model -> id of the part of every record: that of its first record, as for clusters."""
    found = {}
    for name in (one.name for one in plan.model.partitions):
        bound = bound_of(plan, name)
        if plan.model.clustering.method == "rule_levels":
            assert decisions is not None
            parts = by_rule_levels(batch, decisions, left, right, most=bound)
        else:
            shifted = np.where(strength == VETO, VETO, strength - bound)
            edges = Edges(left, right, shifted)
            start = beginnings(identical, plan, left, right, shifted, source)
            parts = parted(plan, edges, root, bound, start=start, source=records.source, cross_only=source is not None)
        number, ids = numbered(parts, records)
        found[name] = ids.take(pa.array(number))
    return found


def by_rule_levels(
    batch: Batch, decisions: Decisions, left: Codes, right: Codes, *, most: int = 1000
) -> Ints:  # fmt: skip
    """The first record of the group of every record, where rules are levels; of which the first `most` count."""
    place = decisions.place
    matched = np.flatnonzero((decisions.decision == DECISIONS.index("match")) & (place < most))
    level = place[matched].astype(np.int64) + 1
    rank = value_ranks(batch.attributes.values(), batch.records)
    return rule_levels(left[matched], right[matched], level, batch.records, rank)[0]
