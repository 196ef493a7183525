from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.clean import DEFAULT_OPTIONS, TYPES, CleanOptions, Parts, clean_value
from dromio.errors import UsageError

TEXTS = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="aA1é ,.-'@+#/&()0ßжS王\n", max_size=30),
    st.sampled_from(["n/a", "Mr John Smith, Jr.", "+1 555 010 0000", "12 Main St # 4", "1986-10-24", "a@b.c", "١٢٣"]),
)
LITERAL = {"raw", "trimmed", "folded", "plain"}
"""Types for which no text is a placeholder and no length too long."""
OPTIONS = st.sampled_from([DEFAULT_OPTIONS, CleanOptions("DE", True, frozenset({"a", "tbd", "x y"}))])


@st.composite
def values(draw: st.DrawFn) -> tuple[str, Parts]:
    name = draw(st.sampled_from(sorted(TYPES)))
    roles = draw(st.lists(st.sampled_from(TYPES[name].roles), unique=True))
    return name, {role: draw(TEXTS) for role in roles}


@given(values(), OPTIONS)
def test_clean_never_raises_and_gives_only_fields_of_its_type(value: tuple[str, Parts], options: CleanOptions) -> None:
    name, parts = value
    fields = clean_value(name, parts, options)
    assert set(fields) <= set(TYPES[name].fields)
    assert name == "raw" or all(fields.values())


@given(values())
def test_clean_gives_the_same_fields_again(value: tuple[str, Parts]) -> None:
    name, parts = value
    assert clean_value(name, parts) == clean_value(name, dict(reversed(parts.items())))


@pytest.mark.parametrize("name", sorted(set(TYPES) - {"person_name", "address", "organisation", "phone"}))
@given(text=TEXTS)
def test_cleaning_a_cleaned_value_changes_nothing(name: str, text: str) -> None:
    fields = clean_value(name, {TYPES[name].roles[-1] if name == "geo" else TYPES[name].roles[0]: text})
    (role, again) = {
        "email": ("value", fields.get("address", "")),
        "date": ("value", fields.get("iso", "")),
        "geo": ("value", f"{fields.get('lat', '')},{fields.get('lon', '')}"),
        "url": ("value", fields.get("host", "") + fields.get("path", "")),
    }.get(name, ("value", fields.get("value", "")))
    if fields:
        assert clean_value(name, {role: again}) == fields


@given(st.text(max_size=30), st.text(max_size=30))
def test_cleaning_the_parts_of_a_cleaned_name_changes_nothing(given_name: str, family: str) -> None:
    fields = clean_value("person_name", {"given": given_name, "family": family})
    assert clean_value("person_name", fields) == fields


@pytest.mark.parametrize("name", sorted(set(TYPES) - LITERAL))
@pytest.mark.parametrize("unit", ["a", "é ", "1", "王", " ", "a@", "(a", "t 1:1", ",a", "-", "\u0301", "1 a "])
def test_megabyte_is_cleaned_at_once(name: str, unit: str) -> None:
    parts = dict.fromkeys(TYPES[name].roles, unit * (1_000_000 // len(unit)))
    start = time.process_time()
    fields = clean_value(name, parts)
    assert time.process_time() - start < 0.5
    assert all(len(text) <= 1100 for text in fields.values())


def test_every_type_has_a_description_and_its_own_name() -> None:
    for name, attribute_type in TYPES.items():
        assert attribute_type.name == name
        assert attribute_type.doc
        assert attribute_type.roles
        assert attribute_type.fields


def test_unknown_type_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"'colour'.*person_name"):
        clean_value("colour", {"value": "red"})


@pytest.mark.parametrize("name", sorted(set(TYPES) - {"raw"}))
def test_no_parts_and_blank_parts_are_missing(name: str) -> None:
    assert clean_value(name, {}) == {}
    assert clean_value(name, dict.fromkeys(TYPES[name].roles, " \t")) == {}


@pytest.mark.parametrize("name", sorted(set(TYPES) - LITERAL - {"boolean", "geo", "ip", "email", "url", "phone"}))
@pytest.mark.parametrize("text", ["N/A", "unknown", " None ", "-", "null"])
def test_placeholder_is_missing(name: str, text: str) -> None:
    assert clean_value(name, {TYPES[name].roles[0]: text}) == {}


@pytest.mark.parametrize(
    ("name", "role", "text", "placeholder"),
    [
        ("person_name", "given", "Walk Up", "walk up"),
        ("organisation", "value", "House Account", "house account"),
        ("email", "value", "till@shop.com", "till@shop.com"),
        ("phone", "value", "(555) 010-0000", "+15550100000"),
        ("date", "value", "1970-01-01", "1970-01-01"),
        ("address", "street", "1 Our Shop", "1 our shop"),
        ("address", "postcode", "12345", "12345"),
        ("identifier", "value", "AB-1", "ab1"),
        ("category", "value", "Other", "other"),
        ("number", "value", "-1", "-1"),
        ("text", "value", "to follow", "to follow"),
    ],
)
def test_placeholder_of_the_model_is_missing(name: str, role: str, text: str, placeholder: str) -> None:
    assert clean_value(name, {role: text}) != {}
    assert clean_value(name, {role: text}, CleanOptions(placeholders=frozenset({placeholder}))) == {}
