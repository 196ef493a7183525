import pytest
from sqlglot import parse_one

from dromio.interchange.splink.operands import Operand, Unsayable, read_operand, short


def _read(sql: str, dialect: str = "duckdb") -> Operand:
    return read_operand(parse_one(sql, read=dialect))


LOWER = frozenset({"lower"})


@pytest.mark.parametrize(
    ("sql", "operand"),
    [
        ("name_l", Operand("name", "l")),
        ('"first name_R"', Operand("first name", "r")),
        ('r."name_l"', Operand("name_l", "r")),
        ("((l.name))", Operand("name", "l")),
        ("lower(name_l)", Operand("name", "l", LOWER)),
        ("upper(trim(name_l))", Operand("name", "l", LOWER | {"trim"})),
        ("nullif(name_l, '')", Operand("name", "l", frozenset({"blank"}))),
        ("substr(l.name, 1, 3)", Operand("name", "l", shape="prefix", size=3)),
        ("left(lower(l.name), 2)", Operand("name", "l", LOWER, "prefix", 2)),
        ("lower(substring(l.name, 1, 2))", Operand("name", "l", LOWER, "prefix", 2)),
        ("soundex(name_l)", Operand("name", "l", shape="soundex")),
        ("cast(name_l as varchar)", Operand("name", "l")),
        ("try_cast(name_l as date)", Operand("name", "l", shape="date")),
        ("year(dob_l)", Operand("dob", "l", shape="year")),
        ("extract(year from dob_l::date)", Operand("dob", "l", shape="year")),
        ("try_strptime(dob_l, '%d/%m/%Y')", Operand("dob", "l", shape="date", date_format="%d/%m/%Y")),
        ("nullif(regexp_extract(mail_l, '^[^@]+', 0), '')", Operand("mail", "l", shape="local")),
    ],
)
def test_an_expression_of_one_column_is_an_operand(sql: str, operand: Operand) -> None:
    assert _read(sql) == operand


def test_other_dialects_quote_and_parse_in_their_own_way() -> None:
    assert _read("`first name_l`", "spark") == Operand("first name", "l")
    spark = _read("date(try_to_timestamp(`dob_l`, 'yyyy-MM-dd'))", "spark")
    assert spark == Operand("dob", "l", shape="date", date_format="yyyy-MM-dd")
    assert _read("try_cast_date(\"dob_l\", 'YYYY-MM-DD')", "postgres").date_format == "YYYY-MM-DD"


@pytest.mark.parametrize(
    "sql",
    [
        "name",
        "x.name",
        "_l",
        "substr(name_l, 2, 3)",
        "substr(name_l, 1)",
        "regexp_extract(name_l, '^[a-z]+')",
        "nullif(name_l, 'none')",
        "cast(name_l as integer)",
        "trim(name_l, 'x')",
        "name_l || city_l",
        "soundex(substr(name_l, 1, 3))",
        "lower(year(dob_l))",
        "strftime(dob_l, '%Y')",
        "'name'",
    ],
)
def test_what_is_no_operand_is_told(sql: str) -> None:
    with pytest.raises(Unsayable):
        _read(sql)


def test_long_sql_is_cut() -> None:
    assert len(short(parse_one("a" * 99))) == 60
