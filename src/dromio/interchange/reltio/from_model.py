"""The match groups of a Dromio model in the vendor's terms, as far as these can say them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from dromio.interchange.reltio.groups import (
    AUTO_MERGE,
    POTENTIAL_MATCH,
    All,
    AnyOf,
    Cleanse,
    Compare,
    Expression,
    Filter,
    FilterKind,
    MatchGroup,
    Multi,
    Not,
    Operator,
    Rule,
    Threshold,
)
from dromio.interchange.reltio.model_attributes import ALL_VALUES
from dromio.interchange.reltio.model_conditions import AGREEMENTS, MEASURES, NICKNAMES, Unsayable
from dromio.model import expressions as model
from dromio.model.deciders import Group, Relevance
from dromio.model.schema import Model

ACTIONS = {"match": AUTO_MERGE, "review": POTENTIAL_MATCH}
_PATH = re.compile(r"[^/.\s]+(\.[^/.\s]+)*")


@dataclass(frozen=True, slots=True)
class Exported:
    """Match groups, and notes on what of the model they do not say, each behind its place in the model."""

    groups: tuple[MatchGroup, ...]
    untranslated: tuple[str, ...] = ()


def from_model(document: Model, entity_type: str) -> Exported:
    """The groups of a model. Attributes are named by their columns; keys are left to the vendor's tokens."""
    groups: list[MatchGroup] = []
    notes = [
        f"{name}: only match groups have a counterpart, so this is left out"
        for name in document.deciders
        if name != "groups"
    ]
    for number, group in enumerate(document.groups):
        try:
            groups.append(_GroupMaker(document, entity_type).group(group, groups))
        except Unsayable as reason:
            notes.append(f"groups.{number}: {group.name!r} is left out: {reason}")
    return Exported(tuple(groups), tuple(notes))


