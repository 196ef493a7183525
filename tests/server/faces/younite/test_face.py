"""The rules face: versions, adaptors, trials, the language over HTTP, refusals, isolation, a real server."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dromio.server.faces.younite import younite_face
from dromio.store.database import connect

from ...asking import Rig
from ...conftest import Make
from ...test_run import ask, served
from .conftest import CRM, DOMAIN, SHOP, ZONE
from .factory import TESTING, VERSIONS, schema, tried, version_of

LANGUAGE = "/younite/matching-algorithms"


def refused(rig: Rig, method: str, path: str, body: Any = None, **given: Any) -> tuple[int, str, str]:
    """Status, code and path of a request that must be refused in the face's own shape."""
    answer = rig.ask(method, path, body, **given)
    assert answer.headers["content-type"] == "application/json"
    assert {"code", "message", "path"} <= set(answer.json) and answer.json["message"]
    return answer.status, answer.json["code"], answer.json["path"]


def trial(version: str, **members: Any) -> dict[str, Any]:
    """The body of a trial."""
    body: dict[str, Any] = {
        "domainVersionUuid": version,
        "drKey": {"n": "a"},
        "testDrKeys": [{"adaptorUuid": SHOP, "drKey": {"n": "a"}}],
    }
    return {name: value for name, value in (body | members).items() if value is not None}


def test_a_version_is_answered_with_its_canonical_algorithm_and_read_back(rules: Rig) -> None:
    body = {"modelSchema": schema(["n"]), "drKeyProperties": ["n"], "matchingAlgorithm": "n EQ CASE"}
    made = rules.ask("POST", VERSIONS, body)
    assert made.status == 201
    step = {"field": "n", "comparisonType": "EQ"}
    assert made.json == body | {
        "uuid": made.json["uuid"],
        "matchingAlgorithm": {"type": "RULE_BASED", "matchingGroup": {"matchingSteps": [step]}},
        "warnings": [],
    }
    path = f"{VERSIONS}/{made.json['uuid']}"
    assert rules.ask("GET", path).json == made.json
    assert {"uuid": made.json["uuid"]} in rules.ask("GET", VERSIONS).json["versions"]
    replaced = rules.ask("PUT", path, body | {"matchingAlgorithm": "n NE"})
    assert replaced.status == 200 and replaced.json == rules.ask("GET", path).json
    assert replaced.json["matchingAlgorithm"]["matchingGroup"]["matchingSteps"][0]["comparisonType"] == "NE"
    assert refused(rules, "PUT", path, body | {"drKeyProperties": []})[:2] == (400, "MISSING")
    assert rules.ask("GET", path).json == replaced.json, "what was refused has changed nothing"


def test_an_algorithm_that_can_only_scan_is_saved_with_a_warning(rules: Rig) -> None:
    body = {"modelSchema": schema(["n"]), "drKeyProperties": ["n"], "matchingAlgorithm": "n EQ SOUNDEX"}
    made = rules.ask("POST", VERSIONS, body)
    assert (made.status, [one["code"] for one in made.json["warnings"]]) == (201, ["FULL_SCAN"])


def test_aliases_are_taken_and_canonical_names_answered(rules: Rig) -> None:
    step = {"field": "n", "comparisonType": "EQ", "caseInsensitive": True}
    scoring = [{"matchCriteria": {"matchingSteps": [step]}, "matchScore": 5}]
    algorithm = {"type": "SCORE_BASED", "possibleMatchScore": 5, "scoringGroup": scoring}
    body = {"modelSchema": schema(["n"]), "drKeyProperties": ["n"], "matchingAlgorithm": algorithm}
    found = rules.ask("POST", VERSIONS, body).json["matchingAlgorithm"]
    assert "scoringGroup" not in found
    assert found["scoringGroups"][0]["matchCriteria"]["matchingSteps"][0] == {
        "field": "n",
        "comparisonType": "EQ",
        "caseInsensitiveMatch": True,
    }
    both = step | {"caseInsensitiveMatch": False}
    body["matchingAlgorithm"] = algorithm | {"scoringGroup": [{"matchCriteria": {"matchingSteps": [both]}}]}
    assert refused(rules, "POST", VERSIONS, body)[:2] == (400, "CONFLICT")


