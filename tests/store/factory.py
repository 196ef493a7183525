"""A small model, records that say little, and the partition that they must have: worked out the slow way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, product
from typing import Any

import numpy as np

from dromio.clean import TYPES
from dromio.clusters.average_link import Edges, average_link
from dromio.deciders import VETO, Verdict, level_of
from dromio.engines import row
from dromio.engines.compiled import values_of, words_of_model
from dromio.engines.shared import for_review, people, shared_in_common, watched, without_shared
from dromio.model.deciders import Rule
from dromio.model.schema import (
    Attribute,
    Clustering,
    Comparison,
    Input,
    Key,
    Level,
    LinkType,
    Model,
    Prior,
    SharedValues,
    Thresholds,
)
from dromio.plan import Plan, make_plan
from dromio.records import Record, RecordKey, Value

Values = Mapping[str, str | None]
Judged = Mapping[frozenset[RecordKey], str]
NEVER = -(10**13)
LEVELS = [
    Rule(name="1", when="equal(email.address) and equal(name.family)"),
    Rule(name="2", when="equal(phone.value) and equal(name.given)"),
    Rule(name="3", when="equal(name.given, name.family)"),
    Rule(name="4", when="equal(phone.value)", decision="review"),
]
RULES = [
    Rule(name="other phone", when="together(not equal(phone.value))", decision="non-match"),
    Rule(name="same email", when="equal(email.address)"),
    Rule(name="same phone and family", when="equal(phone.value) and equal(name.family)"),
]


def model(
    *,
    link_type: LinkType = "dedupe_only",
    max_block: int = 1000,
    one_to_one: bool = False,
    method: Any = "average_link",
    rules: bool = False,
    compared: bool = True,
    most_people: int | None = None,
    levels: bool = False,
) -> Model:
    """Names, an email and a phone; the weights make pairs of one weak agreement just match and clash with others.

    `rules`: emails decide, and phones that differ keep apart; `compared`: whether there is a probability for the rest;
    `most_people`: how many may have one phone or email; `levels`: rule levels, and nothing else.
    """
    if levels:
        rules, compared, method = True, False, "rule_levels"
    attributes = [
        Attribute(name="name", type="person_name", inputs=[Input(columns={"given": "given", "family": "family"})]),
        Attribute(name="email", type="email", inputs=[Input(columns={"value": "email"})]),
        Attribute(name="phone", type="identifier", inputs=[Input(columns={"value": "phone"})]),
    ]
    return Model(
        link_type=link_type,
        attributes=attributes,
        keys=[
            Key(fields=["email.address"], max_block=max_block, split_by=["name.given", "name.family"]),
            Key(fields=["phone.value"], max_block=max_block, split_by=["name.family"]),
            Key(fields=["tokens(name.given, name.family)"], max_block=max_block),
        ],
        rules=LEVELS if levels else RULES if rules else [],
        comparisons=[]
        if not compared
        else [
            _comparison("name", ("equal(given, family)", 0.7, 0.001), ("equal(family)", 0.2, 0.01), m=0.1),
            _comparison("email", ("equal(address)", 0.8, 0.002), m=0.2),
            _comparison("phone", ("equal(value)", 0.8, 0.002), m=0.2),
        ],
        prior=Prior(match=0.004) if compared else None,
        thresholds=Thresholds(match=0.5, review=-3),
        clustering=Clustering(method=method, one_to_one=one_to_one),
        shared_values=[
            SharedValues(field=field, names=["name.given", "name.family"], most=most_people)
            for field in ("phone.value", "email.address")
            if most_people
        ],
    )


def _comparison(attribute: str, *levels: tuple[str, float, float], m: float) -> Comparison:
    made = [Level(label=when, when=when, m=one, u=u) for when, one, u in levels]
    other = Level(label="else", m=m, u=1 - sum(u for _, _, u in levels))
    return Comparison(
        name=attribute,
        attribute=attribute,
        null_when=f"missing({_field(attribute)})",
        levels=[*made, other],
        shared=0.9,
    )


def _field(attribute: str) -> str:
    return {"name": "family", "email": "address", "phone": "value"}[attribute]


def oracle(records: Mapping[RecordKey, Values], judged: Judged, given: Model) -> set[frozenset[RecordKey]]:
    """The partition of the records, by definition: no index, no components, nothing kept."""
    plan = make_plan(given)
    order = sorted(records, key=lambda key: (key.source, len(key.unique_id.encode()), key.unique_id))
    cleaned = [row.clean_record(_record(key, records[key]), given) for key in order]
    crosses = given.link_type == "link_only"
    pairs = {
        pair for pair in candidates(cleaned, plan) if not crosses or order[pair[0]].source != order[pair[1]].source
    }
    weights = {pair: verdict.weight for pair, verdict in _verdicts(cleaned, pairs, plan).items()}
    together = _places(order, judged, "positive")
    apart = _places(order, judged, "negative")
    if given.clustering.method == "rule_levels":
        levels = {pair: level_of(weight) or 0 for pair, weight in weights.items() if weight > 0}
        return {frozenset(order[one] for one in group) for group in _by_levels(cleaned, levels, together, apart)}
    if given.rules:
        weights |= _vetoes(order, cleaned, weights, together, plan)
    clusters = _beginnings(order, cleaned, weights, together, apart, given)
    averages = given.clustering.method == "average_link" and given.comparisons
    join = _averaged if averages or given.clustering.one_to_one else _by_links
    clusters = join(clusters, order, weights, apart, given)
    return {frozenset(order[one] for one in cluster) for cluster in clusters}


def _verdicts(
    cleaned: Sequence[row.CleanedRecord], pairs: set[tuple[int, int]], plan: Plan
) -> dict[tuple[int, int], Verdict]:
    """What is decided on pairs, with reviews for matches that rest on values of too many people."""
    fields = watched(plan.model)
    names: dict[tuple[Any, str], set[str]] = {}
    for one, each in product(fields, cleaned):
        for value in one.values(each):
            names.setdefault((one, value), set()).update(one.full_names(each))
    shared = {(one.number, value) for (one, value), own in names.items() if people(own) > one.most}
    found = {}
    for pair in pairs:
        left, right = cleaned[pair[0]], cleaned[pair[1]]
        found[pair] = row.decide(plan, left, right)
        on = shared_in_common(fields, left, right, shared)
        bare = without_shared(fields, left, right, shared)
        if on and found[pair].decision == "match" and row.decide(plan, *bare).decision != "match":
            found[pair] = for_review(found[pair], on)
    return found


def candidates(cleaned: Sequence[row.CleanedRecord], plan: Plan) -> set[tuple[int, int]]:
    """Pairs that share a block that is not too large."""
    words = words_of_model(plan.model)
    found: set[tuple[int, int]] = set()
    for key in plan.keys:
        values = [set(product(*(_all(one, words, part) for part in key.parts))) if one else set() for one in cleaned]
        blocks = _grouped([(value, number) for number, own in enumerate(values) for value in own])
        for part in [*key.split_by, None]:
            small = [block for block in blocks.values() if len(block) <= (key.max_block or 10**9)]
            found |= {pair for block in small for pair in combinations(sorted(block), 2)}
            large = {name: block for name, block in blocks.items() if len(block) > (key.max_block or 10**9)}
            if part is None:
                break
            blocks = _grouped(
                [
                    ((name, value), number)
                    for name, block in large.items()
                    for number in block
                    for value in _all(cleaned[number], words, part)
                ]
            )
    return found


def _all(cleaned: row.CleanedRecord, words: Any, part: Any) -> set[str]:
    attribute, expression = part
    values = values_of(expression, words.get(attribute, {}))
    return {value for _, fields in cleaned.get(attribute, ()) for value in values(fields)}


def _grouped(rows: Sequence[tuple[Any, int]]) -> dict[Any, set[int]]:
    blocks: dict[Any, set[int]] = {}
    for name, number in rows:
        blocks.setdefault(name, set()).add(number)
    return blocks


def _record(key: RecordKey, values: Values) -> Record:
    parts = {role: text for role in ("given", "family") if (text := values.get(role)) is not None}
    made = {"name": (Value(parts),) if parts else ()}
    for name in ("email", "phone"):
        text = values.get(name)
        made[name] = () if text is None else (Value.of(text),)
    return Record(key, made)


def _places(order: Sequence[RecordKey], judged: Judged, verdict: str) -> set[tuple[int, int]]:
    place = {key: number for number, key in enumerate(order)}
    found = [
        sorted(place[key] for key in pair) for pair, one in judged.items() if one == verdict and pair <= set(place)
    ]
    return {(left, right) for left, right in found}


def _beginnings(
    order: Sequence[RecordKey], cleaned: Sequence[row.CleanedRecord], weights: Mapping[tuple[int, int], int],
    together: set[tuple[int, int]], apart: set[tuple[int, int]], given: Model,
) -> list[set[int]]:  # fmt: skip
    clusters = [{number} for number in range(len(order))]
    for one, other in sorted(together):
        clusters = _joined(clusters, one, other, apart)
    if given.clustering.one_to_one or not given.comparisons:
        return clusters
    told = [{name: values for name, values in one.items() if values} for one in cleaned]
    for one, other in combinations(range(len(order)), 2):
        if not told[one] or told[one] != told[other]:
            continue
        group = {order[number].source for number, each in enumerate(told) if each == told[one]}
        enough = len(told[one]) >= 2 and (given.link_type != "link_only" or len(group) > 1)
        if enough or weights.get((one, other), 0) > 0:
            clusters = _joined(clusters, one, other, apart)
    return clusters


def _joined(clusters: list[set[int]], one: int, other: int, apart: set[tuple[int, int]]) -> list[set[int]]:
    left = next(cluster for cluster in clusters if one in cluster)
    right = next(cluster for cluster in clusters if other in cluster)
    if left is right or any({a, b} <= left | right for a, b in apart):
        return clusters
    return [each for each in clusters if each is not left and each is not right] + [left | right]


def _averaged(
    clusters: list[set[int]], order: Sequence[RecordKey], weights: Mapping[tuple[int, int], int],
    apart: set[tuple[int, int]], given: Model,
) -> list[set[int]]:  # fmt: skip
    """Average linkage over all records at once, as in a batch."""
    least, unseen = round(given.clustering.least * 1000), round(given.clustering.unseen * 1000)
    known = {pair: weight if weight == VETO else max(weight, least) for pair, weight in weights.items()}
    known |= dict.fromkeys(apart, NEVER)
    if not order:
        return []
    ends = np.array(list(known), np.int64).reshape(-1, 2)
    first = {number: min(cluster) for cluster in clusters for number in cluster}
    root = average_link(
        Edges(ends[:, 0], ends[:, 1], np.array(list(known.values()), np.int64)),
        len(order),
        unseen=unseen,
        source=np.unique([key.source for key in order], return_inverse=True)[1],
        cross_only=given.link_type == "link_only",
        one_to_one=given.clustering.one_to_one,
        start=np.array([first[number] for number in range(len(order))]),
    )
    return [set(np.flatnonzero(root == one).tolist()) for one in set(root.tolist())]


def _by_links(
    clusters: list[set[int]], order: Sequence[RecordKey], weights: Mapping[tuple[int, int], int],
    apart: set[tuple[int, int]], given: Model,
) -> list[set[int]]:  # fmt: skip
    """Everything that links join; with something to keep apart, by average linkage in which nothing else counts."""
    plain = given.clustering.model_copy(update={"least": 0.0, "unseen": 0.0})
    averaged = _averaged(clusters, order, weights, apart, given.model_copy(update={"clustering": plain}))
    found: list[set[int]] = []
    vetoed = apart | {pair for pair, weight in weights.items() if weight == VETO}
    for component in _links(clusters, weights, 0 if given.comparisons else 1):
        torn = any({a, b} <= component for a, b in vetoed)
        found += [cluster for cluster in averaged if cluster <= component] if torn else [component]
    return found


def _vetoes(
    order: Sequence[RecordKey], cleaned: Sequence[row.CleanedRecord], weights: Mapping[tuple[int, int], int],
    together: set[tuple[int, int]], plan: Plan,
) -> dict[tuple[int, int], int]:  # fmt: skip
    """Pairs of linked records that no key brought together, and that a rule keeps apart."""
    clusters = [{number} for number in range(len(order))]
    same = {(a, b) for a, b in combinations(range(len(order)), 2) if cleaned[a] == cleaned[b] and len(cleaned[a]) > 1}
    for one, other in together | (same if plan.comparisons else set()):
        clusters = _joined(clusters, one, other, set())
    found = {}
    for component in _links(clusters, weights, 1):
        for pair in combinations(sorted(component) if len(component) > 2 else [], 2):
            crosses = plan.model.link_type != "link_only" or order[pair[0]].source != order[pair[1]].source
            if pair not in weights and crosses:
                found[pair] = row.decide(plan, cleaned[pair[0]], cleaned[pair[1]]).weight
    return {pair: weight for pair, weight in found.items() if weight == VETO}


def _by_levels(
    cleaned: Sequence[row.CleanedRecord], levels: Mapping[tuple[int, int], int], together: set[tuple[int, int]],
    apart: set[tuple[int, int]],
) -> list[set[int]]:  # fmt: skip
    """Groups level by level, as docs/rule-levels.md tells it; what is judged to be one comes first of all."""
    first = {one: place for place, one in enumerate(sorted(range(len(cleaned)), key=lambda one: _said(cleaned[one])))}
    told = dict(levels) | dict.fromkeys(together, 0)
    groups: list[tuple[int, set[int]]] = []
    for level in sorted(set(told.values())):
        pairs = sorted((sorted(pair, key=first.get) for pair, own in told.items() if own == level), key=_by(first))
        taken = {one for _, group in groups for one in group}
        parts = [{one} for pair in pairs for one in pair if one not in taken]
        parts = [part for number, part in enumerate(parts) if part not in parts[:number]]
        for one, other in pairs:
            if not {one, other} & taken:
                parts = _joined(parts, one, other, apart)
        parts.sort(key=lambda part: min(first[one] for one in part))
        ranked = [(part, _touched(part, groups, pairs, first)) for part in parts]
        for part, touched in ranked:
            free = [group for group in touched if not any({a, b} <= group | part for a, b in apart)]
            if free:
                free[0].update(part)
            elif len(part) > 1:
                groups.append((level, set(part)))
    taken = {one for _, group in groups for one in group}
    return [group for _, group in groups] + [{one} for one in range(len(cleaned)) if one not in taken]


def _touched(
    part: set[int], groups: Sequence[tuple[int, set[int]]], pairs: Sequence[Sequence[int]], first: Mapping[int, int]
) -> list[set[int]]:  # fmt: skip
    """The groups with which records pair, the best first."""
    found = []
    for level, group in groups:
        newcomers = {one for pair in pairs for one in pair if one in part and group & (set(pair) - {one})}
        if newcomers:
            found.append((level, -len(newcomers), min(first[one] for one in group), group))
    return [group for *_, group in sorted(found, key=lambda one: one[:3])]


def _by(first: Mapping[int, int]) -> Any:
    return lambda pair: [first[one] for one in pair]


def _said(cleaned: row.CleanedRecord) -> list[list[list[str]]]:
    """What a record says, attributes and fields by name; nothing comes before anything."""
    types = {"email": "email", "name": "person_name", "phone": "identifier"}
    return [
        [[own.get(field, "") for field in sorted(TYPES[kind].fields)] for _, own in cleaned.get(name, ())]
        for name, kind in sorted(types.items())
    ]


def _links(clusters: list[set[int]], weights: Mapping[tuple[int, int], int], least: int) -> list[set[int]]:
    for pair, weight in weights.items():
        if weight >= least:
            clusters = _joined(clusters, *pair, set())
    return clusters
