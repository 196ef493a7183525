"""The model: everything that decides which records are one, as data.

A model says how columns become attributes, which keys bring records together, how two values are compared, what each
level of agreement weighs, and from which weight on a pair is a match. It holds no SQL and no code; engines interpret
it. Objects are frozen; they round-trip to YAML and JSON (`dromio.model.files`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import Field, model_validator

from dromio.clean import TYPES
from dromio.model.base import ConditionText, FieldText, Name, Part, Probability
from dromio.model.deciders import Group, Relevance, Rule, Score, Weighted
from dromio.model.examples import Example
from dromio.model.expressions import (
    All,
    AnyOf,
    Condition,
    ExpressionError,
    FieldExpression,
    Not,
    leaves,
    parse_condition,
    parse_field,
    parse_measure,
)

FORMAT: Literal["dromio/1"] = "dromio/1"
LinkType = Literal["dedupe_only", "link_only", "link_and_dedupe"]


class Input(Part):
    """One value of an attribute: which column holds each role, and the value's label where there are several."""

    columns: dict[str, str] = Field(min_length=1, description="role of the attribute type -> column of the input")
    label: str = ""


class Attribute(Part):
    """A typed field of a record, with zero or more labelled values."""

    name: Name
    type: str
    inputs: list[Input] = Field(min_length=1)
    default_region: str = Field("US", pattern="^[A-Z]{2}$", description="country of phone numbers without one")
    day_first: bool = Field(False, description="03/04/2001 is 3 April")
    placeholders: list[str] = Field([], description="further values that count as missing")
    pairing: Literal["any", "same_label"] = Field("any", description="which values of two records are compared")

    @model_validator(mode="after")
    def _known_type_and_roles(self) -> Attribute:
        if self.type not in TYPES:
            raise ValueError(f"type {self.type!r} is not known; types are {', '.join(sorted(TYPES))}")
        roles = TYPES[self.type].roles
        for given in (role for value in self.inputs for role in value.columns):
            if given not in roles and not TYPES[self.type].open_roles:
                raise ValueError(f"role {given!r} is not one of type {self.type}; roles are {', '.join(roles)}")
        return self

    @property
    def fields(self) -> tuple[str, ...]:
        """Fields that cleaning gives its values: those of its type, or one for each role where roles are open."""
        if not TYPES[self.type].open_roles:
            return TYPES[self.type].fields
        return tuple(dict.fromkeys(role for value in self.inputs for role in value.columns))


class Key(Part):
    """A blocking rule: records with equal values of all `fields` become candidate pairs."""

    fields: list[FieldText] = Field(min_length=1, max_length=6, description="attribute.field or a transform of it")
    max_block: int | None = Field(
        1000, ge=2, description="blocks with more records are split or give no pairs; null: all give pairs"
    )
    split_by: list[FieldText] = Field(
        [], max_length=3, description="fields by which larger blocks are split, one after another"
    )

    def __str__(self) -> str:
        return " + ".join(self.fields)


class Level(Part):
    """One grade of agreement. The last level of a comparison has no condition and holds for all that is left."""

    label: str
    when: ConditionText | None = None
    m: Probability | None = Field(None, description="P(level | match)")
    u: Probability | None = Field(None, description="P(level | two records drawn at random)")
    term_frequency: str | None = Field(None, description="field whose value's rarity changes the weight of the level")


class Comparison(Part):
    """How one attribute of two records is compared: levels from best to worst, and when there is nothing to compare."""

    name: str
    attribute: Name
    null_when: ConditionText
    levels: list[Level] = Field(min_length=2, max_length=30)
    shared: float = Field(
        0.3,
        ge=0,
        le=1,
        description="P(related but different entities share the value): near 0 for a given name, near 1 for an address",
    )

    @model_validator(mode="after")
    def _only_the_last_level_is_open(self) -> Comparison:
        for level in self.levels[:-1]:
            if level.when is None:
                raise ValueError(f"level {level.label!r} has no condition; only the last level may have none")
        if self.levels[-1].when is not None:
            raise ValueError(f"the last level {self.levels[-1].label!r} has a condition; it holds for all that is left")
        return self


class Frequencies(Part):
    """How common the values of a field are, for term-frequency adjustment; frozen with the model.

    `mean` is the probability that two random values are equal; `values` lists the common ones, `other` is the
    frequency of every value not listed.
    """

    mean: Probability
    other: Probability
    values: dict[str, Probability] = {}


class WordWeights(Part):
    """Weights of words in bits (rare words weigh more), frozen with the model; `other` for words not listed."""

    other: float = Field(gt=0)
    values: dict[str, float] = {}


