"""Made-up people: the family ties that make strangers look alike and one person look like two."""

from __future__ import annotations

import numpy as np
import pytest

from dromio.datasets import pools
from dromio.datasets.people import FIRST_DAY, JUNIOR, LAST_DAY, NONE, SENIOR, People, people

COUNT = 30_000


@pytest.fixture(scope="module")
def folk() -> People:
    return people(np.random.default_rng(3), COUNT)


def test_households_hold_one_to_five_people(folk: People) -> None:
    sizes = np.bincount(folk.household)
    assert set(sizes.tolist()) == {1, 2, 3, 4, 5}
    assert (folk.home == folk.household).all()


def test_most_people_of_a_household_share_the_surname(folk: People) -> None:
    together = folk.household[1:] == folk.household[:-1]
    share = (folk.surname[1:] == folk.surname[:-1])[together].mean()
    assert 0.6 < share < 0.95


def test_twins_share_birth_date_but_not_name(folk: People) -> None:
    together = folk.household[1:] == folk.household[:-1]
    twins = np.flatnonzero(together & (folk.birth_day[1:] == folk.birth_day[:-1]))
    assert len(twins) > 50
    assert (folk.given[twins] != folk.given[twins + 1]).all()


def test_juniors_bear_the_name_of_the_senior_of_their_household(folk: People) -> None:
    juniors = np.flatnonzero(folk.suffix == JUNIOR)
    heads = np.searchsorted(folk.household, folk.household[juniors])
    assert len(juniors) > 50
    assert (folk.suffix[heads] == SENIOR).all()
    assert (folk.given[heads] == folk.given[juniors]).all()
    assert (folk.birth_day[juniors] != folk.birth_day[heads]).all()


def test_some_people_moved_and_some_changed_their_surname(folk: People) -> None:
    moved = folk.former_home != NONE
    assert 0.15 < moved.mean() < 0.25
    assert len(np.unique(folk.former_home[moved])) == moved.sum()
    assert 0.02 < (folk.former_surname != NONE).mean() < 0.2


def test_children_may_use_the_phone_and_mailbox_of_the_head(folk: People) -> None:
    shared = folk.mailbox_owner != np.arange(COUNT)
    assert 0.02 < shared.mean() < 0.2
    assert (folk.household[folk.mailbox_owner] == folk.household).all()
    assert len(np.unique(folk.mobile)) < COUNT


def test_birth_days_lie_in_range_without_a_heap_at_its_ends(folk: People) -> None:
    assert folk.birth_day.min() >= FIRST_DAY
    assert folk.birth_day.max() <= LAST_DAY
    assert (folk.birth_day == LAST_DAY).sum() < 10


def test_landlines_and_postcodes_belong_to_the_town(folk: People) -> None:
    towns, homes = pools.towns(), folk.homes
    assert (homes.landline // 10_000_000 == towns.area_codes[homes.town]).all()
    assert (homes.postcode // 100 == towns.postcode_starts[homes.town]).all()
    assert (homes.landline // 10_000 % 100 != 11).all()
