import pytest
from sqlglot import exp, parse_one

from dromio.interchange.splink.measures import (
    Measured,
    bounded,
    great_circle,
    implies,
    pairwise,
    read_measured,
)
from dromio.interchange.splink.operands import Operand, Unsayable

NAME = Operand("name", "")


def _read(sql: str, dialect: str = "duckdb") -> Measured:
    return read_measured(parse_one(sql, read=dialect))


@pytest.mark.parametrize(
    ("sql", "dialect", "measure"),
    [
        ("jaro_winkler_similarity(name_l, name_r)", "duckdb", "jaro_winkler"),
        ("jaro_winkler(`name_l`, `name_r`)", "spark", "jaro_winkler"),
        ("jaro_similarity(name_r, name_l)", "duckdb", "jaro"),
        ("jaro_sim(name_r, name_l)", "sqlite", "jaro"),
        ("levenshtein(name_l, name_r)", "postgres", "levenshtein"),
        ("levenshtein(name_l, name_r)", "spark", "levenshtein"),
        ("damerau_levenshtein(name_l, name_r)", "duckdb", "damerau_levenshtein"),
        ("abs(name_l - name_r)", "duckdb", "difference"),
    ],
)
def test_functions_of_both_sides_are_measures(sql: str, dialect: str, measure: str) -> None:
    assert _read(sql, dialect) == Measured(measure, (NAME,))


@pytest.mark.parametrize(
    ("sql", "dialect"),
    [
        ("abs(epoch(name_l) - epoch(name_r))", "duckdb"),
        ("ABS(UNIX_TIMESTAMP(`name_l`) - UNIX_TIMESTAMP(`name_r`))", "spark"),
        ("ABS(EXTRACT(EPOCH FROM name_l) - EXTRACT(EPOCH FROM name_r))", "postgres"),
    ],
)
def test_seconds_between_dates_are_days(sql: str, dialect: str) -> None:
    assert _read(sql, dialect) == Measured("days", (NAME,), 86400)


def test_days_between_dates_are_counted_directly() -> None:
    assert _read("abs(date_diff('day', name_l, name_r))") == Measured("days", (NAME,))


@pytest.mark.parametrize(
    ("sql", "dialect"),
    [
        ("array_length(list_intersect(name_l, name_r))", "duckdb"),
        ("SIZE(ARRAY_INTERSECT(`name_l`, `name_r`))", "spark"),
        ("CARDINALITY(ARRAY_INTERSECT(name_l, name_r))", "postgres"),
    ],
)
def test_shared_elements_of_lists_are_counted(sql: str, dialect: str) -> None:
    assert _read(sql, dialect) == Measured("elements", (NAME,), listed=True)


@pytest.mark.parametrize(
    ("best", "function", "measure"),
    [
        ("max", "jaro_winkler_similarity", "jaro_winkler"),
        ("max", "jaro_similarity", "jaro"),
        ("min", "levenshtein", "levenshtein"),
        ("min", "damerau_levenshtein", "damerau_levenshtein"),
    ],
)
def test_the_best_pair_of_elements_is_a_measure_of_lists(best: str, function: str, measure: str) -> None:
    assert _read(pairwise(best, function, "name_l", "name_r")) == Measured(measure, (NAME,), listed=True)


def test_the_worst_pair_of_elements_is_none() -> None:
    with pytest.raises(Unsayable):
        _read(pairwise("min", "jaro_winkler_similarity", "name_l", "name_r"))


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "spark", "sqlite"])
def test_the_great_circle_is_recognised(dialect: str) -> None:
    sql = great_circle("lat_l", "lat_r", "long_l", "long_r")
    assert _read(sql, dialect) == Measured("kilometres", (Operand("lat", ""), Operand("long", "")))


def test_another_formula_is_no_great_circle() -> None:
    with pytest.raises(Unsayable):
        _read(great_circle("lat_l", "lat_r", "long_l", "long_r").replace("6371", "3959"))


@pytest.mark.parametrize(
    "sql",
    [
        "jaccard(name_l, name_r)",
        "levenshtein(name_l, city_r)",
        "levenshtein(name_l, name_l)",
        "levenshtein(name_l, name_r, 2)",
        "abs(name_l + name_r)",
        "array_length(list_concat(name_l, name_r))",
        "length(name_l)",
        "cast(name_l as float)",
    ],
)
def test_other_functions_are_told(sql: str) -> None:
    with pytest.raises(Unsayable):
        _read(sql)


@pytest.mark.parametrize(
    ("measure", "operator", "figure", "said"),
    [
        ("jaro_winkler", exp.GTE, 0.9, (0.9, True)),
        ("jaro_winkler", exp.GT, 0.9, (0.900001, True)),
        ("jaro_winkler", exp.LT, 0.9, (0.9, False)),
        ("jaro_winkler", exp.LTE, 0.9, (0.900001, False)),
        ("levenshtein", exp.LTE, 2, (2, True)),
        ("levenshtein", exp.LT, 2, (1, True)),
        ("levenshtein", exp.LT, 2.5, (2, True)),
        ("levenshtein", exp.GT, 2, (2, False)),
        ("levenshtein", exp.GTE, 2, (1, False)),
        ("difference", exp.LT, 10, (9.999999, True)),
        ("elements", exp.GTE, 1, (1, True)),
        ("elements", exp.GT, 0, (1, True)),
    ],
)
def test_every_order_is_at_least_or_at_most(
    measure: str, operator: type[exp.Expr], figure: float, said: tuple[float, bool]
) -> None:
    assert bounded(Measured(measure, (NAME,)), operator, figure) == said


def test_a_month_of_seconds_is_a_month_of_days() -> None:
    assert bounded(Measured("days", (NAME,), 86400), exp.LTE, 2629800.0) == (30.4375, True)


@pytest.mark.parametrize(("measure", "figure"), [("jaro_winkler", 1.5), ("levenshtein", -1)])
def test_a_bound_that_nothing_can_meet_is_told(measure: str, figure: float) -> None:
    with pytest.raises(Unsayable, match="compared with"):
        bounded(Measured(measure, (NAME,)), exp.GTE if measure == "jaro_winkler" else exp.LTE, figure)


@pytest.mark.parametrize(
    ("narrow", "wide", "answer"),
    [
        ("f(a_l, a_r) >= 2", "f(a_l, a_r) >= 1", True),
        ("f(a_l, a_r) >= 1", "f(a_l, a_r) >= 2", False),
        ("f(a_l, a_r) <= 1", "f(a_l, a_r) <= 2", True),
        ("f(a_l, a_r) >= 2", "g(a_l, a_r) >= 1", False),
        ("f(a_l, a_r) >= 2", "f(a_l, a_r) <= 3", False),
        ("a_l = a_r", "a_l = a_r", False),
    ],
)
def test_a_narrower_bound_implies_a_wider_one(narrow: str, wide: str, answer: bool) -> None:
    assert implies(parse_one(narrow), parse_one(wide)) is answer
