"""Columns of one meaning that sources name differently."""

from __future__ import annotations

from dataclasses import replace

import dromio
from dromio.configure.align import aligned
from dromio.configure.profile import Profile
from dromio.configure.understood import Understood


def column(name: str, source: int, kind: str, role: str = "value", group: str = "", sample: str = "") -> Understood:
    texts = tuple(sample.split("|")) if sample else ()
    profile = Profile(name, 10, 1.0, 9, {}, 1.0, 5.0, 0.0, 0.0, 0.0, 0.0, 0.0, (), texts, frozenset({source}))
    return Understood(profile, kind, role, group or name)


def variants(*columns: Understood) -> list[tuple[str, str, int]]:
    return [(one.type, one.group, one.variant) for one in aligned(columns)]


def test_columns_understood_as_the_same_are_one() -> None:
    found = variants(
        column("Surname", 0, "person_name", "family", "person_name"),
        column("lname", 1, "person_name", "family", "person_name"),
    )
    assert found == [("person_name", "person_name", 0), ("person_name", "person_name", 1)]


def test_columns_with_the_same_words_are_one_of_the_wordier_type() -> None:
    found = variants(
        column("name", 0, "organisation", sample="acme phone black|acme lamp"),
        column("title", 1, "text", sample="black phone acme|lamp acme"),
    )
    assert found == [("text", "title", 0), ("text", "title", 1)]


def test_columns_with_other_words_stay_apart() -> None:
    found = variants(column("author", 0, "text", sample="ann|bob"), column("title", 1, "text", sample="red sea|moon"))
    assert found == [("text", "author", 0), ("text", "title", 0)]


def test_columns_that_one_source_has_both_stay_apart() -> None:
    first, second = column("name", 0, "text", sample="red sea"), column("title", 0, "text", sample="red sea")
    assert variants(first, second) == [("text", "name", 0), ("text", "title", 0)]
    both = replace(second, profile=replace(second.profile, sources=frozenset({0, 1})))
    assert variants(first, both) == [("text", "name", 0), ("text", "title", 0)]


def test_a_column_has_one_partner_in_a_source() -> None:
    found = variants(
        column("title", 0, "text", sample="red sea|moon"),
        column("name", 1, "text", sample="moon|red sea"),
        column("subtitle", 1, "text", sample="red sea|moon|sun"),
    )
    assert sorted(variant for *_, variant in found) == [0, 0, 1]


def test_two_files_with_other_column_names_have_the_same_attributes() -> None:
    people = [("Ann", "Reed", "1980-01-02"), ("Bob", "Stone", "1975-05-06"), ("Carl", "Moss", "1990-07-08")]
    crm = [
        {"id": at, "First Name": one, "Surname": two, "Date of Birth": day} for at, (one, two, day) in enumerate(people)
    ]
    shop = [{"id": at, "fname": one, "lname": two, "birthday": day} for at, (one, two, day) in enumerate(people)]
    with dromio.resolve({"crm": crm, "shop": shop}, id="id") as result:
        assert [one.name for one in result.model.attributes] == ["name", "date_of_birth"]
        assert [len(one.inputs) for one in result.model.attributes] == [2, 2]