def test_every_fault_is_listed_where_there_are_several(rules: Rig) -> None:
    body = {"modelSchema": schema(["n"]), "drKeyProperties": ["n", "x", "x", ""]}
    answer = rules.ask("POST", VERSIONS, body)
    assert answer.status == 400
    assert [one["path"] for one in answer.json["faults"]] == ["drKeyProperties[2]", "drKeyProperties[3]"]
    assert answer.json["faults"][0] == {name: answer.json[name] for name in ("code", "message", "path")}


@pytest.mark.parametrize(
    ("body", "code", "path"),
    [
        ([], "WRONG_TYPE", ""),
        ({}, "MISSING", "modelSchema"),
        ({"modelSchema": {}}, "MISSING", "drKeyProperties"),
        ({"modelSchema": [], "drKeyProperties": ["n"]}, "WRONG_TYPE", "modelSchema"),
        ({"modelSchema": {}, "drKeyProperties": "n"}, "WRONG_TYPE", "drKeyProperties"),
        ({"modelSchema": {}, "drKeyProperties": [1]}, "WRONG_TYPE", "drKeyProperties[0]"),
        (
            {"modelSchema": schema(["n"]), "drKeyProperties": ["n"], "matchingAlgorithm": 5},
            "WRONG_TYPE",
            "matchingAlgorithm",
        ),
    ],
)
def test_versions_that_break_the_contract(rules: Rig, body: Any, code: str, path: str) -> None:
    assert refused(rules, "POST", VERSIONS, raw=json.dumps(body).encode()) == (400, code, path)


def test_a_text_that_does_not_parse_names_the_place(rules: Rig) -> None:
    answer = rules.ask("POST", f"{LANGUAGE}/parse", {"text": "a EQ\nOR OR"})
    assert answer.status == 400
    assert (answer.json["code"], answer.json["path"]) == ("SYNTAX", "text")
    assert (answer.json["line"], answer.json["column"], answer.json["found"]) == (2, 4, "OR")
    assert answer.json["expected"]
    body = {"modelSchema": schema(["n"]), "drKeyProperties": ["n"], "matchingAlgorithm": "n EQ TRIGRAM(30)"}
    saved = rules.ask("POST", VERSIONS, body)
    assert (saved.status, saved.json["path"]) == (400, "matchingAlgorithm") and "30%" in saved.json["message"]


def test_a_trial_echoes_and_names_adaptors(rules: Rig) -> None:
    version = version_of(rules, "n EQ", ["n"])
    source = {"n": "a", "city": "Ulm"}
    records = [
        {"name": "one", "adaptorUuid": SHOP, "drKey": {"n": "a", "zip": "1"}},
        {"adaptorUuid": CRM, "drKey": {"n": "b"}},
    ]
    answer = rules.ask("POST", TESTING, trial(version, name="first", drKey=source, testDrKeys=records))
    assert answer.json == {
        "name": "first",
        "drKey": source,
        "adaptor": {"uuid": CRM, "name": "CRM"},
        "domainVersionUuid": version,
        "matchStatus": "MATCH",
        "matches": [
            {
                "name": "one",
                "adaptor": {"uuid": SHOP, "name": "Shop"},
                "drKey": {"n": "a", "zip": "1"},
                "matchRating": "DEFINITE_MATCH",
            }
        ],
        "unmatchedResults": [
            {
                "name": None,
                "adaptor": {"uuid": CRM, "name": "CRM"},
                "drKey": {"n": "b"},
                "matchRating": "NO_MATCH",
            }
        ],
        "matchingAlgorithm": rules.ask("GET", f"{VERSIONS}/{version}").json["matchingAlgorithm"],
    }


def test_without_an_algorithm_all_key_properties_must_be_identical(rules: Rig) -> None:
    keys = ["a", "b"]
    cases: list[tuple[dict[str, Any], dict[str, Any], str]] = [
        ({"a": "x", "b": "y"}, {"a": "x", "b": "y"}, "MATCH"),
        ({"a": "x", "b": "y"}, {"a": "x", "b": "Y"}, "NO_MATCH"),
        ({"a": "x"}, {"a": "x", "b": None}, "MATCH"),
        ({}, {"b": None}, "NO_MATCH"),
    ]
    for source, destination, status in cases:
        assert tried(rules, None, source, destination, keys=keys)["matchStatus"] == status


