from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dromio.engines import row
from dromio.interchange.reltio import Document, GroupError, MatchGroup, document_of, phrases_of, verify, view_of
from dromio.interchange.reltio.groups import AUTO_MERGE
from dromio.interchange.reltio.model_attributes import record_of
from dromio.interchange.reltio.to_model import to_model
from dromio.model.schema import Model
from dromio.plan import make_plan
from dromio.records import RecordKey

from .factory import attribute, document, exact, group, matches, negative, scored
from .strategies import entity_pairs, match_groups


def decision(model: Model, first: Document, second: Document) -> str:
    """What the row engine decides on two documents."""
    plan = make_plan(model)
    left, right = cleaned(model, first, "1"), cleaned(model, second, "2")
    return str(row.decide(plan, left, right).decision)


def cleaned(model: Model, one: Document, number: str) -> row.CleanedRecord:
    """The cleaned record of a document."""
    return row.clean_record(record_of(one, model, RecordKey("s", number)), model)


def expected(groups: list[MatchGroup], first: Document, second: Document) -> str:
    """What the groups say of two documents: the strongest action of any that holds."""
    found = [one.action for one in verify(groups, first, second).groups if one.group.is_internal]
    return "match" if AUTO_MERGE in found else "review" if any(found) else "non-match"


groups_of_a_type = st.lists(match_groups(is_plain=True), min_size=1, max_size=4, unique_by=lambda one: one.uri)
PEOPLE = [group("Z", exact("First", "Address.City", "Address.Country"), "automatic")]


@given(groups_of_a_type, entity_pairs)
@example(PEOPLE, ({"type": "HCP", "attributes": {}}, {"type": "HCP", "attributes": {}}))
def test_the_model_decides_as_the_groups_do(groups: list[MatchGroup], pair: tuple[Any, Any]) -> None:
    try:
        model = to_model(groups).model
    except GroupError:
        return
    said = [single for single in groups if single.name in {kept.name for kept in model.groups}]
    first, second = map(document_of, pair)
    assert decision(model, first, second) == expected(said, first, second)
    assert decision(model, first, first) == expected(said, first, first)


@given(groups_of_a_type, entity_pairs)
def test_pairs_that_share_a_phrase_share_a_key(groups: list[MatchGroup], pair: tuple[Any, Any]) -> None:
    first, second = map(document_of, pair)
    for single in groups:
        try:
            made = to_model([single])
        except GroupError:
            continue
        phrases = [set(phrases_of(single.rule, view_of(side, single)).phrases) for side in (first, second)]
        if phrases[0] & phrases[1] and not made.untranslated:
            plan = make_plan(made.model)
            keys = [row.record_keys(cleaned(made.model, side, side.id), plan) for side in (first, second)]
            assert keys[0] & keys[1]


def test_a_multi_of_which_one_attribute_makes_no_tokens_keeps_the_key_of_the_others() -> None:
    rule: dict[str, Any] = {"multi": [{"attributes": [attribute("FirstName"), attribute("LastName")]}]}
    rule |= {"ignoreInToken": [attribute("FirstName")]}
    (key,) = to_model([group("G", rule, "automatic")]).model.keys
    assert len(key.fields) == 1


def test_a_plain_group_becomes_a_condition_with_a_key() -> None:
    rule = {"and": {**exact("LastName"), "exactOrNull": [attribute("Suffix")]}}
    made = to_model([group("G", rule, "automatic")])
    assert not made.untranslated
    (one,) = made.model.groups
    condition = "(equal(lastname.value)) and (equal(suffix.value) or missing(suffix.value))"
    assert (one.when, one.decision) == (condition, "match")
    (key,) = made.model.keys
    assert (key.fields, key.max_block) == (["alphanumeric(lastname.value)"], 300)
    assert [one.inputs[0].columns for one in made.model.attributes] == [{"value": "LastName"}, {"value": "Suffix"}]


def test_sub_attributes_become_one_attribute_that_holds_together() -> None:
    made = to_model([group("G", exact("Address.City", "Address.Country"))]).model
    assert made.groups[0].when == "(together((equal(address.city)) and (equal(address.country))))"
    (one,) = made.attributes
    assert one.inputs[0].columns == {"city": "Address.City", "country": "Address.Country"}


def test_what_groups_see_differently_becomes_different_attributes() -> None:
    nulls = {"nullValues": [{"uri": attribute("A"), "values": ["n/a"]}]}
    groups = [group("G", exact("A")), group("H", exact("A"), useOvOnly=False), group("I", exact("A") | nulls)]
    model = to_model(groups).model
    assert [one.inputs[0].columns["value"] for one in model.attributes] == ["A", "A~all", "A"]
    assert [(one.field, one.values) for one in model.guards] == [("a_2.value", ["n/a"])]
    first, second = document(A=[("x", False), "n/a"]), document(A=["x", "n/a"])
    assert [one.is_matched_by_documents for one in verify(groups, first, second).groups] == [True, True, False]
    assert decision(model, first, second) == "review"


def test_a_score_becomes_a_relevance_with_actions() -> None:
    rule = scored("A", "B", weights=(3, 1), thresholds={"auto_merge": "0.75-1.0", "potential_match": "0.2-0.5"})
    model = to_model([group("R", rule, "relevance_based")]).model
    pairs = [document(A="a", B="q"), document(A="q", B="b"), document(A="q", B="q")]
    assert [decision(model, document(A="a", B="b"), one) for one in pairs] == ["match", "review", "non-match"]