@dataclass(slots=True)
class _GroupMaker:
    """Makes one match group; what its rule says beside the formula is collected on the way."""

    document: Model
    entity_type: str
    comparators: dict[str, str] = field(default_factory=dict)
    nulls: dict[str, tuple[str, ...]] = field(default_factory=dict)
    nicknames: dict[str, bool] = field(default_factory=dict)
    sees_all: set[bool] = field(default_factory=set)

    def group(self, group: Group, others: list[MatchGroup]) -> MatchGroup:
        """The match group. Raises Unsayable."""
        if group.relevance is not None:
            return self._named(group, others, "relevance_based", self._scored(group, group.relevance))
        formula = self._expression(model.parse_condition(group.when or ""))
        kind = "" if group.negative else "automatic" if group.decision == "match" else "suspect"
        return self._named(group, others, kind, self._rule(formula))

    def _named(self, group: Group, others: list[MatchGroup], kind: str, rule: Rule) -> MatchGroup:
        if len(self.sees_all) > 1:
            raise Unsayable("it looks at all values of one attribute and at operational values only of another")
        name = re.sub(r"[^\w-]+", "_", group.name)
        taken = {other.name for other in others}
        while name in taken:
            name += "_"
        uri = f"configuration/entityTypes/{self.entity_type}/matchGroups/{name}"
        return MatchGroup(uri, rule, kind, group.name, group.negative, use_ov_only=True not in self.sees_all)

    def _rule(
        self, formula: Expression, weights: dict[str, float] | None = None, thresholds: tuple[Threshold, ...] = ()
    ) -> Rule:
        names = tuple(path for path, is_by_name in self.nicknames.items() if is_by_name)
        return Rule(
            formula if isinstance(formula, All | AnyOf) else All((formula,)),
            tuple((path, name) for path, name in self.comparators.items() if name != "BasicStringComparator"),
            weights=tuple((weights or {}).items()),
            thresholds=thresholds,
            null_values=tuple((path, values) for path, values in self.nulls.items() if values),
            cleansers=(Cleanse("NameDictionaryCleanser", names),) if names else (),
        )

    def _scored(self, group: Group, relevance: Relevance) -> Rule:
        """A rule for a mean of similarities and agreements."""
        weights: dict[str, float] = {}
        parts: list[Expression] = []
        for part in relevance.mean or [relevance]:
            leaf = self._degree(part)
            if any(isinstance(other, Compare) and other.attribute == leaf.attribute for other in parts):
                raise Unsayable(f"{leaf.attribute} stands twice in a mean, with a weight of its own each time")
            parts.append(All((leaf,)) if "." in leaf.attribute else leaf)
            weights[leaf.attribute] = part.weight
        undecided = [action.decision for action in group.actions if action.decision not in ACTIONS]
        if undecided:
            raise Unsayable(f"the action {undecided[0]} has no counterpart")
        thresholds = tuple(Threshold(ACTIONS[one.decision], one.from_, one.to) for one in group.actions)
        return self._rule(All(tuple(parts)), weights, thresholds)

    def _degree(self, relevance: Relevance) -> Compare:
        leaf: Expression | None = None
        if relevance.similarity is not None and not relevance.missing and not relevance.least:
            measure = model.parse_measure(relevance.similarity)
            names = [name for name, function in MEASURES.items() if function == measure.function]
            if names and not measure.fields[0].transform:
                leaf = self._compare(Operator.EXACT, str(measure.fields[0]), names[0])
        elif relevance.when is not None:
            condition = model.parse_condition(relevance.when)
            if isinstance(condition, model.Test) and condition.function == "equal":
                leaf = self._leaf(condition)
        if not isinstance(leaf, Compare):
            raise Unsayable("a part of its relevance is neither an equality nor a similarity with a counterpart")
        return leaf

    def _expression(self, condition: model.Condition) -> Expression:
        found = self._leaf(condition) or self._filter(condition)
        if found is not None:
            return found
        if isinstance(condition, model.Not):
            return Not(self._expression(condition.part))
        if isinstance(condition, model.Together) and isinstance(condition.part, model.All):
            return self._together(condition.part)
        if isinstance(condition, model.All):
            return All(tuple(_apart(self._expression(part)) for part in condition.parts))
        if isinstance(condition, model.AnyOf):
            return AnyOf(tuple(self._expression(part) for part in condition.parts))
        raise Unsayable(f"{condition} has no counterpart")

    def _together(self, condition: model.All) -> Expression:
        parts = [self._leaf(part) for part in condition.parts]
        if not all(isinstance(part, Compare) and "." in part.attribute for part in parts):
            raise Unsayable(f"together({condition}) has no counterpart")
        return All(tuple(part for part in parts if part is not None))

    def _leaf(self, condition: model.Condition) -> Compare | Multi | None:
        """A comparison by an operator, None where the condition is something else."""
        parts = condition.parts if isinstance(condition, model.All | model.AnyOf) else ()
        if found := self._agreement(Operator.EXACT, condition):
            return found
        if isinstance(condition, model.AnyOf) and len(parts) > 1 and isinstance(parts[-1], model.Test):
            tolerated = {"missing": Operator.EXACT_OR_NULL, "absent": Operator.EXACT_OR_ALL_NULL}
            operator = tolerated.get(parts[-1].function)
            inside = parts[0] if len(parts) == 2 else model.AnyOf(parts[:-1])
            if operator and _fields(parts[-1]) == _fields(inside):
                return self._agreement(operator, inside)
        if isinstance(condition, model.All) and len(parts) == 2 and all(isinstance(one, model.Not) for one in parts):
            lacks, agreement = (one.part for one in parts if isinstance(one, model.Not))
            if isinstance(lacks, model.Test) and lacks.function == "missing" and _fields(lacks) == _fields(agreement):
                return self._agreement(Operator.NOT_EXACT_SAME, agreement)
        return None

    def _agreement(self, operator: Operator, condition: model.Condition) -> Compare | Multi | None:
        names = _fields(condition)
        if len(names) != 1:
            return None
        (name,) = names
        if condition == model.parse_condition(NICKNAMES.format(name)):
            return self._compare(operator, name, "BasicStringComparator", is_by_name=True)
        for comparator, agreement in AGREEMENTS.items():
            if condition == model.parse_condition(agreement.format(name)):
                return self._compare(operator, name, comparator)
        return None

    def _compare(self, operator: Operator, name: str, comparator: str, *, is_by_name: bool = False) -> Compare | Multi:
        paths = self._paths(name)
        for path in paths:
            if self.comparators.setdefault(path, comparator) != comparator:
                raise Unsayable(f"{path} is compared in two ways; a rule has one comparator for an attribute")
            if self.nicknames.setdefault(path, is_by_name) != is_by_name:
                raise Unsayable(f"{path} is compared with and without its dictionary")
        if len(paths) == 1:
            return Compare(operator, paths[0])
        if operator is not Operator.EXACT or is_by_name:
            raise Unsayable(f"{operator} across {', '.join(paths)} has no counterpart")
        return Multi(paths)

    def _filter(self, condition: model.Condition) -> Filter | None:
        """A test of each record by itself, None where the condition is something else."""
        parts = condition.parts if isinstance(condition, model.All) else ()
        is_negated = len(parts) == 2 and all(isinstance(part, model.Not) for part in parts)
        tests = [part.part if isinstance(part, model.Not) and is_negated else part for part in parts]
        if [part.function for part in tests if isinstance(part, model.Test)] != ["left_is", "right_is"]:
            return None
        left, right = (part for part in tests if isinstance(part, model.Test))
        paths = self._paths(str(left.fields[0]))
        if any(text != text.strip().lower() for text in left.texts):
            return None
        if len(tests) != 2 or (left.fields, left.texts) != (right.fields, right.texts) or len(paths) != 1:
            return None
        return Filter(FilterKind.NOT_EQUALS if is_negated else FilterKind.EQUALS, paths[0], left.texts)

    def _paths(self, name: str) -> tuple[str, ...]:
        """Paths of the attributes in the columns of `attribute.field`."""
        attribute_name, _, role = name.partition(".")
        attribute = self.document.attribute(attribute_name)
        if attribute.pairing != "any":
            raise Unsayable(f"{attribute_name} compares values of one label; match groups compare any with any")
        if attribute.type != "folded":
            raise Unsayable(f"{attribute_name} is of type {attribute.type}; only folded texts are the vendor's")
        columns = [one.columns[role] for one in attribute.inputs if role in one.columns]
        paths = tuple(column.removesuffix(ALL_VALUES) for column in columns)
        for path in paths:
            if not _PATH.fullmatch(path):
                raise Unsayable(f"the column {path!r} is no name of an attribute")
        self.sees_all |= {column.endswith(ALL_VALUES) for column in columns}
        guards = (guard for guard in self.document.guards if guard.field == name)
        values = tuple(dict.fromkeys(value for guard in guards for value in guard.values))
        for path in paths:
            if self.nulls.setdefault(path, values) != values:
                raise Unsayable(f"{path} has different values that count as none")
        return paths


def _fields(condition: model.Condition) -> set[str]:
    """`attribute.field` of everything that a condition looks at."""
    return {name for leaf in model.leaves(condition) for one in leaf.fields for name in one.fields}


def _apart(part: Expression) -> Expression:
    """The part so that it is not judged together with others of its nested attribute."""
    return All((part,)) if isinstance(part, Compare | Filter) and "." in part.attribute else part
