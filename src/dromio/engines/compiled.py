"""Expressions of a model as plain Python functions of the cleaned fields of values, for the row engine.

Conditions are two-valued: what is missing or cannot be measured passes no test and no bound.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar, cast

from dromio.clean import Fields
from dromio.clean.nicknames import same_person_given_name
from dromio.engines import index_keys, scalar
from dromio.engines.scalar import Bag, Weigh
from dromio.engines.transforms import function_of
from dromio.model.expressions import SIMILARITIES, All, AnyOf, Condition, FieldExpression, Measure, Not, Test, Together
from dromio.model.schema import Model
from dromio.plan import milli

Holds = Callable[[Fields, Fields], bool]
Get = Callable[[Fields], str | None]
FieldWeights = Mapping[str, Weigh]
"""Field -> weight of its words; a field without has words of one weight."""

_BAGS = 2048
"""Bags of words kept for each field: one record meets many, and the same ones at several levels."""
_NO_WEIGHTS = 1000

_ON_ONE_FIELD: dict[str, Callable[[str, str], bool]] = {
    "nickname": same_person_given_name,
    "initial": scalar.initial,
    "within": scalar.within,
    "day_month_swapped": scalar.day_month_swapped,
    "one_part_differs": scalar.one_part_differs,
}
_ON_TEXTS: dict[str, Callable[[str, str], float | None]] = {
    "jaro_winkler": scalar.jaro_winkler,
    "jaro": scalar.jaro,
    "swap_similarity": scalar.swap_similarity,
    "trigram": scalar.trigram,
    "soundex_agreement": scalar.soundex_agreement,
    "share_of_left": scalar.share_of_left,
    "share_of_right": scalar.share_of_right,
    "edit_similarity": scalar.edit_similarity,
    "levenshtein": scalar.levenshtein,
    "damerau_levenshtein": scalar.damerau_levenshtein,
    "days": scalar.days,
    "difference": scalar.difference,
}
_ON_BAGS: dict[str, Callable[[Bag, Bag], float]] = {
    "jaccard": scalar.jaccard,
    "overlap": scalar.overlap,
    "cosine": scalar.cosine,
    "soft_overlap": scalar.soft_overlap,
}

Owner = TypeVar("Owner")
Built = TypeVar("Built")
_kept: dict[tuple[int, Any], Any] = {}


def kept_with(owner: Owner, build: Callable[[Owner], Built]) -> Built:
    """`build(owner)`, made once and let go with its owner (which need not be hashable). It must not hold its owner."""
    key = (id(owner), build)
    known = _kept.get(key)
    if known is None:
        known = _kept[key] = build(owner)
        weakref.finalize(owner, _kept.pop, key, None).atexit = False
    return cast(Built, known)


def words_of_model(model: Model) -> dict[str, dict[str, Weigh]]:
    """Attribute -> field -> weight of a word in thousandths of a bit, as the model freezes them."""
    result: dict[str, dict[str, Weigh]] = {}
    for name, weights in model.words.items():
        attribute, _, field = name.partition(".")
        listed = {word: milli(bits) for word, bits in weights.values.items()}
        result.setdefault(attribute, {})[field] = _weigh(listed, milli(weights.other))
    return result


def _weigh(listed: Mapping[str, int], other: int) -> Weigh:
    return lambda word: listed.get(word, other)


def compile_condition(condition: Condition, weights: FieldWeights) -> Holds:
    """The condition as a function of the fields of two values."""
    if isinstance(condition, Together):
        return compile_condition(condition.part, weights)
    if isinstance(condition, Not):
        inside = compile_condition(condition.part, weights)
        return lambda left, right: not inside(left, right)
    if isinstance(condition, All | AnyOf):
        parts = [compile_condition(part, weights) for part in condition.parts]
        return _combined(parts, every=isinstance(condition, All))
    return _measure(condition, weights) if isinstance(condition, Measure) else _test(condition, weights)


def _combined(parts: Sequence[Holds], *, every: bool) -> Holds:
    def holds(left: Fields, right: Fields) -> bool:
        for part in parts:  # a loop, not all(): a generator costs more than most tests
            if part(left, right) is not every:
                return not every
        return every

    return holds


def getter(expression: FieldExpression, weights: FieldWeights) -> Get:
    """The value of a field expression; of several values (words) as one text, sorted."""
    name = expression.fields[0]
    if not expression.transform:
        return lambda fields: fields.get(name)
    if expression.transform in ("tokens", "rare_tokens"):
        several = values_of(expression, weights)
        return lambda fields: " ".join(several(fields)) or None
    function = function_of(expression)
    return lambda fields: function(fields[name]) if name in fields else None


def values_of(expression: FieldExpression, weights: FieldWeights) -> Callable[[Fields], tuple[str, ...]]:
    """All values of a field expression, none where it is missing."""
    names = expression.fields
    if expression.transform == "tokens":
        return lambda fields: scalar.tokens([fields.get(name) for name in names])
    if expression.transform == "rare_tokens":
        weigh = [weights.get(name) for name in names]
        return lambda fields: scalar.rare_tokens([fields.get(name) for name in names], weigh)
    if expression.transform == "words":
        return lambda fields: tuple(sorted({word for name in names for word in scalar.words(fields.get(name, ""))}))
    if expression.transform == "either":
        return lambda fields: tuple(sorted({fields[name] for name in names if name in fields}))
    if expression.transform in index_keys.FILTERS:
        codes_of, name = index_keys.filter_of(expression), names[0]
        return lambda fields: codes_of(fields[name]) if name in fields else ()
    get = getter(expression, weights)

    def one(fields: Fields) -> tuple[str, ...]:
        value = get(fields)
        return () if value is None else (value,)

    return one


def _test(test: Test, weights: FieldWeights) -> Holds:
    if len(test.fields) == 1 and not test.fields[0].transform and test.function in _ON_PLAIN_FIELD:
        return _ON_PLAIN_FIELD[test.function](test.fields[0].fields[0])
    gets = [getter(field, weights) for field in test.fields]
    if test.function == "always":
        return lambda left, right: True
    if test.function in _ON_ONE_FIELD:
        return _on_one_field(gets[0], _ON_ONE_FIELD[test.function])
    if test.function in ("equal", "missing", "absent"):
        return _ON_ALL_FIELDS[test.function](gets)
    return _ON_TWO_FIELDS[test.function](*gets)


def _on_one_field(get: Get, function: Callable[[str, str], bool]) -> Holds:
    def holds(left: Fields, right: Fields) -> bool:
        one, other = get(left), get(right)
        return one is not None and other is not None and function(one, other)

    return holds


def _equal(gets: Sequence[Get]) -> Holds:
    def holds(left: Fields, right: Fields) -> bool:
        for get in gets:
            one = get(left)
            if one is None or one != get(right):
                return False
        return True

    return holds


def _missing(gets: Sequence[Get]) -> Holds:
    return lambda left, right: any(get(left) is None or get(right) is None for get in gets)


def _absent(gets: Sequence[Get]) -> Holds:
    return lambda left, right: all(get(left) is None and get(right) is None for get in gets)


_ON_ALL_FIELDS: dict[str, Callable[[Sequence[Get]], Holds]] = {"equal": _equal, "missing": _missing, "absent": _absent}


def _equal_plain(name: str) -> Holds:
    return lambda left, right: (one := left.get(name)) is not None and one == right.get(name)


def _missing_plain(name: str) -> Holds:
    return lambda left, right: name not in left or name not in right


# What nearly every condition is made of, without a call for each field.
_ON_PLAIN_FIELD: dict[str, Callable[[str], Holds]] = {"equal": _equal_plain, "missing": _missing_plain}


def _same(one: str | None, other: str | None) -> bool:
    return one is not None and one == other


def _crossed(first: Get, second: Get) -> Holds:
    return lambda left, right: _same(first(left), second(right)) or _same(first(right), second(left))


def _swapped(first: Get, second: Get) -> Holds:
    return lambda left, right: _same(first(left), second(right)) and _same(first(right), second(left))


def _shares_token(first: Get, second: Get) -> Holds:
    def shared(one: str | None, other: str | None) -> bool:
        return one is not None and other is not None and scalar.shares_token(one, other)

    return lambda left, right: shared(first(left), second(right)) or shared(first(right), second(left))


_ON_TWO_FIELDS: dict[str, Callable[[Get, Get], Holds]] = {
    "crossed": _crossed,
    "swapped": _swapped,
    "shares_token": _shares_token,
}


def _measure(measure: Measure, weights: FieldWeights) -> Holds:
    function, bound = measure.function, measure.bound
    gets = [getter(field, weights) for field in measure.fields]
    if function == "kilometres":
        return _near(gets[0], gets[1], bound)
    if function in _ON_BAGS:
        return _bags_alike(gets[0], _ON_BAGS[function], _bags(measure.fields[0], weights), bound)
    return _texts_alike(gets[0], _ON_TEXTS[function], bound, at_least=function in SIMILARITIES)


def compile_measure(measure: Measure, weights: FieldWeights) -> Callable[[Fields, Fields], float | None]:
    """The figure of a similarity as a function of the fields of two values; None where a side is missing."""
    get = getter(measure.fields[0], weights)
    on_bags = _ON_BAGS.get(measure.function)
    if on_bags:
        bag_of = _bags(measure.fields[0], weights)
        return _figure(get, lambda one, other: on_bags(bag_of(one), bag_of(other)))
    return _figure(get, _ON_TEXTS[measure.function])


def _figure(get: Get, figure_of: Callable[[str, str], float | None]) -> Callable[[Fields, Fields], float | None]:
    def figure(left: Fields, right: Fields) -> float | None:
        one, other = get(left), get(right)
        return None if one is None or other is None else figure_of(one, other)

    return figure


def _texts_alike(get: Get, figure_of: Callable[[str, str], float | None], bound: float, *, at_least: bool) -> Holds:
    def holds(left: Fields, right: Fields) -> bool:
        one, other = get(left), get(right)
        if one is None or other is None:
            return False
        figure = figure_of(one, other)
        return figure is not None and (figure >= bound if at_least else figure <= bound)

    return holds


def _bags(expression: FieldExpression, weights: FieldWeights) -> Callable[[str], Bag]:
    weigh = None if expression.transform else weights.get(expression.fields[0])
    weight_of = weigh or (lambda word: _NO_WEIGHTS)
    return lru_cache(_BAGS)(lambda text: scalar.bag(text, weight_of))


def _bags_alike(get: Get, figure_of: Callable[[Bag, Bag], float], bag_of: Callable[[str], Bag], bound: float) -> Holds:
    def holds(left: Fields, right: Fields) -> bool:
        one, other = get(left), get(right)
        return one is not None and other is not None and figure_of(bag_of(one), bag_of(other)) >= bound

    return holds


def _near(lat: Get, lon: Get, bound: float) -> Holds:
    def holds(left: Fields, right: Fields) -> bool:
        places = lat(left), lon(left), lat(right), lon(right)
        if None in places:
            return False
        distance = scalar.kilometres(*cast(tuple[str, str, str, str], places))
        return distance is not None and distance <= bound

    return holds
