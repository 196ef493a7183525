from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.clean import CleanOptions, clean_value
from dromio.clean import phone as module

from .cleaned import cleaned


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("555-010-0000", "+15550100000"),
        ("+1-555-010-0000", "+15550100000"),
        ("(555) 010-0000", "+15550100000"),
        ("1 555 010 0000", "+15550100000"),
        ("tel:+44 20 7946 0000", "+442079460000"),
        ("sip:+15550100000@host.com", "+15550100000"),
        ("whatsapp:15550100000", "+15550100000"),
        ("(205) 241-2555 ext. 5", "+12052412555"),
        ("00442079460000", "+442079460000"),
        ("1-800-FLOWERS", "+18003569377"),
        ("386-5286", "3865286"),
        ("３８６ ５２８６", "3865286"),
        ("+49 30 1234", "+49301234"),
    ],
)
def test_number_has_one_spelling(text: str, number: str) -> None:
    assert cleaned("phone", text) == {"number": number}


@pytest.mark.parametrize(("text", "region"), [("020 7946 0000", "GB"), ("030 123456", "DE"), ("01 42 68 53 00", "FR")])
def test_national_and_international_spellings_meet(text: str, region: str) -> None:
    international = f"+{phonenumbers.country_code_for_region(region)} {text[1:]}"
    assert cleaned("phone", text, default_region=region) == cleaned("phone", international, default_region="US")


@pytest.mark.parametrize(
    "text", ["", "anonymous", "1234", "0000000000", "555-555-5555", "1234567890", "+1 123 456 7890", "1" * 16, "n/a"]
)
def test_no_number_or_a_placeholder_is_missing(text: str) -> None:
    assert cleaned("phone", text) == {}


SEPARATORS = st.sampled_from(["", " ", "-", "."])


@st.composite
def nanp_spellings(draw: st.DrawFn) -> str:
    """Seven and ten digits in the spellings of the patterns, and a few beside them."""
    area = draw(st.from_regex(r"[0-9]{3}", fullmatch=True))
    rest = draw(st.from_regex(r"[0-9]{7}", fullmatch=True))
    prefix = draw(st.sampled_from(["", "", "1", "+1", "1-", "+1 ", "+1."]))
    spelled = draw(st.sampled_from([area, f"({area})", ""]))
    return f"{prefix}{spelled}{draw(SEPARATORS)}{rest[:3]}{draw(SEPARATORS)}{rest[3:]}"


@pytest.mark.parametrize("region", sorted(module.NANP_REGIONS))
@given(text=nanp_spellings())
def test_pattern_gives_the_answer_of_the_library(region: str, text: str) -> None:
    number, digits = module._parsed(text, region)
    placeholder = digits in module.PLACEHOLDERS or len(set(digits)) == 1
    expected = {} if placeholder or not 5 <= len(digits) <= 15 else {"number": number}
    assert clean_value("phone", {"value": text}, CleanOptions(default_region=region)) == expected


@given(nanp_spellings())
def test_cleaning_a_cleaned_number_changes_nothing(text: str) -> None:
    fields = cleaned("phone", text)
    assert not fields or cleaned("phone", fields["number"]) == fields
