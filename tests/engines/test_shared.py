"""Values of too many people: who is counted, what is taken out, what becomes of a match."""

from __future__ import annotations

from itertools import islice, permutations
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.deciders import Verdict
from dromio.engines.explanation import explain
from dromio.engines.row import clean_record
from dromio.engines.shared import for_review, people, shared_in_common, spelled, watched, without_shared
from dromio.engines.shared_columns import bare_pairs
from dromio.model.schema import Model
from dromio.plan import make_plan

from .factory import attribute, batch_of, record

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


def test_shared_values_of_both_are_taken_out_with_what_goes_with_them() -> None:
    cleaned = {
        "phone": (("", {"value": "4711"}), ("", {"value": "4712"})),
        "email": (("", {"address": "a@x.org", "local": "a", "domain": "x.org"}),),
    }
    same = (cleaned, cleaned)
    phones = [one["phone"] for one in without_shared((PHONE,), *same, {(0, "4711")})]
    assert phones == [(("", {"value": "4712"}),)] * 2
    assert [one["email"] for one in without_shared((PHONE, DOMAIN), *same, {(1, "x.org")})] == [(), ()]
    assert without_shared((PHONE, DOMAIN), *same, {(1, "4711")}) == same


def test_a_shared_value_of_one_record_stays_for_it_may_tell_the_two_apart() -> None:
    one = {"phone": (("", {"value": "4711"}), ("", {"value": "4712"}))}
    other = {"phone": (("", {"value": "4711"}), ("", {"value": "4713"}))}
    found = without_shared((PHONE,), one, other, {(0, "4711"), (0, "4712"), (0, "4713")})
    assert [side["phone"] for side in found] == [(("", {"value": "4712"}),), (("", {"value": "4713"}),)]


SIDES = st.fixed_dictionaries(
    {
        "phone": st.dictionaries(st.sampled_from("xyz"), st.sampled_from(["4711", "4712", "4713"])),
        "email": st.none() | st.sampled_from(["a@x.org", "b@x.org", "b@y.org"]),
    }
)
SEVERAL = MODEL.model_copy(
    update={
        "attributes": [
            attribute("name", "person_name"),
            attribute("phone", "identifier", *"xyz"),
            attribute("email", "email"),
        ]
    }
)
WATCHED = watched(SEVERAL)


@given(st.lists(SIDES, min_size=2, max_size=8), st.sets(st.sampled_from(["4711", "4712", "x.org"])))
def test_columns_of_pairs_lose_what_records_lose(sides: list[dict[str, Any]], hot: set[str]) -> None:
    """All pairs at once in columns, as one pair at a time: of several phones, and of the one e-mail."""
    records = [
        record(
            number,
            phone=[(label, {"value": text}) for label, text in side["phone"].items()],
            email=[{"value": side["email"]}] if side["email"] else [],
        )
        for number, side in enumerate(sides)
    ]
    columns = batch_of(records, SEVERAL).attributes
    fields = [columns[one.attribute].field(one.field).values.to_pylist() for one in WATCHED]
    shared = [np.array([text in hot for text in texts] or [False]) for texts in fields]
    left, right = np.triu_indices(len(sides), 1)
    bare = bare_pairs(WATCHED, columns, shared, left.astype(np.int32), right.astype(np.int32))
    noted = {(one.number, text) for one in WATCHED for text in hot}
    cleaned = [clean_record(one, SEVERAL) for one in records]
    for pair, ends in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        expected = without_shared(WATCHED, *(cleaned[end] for end in ends), noted)
        for side, place in zip(expected, (pair, pair + len(left)), strict=True):
            for name, field in (("phone", "value"), ("email", "address"), ("email", "domain")):
                own = bare[name]
                rows = [place] if own.owner is None else np.flatnonzero(own.owner == place).tolist()
                kept = {text for text in own.field(field).texts().take(pa.array(rows, pa.int64())).to_pylist() if text}
                assert kept == {one[field] for _, one in side.get(name, ()) if field in one}


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
