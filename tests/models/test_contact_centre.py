from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dromio.deciders import Verdict
from dromio.engines import row
from dromio.engines.batch_facts import decide_all
from dromio.engines.cleaning import clean_attribute
from dromio.io.sources import read_records
from dromio.model.files import dump_model, parse_model
from dromio.model.schema import Model
from dromio.models.contact_centre import columns_of, contact_record, guide_model, guide_record, pipeline_model
from dromio.plan import make_plan
from dromio.records import Record, RecordKey

KEYS = (RecordKey("s", "1"), RecordKey("s", "2"))
GUIDE, PIPELINE = guide_model(), pipeline_model()
PHONE, OTHER_PHONE = "+12065550100", "+12065550177"


def verdict(model: Model, left: Record, right: Record) -> Verdict:
    plan = make_plan(model)
    found = row.decide(plan, *(row.clean_record(one, model) for one in (left, right)))
    assert found == row.decide(plan, *(row.clean_record(one, model) for one in (right, left)))
    return found


def guide(left: dict[str, str], right: dict[str, str]) -> Verdict:
    return verdict(GUIDE, guide_record(KEYS[0], **left), guide_record(KEYS[1], **right))


def contact(number: int, **given_values: Any) -> Record:
    """A contact; values are texts, or lists of several."""
    names = {"phone": "phones", "email": "emails", "name": "full_names", "cookie": "cookies", "id": "external_ids"}
    options = {name: value for name, value in given_values.items() if name not in names}
    values = {
        names[name]: [value] if isinstance(value, str) else value
        for name, value in given_values.items()
        if name in names
    }
    return contact_record(RecordKey("s", f"{number:06d}"), **values, **options)


def pipeline(left: dict[str, Any], right: dict[str, Any], **options: Any) -> str:
    model = pipeline_model(**options) if options else PIPELINE
    return verdict(model, contact(0, **left), contact(1, **right)).decision


A = {"phone": PHONE, "email": "ann@x.example", "full_name": "Ann Lee", "cookie": "c1"}
B = {"phone": OTHER_PHONE, "email": "zoe@y.example", "full_name": "Zoe Fox", "cookie": "c2"}


def of(names: str, *, differing: str = "") -> tuple[dict[str, str], dict[str, str]]:
    """Two contacts that agree on some fields and differ in others."""
    words = {"phone": "phone", "email": "email", "name": "full_name", "cookie": "cookie"}
    same = {words[one]: A[words[one]] for one in names.split()}
    other = {words[one]: B[words[one]] for one in differing.split()}
    return same | {name: A[name] for name in other}, same | other


@pytest.mark.parametrize(
    ("pair", "score", "decision"),
    [
        (of("phone"), 1.0, "match"),
        (of("phone", differing="name"), 0.8182, "review"),
        (of("phone cookie", differing="name"), 0.8333, "review"),
        (of("phone email", differing="name"), 0.8947, "match"),
        (of("phone", differing="email"), 0.5294, "non-match"),
        (of("phone name", differing="email"), 0.5789, "non-match"),
        (of("email name", differing="phone"), 0.5263, "non-match"),
        (of("email", differing="name"), 0.8, "review"),
        (of("email", differing="cookie"), 0.8889, "match"),
        (of("phone", differing="cookie"), 0.9, "match"),
        (({"email": "john.doe@example.com"}, {"email": "j.doe@example.com"}), 0.0, "non-match"),
        (({"email": "john.doe@example.com"}, {"email": "jon.doe@example.com"}), 0.9867, "match"),
        (
            (
                {"email": "alice@example.com", "full_name": "Alice Brown"},
                {"email": "alicia@example.com", "full_name": "Alicia Green"},
            ),
            0.9236,
            "match",
        ),
        (({"full_name": "john doe"}, {"full_name": "jane doe"}), 0.85, "match"),
        (({"full_name": "doe john"}, {"full_name": "john doe"}), 0.0, "non-match"),
        (of("name"), 1.0, "match"),
        (of("cookie"), 1.0, "match"),
        (of("phone email", differing="name cookie"), 0.85, "match"),
        (of("phone", differing="name cookie"), 0.75, "review"),
        (({}, {}), 0.0, "non-match"),
    ],
)
def test_the_guide_gives_its_published_scores(
    pair: tuple[dict[str, str], dict[str, str]], score: float, decision: str
) -> None:
    found = guide(*pair)
    assert found.score is not None
    assert round(found.score, 4) == score
    assert found.decision == decision


