from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.contact_centre.choosing import Candidate, Choice, choose, has_too_many_names


def candidate(number: int, decision: str = "match", score: float = 1.0, **given: Any) -> Candidate:
    return Candidate(number, f"id-{number}", score, decision, **{"exact": 1, **given})


def numbers(choice: Choice) -> tuple[int | None, list[int], list[int]]:
    best = choice.best and choice.best.identity
    return best, [one.identity for one in choice.merge], [one.identity for one, _ in choice.ask]


def test_without_candidates_somebody_is_new() -> None:
    assert choose(["Ann Lee"], []) == Choice("NEW")


def test_a_possible_customer_is_asked_about() -> None:
    choice = choose([], [candidate(1, "review"), candidate(2, "non-match")])
    assert (choice.status, numbers(choice)) == ("PENDING", (None, [], [1]))


def test_the_best_is_of_the_highest_score_then_most_agreement_then_oldest() -> None:
    def best(*given: Candidate) -> int | None:
        return numbers(choose([], given))[0]

    assert best(candidate(1, score=0.9), candidate(2, score=1.0)) == 2
    assert best(candidate(1, exact=1), candidate(2, exact=2)) == 2
    assert best(candidate(2), candidate(1)) == 1


def test_all_whom_a_contact_links_become_one() -> None:
    assert numbers(choose([], [candidate(1), candidate(2), candidate(3, "review")])) == (1, [2], [3])


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"names": ("Zoe Fox",)}, "names differ"),
        ({"exact": 0}, "no exact identifier"),
        ({"names": ("Ann Lee", "Bob Ray", "Tim Orr", "Una Poe"), "most_names": 3}, "too many names"),
    ],
)
def test_a_link_that_something_speaks_against_is_asked_about(other: dict[str, Any], why: str) -> None:
    choice = choose([], [candidate(1, names=("Ann Lee",)), candidate(2, **other)])
    assert numbers(choice) == (1, [], [2])
    assert choice.ask[0][1] == why


def test_every_link_is_asked_about_where_that_is_wanted() -> None:
    choice = choose([], [candidate(1), candidate(2)], merges=False)
    assert (numbers(choice), choice.ask[0][1]) == ((1, [], [2]), "bridge")


def test_who_was_judged_not_to_be_one_is_neither_merged_nor_asked_about() -> None:
    def apart(one: int, other: int) -> bool:
        return {one, other} == {1, 3}

    found = choose([], [candidate(1), candidate(2), candidate(3)], are_apart=apart)
    assert numbers(found) == (1, [2], [])
    # 3 may not come in by way of 2 either
    found = choose([], [candidate(2, score=2.0), candidate(1), candidate(3)], are_apart=apart)
    assert numbers(found) == (2, [1], [])


def test_nobody_is_attached_to_who_is_shared() -> None:
    choice = choose([], [candidate(1, shared=True)])
    assert (choice.status, choice.best, choice.ask) == ("SHARED", None, ())
    assert choose([], [candidate(1, "review", shared=True)]).status == "NEW"
    assert numbers(choose([], [candidate(1, shared=True), candidate(2)])) == (2, [], [])


def test_a_name_too_many_is_refused() -> None:
    full = candidate(1, names=("Ann Lee", "Bob Ray", "Zoe Fox"))
    choice = choose(["Tim Orr"], [full])
    assert (choice.status, choice.best, choice.refused) == ("SHARED", None, full)
    assert choose(["Lee, Anne"], [full]).best == full


def test_a_conversation_stays_where_it_is() -> None:
    own = candidate(2, "review", 0.1, own=True, exact=0)
    assert numbers(choose([], [candidate(1), own])) == (2, [1], [])
    crowded = candidate(2, own=True, names=("Ann Lee", "Bob Ray", "Zoe Fox"))
    choice = choose(["Tim Orr"], [crowded])
    assert (choice.status, choice.best, choice.refused) == ("SHARED", crowded, crowded)


def test_names_that_are_there_already_are_never_too_many() -> None:
    many = candidate(1, names=("Ann Lee", "Bob Ray", "Zoe Fox", "Tim Orr"))
    assert not has_too_many_names(many, ["Bob Ray"])
    assert has_too_many_names(many, ["Una Poe"])


CANDIDATES = st.builds(
    Candidate,
    st.integers(1, 5),
    st.just("id"),
    st.sampled_from([0.8, 0.9, 1.0]),
    st.sampled_from(["match", "review", "non-match"]),
    st.integers(0, 2),
    st.lists(st.sampled_from(["Ann Lee", "Bob Ray", "Zoe Fox"]), max_size=2).map(tuple),
    shared=st.booleans(),
)


@given(st.lists(CANDIDATES, unique_by=lambda one: one.identity), st.randoms())
def test_the_order_of_candidates_does_not_matter(candidates: list[Candidate], random: Any) -> None:
    expected = choose(["Ann Lee"], candidates)
    random.shuffle(candidates)
    found = choose(["Ann Lee"], candidates)
    assert (found.status, found.best, found.merge) == (expected.status, expected.best, expected.merge)
    assert set(found.ask) == set(expected.ask)


@given(st.lists(CANDIDATES, unique_by=lambda one: one.identity))
def test_who_is_shared_is_never_touched(candidates: list[Candidate]) -> None:
    choice = choose(["Ann Lee"], candidates)
    touched = [choice.best, *choice.merge, *(one for one, _ in choice.ask)]
    assert not any(one.shared for one in touched if one)
