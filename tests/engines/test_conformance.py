"""The contract of the engines: for the same two records the same levels, weights, decisions and shared keys."""

from __future__ import annotations

import random
from collections.abc import Mapping
from itertools import product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dromio.clean import TYPES
from dromio.deciders.questions import mirrored
from dromio.engines.columns import Rarity
from dromio.engines.compiled import compile_condition, values_of
from dromio.engines.vectors import ValuePairs
from dromio.model.expressions import (
    DISTANCES,
    FIELDS_OF,
    NUMBERED,
    SEVERAL_VALUES,
    SIDED,
    SIMILARITIES,
    TESTS,
    TRANSFORMS,
    parse_condition,
    parse_field,
)
from dromio.model.schema import Guard

from .factory import (
    assert_engines_agree,
    attribute,
    columns_of,
    comparison,
    default_comparisons,
    model_of,
    record,
)
from .values import HOSTILE, damaged, parts_of

RECORDS, PAIRS = 120, 900
KEYS = {
    "person_name": [
        "soundex(n.family)",
        ["n.given", "n.family"],
        ["prefix(n.given, 2)", "skeleton(n.family)"],
        "tokens(n.given, n.middle, n.family)",
    ],
    "date": ["n.iso", "year(n.iso)", "month_day(n.iso)", "sorted_letters(n.iso)"],
    "organisation": ["tokens(n.name)", "rare_tokens(n.name)", "skeleton(n.name)"],
    "text": ["tokens(n.value)", "rare_tokens(n.value)", ["rare_tokens(n.value)", "prefix(n.value, 1)"]],
    "raw": ["n.value", "tokens(n.value)", "prefix(n.value, 3)", "soundex(n.value)"],
    "address": [["n.postcode", "n.number"], "tokens(n.street, n.city)"],
}
WORDS = {
    "organisation": {"n.name": {"acme": 2.0, "trading": 5.999, "light": 6.0}},
    "text": {"n.value": {"pie": 1.5, "red": 6.5}},
}


def _model(type_name: str, *labels: str):  # type: ignore[no-untyped-def]
    made = default_comparisons("n", type_name)
    fields = {level.term_frequency for one in made for level in one.levels if level.term_frequency}
    listed = {"bob": 0.05, "smith": 0.02, "": 0.3, "acme": 0.01, "8001": 0.01, "anna@example.com": 0.001}
    return model_of(
        [attribute("n", type_name, *labels)],
        made,
        keys=KEYS.get(type_name, [f"n.{TYPES[type_name].fields[0]}"]),
        frequencies={f"n.{field}": listed for field in fields},
        words=WORDS.get(type_name),
    )


def _some_pairs(rng: random.Random, records: int) -> list[tuple[int, int]]:
    return [(a, b) for a, b in ((rng.randrange(records), rng.randrange(records)) for _ in range(PAIRS)) if a != b]


def _values(rng: random.Random, type_name: str, seen: list[dict[str, str]]) -> dict[str, str]:
    """Parts of a value: new, or those of another record with one slip."""
    if seen and rng.random() < 0.5:
        parts = dict(rng.choice(seen))
        for role in parts:
            if rng.random() < 0.4:
                parts[role] = damaged(rng, parts[role])
        return parts
    seen.append(parts_of(rng, type_name))
    return seen[-1]


@pytest.mark.parametrize("type_name", sorted(TYPES))
def test_engines_agree_on_single_values_of_every_type(type_name: str) -> None:
    rng, seen = random.Random(type_name), list[dict[str, str]]()
    records = [record(number, n=[_values(rng, type_name, seen)]) for number in range(RECORDS)]
    levels = assert_engines_agree(records, _model(type_name), _some_pairs(rng, RECORDS))
    assert set(levels.ravel().tolist()) > {0, 1}


