"""The conformance vectors of Verify Matches over HTTP, by number."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ...asking import Rig
from .factory import (
    STARK,
    F,
    M,
    R,
    Tenancy,
    attribute,
    document,
    entity,
    exact,
    group,
    moment_now,
    names,
    scored,
    uri,
)


def base(tenancy: Tenancy, last: str = "Stark", *, skipped: bool = True) -> str:
    """URI of the second entity of the base pair."""
    tenancy.skip(*([F] if skipped else []))
    return tenancy.one(FirstName="Ronald", LastName=last)


def test_1_a_pair_found_by_one_group_while_another_is_bypassed(tenancy: Tenancy) -> None:
    answer = tenancy.verify(STARK, base(tenancy))
    assert answer["matchTokensSummary"] == {"firstTotal": 1, "secondTotal": 1, "common": ["ronald:stark"]}
    groups = {name: names(uris) for name, uris in answer["applicableMatchGroups"].items()}
    assert groups == {"first": ["R", "F"], "second": ["R", "F"], "both": ["R", "F"], "bypassed": ["F"]}
    r, f, m = answer["rules"].values()
    assert (r["matched"], r["relevance"], r["matchAction"]) == (True, 1.0, "POTENTIAL_MATCH")
    assert (f["matched"], f["matchedByDocuments"], f["bypassed"]) == (False, True, True)
    assert (m["matched"], m["matchTokens"]["intersection"]) == (False, {})
    for side in ("first", "second"):
        assert m["matchTokens"][side] == {"foundInMatchTables": True, "tokensGenerated": 0}
    assert m["rule"] == {"and": [{"exact": {"MiddleName": {"match": False, "ignoreInToken": False}}}]}
    assert r["matchTokens"]["first"]["foundInMatchTables"] is False
    assert r["matchTokens"]["second"]["foundInMatchTables"] is True
    assert answer["versions"] is answer["matchDocuments"] is answer["manualMatches"] is None


def test_2_without_the_skip_list_both_groups_match(tenancy: Tenancy) -> None:
    answer = tenancy.verify(STARK, base(tenancy, skipped=False))
    assert answer["rules"][uri("F")]["matched"] is True
    assert answer["matchTokensSummary"] == {"firstTotal": 2, "secondTotal": 2, "common": ["ronald", "ronald:stark"]}


def test_3_a_score_in_a_gap_calls_for_no_action(tenancy: Tenancy) -> None:
    answer = tenancy.verify(STARK, base(tenancy, "Snow", skipped=False))
    r = answer["rules"][uri("R")]
    assert (r["relevance"], r["matchedByDocuments"], r["matched"]) == (0.5, False, False)
    assert "matchAction" not in r
    assert answer["rules"][uri("F")]["matched"] is True
    assert answer["candidatesDiscovery"]["globalCandidatesFound"] is True


@pytest.mark.parametrize("is_skipped", [False, True])
def test_4_a_group_matches_a_pair_that_another_active_group_found(verifier: Rig, is_skipped: bool) -> None:
    weighed = group("R", scored("FirstName", "LastName", weights=("3", "1")), "relevance_based")
    tenancy = Tenancy(verifier, (weighed, F), (F,) if is_skipped else ())
    r = tenancy.verify(STARK, tenancy.one(FirstName="Ronald", LastName="Snow"))["rules"][uri("R")]
    assert (r["relevance"], r["matchedByDocuments"], r["matchAction"]) == (0.75, True, "POTENTIAL_MATCH")
    assert r["matchTokens"]["intersection"] == {}
    assert r["matched"] is not is_skipped


def test_5_where_ranges_touch_review_wins(tenancy: Tenancy) -> None:
    rule = scored(
        "FirstName",
        "LastName",
        weights=(0.6, 0.4),
        thresholds={"auto_merge": "0.6-1.0", "potential_match": "0.0-0.6"},
    )
    given = [group("R", rule, "relevance_based")]
    r = tenancy.verify(STARK, base(tenancy, "Snow"), matchGroups=given)["rules"][uri("R")]
    assert (r["relevance"], r["matchAction"]) == (0.6, "POTENTIAL_MATCH")


def test_6_rules_filters_what_is_explained_but_not_discovery(tenancy: Tenancy) -> None:
    answer = tenancy.verify(STARK, base(tenancy), query=f"?rules={uri('R')}")
    assert list(answer["rules"]) == [uri("R")]
    assert names(answer["candidatesDiscovery"]["matchGroupCandidateDiscoveries"]) == ["R", "F"]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param({"firstDocument": document()}, "secondDocument must be given", id="7"),
        pytest.param({"first": STARK, "secondDocument": document()}, "two modes", id="8"),
        pytest.param(
            {"firstDocument": document("Individual"), "secondDocument": document("Organization")},
            "'Individual' and 'Organization'",
            id="9",
        ),
    ],
)
def test_7_8_9_bodies_that_are_refused(tenancy: Tenancy, body: Any, text: str) -> None:
    answer = tenancy.ask("POST", "entities/_verifyMatches", body)
    assert (answer.status, answer.json["severity"], sorted(answer.json)) == (
        400,
        "Error",
        ["errorCode", "errorMessage", "severity"],
    )
    assert text in answer.json["errorMessage"]


@pytest.mark.parametrize("query", ["", "?show=full&documentsFromDatabase=true"], ids=["10", "11"])
def test_10_and_11_raw_documents(verifier: Rig, query: str) -> None:
    groups = (
        group("First", exact("FirstName"), "automatic"),
        group("Last", exact("LastName")),
        group("Both", scored("FirstName", "LastName"), "relevance_based"),
    )
    tenancy = Tenancy(verifier, groups)
    body = document(values={"FirstName": ["william"], "FirstName~.@ps": ["10"], "LastName": ["harley"]})
    body |= {"LastName~.@ps": ["10"], "_mRuleUri": ["e§HCP§First"]}
    answer = tenancy.verify_raw(body | {"~@i": "x1"}, body | {"~@i": "x2", "Unknown": ["kept"]}, query=query)
    common = ["harley", "william", "william:harley"]
    assert answer["matchTokensSummary"] == {"firstTotal": 3, "secondTotal": 3, "common": common}
    assert all(rule["matched"] for rule in answer["rules"].values()) and len(answer["rules"]) == 3
    assert all(answer[name] is None for name in ("versions", "matchDocuments", "candidatesDiscovery", "manualMatches"))
    assert answer == tenancy.verify_raw(body, body)


SUFFIXES = [("Jr", None), (None, None), ("Jr", "Sr")]


@pytest.mark.parametrize(
    ("operator", "truths"),
    [
        pytest.param("exactOrNull", [True, True, False], id="12"),
        pytest.param("exactOrAllNull", [False, True, False], id="13"),
    ],
)
def test_12_and_13_null_tolerant_operators(tenancy: Tenancy, operator: str, truths: list[bool]) -> None:
    one = group("S", {operator: [attribute("Suffix")]})
    assert [_by_documents(tenancy, one, *(_with("Suffix", each) for each in pair)) for pair in SUFFIXES] == truths


def test_14_not_exact_same_needs_both_values(tenancy: Tenancy) -> None:
    one = {"uri": uri("N"), "negativeRule": {"notExactSame": [attribute("SSN")]}}
    pairs = [("1", "2"), ("1", None), ("1", "1")]
    found = [_by_documents(tenancy, one, *(_with("SSN", each) for each in pair)) for pair in pairs]
    assert found == [True, False, False]


def test_15_a_negative_rule_turns_a_merge_into_review(verifier: Rig) -> None:
    merge = group("A", exact("FirstName"), "automatic")
    other = {"uri": uri("N"), "negativeRule": {"notExactSame": [attribute("LastName")]}}
    tenancy = Tenancy(verifier, (merge, other))
    snow, stark = tenancy.one(FirstName="Ronald", LastName="Snow"), tenancy.one(FirstName="Ronald", LastName="Stark")
    assert snow != stark, "the store heeds the negative rule too"
    answer = tenancy.verify(STARK, snow)
    assert answer["rules"][uri("A")]["matchAction"] == "POTENTIAL_MATCH"
    assert answer["rules"][uri("N")]["negative"] is True
    assert any(text.startswith("NEGATIVE_RULE: ") for text in answer["summary"])
    assert tenancy.verify(STARK, stark)["rules"][uri("A")]["matchAction"] == "AUTO_MERGE"
    assert tenancy.one(FirstName="Ronald", LastName="Stark") == stark, "the store merges as the group says"


@pytest.mark.parametrize(("use_ov_only", "truth"), [(False, True), ("true", False)])
def test_16_all_values_or_operational_ones_only(tenancy: Tenancy, use_ov_only: Any, truth: bool) -> None:
    one = group("G", exact("FirstName"), useOvOnly=use_ov_only)
    first = entity(FirstName=[("Bill", True), ("William", False)])
    second = tenancy.one(FirstName=[("Willy", False), ("William", False), ("Will", True)])
    assert _by_documents(tenancy, one, first, second) is truth


def test_17_an_attribute_ignored_in_tokens_is_still_compared(tenancy: Tenancy) -> None:
    rule = scored("FirstName", "LastName") | {"ignoreInToken": [attribute("LastName")]}
    given = [group("R", rule, "relevance_based")]
    r = tenancy.verify(STARK, base(tenancy, "Snow"), matchGroups=given)["rules"][uri("R")]
    assert r["matchTokens"]["intersection"] == {"tokens": ["ronald"]}
    assert r["matchedByDocuments"] is False
    assert r["rule"]["and"][0]["exact"]["LastName"] == {"relevance": 0.0, "ignoreInToken": True}


def test_18_phrases_that_301_entities_share_find_nothing(verifier: Rig) -> None:
    tenancy = Tenancy(verifier, (R,))
    stark = entity(FirstName="Ronald", LastName="Stark")
    *_, last = tenancy.put(*[stark] * 300)
    assert tenancy.verify(STARK, last)["rules"][uri("R")]["matched"] is True
    tenancy.put(stark)
    answer = tenancy.verify(STARK, last)
    r = answer["rules"][uri("R")]
    assert (r["matched"], r["matchedByDocuments"], r["matchTokens"]["intersection"]) == (False, True, {})
    assert r["matchTokens"]["first"]["tokens"] == ["ronald:stark"]
    assert any(text.startswith("OVERCOLLISIONED_REMOVED: ") for text in answer["summary"])
    for name in ("checkOvercollisionedTokens", "checkOverCollisionTokens"):
        assert tenancy.verify(STARK, last, query=f"?{name}=false")["rules"][uri("R")]["matched"] is True
    found = tenancy.done("POST", "entities/_matches/_searchOvercollisioned", {})
    assert found["tokens"] == [{"token": "ronald:stark", "entities": 301, "matchGroups": [uri("R")]}]
    tenancy.done("DELETE", last)
    assert tenancy.done("POST", "entities/_matches/_searchOvercollisioned", {})["tokens"] == []


def test_19_a_pair_set_as_not_a_match(tenancy: Tenancy) -> None:
    one, other = base(tenancy), tenancy.one(FirstName="Ronald", LastName="Stark")
    assert tenancy.verify(one, other)["manualMatches"] is None
    assert tenancy.set("_notMatch", other, one) == {"status": "success"}
    answer = tenancy.verify(one, other)
    r, (first, second) = answer["rules"][uri("R")], (_id(one), _id(other))
    assert (r["matched"], r["setAsNotMatch"]) == (False, True)
    manual = answer["manualMatches"]
    assert {name: [item["id"] for item in items] for name, items in manual["notMatches"].items()} == {
        first: [second],
        second: [first],
    }
    (item,) = manual["notMatches"][first]
    assert item["updatedBy"] == "everything" and abs(item["updatedTime"] - time.time() * 1000) < 60_000
    assert manual["effectiveNotMatches"] == {first: [second], second: [first]}
    assert manual["asMatches"] == manual["effectiveAsMatches"] == {}
    assert any(text.startswith("NOT_MATCH_SET: ") for text in answer["summary"])
    tenancy.set("_notMatch", one, other, "DELETE")
    assert tenancy.verify(one, other)["manualMatches"] is None


def test_20_the_latest_decision_counts(tenancy: Tenancy) -> None:
    one, other = base(tenancy), tenancy.one(FirstName="Ronald", LastName="Stark")
    tenancy.set("_notMatch", one, other)
    tenancy.set("_setAMatch", other, one)
    answer = tenancy.verify(one, other)
    first, second = _id(one), _id(other)
    assert answer["manualMatches"]["effectiveAsMatches"] == {first: [second], second: [first]}
    assert answer["manualMatches"]["effectiveNotMatches"] == {}
    assert answer["rules"][uri("R")]["matched"] is True
    tenancy.set("_setAMatch", one, other, "DELETE")
    assert tenancy.verify(one, other)["manualMatches"] is None


def test_21_before_the_entity_existed(tenancy: Tenancy) -> None:
    before = moment_now()
    second = base(tenancy)
    answer = tenancy.ask("POST", f"entities/_verifyMatches?time={before}", {"first": STARK, "second": second})
    assert (answer.status, answer.json["errorCode"]) == (404, 201)
    assert tenancy.verify(STARK, second, query=f"?time={moment_now()}")["rules"][uri("R")]["matched"] is True


def test_22_between_two_edits_documents_are_those_of_that_time(tenancy: Tenancy) -> None:
    tenancy.skip(F)
    (second,) = tenancy.put(entity(crosswalk="7", FirstName="Ronald", LastName="Stark"))
    between = moment_now()
    assert tenancy.put(entity(crosswalk="7", FirstName="Ronald", LastName="Snow")) == [second]
    now = tenancy.verify(STARK, second, query="?documentsFromDatabase=true")["rules"][uri("R")]
    query = f"?documentsFromDatabase=true&show=full&time={between}"
    then = tenancy.verify(STARK, second, query=query)
    assert (now["matched"], then["rules"][uri("R")]["matched"]) == (False, True)
    documents = then["matchDocuments"]["second"]
    assert (documents["generatedDocument"]["LastName"], documents["databaseDocument"]["LastName"]) == (
        ["stark"],
        ["snow"],
    )
    assert any(text.startswith("TIME_SIMULATION: ") for text in then["summary"])


def test_23_a_stored_document_is_stale_after_a_change_of_the_configuration(verifier: Rig) -> None:
    tenancy = Tenancy(verifier, (M,))
    second = tenancy.one(FirstName="Ronald", LastName="Stark")
    tenancy.configure(M, R)
    fresh, stale = (
        tenancy.verify(STARK, second, query=f"?show=full&documentsFromDatabase={flag}") for flag in ("false", "true")
    )
    assert fresh["matchDocuments"]["second"]["areEqual"] is False
    assert (fresh["rules"][uri("R")]["matched"], stale["rules"][uri("R")]["matched"]) == (True, False)
    assert fresh["rules"][uri("R")]["matchTokens"]["second"]["foundInMatchTables"] is False
    assert tenancy.done("POST", "rebuildmatchtable") == {"status": "success", "entities": 1}
    mended = tenancy.verify(STARK, second, query="?show=full&db=true")
    assert mended["matchDocuments"]["second"]["areEqual"] is True
    assert mended["rules"][uri("R")]["matched"] is True
    assert mended["versions"] == {"first": None, "second": {"EntityVersion": 1, "MatchDocumentVersion": 2}}


def test_24_equals_does_not_heed_case(tenancy: Tenancy) -> None:
    rule = exact("FirstName") | {"equals": [{"uri": attribute("Department"), "values": ["Sales"]}]}
    one = group("G", rule)
    sales, legal = (entity(FirstName="A", Department=name) for name in ("sales", "Legal"))
    assert _by_documents(tenancy, one, sales, sales)
    assert not _by_documents(tenancy, one, sales, legal)


def test_25_sub_attributes_listed_together_hold_in_one_nested_value(tenancy: Tenancy) -> None:
    both = group("G", exact("Address.City", "Address.Country"))
    one = tenancy.one(Address=[{"City": "Ulm", "Country": "DE"}, {"City": "Wien", "Country": "AT"}])
    assert not _by_documents(tenancy, both, one, entity(Address={"City": "Ulm", "Country": "AT"}))
    assert _by_documents(tenancy, both, one, entity(Address={"City": "Wien", "Country": "AT"}))


def test_26_swapping_the_sides_mirrors_the_answer(tenancy: Tenancy) -> None:
    second = base(tenancy, "Snow", skipped=False)
    there, back = (tenancy.verify(*pair, query="?show=full") for pair in ((STARK, second), (second, STARK)))
    assert _mirrored(there) == back


def test_27_nothing_is_changed(tenancy: Tenancy) -> None:
    second, other = base(tenancy), tenancy.one(FirstName="Ronald", LastName="Stark")
    tenancy.set("_notMatch", second, other)
    before = _everything(tenancy.rig)
    tenancy.verify(STARK, second, query="?show=full")
    tenancy.verify(other, second, query=f"?show=full&time={moment_now()}", matchGroups=[M])
    tenancy.verify_raw(document(values={"FirstName": ["a"]}), document(values={"FirstName": ["a"]}))
    assert _everything(tenancy.rig) == before


def _everything(rig: Rig) -> dict[str, list[Any]]:
    """Every row of every table of the store but those of the server."""
    from dromio.store.database import connect

    database = connect(rig.settings.store)
    is_file = rig.settings.store.startswith("sqlite")
    listed = (
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        if is_file
        else "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    )
    server = {"api_keys", "audit_log", "kept_replies", "signing_keys"}
    try:
        with database.read() as transaction:
            tables = sorted({row[0] for row in transaction.rows(listed)} - server)
            return {table: sorted(map(repr, transaction.rows(f"SELECT * FROM {table}"))) for table in tables}
    finally:
        database.close()


def _by_documents(tenancy: Tenancy, one: Any, first: Any, second: Any) -> bool:
    """Whether a group given with the call holds for a pair, checked in raw mode as well."""
    answer = tenancy.verify(first, second, matchGroups=[one], query="?show=full")
    documents = [answer["matchDocuments"][side]["generatedDocument"] for side in ("first", "second")]
    raw = tenancy.verify_raw(*documents, matchGroups=[one])
    found = [each["rules"][one["uri"]]["matchedByDocuments"] for each in (answer, raw)]
    assert found[0] == found[1]
    return bool(found[0])


def _with(name: str, value: str | None) -> Any:
    return entity(Other="x") if value is None else entity(**{name: value})


def _id(reference: str) -> str:
    return reference.removeprefix("entities/")


def _mirrored(answer: Any) -> Any:
    """An answer with first and second exchanged everywhere."""
    swap = {"first": "second", "firstTotal": "secondTotal", "firstValues": "secondValues"}
    swap |= {new: old for old, new in swap.items()}
    if isinstance(answer, dict):
        return {swap.get(name, name): _mirrored(value) for name, value in answer.items()}
    return [_mirrored(item) for item in answer] if isinstance(answer, list) else answer
