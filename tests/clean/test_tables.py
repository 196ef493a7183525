from __future__ import annotations

from dromio.clean.tables import read_sections, read_table, spellings


def test_sections_hold_their_entries_in_order() -> None:
    assert read_sections("titles.txt")["title"][:3] == ("mr", "mrs", "ms")
    assert read_sections("streets.txt")["suffix"][0] == "st: street, str, strt, streets"


def test_spellings_lead_to_their_canonical_text() -> None:
    assert spellings(("st: street, str", "rd: road", "way:")) == {
        "st": "st",
        "street": "st",
        "str": "st",
        "rd": "rd",
        "road": "rd",
        "way": "way",
    }


def test_table_splits_at_white_space_without_separator() -> None:
    assert ("aaron", ("ron", "ronnie", "ari", "aron")) in read_table("nicknames.txt", separator=None)


def test_no_spelling_stands_for_two_canonical_texts() -> None:
    for file, section in (("streets.txt", "suffix"), ("organisations.txt", "abbreviation"), ("places.txt", "country")):
        lines = read_sections(file)[section]
        written = [word.strip() for line in lines for word in line.replace(":", ",", 1).split(",") if word.strip()]
        assert sorted(set(written)) == sorted(written), section