def test_the_guide_takes_valid_numbers_only_and_drops_plus_tags() -> None:
    assert guide({"phone": "+15555551234"}, {"phone": "+15555551234"}).score == 0
    assert guide({"phone": "206 555 0100"}, {"phone": "tel:+12065550100"}).score == 1
    assert guide({"email": " A+x@B.example"}, {"email": "a@b.example"}).score == 1


NAMED = {"phone": PHONE, "email": "ann@x.example", "name": "Ann Lee", "cookie": "c1", "id": "e1"}
OTHER = {"phone": OTHER_PHONE, "email": "zoe@y.example", "name": "Zoe Fox", "cookie": "c2", "id": "e2"}


def agreeing(names: str, *, differing: str = "") -> str:
    """Our decision on two contacts that agree on some fields and differ in others."""
    same = {name: NAMED[name] for name in names.split()}
    differ = differing.split()
    return pipeline(same | {name: NAMED[name] for name in differ}, same | {name: OTHER[name] for name in differ})


@pytest.mark.parametrize(
    ("names", "differing", "decision"),
    [
        ("phone", "", "match"),
        ("email", "", "match"),
        ("phone name", "", "match"),
        ("phone", "name", "review"),
        ("phone", "name cookie", "review"),  # 0.75 exactly
        ("phone email", "name", "match"),
        ("phone email", "name cookie", "match"),  # 0.85 exactly
        ("email", "name", "review"),
        ("email", "cookie", "match"),
        ("phone", "email", "non-match"),
        ("phone name", "email", "review"),
        ("email name", "phone", "review"),
        ("phone name cookie", "email", "match"),
        ("email name cookie", "phone", "match"),
        ("phone name id", "email", "match"),
        ("cookie", "", "review"),
        ("name", "", "non-match"),
        ("name cookie", "", "review"),
        ("cookie", "name", "non-match"),
        ("cookie", "phone", "non-match"),
        ("id", "", "review"),
        ("id", "phone email name cookie", "review"),
        ("id name", "", "review"),
        ("", "phone email name cookie id", "non-match"),
        ("", "", "non-match"),
    ],
)
def test_the_pipeline_decides_by_its_table(names: str, differing: str, decision: str) -> None:
    assert agreeing(names, differing=differing) == decision


def test_voice_and_whatsapp_with_one_number_are_one_customer() -> None:
    assert pipeline({"phone": "tel:+15555551234"}, {"phone": "15555551234", "whatsapp": True}) == "match"
    assert pipeline({"phone": "555-010-0000"}, {"phone": "+1-555-010-0000"}) == "match"


def test_addresses_that_differ_by_tag_and_case_are_one_customer() -> None:
    assert pipeline({"email": "john+work@Example.com"}, {"email": "john@example.com"}) == "match"


def test_an_initial_in_place_of_a_given_name_asks_people() -> None:
    left, right = {"email": "j.doe@x.example", "name": "John Doe"}, {"email": "john.doe@x.example", "name": "John Doe"}
    assert pipeline(left, right) == "review"
    assert pipeline({"email": "j.doe@x.example"}, {"email": "john.doe@x.example"}) == "review"
    assert pipeline(left | {"cookie": "c"}, right | {"cookie": "c"}) == "match"
    assert pipeline(left, right | {"email": "john.doe@y.example"}) == "non-match"
    assert pipeline(left, right | {"email": "john.roe@x.example"}) == "non-match"
    assert pipeline(left, right | {"email": "ivor.doe@x.example"}) == "non-match"


def test_alike_names_at_one_provider_are_two_customers() -> None:
    left = {"email": "alice@example.com", "name": "Alice Brown"}
    assert pipeline(left, {"email": "alicia@example.com", "name": "Alicia Green"}) == "non-match"


