from __future__ import annotations

import pytest

from dromio.clean import Fields

from .cleaned import parts_cleaned


def named(given: str = "", middle: str = "", family: str = "") -> Fields:
    return {name: text for name, text in (("given", given), ("middle", middle), ("family", family)) if text}


@pytest.mark.parametrize(
    ("full", "expected"),
    [
        ("Robert James Smith", named("robert", "james", "smith")),
        ("Smith, Robert J.", named("robert", "j", "smith")),
        ("Dr. John A. Smith Jr.", named("john", "a", "smith")),
        ("Smith, Jr, John", named("john", "", "smith")),
        ("John Smith, Ph.D.", named("john", "", "smith")),
        ("Ludwig van Beethoven", named("ludwig", "", "van beethoven")),
        ("Beethoven, Ludwig van", named("ludwig", "", "van beethoven")),
        ("van der Berg, Jan", named("jan", "", "van der berg")),
        ("Juan de la Cruz López", named("juan", "", "de la cruz lopez")),
        ("O'Brien, Mary-Ann", named("mary", "ann", "obrien")),
        ("Алексей Иванов", named("aleksey", "", "ivanov")),
        ("Γιώργος Παπαδόπουλος", named("giorgos", "", "papadopoylos")),
        ("王小明", named("xiaoming", "", "wang")),
        ("김철수", named("cheolsu", "", "gim")),
        ("欧阳小明", named("xiaoming", "", "ouyang")),
        ("Madonna", named("madonna")),
        ("Unknown Smith", named("", "", "smith")),
        ("Test Customer", named()),
        (", ,", named()),
    ],
)
def test_full_name_is_parsed(full: str, expected: Fields) -> None:
    assert parts_cleaned("person_name", full=full) == expected


def test_given_name_of_two_words_gives_a_middle_name() -> None:
    assert parts_cleaned("person_name", given="Mary Ann", family="Smith") == named("mary", "ann", "smith")


def test_middle_name_is_not_said_twice() -> None:
    assert parts_cleaned("person_name", given="Mary Ann", middle="Ann B.") == named("mary", "ann b")


def test_family_name_keeps_its_particles() -> None:
    assert parts_cleaned("person_name", family="van der Berg") == named(family="van der berg")


def test_titles_and_suffixes_are_dropped_from_parts() -> None:
    assert parts_cleaned("person_name", given="Dr Anna", family="Smith III") == named("anna", "", "smith")


def test_family_name_that_is_a_title_stays_when_it_stands_alone() -> None:
    assert parts_cleaned("person_name", given="Anna", family="Lord") == named("anna", "", "lord")


def test_typo_digits_are_kept() -> None:
    assert parts_cleaned("person_name", family="A6lmer") == named(family="a6lmer")


@pytest.mark.parametrize("text", ["unknown", "N/A", "test", "Customer", "guest", ".", "xxx", "Anonymous", "mr"])
def test_placeholder_part_is_missing(text: str) -> None:
    assert parts_cleaned("person_name", given=text, family="Smith") == named(family="smith")


def test_parts_win_over_the_full_name() -> None:
    assert parts_cleaned("person_name", given="Bob", full="Robert James Smith") == named("bob", "james", "smith")


def test_middle_name_comes_from_a_full_name_that_holds_given_and_family() -> None:
    parts = parts_cleaned("person_name", given="Robert", family="Smith", full="Smith, Robert James")
    assert parts == named("robert", "james", "smith")


def test_full_name_of_someone_else_adds_no_middle_name() -> None:
    parts = parts_cleaned("person_name", given="Robert", family="Smith", full="Jane Mary Jones")
    assert parts == named("robert", "", "smith")


def test_given_name_comes_from_a_full_name_with_the_family_name_first() -> None:
    assert parts_cleaned("person_name", family="Smith", full="Smith John Adam") == named("john", "adam", "smith")


def test_family_name_comes_from_a_full_name_with_the_given_name_last() -> None:
    assert parts_cleaned("person_name", given="John", full="Smith John") == named("john", "", "smith")


def test_full_name_of_one_word_gives_no_family_name_to_a_given_name() -> None:
    assert parts_cleaned("person_name", given="Bob", full="Robert") == named("bob")
