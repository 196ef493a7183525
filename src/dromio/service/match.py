"""From records to scored pairs: clean, keys, candidates, vectors, training, weights.

Each function is one step of the pipeline and can be tested alone; `resolve` strings them together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from dromio.configure import columns as column_types
from dromio.configure import draft, hot, shared
from dromio.configure import keys as key_choice
from dromio.configure.profile import profile_columns
from dromio.configure.understood import Understood
from dromio.deciders.keys import Scan
from dromio.engines.arrays import union
from dromio.engines.batch_facts import DECISIONS, decide_all
from dromio.engines.cleaning import NEVER_COMPARED, clean_attribute, guarded
from dromio.engines.columns import AttributeColumns, Codes, Ints
from dromio.engines.duckdb import Batch, weights
from dromio.engines.keys import Blocks, blocks, code_records, coded_with_sieve, pair_count, unpack
from dromio.engines.scans import scan_cost, scan_pairs
from dromio.engines.sieve import Signed
from dromio.errors import InputError, UsageError
from dromio.io.sources import Records
from dromio.model.expressions import FieldExpression, Measure, leaves, parse_condition
from dromio.model.schema import Attribute, Clustering, Comparison, Frequencies, Key, LinkType, Model, WordWeights
from dromio.plan import MILLI, Plan, PlannedKey, make_plan, probability
from dromio.training import chance as chances
from dromio.training.counts import VectorCounts
from dromio.training.frequencies import frequencies, word_weights

_WORD_MEASURES = ("overlap", "cosine", "soft_overlap", "rare_tokens")
MOST_PAIRS = 200_000_000
"""A key without a largest block may make as many pairs without consent: they take about 5 GB."""
MOST_SIEVED = 20_000_000_000
"""So many where a sieve looks at each as it is made: it takes a minute or two, and only what passes is kept."""
FREE_SCAN = 2_000_000
"""So many pairs are looked at without consent where no key serves: it takes seconds."""
_GUESSED_MATCHES = 0.3
"""Matches per record assumed while keys are chosen; only the order of keys depends on it."""


@dataclass
class Understanding:
    """What zero configuration found out before anything was compared."""

    columns: list[Understood] = field(default_factory=list)
    hot: list[hot.HotValue] = field(default_factory=list)
    keys: list[key_choice.Chosen] = field(default_factory=list)


def understand(records: Records) -> tuple[Understanding, list[Attribute], str | None]:
    """Columns as understood, the attributes they make, and the column that says when a record was updated.

    Raises InputError when no column can be used.
    """
    profiles = profile_columns(records)
    understood = column_types.understand(profiles)
    attributes = draft.attributes(understood, draft.day_first(understood))
    if not attributes:
        reasons = "; ".join(f"{one.profile.name!r}: {one.reason}" for one in understood) or "there are no columns"
        raise InputError(f"no column can be used to compare records ({reasons})")
    return Understanding(understood), attributes, column_types.recency_column(profiles)


def clean(records: Records, attributes: Sequence[Attribute], model: Model | None = None) -> dict[str, AttributeColumns]:
    """Cleaned columns of every attribute, without the values that guards of the model take out."""
    guards = list(model.guards) if model else []
    unused = {} if model else NEVER_COMPARED
    dearest_first = sorted(attributes, key=lambda one: -sum(len(value.columns) for value in one.inputs))
    with ThreadPoolExecutor(max_workers=2) as pool:
        running = {
            attribute.name: pool.submit(clean_attribute, records, attribute, guards, unused.get(attribute.type, set()))
            for attribute in dearest_first
        }
        return {attribute.name: running[attribute.name].result() for attribute in attributes}


def source_of(records: Records, link_type: LinkType) -> Codes | None:
    """Source of every record where only pairs across sources count; None where all pairs do."""
    return records.source if link_type == "link_only" else None


def draft_model(
    records: Records,
    attributes: list[Attribute],
    columns: dict[str, AttributeColumns],
    link_type: LinkType,
    understanding: Understanding,
    recency: str | None,
    *,
    one_to_one: bool = False,
) -> tuple[Model, Batch, chances.Chance]:
    """An untrained model for the data: comparisons, guards, frequencies, keys. Also the chance of agreement, once
    counted."""
    understanding.hot = hot.hot_values(attributes, columns)
    guards = hot.guards(understanding.hot)
    for attribute in attributes:
        columns[attribute.name] = guarded(columns[attribute.name], attribute, guards)
    comparisons = draft.comparisons(attributes, columns, len(records))
    model = Model(
        name=records.sources[0].name if len(records.sources) == 1 else "model",
        link_type=link_type,
        attributes=attributes,
        keys=[Key(fields=_first_field(attributes))],
        comparisons=comparisons,
        guards=guards,
        shared_values=shared.shared_values(attributes, columns),
        frequencies=_frequencies(comparisons, columns),
        words=_words(comparisons, columns),
        clustering=Clustering(one_to_one=one_to_one),
        survivorship=draft.survivorship(attributes),
        recency=recency,
    )
    batch = Batch(columns, len(records), records.source)
    batch.set_words(model)
    source = source_of(records, link_type)
    plan = make_plan(model, trained=False)
    known = measure_chance(batch, plan, source)
    possible = key_choice.possible_keys(attributes, columns, len(records))
    understanding.keys = key_choice.choose_keys(
        possible, columns, len(records), _judge(batch, plan, known), source=source
    )
    chosen = [one.key for one in understanding.keys] or possible[:1] or list(model.keys)
    return model.model_copy(update={"keys": chosen}), batch, known


def measure_chance(batch: Batch, plan: Plan, source: Codes | None) -> chances.Chance:
    """u of every level, from random pairs and value frequencies."""
    left, right = chances.random_pairs(batch.records, source)
    levels = batch.levels(plan.comparisons, left, right)
    pairs = chances.comparable_pairs(batch.records, source)
    types = {attribute.name: attribute.type for attribute in plan.model.attributes}
    return chances.chance(levels, plan.comparisons, batch.attributes, pairs, types)


def candidates(
    batch: Batch, plan: Plan, source: Codes | None, threads: int, *, allow_scan: bool = False
) -> tuple[Ints, list[Blocks], list[int]]:
    """Packed candidate pairs of all keys, what each key did, and the pairs that each added to those before it.

    Raises UsageError where a clause needs a scan, or a key makes very many pairs, and neither is allowed.
    """

    signed = Signed(batch.attributes)

    def of_key(number: int) -> Blocks:
        key = plan.keys[number]
        coded, sieve = coded_with_sieve(batch.attributes, key, batch.records, signed)
        check = None
        if key.max_block is None and not allow_scan:
            _check_pairs(key.name, pair_count(coded, sieve), MOST_PAIRS if sieve is None else MOST_SIEVED)
            check = partial(_check_pairs, key.name, most=MOST_PAIRS)
        split = [code_records(batch.attributes, _single(part), batch.records) for part in key.split_by]
        return blocks(
            coded, key.max_block, splitters=split, source=source, records=batch.records, sieve=sieve, check=check
        )

    pairs = np.zeros(0, np.int64)
    done: list[Blocks] = []
    added: list[int] = []
    with ThreadPoolExecutor(max_workers=max(1, min(threads, 4))) as pool:
        for found in pool.map(of_key, range(len(plan.keys))):
            before = len(pairs)
            pairs = union(pairs, found.pairs)
            added.append(len(pairs) - before)
            done.append(Blocks(np.zeros(0, np.int64), found.largest, found.split, found.dropped, len(found.pairs)))
    for columns in batch.attributes.values():
        columns.coded.clear()
    for scan in plan.scans:
        pairs = union(pairs, _scanned(batch, plan, scan, source, allow_scan=allow_scan))
    return pairs, done, added


def _check_pairs(name: str, pairs: int, most: int) -> None:
    if pairs > most:
        raise UsageError(
            f"key {name} makes {pairs:,} pairs; more than {most:,} need consent: add a more selective clause to "
            "the rules that need it, give the model keys of its own, or allow it with --allow-scan"
        )


def _scanned(batch: Batch, plan: Plan, scan: Scan, source: Codes | None, *, allow_scan: bool) -> Ints:
    """Of the pairs that a scan looks at, those that are decided to be more than a non-match, packed and sorted."""
    cost = scan_cost(scan, batch.attributes, batch.records)
    if cost > FREE_SCAN and not allow_scan:
        raise UsageError(
            f"{scan}; {cost:,} pairs would have to be looked at: add an equality or a similarity to the clause, "
            "or allow it with --allow-scan"
        )
    found = [np.zeros(0, np.int64)]
    for chunk in scan_pairs(scan, batch.attributes, batch.records, source):
        decided = decide_all(plan, batch.attributes, *unpack(chunk)).decision
        found.append(chunk[(decided == DECISIONS.index("match")) | (decided == DECISIONS.index("review"))])
    return np.sort(np.concatenate(found))


def weigh(batch: Batch, plan: Plan, counted: VectorCounts, left: Codes, right: Codes) -> Ints:
    """Match weight of every pair in thousandths of a bit."""
    unrelated, related = batch.adjustments(plan, counted, left, right)
    return weights(plan, counted, unrelated, related)


def _single(part: tuple[str, FieldExpression]) -> PlannedKey:
    """A key of one part, for splitting blocks."""
    return PlannedKey("", (part,), 2)


def _first_field(attributes: Sequence[Attribute]) -> list[str]:
    return [f"{attributes[0].name}.{attributes[0].fields[0]}"]


def _frequencies(comparisons: Sequence[Comparison], columns: Mapping[str, AttributeColumns]) -> dict[str, Frequencies]:
    wanted = dict.fromkeys(
        (comparison.attribute, level.term_frequency)
        for comparison in comparisons
        for level in comparison.levels
        if level.term_frequency
    )
    found = {f"{attribute}.{name}": frequencies(columns[attribute].columns[name]) for attribute, name in wanted if name}
    return {name: table for name, table in found.items() if table is not None}


def _words(comparisons: Sequence[Comparison], columns: Mapping[str, AttributeColumns]) -> dict[str, WordWeights]:
    wanted = dict.fromkeys(
        (comparison.attribute, leaf.fields[0].fields[0])
        for comparison in comparisons
        for level in comparison.levels
        if level.when
        for leaf in leaves(parse_condition(level.when))
        if isinstance(leaf, Measure) and leaf.function in _WORD_MEASURES
    )
    found = {f"{attribute}.{name}": word_weights(columns[attribute].columns[name]) for attribute, name in wanted}
    return {name: table for name, table in found.items() if table is not None}


def _judge(batch: Batch, plan: Plan, known: chances.Chance) -> key_choice.Judge:
    """A rough probability of a match from informed m and measured u, for choosing keys."""
    tables = []
    for comparison, planned, u in zip(plan.model.comparisons, plan.comparisons, known.u, strict=True):
        m = np.array([level.m or 1 / len(comparison.levels) for level in comparison.levels])
        tables.append(np.concatenate([[0.0], np.log2(m / m.sum() / u)]))
        assert len(tables[-1]) == planned.levels
    prior = np.log2(_GUESSED_MATCHES * batch.records / max(known.pairs, 1))

    def judge(left: Codes, right: Codes) -> np.ndarray:
        levels = batch.levels(plan.comparisons, left, right)
        total = prior + sum(table[row] for table, row in zip(tables, levels, strict=True))
        return probability(np.round(np.clip(total, -60, 60) * MILLI).astype(np.int64))

    return judge
