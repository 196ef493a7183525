"""Verify Matches as a face: tenants, configuration, entities, related endpoints, refusals, a real server."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dromio.server.faces.reltio import reltio_face
from dromio.server.faces.reltio.options import Options

from ...asking import Rig
from ...conftest import Make
from ...test_run import ask, served
from .factory import HCP, STARK, F, M, R, Tenancy, attribute, document, entity, exact, group, moment_now, names, uri

VERIFY = "entities/_verifyMatches"


def refused(tenancy: Tenancy, method: str, path: str, body: Any = None, **given: Any) -> tuple[int, str]:
    """Status and message of a request that must be refused in the face's own shape."""
    answer = tenancy.ask(method, path, body, **given)
    assert answer.status >= 400, answer.body
    assert answer.headers["content-type"] == "application/json"
    assert sorted(answer.json) == ["errorCode", "errorMessage", "severity"] and answer.json["severity"] == "Error"
    assert isinstance(answer.json["errorCode"], int)
    return answer.status, answer.json["errorMessage"]


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        "entities/1",
        {"first": None, "second": STARK},
        {"first": STARK},
        {"second": STARK},
        {"secondDocument": document()},
        {"first": STARK, "second": STARK, "firstDocument": document()},
        {"first": STARK, "second": entity() | {"type": "configuration/entityTypes/Nobody"}},
        {"first": STARK, "second": {"attributes": {}}},
        {"first": STARK, "second": "things/1"},
        {"first": STARK, "second": 5},
        {"firstDocument": document(), "secondDocument": {"FirstName": ["x"]}},
        {"firstDocument": document(), "secondDocument": document(values={"A": ["x"], "A~.@ps": ["10", "10"]})},
        {"firstDocument": document(), "secondDocument": document(values={"A": "x"})},
        {"first": STARK, "second": STARK, "matchGroups": [{"uri": "x"}]},
        {"first": STARK, "second": STARK, "matchGroups": [R, R]},
        {"first": STARK, "second": STARK, "matchGroups": {}},
        {"first": STARK, "second": STARK, "matchGroups": [group("X", {"exact": ["nonsense"]})]},
        {
            "first": STARK,
            "second": STARK,
            "matchGroups": [group("X", exact("A", comparatorClasses={"mapping": [{"attribute": "A", "class": "No"}]}))],
        },
    ],
)
def test_bodies_that_break_the_contract_are_refused(tenancy: Tenancy, body: Any) -> None:
    assert refused(tenancy, "POST", VERIFY, raw=json.dumps(body).encode())[0] == 400


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (f"rules={uri('Nobody')}", "not known"),
        ("show=everything", "show must be one of brief, full"),
        ("time=0", "time must be a positive"),
        ("time=-5", "time must be a positive"),
        ("time=soon", "time must be a positive"),
        ("documentsFromDatabase=perhaps", "documentsFromDatabase must be true or false"),
        ("db=true&documentsFromDatabase=false", "mean the same and differ"),
        ("show=full&show=brief", "the query is not as described"),
    ],
)
def test_queries_that_break_the_contract_are_refused(tenancy: Tenancy, query: str, text: str) -> None:
    status, message = refused(tenancy, "POST", f"{VERIFY}?{query}", {"first": STARK, "second": STARK})
    assert status == 400 and text in message


def test_what_does_not_exist_is_404(tenancy: Tenancy) -> None:
    for second in ("entities/999999999", "entities/abc", "entities/0012", {"uri": "entities/99999999999999999999"}):
        assert refused(tenancy, "POST", VERIFY, {"first": STARK, "second": second})[0] == 404
    for path in ("entities/99999999", "entities/x/_matches", "entities/1x/matchDocument"):
        assert refused(tenancy, "GET", path)[0] == 404
    assert refused(tenancy, "GET", "configuration/entityTypes/Nobody/matchGroups")[0] == 404
    other = tenancy.rig.ask("POST", f"/reltio/api/nowhere/{VERIFY}", {"first": STARK, "second": STARK})
    assert (other.status, other.json["errorCode"]) == (404, 201)