def test_what_is_not_known_is_404(rules: Rig) -> None:
    version = version_of(rules, "n EQ", ["n"])
    elsewhere = TESTING.replace(ZONE, "nowhere"), TESTING.replace(CRM, "nobody")
    assert refused(rules, "POST", elsewhere[0], trial(version))[:2] == (404, "UNKNOWN_ZONE")
    assert refused(rules, "POST", elsewhere[1], trial(version))[:2] == (404, "UNKNOWN_ADAPTOR")
    assert refused(rules, "POST", TESTING, trial("none")) == (404, "UNKNOWN_VERSION", "domainVersionUuid")
    unknown = [{"adaptorUuid": SHOP, "drKey": {}}, {"adaptorUuid": "nobody", "drKey": {}}]
    answer = refused(rules, "POST", TESTING, trial(version, testDrKeys=unknown))
    assert answer == (404, "UNKNOWN_ADAPTOR", "testDrKeys[1].adaptorUuid")
    for method in ("GET", "PUT"):
        body = {"modelSchema": schema(["n"]), "drKeyProperties": ["n"]} if method == "PUT" else None
        assert refused(rules, method, f"{VERSIONS}/none", body)[:2] == (404, "UNKNOWN_VERSION")
        assert refused(rules, method, f"/younite/domains/other/versions/{version}", body)[:2] == (
            404,
            "UNKNOWN_VERSION",
        )
    assert refused(rules, "GET", f"/younite/zones/{ZONE}/adaptors/nobody")[:2] == (404, "UNKNOWN_ADAPTOR")


@pytest.mark.parametrize(
    ("members", "path"),
    [
        ({"drKey": None}, "drKey"),
        ({"drKey": "a"}, "drKey"),
        ({"testDrKeys": None}, "testDrKeys"),
        ({"testDrKeys": []}, "testDrKeys"),
        ({"testDrKeys": [5]}, "testDrKeys[0]"),
        ({"testDrKeys": [{"drKey": {}}]}, "testDrKeys[0].adaptorUuid"),
        ({"testDrKeys": [{"adaptorUuid": SHOP}]}, "testDrKeys[0].drKey"),
        ({"domainVersionUuid": ""}, "domainVersionUuid"),
        ({"name": 5}, "name"),
    ],
)
def test_trials_that_break_the_contract(rules: Rig, members: dict[str, Any], path: str) -> None:
    status, _, found = refused(rules, "POST", TESTING, trial("any", **members))
    assert (status, found) == (400, path)


def test_a_rule_without_an_index_stays_within_its_budget(rules: Rig) -> None:
    records = [{"adaptorUuid": SHOP, "drKey": {"n": "a"}}] * 4
    slow, fast = version_of(rules, "n EQ SOUNDEX", ["n"]), version_of(rules, "n EQ", ["n"])
    answer = rules.ask("POST", TESTING, trial(slow, testDrKeys=records))
    assert (answer.status, answer.json["code"], answer.headers["retry-after"]) == (503, "SCAN_BUDGET_EXCEEDED", "1")
    assert rules.ask("POST", TESTING, trial(slow, testDrKeys=records[:3])).status == 200
    assert rules.ask("POST", TESTING, trial(fast, testDrKeys=records)).status == 200


def test_nothing_is_stored_by_a_trial(rules: Rig) -> None:
    version = version_of(rules, "n EQ", ["n"])
    before = _rows(rules)
    assert rules.ask("POST", TESTING, trial(version)).status == 200
    assert _rows(rules) == before
    assert rules.service.store.domains() == []


def _rows(rig: Rig) -> list[Any]:
    database = connect(rig.settings.access_url)
    try:
        with database.read() as tx:
            return [tx.rows(f"SELECT * FROM {name} ORDER BY uuid") for name in ("younite_versions", "younite_adaptors")]
    finally:
        database.close()


LARGE = (
    "(dateOfBirth EQ OR firstName EQ CASE INSENSITIVE OR lastName EQ CASE INSENSITIVE OR email EQ CASE INSENSITIVE "
    "OR phone EQ) AND (firstName EQ SOUNDEX OR lastName EQ SOUNDEX) AND (email EQ LEVENSHTEIN(5) CASE INSENSITIVE "
    "OR address EQ LEVENSHTEIN(5) CASE INSENSITIVE OR phone EQ)"
)
BY_USER = "userId EQ OR userId SRC_NULL OR userId DEST_NULL"


