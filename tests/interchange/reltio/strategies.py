"""Generated match groups and entities."""

from typing import Any

from hypothesis import strategies as st

from dromio.interchange.reltio.comparators import COMPARATORS
from dromio.interchange.reltio.groups import (
    All,
    AnyOf,
    Cleanse,
    Compare,
    Expression,
    Filter,
    FilterKind,
    MatchGroup,
    Multi,
    Not,
    Operator,
    Rule,
    Threshold,
    leaves,
)
from dromio.interchange.reltio.tokens import TOKEN_CLASSES

PATHS = ("First", "Last", "SSN", "Address.City", "Address.Country", "Address.Geo.Lat", "Address.Geo.Lon")
TEXTS = st.sampled_from(
    ["Ann", "anne", "Anna Lee", "lee", "Bill", "William", "O'Neil", "oneil", "Ölaf", "İ", "12-3", "123", " ", "--"]
) | st.text(max_size=4)
FOLDED = st.sampled_from(["ann", "lee", "bill", "123", ""])


def _subsets(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.dictionaries(st.sampled_from(PATHS), values, max_size=3).map(lambda found: tuple(found.items()))


def _unique(values: st.SearchStrategy[Any], least: int = 1) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, min_size=least, max_size=3, unique=True).map(tuple)


def _leaves(paths: st.SearchStrategy[str]) -> st.SearchStrategy[Expression]:
    compares = st.builds(Compare, st.sampled_from(Operator), paths)
    filters = st.builds(Filter, st.sampled_from(FilterKind), paths, _unique(FOLDED))
    return compares | compares | filters | st.builds(Multi, _unique(paths))


def _branches(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    parts = st.lists(inner, min_size=1, max_size=4).map(tuple)
    return st.builds(All, parts) | st.builds(AnyOf, parts) | st.builds(Not, inner)


def _formulas(paths: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    expressions = st.recursive(_leaves(paths), _branches)
    parts = st.lists(expressions, min_size=1, max_size=4).map(tuple)
    formulas = st.builds(All, parts) | st.builds(AnyOf, parts)
    return formulas.filter(lambda formula: any(not isinstance(leaf, Filter) for leaf in leaves(formula)))


formulas = _formulas(st.sampled_from(PATHS))
flat_formulas = _formulas(st.sampled_from(PATHS[:3]))
_in_address = st.builds(Compare, st.sampled_from(list(Operator)[:4]), st.sampled_from(PATHS[3:5]))
nested_formulas = st.builds(
    lambda parts, last: All((*parts, last)),
    st.lists(_in_address, min_size=2, max_size=3),
    st.builds(Compare, st.sampled_from([Operator.EXACT, Operator.EXACT_OR_NULL]), st.sampled_from(PATHS[:4])),
)
"""Sub-attributes of one nested attribute that hold together."""
cleansers = st.one_of(
    st.builds(Cleanse, st.just("NameDictionaryCleanser"), _unique(st.sampled_from(PATHS))),
    st.builds(Cleanse, st.just("ValueConcatenatorCleanser"), _unique(st.sampled_from(PATHS))),
    st.builds(
        Cleanse,
        st.just("NameDictionaryCleanser"),
        _unique(st.sampled_from(PATHS)),
        st.just((("lee", "lee"), ("leigh", "lee"))),
    ),
    st.builds(
        Cleanse, st.just("StringReplacementCleanser"), _unique(st.sampled_from(PATHS)), st.just((("n", "m"), ("-", "")))
    ),
)


@st.composite
def thresholds(draw: st.DrawFn) -> Threshold:
    low, high = sorted(draw(st.tuples(*[st.floats(0, 1, allow_subnormal=False).map(abs)] * 2)))
    return Threshold(draw(st.sampled_from(["AUTO_MERGE", "POTENTIAL_MATCH"])), low, high)


_KINDS_OF_FORMULA = {
    (False, False): [formulas, nested_formulas],
    (False, True): [formulas, nested_formulas],
    (True, False): [formulas, flat_formulas, nested_formulas],
    (True, True): [flat_formulas],
}
"""(whether a model must mostly be able to say it, whether it is scored) -> kinds of formula."""


@st.composite
def rules(draw: st.DrawFn, is_scored: bool = False, is_plain: bool = False) -> Rule:
    return Rule(
        draw(draw(st.sampled_from(_KINDS_OF_FORMULA[is_plain, is_scored]))),
        draw(_subsets(st.sampled_from(sorted(COMPARATORS)))),
        draw(_subsets(st.sampled_from(sorted(TOKEN_CLASSES)))),
        draw(_unique(st.sampled_from(PATHS), 0)),
        draw(_subsets(st.sampled_from([0.0, 0.5, 1.0, 3.0]))) if is_scored else (),
        tuple(draw(st.lists(thresholds(), min_size=1, max_size=3))) if is_scored else (),
        draw(_subsets(_unique(FOLDED))),
        () if is_plain else tuple(draw(st.lists(cleansers, max_size=2))),
    )


@st.composite
def match_groups(draw: st.DrawFn, is_plain: bool = False) -> MatchGroup:
    """Any match group, or one of those that a model can mostly say."""
    kind = draw(st.sampled_from(["automatic", "suspect", "relevance_based", "custom"][: 3 if is_plain else 4]))
    is_negative = draw(st.integers(0, 4)) == 0
    return MatchGroup(
        f"configuration/entityTypes/HCP/matchGroups/{draw(st.sampled_from('ABCDEFG'))}",
        draw(rules(is_scored=kind == "relevance_based" and not is_negative, is_plain=is_plain)),
        kind,
        draw(st.sampled_from(["", "a label"])),
        is_negative,
        draw(st.sampled_from(["ALL", "INTERNAL", "EXTERNAL", "NONE"][: 2 if is_plain else 4])),
        draw(st.booleans()),
        draw(st.sampled_from([None, 0.0, 2.5])),
        draw(st.sampled_from([None, 0.0, 2.5])),
        '["merge"]' if kind == "custom" else None,
    )


def _listed(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    entry = st.fixed_dictionaries({"value": values}, optional={"ov": st.booleans()})
    return st.lists(entry, max_size=3)


SCALARS = TEXTS | st.none() | st.integers(-3, 130) | st.booleans() | st.sampled_from([1.5, float("inf")])
_geo = st.fixed_dictionaries({}, optional={"Lat": _listed(SCALARS), "Lon": _listed(SCALARS)})
_address = st.fixed_dictionaries(
    {}, optional={"City": _listed(SCALARS), "Country": _listed(SCALARS), "Geo": _listed(_geo)}
)
_town = st.sampled_from(["Ulm", "Bonn"]).map(lambda text: [{"value": text}])
_full_address = st.fixed_dictionaries({"City": _town, "Country": _town})
entities = st.fixed_dictionaries(
    {
        "type": st.just("configuration/entityTypes/HCP"),
        "attributes": st.fixed_dictionaries(
            {},
            optional={
                "First": _listed(SCALARS),
                "Last": _listed(SCALARS),
                "SSN": _listed(SCALARS),
                "Address": _listed(_full_address | _full_address | _address | SCALARS),
            },
        ),
    }
)


@st.composite
def _entity_pairs(draw: st.DrawFn) -> tuple[Any, Any]:
    """Two entities, of which the second may have attributes of the first."""
    first, second = draw(entities), draw(entities)
    shared = draw(st.lists(st.sampled_from(["First", "Last", "SSN", "Address"]), unique=True))
    taken = {name: values for name, values in first["attributes"].items() if name in shared}
    return first, second | {"attributes": second["attributes"] | taken}


entity_pairs = _entity_pairs()
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
