"""Match groups as a Dromio model: folded attributes, groups that decide, keys for their tokens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from itertools import product
from typing import Literal

from dromio.errors import Fault
from dromio.interchange.reltio.errors import GroupError
from dromio.interchange.reltio.groups import (
    AUTO_MERGE,
    DISAGREEMENTS,
    NULL_TOLERANT,
    All,
    AnyOf,
    Compare,
    Expression,
    MatchGroup,
    Multi,
    Threshold,
)
from dromio.interchange.reltio.model_attributes import ModelAttributes
from dromio.interchange.reltio.model_conditions import GroupTerms, Unsayable
from dromio.model.deciders import Action, Group
from dromio.model.imported import Imported
from dromio.model.schema import Key, Model

MAX_BLOCK = 300
"""A phrase that more entities share finds nothing."""
MOST_FIELDS = 6
MOST_KEYS = 24
"""Most keys of one group; of further alternatives only the first are kept, which finds more pairs, not fewer."""
DECISIONS: dict[str, Literal["match", "review"]] = {"automatic": "match", "suspect": "review"}
TRANSFORMS: dict[str, tuple[str, ...]] = {
    "ExactMatchToken": ("alphanumeric({})",),
    "SoundexTextMatchToken": ("soundex({})",),
    "DoubleMetaphoneMatchToken": ("dmetaphone({})", "dmetaphone_alt({})"),
    "FuzzyTextMatchToken": ("alphanumeric({})", "soundex({})", "sorted_letters({})", "skeleton({})"),
    "DistinctWordsMatchToken": ("tokens({})",),
}
"""Token class -> alternative key fields."""
INEXACT = {
    "DoubleMetaphoneMatchToken": "a primary code that equals an alternate one gives no common key",
    "FuzzyTextMatchToken": "its spelling variants are replaced by four like them",
    "DistinctWordsMatchToken": "its words keep their punctuation",
}
Alternatives = list[tuple[str, ...]]


def to_model(groups: Sequence[MatchGroup], name: str = "match_groups") -> Imported:
    """A model that decides as the groups do, less the groups that it cannot say, which are noted.

    A merge is a match, a review directive is a review. Raises GroupError when no group can be said.
    """
    made: list[Group] = []
    notes: list[str] = []
    keys: dict[tuple[str, ...], Key] = {}
    attributes = ModelAttributes()
    for number, group in enumerate(groups):
        tried = deepcopy(attributes)
        try:
            made.append(_group(group, tried))
        except Unsayable as reason:
            notes.append(f"{number}: {group.name} is left out: {reason}")
            continue
        attributes = tried
        if not group.is_negative:
            key_maker = _Keys(group, GroupTerms(group, attributes))
            keys |= {fields: Key(fields=list(fields), max_block=MAX_BLOCK) for fields in key_maker.fields()}
            notes += [f"{number}.rule: {note}" for note in dict.fromkeys(key_maker.notes)]
    if not any(not group.negative for group in made):
        reasons = notes or ["there is no match group that is not negative"]
        raise GroupError([Fault("", f"no match group can be said in a model; {reason}") for reason in reasons])
    model = Model(
        name=name,
        attributes=attributes.attributes(),
        keys=list(keys.values()),
        groups=made,
        guards=attributes.guards(),
    )
    return Imported(model, tuple(notes))


def _group(group: MatchGroup, attributes: ModelAttributes) -> Group:
    terms, formula = GroupTerms(group, attributes), group.rule.formula
    if not group.is_internal:
        raise Unsayable(f"its scope {group.scope} takes no part in matching inside one tenant")
    if group.is_negative:
        return Group(name=group.name, when=terms.condition(formula), negative=True)
    if group.is_relevance_based:
        actions = [_action(one) for one in group.rule.thresholds]
        return Group(name=group.name, relevance=terms.relevance(formula), actions=actions)
    if group.type not in DECISIONS:
        raise Unsayable(f"its type {group.type!r} is neither a merge nor a review")
    return Group(name=group.name, when=terms.condition(formula), decision=DECISIONS[group.type])


def _action(threshold: Threshold) -> Action:
    decision = "match" if threshold.action == AUTO_MERGE else "review"
    return Action.model_validate({"decision": decision, "from": threshold.low, "to": threshold.high})


class _Keys:
    """Keys by which a group finds at least the pairs that share one of its phrases; `notes` says where it may not."""

    def __init__(self, group: MatchGroup, terms: GroupTerms) -> None:
        self.notes: list[str] = []
        self._rule = group.rule
        self._terms = terms

    def fields(self) -> Alternatives:
        """Fields of each key; what may be missing is used only where there is nothing else."""
        found = self._loose(self._rule.formula)
        if not found:
            self.notes.append("no key finds its pairs; it judges those that other groups find")
        return [tuple(dict.fromkeys(fields))[:MOST_FIELDS] for fields in found]

    def _strict(self, expression: Expression) -> Alternatives:
        """Keys of which every entity with a phrase has one; none where a phrase may do without the expression."""
        if isinstance(expression, Compare | Multi):
            is_tolerant = isinstance(expression, Compare) and expression.operator in NULL_TOLERANT
            return [] if is_tolerant else self._leaf(expression)
        if not isinstance(expression, All | AnyOf):
            return []
        parts = [self._strict(part) for part in expression.parts]
        if isinstance(expression, All):
            return _joined([part for part in parts if part])
        return [fields for part in parts for fields in part] if all(parts) else []

    def _loose(self, expression: Expression) -> Alternatives:
        """Keys of which every pair that shares a phrase shares one."""
        if strict := self._strict(expression):
            return strict
        if isinstance(expression, Compare | Multi):
            return self._leaf(expression)
        if not isinstance(expression, All | AnyOf):
            return []
        return [fields for part in expression.parts for fields in self._loose(part)]

    def _leaf(self, leaf: Compare | Multi) -> Alternatives:
        if isinstance(leaf, Compare) and leaf.operator in DISAGREEMENTS:
            return []
        paths = leaf.attributes if isinstance(leaf, Multi) else (leaf.attribute,)
        if all(path in self._rule.ignored_in_token for path in paths) or self._terms.is_by_nickname(leaf):
            return []
        operator = (leaf.operator,) if isinstance(leaf, Compare) else ()
        token_class = self._rule.token_class(paths[0], *operator)
        if token_class not in TRANSFORMS:
            self.notes.append(f"{token_class} of {paths[0]} has no counterpart, so keys do without it")
            return []
        if token_class in INEXACT:
            self.notes.append(f"{token_class} of {paths[0]}: {INEXACT[token_class]}")
        return [(transform.format(self._terms.field(leaf)),) for transform in TRANSFORMS[token_class]]


def _joined(parts: Iterable[Alternatives]) -> Alternatives:
    """Every combination of one alternative of each part, of the first parts where there are too many."""
    kept: list[Alternatives] = []
    count = 1
    for part in parts:
        if count * len(part) <= MOST_KEYS:
            kept.append(part)
            count *= len(part)
    combinations = (combination for combination in product(*kept) if combination)
    return [tuple(field for fields in combination for field in fields) for combination in combinations]