@pytest.mark.parametrize("type_name", sorted(TYPES))
def test_engines_agree_on_several_labelled_values_of_every_type(type_name: str) -> None:
    rng, seen = random.Random(type_name + "labelled"), list[dict[str, str]]()
    labels = ("home", "work", "other")
    records = [
        record(number, n=[(label, _values(rng, type_name, seen)) for label in labels if rng.random() < 0.6])
        for number in range(RECORDS)
    ]
    assert_engines_agree(records, _model(type_name, *labels), _some_pairs(rng, RECORDS))


@pytest.mark.parametrize("type_name", ["email", "geo", "person_name", "raw", "text"])
def test_engines_agree_on_lists_of_values(type_name: str) -> None:
    rng, seen = random.Random(type_name + "lists"), list[dict[str, str]]()
    records = [
        record(number, n=[_values(rng, type_name, seen) for _ in range(rng.randrange(4))]) for number in range(RECORDS)
    ]
    assert_engines_agree(records, _model(type_name), _some_pairs(rng, RECORDS), lists=["n"])


def test_engines_agree_on_keys_and_comparisons_over_several_attributes() -> None:
    rng, seen = random.Random(5), list[dict[str, str]]()
    records = [
        record(
            number,
            name=[_values(rng, "person_name", seen)],
            mail=[(label, parts_of(rng, "email")) for label in ("a", "b")],
            born=[parts_of(rng, "date")],
        )
        for number in range(RECORDS)
    ]
    kinds = {"name": "person_name", "mail": "email", "born": "date"}
    attributes = [attribute(name, kind, *(("a", "b") if name == "mail" else ())) for name, kind in kinds.items()]
    made = [one for name, kind in kinds.items() for one in default_comparisons(name, kind)]
    keys = [
        ["name.family", "born.iso"],
        ["mail.address", "prefix(name.given, 1)"],
        ["tokens(name.given, name.family)", "year(born.iso)", "mail.domain"],
    ]
    for related in (0.0, 1e-5, 0.4):
        model = model_of(attributes, made, keys=keys, related=related, frequencies={"mail.address": {"a@b.co": 0.4}})
        assert_engines_agree(records, model, _some_pairs(rng, RECORDS))


def test_engines_agree_on_what_guards_take_out() -> None:
    values = ["anna@b.co", "bob@b.co", "anna@c.co", "x@hot.example", "y@hot.example"]
    records = [
        record(
            n, m=[("a", {"value": v}), ("b", {"value": values[n - 1]})], n=[{"given": "Anna", "family": f"S{n % 2}"}]
        )
        for n, v in enumerate(values)
    ]
    model = model_of(
        [attribute("m", "email", "a", "b"), attribute("n", "person_name")],
        [*default_comparisons("m", "email"), *default_comparisons("n", "person_name")],
        keys=["m.address", "m.domain", "n.family"],
        guards=[
            Guard(field="m.domain", values=["hot.example"]),
            Guard(field="n.family", values=["s1"]),
            Guard(field="m.address", values=["anna@b.co"]),
        ],
    )
    assert_engines_agree(records, model)


@pytest.mark.parametrize("most", [1, 3])
def test_engines_agree_on_the_rarest_of_the_agreed_values(most: int) -> None:
    rows = [["Bob", "Xaver"], ["Bob", "Xaver"], ["Bob"], [], ["Xaver", "Bob", "Zed"], ["Zod", "Zed"], ["Zed"]]
    records = [record(number, n=[{"value": text} for text in texts[:most]]) for number, texts in enumerate(rows)]
    made = comparison("n", "equal(value)", "jaro_winkler(value) >= 0.5", null_when="missing(value)")
    levels = [level.model_copy(update={"term_frequency": "value"}) for level in made.levels]
    made = made.model_copy(update={"levels": levels})
    for listed in ({"bob": 0.2, "zed": 0.02}, {}, {"": 0.5}):
        model = model_of([attribute("n", "folded")], [made], frequencies={"n.value": listed})
        assert_engines_agree(records, model, lists=["n"] if most > 1 else [])