class Prior(Part):
    """How many pairs are what, before anything is compared; probabilities for two records drawn at random."""

    match: Probability
    related: float = Field(0.0, ge=0, lt=1, description="different entities that share much, such as a household")

    @model_validator(mode="after")
    def _leaves_room_for_unrelated_pairs(self) -> Prior:
        if self.match + self.related >= 1:
            raise ValueError(f"match {self.match} and related {self.related} are 1 or more together; allowed is less")
        return self


class Thresholds(Part):
    """Match weights (bits) at which the decision changes."""

    match: float = 0.0
    review: float = -3.0

    @model_validator(mode="after")
    def _review_is_not_above_match(self) -> Thresholds:
        if self.review > self.match:
            raise ValueError(f"review threshold {self.review} is above the match threshold {self.match}")
        return self


class Clustering(Part):
    """How edges become clusters."""

    method: Literal["average_link", "connected_components", "rule_levels"] = Field(
        "average_link",
        description="rule_levels: earlier rules form groups first, later ones add to them or form groups of the rest",
    )
    unseen: float = Field(-1.0, le=0, description="weight in bits of a pair that was never compared")
    least: float = Field(
        -2.0, le=0, description="weights below count as this: a damaged record speaks against all its pairs at once"
    )
    one_to_one: bool = Field(False, description="a cluster holds at most one record of each source")


class Guard(Part):
    """Values that too many records share carry no key and count as missing."""

    field: FieldText
    values: list[str]
    reason: str = ""


class SharedValues(Part):
    """Values that records of too many people carry: a pair that matches only thanks to them is for review.

    A value of `field` is shared when more than `most` different full names stand beside it; spellings of one name count
    once.
    """

    field: FieldText = Field(description="attribute.field whose values are watched")
    names: list[FieldText] = Field(
        min_length=1, max_length=4, description="fields of one attribute that make a full name together"
    )
    most: int = Field(3, ge=1, le=1000, description="so many different full names one value may have")


class Partition(Part):
    """A stricter reading of the same pairs: every cluster in the parts that hold together by more evidence."""

    name: Name
    threshold: float | None = Field(None, description="match weight (bits) from which pairs match; above that of match")
    level: int | None = Field(None, ge=1, description="with rule levels: the last rule, counted from 1, that counts")

    @model_validator(mode="after")
    def _has_one_bound(self) -> Partition:
        if (self.threshold is None) == (self.level is None):
            raise ValueError("a partition has a threshold, or with rule levels a level; give one of them")
        return self


class Survivorship(Part):
    """How one attribute of the golden record is chosen among the cluster's values; earlier rules go first."""

    attribute: Name
    rules: list[Literal["most_frequent", "most_complete", "longest", "most_recent", "source_rank", "smallest"]] = Field(
        min_length=1
    )


