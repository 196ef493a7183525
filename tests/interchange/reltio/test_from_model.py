from typing import Any

import pytest
from hypothesis import given

from dromio.interchange.reltio import GroupError, MatchGroup, read_groups, verify, write_groups
from dromio.interchange.reltio.from_model import from_model
from dromio.interchange.reltio.model_attributes import ALL_VALUES
from dromio.interchange.reltio.to_model import to_model
from dromio.model.deciders import Action, Group, Relevance
from dromio.model.files import parse_model
from dromio.model.schema import Attribute, Input, Model

from .factory import attribute, document, exact, group, scored, uri
from .strategies import entity_pairs
from .test_to_model import document_of, expected, groups_of_a_type

COLUMNS = {"last": {"value": "LastName"}, "address": {"city": "Address.City", "country": "Address.Country"}}


MATCH = Action.model_validate({"decision": "match", "from": 0.5})


def model_of(*groups: Group, type_: str = "folded") -> Model:
    """A model with some groups."""
    attributes = [Attribute(name=name, type=type_, inputs=[Input(columns=one)]) for name, one in COLUMNS.items()]
    return Model(attributes=attributes, groups=list(groups))


@given(groups_of_a_type, entity_pairs)
def test_groups_that_come_back_from_a_model_decide_as_before(groups: list[MatchGroup], pair: tuple[Any, Any]) -> None:
    try:
        made = to_model(groups).model
    except GroupError:
        return
    back = from_model(made, "HCP").groups
    names = {one.label for one in back}
    kept = [one for one in groups if one.name in names]
    first, second = map(document_of, pair)
    assert expected(list(back), first, second) == expected(kept, first, second)
    assert read_groups(write_groups(back)) == back


@pytest.mark.parametrize("comparator", ["Basic", "StringCharacters", "Soundex", "DoubleMetaphone", "DistinctWords"])
@pytest.mark.parametrize("operator", ["exact", "exactOrNull", "exactOrAllNull", "notExactSame"])
def test_operators_and_comparators_come_back(comparator: str, operator: str) -> None:
    name = {"Basic": "BasicStringComparator"}.get(comparator, f"{comparator}Comparator")
    mapping = [{"attribute": attribute("LastName"), "class": name}]
    rule = {operator: [attribute("LastName")], "comparatorClasses": {"mapping": mapping}}
    one = group(
        "G", {"and": [rule | {"comparatorClasses": None}, exact("X")]} | {"comparatorClasses": {"mapping": mapping}}
    )
    (back,) = from_model(to_model([one]).model, "HCP").groups
    assert back.rule.formula == one.rule.formula
    assert back.rule.comparator("LastName") == name


def test_what_holds_apart_in_the_model_stays_apart() -> None:
    apart = model_of(Group(name="G", when="equal(address.city) and equal(address.country)"))
    joined = model_of(Group(name="G", when="together(equal(address.city) and equal(address.country))"))
    first = document(Address=[{"City": "Ulm", "Country": "DE"}, {"City": "Wien", "Country": "AT"}])
    second = document(Address={"City": "Ulm", "Country": "AT"})
    found = [
        verify(from_model(one, "HCP").groups, first, second).groups[0].is_matched_by_documents
        for one in (apart, joined)
    ]
    assert found == [True, False]


def test_parts_of_a_mean_stay_apart_too() -> None:
    mean = [Relevance(when="equal(address.city)"), Relevance(when="equal(address.country)")]
    action = Action.model_validate({"decision": "match", "from": 1.0})
    made = model_of(Group(name="G", relevance=Relevance(mean=mean), actions=[action]))
    first = document(Address=[{"City": "Ulm", "Country": "DE"}, {"City": "Wien", "Country": "AT"}])
    second = document(Address={"City": "Ulm", "Country": "AT"})
    assert verify(from_model(made, "HCP").groups, first, second).groups[0].relevance == 1


@pytest.mark.parametrize("name", ["equals", "notEquals"])
def test_filters_come_back(name: str) -> None:
    one = group("G", {**exact("LastName"), name: [{"uri": attribute("Type"), "values": ["A", "b c"]}]})
    (back,) = from_model(to_model([one]).model, "HCP").groups
    assert back.rule == one.rule


def test_values_that_count_as_none_dictionaries_and_all_values_come_back() -> None:
    beside = {
        "nullValues": [{"uri": attribute("LastName"), "values": ["n/a"]}],
        "cleanse": [{"cleanseAdapter": "NameDictionaryCleanser", "mappings": [{"attribute": attribute("First")}]}],
    }
    one = group("G", exact("LastName", "First") | beside, "automatic", useOvOnly=False, label="G")
    assert from_model(to_model([one]).model, "HCP").groups == (one,)