def test_headers_may_name_the_tenant_of_the_address(tenancy: Tenancy) -> None:
    body, other = {"first": STARK, "second": STARK}, Tenancy(tenancy.rig)
    same = {"CustomerTenant": tenancy.name, "DataTenant": tenancy.name}
    assert tenancy.ask("POST", VERIFY, body, headers=same).status == 200
    assert refused(tenancy, "POST", VERIFY, body, headers={"CustomerTenant": "nowhere"})[0] == 404
    assert refused(tenancy, "POST", VERIFY, body, headers={"DataTenant": other.name})[0] == 400
    key = tenancy.rig.key_for(f"{tenancy.name}:reader")
    assert refused(tenancy, "POST", VERIFY, body, headers={"DataTenant": other.name}, key=key)[0] == 404


def test_the_address_without_the_name_of_the_face_is_the_same(tenancy: Tenancy) -> None:
    body = {"first": STARK, "second": STARK}
    assert tenancy.rig.ask("POST", f"/{tenancy.name}/{VERIFY}", body).json == tenancy.done("POST", VERIFY, body)


def test_the_same_entity_on_both_sides_matches(tenancy: Tenancy) -> None:
    one = tenancy.one(FirstName="Ronald", LastName="Stark")
    answer = tenancy.verify(one, {"uri": one})
    assert answer["rules"][uri("R")]["matched"] is True
    assert answer["manualMatches"] is None


def test_attributes_are_checked_once_they_are_declared(tenancy: Tenancy) -> None:
    declared = [{"name": "FirstName"}, {"uri": f"{HCP}/attributes/Address", "attributes": [{"name": "City"}]}]
    assert tenancy.done("PUT", HCP, {"attributes": declared})["attributes"] == ["FirstName", "Address", "Address.City"]
    fine, wrong = entity(FirstName="A", Address={"City": "x"}), entity(FirstName="A", Address={"Zip": "1"})
    assert tenancy.verify(fine, fine)["rules"]
    status, message = refused(tenancy, "POST", VERIFY, {"first": fine, "second": wrong})
    assert status == 400 and "Address.Zip" in message
    assert refused(tenancy, "POST", "entities", [fine, wrong])[0] == 400
    assert refused(tenancy, "PUT", HCP, {"attributes": [{"kind": "x"}]})[0] == 400


def test_groups_and_skip_lists_are_read_back(tenancy: Tenancy) -> None:
    path = f"{HCP}/matchGroups"
    found = tenancy.done("GET", path)["matchGroups"]
    assert names(one["uri"] for one in found) == ["R", "F", "M"]
    assert tenancy.done("PUT", path, {"matchGroups": found})["matchGroups"] == found
    tenancy.skip(F)
    assert tenancy.done("GET", f"{HCP}/_skipMatchGroups") == {"matchGroups": [uri("F")]}
    assert refused(tenancy, "PUT", f"{HCP}/_skipMatchGroups", [uri("Nobody")])[0] == 400
    assert refused(tenancy, "PUT", f"{HCP}/_skipMatchGroups", {})[0] == 400
    assert refused(tenancy, "PUT", "configuration/entityTypes/HCO/matchGroups", [R])[0] == 400
    assert refused(tenancy, "PUT", "configuration/entityTypes/H-O/matchGroups", [])[0] == 400


def test_groups_that_a_model_cannot_say_are_named(tenancy: Tenancy) -> None:
    odd = group("Odd", exact("FirstName"), "notify", matchActions=[{"action": "x"}])
    assert any("Odd" in note for note in tenancy.done("PUT", f"{HCP}/matchGroups", [odd])["notes"])
    assert tenancy.one(FirstName="A") != tenancy.one(FirstName="A")


