"""The conformance vectors of Verify Matches that need neither a store nor HTTP, by number."""

from typing import Any

import pytest

from dromio.interchange.reltio import (
    Document,
    ManualDecision,
    ManualMatches,
    Options,
    RequestError,
    Side,
    document_of,
    explain,
    manual_matches,
    read_body,
    read_document,
    same_type,
    select,
    verify,
    write_document,
)

from .factory import attribute, document, entity_json, exact, group, matches, names, negative, scored, uri

STARK = {
    "LastName": "Stark",
    "FirstName": "Ronald",
    "Address": {"City": "winterfell", "Region": "north", "Country": "westeros"},
}
R = group("R", scored("FirstName", "LastName", weights=("1", "1")), "relevance_based")
F = group("F", scored("FirstName", weights=("1",)), "relevance_based")
M = group("M", exact("MiddleName"))
GROUPS = [R, F, M]
FIRST = document(**STARK)
SECOND = document("03w0bJo", FirstName="Ronald", LastName="Stark")
SNOW = document("03w0bJo", FirstName="Ronald", LastName="Snow")


def answered(
    groups: list[Any] = GROUPS,
    first: Document = FIRST,
    second: Document = SECOND,
    skipped: tuple[str, ...] = (F.uri,),
    manual: ManualMatches | None = None,
    **options: Any,
) -> dict[str, Any]:
    """The brief answer for an inline entity and a stored one."""
    found = verify(groups, first, second, Options(skipped=skipped, **options), manual)
    return explain(found, (Side(first), Side(second, second, 1, 1, lambda phrase: True)))


def test_1_a_pair_found_by_one_group_while_another_is_bypassed() -> None:
    answer = answered()
    assert answer["matchTokensSummary"] == {"firstTotal": 1, "secondTotal": 1, "common": ["ronald:stark"]}
    assert {name: names(uris) for name, uris in answer["applicableMatchGroups"].items()} == {
        "first": ["R", "F"],
        "second": ["R", "F"],
        "both": ["R", "F"],
        "bypassed": ["F"],
    }
    r, f, m = answer["rules"].values()
    assert (r["matched"], r["relevance"], r["matchAction"]) == (True, 1.0, "POTENTIAL_MATCH")
    assert (f["matched"], f["matchedByDocuments"], f["bypassed"]) == (False, True, True)
    assert f["matchAction"] == "POTENTIAL_MATCH"
    assert (m["matched"], m["matchTokens"]["intersection"]) == (False, {})
    assert m["matchTokens"]["first"] == {"foundInMatchTables": True, "tokensGenerated": 0}
    assert m["rule"] == {"and": [{"exact": {"MiddleName": {"match": False, "ignoreInToken": False}}}]}
    assert answer["versions"] is answer["matchDocuments"] is answer["manualMatches"] is None


def test_2_without_the_skip_list_both_groups_match() -> None:
    answer = answered(skipped=())
    assert answer["rules"][F.uri]["matched"] is True
    assert answer["matchTokensSummary"] == {"firstTotal": 2, "secondTotal": 2, "common": ["ronald", "ronald:stark"]}


def test_3_a_score_in_a_gap_calls_for_no_action() -> None:
    answer = answered(second=SNOW, skipped=())
    r = answer["rules"][R.uri]
    assert (r["relevance"], r["matchedByDocuments"], r["matched"]) == (0.5, False, False)
    assert "matchAction" not in r
    assert answer["rules"][F.uri]["matched"] is True
    assert answer["candidatesDiscovery"]["globalCandidatesFound"] is True


@pytest.mark.parametrize(("skipped", "is_matched"), [((), True), ((F.uri,), False)])
def test_4_a_group_matches_a_pair_that_another_active_group_found(skipped: tuple[str, ...], is_matched: bool) -> None:
    weighed = group("R", scored("FirstName", "LastName", weights=("3", "1")), "relevance_based")
    r = answered([weighed, F], second=SNOW, skipped=skipped)["rules"][R.uri]
    assert (r["relevance"], r["matchedByDocuments"], r["matchAction"]) == (0.75, True, "POTENTIAL_MATCH")
    assert r["matchTokens"]["intersection"] == {}
    assert r["matched"] is is_matched


def test_5_where_ranges_touch_review_wins() -> None:
    rule = scored(
        "FirstName",
        "LastName",
        weights=(0.6, 0.4),
        thresholds={"auto_merge": "0.6-1.0", "potential_match": "0.0-0.6"},
    )
    (found,) = verify([group("R", rule, "relevance_based")], FIRST, SNOW).groups
    assert (found.relevance, found.action) == (0.6, "POTENTIAL_MATCH")


def test_6_rules_filters_what_is_explained_but_not_discovery() -> None:
    answer = answered(selected=select(GROUPS, [R.uri]))
    assert list(answer["rules"]) == [R.uri]
    assert names(answer["candidatesDiscovery"]["matchGroupCandidateDiscoveries"]) == ["R", "F"]


