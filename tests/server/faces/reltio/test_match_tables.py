"""What is kept of an entity: documents, phrases, marks."""

from __future__ import annotations

from dromio.server.faces.reltio.match_tables import spelled

from ...asking import Rig
from ...conftest import Make
from .factory import HCP, R, Tenancy, entity, exact, group, uri


def test_long_phrases_are_kept_short_and_apart() -> None:
    assert spelled("a:b") == "a:b"
    one, other = spelled("x" * 5_000), spelled("x" * 5_001)
    assert one != other and len(one) < 200 and one == spelled("x" * 5_000)


def test_long_values_are_found_in_the_token_store(verifier: Rig) -> None:
    tenancy = Tenancy(verifier)
    one = tenancy.one(FirstName="é" * 4_000, LastName="Stark")
    found = tenancy.verify(one, entity(FirstName="É" * 4_000, LastName="stark"))["rules"][uri("R")]
    assert found["matched"] is True
    assert found["matchTokens"]["first"]["foundInMatchTables"] is True


def test_marks_follow_what_is_written_and_rebuilt(make: Make) -> None:
    from dromio.server.faces.own import own_face
    from dromio.server.faces.reltio import reltio_face
    from dromio.server.faces.reltio.options import Options

    tenancy = Tenancy(make([own_face(), reltio_face(Options(overcollision_limit=1))]), (R,))
    one, _ = tenancy.put(*(entity(crosswalk=each, FirstName="A", LastName="B") for each in "12"))
    search = "entities/_matches/_searchOvercollisioned"
    assert [found["token"] for found in tenancy.done("POST", search, {})["tokens"]] == ["a:b"]
    assert tenancy.done("POST", search, {"max": 1, "offset": 1})["tokens"] == []
    tenancy.put(entity(crosswalk="2", FirstName="A", LastName="C"))
    assert tenancy.done("POST", search, {})["tokens"] == []
    tenancy.put(entity(crosswalk="2", FirstName="A", LastName="B"))
    tenancy.rig.ask("DELETE", f"/v1/domains/{tenancy.name}/records/configuration%2Fsources%2FCRM/2")
    tenancy.done("POST", "rebuildmatchtable")
    assert tenancy.done("POST", search, {})["tokens"] == []
    assert tenancy.done("GET", one)["type"] == HCP


def test_each_writing_makes_a_new_version_of_the_document(verifier: Rig) -> None:
    tenancy = Tenancy(verifier)
    for name in "AAB":
        (one,) = tenancy.put(entity(crosswalk="1", FirstName=name))
    versions = tenancy.done("GET", f"{one}/matchDocument")["version"]
    assert versions == {"EntityVersion": 2, "MatchDocumentVersion": 3}


def test_entities_that_fall_apart_all_have_documents(verifier: Rig) -> None:
    tenancy = Tenancy(verifier, (group("A", exact("LastName"), "automatic"),))
    tenancy.put(
        *(entity(crosswalk=each, LastName=names) for each, names in (("1", "Stark"), ("2", "Snow"))),
        entity(crosswalk="3", LastName=["Stark", "Snow"]),
    )
    domain = verifier.service.store.domain(tenancy.name)
    assert len(domain.partition()) == 1
    tenancy.put(entity(crosswalk="3", LastName="Tully"))
    assert len(domain.partition()) == 3
    for number in domain.partition():
        assert tenancy.done("GET", f"entities/{number}/matchDocument")["areEqual"] is True
