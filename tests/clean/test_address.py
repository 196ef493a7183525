from __future__ import annotations

import pytest

from dromio.clean import Fields

from .cleaned import parts_cleaned


def at(number: str = "", street: str = "", unit: str = "", **more: str) -> Fields:
    fields = {"number": number, "street": street, "unit": unit, **more}
    return {name: text for name, text in fields.items() if text}


@pytest.mark.parametrize(
    ("street", "expected"),
    [
        ("12 Main Street Apt 4", at("12", "main st", "4")),
        ("12 Main St., Apt. 4-B", at("12", "main st", "4b")),
        ("12 main st # 5", at("12", "main st", "5")),
        ("Unit 5, 12 Main St", at("12", "main st", "5")),
        ("5/12 Main Street", at("12", "main st", "5")),
        ("12-14 Foo Road", at("12-14", "foo rd")),
        ("221B Baker Street", at("221b", "baker st")),
        ("224 N. Central", at("224", "n central")),
        ("224 North Central Avenue", at("224", "n central ave")),
        ("12a High Street North", at("12a", "high st n")),
        ("9 51st St", at("9", "51st st")),
        ("Hauptstraße 12", at("12", "hauptstr")),
        ("12 Hauptstrasse", at("12", "hauptstr")),
        ("Avenue Foch 12", at("12", "ave foch")),
        ("10 Rue de la Paix", at("10", "rue de la paix")),
        ("Calle Mayor 5", at("5", "c mayor")),
        ("Highway 66", at("", "highway 66")),
        ("P.O. Box 123", at("", "po box 123")),
        ("Post Office Box 123", at("", "po box 123")),
        ("12 O'Connell Flats", at("12", "oconnell flats")),
    ],
)
def test_street_line_is_read(street: str, expected: Fields) -> None:
    assert parts_cleaned("address", street=street) == expected


@pytest.mark.parametrize("text", ["unknown", "N/A", "General Delivery", "PO Box", "P.O. Box"])
def test_placeholder_street_is_missing(text: str) -> None:
    assert parts_cleaned("address", street=text) == {}


@pytest.mark.parametrize(
    ("postcode", "expected"),
    [
        ("60302-1234", "60302"),
        ("603021234", "60302"),
        ("wr11 7qp", "WR117QP"),
        ("60302.0", "60302"),
        ("00000", ""),
        ("99999", ""),
        ("n/a", ""),
    ],
)
def test_postcode_has_one_spelling(postcode: str, expected: str) -> None:
    assert parts_cleaned("address", postcode=postcode) == at(postcode=expected)


@pytest.mark.parametrize(
    ("city", "expected"),
    [
        ("Saint Louis", at(city="st louis")),
        ("St. Louis", at(city="st louis")),
        ("Mount Dandenong", at(city="mt dandenong")),
        ("Chicago, IL", at(city="chicago", region="il")),
        ("München", at(city="munchen")),
        ("unknown", {}),
    ],
)
def test_city_has_one_spelling(city: str, expected: Fields) -> None:
    assert parts_cleaned("address", city=city) == expected


def test_region_and_country_become_codes() -> None:
    assert parts_cleaned("address", region="New South Wales", country="Deutschland") == at(region="nsw", country="de")
    assert parts_cleaned("address", region="Bayern", country="Atlantis") == at(region="bayern", country="atlantis")


def test_parts_win_over_the_street_line() -> None:
    assert parts_cleaned("address", number="7", street="12 Main St", unit="Apt B") == at("7", "main st", "b")


def test_region_wins_over_the_one_beside_the_city() -> None:
    assert parts_cleaned("address", city="Chicago, IL", region="Ohio") == at(city="chicago", region="oh")


@pytest.mark.parametrize(("line2", "unit"), [("Apt 4", "4"), ("4b", "4b"), ("Sunny Farm", "")])
def test_second_line_gives_the_unit(line2: str, unit: str) -> None:
    assert parts_cleaned("address", street="12 Main St", line2=line2) == at("12", "main st", unit)


def test_second_line_is_the_street_when_there_is_none() -> None:
    assert parts_cleaned("address", street="n/a", line2="12 Main St") == at("12", "main st")


@pytest.mark.parametrize(
    ("full", "expected"),
    [
        (
            "12 Main St, Apt 4, Chicago, IL 60601-1234",
            at("12", "main st", "4", city="chicago", region="il", postcode="60601"),
        ),
        ("Apt 4, 12 Main St, Chicago", at("12", "main st", "4", city="chicago")),
        ("27 Elm Oak Park IL 60302", at("27", "elm oak pk", region="il", postcode="60302")),
        ("10 Downing Street, London SW1A 2AA", at("10", "downing st", city="london", postcode="SW1A2AA")),
        ("Hauptstr. 5, 10115 Berlin", at("5", "hauptstr", city="berlin", postcode="10115")),
        ("1 Rue X, 75001 Paris, France", at("1", "rue x", city="paris", postcode="75001", country="fr")),
        ("123 Main St, Springfield", at("123", "main st", city="springfield")),
        ("60601", at(postcode="60601")),
        ("unknown", {}),
    ],
)
def test_line_is_cut_into_parts(full: str, expected: Fields) -> None:
    assert parts_cleaned("address", full=full) == expected


def test_parts_win_over_the_line() -> None:
    fields = parts_cleaned("address", street="7 Elm St", city="Oak Park", full="12 Main St, Chicago, IL 60601")
    assert fields == at("7", "elm st", city="oak park", region="il", postcode="60601")