def test_entities_are_those_of_the_store(tenancy: Tenancy) -> None:
    tenancy.configure(group("A", exact("FirstName", "LastName"), "automatic"))
    one, other = tenancy.put(
        entity(crosswalk="1", FirstName="Ronald", LastName="Stark", Nick="Ron"),
        entity(crosswalk="2", FirstName="ronald ", LastName="STARK", Nick="Ronny"),
    )
    assert one == other, "an automatic group merges"
    found = tenancy.done("GET", one)
    assert (found["uri"], found["type"]) == (one, HCP)
    assert [value["value"] for value in found["attributes"]["Nick"]] == ["Ron", "Ronny"]
    assert [crosswalk["value"] for crosswalk in found["crosswalks"]] == ["1", "2"]
    domain = tenancy.rig.service.store.domain(tenancy.name)
    assert domain.entity_of("configuration/sources/CRM", "1") == int(one.removeprefix("entities/"))
    (again,) = tenancy.put(entity(crosswalk="2", FirstName="Ronald", LastName="Snow"))
    assert again != one, "a record that no longer matches leaves"
    assert tenancy.done("GET", again)["attributes"]["LastName"] == [{"value": "Snow"}]
    assert [value["value"] for value in tenancy.done("GET", one)["attributes"]["Nick"]] == ["Ron"]


def test_a_merged_id_is_followed(tenancy: Tenancy) -> None:
    tenancy.configure(group("A", exact("LastName"), "automatic"), M)
    one, other = tenancy.put(entity(crosswalk="1", LastName="Stark"), entity(crosswalk="2", LastName="Snow"))
    tenancy.put(entity(crosswalk="2", LastName="Stark"))
    assert {tenancy.done("GET", each)["uri"] for each in (one, other)} == {one}
    answer = tenancy.verify(STARK, other, query="?show=full")
    assert answer["rules"][uri("A")]["matchTokens"]["second"]["foundInMatchTables"] is True
    assert answer["matchDocuments"]["second"]["areEqual"] is True


def test_types_do_not_mix(tenancy: Tenancy) -> None:
    other = json.loads(json.dumps([group("A", exact("LastName"), "automatic")]).replace("/HCP", "/HCO"))
    tenancy.configure(group("A", exact("LastName"), "automatic"))
    tenancy.done("PUT", "configuration/entityTypes/HCO/matchGroups", other)
    person, company = entity(LastName="Stark"), entity(LastName="Stark") | {"type": "configuration/entityTypes/HCO"}
    one, another, third = tenancy.put(person, company, person)
    assert one == third != another
    assert refused(tenancy, "POST", VERIFY, {"first": one, "second": another})[0] == 400


def test_deleted_entities_leave_nothing(tenancy: Tenancy) -> None:
    one = tenancy.one(FirstName="Ronald", LastName="Stark")
    assert tenancy.done("DELETE", one) == {"status": "success"}
    assert refused(tenancy, "GET", one)[0] == 404
    assert _kept(tenancy, one) == []


def test_erased_entities_leave_nothing_in_the_tables_of_the_face(tenancy: Tenancy) -> None:
    one = tenancy.one(FirstName="Ottokar", LastName="Quagga")
    assert _kept(tenancy, one)
    path = f"/v1/domains/{tenancy.name}/{one}/erase"
    certificate = tenancy.rig.ask("POST", path, {"reason": "asked"})
    assert certificate.status == 200, certificate.body
    assert certificate.json.get("found") in (0, None)
    assert _kept(tenancy, one) == []


def test_erasing_takes_along_what_was_kept_under_a_merged_id(tenancy: Tenancy) -> None:
    one, other = tenancy.one(FirstName="Ottokar"), tenancy.one(FirstName="Ottokar")
    base, numbers = f"/v1/domains/{tenancy.name}", [int(each.removeprefix("entities/")) for each in (one, other)]
    assert tenancy.rig.ask("POST", f"{base}/merge", {"entities": numbers}).status == 200
    assert _kept(tenancy, other), "a merge made elsewhere leaves it until an entity is written"
    assert tenancy.rig.ask("POST", f"{base}/{one}/erase", {"reason": "asked"}).status == 200
    assert _kept(tenancy, one) == _kept(tenancy, other) == []