@pytest.mark.parametrize(
    ("text", "source", "fields"),
    [
        ("dateOfBirth EQ LEVENSHTEIN(4) AND (firstName EQ SOUNDEX OR lastName EQ SOUNDEX)", None, None),
        ("dateOfBirth EQ OR firstName EQ SOUNDEX OR lastName EQ SOUNDEX", None, None),
        ("dateOfBirth EQ AND (firstName EQ SOUNDEX OR lastName EQ SOUNDEX)", None, ["dateOfBirth"]),
        (LARGE, None, ["dateOfBirth", "firstName", "lastName", "email", "phone"]),
        (BY_USER, {"userId": "u"}, ["userId"]),
        (BY_USER, {"userId": None}, None),
    ],
)
def test_plan(small_rules: Rig, text: str, source: Any, fields: list[str] | None) -> None:
    body = {"algorithm": text} | ({} if source is None else {"sourceDrKey": source})
    found = small_rules.ask("POST", f"{LANGUAGE}/plan", body).json
    if fields is None:
        assert found["plan"] == "FULL_SCAN" and found["reason"]
    else:
        assert (found["plan"], found["fields"]) == ("INDEX", fields)
    parsed = small_rules.ask("POST", f"{LANGUAGE}/parse", {"text": text}).json
    assert small_rules.ask("POST", f"{LANGUAGE}/plan", body | {"algorithm": parsed["algorithm"]}).json == found


def test_explain_gives_value_measure_and_truth_of_every_step(small_rules: Rig) -> None:
    text = "IF n EQ LEVENSHTEIN(2) THEN 10 ELSE -5 IF m EQ THEN 7 POSSIBLE MATCH = 8"
    body = {"algorithm": text, "source": {"n": "Frizzy string"}, "destination": {"n": "Fuzzy string", "m": "x"}}
    found = small_rules.ask("POST", f"{LANGUAGE}/explain", body).json
    assert (found["score"], found["rating"]) == (10, "POSSIBLE_MATCH")
    assert [line["points"] for line in found["scoring"]] == [10, 0]
    step = found["scoring"][0]["match"]
    assert (step["truth"], step["source"], step["destination"]) == (True, "Frizzy string", "Fuzzy string")
    assert 2 in step["measure"].values()
    assert refused(small_rules, "POST", f"{LANGUAGE}/explain", {"algorithm": text})[0] == 400
    assert refused(small_rules, "POST", f"{LANGUAGE}/plan", {})[2] == "drKeyProperties"
    same = {"drKeyProperties": ["n"], "source": {"n": "a"}, "destination": {"n": "a"}}
    assert small_rules.ask("POST", f"{LANGUAGE}/explain", same).json["rating"] == "DEFINITE_MATCH"


def test_one_domain_never_sees_another(rules: Rig) -> None:
    version = version_of(rules, "n EQ", ["n"])
    own = rules.key_for("other:reader", "other:admin")
    foreign = rules.ask("POST", TESTING, trial(version), key=own, headers={"x-request-id": "1"})
    missing = rules.ask("POST", TESTING, trial("0" * 36), key=own, headers={"x-request-id": "1"})
    assert foreign.status == missing.status == 404
    assert foreign.json["message"].replace(version, "0" * 36) == missing.json["message"]
    assert refused(rules, "GET", f"{VERSIONS}/{version}", key=own)[0] == 404
    assert refused(rules, "GET", f"/younite/domains/other/versions/{version}", key=own)[0] == 404


@pytest.mark.parametrize(("role", "reads", "writes"), [("reader", 200, 403), ("admin", 403, 201), ("ingest", 403, 403)])
def test_roles(rules: Rig, role: str, reads: int, writes: int) -> None:
    version = version_of(rules, "n EQ", ["n"])
    key = rules.key_for(f"{DOMAIN}:{role}")
    body = {"modelSchema": schema(["n"]), "drKeyProperties": ["n"]}
    assert rules.ask("GET", f"{VERSIONS}/{version}", key=key).status == reads
    assert rules.ask("POST", TESTING, trial(version), key=key).status == reads
    assert rules.ask("POST", VERSIONS, body, key=key).status == writes
    assert refused(rules, "PUT", f"/younite/zones/{ZONE}/adaptors/{CRM}", {"name": "x"}, key=key)[0] == 403


