"""What columns are taken for, by their names and values."""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa
import pytest

from dromio.configure.columns import Understood, plain_name, recency_column, understand
from dromio.configure.profile import Profile, profile_columns
from dromio.io.sources import read_records

WORDS = "lamp chair table sofa desk shelf mirror carpet curtain drawer stool bench".split()


def profiles(**columns: list[Any]) -> list[Profile]:
    count = len(next(iter(columns.values())))
    table = pa.table({"id": list(range(count)), **columns})
    with duckdb.connect(":memory:") as con:
        return profile_columns(read_records(con, table, id_column="id"))


def of_one(name: str, values: list[Any]) -> Understood:
    (understood,) = understand(profiles(**{name: values}))
    return understood


def titles(count: int) -> list[str]:
    return [f"{WORDS[n % 12]} {WORDS[n // 12 % 12]} model x{n}" for n in range(count)]


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("firstName", ("first name", 0)),
        ("phone2", ("phone", 2)),
        ("ADDRESS_LINE_2", ("address line 2", 0)),
        ("d-o-b", ("d o b", 0)),
    ],
)
def test_plain_name_is_words_and_a_number(name: str, plain: tuple[str, int]) -> None:
    assert plain_name(name) == plain


@pytest.mark.parametrize(
    ("name", "values", "kind", "role"),
    [
        ("first_name", ["Anna", "Bob", "Carla"], "person_name", "given"),
        ("Nachname", ["Meyer", "Schmidt", "Kurz"], "person_name", "family"),
        ("name", ["Anna Meyer", "Bob Kurz", "Carla Lang"], "person_name", "full"),
        ("name", ["Meyer Ltd", "Kurz Holdings Inc", "Lang Group GmbH"], "organisation", "value"),
        ("dob", ["2001-02-03", "1999-12-31", "1980-05-05"], "date", "value"),
        ("zip", ["12345", "23456", "34567"], "address", "postcode"),
    ],
)
def test_name_decides_where_values_do_not_contradict_it(name: str, values: list[str], kind: str, role: str) -> None:
    understood = of_one(name, values)
    assert (understood.type, understood.role) == (kind, role)


PARTS = ("given", "family", "value", "street", "city", "postcode")


@pytest.mark.parametrize(
    "names",
    [
        "Vorname;Nachname;Geburtsdatum;Straße;Wohnort;PLZ",
        "vname;name;geb_datum;strasse;stadt;plz",
        "nombre;apellidos;fecha_nacimiento;dirección;ciudad;código postal",
        "Prénom;Nom de famille;Date de naissance;Adresse;Commune;Code postal",
        "nome;cognome;data_nascita;indirizzo;città;cap",
        "voornaam;achternaam;geboortedatum;straat;woonplaats;postcode",
        "nome;sobrenome;data_nascimento;endereço;cidade;cep",
        "imię;nazwisko;data_urodzenia;ulica;miasto;kod_pocztowy",
        "förnamn;efternamn;födelsedatum;gatuadress;ort;postnummer",
        "FNAME;LNAME;DOB_DT;ADDR_LINE_1;CITY_NM;ZIP_CD",
        "givenName;familyName;dateOfBirth;addressLine1;addressCity;addressPostalCode",
        "FirstName;LastName;Birthdate;MailingStreet;MailingCity;MailingPostalCode",
    ],
)
def test_columns_of_customers_are_known_by_their_names_in_many_ways_and_languages(names: str) -> None:
    values = [
        ["Anna", "Bruno", "Carla", "Dora"],
        ["Meyer", "Kurz", "Lang", "Roth"],
        ["2001-02-03", "1999-12-31", "1980-05-05", "1971-01-30"],
        ["12 Long Lane", "7 High Road", "3 Mill Street", "41 Park View"],
        ["Bremen", "Uppsala", "Parma", "Braga"],
        ["12345", "23456", "34567", "45678"],
    ]
    understood = understand(profiles(**dict(zip(names.split(";"), values, strict=True))))
    assert tuple(one.role for one in understood) == PARTS
    assert [one.type for one in understood] == ["person_name"] * 2 + ["date"] + ["address"] * 3
    assert len({one.group for one in understood if one.type == "address"}) == 1


def test_a_single_name_beside_nothing_stays_whole() -> None:
    assert of_one("name", ["Anna", "Bruno", "Carla", "Dora"]).role == "full"


def test_names_of_persons_among_those_of_companies_are_names_of_persons() -> None:
    companies = ["Meyer Ltd", "Kurz Holdings Inc", "Lang Group GmbH"]
    persons = ["Anna Meyer", "Robert Kurz", "Carla Lang", "Lang, Thomas"]
    mixed = of_one("name", [*companies, *persons])
    assert (mixed.type, mixed.role) == ("person_name", "full")
    assert of_one("name", [*companies * 2, *persons]).type == "organisation"
    assert (
        of_one("name", [*companies, "Martha's Kitchen", "Harbor View", "Blue Door", "Old Mill"]).type != "person_name"
    )


def test_values_overrule_a_name_that_they_contradict() -> None:
    assert of_one("email", ["Anna Meyer", "Bob Kurz", "Carla Lang"]).type != "email"


def test_values_tell_email_without_a_name() -> None:
    assert of_one("x", ["a@example.com", "b@example.org", "c@example.net"]).type == "email"


def test_title_of_many_words_is_text_and_of_few_values_a_prefix() -> None:
    assert of_one("title", titles(200)).type == "text"
    assert of_one("title", ["Mr", "Mrs", "Dr", "Mr"]).role == "prefix"


def test_list_of_authors_is_text_and_not_one_name() -> None:
    authors = [
        f"Anna {WORDS[n % 12].title()}, Bob {WORDS[n // 12 % 12].title()}, C. Lang {'abcdefgh'[n % 8]}"
        for n in range(96)
    ]
    assert of_one("authors", authors).type == "text"


def test_sentences_with_words_of_organisations_are_text() -> None:
    values = [
        f"a long sentence that speaks of systems and of services and of {word} number {n}"
        for n, word in enumerate(WORDS)
    ]
    assert of_one("x", values * 10).type != "organisation"


@pytest.mark.parametrize(
    ("name", "values", "reason"),
    [
        ("x", [None, None], "empty"),
        ("x", ["a", "a"], "same value"),
        ("created_at", ["2001-02-03", "2001-02-04"], "file"),
    ],
)
def test_columns_that_tell_nothing_take_no_part_beside_one_that_does(name: str, values: list[Any], reason: str) -> None:
    found = understand(profiles(**{name: pa.array(values, pa.string()), "email": ["a@example.com", "b@example.com"]}))
    assert found[0].type == ""
    assert reason in found[0].reason


def test_year_without_month_and_day_is_a_number() -> None:
    assert of_one("birth_year", ["1950", "1961", "1972"]).type == "number"


def test_second_given_name_is_a_middle_name() -> None:
    found = understand(profiles(first_name1=["Anna", "Bob"], first_name2=["Maria", "Jan"]))
    assert [one.role for one in found] == ["given", "middle"]


def test_recency_column_is_known_by_its_name() -> None:
    assert recency_column(profiles(name=["a", "b"], updated_at=["1", "2"])) == "updated_at"
    assert recency_column(profiles(name=["a", "b"])) is None
