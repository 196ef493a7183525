"""Pairs in columns have the weights that they have one at a time."""

from __future__ import annotations

from itertools import combinations

import pytest

from dromio.engines.row_facts import CleanedRecord
from dromio.records import RecordKey
from dromio.store import bulk
from dromio.store.bulk import compare_pairs
from dromio.store.matching import Matcher

from .factory import model

MADE = [
    {"given": given, "family": family, "email": email, "phone": phone}
    for given in ("Ann", "Bob", None)
    for family in ("Lee", None)
    for email in ("a@x.org", ["a@x.org", "b@x.org"], None)
    for phone in ("4711", None)
]


@pytest.mark.parametrize("several", [False, True])
def test_columns_and_pairs_agree(monkeypatch: pytest.MonkeyPatch, several: bool) -> None:
    matcher = Matcher(model(), b"secret")
    told = [one for one in MADE if several or not isinstance(one["email"], list)]
    cleaned: dict[int, CleanedRecord] = {
        number: matcher.prepare(RecordKey("s", str(number)), values).cleaned  # type: ignore[arg-type]
        for number, values in enumerate(told, 100)
    }
    pairs = list(combinations(cleaned, 2))
    one_at_a_time = {(a, b): matcher.compare(cleaned[a], cleaned[b]).weight for a, b in pairs}
    monkeypatch.setattr(bulk, "MANY", 0)
    assert compare_pairs(matcher, cleaned, pairs) == one_at_a_time
