"""Whatever a document holds, it is imported or refused with faults; no other error comes out."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dromio.errors import ModelError
from dromio.interchange.splink import export_splink, import_splink
from dromio.interchange.splink.document import COMPARISON_KEYS, LEVEL_KEYS, RULE_KEYS, SETTINGS_KEYS

from .factory import comparison, exact, level
from .factory import settings as document

_PIECES = st.sampled_from(
    "a_l a_r b_l = <> < >= AND OR NOT ( ) IS NULL 1 0.9 -2 'x' , levenshtein( jaro_winkler_similarity( abs( lower( "
    "substr( try_strptime( '%Y-%m-%d' list_max( array_length( list_intersect( coalesce( nullif( case when then end "
    "select * from ; -- \" ` l.a r.a :: date x -> [ ] cast( as TRUE + EPOCH( regexp_extract( '^[^@]+'".split(" ")
)
_SQL = st.one_of(
    st.lists(_PIECES, max_size=12).map(" ".join),
    st.text(max_size=20),
    st.sampled_from(["a_l = a_r", "ELSE", "a_l IS NULL OR a_r IS NULL", "levenshtein(a_l, a_r) < 3"]),
)
_JUNK = st.one_of(st.none(), st.booleans(), st.integers(-2, 3), st.floats(), _SQL)


def _object(keys: tuple[str, ...], inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from([*keys, "other"]), st.one_of(_JUNK, inner), max_size=6)


_LEVELS = st.lists(_object(LEVEL_KEYS, st.nothing()) | _JUNK, max_size=3)
_COMPARISONS = st.lists(_object(COMPARISON_KEYS, _LEVELS) | _JUNK, max_size=3)
_RULES = st.lists(_object(RULE_KEYS, st.lists(_JUNK, max_size=2)) | _JUNK, max_size=3)


@given(_object(SETTINGS_KEYS, _COMPARISONS | _RULES))
@settings(max_examples=80)
def test_any_document_is_imported_or_refused(junk: dict[str, Any]) -> None:
    for whole in (junk, document(exact()) | junk):
        try:
            import_splink(whole)
        except ModelError as error:
            assert error.faults


@given(st.lists(_SQL, max_size=4), _SQL, st.lists(_SQL, max_size=2), st.sampled_from(["duckdb", "spark", "postgres"]))
@settings(max_examples=120)
def test_any_sql_is_said_or_noted(sqls: list[str], null: str, rules: list[str], dialect: str) -> None:
    levels = [level(null, is_null_level=True), *(level(sql, 0.2, 0.1) for sql in sqls if sql.strip().upper() != "ELSE")]
    odd = {"output_column_name": "odd", "comparison_levels": [*levels, level("ELSE", 0.2, 0.6)]}
    if levels[0]["sql_condition"].strip().upper() == "ELSE":
        levels[0]["sql_condition"] = "a_l IS NULL"
    plain = comparison(level("a_l = a_r", 0.9, 0.1), level("ELSE", 0.1, 0.9), null="a_l IS NULL OR a_r IS NULL")
    imported = import_splink(document(odd, plain, rules=rules, sql_dialect=dialect))
    assert imported.model.trained
    export_splink(imported.model)
