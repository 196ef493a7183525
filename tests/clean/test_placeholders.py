from __future__ import annotations

from dromio.clean.placeholders import listed, placeholder_words, placeholders
from dromio.clean.tables import read_sections
from dromio.clean.text import fold


def test_every_placeholder_is_written_folded() -> None:
    for entries in read_sections("placeholders.txt").values():
        assert [entry for entry in entries if fold(entry) != entry] == []


def test_placeholders_of_a_type_hold_those_of_every_type() -> None:
    assert {"n/a", "unknown", "po box"} <= placeholders("address")
    assert "po box" not in placeholders("category")


def test_names_that_are_words_elsewhere_stay_names() -> None:
    assert "nan" in placeholders("category")
    assert "nan" not in placeholders("person_name")


def test_placeholder_words_have_no_punctuation() -> None:
    assert "n a" in placeholder_words("category")
    assert all(text == "" or text.replace(" ", "").isalnum() for text in placeholder_words("category"))


def test_listed_holds_one_section_alone() -> None:
    assert "noreply" in listed("email_local")
    assert "n/a" not in listed("email_local")