def _kept(tenancy: Tenancy, one: str) -> list[Any]:
    from dromio.store.database import connect

    database = connect(tenancy.rig.settings.store)
    try:
        with database.read() as tx:
            return [
                row
                for table in ("reltio_documents", "reltio_tokens")
                for row in tx.rows(f"SELECT * FROM {table} WHERE entity_id = ?", int(one.removeprefix("entities/")))
            ]
    finally:
        database.close()


def test_records_that_came_another_way_are_entities_too(tenancy: Tenancy) -> None:
    path = f"/v1/domains/{tenancy.name}/records/crm/1"
    assert tenancy.rig.ask("PUT", path, {"values": {"FirstName": "Ronald", "LastName": "Stark"}}).status == 200
    number = tenancy.rig.service.store.domain(tenancy.name).entity_of("crm", "1")
    answer = tenancy.verify(STARK, f"entities/{number}", query="?show=full&db=true")
    assert answer["rules"][uri("R")]["matched"] is True
    assert answer["matchDocuments"]["second"]["areEqual"] is None
    assert answer["rules"][uri("R")]["matchTokens"]["second"]["foundInMatchTables"] is False


def test_match_document_and_tokens_in_detail(tenancy: Tenancy) -> None:
    one = tenancy.one(FirstName="Ronald", LastName=["Stark", "Snow"])
    found = tenancy.done("GET", f"{one}/matchDocument?db=true")
    assert found["areEqual"] is True and found["generatedDocument"] == found["databaseDocument"]
    assert found["tokens"][uri("R")] == ["ronald:snow", "ronald:stark"]
    assert found["version"] == {"EntityVersion": 1, "MatchDocumentVersion": 1}
    detailed = tenancy.done("GET", f"{one}/matchTokensDetailed")[uri("R")]
    assert (detailed["label"], detailed["operand"], detailed["tokensTotal"]) == ("by R", "and", 2)
    first, last = detailed["operands"]
    assert first == {"attribute": "FirstName", "operand": "exact", "tokensTotal": 1, "tokens": ["ronald"]}
    assert last["tokens"] == ["snow", "stark"]
    assert refused(tenancy, "GET", f"{one}/matchDocument?time=1")[0] == 404


def test_potential_matches_by_group(tenancy: Tenancy) -> None:
    one, other, third = (tenancy.one(FirstName="Ronald", LastName=last) for last in ("Stark", "Stark", "Snow"))
    found = tenancy.done("GET", f"{one}/_matches")
    listed = {name: [item["object"]["uri"] for item in items] for name, items in found.items()}
    assert listed == {uri("R"): [other], uri("F"): [other, third]}
    assert found[uri("R")][0]["relevance"] == 1.0 and found[uri("R")][0]["matchAction"] == "POTENTIAL_MATCH"
    tenancy.skip(F)
    assert list(tenancy.done("GET", f"{one}/_matches")) == [uri("R")]
    tenancy.skip()
    tenancy.set("_notMatch", one, other)
    assert list(tenancy.done("GET", f"{one}/_matches")) == [uri("F")]
    tenancy.skip(F)
    assert tenancy.done("GET", f"{one}/_matches") == {}


def test_pairs_that_cannot_be_set(tenancy: Tenancy) -> None:
    one = tenancy.one(FirstName="Ronald")
    for target in (f"{one}/_notMatch", f"{one}/_notMatch?uri={one}", f"{one}/_notMatch?uri=things/1"):
        assert refused(tenancy, "POST", target)[0] == 400
    assert refused(tenancy, "POST", f"{one}/_setAMatch?uri=entities/999999999")[0] == 404