def test_7_one_side_of_a_pair_names_the_missing_one() -> None:
    with pytest.raises(RequestError, match=r"^secondDocument must be given"):
        read_body({"firstDocument": {}})


def test_8_modes_do_not_mix() -> None:
    with pytest.raises(RequestError, match="two modes"):
        read_body({"first": "entities/1", "secondDocument": {}})


def test_9_documents_of_two_types_do_not_compare() -> None:
    one, other = (read_document({"$$_entity_type_$$": [kind]}) for kind in ("Individual", "Organization"))
    with pytest.raises(RequestError, match="'Individual' and 'Organization'"):
        same_type(one, other)


@pytest.mark.parametrize("is_full", [False, True], ids=["10 brief", "11 full"])
def test_10_and_11_raw_documents(is_full: bool) -> None:
    groups = [
        group("First", exact("FirstName"), "automatic"),
        group("Last", exact("LastName")),
        group("Both", scored("FirstName", "LastName"), "relevance_based"),
    ]
    body = {
        "~@i": "x1",
        "$$_entity_type_$$": ["HCP"],
        "FirstName": ["william"],
        "FirstName~.@ps": ["10"],
        "LastName": ["harley"],
        "LastName~.@ps": ["10"],
        "_mRuleUri": ["e§HCP§Other"],
    }
    first, second = read_document(body), read_document(body | {"~@i": "x2", "Unknown": ["kept"]})
    answer = explain(verify(groups, first, second, Options(is_raw=True)), is_full=is_full)
    common = ["harley", "william", "william:harley"]
    assert answer["matchTokensSummary"] == {"firstTotal": 3, "secondTotal": 3, "common": common}
    assert all(rule["matched"] for rule in answer["rules"].values())
    assert all(answer[name] is None for name in ("versions", "matchDocuments", "candidatesDiscovery", "manualMatches"))
    assert not any(rule["matchTokens"]["first"]["foundInMatchTables"] for rule in answer["rules"].values())


SUFFIXES = [("Jr", None), (None, None), ("Jr", "Sr"), ("Jr", "jr ")]


@pytest.mark.parametrize(
    ("operator", "truths"),
    [("exactOrNull", [True, True, False, True]), ("exactOrAllNull", [False, True, False, True])],
    ids=["12", "13"],
)
def test_12_and_13_null_tolerant_operators(operator: str, truths: list[bool]) -> None:
    one = group("S", {operator: [attribute("Suffix")]})
    pairs = [(document(Suffix=left), document(Suffix=right)) for left, right in SUFFIXES]
    assert [matches(one, *pair) for pair in pairs] == truths


def test_14_not_exact_same_needs_both_values() -> None:
    one = negative("N", {"notExactSame": [attribute("SSN")]})
    assert [matches(one, document(SSN=1), document(SSN=right)) for right in (2, None, 1)] == [True, False, False]


def test_15_a_negative_rule_turns_a_merge_into_review() -> None:
    merge = group("A", exact("FirstName"), "automatic")
    other = negative("N", {"notExactSame": [attribute("LastName")]})
    answer = answered([merge, other], second=SNOW)
    assert answer["rules"][merge.uri]["matchAction"] == "POTENTIAL_MATCH"
    assert answer["rules"][other.uri]["negative"] is True
    assert any(text.startswith("NEGATIVE_RULE: ") for text in answer["summary"])
    assert answered([merge, other])["rules"][merge.uri]["matchAction"] == "AUTO_MERGE"


@pytest.mark.parametrize(("use_ov_only", "truth"), [(False, True), ("true", False)])
def test_16_all_values_or_operational_ones_only(use_ov_only: Any, truth: bool) -> None:
    one = group("G", exact("FirstName"), useOvOnly=use_ov_only)
    first = document(FirstName=[("Bill", True), ("William", False)])
    second = document(FirstName=[("Willy", False), ("William", False), ("Will", True)])
    assert matches(one, first, second) is truth


def test_17_an_attribute_ignored_in_tokens_is_still_compared() -> None:
    one = group("R", scored("FirstName", "LastName") | {"ignoreInToken": [attribute("LastName")]}, "relevance_based")
    (found,) = verify([one], FIRST, SNOW).groups
    assert found.intersection == ("ronald",)
    assert found.is_matched_by_documents is False
    leaf = explain(verify([one], FIRST, SNOW))["rules"][one.uri]["rule"]["and"][0]["exact"]["LastName"]
    assert leaf == {"relevance": 0.0, "ignoreInToken": True}


