from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from dromio.interchange.customer_profiles import RuleBasedMatching, Selector, level_of

from .factory import Profile, configurations, profiles, rules

ONE = Selector("ONE_TO_ONE", {"EmailAddress": ("EmailAddress", "BusinessEmailAddress"), "Address": ("Address",)})
MANY = Selector("MANY_TO_MANY", ONE.names)


def test_the_first_level_that_holds_is_the_level() -> None:
    matching = rules("AccountNumber", "LastName FirstName", "LastName")
    one = {"AccountNumber": "1", "FirstName": "A", "LastName": "B"}
    assert level_of(matching, one, one) == 1
    assert level_of(matching, one, one | {"AccountNumber": "2"}) == 2
    assert level_of(matching, one, {"LastName": "B"}) == 3
    assert level_of(matching, one, {"FirstName": "A"}) is None


def test_levels_above_the_highest_for_matching_are_never_used() -> None:
    one = {"EmailAddress": "a@b.c"}
    assert level_of(rules("AccountNumber", "EmailAddress", max_matching_level=1), one, one) is None
    assert level_of(rules("AccountNumber", "EmailAddress", max_matching_level=2), one, one) == 2


def test_one_to_one_compares_equal_sub_types_and_many_to_many_any() -> None:
    left, right = {"EmailAddress": "a@b.c"}, {"BusinessEmailAddress": "a@b.c"}
    assert level_of(rules("EmailAddress", selector=ONE), left, right) is None
    assert level_of(rules("EmailAddress", selector=MANY), left, right) == 1
    assert level_of(rules("EmailAddress", selector=ONE), right, right) == 1


def test_a_sub_type_that_is_not_selected_does_not_count() -> None:
    one = {"PersonalEmailAddress": "a@b.c"}
    assert level_of(rules("EmailAddress", selector=MANY), one, one) is None
    assert level_of(rules("EmailAddress"), one, one) == 1


def test_parts_of_an_address_must_agree_for_the_same_two_addresses() -> None:
    left = {"Address": {"City": "Kiel", "Country": "DE"}, "BillingAddress": {"City": "Bonn", "Country": "AT"}}
    right = {"Address": {"City": "Kiel", "Country": "AT"}}
    assert level_of(rules("Address.City Address.Country"), left, right) is None
    assert level_of(rules("Address.City Address.Country"), left, {"ShippingAddress": left["BillingAddress"]}) == 1
    assert (
        level_of(rules("Address.City Address.Country", selector=ONE), left, {"ShippingAddress": left["Address"]})
        is None
    )


def test_the_lines_of_an_address_are_one_text() -> None:
    left = {"Address": {"Address1": "1 Main St", "Address2": "Flat 2"}}
    right = {"Address": {"Address1": "1 Main", "Address3": "st  FLAT 2"}}
    assert level_of(rules("Address.Address"), left, right) == 1
    assert level_of(rules("Address.Address"), left, {"Address": {"Address1": "1 Main St"}}) is None


@pytest.mark.parametrize(
    ("rule", "left", "right", "agrees"),
    [
        ("FirstName", {"FirstName": " Ann  LEE"}, {"FirstName": "ann lee "}, True),
        ("FirstName", {"FirstName": "José"}, {"FirstName": "Jose"}, False),
        ("Gender", {"Gender": "FEMALE"}, {"Gender": "FEMALE"}, True),
        ("BirthDate", {"BirthDate": "1970-01-02"}, {"BirthDate": "02.01.1970"}, False),
        ("AccountNumber", {"AccountNumber": " A1"}, {"AccountNumber": "A1 "}, True),
        ("AccountNumber", {"AccountNumber": "A1"}, {"AccountNumber": "a1"}, False),
        ("Attributes.x", {"Attributes": {"x": "A "}}, {"Attributes": {"x": "A"}}, True),
        ("Attributes.x", {"Attributes": {"x": "A"}}, {"Attributes": {"X": "A"}}, False),
        ("EmailAddress", {"EmailAddress": "A@B.C"}, {"PersonalEmailAddress": " a@b.c"}, True),
        ("EmailAddress", {"EmailAddress": "a+x@b.c"}, {"EmailAddress": "a@b.c"}, False),
        ("PhoneNumber", {"PhoneNumber": "+15551234567"}, {"MobilePhoneNumber": "(555)-123-4567"}, True),
        ("PhoneNumber", {"PhoneNumber": "555-010-0000"}, {"PhoneNumber": "+1-555-010-0000"}, True),
        ("PhoneNumber", {"PhoneNumber": "none"}, {"PhoneNumber": "none"}, False),
        ("LastName", {"LastName": "  "}, {"LastName": " "}, False),
        ("LastName", {}, {}, False),
    ],
)
def test_values_agree_once_normalised(rule: str, left: Profile, right: Profile, agrees: bool) -> None:
    assert level_of(rules(rule), left, right) == (1 if agrees else None)


def test_phone_numbers_without_a_country_are_of_the_region() -> None:
    left, right = {"PhoneNumber": "030 1234567"}, {"PhoneNumber": "+49301234567"}
    assert level_of(rules("PhoneNumber"), left, right) is None
    assert level_of(rules("PhoneNumber"), left, right, "DE") == 1


@given(configurations(), profiles(), profiles())
def test_it_does_not_matter_which_profile_is_left(matching: RuleBasedMatching, left: Profile, right: Profile) -> None:
    assert level_of(matching, left, right) == level_of(matching, right, left)


@given(configurations(), profiles(), profiles())
def test_taking_a_value_away_never_gives_a_better_level(
    matching: RuleBasedMatching, left: Profile, right: Profile
) -> None:
    def place(level: int | None) -> float:
        return level or float("inf")

    before: Any = level_of(matching, left, right)
    for name in left:
        less = {other: value for other, value in left.items() if other != name}
        assert place(level_of(matching, less, right)) >= place(before)