def test_taking_back_a_not_match_lets_an_automatic_group_merge(tenancy: Tenancy) -> None:
    tenancy.configure(group("A", exact("LastName"), "automatic"))
    one, other = tenancy.put(entity(crosswalk="1", LastName="Stark"), entity(crosswalk="2", LastName="Snow"))
    tenancy.set("_notMatch", one, other)
    tenancy.put(entity(crosswalk="2", LastName="Stark"))
    assert tenancy.done("GET", other)["uri"] == other
    tenancy.set("_notMatch", other, one, "DELETE")
    assert tenancy.done("GET", other)["uri"] == one
    tenancy.set("_notMatch", one, one, "DELETE")


def test_any_crosswalk_that_is_there_names_the_entity(tenancy: Tenancy) -> None:
    (one,) = tenancy.put(entity(crosswalk="1", FirstName="A"))
    more = entity(crosswalk="2", FirstName="B")
    more["crosswalks"].append({"type": "configuration/sources/CRM", "value": "1"})
    assert tenancy.put(more) == [one]
    assert tenancy.done("GET", one)["attributes"]["FirstName"] == [{"value": "B"}]
    assert tenancy.put(entity(FirstName="C") | {"uri": one}) == [one]
    assert tenancy.done("GET", one)["attributes"]["FirstName"] == [{"value": "C"}]


def test_the_configuration_as_of_a_time(tenancy: Tenancy) -> None:
    before = moment_now()
    tenancy.configure(M)
    tenancy.skip(M)
    pair = {"first": STARK, "second": STARK}
    then = tenancy.done("POST", f"{VERIFY}?time={before}", pair)
    assert names(then["rules"]) == ["R", "F", "M"] and then["applicableMatchGroups"]["bypassed"] == []
    now = tenancy.done("POST", VERIFY, pair)
    assert names(now["rules"]) == names(now["applicableMatchGroups"]["bypassed"]) == ["M"]
    assert refused(tenancy, "POST", f"{VERIFY}?time=1", pair)[0] == 404
    raw = {"firstDocument": document(), "secondDocument": document()}
    assert refused(tenancy, "POST", f"{VERIFY}?time=1", raw)[0] == 404
    assert refused(tenancy, "POST", f"{VERIFY}?time={10**17}", pair)[0] == 404


def test_decisions_as_of_a_time(tenancy: Tenancy) -> None:
    one, other = tenancy.one(FirstName="A", LastName="B"), tenancy.one(FirstName="A", LastName="B")
    before = moment_now()
    tenancy.set("_notMatch", one, other)
    during = moment_now()
    tenancy.set("_notMatch", one, other, "DELETE")
    found = [tenancy.verify(one, other, query=f"?time={moment}")["manualMatches"] for moment in (before, during)]
    assert found[0] is None and found[1]["effectiveNotMatches"]
    assert tenancy.verify(one, other)["manualMatches"] is None


def test_limits_of_the_operator(make: Make) -> None:
    tenancy = Tenancy(make([reltio_face(Options(overcollision_limit=1, token_limit=2))]))
    one, other = tenancy.one(FirstName="Ronald", LastName="Stark"), tenancy.one(FirstName="Ronald", LastName="Stark")
    answer = tenancy.verify(one, other)
    assert answer["candidatesDiscovery"]["globalCandidatesFound"] is False
    third = entity(FirstName=["a", "b", "c"])
    assert any(text.startswith("TOKEN_LIMIT: ") for text in tenancy.verify(third, one)["summary"])


