"""Conditions and relevances of a Dromio model that say what a match group says; what cannot be said is refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dromio.interchange.reltio.comparators import SAME_CODE, SIMILAR
from dromio.interchange.reltio.evaluate import together
from dromio.interchange.reltio.groups import (
    DISAGREEMENTS,
    FUZZY_OPERATORS,
    NULL_TOLERANT,
    All,
    AnyOf,
    Compare,
    Expression,
    Filter,
    FilterKind,
    MatchGroup,
    Multi,
    Not,
    Operator,
)
from dromio.interchange.reltio.model_attributes import ModelAttributes
from dromio.model.deciders import Relevance

IDENTICAL = ("BasicStringComparator", "ExactMatchComparator")
AGREEMENTS = {
    "BasicStringComparator": "equal({0})",
    "ExactMatchComparator": "equal({0})",
    "StringCharactersComparator": "equal({0}) or equal(alphanumeric({0}))",
    "DamerauLevenshteinDistance": "damerau_levenshtein({0}) <= 1",
    "SoundexComparator": "equal({0}) or equal(soundex({0}))",
    "DoubleMetaphoneComparator": "equal({0}) or equal(dmetaphone({0})) or equal(dmetaphone_alt({0})) "
    "or crossed(dmetaphone({0}), dmetaphone_alt({0}))",
    "DistinctWordsComparator": "equal({0}) or within({0})",
    "JaroWinkler": f"jaro_winkler({{0}}) >= {SIMILAR}",
    "Jaro": f"jaro({{0}}) >= {SIMILAR}",
}
"""Comparator -> the condition that two values agree."""
NICKNAMES = "nickname({0})"
"""The condition that two names have one base in the built-in dictionary."""
MEASURES = {
    "DamerauLevenshteinDistance": "swap_similarity",
    "DistinctWordsComparator": "jaccard",
    "JaroWinkler": "jaro_winkler",
    "Jaro": "jaro",
}
"""Comparator with a degree of its own -> the similarity of the model."""
CODES = ("SoundexComparator", "DoubleMetaphoneComparator")
LONGEST = 2000
"""Most characters of a condition."""


class Unsayable(Exception):
    """A model cannot say a part of a match group; the text says which and why."""


class GroupTerms:
    """The terms of one match group in a model's words."""

    def __init__(self, group: MatchGroup, attributes: ModelAttributes) -> None:
        self._group = group
        self._attributes = attributes

    def condition(self, expression: Expression) -> str:
        """The condition that holds when the expression does. Raises Unsayable."""
        text = self._condition(expression)
        if len(text) > LONGEST:
            raise Unsayable(f"its condition has {len(text)} characters; at most {LONGEST} are allowed")
        return text

    def relevance(self, expression: Expression) -> Relevance:
        """The relevance of the expression. Raises Unsayable."""
        return self._relevance(expression)[0]

    def field(self, leaf: Compare | Multi | Filter) -> str:
        """`attribute.field` of what is compared."""
        paths = leaf.attributes if isinstance(leaf, Multi) else (leaf.attribute,)
        if len({frozenset(self._group.rule.nulls(path)) for path in paths}) > 1:
            raise Unsayable(f"different values of {', '.join(paths)} that count as none have no counterpart")
        return self._attributes.field(paths, self._group)

    def is_by_nickname(self, leaf: Compare | Multi) -> bool:
        """Whether values are compared by the names that they may be short for."""
        return self._agreement(leaf, is_fuzzy=False).startswith("nickname")

    def _condition(self, expression: Expression) -> str:
        if isinstance(expression, All):
            return _joined(" and ", self._all(expression.parts))
        if isinstance(expression, AnyOf):
            return _joined(" or ", map(self._condition, expression.parts))
        if isinstance(expression, Not):
            return f"not ({self._condition(expression.part)})"
        return self._filter(expression) if isinstance(expression, Filter) else self._leaf(expression)

    def _all(self, parts: Sequence[Expression]) -> Iterable[str]:
        inside: dict[int, str] = {}
        for root, group in together(parts).items():
            text = self._together(root, list(group.values()))
            inside |= dict.fromkeys(group, text)
        return dict.fromkeys(inside.get(place) or self._condition(part) for place, part in enumerate(parts))

    def _together(self, root: str, parts: list[Compare | Filter]) -> str:
        name = root.rstrip(".")
        if any(isinstance(part, Filter) for part in parts):
            raise Unsayable(f"a value asked of {name} together with its other attributes has no counterpart")
        if any(part.attribute.count(".") > 1 for part in parts):
            raise Unsayable(f"{name} has nested attributes of its own that hold together")
        if all(isinstance(part, Compare) and part.operator in NULL_TOLERANT for part in parts):
            raise Unsayable(f"a value of {name} without any of its attributes cannot be told from no value")
        return f"together({_joined(' and ', map(self._condition, parts))})"

    def _leaf(self, leaf: Compare | Multi) -> str:
        operator = Operator.EXACT if isinstance(leaf, Multi) else leaf.operator
        agreement, field = self._agreement(leaf, is_fuzzy=operator in FUZZY_OPERATORS), self.field(leaf)
        if operator in DISAGREEMENTS:
            return f"not missing({field}) and not ({agreement})"
        if operator in NULL_TOLERANT:
            return f"{agreement} or {_tolerated(operator, field)}"
        return agreement

    def _agreement(self, leaf: Compare | Multi, *, is_fuzzy: bool) -> str:
        """The condition that some values agree by the comparator."""
        field, comparator = self.field(leaf), self._comparator(leaf)
        if self._cleansed(leaf):
            if comparator not in IDENTICAL:
                raise Unsayable(f"a cleanser and {comparator} on {field} together have no counterpart")
            return NICKNAMES.format(field)
        if comparator == "DamerauLevenshteinDistance" and is_fuzzy:
            raise Unsayable(f"a distance of {field} that grows with its length has no counterpart")
        return AGREEMENTS[comparator].format(field)

    def _comparator(self, leaf: Compare | Multi) -> str:
        return self._group.rule.comparator(leaf.attributes[0] if isinstance(leaf, Multi) else leaf.attribute)

    def _cleansed(self, leaf: Compare | Multi | Filter) -> bool:
        """Whether values are looked up in the built-in dictionary; any other cleanser is unsayable."""
        attributes = leaf.attributes if isinstance(leaf, Multi) else (leaf.attribute,)
        found = [one for one in self._group.rule.cleansers if set(attributes) & set(one.attributes)]
        if not found:
            return False
        if len(found) > 1 or found[0].cleanser != "NameDictionaryCleanser" or found[0].entries:
            raise Unsayable(f"{found[0].cleanser} on {', '.join(attributes)} has no counterpart")
        if isinstance(leaf, Multi | Filter):
            raise Unsayable(f"NameDictionaryCleanser on {', '.join(attributes)} has no counterpart here")
        return True

    def _filter(self, leaf: Filter) -> str:
        self._cleansed(leaf)
        texts = ", ".join(repr(value) for value in leaf.values)
        left, right = (f"{side}_is({self.field(leaf)}, {texts})" for side in ("left", "right"))
        return f"not {left} and not {right}" if leaf.kind is FilterKind.NOT_EQUALS else f"{left} and {right}"

    def _relevance(self, expression: Expression) -> tuple[Relevance, float | None]:
        """A relevance and its weight, None for filters."""
        if isinstance(expression, Filter):
            return Relevance(when=self._filter(expression)), None
        if isinstance(expression, Not):
            inside, weight = self._relevance(expression.part)
            return _inverse(inside), weight
        if isinstance(expression, AnyOf):
            parts = [self._relevance(part) for part in expression.parts]
            weights = [weight for _, weight in parts if weight is not None]
            return Relevance(best=[part for part, _ in parts]), max(weights, default=None)
        if isinstance(expression, All):
            return self._mean(expression)
        attribute = expression.attributes[0] if isinstance(expression, Multi) else expression.attribute
        return self._leaf_relevance(expression), self._group.rule.weight(attribute)

    def _mean(self, expression: All) -> tuple[Relevance, float | None]:
        for root in together(expression.parts):
            raise Unsayable(f"the most relevant value of {root.rstrip('.')} as a whole has no counterpart")
        parts = [self._relevance(part) for part in expression.parts]
        gates = [part for part, weight in parts if weight is None]
        weighed = [(part, weight) for part, weight in parts if weight is not None]
        if not weighed:
            return _least(gates), None
        mean = Relevance(mean=[part.model_copy(update={"weight": weight}) for part, weight in weighed])
        return _least([*gates, mean]), sum(weight for _, weight in weighed)

    def _leaf_relevance(self, leaf: Compare | Multi) -> Relevance:
        operator = Operator.EXACT if isinstance(leaf, Multi) else leaf.operator
        field = self.field(leaf)
        degree = self._degree(leaf, field)
        if operator in DISAGREEMENTS:
            return _least([Relevance(when=f"not missing({field})"), _inverse(degree)])
        if operator in NULL_TOLERANT:
            return Relevance(best=[degree, Relevance(when=_tolerated(operator, field))])
        return degree

    def _degree(self, leaf: Compare | Multi, field: str) -> Relevance:
        """The relevance of the best pair of values, 0 where a side has none."""
        comparator = self._comparator(leaf)
        if comparator in MEASURES and not self._cleansed(leaf):
            return Relevance(similarity=f"{MEASURES[comparator]}({field})")
        agreement = Relevance(when=self._agreement(leaf, is_fuzzy=False))
        if comparator not in CODES:
            return agreement
        never = Relevance(when="not always()", weight=1 - SAME_CODE)
        alike = Relevance(mean=[agreement.model_copy(update={"weight": SAME_CODE}), never])
        return Relevance(best=[Relevance(when=f"equal({field})"), alike])


def _joined(operator: str, texts: Iterable[str]) -> str:
    return operator.join(f"({text})" for text in texts)


def _tolerated(operator: Operator, field: str) -> str:
    return f"missing({field})" if operator is Operator.EXACT_OR_NULL else f"absent({field})"


def _inverse(part: Relevance) -> Relevance:
    return Relevance(inverse=part)


def _least(parts: list[Relevance]) -> Relevance:
    """The lowest of some degrees."""
    return parts[0] if len(parts) == 1 else _inverse(Relevance(best=[_inverse(part) for part in parts]))