def test_a_negative_group_turns_a_match_into_a_review() -> None:
    groups = [group("G", exact("A"), "automatic"), negative("N", {"notExactSame": [attribute("B")]})]
    model = to_model(groups).model
    assert decision(model, document(A="a", B="b"), document(A="a", B="c")) == "review"
    assert decision(model, document(A="a", B="b"), document(A="a")) == "match"


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (group("G", exact("A"), "own", matchActions=[1]), "neither a merge nor a review"),
        (group("G", exact("A"), scope="NONE"), "scope NONE"),
        (group("G", {"exactOrNull": [attribute("A.B"), attribute("A.C")]}), "without any of its attributes"),
        (group("G", exact("A.B.C", "A.B.D")), "nested attributes of its own"),
        (
            group("G", exact("A.B") | {"equals": [{"uri": attribute("A.C"), "values": ["x"]}]}),
            "together with its other attributes",
        ),
        (group("G", scored("A.B", "A.C"), "relevance_based"), "most relevant value of A"),
        (
            group(
                "G",
                {"multi": [[attribute("A"), attribute("B")]], "nullValues": [{"uri": attribute("B"), "value": "x"}]},
            ),
            "different values of A, B",
        ),
        (
            group(
                "G",
                {"fuzzy": [attribute("A")]}
                | {
                    "comparatorClasses": {
                        "mapping": [{"attribute": attribute("A"), "class": "DamerauLevenshteinDistance"}]
                    }
                },
            ),
            "grows with its length",
        ),
        (
            group(
                "G",
                exact("A")
                | {
                    "cleanse": [
                        {
                            "cleanseAdapter": "ValueConcatenatorCleanser",
                            "mappings": [{"attribute": attribute("A")}],
                        }
                    ]
                },
            ),
            "ValueConcatenatorCleanser on A",
        ),
    ],
)
def test_what_a_model_cannot_say_is_left_out_and_noted(made: MatchGroup, reason: str) -> None:
    found = to_model([made, group("Other", exact("A"))])
    assert [one.name for one in found.model.groups] == ["Other"]
    assert [one.name for one in found.model.attributes] == ["a"]
    (note,) = found.untranslated
    assert note.startswith("0: G is left out: ")
    assert reason in note
    with pytest.raises(GroupError, match="no match group can be said"):
        to_model([made])


def test_tokens_without_a_counterpart_are_noted() -> None:
    mapping = [{"attribute": attribute("A"), "class": "ExactNumberMatchToken"}]
    found = to_model([group("G", exact("A", "B") | {"matchTokenClasses": {"mapping": mapping}})])
    assert [key.fields for key in found.model.keys] == [["alphanumeric(b.value)"]]
    assert found.untranslated == ("0.rule: ExactNumberMatchToken of A has no counterpart, so keys do without it",)


def test_names_that_a_model_may_not_have_are_changed() -> None:
    model = to_model([group("G", exact("Class", "1st", "from", "A-B", "A_B"))]).model
    assert [one.name for one in model.attributes] == ["a_class", "a_1st", "a_from", "a_b", "a_b_2"]


def test_names_of_a_dictionary_are_compared_as_nicknames() -> None:
    cleanse = [{"cleanseAdapter": "NameDictionaryCleanser", "mappings": [{"attribute": attribute("A")}]}]
    found = to_model([group("G", exact("A", "B") | {"cleanse": cleanse})])
    assert found.model.groups[0].when == "(nickname(a.value)) and (equal(b.value))"
    first = document(A="Bill", B="x")
    assert decision(found.model, first, document(A="William", B="x")) == "review"


def test_the_length_of_a_condition_is_that_with_the_names_of_the_whole_model() -> None:
    """The second group just fits by itself; after the first, its attribute has a longer name."""

    def listing(length: int) -> MatchGroup:
        return group("H", exact("A") | {"in": [{"uri": attribute("A"), "values": ["x" * length]}]})

    shortest = to_model([listing(1)]).model.groups[0].when or ""
    second = listing(1 + (2000 - len(shortest)) // 2)
    first = group("G", exact("A") | {"nullValues": [{"uri": attribute("A"), "values": ["n/a"]}]})
    assert not to_model([second]).untranslated
    found = to_model([first, second])
    assert [one.name for one in found.model.groups] == ["G"]
    assert "at most 2000" in found.untranslated[0]
    assert [one.name for one in found.model.attributes] == ["a"]


@pytest.mark.parametrize("operator", ["exact", "exactOrNull", "exactOrAllNull"])
def test_sub_attributes_hold_together_in_the_model_too(operator: str) -> None:
    rule = {"and": [exact("Address.City"), {operator: [attribute("Address.Country")]}]}
    one = group("G", rule)
    model = to_model([one]).model
    countries = [None, "DE", "AT"]
    first = document(Address=[{"City": "Ulm", "Country": "DE"}, {"City": "Wien"}])
    for second in (document(Address={"City": city, "Country": land}) for city in ("Ulm", "Wien") for land in countries):
        assert (decision(model, first, second) == "review") is matches(one, first, second)


def test_keys_do_without_what_a_phrase_may_do_without() -> None:
    either = {"or": {**exact("B"), "exactOrNull": [attribute("C")]}}
    assert key_fields({"and": {**exact("A"), **either}}) == [["alphanumeric(a.value)"]]
    assert key_fields(either) == [["alphanumeric(b.value)"], ["alphanumeric(c.value)"]]
    tolerant = {"exactOrNull": [attribute("B"), attribute("C")]}
    assert key_fields(tolerant) == [["alphanumeric(b.value)"], ["alphanumeric(c.value)"]]


def key_fields(rule: dict[str, Any]) -> list[list[str]]:
    """Fields of all keys of a rule."""
    return [key.fields for key in to_model([group("G", rule)]).model.keys]
