"""Groups of the batch job, and how sure they are."""

from __future__ import annotations

from dromio.server.faces.customer_profiles.batch import Found, find_groups, groups_of


def test_the_score_of_a_group_is_its_weakest_needed_link() -> None:
    cluster = dict.fromkeys("abc", "1") | {"d": "2"}
    pairs = [("a", "b", 0.99), ("b", "c", 0.7), ("a", "c", 0.6), ("c", "d", 0.4)]
    assert groups_of(cluster, pairs) == [Found(("a", "b", "c"), 0.7)]


def test_a_link_that_was_not_scored_counts_as_the_threshold() -> None:
    assert groups_of({"a": "1", "b": "1"}, []) == [Found(("a", "b"), 0.5)]


def test_names_alone_do_not_make_a_group() -> None:
    documents = {"a": {"FirstName": "John", "LastName": "Smith"}, "b": {"FirstName": "Jon", "LastName": "Smythe"}}
    assert find_groups(documents, "US") == []
    assert find_groups({"a": documents["a"]}, "US") == []


def test_all_sub_types_addresses_and_birth_dates_count() -> None:
    person = {"FirstName": "Maria", "LastName": "Garcia", "BirthDate": "1980-02-03"}
    documents = {
        "a": person | {"MailingAddress": {"Address1": "5 Elm Road", "City": "Austin"}},
        "b": person | {"BillingAddress": {"Address1": "5 Elm Road", "City": "Austin"}},
        "c": {"FirstName": "Maria", "LastName": "Gomez", "BirthDate": "1991-05-06"},
    }
    (found,) = find_groups(documents, "US")
    assert found.members == ("a", "b") and 0.99 < found.score <= 1
