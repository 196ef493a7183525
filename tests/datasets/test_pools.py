"""Pools of names: sizes, order of frequency, and what is built."""

from __future__ import annotations

import numpy as np

from dromio.datasets import pools


def test_pools_are_as_large_as_promised_and_without_repeats() -> None:
    female, male = pools.given_names()
    for pool, least in ((pools.surnames(), 40_000), (female, 3_000), (male, 3_000), (pools.streets(), 4_000)):
        assert len(set(pool.values)) == len(pool.values) > least
    assert len(pools.listed("surnames.txt")) >= 600
    assert len(pools.listed("female_names.txt")) + len(pools.listed("male_names.txt")) >= 300
    assert len(pools.listed("streets.txt", "|")) >= 300
    assert len(pools.listed("cities.txt", "|")) >= 200


def test_earlier_values_are_drawn_more_often() -> None:
    drawn = pools.surnames().draw(np.random.default_rng(1), 100_000)
    counts = np.bincount(drawn, minlength=1_000)
    assert 0.004 < counts[0] / 100_000 < 0.012
    assert counts[:10].sum() > counts[100:110].sum() > counts[900:910].sum()


def test_plain_values_are_ascii() -> None:
    assert all(value.isascii() for value in pools.surnames().plain)
    assert "Munoz" in pools.surnames().plain


def test_built_names_avoid_known_ones() -> None:
    names = pools.built(200, "male", [], seed=5)
    assert set(pools.built(200, "male", names[:50], seed=5)).isdisjoint(names[:50])


def test_short_forms_belong_to_their_name() -> None:
    nick, (female, _) = pools.nicknames(), pools.given_names()
    row = female.values.index("Elizabeth")
    forms = [nick.values[code] for code in nick.codes[row, : nick.counts[row]]]
    assert forms == ["Liz", "Beth", "Betty", "Eliza"]
