"""Level keys, compared with the reference that judges pairs."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dromio.interchange.customer_profiles import level_of, read_rule_based_matching
from dromio.server.faces.customer_profiles.level_keys import level_keys, rank_of

TERMS = (
    "AccountNumber",
    "FirstName",
    "LastName",
    "PhoneNumber",
    "EmailAddress",
    "Address.City",
    "Address.PostalCode",
    "Attributes.tier",
)
phone = st.sampled_from(["206-555-0100", "+12065550100", "2065550199", ""])
email = st.sampled_from(["a@x.org", "A@x.org ", "b@x.org", ""])
address = st.fixed_dictionaries(
    {}, optional={"City": st.sampled_from(["Rome", " rome", "Paris"]), "PostalCode": st.sampled_from(["1", "2"])}
)
documents = st.fixed_dictionaries(
    {},
    optional={
        "AccountNumber": st.sampled_from(["A", "a", "A "]),
        "FirstName": st.sampled_from(["Ann", "ANN", "Bob"]),
        "LastName": st.sampled_from(["Lee", "Lee  ", "Ray"]),
        "PhoneNumber": phone,
        "HomePhoneNumber": phone,
        "EmailAddress": email,
        "BusinessEmailAddress": email,
        "Address": address,
        "ShippingAddress": address,
        "Attributes": st.dictionaries(st.just("tier"), st.sampled_from(["gold", "Gold"])),
    },
)
rules = st.lists(st.lists(st.sampled_from(TERMS), min_size=1, max_size=3), min_size=1, max_size=3)
SELECTED = {
    "Address": ["Address", "ShippingAddress"],
    "PhoneNumber": ["PhoneNumber", "HomePhone"],
    "EmailAddress": ["EmailAddress", "BusinessEmailAddress"],
}


@settings(max_examples=300)
@given(documents, documents, rules, st.sampled_from(["ONE_TO_ONE", "MANY_TO_MANY"]))
def test_profiles_share_a_key_exactly_at_the_levels_that_hold(
    left: dict[str, Any], right: dict[str, Any], rule: list[list[str]], model: str
) -> None:
    matching = read_rule_based_matching(
        {
            "Enabled": True,
            "MatchingRules": [{"Rule": names} for names in rule],
            "AttributeTypesSelector": SELECTED | {"AttributeMatchingModel": model},
        }
    )
    shared = set(level_keys(matching, left, "US")) & set(level_keys(matching, right, "US"))
    first = min((level for level, _ in shared), default=None)
    assert first == level_of(matching, left, right)


def test_keys_are_the_same_in_every_process() -> None:
    matching = read_rule_based_matching({"Enabled": True, "MatchingRules": [{"Rule": ["AccountNumber"]}]})
    assert level_keys(matching, {"AccountNumber": "A1"}, "US") == [(1, 3109087727659631933)]


def test_rank_orders_by_values_without_case_and_blanks() -> None:
    assert rank_of({"FirstName": "ANN ", "LastName": "Lee"}) == rank_of({"LastName": "lee", "FirstName": "ann"})
