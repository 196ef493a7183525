"""The draft of a model from understood columns: attributes, default comparisons, survivorship. Keys come from
`keys`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dromio.configure.understood import Understood
from dromio.engines.columns import AttributeColumns, Codes, Column, Ints
from dromio.model import defaults
from dromio.model.schema import Attribute, Comparison, Input, Survivorship

_COMPOUND = ("person_name", "address", "geo")
_REPEATED = ("email", "phone")
"""Types whose several columns are several values of one attribute."""
_OF_HOMES = ("street", "postcode", "number", "local")
"""Fields of addresses, phones and e-mail that members of a household share."""
_TEXTS = {"text": "value", "organisation": "name", "model_number": "value"}
_MOST_COMMON = 0.3
"""Share of common words from which one text repeats another: titles and descriptions have 0.5, titles and authors
0.0."""
_MOST_NAMED = 0.5
"""Share of the words of a category from which a text names it: titles of products name their brand, 0.9."""
_CODED = 0.3
"""Share of titles with a model number from which these are compared by themselves."""
_LOOKED_AT = 1000
_MOST_COMPARISONS = 16
_MOST_CONSIDERED = 48
"""Attributes that are looked into for what repeats another: the pairs of 200 texts would take a minute."""


def attributes(understood: Sequence[Understood], day_first: Mapping[str, bool]) -> list[Attribute]:
    """Attributes of the columns that take part, in order of the columns."""
    groups: dict[tuple[str, str], list[Understood]] = {}
    for one in understood:
        if one.type:
            group = one.group if one.type in _COMPOUND or (one.type == "date" and one.role != "value") else ""
            key = (one.type, group or ("" if one.type in _REPEATED and one.group != "fax" else one.group))
            groups.setdefault(key, []).append(one)
    found: list[Attribute] = []
    taken: set[str] = set()
    for (type_name, group), members in groups.items():
        for inputs in _inputs(type_name, members):
            name = _name(type_name, group, inputs, taken)
            flag = any(day_first.get(column, False) for value in inputs for column in value.columns.values())
            found.append(Attribute(name=name, type=type_name, inputs=inputs, day_first=flag))
            if type_name == "text" and all(one.profile.coded >= _CODED and one.profile.words >= 2 for one in members):
                found.append(Attribute(name=_free(f"{name}_model_number", taken), type="model_number", inputs=inputs))
    return found


def _free(wanted: str, taken: set[str]) -> str:
    """The name, with a number where it is taken; it is taken from now on."""
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}_{number}", number + 1
    taken.add(name)
    return name


def _inputs(type_name: str, members: Sequence[Understood]) -> list[list[Input]]:
    """The inputs of each attribute that a group of columns makes."""
    variants = sorted({one.variant for one in members})
    if type_name in _COMPOUND or any(one.role != "value" for one in members):
        shared = {one.role: one.profile.name for one in members if one.variant == 0}
        own = [{one.role: one.profile.name for one in members if one.variant == number} for number in variants]
        return [[Input(columns=shared | columns) for columns in own]]
    if len(variants) > 1 and type_name not in _REPEATED:
        return [[Input(columns={"value": one.profile.name}) for one in sorted(members, key=lambda one: one.variant)]]
    if type_name in _REPEATED and len(members) > 1:
        return [[Input(columns={"value": one.profile.name}, label=one.profile.name) for one in members]]
    return [[Input(columns={"value": one.profile.name})] for one in members]


def _name(type_name: str, group: str, inputs: Sequence[Input], taken: set[str]) -> str:
    simple = {"person_name": "name", "date": "date"}.get(type_name, type_name)
    if type_name in _COMPOUND or (type_name in _REPEATED and len(inputs) > 1):
        wanted = group.replace("person_name", "name") if group else simple
    else:
        wanted = next(iter(inputs[0].columns.values())) if len(inputs[0].columns) == 1 else simple
    wanted = re.sub(r"[^a-z0-9]+", "_", wanted.lower()).strip("_")[:40]
    if not wanted or not wanted[0].isalpha():
        wanted = simple
    return _free(wanted, taken)


def shape_of(columns: AttributeColumns, records: int, attribute_type: str = "") -> defaults.Shape:
    """What default comparisons depend on: completeness, distinct values and words of fields, spread of numbers."""
    filled, distinct = {}, {}
    for name, column in columns.columns.items():
        rows = column.codes >= 0
        owners = int(rows.sum()) if columns.owner is None else len(np.unique(columns.owner[rows]))
        filled[name] = owners / max(records, 1)
        distinct[name] = len(column.values)
    words = {
        name: len(column.words.flat) / max(len(column.values), 1)
        for name, column in columns.columns.items()
        if attribute_type in ("category", "text")
    }
    spread = {name: _spread(column) for name, column in columns.columns.items()} if attribute_type == "number" else {}
    return defaults.Shape(filled, distinct, words, spread=spread)


def _repeating(model_attributes: Sequence[Attribute], columns: Mapping[str, AttributeColumns]) -> set[str]:
    """Attributes whose text says again what a fuller one says, such as a description that opens with the title, or the
    brand that the title names.

    Two such texts agree or differ together; compared both, they would count the same evidence twice.
    """
    single = [one for one in model_attributes if columns[one.name].owner is None]
    texts = {one.name: columns[one.name].columns[_TEXTS[one.type]] for one in single if one.type in _TEXTS}
    named = {one.name: columns[one.name].columns["value"] for one in single if one.type == "category"} if texts else {}
    bags = _bags(texts | named)
    repeating: set[str] = set()
    numbers = {one.name for one in single if one.type == "model_number"}
    for one, other in combinations(texts, 2):
        if (one in numbers) == (other in numbers) and _common_share(bags[one], bags[other]) >= _MOST_COMMON:
            filled = [round(float((bags[name].codes >= 0).mean()), 1) for name in (one, other)]
            repeating.add(other if filled[0] >= filled[1] else one)
    for one, other in product(named, texts.keys() - numbers):
        if _common_share(bags[one], bags[other]) >= _MOST_NAMED:
            repeating.add(one)
    return repeating


@dataclass(frozen=True)
class _Bag:
    """The distinct words of every text of a column, as numbers that several columns share; those of text i are
    words[start[i]:start[i+1]]."""

    codes: Codes
    start: Ints
    words: Codes

    def of(self, codes: Codes, empty: int) -> tuple[Codes, Ints]:
        """(words of each text, filled up with `empty`; number of them)."""
        count = np.diff(self.start)[codes]
        result = np.full((len(codes), int(count.max(initial=0))), empty, np.int32)
        inside = np.arange(result.shape[1])
        is_word = inside < count[:, None]
        result[is_word] = self.words[(self.start[codes][:, None] + inside)[is_word]]
        return result, count


def _bags(texts: Mapping[str, Column]) -> dict[str, _Bag]:
    if len(texts) < 2:
        return {}
    words = {name: column.words for name, column in texts.items()}
    vocabulary = pa.concat_arrays([own.vocabulary.cast(pa.string()) for own in words.values()]).unique()
    found = {}
    for name, own in words.items():
        number = pc.index_in(own.vocabulary.cast(pa.string()), value_set=vocabulary).to_numpy(zero_copy_only=False)
        found[name] = _Bag(texts[name].codes, own.start, number.astype(np.int32)[own.flat])
    return found


def _common_share(first: _Bag, second: _Bag) -> float:
    """Of records with both texts, the mean share of the words of the shorter that the longer has too."""
    both = np.flatnonzero((first.codes >= 0) & (second.codes >= 0))
    both = both[:: max(len(both) // _LOOKED_AT, 1)]
    words, count = first.of(first.codes[both], -1)
    others, other_count = second.of(second.codes[both], -2)
    common = np.zeros(len(both), np.int64)
    for place in range(words.shape[1]):
        common += (words[:, place, None] == others).any(axis=1)
    shares = common / np.minimum(count, other_count)
    return sum(shares.tolist()) / len(shares) if len(shares) else 0.0


def _full_only(attribute: Attribute) -> bool:
    """Whether the name comes as full names only, so that its parts were found by their places."""
    return all(set(value.columns) == {"full"} for value in attribute.inputs)


def _spread(column: Column) -> float:
    """Distance between the quartiles of the numbers of a column, each value row counting; 0 without numbers."""
    numbers = column.numbers[column.codes[column.codes >= 0]]
    numbers = numbers[np.isfinite(numbers)]
    return float(np.subtract(*np.percentile(numbers, [75, 25]))) if len(numbers) else 0.0


def _with_homes(columns: Mapping[str, AttributeColumns]) -> bool:
    """Whether there is anything that members of a household share. Then a family name must be told from a given
    name."""
    return any(
        field in own.columns and len(own.columns[field].values) > 1 for own in columns.values() for field in _OF_HOMES
    )


def _with_branches(model_attributes: Sequence[Attribute], columns: Mapping[str, AttributeColumns]) -> bool:
    """Whether the entities are organisations at addresses that tell one branch from another: addresses with a
    street."""
    types = {attribute.type for attribute in model_attributes}
    if "organisation" not in types or "person_name" in types:
        return False
    fields = [columns[one.name].columns for one in model_attributes if one.type == "address"]
    return any("street" in own and len(own["street"].values) > 0 for own in fields)


def _namesakes(model_attributes: Sequence[Attribute], columns: Mapping[str, AttributeColumns], records: int) -> float:
    """Records of the same given and family name that a record meets by chance, on average; 0 without both names."""
    for attribute in model_attributes:
        own = columns[attribute.name].columns
        if attribute.type == "person_name" and "given" in own and "family" in own:
            return records * _agreement(own["given"], records) * _agreement(own["family"], records)
    return 0.0


def _agreement(column: Column, records: int) -> float:
    """Probability that two records drawn at random have the same value."""
    counts = column.counts.astype(np.float64)
    return float((counts * (counts - 1)).sum() / max(records * (records - 1), 1))


def _disorder(columns: AttributeColumns) -> float:
    """How much given and family names are the same words: 0 when no word is both, 1 when every word is either as
    often."""
    if "given" not in columns.columns or "family" not in columns.columns:
        return 0.0
    given, family = columns.columns["given"], columns.columns["family"]
    other = given.aligned(family)
    as_given = given.counts.astype(np.int64)
    as_family = np.bincount(other[other >= 0], minlength=len(given.values))
    return float(2 * np.minimum(as_given, as_family).sum() / max(as_given.sum() + family.counts.sum(), 1))


def comparisons(
    model_attributes: Sequence[Attribute], columns: Mapping[str, AttributeColumns], records: int
) -> list[Comparison]:
    """Default comparisons of all attributes; when there are many, those of the attributes that tell records apart
    best."""
    found: list[tuple[float, int, Comparison]] = []
    with_branches = _with_branches(model_attributes, columns)
    namesakes = _namesakes(model_attributes, columns, records)
    with_homes = _with_homes(columns)
    considered = _most_informative(model_attributes, columns, records)
    repeating = _repeating(considered, columns)
    for attribute in considered:
        if attribute.name in repeating:
            continue
        shape = shape_of(columns[attribute.name], records, attribute.type)
        shape = replace(shape, branches=with_branches, namesakes=namesakes)
        if attribute.type == "person_name" and not with_homes and _full_only(attribute):
            shape = replace(shape, disorder=_disorder(columns[attribute.name]))
        for comparison in defaults.comparisons(attribute.name, attribute.type, shape):
            found.append((-_informative(columns[attribute.name], records), len(found), comparison))
    chosen = sorted(found)[:_MOST_COMPARISONS] if len(found) > _MOST_COMPARISONS else found
    result = [comparison for _, _, comparison in sorted(chosen, key=lambda one: one[1])]
    return _distinct_names(result)


def _most_informative(
    model_attributes: Sequence[Attribute], columns: Mapping[str, AttributeColumns], records: int
) -> list[Attribute]:
    """The attributes, in their order: of very many those that tell records apart best."""
    if len(model_attributes) <= _MOST_CONSIDERED:
        return list(model_attributes)
    bits = [_informative(columns[attribute.name], records) for attribute in model_attributes]
    ranked = sorted(range(len(bits)), key=lambda place: (-bits[place], place))
    return [model_attributes[place] for place in sorted(ranked[:_MOST_CONSIDERED])]


def _informative(columns: AttributeColumns, records: int) -> float:
    """Completeness times the bits that agreement on the best field of the attribute is worth."""
    best = 0.0
    for column in columns.columns.values():
        counts = column.counts.astype(np.float64)
        rows = counts.sum()
        if rows >= 2:
            mean = float((counts * counts).sum() / rows**2)
            best = max(best, rows / max(records, 1) * -float(np.log2(mean)))
    return best


def _distinct_names(comparisons: Sequence[Comparison]) -> list[Comparison]:
    names = [comparison.name for comparison in comparisons]
    return [
        comparison.model_copy(update={"name": f"{comparison.attribute} {comparison.name}"})
        if names.count(comparison.name) > 1
        else comparison
        for comparison in comparisons
    ]


def survivorship(model_attributes: Sequence[Attribute]) -> list[Survivorship]:
    """Default rules of the golden record for every attribute."""
    return [defaults.survivorship(attribute.name, attribute.type) for attribute in model_attributes]


def day_first(understood: Sequence[Understood]) -> dict[str, bool]:
    """For every date column whether the day comes first: when more values can only be read so than the other way."""
    result = {}
    for one in understood:
        if one.type == "date" and one.role == "value":
            numbers = [re.match(r"(\d{1,2})[./-](\d{1,2})[./-]\d{2,4}", text) for text in one.profile.sample]
            firsts = [(int(match[1]), int(match[2])) for match in numbers if match]
            day = sum(first > 12 for first, _ in firsts)
            month = sum(second > 12 for _, second in firsts)
            dotted = sum("." in text for text in one.profile.sample) > len(one.profile.sample) / 2
            result[one.profile.name] = day > month or (day == month and dotted)
    return result
