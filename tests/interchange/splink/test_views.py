import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.interchange.splink.operands import Operand, Unsayable
from dromio.interchange.splink.views import View, distinct, identifier, roles_of
from dromio.model.expressions import parse_field

NAME = Operand("Name", "l")


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("First Name", "first_name"),
        ("class", "class_"),
        ("2nd", "c_2nd"),
        ("größe", "gr__e"),
        ("_", "c"),
        ("x" * 80, "x" * 50),
    ],
)
def test_a_column_becomes_a_name(column: str, name: str) -> None:
    assert identifier(column) == name


@given(st.lists(st.text(min_size=1, max_size=70), max_size=5, unique=True))
def test_every_column_has_a_role_of_its_own_that_an_expression_can_name(columns: list[str]) -> None:
    roles = roles_of(columns)
    assert len(set(roles.values())) == len(columns)
    assert all(parse_field(f"x.{role}").fields == (f"x.{role}",) for role in roles.values())


def test_a_taken_name_gets_the_next_number() -> None:
    assert distinct("a", ["a", "a_2", "b"]) == "a_3"


def test_one_column_is_the_value_and_several_are_named() -> None:
    assert View("raw", ("Name",)).inputs == {"value": "Name"}
    assert View("raw", ("Name", "City")).inputs == {"name": "Name", "city": "City"}


@pytest.mark.parametrize(
    ("type", "operand", "said"),
    [
        ("raw", NAME, "value"),
        ("raw", Operand("Name", "l", shape="prefix", size=3), "prefix(value, 3)"),
        ("raw", Operand("Name", "l", shape="date", date_format="%Y-%m-%d"), "value"),
        ("raw", Operand("Name", "l", shape="year"), "year(value)"),
        ("raw", Operand("Name", "l", frozenset({"lower"}), shape="soundex"), "soundex(value)"),
        ("folded", Operand("Name", "l", frozenset({"lower", "trim"})), "value"),
        ("email", NAME, "address"),
        ("email", Operand("Name", "l", shape="local"), "local"),
        ("date", Operand("Name", "l", shape="date", date_format="%d/%m/%Y"), "iso"),
    ],
)
def test_an_operand_is_a_field_of_the_type(type: str, operand: Operand, said: str) -> None:
    assert str(View(type, ("Name",)).field(operand)) == said


@pytest.mark.parametrize(
    ("type", "operand", "why"),
    [
        ("raw", Operand("City", "l"), "'City' is not of this attribute"),
        ("raw", Operand("Name", "l", frozenset({"lower"})), "not in one attribute"),
        ("raw", Operand("Name", "l", shape="local"), "type 'email' only"),
        ("raw", Operand("Name", "l", shape="date", date_format="%d.%m.%Y"), "type 'date' only"),
        ("folded", NAME, "not in one attribute"),
        ("email", Operand("Name", "l", shape="prefix", size=2), "no field for the prefix"),
        ("date", Operand("Name", "l", shape="date", date_format="%Y-%m-%dT%H:%M"), "times of day"),
    ],
)
def test_what_a_type_cannot_give_is_told(type: str, operand: Operand, why: str) -> None:
    with pytest.raises(Unsayable, match=why):
        View(type, ("Name",)).field(operand)


def test_a_column_of_lists_is_no_plain_value() -> None:
    with pytest.raises(Unsayable, match="holds lists"):
        View("raw", ("Name",), frozenset({"name"})).field(NAME)


def test_an_empty_text_is_null_in_folded_values_only() -> None:
    blank = Operand("Name", "l", frozenset({"blank"}))
    assert str(View("folded", ("Name",)).plain(blank)) == "value"
    with pytest.raises(Unsayable, match="an empty text is a value"):
        View("raw", ("Name",)).plain(blank)