class ReferenceFaults(ValueError):
    """Names of a model that point nowhere; `faults` are texts of the form "path: message"."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(faults))


class Model(Part):
    """A whole model. `trained` when every level has m and u and there is a prior."""

    format: Literal["dromio/1"] = FORMAT
    name: str = "model"
    link_type: LinkType = "dedupe_only"
    attributes: list[Attribute] = Field(min_length=1)
    keys: list[Key] = Field([], description="blocking rules; where there are none, those that the deciders need")
    rules: list[Rule] = Field([], max_length=200, description="certain rules and vetoes; the first that holds decides")
    score: Score | None = None
    groups: list[Group] = []
    weighted: Weighted | None = None
    comparisons: list[Comparison] = Field([], max_length=40)
    prior: Prior | None = None
    frequencies: dict[str, Frequencies] = {}
    words: dict[str, WordWeights] = {}
    guards: list[Guard] = []
    shared_values: list[SharedValues] = Field(
        [], max_length=20, description="values of several people: what matches only thanks to them is for review"
    )
    thresholds: Thresholds = Thresholds()
    clustering: Clustering = Clustering()
    partitions: list[Partition] = Field(
        [], max_length=10, description="stricter partitions that can be read beside the clusters"
    )
    survivorship: list[Survivorship] = []
    source_rank: list[str] = Field([], description="sources from most to least trusted")
    recency: str | None = Field(None, description="column that says when a record was last updated")
    examples: list[Example] = Field([], description="tests of the model: what it must and must not find one")

    @property
    def trained(self) -> bool:
        if not self.comparisons:
            return True
        levels = (level for comparison in self.comparisons for level in comparison.levels)
        return self.prior is not None and all(level.m and level.u for level in levels)

    @property
    def deciders(self) -> tuple[str, ...]:
        """What decides on pairs: `rules` where there are any, then the one decider for what they leave open."""
        present = {
            "rules": self.rules,
            "score": self.score,
            "groups": self.groups,
            "weighted": self.weighted,
            "probabilistic": self.comparisons,
        }
        return tuple(name for name, given in present.items() if given)

    def attribute(self, name: str) -> Attribute:
        """The attribute of that name. Raises KeyError."""
        for attribute in self.attributes:
            if attribute.name == name:
                return attribute
        raise KeyError(name)

    @model_validator(mode="after")
    def _references_resolve(self) -> Model:
        faults = _reference_faults(self)
        if faults:
            raise ReferenceFaults(faults)
        return self


def local(expression: FieldExpression) -> tuple[str, FieldExpression]:
    """`attribute.field` expressions split into the attribute and the expression inside it."""
    attribute = expression.fields[0].partition(".")[0]
    inside = tuple(field.partition(".")[2] for field in expression.fields)
    return attribute, FieldExpression(inside, expression.transform, expression.argument)


def units(condition: Condition) -> Iterator[Condition]:
    """The parts of a condition on records that look at one attribute each: leaves, and what stands in `together`."""
    if isinstance(condition, All | AnyOf):
        for part in condition.parts:
            yield from units(part)
    elif isinstance(condition, Not):
        yield from units(condition.part)
    else:
        yield condition


def pair_texts(model: Model) -> Iterator[tuple[str, str]]:
    """(path, text) of every condition on two records."""
    for path, part in _parts_of_deciders(model):
        for name in ("when", "filter", "only_when", "present"):
            text = getattr(part, name, None)
            if text is not None:
                yield f"{path}.{name}", text


def similarity_texts(model: Model) -> Iterator[tuple[str, str]]:
    """(path, text) of every similarity of two records."""
    for path, part in _parts_of_deciders(model):
        text = getattr(part, "similarity", None)
        if text is not None:
            yield f"{path}.similarity", text


def _parts_of_deciders(model: Model) -> Iterator[tuple[str, Part]]:
    for number, rule in enumerate(model.rules):
        yield f"rules.{number}", rule
    if model.score:
        yield "score", model.score
        yield from _numbered("score.lines", model.score.lines)
    for number, group in enumerate(model.groups):
        yield f"groups.{number}", group
        if group.relevance:
            yield from _relevances(f"groups.{number}.relevance", group.relevance)
    if model.weighted:
        for number, field in enumerate(model.weighted.fields):
            yield f"weighted.fields.{number}", field
            yield from _numbered(f"weighted.fields.{number}.credits", field.credits)
        yield from _numbered("weighted.at_least", model.weighted.at_least)
        yield from _numbered("weighted.at_most", model.weighted.at_most)


def _numbered(path: str, parts: Sequence[Part]) -> Iterator[tuple[str, Part]]:
    yield from ((f"{path}.{number}", part) for number, part in enumerate(parts))


def _relevances(path: str, relevance: Relevance) -> Iterator[tuple[str, Relevance]]:
    yield path, relevance
    for name in ("mean", "best"):
        for number, part in enumerate(getattr(relevance, name)):
            yield from _relevances(f"{path}.{name}.{number}", part)
    if relevance.inverse:
        yield from _relevances(f"{path}.inverse", relevance.inverse)


def _partition_faults(model: Model) -> list[str]:
    """Partitions whose bound says nothing, or whose name is taken."""
    faults: list[str] = []
    taken = ["source_dataset", "unique_id", "cluster_id"]
    by_level = model.clustering.method == "rule_levels"
    for number, one in enumerate(model.partitions):
        path = f"partitions.{number}"
        if one.name in taken:
            faults.append(f"{path}: the name {one.name!r} is taken")
        taken.append(one.name)
        if one.level is not None and not (by_level and one.level <= len(model.rules)):
            faults.append(f"{path}: level {one.level} needs clustering by rule_levels with as many rules")
        if one.threshold is not None and not (model.comparisons and one.threshold > model.thresholds.match):
            faults.append(
                f"{path}: threshold {one.threshold} needs comparisons, and must be above the match threshold "
                f"{model.thresholds.match}"
            )
    return faults


def _reference_faults(model: Model) -> list[str]:
    """Names that point nowhere: attributes, fields, frequency tables."""
    faults: list[str] = []
    main = [name for name in model.deciders if name != "rules"]
    if not model.deciders:
        faults.append("comparisons: nothing decides on pairs; give comparisons, rules, score, groups or weighted")
    if len(main) > 1:
        faults.append(f"{main[1]}: a model has one decider beside its rules, this one has {' and '.join(main)}")
    if model.clustering.method == "rule_levels" and model.deciders != ("rules",):
        faults.append(
            f"clustering.method: rule_levels goes with rules alone, this model has {', '.join(model.deciders)}"
        )
    faults += _partition_faults(model)
    if model.comparisons and not model.keys:
        faults.append("keys: comparisons need at least one key")
    names = [attribute.name for attribute in model.attributes]
    faults += [f"attributes: {name!r} is named twice" for name in sorted(set(names)) if names.count(name) > 1]
    fields = {a.name: set(a.fields) for a in model.attributes if a.type in TYPES}

    def check(path: str, attribute: str, wanted: tuple[str, ...]) -> None:
        if attribute not in fields:
            faults.append(f"{path}: attribute {attribute!r} is not defined; attributes are {', '.join(fields)}")
        else:
            for field in wanted:
                if field not in fields[attribute]:
                    allowed = ", ".join(sorted(fields[attribute]))
                    faults.append(f"{path}: {attribute!r} has no field {field!r}; fields are {allowed}")

    def check_one(path: str, text: str, expressions: tuple[FieldExpression, ...]) -> None:
        named = [field for expression in expressions for field in expression.fields]
        attributes = {field.partition(".")[0] for field in named}
        if any("." not in field for field in named):
            faults.append(f"{path}: {text!r} must name attribute.field")
        elif len(attributes) > 1:
            faults.append(f"{path}: {text!r} mixes attributes {', '.join(sorted(attributes))}; it takes one")
        elif named:
            check(path, attributes.pop(), tuple(field.partition(".")[2] for field in named))

    def check_plain(path: str, texts: Sequence[str]) -> None:
        expressions = [parse_field(text) for text in texts]
        transformed = [text for text, one in zip(texts, expressions, strict=True) if one.transform]
        if transformed:
            faults.append(f"{path}: {transformed[0]!r} is a transform; it takes fields as they are: attribute.field")
        else:
            check_one(path, ", ".join(texts), tuple(expressions))

    for number, key in enumerate(model.keys):
        for text in (*key.fields, *key.split_by):
            check_one(f"keys.{number}", text, (parse_field(text),))
    for path, text in pair_texts(model):
        for unit in units(parse_condition(text)):
            check_one(path, str(unit), tuple(field for leaf in leaves(unit) for field in leaf.fields))
    for path, text in similarity_texts(model):
        check_one(path, text, parse_measure(text).fields)
    for number, comparison in enumerate(model.comparisons):
        texts = [comparison.null_when, *(level.when for level in comparison.levels if level.when)]
        for text in texts:
            for leaf in leaves(parse_condition(text)):
                for field_expression in leaf.fields:
                    check(f"comparisons.{number}", comparison.attribute, field_expression.fields)
        for level in comparison.levels:
            if level.term_frequency:
                check(f"comparisons.{number}", comparison.attribute, (level.term_frequency,))
    named = [(f"guards.{number}", guard.field) for number, guard in enumerate(model.guards)]
    named += [(f"{part}.{name}", name) for part in ("frequencies", "words") for name in getattr(model, part)]
    for path, text in named:
        attribute, inside = local(parse_field(text))
        check(path, attribute, inside.fields)
    for number, shared in enumerate(model.shared_values):
        check_plain(f"shared_values.{number}.field", [shared.field])
        check_plain(f"shared_values.{number}.names", shared.names)
    for number, rule in enumerate(model.survivorship):
        check(f"survivorship.{number}", rule.attribute, ())
    return faults + _faults_of_examples(model)


def _faults_of_examples(model: Model) -> list[str]:
    """Examples of one name, and records of which the model uses no column."""
    names = [example.name for example in model.examples]
    faults = [f"examples: {name!r} is named twice" for name in sorted(set(names)) if names.count(name) > 1]
    used = {name for one in model.attributes for value in one.inputs for name in value.columns.values()}
    for number, example in enumerate(model.examples):
        for place, row in enumerate(example.records):
            if not used & set(row):
                columns = ", ".join(sorted(used))
                path = f"examples.{number}.{example.expected}.{place}"
                faults.append(f"{path}: none of its columns is used by the model; columns are {columns}")
    return faults


__all__ = [
    "FORMAT",
    "Attribute",
    "Clustering",
    "Comparison",
    "ExpressionError",
    "Frequencies",
    "Guard",
    "Input",
    "Key",
    "Level",
    "LinkType",
    "Model",
    "Prior",
    "SharedValues",
    "Survivorship",
    "Thresholds",
    "WordWeights",
    "local",
]