def test_a_mean_comes_back_as_a_score() -> None:
    rule = scored("A", "B", weights=(3, 1), thresholds={"auto_merge": "0.75-1.0", "potential_match": "0.2-0.5"})
    one = group("R", rule, "relevance_based")
    (back,) = from_model(to_model([one]).model, "HCP").groups
    assert (back.uri, back.type, back.rule) == (uri("R"), "relevance_based", one.rule)


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (Group(name="G", when="levenshtein(last.value) <= 2"), "has no counterpart"),
        (Group(name="G", when="jaro_winkler(last.value) >= 0.9"), "has no counterpart"),
        (Group(name="G", when="equal(last.value) or jaro(last.value) >= 0.85"), "compared in two ways"),
        (Group(name="G", when="together(not equal(last.value))"), "has no counterpart"),
        (Group(name="G", when="left_is(last.value, 'A') and right_is(last.value, 'A')"), "has no counterpart"),
        (
            Group(
                name="G",
                relevance=Relevance(similarity="edit_similarity(last.value)"),
                actions=[MATCH],
            ),
            "neither an equality nor a similarity",
        ),
        (Group(name="G", when="not absent(last.value) and not equal(last.value)"), "has no counterpart"),
        (
            Group(name="G", relevance=Relevance(similarity="jaro(last.value)", least=0.5), actions=[MATCH]),
            "neither an equality nor a similarity",
        ),
        (
            Group(name="G", relevance=Relevance(similarity="jaro(last.value)", missing=0.5), actions=[MATCH]),
            "neither an equality nor a similarity",
        ),
        (
            Group(name="G", relevance=Relevance(similarity="jaro(soundex(last.value))"), actions=[MATCH]),
            "neither an equality nor a similarity",
        ),
        (
            Group(
                name="G",
                relevance=Relevance(mean=[Relevance(when="equal(last.value)"), Relevance(when="equal(last.value)")]),
                actions=[MATCH],
            ),
            "stands twice in a mean",
        ),
        (
            Group(
                name="G",
                relevance=Relevance(when="equal(last.value)"),
                actions=[Action.model_validate({"decision": "non-match", "from": 0.5})],
            ),
            "the action non-match has no counterpart",
        ),
    ],
)
def test_what_the_vendor_cannot_say_is_left_out_and_noted(one: Group, reason: str) -> None:
    found = from_model(model_of(one, Group(name="H", when="equal(last.value)")), "HCP")
    assert [made.label for made in found.groups] == ["H"]
    assert found.untranslated[0].startswith("groups.0: 'G' is left out: ")
    assert reason in found.untranslated[0]


def _left_out(when: str, *attributes: dict[str, Any], **members: Any) -> str:
    """The note on a group of folded attributes."""
    made = [{"type": "folded"} | one for one in attributes]
    document = {"attributes": made, "groups": [Group(name="G", when=when)], **members}
    found = from_model(Model.model_validate(document), "HCP")
    assert found.groups == ()
    return found.untranslated[0]


def test_what_one_rule_cannot_say_of_its_attributes_is_noted() -> None:
    a = {"name": "a", "inputs": [{"columns": {"value": "A"}}]}
    every = {"name": "b", "inputs": [{"columns": {"value": f"B{ALL_VALUES}"}}]}
    again = {"name": "b", "inputs": [{"columns": {"value": "A"}}]}
    labelled = {"pairing": "same_label", "inputs": [{"columns": {"value": one}, "label": one} for one in "AB"]}
    both = "equal(a.value) and equal(b.value)"
    guard = {"field": "a.value", "values": ["n/a"], "reason": "placeholder"}
    assert "all values of one attribute and at operational values only" in _left_out(both, a, every)
    assert "different values that count as none" in _left_out(both, a, again, guards=[guard])
    assert "a compares values of one label" in _left_out("equal(a.value)", {"name": "a", **labelled})


def test_groups_whose_names_become_the_same_have_addresses_of_their_own() -> None:
    made = model_of(Group(name="a b", when="equal(last.value)"), Group(name="a_b", when="equal(last.value)"))
    assert [one.uri for one in from_model(made, "HCP").groups] == [uri("a_b"), uri("a_b_")]


def test_other_types_and_other_deciders_are_noted() -> None:
    found = from_model(model_of(Group(name="G", when="equal(last.value)"), type_="raw"), "HCP")
    assert found.groups == ()
    assert "of type raw" in found.untranslated[0]
    ruled = parse_model(
        "format: dromio/1\nattributes: [{name: a, type: folded, inputs: [{columns: {value: A}}]}]\n"
        "rules: [{name: r, when: equal(a.value)}]\n"
    )
    assert from_model(ruled, "HCP").untranslated == (
        "rules: only match groups have a counterpart, so this is left out",
    )
