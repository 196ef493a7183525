"""Where rule-based matching stands, as a function of what is kept and the moment."""

from __future__ import annotations

from typing import Any

import pytest

from dromio.server.faces.customer_profiles import Options
from dromio.server.faces.customer_profiles.errors import BadRequestError
from dromio.server.faces.customer_profiles.rule_status import first_state, next_state, status_of

HOUR, DAY = 3_600_000_000, 86_400_000_000
ONE = {"MatchingRules": [{"Rule": ["LastName"]}]}
OTHER = {"MatchingRules": [{"Rule": ["FirstName"]}]}


def changed(state: dict[str, Any] | None, before: dict[str, Any], after: dict[str, Any], now: int) -> dict[str, Any]:
    return next_state(state, before, after, now, Options())


def test_rules_wait_are_evaluated_and_are_active() -> None:
    state = changed(None, {}, ONE, 0)
    assert [status_of(state, now) for now in (0, HOUR - 1, HOUR)] == ["PENDING", "PENDING", "IN_PROGRESS"]
    assert status_of(state | {"active_at": HOUR}, HOUR) == "ACTIVE"
    assert status_of(None, 0) is None


def test_a_change_while_pending_begins_the_hour_again() -> None:
    state = changed(changed(None, {}, ONE, 0), ONE, OTHER, HOUR // 2)
    assert status_of(state, HOUR) == "PENDING"


def test_rules_that_are_evaluated_or_just_became_active_cannot_change() -> None:
    state = changed(None, {}, ONE, 0)
    active = state | {"active_at": HOUR}
    for held, now in ((state, HOUR), (active, HOUR), (active, HOUR + DAY - 1)):
        with pytest.raises(BadRequestError):
            changed(held, ONE, OTHER, now)
    assert status_of(changed(active, ONE, OTHER, HOUR + DAY), HOUR + DAY) == "PENDING"


def test_the_same_rules_change_nothing_and_rules_of_a_new_domain_are_active() -> None:
    state = first_state(5)
    assert status_of(state, 5) == "ACTIVE"
    assert changed(state, ONE, ONE | {"MaxAllowedRuleLevelForMerging": 1}, 6) is state
