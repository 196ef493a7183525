"""Groups of the batch job, and how sure they are."""

from __future__ import annotations

import random
from itertools import combinations
from typing import Any

from dromio.datasets import customers
from dromio.server.faces.customer_profiles.batch import Found, Grouping, find_groups, groups_of


def test_the_score_of_a_group_is_its_weakest_needed_link() -> None:
    cluster = dict.fromkeys("abc", "1") | {"d": "2"}
    pairs = [("a", "b", 0.99), ("b", "c", 0.7), ("a", "c", 0.6), ("c", "d", 0.4)]
    assert groups_of(cluster, pairs) == [Found(("a", "b", "c"), 0.7)]


def test_a_link_that_was_not_scored_counts_as_the_threshold() -> None:
    assert groups_of({"a": "1", "b": "1"}, []) == [Found(("a", "b"), 0.5)]


def test_names_alone_do_not_make_a_group() -> None:
    documents = {"a": {"FirstName": "John", "LastName": "Smith"}, "b": {"FirstName": "Jon", "LastName": "Smythe"}}
    assert find_groups(documents, "US").groups == []
    assert find_groups({"a": documents["a"]}, "US") == Grouping([], None)
    assert find_groups({"a": {}, "b": {}}, "US") == Grouping([], None)


def test_all_sub_types_addresses_and_birth_dates_count() -> None:
    person = {"FirstName": "Maria", "LastName": "Garcia", "BirthDate": "1980-02-03"}
    documents: dict[str, dict[str, Any]] = {
        "a": person | {"MailingAddress": {"Address1": "5 Elm Road", "City": "Austin"}},
        "b": person | {"BillingAddress": {"Address1": "5 Elm Road", "City": "Austin"}},
        "c": {"FirstName": "Maria", "LastName": "Gomez", "BirthDate": "1991-05-06"},
    }
    (found,) = find_groups(documents, "US").groups
    assert found.members == ("a", "b") and 0.99 < found.score <= 1


def customers_as_profiles(records: int) -> tuple[dict[str, dict[str, Any]], set[tuple[str, str]]]:
    """Made-up customers as profiles with values under several sub-types, and the pairs that are one customer."""
    chance = random.Random(5)
    made = customers(records, seed=5)
    documents: dict[str, dict[str, Any]] = {}
    for row in made.records.to_pylist():
        address = {"Address1": row["street"], "City": row["city"], "PostalCode": row["postcode"]}
        values = {
            "FirstName": row["first_name"],
            "LastName": row["last_name"],
            chance.choice(["EmailAddress", "PersonalEmailAddress"]): row["email"],
            chance.choice(["PhoneNumber", "MobilePhoneNumber"]): row["phone"],
            "BirthDate": row["birth_date"],
            "Address": {name: value for name, value in address.items() if value},
        }
        documents[str(row["unique_id"])] = {name: value for name, value in values.items() if value}
    members: dict[str, list[str]] = {}
    for row in made.truth.to_pylist():
        members.setdefault(row["cluster_id"], []).append(str(row["unique_id"]))
    return documents, pairs_in(members.values())


def pairs_in(groups: Any) -> set[tuple[str, str]]:
    """All pairs of members of one group."""
    return {pair for group in groups for pair in combinations(sorted(group), 2)}


def test_the_model_is_learned_from_the_profiles() -> None:
    documents, true = customers_as_profiles(400)
    found = find_groups(documents, "US")
    pairs = pairs_in(one.members for one in found.groups)
    right = len(pairs & true)
    assert right > 0.93 * len(pairs) and right > 0.85 * len(true)
    assert found.model is not None and found.model.trained


def test_one_filled_field_is_enough_to_learn() -> None:
    documents = {str(n): {"EmailAddress": f"someone{n // 2}@mail{n // 2}.example.org"} for n in range(120)}
    found = find_groups(documents, "US")
    assert [one.name for one in found.model.attributes] == ["email"] if found.model else False
    assert len(found.groups) <= 60


def test_namesakes_with_nearly_equal_addresses_are_not_taken_for_one() -> None:
    """Three people to a name, their e-mail addresses made of it; a third of them is there twice."""
    chance, people = random.Random(2), 400
    given = "Anna Ben Carla David Eva Frank Gina Hugo Ina Jonas Karin Liam Mona Nils Olga Paul".split()
    stems = "Smith Web Lopez Martin Ross Novak Dahl Cost Petrov Kim".split()
    family = [stem + end for stem in stems for end in ("", "son", "er", "ford")]
    names = chance.sample([(first, last) for first in given for last in family], people // 3)
    documents: dict[str, dict[str, Any]] = {}
    for number in range(people):
        first, last = chance.choice(names)
        mailbox = f"{first}.{last}{chance.randrange(1, 100)}".lower()
        person = {
            "FirstName": first,
            "LastName": last,
            "EmailAddress": f"{mailbox}@{chance.choice(['gmail.com', 'yahoo.com'])}",
            "PhoneNumber": f"+1{chance.randrange(2 * 10**9, 10**10)}",
            "BirthDate": f"{chance.randrange(1940, 2005)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}",
        }
        documents[f"{number}-0"] = person
        if number % 3 == 0:
            kept = {name: value for name, value in person.items() if name == "FirstName" or chance.random() < 0.7}
            documents[f"{number}-1"] = kept | {"LastName": last[:-1] + "x"}
    true = {(f"{number}-0", f"{number}-1") for number in range(0, people, 3)}
    found = pairs_in(one.members for one in find_groups(documents, "US").groups)
    right = len(found & true)
    assert right > 0.9 * len(found) and right > 0.85 * len(true)
