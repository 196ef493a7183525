"""Roles, scopes and grants."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.errors import UsageError
from dromio.server.roles import Principal, Role, Scope, grant_texts, parse_grants

TEXTS = st.lists(st.tuples(st.sampled_from(["a", "b:c", "*", "d-e"]), st.sampled_from(list(Role))), max_size=6)


@given(TEXTS)
def test_grants_and_their_texts(pairs: list[tuple[str, Role]]) -> None:
    texts = [f"{domain}:{role}" for domain, role in pairs]
    assert grant_texts(parse_grants(texts)) == sorted(set(texts))


def test_all_wrong_grants_are_named() -> None:
    with pytest.raises(UsageError, match=r"'reader', ':reader', 'a:root'"):
        parse_grants(["a:reader", "reader", ":reader", "a:root"])


def test_a_grant_counts_in_its_domain_only() -> None:
    ann = Principal("ann", "key:1", parse_grants(["people:steward"]))
    assert ann.scopes_in("people") == {Scope.PUBLIC, Scope.SIGNED_IN, Scope.READ, Scope.JUDGE}
    for domain in ("People", "people2", "", None, "*"):
        assert ann.scopes_in(domain) == {Scope.PUBLIC, Scope.SIGNED_IN}
    assert ann.knows("people") and not ann.knows("others")


def test_a_grant_for_everywhere_counts_everywhere() -> None:
    eve = Principal("eve", "key:1", parse_grants(["*:auditor"]))
    assert Scope.AUDIT in eve.scopes_in(None) and Scope.AUDIT in eve.scopes_in("people") and eve.knows("people")