def test_two_comparisons_may_measure_the_same_with_different_bounds() -> None:
    """What one comparison need not measure exactly, another may."""
    records = [
        record(n, n=[{"value": text}]) for n, text in enumerate(["abcdefgh", "abcdefxy", "abcxyzuv", "zyxwvuts"])
    ]
    made = [
        comparison("n", f"edit_similarity(value) >= {bound}", null_when=null)
        for bound, null in (
            (0.9, "missing(value)"),
            (0.3, "missing(value)"),
            (0.6, "missing(value) or edit_similarity(value) >= 0.99"),
        )
    ]
    assert assert_engines_agree(records, model_of([attribute("n", "folded")], made)).min(axis=1).tolist() == [2, 1, 1]


# Every operation singly, on values as they are.

WORDY = st.lists(
    st.sampled_from(["anna", "annna", "ana", "bob", "b", "lightning", "lihgtning", "é", "müller", "muller", ""]),
    max_size=5,
).map(" ".join)
DATES = st.sampled_from(
    [
        "2001-02-03",
        "2001-03-02",
        "2001-02-02",
        "2001-02",
        "2001",
        "2002-02-03",
        "2001-02-31",
        "2001-02-30",
        "1-2-3",
        "20010203",
    ]
)
NUMBERS = st.sampled_from(
    [
        "0",
        "-0",
        "1",
        "1.0000004",
        "1.0000005",
        "1.5",
        "-3",
        "47.37",
        "47.3700001",
        "8.54",
        "1e308",
        "-1e308",
        "90",
        "180",
        "-180",
    ]
)
NAMES = st.sampled_from(["bob", "robert", "rob", "liz", "elizabeth", "a", "anna", "anna maria", "maria"])
TEXTS = st.one_of(
    WORDY,
    DATES,
    NUMBERS,
    NAMES,
    st.sampled_from(HOSTILE),
    st.text("abcé", max_size=9),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)
VALUE = st.fixed_dictionaries({"a": st.none() | TEXTS, "b": st.none() | TEXTS})
FIELDS = [
    "a",
    "b",
    "soundex(a)",
    "prefix(b, 2)",
    "tokens(a, b)",
    "rare_tokens(a, b)",
    "year(a)",
    "skeleton(b)",
    "sorted_letters(a)",
    "month_day(a)",
]
RARE = {"anna": 2000, "bob": 6000, "lightning": 8000, "müller": 5999}


ON_VALUES = [name for name in TESTS if name not in SIDED or name in ("missing", "absent")]


def _conditions() -> list[str]:
    """Every test and every measure with bounds of all sizes, on fields and on transforms of fields."""
    made = []
    for name in ON_VALUES:
        least, most = FIELDS_OF.get(name, (1, 1))
        for count in {least, min(most, 2)}:
            made += [
                f"{name}({', '.join(fields)})" for fields in product(FIELDS if count == 1 else FIELDS[:2], repeat=count)
            ]
    for name, bounds in ((SIMILARITIES, (0, 0.45, 0.8, 0.92, 1)), (DISTANCES, (0, 1, 2.5, 400, 10**10))):
        for function in name:
            fields = ["a, b"] if function == "kilometres" else FIELDS
            operator = ">=" if function in SIMILARITIES else "<="
            made += [f"{function}({field}) {operator} {bound}" for field in fields for bound in bounds]
    return made


CONDITIONS = _conditions()


