from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.clean.nicknames import roots, same_person_given_name
from dromio.clean.tables import read_table
from dromio.clean.text import words


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("bob", "robert"),
        ("bob", "rob"),
        ("liz", "elizabeth"),
        ("sasha", "aleksandr"),
        ("pepe", "jose"),
        ("hans", "johannes"),
        ("beppe", "giuseppe"),
        ("pierrot", "pierre"),
        ("xu", "xu"),
    ],
)
def test_names_of_one_formal_name_agree(left: str, right: str) -> None:
    assert same_person_given_name(left, right)
    assert same_person_given_name(right, left)


@pytest.mark.parametrize(("left", "right"), [("bob", "william"), ("mary", "john"), ("", "robert")])
def test_names_of_different_formal_names_differ(left: str, right: str) -> None:
    assert not same_person_given_name(left, right)


def test_roots_hold_the_name_itself_and_all_formal_names() -> None:
    assert {"alex", "alexander", "alexandra"} <= roots("alex")
    assert roots("zzyzx") == {"zzyzx"}


@given(st.text(max_size=10))
def test_roots_always_hold_the_name_itself(name: str) -> None:
    assert name in roots(name)


def test_table_is_folded_and_large() -> None:
    rows = read_table("nicknames.txt", separator=None)
    names = [name for formal, nicks in rows for name in (formal, *nicks)]
    assert [name for name in names if words(name) != name or " " in name] == []
    assert sum(len(nicks) for _, nicks in rows) > 400
