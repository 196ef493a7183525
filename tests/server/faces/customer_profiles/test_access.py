"""Who may do what through this face, and that one domain never sees another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dromio.server.roles import parse_grants

from .conftest import Face, client_for
from .test_conformance import code_of


@contextmanager
def granted(face: Face, *grants: str) -> Iterator[Any]:
    key, secret = face.service.signing_keys.create("somebody", parse_grants(grants))
    client = client_for(face.url, key.key_id, secret)
    yield client
    client.close()


def test_another_domain_looks_like_one_that_is_not_there(face: Face) -> None:
    mine, other = face.domain(), face.domain()
    with granted(face, f"{mine}:reader", f"{mine}:ingest") as client:
        assert [one["DomainName"] for one in client.list_domains()["Items"]] == [mine]
        assert client.get_domain(DomainName=mine)["DomainName"] == mine
        for name in (other, "missing"):
            assert code_of(client.get_domain, DomainName=name) == "ResourceNotFoundException"
            arn = f"arn:aws:profile:us-east-1:000000000000:domains/{name}"
            assert code_of(client.list_tags_for_resource, resourceArn=arn) == "ResourceNotFoundException"


def test_a_role_does_what_it_is_for_and_no_more(face: Face) -> None:
    name = face.domain()
    with granted(face, f"{name}:reader") as client:
        search = {"DomainName": name, "KeyName": "_email", "Values": ["x"]}
        assert client.search_profiles(**search)["Items"] == []
        assert code_of(client.create_profile, DomainName=name) == "AccessDeniedException"
        assert code_of(client.delete_domain, DomainName=name) == "AccessDeniedException"
        arn = f"arn:aws:profile:us-east-1:000000000000:domains/{name}"
        assert code_of(client.tag_resource, resourceArn=arn, tags={"a": "b"}) == "AccessDeniedException"
    with granted(face, f"{name}:ingest") as client:
        assert client.create_profile(DomainName=name)["ProfileId"]
        assert code_of(client.search_profiles, **search) == "AccessDeniedException"


def test_a_token_of_one_domain_or_filter_is_no_good_for_another(face: Face) -> None:
    name, other = face.domain(), face.domain()
    for domain in (name, other):
        for _ in range(2):
            face.profile(domain, AccountNumber="A")
    given = {"DomainName": name, "KeyName": "_account", "Values": ["A"], "MaxResults": 1}
    token = face.client.search_profiles(**given)["NextToken"]
    assert face.client.search_profiles(**given, NextToken=token)["Items"]
    for change in ({"DomainName": other}, {"Values": ["a"]}, {"NextToken": token[:-2]}):
        wrong = given | {"NextToken": token} | change
        assert code_of(face.client.search_profiles, **wrong) == "BadRequestException"