def test_a_near_address_needs_support_for_an_attachment() -> None:
    left, right = {"email": "john.doe@x.example"}, {"email": "jon.doe@x.example"}
    assert pipeline(left, right) == "review"
    assert pipeline(left | {"name": "John Doe"}, right | {"name": "Jon Doe"}) == "match"
    assert pipeline(left | {"cookie": "c"}, right | {"cookie": "c"}) == "match"
    assert pipeline(left, right | {"email": "jon.doe@y.test"}) == "non-match"
    for slip in ("john.doe@x.exmple", "john.doe@x.exmaple", "jonh.doe@x.example", "johndoe7@x.example"):
        assert pipeline(left, {"email": slip}) == "review"
    for two in ("jon.doe@x.exmple", "johndoes@x.example"):
        assert pipeline(left, {"email": two}) == "non-match"


def test_a_near_address_is_not_attached_against_a_contradicting_name() -> None:
    left, right = {"email": "marta.k@x.example"}, {"email": "martha.k@x.example"}
    same_cookie = {"cookie": "c"}
    assert pipeline(left | same_cookie, right | same_cookie) == "match"
    names = {"name": "Paul Kowalski Montgomery"}, {"name": "Zoe Kowalski Montgomery"}
    assert pipeline(left | same_cookie | names[0], right | same_cookie | names[1]) == "review"
    assert (
        pipeline(left | same_cookie | names[0], right | same_cookie | {"name": "Kowalski Montgomery, Paul"}) == "match"
    )


def test_similar_parts_of_different_addresses_do_not_add_up() -> None:
    """One pair of addresses has alike local parts, another one domain; no pair has both."""
    left = {"email": ["john.doe@x.example", "zz@other.test"]}
    assert pipeline(left, {"email": ["jon.doe@other.test"]}) == "non-match"


def test_a_customer_is_found_by_any_of_several_values() -> None:
    known = {"phone": [PHONE, OTHER_PHONE], "email": ["a@x.example", "b@y.example"], "name": "Ann Lee"}
    assert pipeline(known, {"phone": OTHER_PHONE}) == "match"
    assert pipeline(known, {"email": "b@y.example", "name": "ann lee"}) == "match"


def test_two_digits_exchanged_ask_people_where_the_name_is_alike() -> None:
    slipped = {"phone": "+12065550010", "name": "Ann Lee"}
    assert pipeline({"phone": PHONE, "name": "Ann Lee"}, slipped) == "review"
    assert pipeline({"phone": PHONE, "name": "Bob Ray"}, slipped) == "non-match"
    assert pipeline({"phone": PHONE, "name": "Ann Lee"}, slipped | {"phone": "+12065550199"}) == "non-match"


def test_order_of_words_and_accents_do_not_make_another_name() -> None:
    assert pipeline({"phone": PHONE, "name": "DOE, Jóhn"}, {"phone": PHONE, "name": "john doe"}) == "match"


def test_shared_numbers_identify_nobody() -> None:
    assert pipeline({"phone": PHONE}, {"phone": PHONE}, shared_phones=[PHONE]) == "non-match"


def test_thresholds_and_evidence_can_be_chosen() -> None:
    left, right = {"phone": PHONE, "name": "Ann Lee"}, {"phone": PHONE, "name": "Zoe Fox"}
    assert pipeline(left, right, auto=0.8) == "match"
    assert pipeline(left, right, pending=0.82) == "non-match"
    assert pipeline({"phone": PHONE}, {"phone": PHONE}, evidence=0.5) == "review"
    assert pipeline({"cookie": "c", "name": "Ann"}, {"cookie": "c", "name": "Ann"}, evidence=0.0) == "review"


@pytest.mark.parametrize("values", [{"email": ["not-an-email", "", "a@b@c"], "phone": "anonymous"}, {}])
def test_texts_that_identify_nobody_leave_no_values(values: dict[str, Any]) -> None:
    assert contact(0, **values).values == {}


