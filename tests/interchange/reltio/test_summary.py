from typing import Any

import pytest

from dromio.interchange.reltio import ManualDecision, manual_matches, summary, verify

from .factory import attribute, document, exact, group, judged, negative, uri

A, B = document(X="a", Y="a"), document(X="b", Y="a")
BY_X, BY_Y = group("X", exact("X")), group("Y", exact("Y"), "automatic")


def codes(groups: list[Any], first: Any = A, second: Any = A, time: int | None = None, **options: Any) -> list[str]:
    """Codes of all messages."""
    return [text.partition(": ")[0] for text in summary(judged(groups, first, second, **options), time)]


def test_each_message_stands_behind_its_code() -> None:
    assert codes([BY_X]) == ["COMMON_TOKENS", "NO_MANUAL_NOT_MATCH"]
    assert codes([BY_X], A, B) == ["NO_COMMON_TOKENS", "NO_MANUAL_NOT_MATCH"]
    assert codes([BY_X], is_raw=True) == ["COMMON_TOKENS"]
    assert "NO_COMMON_RULES" in codes([BY_X], A, document())
    assert "BYPASSED_RULES" in codes([BY_X], skipped=[uri("X")])
    assert "OVERCOLLISIONED_REMOVED" in codes([BY_X], is_overcollisioned=lambda phrase: True)
    assert "TOKEN_LIMIT" in codes([BY_X], token_limit=0)
    assert codes([BY_X], time=5)[0] == "TIME_SIMULATION"


def test_a_negative_rule_is_named_where_it_holds() -> None:
    other = negative("N", {"notExactSame": [attribute("X")]})
    assert "NEGATIVE_RULE" in codes([BY_Y, other], A, B)
    assert "NEGATIVE_RULE" not in codes([BY_Y, other], A, A)


@pytest.mark.parametrize(("is_match", "code"), [(True, "AS_MATCH_SET"), (False, "NOT_MATCH_SET")])
def test_the_decision_in_effect_is_told(is_match: bool, code: str) -> None:
    manual = manual_matches("a", "b", [ManualDecision("a", "b", is_match, 1)])
    assert summary(verify([BY_X], A, A, manual=manual))[-1].startswith(f"{code}: ")


def test_phrases_of_bypassed_groups_are_not_counted() -> None:
    (first, *_) = summary(judged([BY_X, BY_Y], skipped=[uri("X")], first=A, second=A))
    assert "share 1 token phrase" in first