def _assert_same_truth(values: list[dict[str, str | None]], texts: list[str]) -> None:
    columns = columns_of(values, ["a", "b"])
    columns.columns["a"] = type(columns.columns["a"])(
        columns.columns["a"].codes, columns.columns["a"].values, Rarity(RARE, 9000)
    )
    weigh = {"a": lambda word: RARE.get(word, 9000)}
    left, right = (np.array(side) for side in zip(*product(range(len(values)), repeat=2), strict=True))
    plain = [{name: text for name, text in one.items() if text is not None} for one in values]
    for text in texts:
        condition = parse_condition(text)
        batch = ValuePairs(columns, left, right).holds(condition, np.arange(len(left))).tolist()
        row, back = compile_condition(condition, weigh), compile_condition(mirrored(condition), weigh)
        for at, (one, other) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
            assert row(plain[one], plain[other]) is batch[at], (text, plain[one], plain[other])
            assert batch[at] is back(plain[other], plain[one]), ("not symmetric", text, plain[one], plain[other])


@pytest.mark.parametrize("function", [*ON_VALUES, *SIMILARITIES, *DISTANCES])
def test_engines_agree_on_every_operation(function: str) -> None:
    rng = random.Random(function)
    pool = [
        "2001-02-03",
        "2001-03-02",
        "2001-02-02",
        "2002-02-03",
        "2001-02",
        "robert",
        "bob",
        "b",
        "anna maria",
        "ana maria",
        "maria",
        "the lightning company",
        "lihgtning company the",
        "47.1",
        "8.5",
        "-179.9",
        "179.9",
        *HOSTILE,
    ]
    values = [{"a": rng.choice([*pool, None]), "b": rng.choice([*pool, None])} for _ in range(24)]
    values += [{"a": one["b"], "b": one["a"]} for one in values[:6]]
    _assert_same_truth(values, [text for text in CONDITIONS if text.startswith(f"{function}(")])


@given(st.lists(VALUE, min_size=1, max_size=5), st.lists(st.sampled_from(CONDITIONS), min_size=1, max_size=12))
@example([{"a": None, "b": None}], CONDITIONS)
@example([{"a": "", "b": ""}, {"a": " ", "b": None}], CONDITIONS)
@settings(max_examples=60, deadline=None)
def test_engines_agree_on_any_values(values: list[dict[str, str | None]], texts: list[str]) -> None:
    _assert_same_truth(values, texts)


@given(
    st.lists(VALUE, min_size=1, max_size=6),
    st.recursive(
        st.sampled_from(CONDITIONS),
        lambda part: st.one_of(
            part.map("not ({})".format),
            st.tuples(part, part).map("({0[0]}) and ({0[1]})".format),
            st.tuples(part, part).map("({0[0]}) or ({0[1]})".format),
        ),
        max_leaves=5,
    ),
)
@settings(max_examples=60, deadline=None)
def test_engines_agree_on_combined_conditions(values: list[dict[str, str | None]], text: str) -> None:
    _assert_same_truth(values, [text])


EVERY_TRANSFORM = [
    f"{name}(a{', 3' if name in NUMBERED else ''})"
    for name in TRANSFORMS
    if name not in SEVERAL_VALUES or "tokens" in name
]


@pytest.mark.parametrize("text", ["a", *EVERY_TRANSFORM])
def test_engines_agree_on_every_transform(text: str) -> None:
    values: list[dict[str, str | None]] = [
        {"a": one} for one in [*HOSTILE, "anna bob lightning", "müller a", "2001-02-03", "2001-01-01", None]
    ]
    columns = columns_of(values, ["a"])
    columns.columns["a"] = type(columns.columns["a"])(
        columns.columns["a"].codes, columns.columns["a"].values, Rarity(RARE, 9000)
    )
    expression = parse_field(text)
    column = columns.column(expression)
    mine = values_of(expression, {"a": lambda word: RARE.get(word, 9000)})
    found = [column.values[code].as_py() if code >= 0 else None for code in column.codes.tolist()]
    expected = [mine(_plain(one)) for one in values]
    if "tokens" in expression.transform:
        assert [tuple(one.split(" ")) if one else () for one in found] == expected
    else:
        assert [() if one is None else (one,) for one in found] == expected


def _plain(value: Mapping[str, str | None]) -> dict[str, str]:
    return {name: text for name, text in value.items() if text is not None}
