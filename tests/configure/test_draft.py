"""Attributes and comparisons drafted from understood columns and cleaned values."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.configure import draft
from dromio.engines.columns import AttributeColumns, Column
from dromio.model.defaults import DISTINGUISHING
from dromio.model.schema import Attribute, Comparison, Input

GIVEN = ["anna", "bob", "carla", "dan"]
FAMILY = ["meyer", "kurz", "lang", "roth"]


def columns(name: str, /, **fields: list[str | None]) -> AttributeColumns:
    return AttributeColumns(
        name, {field: Column.encode(pa.array(texts, pa.string())) for field, texts in fields.items()}
    )


def attribute(name: str, kind: str, role: str = "value") -> Attribute:
    return Attribute(name=name, type=kind, inputs=[Input(columns={role: name})])


def names(drafted: dict[str, AttributeColumns], *attributes: Attribute) -> list[str]:
    return [one.name for one in draft.comparisons(attributes, drafted, len(next(iter(drafted.values())).columns))]


def labels(own: AttributeColumns, kind: str, role: str = "value") -> list[str]:
    (first, *_) = draft.comparisons([attribute(own.name, kind, role)], {own.name: own}, 4)
    return [level.label for level in first.levels]


def test_names_in_one_order_are_compared_in_parts() -> None:
    own = {"name": columns("name", given=GIVEN, family=FAMILY)}
    assert names(own, attribute("name", "person_name", "full")) == ["given name", "family name"]


def test_full_names_in_any_order_are_compared_whole() -> None:
    own = {"name": columns("name", given=GIVEN + FAMILY, family=FAMILY + GIVEN)}
    assert names(own, attribute("name", "person_name", "full")) == ["name"]


def test_parts_of_names_that_come_apart_are_compared_in_parts_whatever_their_order() -> None:
    own = {"name": columns("name", given=GIVEN + FAMILY, family=FAMILY + GIVEN)}
    parts = Attribute(name="name", type="person_name", inputs=[Input(columns={"given": "a", "family": "b"})])
    assert names(own, parts) == ["given name", "family name"]


def test_names_beside_an_address_are_compared_in_parts_for_families_share_both() -> None:
    own = {
        "name": columns("name", given=GIVEN + FAMILY, family=FAMILY + GIVEN),
        "address": columns("address", street=["high st", "low st"] * 4),
    }
    found = names(own, attribute("name", "person_name", "full"), attribute("address", "address", "street"))
    assert found == ["given name", "family name", "address"]


def test_description_that_repeats_the_title_is_not_compared() -> None:
    own = {
        "title": columns("title", value=["red lamp", "blue chair"]),
        "description": columns("description", value=["a red lamp for desks", "a blue chair of oak"]),
    }
    assert names(own, attribute("title", "text"), attribute("description", "text")) == ["title"]


def test_fuller_one_of_two_texts_that_repeat_each_other_is_compared() -> None:
    own = {
        "title": columns("title", value=["red lamp", None, None]),
        "description": columns("description", value=["red lamp", "blue chair", "oak desk"]),
    }
    assert names(own, attribute("title", "text"), attribute("description", "text")) == ["description"]


def test_texts_with_words_of_their_own_are_both_compared() -> None:
    own = {
        "title": columns("title", value=["on joins", "on sorts"]),
        "authors": columns("authors", value=["anna meyer", "bob kurz"]),
    }
    assert names(own, attribute("title", "text"), attribute("authors", "text")) == ["title", "authors"]


def test_numbers_are_close_by_the_spread_of_their_column() -> None:
    (price,) = draft.comparisons(
        [attribute("price", "number")], {"price": columns("price", value=["0", "100", "200", "300", "400"])}, 5
    )
    assert [level.when for level in price.levels] == ["equal(value)", "difference(value) <= 4.0", None]


def test_numbers_without_spread_have_no_close_level() -> None:
    assert labels(columns("x", value=["5", "5", "5", "5"]), "number") == ["same", "different"]


@pytest.mark.parametrize(
    ("values", "by_words"), [(["sigmod conference", "proc of sigmod"], True), (["red", "blue"], False)]
)
def test_categories_of_several_words_are_compared_by_words_too(values: list[str], by_words: bool) -> None:
    assert ("a word shared" in labels(columns("x", value=values), "category")) is by_words


SENTENCES = st.lists(
    st.none() | st.lists(st.sampled_from("anna bob carla dan eve".split()), min_size=1, max_size=9).map(" ".join),
    min_size=1,
    max_size=12,
)


@given(SENTENCES, SENTENCES)
def test_common_words_are_those_of_the_shorter_text_that_the_longer_has_too(
    first: list[str | None], second: list[str | None]
) -> None:
    rows = min(len(first), len(second))
    bags = draft._bags(
        {name: Column.encode(pa.array(own[:rows], pa.string())) for name, own in (("a", first), ("b", second))}
    )
    both = [(set(one.split()), set(other.split())) for one, other in zip(first, second, strict=False) if one and other]
    shares = [len(one & other) / min(len(one), len(other)) for one, other in both]
    assert draft._common_share(bags["a"], bags["b"]) == (sum(shares) / len(shares) if shares else 0.0)


FIRMS = ["summit roofing", "hart law", "ruiz bakery", "delta pumps"]
STREETS = ["high st", "low st", "mill rd", "park ave"]
CITIES = ["bonn", "kiel", "ulm", "jena"]


def drafted(*attributes: Attribute, **own: AttributeColumns) -> dict[str, Comparison]:
    return {one.attribute: one for one in draft.comparisons(attributes, own, 4)}


def test_organisations_at_streets_may_be_branches_that_share_the_name_and_hardly_the_address() -> None:
    found = drafted(
        attribute("firm", "organisation"),
        attribute("address", "address", "street"),
        attribute("phone", "phone"),
        firm=columns("firm", name=FIRMS),
        address=columns("address", street=STREETS, city=CITIES),
        phone=columns("phone", number=["1", "2", "3", "4"]),
    )
    shared = {name: one.shared for name, one in found.items()}
    assert shared["address"] <= DISTINGUISHING < shared["phone"] < 0.5 < shared["firm"]


def test_a_city_speaks_for_one_branch_only_where_a_street_is_missing() -> None:
    address = columns("address", street=STREETS, city=CITIES)
    alone = drafted(attribute("address", "address", "street"), address=address)["address"]
    of_branches = drafted(
        attribute("firm", "organisation"),
        attribute("address", "address", "street"),
        firm=columns("firm", name=FIRMS),
        address=address,
    )["address"]
    (plain,) = [one.when for one in alone.levels if one.label == "same city"]
    (guarded,) = [one.when for one in of_branches.levels if one.label == "same city"]
    assert plain == "equal(city)"
    assert guarded == "missing(street) and equal(city)"


@pytest.mark.parametrize("case", ["no street", "a person beside"])
def test_other_organisations_share_addresses_as_usual(case: str) -> None:
    firm, address = attribute("firm", "organisation"), attribute("address", "address", "street")
    own = {"firm": columns("firm", name=FIRMS), "address": columns("address", street=STREETS, city=CITIES)}
    attributes = [firm, address]
    if case == "no street":
        own["address"] = columns("address", city=CITIES)
    else:
        attributes.append(attribute("contact", "person_name", "full"))
        own["contact"] = columns("contact", given=GIVEN, family=FAMILY)
    assert drafted(*attributes, **own)["address"].shared == 0.9


@pytest.mark.parametrize(("copies", "has_level"), [(1, True), (8, False)])
def test_a_mailbox_named_alike_counts_only_where_namesakes_are_few(copies: int, has_level: bool) -> None:
    """With eight records of each of four names a record has two namesakes by the frequencies of names alone."""
    own = {
        "name": columns("name", given=GIVEN * copies, family=FAMILY * copies),
        "email": columns("email", address=[f"{n}@a.de" for n in range(4 * copies)], local=GIVEN * copies),
    }
    attributes = [attribute("name", "person_name", "full"), attribute("email", "email")]
    (found,) = [one for one in draft.comparisons(attributes, own, 4 * copies) if one.attribute == "email"]
    assert ("same but for the domain" in [level.label for level in found.levels]) is has_level
    assert ("equal(local)" in found.null_when) is not has_level


def test_a_brand_that_the_title_names_is_not_compared_again() -> None:
    titles = ["acme phone black", "bolt lamp red", "acme lamp", "crux chair"]
    own = {"title": columns("title", value=titles), "colour": columns("colour", value=["oak", "ash", "oak", "elm"])}
    brand = columns("brand", value=["acme", "bolt", "acme", "crux"])
    found = drafted(
        attribute("title", "text"),
        attribute("brand", "category"),
        attribute("colour", "category"),
        **own,
        brand=brand,
    )
    assert set(found) == {"title", "colour"}


def test_of_very_many_attributes_those_are_looked_into_that_tell_most() -> None:
    many = [attribute(f"f{number}", "category") for number in range(60)]
    own = {one.name: columns(one.name, value=["a", "a", "b", "b"]) for one in many}
    own["f59"] = columns("f59", value=["a", "b", "c", "d"])
    kept = [one.name for one in draft._most_informative(many, own, 4)]
    assert len(kept) < 60
    assert "f59" in kept
    assert kept == sorted(kept, key=lambda name: int(name[1:]))


def test_texts_of_few_words_are_compared_by_their_letters_too() -> None:
    assert "one spelling error" in labels(columns("x", value=["red sea", "moon"]), "text")
    assert "one spelling error" not in labels(columns("x", value=["a long tale of the red sea and the moon"]), "text")
