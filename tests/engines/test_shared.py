"""Values of too many people: who is counted, what is taken out, what becomes of a match."""

from __future__ import annotations

from itertools import islice, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.deciders import Verdict
from dromio.engines.explanation import explain
from dromio.engines.shared import for_review, people, shared_in_common, spelled, watched, without_shared
from dromio.model.schema import Model
from dromio.plan import make_plan

MODEL = Model.model_validate(
    {
        "attributes": [
            {
                "name": "name",
                "type": "person_name",
                "inputs": [{"columns": {"given": "given", "middle": "middle", "family": "family"}}],
            },
            {"name": "phone", "type": "identifier", "inputs": [{"columns": {"value": "phone"}}]},
            {"name": "email", "type": "email", "inputs": [{"columns": {"value": "email"}}]},
        ],
        "rules": [{"name": "same phone", "when": "equal(phone.value)"}],
        "shared_values": [
            {"field": "phone.value", "names": ["name.given", "name.family"]},
            {"field": "email.domain", "names": ["name.family"], "most": 1},
        ],
    }
)
PHONE, DOMAIN = watched(MODEL)
NAMES = st.lists(
    st.sampled_from(
        ["ann lee", "anna lee", "a lee", "bob ray", "ray robert", "catherine smith", "katherine smyth", "x"]
    )
)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], 0),
        (["ann lee", "ann lee"], 1),
        (["john smith", "jon smith", "jonathan smyth"], 1),
        (["robert ray", "bob ray", "bob rays"], 1),
        (["catherine smith", "katherine smyth"], 1),
        (["ann lee", "bob ray"], 2),
        (["mark smith", "mary smith"], 2),
        (["ann lee", "ann b lee"], 2),
    ],
)
def test_people_counts_spellings_of_one_name_once(names: list[str], expected: int) -> None:
    assert people(spelled(one.split()) for one in names) == expected


def test_people_initial_joins_a_fuller_name_but_never_two() -> None:
    assert people(["j smith", "john smith"]) == 1
    assert people(["j smith", "jane smith", "john smith"]) == 2
    assert people(["j smith", "k smith"]) == 2


def test_people_many_spellings_count_each() -> None:
    names = [f"ann {'l' * number}" for number in range(60)]
    assert people(names[:50]) < 50
    assert people(names) == 60


@given(NAMES)
def test_people_order_and_repetition_do_not_matter(names: list[str]) -> None:
    assert {people(order) for order in islice(permutations(names), 24)} == {people(names + names)}


def test_full_names_lack_none_of_the_parts() -> None:
    values = (("", {"given": "bob", "family": "van ray"}), ("", {"given": "ann"}), ("", {"family": "lee"}))
    assert PHONE.full_names({"name": values}) == {"bob ray van"}
    assert DOMAIN.full_names({"name": values}) == {"lee", "ray van"}
    assert PHONE.full_names({}) == set()


def test_shared_values_are_taken_out_with_what_goes_with_them() -> None:
    cleaned = {
        "phone": (("", {"value": "4711"}), ("", {"value": "4712"})),
        "email": (("", {"address": "a@x.org", "local": "a", "domain": "x.org"}),),
    }
    assert without_shared((PHONE,), cleaned, {(0, "4711")})["phone"] == (("", {"value": "4712"}),)
    assert without_shared((PHONE, DOMAIN), cleaned, {(1, "x.org")})["email"] == ()
    assert without_shared((PHONE, DOMAIN), cleaned, {(1, "4711")}) == cleaned


def test_only_values_of_both_records_are_in_common() -> None:
    one = {"phone": (("", {"value": "4711"}),)}
    assert shared_in_common((PHONE,), one, one, {(0, "4711")}) == ["phone.value"]
    assert shared_in_common((PHONE,), one, one, {(0, "4712")}) == []
    assert shared_in_common((PHONE,), one, {}, {(0, "4711")}) == []


def test_a_match_becomes_a_review_that_joins_nothing() -> None:
    assert for_review(Verdict("match", 10**6, "same phone", None, 0), ["phone.value"]) == Verdict(
        "review", -1, "same phone, against it shared phone.value"
    )
    assert for_review(Verdict("match", 2000), ["phone.value", "email.domain"]).reason == (
        "shared phone.value and email.domain"
    )


def test_explanation_says_how_many_share_what() -> None:
    one = {"phone": (("", {"value": "4711"}),)}
    plan = make_plan(MODEL)
    assert explain(plan, one, one).decision == "match"
    found = explain(plan, one, one, shared={(0, "4711"): 7})
    assert found.to_dict()["shared_values"] == [{"field": "phone.value", "people": 7}]
    assert (found.decision, found.decided_by) == ("review", "shared_values")
    assert found.to_text().splitlines()[0] == (
        "Review: a match only thanks to what many share (same phone, against it shared phone.value)."
    )
    assert "Both have a value of phone.value that 7 people share." in found.to_text()
    assert explain(plan, one, {}, shared={(0, "4711"): 7}).shared_values == ()
