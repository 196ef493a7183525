import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dromio.interchange.splink.conditions import Sayer, parse_sql
from dromio.interchange.splink.operands import Unsayable
from dromio.interchange.splink.printing import Printer, of_level, of_rule, printer_of, sql_of
from dromio.interchange.splink.views import View
from dromio.model.expressions import parse_condition, parse_field
from dromio.model.schema import Attribute, Input

from .oracle import true_by_model, true_by_sql

PRINTER = Printer("raw", {name: name for name in "abdn"})


def _sql(text: str, printer: Printer = PRINTER) -> str:
    return sql_of(printer.condition(parse_condition(text)))


@pytest.mark.parametrize(
    ("text", "sql"),
    [
        ("equal(a)", '"a_l" = "a_r"'),
        ("equal(a, b)", '"a_l" = "a_r" AND "b_l" = "b_r"'),
        ("missing(a)", '"a_l" IS NULL OR "a_r" IS NULL'),
        ("absent(a)", '"a_l" IS NULL AND "a_r" IS NULL'),
        ("not missing(a)", 'NOT ("a_l" IS NULL OR "a_r" IS NULL)'),
        ("not equal(a)", 'NOT COALESCE("a_l" = "a_r", FALSE)'),
        ("swapped(a, b)", '"a_l" = "b_r" AND "b_l" = "a_r"'),
        ("jaro_winkler(a) >= 0.9", 'JARO_WINKLER_SIMILARITY("a_l", "a_r") >= 0.9'),
        ("levenshtein(a) <= 2", 'LEVENSHTEIN("a_l", "a_r") <= 2'),
        ("equal(prefix(a, 3))", 'SUBSTRING("a_l", 1, 3) = SUBSTRING("a_r", 1, 3)'),
        ("difference(n) <= 1.5", 'ABS("n_l" - "n_r") <= 1.5'),
        ("always()", "TRUE"),
    ],
)
def test_conditions_are_printed_as_sql(text: str, sql: str) -> None:
    assert _sql(text) == sql


@pytest.mark.parametrize(
    "text", ["nickname(a)", "cosine(a) >= 0.5", "equal(skeleton(a))", "equal(c)", "not soft_overlap(a) >= 0.5"]
)
def test_what_sql_cannot_say_is_told(text: str) -> None:
    with pytest.raises(Unsayable):
        _sql(text)


def test_folded_values_are_trimmed_in_lower_case_and_null_when_empty() -> None:
    folded = Printer("folded", {"value": "a"})
    assert _sql("equal(value)", folded) == ("NULLIF(LOWER(TRIM(\"a_l\")), '') = NULLIF(LOWER(TRIM(\"a_r\")), '')")


def test_names_are_quoted_and_sided_as_levels_and_rules_have_them() -> None:
    printer = Printer("raw", {"value": 'odd "name"'})
    field = parse_field("value")
    assert sql_of(printer.field(field, of_level("l"))) == '"odd ""name""_l"'
    assert sql_of(printer.field(field, of_rule("r"))) == 'r."odd ""name"""'


@pytest.mark.parametrize(
    ("type", "columns", "fields"),
    [
        ("raw", {"first": "a", "last": "b"}, {"first": "a", "last": "b"}),
        ("email", {"value": "mail"}, {"address": "mail", "local": "mail"}),
        ("date", {"value": "born"}, {"iso": "born"}),
        ("phone", {"value": "tel"}, {"number": "tel"}),
        ("category", {"value": "kind"}, {"value": "kind"}),
        ("person_name", {"given": "a", "family": "b"}, {"given": "a", "family": "b"}),
        ("person_name", {"full": "name"}, {}),
    ],
)
def test_fields_that_are_columns_as_delivered_can_be_named(
    type: str, columns: dict[str, str], fields: dict[str, str]
) -> None:
    assert printer_of(Attribute(name="x", type=type, inputs=[Input(columns=columns)])).columns == fields


def test_an_attribute_of_several_values_has_no_columns() -> None:
    inputs = [Input(columns={"value": name}) for name in "ab"]
    with pytest.raises(Unsayable, match="several values"):
        printer_of(Attribute(name="x", type="raw", inputs=inputs))


_ATOMS = st.sampled_from(
    [
        "equal(a)",
        "equal(a, b)",
        "missing(a)",
        "missing(a, b)",
        "absent(b)",
        "swapped(a, b)",
        "crossed(a, b)",
        "jaro_winkler(a) >= 0.8512",
        "jaro(b) >= 0.7777",
        "levenshtein(b) <= 1",
        "damerau_levenshtein(a) <= 1",
        "days(d) <= 30.4375",
        "not days(d) <= 4000000",
        "difference(n) <= 0.5",
        "equal(prefix(a, 3))",
    ]
)
_CONDITIONS = st.recursive(
    _ATOMS,
    lambda inner: st.one_of(
        inner.map(lambda text: f"not ({text})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}) and ({two[1]})"),
        st.tuples(inner, inner, inner).map(lambda three: f"({three[0]}) or {three[1]} and not ({three[2]})"),
    ),
    max_leaves=5,
)


@given(_CONDITIONS)
@settings(max_examples=60)
def test_sql_is_true_exactly_when_its_condition_holds_and_reads_back_so(text: str) -> None:
    condition = parse_condition(text)
    holds = true_by_model(condition)
    sql = _sql(text)
    assert true_by_sql(sql) == holds
    assert true_by_model(Sayer(View("raw", ("a", "b", "d", "n"))).say(parse_sql(sql, "duckdb"))) == holds
