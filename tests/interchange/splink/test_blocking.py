import pytest

from dromio.interchange.splink.attributes import Attributes
from dromio.interchange.splink.blocking import keys_of
from dromio.interchange.splink.document import SplinkRule


def _keys(sql: str, *, exploded: tuple[str, ...] = (), dialect: str = "duckdb") -> tuple[list[str], list[str]]:
    notes: list[str] = []
    rule = SplinkRule("rules.0", sql, dialect, exploded, salted=False)
    return [str(key) for key in keys_of(rule, Attributes(), frozenset(exploded), notes)], notes


@pytest.mark.parametrize(
    ("sql", "keys"),
    [
        ("l.a = r.a", ["a.value"]),
        ('(l."First Name" = r."First Name")', ["first_name.value"]),
        ("l.a = r.a AND (r.b = l.b AND l.a = r.a)", ["a.value + b.value"]),
        ("substr(l.a, 1, 3) = substr(r.a, 1, 3) and lower(l.b) = lower(r.b)", ["prefix(a.value, 3) + b_folded.value"]),
        ("soundex(l.a) = soundex(r.a)", ["soundex(a.value)"]),
        ("year(l.d) = year(r.d)", ["year(d.value)"]),
        ("l.a = r.a OR (l.b = r.b AND l.c = r.c)", ["a.value", "b.value + c.value"]),
    ],
)
def test_equalities_make_keys(sql: str, keys: list[str]) -> None:
    assert _keys(sql) == (keys, [])


def test_other_dialects_are_read_in_their_own_way() -> None:
    assert _keys("l.`a b` = r.`a b`", dialect="spark") == (["a_b.value"], [])


def test_the_part_before_the_at_is_of_an_email() -> None:
    local = "regexp_extract({}.mail, '^[^@]+', 0)"
    assert _keys(f"{local.format('l')} = {local.format('r')}") == (["mail_email.local"], [])


def test_exploded_lists_block_by_every_element() -> None:
    assert _keys("l.a = r.a", exploded=("a",)) == (["a.value"], [])


def test_a_list_that_is_not_exploded_makes_no_key() -> None:
    notes: list[str] = []
    rule = SplinkRule("rules.0", "l.a = r.a", "duckdb", (), salted=False)
    assert keys_of(rule, Attributes(), frozenset({"a"}), notes) == []
    assert len(notes) == 2 and "holds lists" in notes[0]


@pytest.mark.parametrize(
    "part", ["levenshtein(l.b, r.b) < 2", "l.b <> r.b", "l.b = r.c", "l.b = 'x'", "l.b IS NOT NULL"]
)
def test_what_is_no_equality_leaves_a_larger_key(part: str) -> None:
    keys, notes = _keys(f"l.a = r.a AND {part}")
    assert keys == ["a.value"]
    assert len(notes) == 1 and notes[0].startswith("rules.0: ") and notes[0].endswith("; more pairs are compared")


@pytest.mark.parametrize("sql", ["1 = 1", "true", "levenshtein(l.a, r.a) < 2", "l.a = = r.a"])
def test_a_rule_without_an_equality_is_left_out(sql: str) -> None:
    keys, notes = _keys(sql)
    assert keys == []
    assert notes[-1].startswith("rules.0: ") and notes[-1].endswith("left out")


def test_a_key_has_at_most_six_fields() -> None:
    keys, notes = _keys(" and ".join(f"l.{name} = r.{name}" for name in "abcdefg"))
    assert keys == [" + ".join(f"{name}.value" for name in "abcdef")]
    assert "at most 6 fields" in notes[0]
