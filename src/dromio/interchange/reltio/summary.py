"""The messages of a verification in plain words, each behind a code that stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

from dromio.interchange.reltio.verify import GroupResult, Verification


class Message(StrEnum):
    """What a message is about, for programs that read it."""

    COMMON_TOKENS = "COMMON_TOKENS"
    NO_COMMON_TOKENS = "NO_COMMON_TOKENS"
    OVERCOLLISIONED_REMOVED = "OVERCOLLISIONED_REMOVED"
    BYPASSED_RULES = "BYPASSED_RULES"
    NO_COMMON_RULES = "NO_COMMON_RULES"
    NOT_MATCH_SET = "NOT_MATCH_SET"
    AS_MATCH_SET = "AS_MATCH_SET"
    NO_MANUAL_NOT_MATCH = "NO_MANUAL_NOT_MATCH"
    TOKEN_LIMIT = "TOKEN_LIMIT"
    TIME_SIMULATION = "TIME_SIMULATION"
    NEGATIVE_RULE = "NEGATIVE_RULE"


def common_phrases(found: Verification) -> list[str]:
    """The distinct phrases by which groups find the pair, sorted, without those of bypassed groups."""
    return sorted({phrase for one in found.active for phrase in one.intersection})


def applicable(groups: Iterable[GroupResult]) -> tuple[list[GroupResult], list[GroupResult], list[GroupResult]]:
    """Groups with tokens of the first entity, of the second, of both."""
    groups = list(groups)
    first = [one for one in groups if one.first.phrases]
    second = [one for one in groups if one.second.phrases]
    return first, second, [one for one in first if one.second.phrases]


def summary(found: Verification, time: int | None = None) -> list[str]:
    """All messages; `time` is the moment (ms) that was simulated."""
    return [f"{code}: {text}" for code, text in _messages(found, time)]


def _messages(found: Verification, time: int | None) -> Iterator[tuple[Message, str]]:
    if time is not None:
        yield Message.TIME_SIMULATION, f"entities and match groups are taken as they were at {time} ms"
    yield from _on_tokens(found)
    bypassed = [one for one in found.groups if one.is_bypassed]
    if bypassed:
        yield Message.BYPASSED_RULES, f"on the skip list, so they never match: {_names(bypassed)}"
    if not applicable(found.groups)[2]:
        yield Message.NO_COMMON_RULES, "no match group has tokens of both entities"
    negative = [one for one in found.active if one.group.is_negative and one.is_matched_by_documents]
    if found.is_negated:
        yield Message.NEGATIVE_RULE, f"nothing is merged automatically because of {_names(negative)}"
    if not found.options.is_raw:
        yield _on_decisions(found)


def _on_tokens(found: Verification) -> Iterator[tuple[Message, str]]:
    common = common_phrases(found)
    if common:
        yield Message.COMMON_TOKENS, f"the entities share {len(common)} token phrase(s), so they are candidates"
    else:
        yield Message.NO_COMMON_TOKENS, "the entities share no token phrase, so they are no candidates"
    taken = sorted({phrase for one in found.active for phrase in one.overcollisioned})
    if taken:
        shown = ", ".join(taken[:10]) + (" …" if len(taken) > 10 else "")
        yield Message.OVERCOLLISIONED_REMOVED, f"shared by too many entities to count: {shown}"
    over = [one for one in found.groups if one.first.is_over_limit or one.second.is_over_limit]
    if over:
        limit = found.options.token_limit
        yield Message.TOKEN_LIMIT, f"more than {limit} token phrases for one entity, so none were made: {_names(over)}"


def _on_decisions(found: Verification) -> tuple[Message, str]:
    if found.manual is None:
        return Message.NO_MANUAL_NOT_MATCH, "nobody has set the pair as not a match"
    if found.manual.is_match:
        return Message.AS_MATCH_SET, "somebody has set the pair as a match"
    return Message.NOT_MATCH_SET, "somebody has set the pair as not a match, so no match group matches"


def _names(groups: Iterable[GroupResult]) -> str:
    return ", ".join(one.group.name for one in groups)
