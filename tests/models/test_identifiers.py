from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.models.identifiers import Phone, distinct_names, email, full_name, opaque, phone, stem


@pytest.mark.parametrize(
    ("text", "number", "quality"),
    [
        ("tel:+15555551234", "+15555551234", "possible"),
        ("+12065550100", "+12065550100", "valid"),
        ("sip:+12065550100@pbx.example", "+12065550100", "valid"),
        ("whatsapp:442071838750", "+442071838750", "valid"),
        ("555-010-0000", "+15550100000", "possible"),
        ("+1-555-010-0000", "+15550100000", "possible"),
        (" (206) 555-0100 ", "+12065550100", "valid"),
    ],
)
def test_phone_numbers_have_one_spelling_and_a_quality(text: str, number: str, quality: str) -> None:
    found = phone(text)
    assert found is not None
    assert (found.number, found.quality) == (number, quality)


def test_digits_of_whatsapp_are_an_international_number() -> None:
    assert phone("15555551234", whatsapp=True) == phone("tel:+15555551234")
    assert phone("4915112345678", whatsapp=True) == Phone("+4915112345678", "valid")
    assert phone("4915112345678") is None


def test_numbers_without_a_country_are_of_the_region() -> None:
    assert phone("030 1234567", "DE") == phone("+49 30 1234567")


@pytest.mark.parametrize(
    "text",
    [
        "anonymous",
        "restricted",
        "unknown",
        "unavailable",
        "",
        None,
        "12345",
        "911",
        "sip:alice@pbx.example",
        "0000000000",
    ],
)
def test_texts_that_are_no_number_of_anybody_give_none(text: str | None) -> None:
    assert phone(text) is None


def test_short_codes_are_nobodys_number() -> None:
    assert phone("12345", "DE") is phone("118118", "DE") is None
    assert phone("+298 211234") is not None


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("john+work@Example.com", "john@example.com"),
        ('"Doe, John" <John.Doe@Example.COM>', "john.doe@example.com"),
        ("mailto:a.b@gmail.com", "a.b@gmail.com"),
        ("ann@Bücher.example", "ann@xn--bcher-kva.example"),
    ],
)
def test_addresses_have_one_spelling(text: str, address: str) -> None:
    found = email(text)
    assert found is not None
    assert found.address == address


@pytest.mark.parametrize(
    "text",
    ["not-an-email", "", None, "a@b@c", "@b.example", "a@", "+x@b.example", "noreply@shop.x", "a b@c.x"],
)
def test_texts_that_are_no_mailbox_of_anybody_give_none(text: str | None) -> None:
    assert email(text) is None


@pytest.mark.parametrize(
    ("local", "parts"),
    [("john.doe", ("john", "doe")), ("j-doe", ("j", "doe")), ("jdoe", ("", "")), ("a.b.c", ("", ""))],
)
def test_a_local_part_of_two_words_is_given_name_and_surname(local: str, parts: tuple[str, str]) -> None:
    found = email(f"{local}@x.example")
    assert found is not None
    assert (found.given, found.surname) == parts


def test_the_stem_of_a_local_part_has_no_separators_and_no_digits_at_its_end() -> None:
    assert stem("john.doe_7-12") == "johndoe"


def test_full_names_are_compared_without_case_accents_punctuation_and_order() -> None:
    names = [full_name(text) for text in ("Jóhn  O'Doe", "o-doe, JOHN")]
    assert [name and name.full for name in names] == ["john o doe", "o doe john"]
    assert {name and name.sorted for name in names} == {"doe john o"}
    assert [name and name.first for name in names] == ["john", "o"]


@pytest.mark.parametrize("text", ["", None, " . ", "Unknown", "anonymous", "RESTRICTED"])
def test_texts_that_name_nobody_give_none(text: str | None) -> None:
    assert full_name(text) is None


def test_opaque_ids_stay_as_they_are() -> None:
    assert opaque(" aB ") == "aB"
    assert opaque("  ") is opaque(None) is None


@pytest.mark.parametrize(
    ("names", "count"),
    [
        (["Jon Doe", "John Doe", "DOE John", "Jóhn Doe"], 1),
        (["Ann Lee", "Bob Ray", "Cid Moe", "Dan Fox"], 4),
        (["Ann Lee", None, "", "unknown", "Lee Ann"], 1),
        ([], 0),
    ],
)
def test_spellings_and_orders_of_one_name_count_once(names: list[str | None], count: int) -> None:
    assert distinct_names(names) == count


@given(st.lists(st.sampled_from(["Jon Doe", "John Doe", "Johnn Doe", "Joan Doe", "Jane Roe", "J Doe"]), max_size=4))
def test_names_are_counted_alike_in_every_order(names: list[str]) -> None:
    assert len({distinct_names(order) for order in permutations(names)}) == 1


@given(st.text(max_size=30))
def test_every_text_can_be_read_and_reading_again_changes_nothing(text: str) -> None:
    for found in (phone(text), phone(text, "DE", whatsapp=True)):
        assert found is None or phone(found.number) == found
    mailbox, name = email(text), full_name(text)
    assert mailbox is None or email(mailbox.address) == mailbox
    assert name is None or full_name(name.full) == name
