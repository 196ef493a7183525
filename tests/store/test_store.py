"""Stores and their domains."""

from __future__ import annotations

from typing import Any

import pytest

from dromio import store
from dromio.errors import UsageError
from dromio.model.files import model_from
from dromio.store import ConflictError, UnknownError

from .conftest import ANN, Open
from .factory import model


def test_what_was_stored_is_there_when_opened_again(opened: Open) -> None:
    first = opened()
    made = first.create_domain("people", model()).resolve("crm", "1", ANN)
    first.close()
    again = opened().domain("people")
    assert again.resolve("crm", "2", ANN).entity_id == made.entity_id
    assert again.verify().is_sound


def test_two_open_stores_see_each_other(opened: Open) -> None:
    one = opened().create_domain("people", model())
    two = opened().domain("people")
    made = one.resolve("crm", "1", ANN)
    assert two.resolve("crm", "2", ANN).entity_id == made.entity_id
    assert one.entity_of("crm", "2") == made.entity_id


def test_domains_are_listed_and_unknown_ones_named(empty: store.Store) -> None:
    empty.create_domain("b", model())
    empty.create_domain("a", model())
    assert empty.domains() == ["a", "b"]
    with pytest.raises(UnknownError, match="there is no domain 'c'; domains are 'a', 'b'"):
        empty.domain("c")


def test_a_domain_is_made_once(empty: store.Store) -> None:
    empty.create_domain("a", model())
    with pytest.raises(ConflictError, match="there is a domain 'a' already"):
        empty.create_domain("a", model())


def test_an_untrained_model_is_refused(empty: store.Store) -> None:
    with pytest.raises(UsageError, match="the model is not trained"):
        empty.create_domain("a", model().model_copy(update={"prior": None}))


def test_a_domain_needs_a_name(empty: store.Store) -> None:
    with pytest.raises(UsageError, match="needs a name"):
        empty.create_domain(" ", model())


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"rules": [{"name": "r", "when": "not equal(email.value)"}]}, r"no key serves rules\.0\.when"),
        (
            {"rules": [{"name": name, "when": f"not {name}(email.value)"} for name in ("equal", "missing")]},
            r"no key serves rules\.0\.when.* and rules\.1\.when.*: add an equality",
        ),
    ],
)
def test_a_model_that_a_store_cannot_follow_is_refused(empty: store.Store, parts: dict[str, Any], says: str) -> None:
    attribute = {"name": "email", "type": "folded", "inputs": [{"columns": {"value": "email"}}]}
    rules = [{"name": "r", "when": "equal(email.value)"}]
    with pytest.raises(UsageError, match=says):
        empty.create_domain("odd", model_from({"attributes": [attribute], "rules": rules} | parts))
    assert "odd" not in empty.domains()
