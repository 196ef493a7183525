"""How match groups judge a pair of documents: tokens, discovery, formulas, negative rules, what people decided.

Discovery is global: a pair that one group finds is judged by all groups. A group on the skip list (bypassed) is
computed like any other, but finds nothing, never matches, and its negative rule has no effect.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from dromio.interchange.reltio.comparators import millionths
from dromio.interchange.reltio.documents import Document, is_built_for
from dromio.interchange.reltio.evaluate import Result, evaluate
from dromio.interchange.reltio.groups import AUTO_MERGE, POTENTIAL_MATCH, MatchGroup, Threshold
from dromio.interchange.reltio.manual import ManualMatches
from dromio.interchange.reltio.tokens import TOKEN_LIMIT, Phrases, phrases_of
from dromio.interchange.reltio.views import View, view_of


def _never(phrase: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Options:
    """What a verification depends on beside groups and documents; the defaults are those of the vendor's call."""

    is_raw: bool = False
    """Raw documents: nothing is known of a token store, so a pair is found by the intersections of selected groups."""
    selected: Collection[str] | None = None
    """URIs of the groups to explain; None for all."""
    skipped: Collection[str] = frozenset()
    """URIs of the groups on the skip list."""
    check_overcollisioned: bool = True
    is_overcollisioned: Callable[[str], bool] = _never
    """Whether too many entities share a phrase."""
    built_only: bool = False
    """A group for which a stored document was not built sees none of its values."""
    token_limit: int = TOKEN_LIMIT


@dataclass(frozen=True, slots=True)
class GroupResult:
    """What one group says. `action` is None unless `is_matched_by_documents`; `relevance` only where it is scored."""

    group: MatchGroup
    is_bypassed: bool
    first: Phrases
    second: Phrases
    intersection: tuple[str, ...]
    overcollisioned: tuple[str, ...]
    """Common phrases that were taken out of the intersection."""
    result: Result
    relevance: float | None
    is_matched_by_documents: bool
    is_matched: bool = False
    action: str | None = None

    @property
    def is_candidate(self) -> bool:
        """Whether the group finds the pair by its own tokens."""
        return bool(self.intersection)


@dataclass(frozen=True, slots=True)
class Verification:
    """What all groups say of a pair, in the order of the groups."""

    options: Options
    manual: ManualMatches | None
    groups: tuple[GroupResult, ...]

    @property
    def active(self) -> tuple[GroupResult, ...]:
        """Groups that are not bypassed."""
        return tuple(one for one in self.groups if not one.is_bypassed)

    @property
    def explained(self) -> tuple[GroupResult, ...]:
        """Groups that were selected."""
        return tuple(one for one in self.groups if _is_selected(one, self.options))

    @property
    def is_candidate(self) -> bool:
        """Whether any group that is not bypassed finds the pair."""
        return any(one.is_candidate for one in self.active)

    @property
    def is_not_match(self) -> bool:
        return self.manual is not None and self.manual.is_not_match

    @property
    def is_negated(self) -> bool:
        """Whether a negative rule holds, so that nothing is merged automatically."""
        return is_negated(self.groups)

    @property
    def action(self) -> str | None:
        """The action for the pair: merge before review before actions of one's own; None without a match."""
        actions = [one.action for one in self.groups if one.is_matched and one.action]
        for action in (AUTO_MERGE, POTENTIAL_MATCH):
            if action in actions:
                return action
        return min(actions, default=None)

    @property
    def score(self) -> float:
        """Greatest standalone score of a matched group plus the incremental scores of all other matched groups."""
        matched = [one.group for one in self.groups if one.is_matched and not one.group.is_negative]
        if not matched:
            return 0.0
        total = sum(group.score_incremental or 0.0 for group in matched)
        return max((group.score_standalone or 0.0) + total - (group.score_incremental or 0.0) for group in matched)


def verify(
    groups: Sequence[MatchGroup],
    first: Document,
    second: Document,
    options: Options | None = None,
    manual: ManualMatches | None = None,
) -> Verification:
    """How the groups judge two documents of their entity type. Nothing given is changed."""
    options = options or Options()
    judged = tuple(_judge(group, first, second, options) for group in groups)
    found = Verification(options, manual, judged)
    is_found = any(one.is_candidate for one in (found.explained if options.is_raw else judged) if not one.is_bypassed)
    return replace(found, groups=tuple(_decide(one, found, is_found) for one in judged))


def is_negated(groups: Sequence[GroupResult]) -> bool:
    """Whether the negative rule of a group that takes part holds."""
    return any(
        one.group.is_negative and one.is_matched_by_documents and one.group.is_internal and not one.is_bypassed
        for one in groups
    )


def action_of(thresholds: Sequence[Threshold], score: float) -> str | None:
    """Action for a score: review wins where ranges overlap or touch; None in a gap."""
    reached = millionths(score)
    actions = {one.action for one in thresholds if millionths(one.low) <= reached <= millionths(one.high)}
    return next((action for action in (POTENTIAL_MATCH, AUTO_MERGE) if action in actions), None)


def _is_selected(one: GroupResult, options: Options) -> bool:
    return options.selected is None or one.group.uri in options.selected


def _judge(group: MatchGroup, first: Document, second: Document, options: Options) -> GroupResult:
    views = [_view(document, group, options) for document in (first, second)]
    left, right = (phrases_of(group.rule, view, options.token_limit) for view in views)
    if not group.is_internal:
        left = right = Phrases()
    common = sorted(set(left.phrases) & set(right.phrases))
    taken = [phrase for phrase in common if options.check_overcollisioned and options.is_overcollisioned(phrase)]
    result = evaluate(group.rule, *views)
    relevance = result.relevance if group.is_relevance_based else None
    holds = result.truth if relevance is None else action_of(group.rule.thresholds, relevance) is not None
    intersection = tuple(phrase for phrase in common if phrase not in taken)
    is_bypassed = group.uri in options.skipped
    return GroupResult(group, is_bypassed, left, right, intersection, tuple(taken), result, relevance, holds)


def _view(document: Document, group: MatchGroup, options: Options) -> View:
    if options.built_only and not is_built_for(document, group):
        return View()
    return view_of(document, group)


def _decide(one: GroupResult, found: Verification, is_found: bool) -> GroupResult:
    if not one.is_matched_by_documents:
        return one
    is_matched = is_found and one.group.is_internal and not one.is_bypassed and not found.is_not_match
    action = _action(one)
    if action == AUTO_MERGE and found.is_negated:
        action = POTENTIAL_MATCH
    return replace(one, is_matched=is_matched, action=action)


def _action(one: GroupResult) -> str | None:
    """The directive of a group whose formula holds; a negative rule has none of its own."""
    if one.group.is_negative:
        return None
    if one.relevance is not None:
        return action_of(one.group.rule.thresholds, one.relevance)
    return {"automatic": AUTO_MERGE, "suspect": POTENTIAL_MATCH}.get(one.group.type, one.group.type.upper())