def test_without_a_credential_nothing_is_answered(rules: Rig) -> None:
    for method, path in (("GET", VERSIONS), ("POST", TESTING), ("POST", f"{LANGUAGE}/parse")):
        assert refused(rules, method, path, {}, key=None)[0] == 401


def test_names_in_the_path_are_checked_before_they_are_kept(rules: Rig) -> None:
    body = {"modelSchema": schema(["n"]), "drKeyProperties": ["n"]}
    assert refused(rules, "POST", "/younite/domains/a%20b/versions", body)[0] == 400
    assert refused(rules, "PUT", "/younite/zones/z/adaptors/a%2Fb", {"name": "x"})[0] == 400
    assert refused(rules, "PUT", f"/younite/zones/{ZONE}/adaptors/x", {})[1:] == ("MISSING", "name")
    assert rules.ask("PATCH", VERSIONS).status in (404, 405)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "modelSchema drKeyProperties matchingAlgorithm type matchingGroup matchingSteps field comparisonType "
                "constantValue fuzzyMatchType fuzzyNum text algorithm source destination drKey testDrKeys adaptorUuid "
                "properties n scoringGroups".split()
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(
    body=JSON, path=st.sampled_from([VERSIONS, TESTING, *(f"{LANGUAGE}/{one}" for one in ("parse", "plan", "explain"))])
)
def test_no_body_makes_the_server_fail(small_rules: Rig, body: Any, path: str) -> None:
    for one in (body, {"modelSchema": body, "drKeyProperties": ["n"], "matchingAlgorithm": body}, {"algorithm": body}):
        assert small_rules.ask("POST", path, raw=json.dumps(one).encode()).status < 500


@given(
    source=st.dictionaries(st.sampled_from("abc"), st.none() | st.text(max_size=3)),
    destination=st.dictionaries(st.sampled_from("abc"), st.none() | st.text(max_size=3)),
    text=st.sampled_from(["a EQ OR b SRC_NULL", "a EQ AND (b NE OR c DEST_NOT_NULL)", "a EQ LEVENSHTEIN(1)"]),
)
@settings(max_examples=60, deadline=None)
def test_explanations_and_texts_agree_with_json(
    small_rules: Rig, source: dict[str, Any], destination: dict[str, Any], text: str
) -> None:
    """A text and the JSON form that it parses to are explained alike."""
    parsed = small_rules.ask("POST", f"{LANGUAGE}/parse", {"text": text}).json
    pair = {"source": source, "destination": destination}
    one, other = (
        small_rules.ask("POST", f"{LANGUAGE}/explain", pair | {"algorithm": given}).json
        for given in (text, parsed["algorithm"])
    )
    assert one == other
    again = small_rules.ask("POST", f"{LANGUAGE}/parse", {"text": parsed["canonicalText"]}).json
    assert again == parsed


@pytest.mark.parametrize("raw", [b"", b"{", b"[NaN]", b"1e999", b'"\\ud800"', b"[" * 5000, b"\xff"])
def test_bytes_that_are_no_json_are_refused(small_rules: Rig, raw: bytes) -> None:
    headers = {"content-type": "application/json"}
    assert refused(small_rules, "POST", f"{LANGUAGE}/parse", raw=raw, headers=headers)[0] == 400


def test_versions_survive_the_server(make: Make) -> None:
    rig = make([younite_face()])
    version = version_of(rig, "n EQ", ["n"])
    from dromio.server import create_app

    again = Rig(rig.settings, rig.service, create_app(rig.settings, rig.service, [younite_face()]), rig.key)
    assert again.ask("GET", f"{VERSIONS}/{version}").status == 200


def test_a_real_server_tries_rules(rules: Rig) -> None:
    version = version_of(rules, "n EQ", ["n"])
    with served(rules) as port:
        status, answer = ask(port, "POST", TESTING, trial(version), rules.key)
        assert (status, answer["matchStatus"]) == (200, "MATCH")
        status, answer = ask(port, "POST", TESTING, {}, rules.key)
        assert (status, answer["code"]) == (400, "MISSING")
