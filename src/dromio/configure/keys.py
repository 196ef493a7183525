"""Choosing keys: by measured selectivity and by the likely matches that each adds, within a budget of pairs.

Possible keys come from the attribute types. Their pairs are looked at for some records (all where there are few). The
key that adds the most likely matches goes first, then the one that adds most to it, and so on, each pair costing a
small share of a match; likely is judged by the informed weights and the known chance of agreement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from dromio.engines.arrays import distinct
from dromio.engines.columns import AttributeColumns, Bools, Codes, Column, Ints
from dromio.engines.keys import SHIFT, Coded, code_part, code_some, join, pack, sort_by_code
from dromio.model.expressions import FieldExpression
from dromio.model.schema import Attribute, Key
from dromio.plan import planned_key

SEEDS = 3000
LOOKED_AT = 1_000_000
"""At most about so many records are compared with the seeds."""
_ALL_BELOW = 6000
_LARGEST_BLOCK = 400
_MOST_KEYS = 16
_MOST_COMBINED = 16
"""Fields that are combined two by two: the pairs of 200 columns would be 20,000 keys to measure."""
THREE_PARTS_FROM = 500_000
"""Records from which on keys of three parts are tried: blocks of two grow with the data, and hold ever more namesakes
and neighbours."""
_REPEATING = 0.6
"""Distinct values / values below which texts repeat."""
_NEAR = (4, 5, 6)
"""Characters of latitude and longitude that points nearby share: "48.1" and "11.5" are 10 km."""
_LEAST_GAIN = 0.00005
_HOPELESS = 30.0
"""Keys that would give so many times the pairs they may are not looked at: hardly any of their blocks would be used."""
Floats = npt.NDArray[np.float64]
Judge = Callable[[Codes, Codes], "np.typing.NDArray[np.float64]"]


@dataclass(frozen=True)
class Budget:
    """Pairs per record that one key, and all keys together, may cost; least share of matches in what a key adds."""

    per_key: float
    in_all: float
    least_yield: float

    @classmethod
    def for_records(cls, records: int) -> Budget:
        """Small data can afford all pairs of clusters of a hundred; a million records about three pairs each."""
        return cls(
            per_key=min(max(1.5e6 / records, 1.5), max(min(2.5e5 / records, 60.0), 12.0)),
            in_all=min(max(4e6 / records, 3.0), max(min(6e5 / records, 120.0), 30.0)),
            least_yield=min(max(records / 2e7, 0.0005), 0.05),
        )


@dataclass(frozen=True)
class Chosen:
    """A chosen key: share of records that have it, and the likely matches and pairs that it adds per record."""

    key: Key
    coverage: float
    new_matches: float
    new_pairs: float


def possible_keys(attributes: Sequence[Attribute], columns: Mapping[str, AttributeColumns], records: int) -> list[Key]:
    """Keys that the types suggest, for the fields that the data has, each once whatever the order of its fields."""
    present = {
        f"{name}.{field}"
        for name, own in columns.items()
        for field, column in own.columns.items()
        if len(column.values) > 1
    }
    names, words, strong, context = _features(attributes, present)
    context += [
        f"{one.name}.value" for one in attributes if one.type == "text" and _repeats(columns[one.name].columns["value"])
    ]
    context = _most_telling(context, columns)
    keys: list[tuple[str, ...]] = [(field,) for field in (*strong, *words)]
    keys += [pair for pair in names if pair]
    keys += [
        (f"prefix({name}.lat, {size})", f"prefix({name}.lon, {size})")
        for name in columns
        if {f"{name}.lat", f"{name}.lon"} <= present
        for size in _NEAR
    ]
    keys += [(word, other) for word in words for other in context if _owner(word) != _owner(other)]
    keys += [(one, other) for one, other in combinations(context, 2) if _owner(one) != _owner(other)]
    keys += [
        (part, other)
        for pair in names
        if "(" in pair[0]
        for part in pair
        for other in context
        if _owner(part) != _owner(other)
    ]
    keys += [(field, pair[0]) for pair in names for field in strong if _owner(pair[0]) != _owner(field)]
    if records >= THREE_PARTS_FROM:
        keys += _of_three_parts(names, context, present)
    splitters = list(dict.fromkeys(field for pair in names for field in pair if "(" not in field))[:2] or list(
        context[:2]
    )
    each_once: dict[frozenset[str], tuple[str, ...]] = {}
    for fields in keys:
        each_once.setdefault(frozenset(fields), fields)
    return [
        Key(fields=list(fields), split_by=[one for one in splitters if _owner(one) not in map(_owner, fields)])
        for fields in each_once.values()
    ]


def _of_three_parts(
    names: Sequence[tuple[str, ...]], context: Sequence[str], present: Set[str]
) -> list[tuple[str, ...]]:
    """Both parts of a name, spelled alike, with a field that narrows them down; one part with the number of a house and
    its street."""
    alike = [pair for pair in names if "(" in pair[0]]
    houses = [
        (number, street)
        for number in sorted(present)
        if number.endswith(".number") and (street := f"{_owner(number)}.street") in context
    ]
    keys = [(*pair, other) for pair in alike for other in context]
    keys += [(part, *house) for pair in alike[:1] for part in pair for house in houses]
    return [key for key in keys if _owner(key[0]) != _owner(key[-1])]


def _repeats(column: Column) -> bool:
    """Whether values are there several times, so that another field tells which of their records belong together."""
    return 1 < len(column.values) < _REPEATING * int(column.counts.sum())


def _most_telling(fields: Sequence[str], columns: Mapping[str, AttributeColumns]) -> list[str]:
    """The fields worth combining, in their order: of very many those that are fullest and tell most records apart."""
    if len(fields) <= _MOST_COMBINED:
        return list(fields)

    def bits(field: str) -> float:
        ((attribute, expression),) = planned_key(Key(fields=[field])).parts
        column = columns[attribute].column(expression)
        rows = max(int(column.counts.sum()), 1)
        agreeing = float((column.counts.astype(np.float64) ** 2).sum()) / rows**2
        return -rows / max(len(column.codes), 1) * float(np.log2(max(agreeing, 1e-300)))

    ranked = sorted(range(len(fields)), key=lambda place: (-bits(fields[place]), place))
    return [fields[place] for place in sorted(ranked[:_MOST_COMBINED])]


def worth_measuring(
    possible: Sequence[Key], columns: Mapping[str, AttributeColumns], records: int, per_key: float
) -> list[Key]:
    """The possible keys without those that cannot help: narrower than a key that is affordable by itself, and
    hopelessly wide."""
    pairs: dict[str, float] = {}
    for key in possible:
        for field in key.fields:
            pairs.setdefault(field, _pairs_of(field, columns))
    affordable = {
        key.fields[0] for key in possible if len(key.fields) == 1 and pairs[key.fields[0]] <= per_key * records
    }
    worth = []
    for key in possible:
        narrower = len(key.fields) > 1 and any(field in affordable for field in key.fields)
        share = np.prod([pairs[field] / max(records * records / 2, 1) for field in key.fields])
        if not narrower and share * records * records / 2 <= _HOPELESS * per_key * records:
            worth.append(key)
    return worth


def _pairs_of(field: str, columns: Mapping[str, AttributeColumns]) -> float:
    """Pairs of records that agree on one part of a key."""
    ((attribute, expression),) = planned_key(Key(fields=[field])).parts
    if expression.transform in ("tokens", "rare_tokens"):
        used = [columns[attribute].columns[name] for name in expression.fields]
    else:
        used = [columns[attribute].column(expression)]
    return float(sum((column.counts.astype(np.float64) ** 2).sum() for column in used) * len(used) / 2)


def _features(
    attributes: Sequence[Attribute], present: set[str]
) -> tuple[list[tuple[str, ...]], list[str], list[str], list[str]]:
    """(combinations of name parts, words of names, fields that may stand alone, fields that narrow words down)."""
    names: list[tuple[str, ...]] = []
    words, strong, context = [], [], []
    for attribute in attributes:
        own = [field for field in sorted(present) if field.startswith(attribute.name + ".")]
        has = {field.partition(".")[2]: field for field in own}
        if attribute.type == "person_name":
            parts = [has[field] for field in ("given", "middle", "family") if field in has]
            words.append(f"tokens({', '.join(parts)})")
            if "given" in has and "family" in has:
                given, family = has["given"], has["family"]
                names += [(given, family), (f"skeleton({given})", f"skeleton({family})")]
                names += [(f"prefix({given}, 3)", f"prefix({family}, 3)")]
        elif attribute.type == "organisation":
            words.append(f"tokens({has['name']})")
            strong.append(has["name"])
        elif attribute.type in ("text", "model_number"):
            words.append(f"tokens({has['value']})")
            strong.append(has["value"])
        elif attribute.type == "date" and "iso" in has:
            strong.append(has["iso"])
            context += [has["iso"], f"year({has['iso']})"]
        elif attribute.type == "address":
            strong += [has[field] for field in ("street", "postcode") if field in has]
            context += [has[field] for field in ("street", "postcode", "city") if field in has]
            if "postcode" in has:
                context.append(f"prefix({has['postcode']}, 2)")
            if not {"street", "postcode", "city"} & set(has):
                context += [has[field] for field in ("region", "country") if field in has]
        elif attribute.type == "email":
            strong += [has[field] for field in ("address", "local") if field in has]
        elif own:
            field = has.get("number") or has.get("host") or has.get("value") or own[0]
            if attribute.type in ("phone", "identifier", "url", "ip"):
                strong.append(field)
            context.append(field)
    return names, [word for word in words if word != "tokens()"], strong, context


def _owner(field: str) -> str:
    """The attribute that a field expression speaks of."""
    return field.rpartition("(")[2].partition(".")[0]


def choose_keys(
    possible: Sequence[Key],
    columns: Mapping[str, AttributeColumns],
    records: int,
    judge: Judge,
    *,
    source: Codes | None = None,
    budget: Budget | None = None,
) -> list[Chosen]:
    """The keys to use, best first. `judge`: probability that each pair of records is a match, roughly.

    Greedy: the next key is the one whose new pairs hold the most likely matches, each pair costing `least_yield` of
    one. The first has two parts at most: of more parts agree only records that are likely matches, and training has to
    see the relatives of a household whole, or it takes them for rarer than they are.
    """
    budget = budget or Budget.for_records(records)
    seeds = _seeds(records)
    neighbours = _Neighbours(columns, records, seeds, source)
    worth = worth_measuring(possible, columns, records, budget.per_key)
    with ThreadPoolExecutor(max_workers=2) as pool:
        measured = list(pool.map(lambda key: neighbours.measure(key, budget.per_key), worth or possible))
    if not measured:
        return []
    union = distinct(np.concatenate([one.pairs for one in measured]))
    likely = judge((union >> SHIFT).astype(np.int32), (union & 0xFFFFFFFF).astype(np.int32))
    places = [np.searchsorted(union, one.pairs) for one in measured]
    sides = len(seeds) * (1 if len(seeds) == records else 2) / neighbours.scale
    left = list(range(len(measured)))
    is_found = np.zeros(len(union), np.bool_)
    found = pairs_per_record = 0.0
    chosen: list[Chosen] = []
    while left and len(chosen) < _MOST_KEYS:
        new = {number: places[number][~is_found[places[number]]] for number in left}
        gain = {number: float(likely[at].sum()) - budget.least_yield * len(at) for number, at in new.items()}
        affordable = [
            number
            for number in left
            if pairs_per_record + len(new[number]) / sides <= budget.in_all
            and (chosen or len(measured[number].key.fields) <= 2)
        ]
        best = max(affordable, key=lambda number: (gain[number], -number), default=None)
        if best is None or gain[best] <= max(_LEAST_GAIN * found, 0.05):
            break
        added, pairs = float(likely[new[best]].sum()), len(new[best])
        found += added
        pairs_per_record += pairs / sides
        is_found[new[best]] = True
        left.remove(best)
        one = measured[best]
        chosen.append(Chosen(one.key, one.coverage, added / sides, pairs / sides))
    return chosen


@dataclass(frozen=True)
class _Measured:
    """A possible key with the block size that the budget allows, and its pairs of the seeds."""

    key: Key
    coverage: float
    pairs: Ints


class _Neighbours:
    """Records that share a code with a seed, by part of a key: all that the measuring of keys needs."""

    def __init__(
        self, columns: Mapping[str, AttributeColumns], records: int, seeds: Codes, source: Codes | None
    ) -> None:
        self.columns = columns
        self.records = records
        self.seeds = seeds
        self.source = source
        self.is_seed = np.zeros(records, np.bool_)
        self.is_seed[seeds] = True
        self.looked_at = _some_records(records, self.is_seed)
        self.scale = 1.0 if self.looked_at is None else records / max(len(self.looked_at), 1)
        self._parts: dict[object, tuple[Coded, float]] = {}

    def measure(self, key: Key, per_key: float) -> _Measured:
        """The key with the block size that the budget allows, and the pairs of the seeds."""
        parts = sorted((self._part(part) for part in planned_key(key).parts), key=lambda part: len(part[0].records))
        coded, coverage = parts[0]
        for near, share in parts[1:]:
            coverage *= share
            coded = join(coded, near, self.records)
        pairs, cap = _seed_pairs(coded, self.is_seed, len(self.seeds), per_key, self.source, self.scale)
        return _Measured(key.model_copy(update={"max_block": cap}), coverage, pairs)

    def _part(self, part: tuple[str, FieldExpression]) -> tuple[Coded, float]:
        """Codes of a part that some seed has, and the share of records that have the part at all."""
        if part not in self._parts:
            columns, expression = self.columns[part[0]], part[1]
            if self.looked_at is None:
                coded = code_part(columns, expression, self.records)
            else:
                coded = code_some(columns, expression, self.records, self.looked_at)
            wanted = np.zeros(int(coded.codes.max(initial=-1)) + 1, np.bool_)
            wanted[coded.codes[self.is_seed[coded.records]]] = True
            near = np.flatnonzero(wanted[coded.codes])
            has = np.zeros(self.records, np.bool_)
            has[coded.records] = True
            share = float(has.sum()) / (self.records if self.looked_at is None else max(len(self.looked_at), 1))
            self._parts[part] = Coded(coded.codes[near], coded.records[near], coded.single_valued), share
        return self._parts[part]


def _seeds(records: int) -> Codes:
    """Records whose pairs are looked at: all when there are few, else a fixed random choice."""
    if records <= _ALL_BELOW:
        return np.arange(records, dtype=np.int32)
    chosen = np.random.Generator(np.random.PCG64(7001)).choice(records, SEEDS, replace=False)
    return np.sort(chosen).astype(np.int32)


def _some_records(records: int, is_seed: Bools) -> Codes | None:
    """A fixed random choice of records that seeds are compared with; None when there are few enough to look at all."""
    if records <= LOOKED_AT:
        return None
    chosen = np.random.Generator(np.random.PCG64(7002)).random(records, np.float32) < LOOKED_AT / records
    return np.flatnonzero(chosen | is_seed).astype(np.int32)


def _seed_pairs(
    coded: Coded, is_seed: Bools, seeds: int, per_key: float, source: Codes | None, scale: float
) -> tuple[Ints, int]:
    """Packed pairs of seeds with the records looked at that share a code, and the largest block that the budget allows.

    `scale`: records for each record looked at; blocks are taken to be so much larger than they look.
    """
    wanted = distinct(coded.codes[is_seed[coded.records]])
    codes, members = sort_by_code(coded)
    first, last = np.searchsorted(codes, wanted, "left"), np.searchsorted(codes, wanted, "right")
    size = last - first
    block = np.repeat(np.arange(len(wanted)), size)
    start = np.cumsum(size) - size
    members = members[np.arange(len(block)) - start[block] + first[block]]
    seed_rows = np.flatnonzero(is_seed[members])
    block_size = np.maximum((size[block[seed_rows]] - 1) * scale + 1, 1)
    cap = _cap(block_size, seeds, per_key)
    seed_rows = seed_rows[block_size <= cap]
    count = size[block[seed_rows]]
    left = np.repeat(members[seed_rows], count)
    within = np.arange(len(left)) - np.repeat(np.cumsum(count) - count, count)
    right = members[np.repeat(start[block[seed_rows]], count) + within]
    usable = left != right
    if source is not None:
        usable &= source[left] != source[right]
    return distinct(pack(left[usable], right[usable])), cap


def _cap(sizes: Floats, seeds: int, per_key: float) -> int:
    """The largest block size for which the pairs per record stay within the budget."""
    sizes = np.sort(sizes[(sizes > 1) & (sizes <= _LARGEST_BLOCK)])
    cost = np.cumsum(sizes - 1) / 2 / max(seeds, 1)
    affordable = int(np.searchsorted(cost, per_key, side="right"))
    if affordable == len(sizes):
        return _LARGEST_BLOCK
    return max(int(sizes[affordable]) - 1, 2)