@pytest.mark.parametrize("is_checked", [True, False])
def test_18_phrases_that_too_many_share_find_nothing(is_checked: bool) -> None:
    answer = answered(check_overcollisioned=is_checked, is_overcollisioned=lambda phrase: phrase == "ronald:stark")
    r = answer["rules"][R.uri]
    assert (r["matched"], r["matchedByDocuments"]) == (not is_checked, True)
    assert bool(r["matchTokens"]["intersection"]) is not is_checked
    assert r["matchTokens"]["first"]["tokens"] == ["ronald:stark"]
    assert any(text.startswith("OVERCOLLISIONED_REMOVED: ") for text in answer["summary"]) is is_checked


def test_19_a_pair_set_as_not_a_match() -> None:
    manual = manual_matches("0a", "03w0bJo", [ManualDecision("03w0bJo", "0a", False, 5, "eva")])
    answer = answered(manual=manual)
    assert answer["rules"][R.uri]["matched"] is False
    assert answer["rules"][R.uri]["setAsNotMatch"] is True
    assert answer["manualMatches"] == {
        "notMatches": {
            "03w0bJo": [{"id": "0a", "updatedTime": 5, "updatedBy": "eva"}],
            "0a": [{"id": "03w0bJo", "updatedTime": 5, "updatedBy": "eva"}],
        },
        "asMatches": {},
        "effectiveNotMatches": {"0a": ["03w0bJo"], "03w0bJo": ["0a"]},
        "effectiveAsMatches": {},
    }
    assert any(text.startswith("NOT_MATCH_SET: ") for text in answer["summary"])


def test_20_the_latest_decision_counts() -> None:
    decisions = [ManualDecision("0a", "03w0bJo", True, 9), ManualDecision("0a", "03w0bJo", False, 5)]
    answer = answered(manual=manual_matches("0a", "03w0bJo", decisions))
    assert answer["manualMatches"]["effectiveNotMatches"] == {}
    assert answer["manualMatches"]["effectiveAsMatches"] == {"0a": ["03w0bJo"], "03w0bJo": ["0a"]}
    assert answer["rules"][R.uri]["matched"] is True


def test_23_a_stored_document_that_was_not_built_for_a_group() -> None:
    stored = document_of(entity_json("03w0bJo", FirstName="Ronald", LastName="Stark"), [F])
    fresh = document_of(entity_json("03w0bJo", FirstName="Ronald", LastName="Stark"), [F, R])
    side = Side(fresh, stored, 2, 1, lambda phrase: True)
    by_stored = verify([R], FIRST, stored, Options(built_only=True))
    assert not by_stored.groups[0].is_matched_by_documents
    assert verify([R], FIRST, fresh, Options(built_only=True)).groups[0].is_matched_by_documents
    answer = explain(by_stored, (Side(FIRST), side), is_full=True)
    assert answer["matchDocuments"]["second"]["areEqual"] is False
    assert answer["matchDocuments"]["first"] == {
        "areEqual": None,
        "databaseDocument": None,
        "generatedDocument": write_document(FIRST),
    }
    assert answer["versions"] == {"first": None, "second": {"EntityVersion": 2, "MatchDocumentVersion": 1}}


def test_24_equals_does_not_heed_case() -> None:
    rule = exact("FirstName") | {"equals": [{"uri": attribute("Department"), "values": ["Sales"]}]}
    sales = document(FirstName="A", Department="sales")
    assert matches(group("G", rule), sales, sales)
    assert not matches(group("G", rule), sales, document(FirstName="A", Department="Legal"))


def test_25_sub_attributes_listed_together_hold_in_one_nested_value() -> None:
    both = group("G", exact("Address.City", "Address.Country"))
    one = document(Address=[{"City": "Ulm", "Country": "DE"}, {"City": "Wien", "Country": "AT"}])
    mixed = document(Address={"City": "Ulm", "Country": "AT"})
    assert not matches(both, one, mixed)
    assert matches(both, one, document(Address={"City": "Wien", "Country": "AT"}))
    assert matches(group("C", exact("Address.City")), one, mixed)
    assert matches(group("N", exact("Address.Country")), one, mixed)


def test_26_swapping_the_sides_mirrors_the_answer() -> None:
    one, other = (explain(verify(GROUPS, *sides), is_full=True) for sides in ((FIRST, SNOW), (SNOW, FIRST)))
    assert mirrored(one) == other


def test_27_nothing_given_is_changed() -> None:
    before = write_document(FIRST), write_document(SECOND)
    answered()
    assert (write_document(FIRST), write_document(SECOND)) == before


def mirrored(answer: Any) -> Any:
    """An answer with first and second exchanged everywhere."""
    swap = {"first": "second", "second": "first", "firstTotal": "secondTotal", "secondTotal": "firstTotal"}
    swap |= {"firstValues": "secondValues", "secondValues": "firstValues"}
    if isinstance(answer, dict):
        return {swap.get(name, name): mirrored(value) for name, value in answer.items()}
    return [mirrored(item) for item in answer] if isinstance(answer, list) else answer


def test_uri_names_the_group() -> None:
    assert (R.uri, R.name, R.entity_type) == (uri("R"), "R", "HCP")
