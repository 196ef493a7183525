"""Where rule-based matching of a domain stands: a function of what is kept and the moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dromio.interchange.customer_profiles.defaults import DEFAULT_RULES
from dromio.server.faces.customer_profiles.context import SECOND
from dromio.server.faces.customer_profiles.errors import BadRequestError
from dromio.server.faces.customer_profiles.options import Options

PENDING, IN_PROGRESS, ACTIVE = "PENDING", "IN_PROGRESS", "ACTIVE"
_RULES = ("MatchingRules", "AttributeTypesSelector", "MaxAllowedRuleLevelForMatching")
"""Members whose change is a change of rules."""
State = dict[str, Any]


def status_of(state: Mapping[str, Any] | None, now: int) -> str | None:
    """PENDING until the rules may be evaluated, IN_PROGRESS until they are, then ACTIVE; None where there are none."""
    if not state:
        return None
    if state["active_at"] is not None:
        return ACTIVE
    return PENDING if now < state["activates_at"] else IN_PROGRESS


def is_due(state: Mapping[str, Any] | None, now: int) -> bool:
    """Whether rules are to be evaluated."""
    return status_of(state, now) == IN_PROGRESS


def first_state(now: int) -> State:
    """State of a domain that is made with rules: there is nothing to evaluate, so they are active."""
    return {"activates_at": now, "active_at": now, "effective": None}


def next_state(
    state: State | None, before: Mapping[str, Any], after: Mapping[str, Any], now: int, options: Options
) -> State:
    """State after an update that leaves matching on. Raises BadRequestError where rules cannot change now."""
    if state and _rules(before) == _rules(after):
        return state
    effective = None
    if state:
        _check(state, now, options)
        effective = state["effective"]
    return {"activates_at": now + round(options.activation_delay * SECOND), "active_at": None, "effective": effective}


def _check(state: Mapping[str, Any], now: int, options: Options) -> None:
    status = status_of(state, now)
    if status == IN_PROGRESS:
        raise BadRequestError("rules cannot be changed while they are being evaluated")
    if status == ACTIVE and now < state["active_at"] + round(options.change_lock * SECOND):
        raise BadRequestError(f"rules cannot be changed within {options.change_lock:g} s of becoming active")


def with_defaults(config: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration with the rules that hold where none are named."""
    rules = [{"Rule": list(rule)} for rule in DEFAULT_RULES]
    found = {"MatchingRules": rules, **config}
    return {"MaxAllowedRuleLevelForMatching": len(found["MatchingRules"]), **found}


def _rules(config: Mapping[str, Any]) -> list[Any]:
    return [config.get(name) for name in _RULES]