def contacts() -> st.SearchStrategy[dict[str, str]]:
    pools = {
        "phone": [PHONE, OTHER_PHONE, "+12065550010", "anonymous"],
        "email": [
            "john.doe@x.example",
            "j.doe@x.example",
            "jonh.doe@x.example",
            "john.doe@x.exmaple",
            "jon.doe@x.exampl",
            "johndoe7@x.example",
            "a@b@c",
        ],
        "name": ["John Doe", "Doe, Jon", "Jane Doe", "unknown"],
        "cookie": ["c1", "c2"],
        "id": ["e1", "e2"],
    }
    return st.fixed_dictionaries({}, optional={name: st.sampled_from(pool) for name, pool in pools.items()})


def batch_verdicts(model: Model, records: Sequence[Record], columns: Sequence[dict[str, str]]) -> list[Verdict]:
    """The verdict of the batch engine on every pair of records."""
    names = [name for one in model.attributes for value in one.inputs for name in value.columns.values()]
    table = {name: pa.array([own.get(name) for own in columns], pa.string()) for name in names}
    table["unique_id"] = pa.array([one.key.unique_id for one in records])
    pairs = list(combinations(range(len(records)), 2))
    left, right = (np.array([pair[side] for pair in pairs], np.int32) for side in (0, 1))
    with duckdb.connect() as con:
        con.execute("SET threads = 1")
        read = read_records(con, pa.table(table))
        cleaned = {one.name: clean_attribute(read, one, list(model.guards)) for one in model.attributes}
    found = decide_all(make_plan(model), cleaned, left, right)
    return [found.verdicts[which] for which in found.which]


@given(st.lists(contacts(), min_size=4, max_size=9))
@settings(max_examples=20)
def test_both_engines_decide_alike(made: list[dict[str, str]]) -> None:
    model = pipeline_model(shared_phones=["+12065550010"])
    records = [contact(number, **one) for number, one in enumerate(made)]
    expected = [verdict(model, one, other) for one, other in combinations(records, 2)]
    assert batch_verdicts(model, records, [columns_of(one) for one in records]) == expected


def share_a_key(one: Record, other: Record) -> bool:
    plan = make_plan(PIPELINE)
    left, right = (row.record_keys(row.clean_record(record, PIPELINE), plan) for record in (one, other))
    return bool(left & right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ({"phone": PHONE}, {"phone": "(206) 555-0100"}),
        ({"phone": PHONE}, {"phone": "+12065550010"}),
        ({"email": "a@x.example"}, {"email": "A+b@x.example"}),
        ({"email": "john.doe@x.example"}, {"email": "jon.doe@x.example"}),
        ({"email": "john.doe@x.example"}, {"email": "jonh.doe@x.example"}),
        ({"email": "john.doe@x.example"}, {"email": "johndoe1970@x.example"}),
        ({"email": "john.doe@x.example"}, {"email": "john.doe@x.exampl"}),
        ({"email": "john.doe@x.example"}, {"email": "john.doe@x.eaxmple"}),
        ({"email": "john.doe@x.example"}, {"email": "j-doe@x.example"}),
        ({"cookie": "c"}, {"cookie": " c"}),
        ({"id": "e"}, {"id": "e "}),
    ],
)
def test_every_way_to_be_alike_shares_a_key(left: dict[str, str], right: dict[str, str]) -> None:
    assert share_a_key(contact(0, **left), contact(1, **right))


def test_every_exchange_of_neighbouring_characters_shares_a_key() -> None:
    for text in ("abc", "abcdef", "abcdefg", "abcdefghijklmnop"):
        for at in range(len(text) - 1):
            slipped = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
            assert share_a_key(contact(0, email=f"{text}@x.example"), contact(1, email=f"{slipped}@x.example"))
            assert share_a_key(contact(0, email=f"z@{text}.test"), contact(1, email=f"z@{slipped}.test"))


@given(contacts(), contacts())
@settings(max_examples=100)
def test_every_pair_that_is_not_a_non_match_shares_a_key(left: dict[str, str], right: dict[str, str]) -> None:
    one, other = contact(0, **left), contact(1, **right)
    if verdict(PIPELINE, one, other).decision != "non-match":
        assert share_a_key(one, other)


@pytest.mark.parametrize("model", [GUIDE, PIPELINE, pipeline_model(shared_phones=[PHONE])])
def test_models_survive_being_written_and_read(model: Model) -> None:
    assert parse_model(dump_model(model)) == model
