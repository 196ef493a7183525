"""What one key leaves to another. That no pair is lost is shown in tests/engines/test_scans.py."""

from __future__ import annotations

import pytest

from dromio.deciders.keys.covers import Cover
from dromio.deciders.keys.elsewhere import without_what_others_find
from dromio.model.expressions import parse_condition, parse_field

DEAR, CHEAP, OTHER = ((parse_field(name),) for name in ("soundex(n.value)", "m.value", "k.value"))


def left(dear: str, cheap: str) -> dict[str, str]:
    cover = Cover((DEAR, CHEAP), (), (parse_condition(dear), parse_condition(cheap)))
    found = without_what_others_find(cover, lambda key: float(key == DEAR))
    return {str(key[0]): str(need) for key, need in zip(found.keys, found.needs, strict=True)}


@pytest.mark.parametrize(
    ("dear", "cheap", "kept"),
    [
        ("equal(n.value) and equal(m.value)", "equal(m.value)", None),
        (
            "equal(n.value) and (equal(m.value) or equal(k.value))",
            "equal(m.value)",
            "equal(n.value) and equal(k.value)",
        ),
        ("equal(n.value) and (equal(m.value) or equal(k.value))", "equal(m.value) and equal(j.value)", "the same"),
        ("levenshtein(n.value) <= 1 and equal(m.value)", "levenshtein(n.value) <= 2", None),
        ("levenshtein(n.value) <= 2 and equal(m.value)", "levenshtein(n.value) <= 1", "the same"),
        ("trigram(n.value) >= 0.6 and equal(m.value)", "trigram(n.value) >= 0.5", None),
        ("missing_left(m.value) and equal(m.value)", "equal(k.value)", None),
        ("equal(n.value) and not equal(m.value)", "equal(m.value)", "the same"),
    ],
)
def test_a_key_is_not_there_for_what_a_cheaper_one_finds(dear: str, cheap: str, kept: str | None) -> None:
    found = left(dear, cheap)
    assert found.pop("m.value") == cheap
    if kept is None:
        assert found == {}
    else:
        parts = (dear if kept == "the same" else kept).split(" and ")
        assert sorted(found["soundex(n.value)"].split(" and ")) == sorted(parts)


def test_two_keys_do_not_leave_a_pair_to_each_other() -> None:
    assert left("equal(n.value)", "equal(n.value)") == {"m.value": "equal(n.value)"}


def test_branches_may_be_found_by_different_keys() -> None:
    needs = ("equal(n.value) and (equal(m.value) or equal(k.value))", "equal(m.value)", "equal(k.value)")
    cover = Cover((DEAR, CHEAP, OTHER), (), tuple(map(parse_condition, needs)))
    assert without_what_others_find(cover, lambda key: float(key == DEAR)).keys == (CHEAP, OTHER)