def test_one_tenant_never_sees_another(tenancy: Tenancy) -> None:
    other = Tenancy(tenancy.rig)
    mine, theirs = tenancy.one(FirstName="Ronald"), other.one(FirstName="Ronald")
    key = tenancy.rig.key_for(*(f"{tenancy.name}:{role}" for role in ("reader", "ingest", "steward", "admin")))
    body = {"first": mine, "second": theirs}
    assert refused(tenancy, "POST", VERIFY, body, key=key)[0] == 404
    assert refused(other, "POST", VERIFY, {"first": theirs, "second": theirs}, key=key)[0] == 404
    assert refused(tenancy, "POST", f"{mine}/_notMatch?uri={theirs}", key=key)[0] == 404
    assert refused(tenancy, "POST", "entities", [STARK | {"uri": theirs}], key=key)[0] == 404
    assert tenancy.ask("GET", mine, key=key).status == 200


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("reader", {"GET entity", "verify"}),
        ("ingest", {"POST entities"}),
        ("steward", {"GET entity", "verify", "_notMatch"}),
        ("admin", {"PUT groups"}),
        ("auditor", set()),
    ],
)
def test_roles_reach_their_own_operations_only(tenancy: Tenancy, role: str, allowed: set[str]) -> None:
    one, other = tenancy.one(FirstName="A"), tenancy.one(FirstName="B")
    key = tenancy.rig.key_for(f"{tenancy.name}:{role}")
    attempts: dict[str, tuple[str, str, Any]] = {
        "GET entity": ("GET", one, None),
        "verify": ("POST", VERIFY, {"first": one, "second": other}),
        "POST entities": ("POST", "entities", [entity(FirstName="C")]),
        "_notMatch": ("POST", f"{one}/_notMatch?uri={other}", None),
        "PUT groups": ("PUT", f"{HCP}/matchGroups", [R]),
    }
    found = {name: tenancy.ask(*attempt, key=key).status for name, attempt in attempts.items()}
    assert {name for name, status in found.items() if status == 200} == allowed
    assert all(status in (200, 403) for status in found.values())
    assert refused(tenancy, "GET", one, key=None)[0] == 401


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "a", "entities/1", HCP, "10", "\x00", "é"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "first second firstDocument secondDocument matchGroups type attributes value "
                "ov uri rule exact and crosswalks $$_entity_type_$$ A A~.@ps max".split()
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=JSON,
    place=st.sampled_from(
        [
            ("POST", VERIFY),
            ("POST", "entities"),
            ("PUT", HCP),
            ("PUT", f"{HCP}/matchGroups"),
            ("PUT", f"{HCP}/_skipMatchGroups"),
            ("POST", "entities/_matches/_searchOvercollisioned"),
        ]
    ),
)
def test_no_body_makes_the_server_fail(fuzzed: Tenancy, body: Any, place: tuple[str, str]) -> None:
    for one in (body, {"first": body, "second": STARK}, STARK | {"crosswalks": body}, entity(A=body)):
        assert fuzzed.ask(*place, raw=json.dumps(one).encode()).status < 500, (place, one)


@pytest.fixture(scope="module")
def fuzzed(verifier: Rig) -> Tenancy:
    return Tenancy(verifier)


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[NaN]", b"1e999", b'"\\ud800"', b"[" * 5000, b'{"first": "\\u0000"}', b"\xff", b"9" * 5000]
)
def test_bytes_that_are_no_json_are_refused(tenancy: Tenancy, raw: bytes) -> None:
    for method, path in (("POST", VERIFY), ("POST", "entities")):
        answer = tenancy.ask(method, path, raw=raw, headers={"content-type": "application/json"})
        assert answer.status == 400 and answer.json["severity"] == "Error"


def test_a_real_server_verifies(verifier: Rig) -> None:
    tenancy = Tenancy(verifier)
    second = tenancy.one(FirstName="Ronald", LastName="Stark")
    with served(verifier) as port:
        status, answer = ask(port, "POST", f"{tenancy.base}/{VERIFY}", {"first": STARK, "second": second}, verifier.key)
        assert status == 200 and answer["rules"][uri("R")]["matched"] is True
        assert ask(port, "POST", f"{tenancy.base}/{VERIFY}", {}, verifier.key)[1]["severity"] == "Error"


def test_an_attribute_keeps_its_uri() -> None:
    assert attribute("Address.City") == f"{HCP}/attributes/Address/attributes/City"
