"""A tree as the JSON form of an algorithm, and back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from dromio.language.ast import Algorithm, AlgorithmType, Expression, ScoringGroup, Step
from dromio.language.errors import LanguageError
from dromio.language.json_reader import AlgorithmReader


def from_json(
    document: object,
    key_properties: Collection[str] | None = None,
    schema: Mapping[str, Any] | None = None,
) -> Algorithm:
    """The algorithm that a JSON document describes, aliases included.

    With key properties, every field must be one of them or lie within one. With a schema, key properties and fields
    must be in it and constants must fit their types. Raises LanguageError with all faults and their paths.
    """
    reader = AlgorithmReader(key_properties, schema)
    algorithm = reader.read(document)
    if reader.faults or algorithm is None:
        raise LanguageError(reader.faults)
    return algorithm


def check(
    algorithm: Algorithm, key_properties: Collection[str] | None = None, schema: Mapping[str, Any] | None = None
) -> None:
    """Raise LanguageError if an algorithm, such as one parsed from text, does not fit key properties and schema.

    The paths are those of its JSON form.
    """
    from_json(to_json(algorithm), key_properties, schema)


def to_json(algorithm: Algorithm) -> dict[str, Any]:
    """The canonical JSON form; what has its default value is left out, except scores."""
    thresholds = {"possibleMatchScore": algorithm.possible, "definiteMatchScore": algorithm.definite}
    document: dict[str, Any] = {"description": algorithm.description, "type": str(algorithm.type), **thresholds}
    if algorithm.matching is not None:
        document["matchingGroup"] = group_to_json(algorithm.matching)
    if algorithm.type is AlgorithmType.SCORE_BASED:
        document["scoringGroups"] = [_scoring_to_json(group) for group in algorithm.scoring]
    return _without_none(document)


def group_to_json(expression: Expression) -> dict[str, Any]:
    """A MatchingGroup. Steps beside groups become groups of one step, without an operator."""
    if isinstance(expression, Step):
        return {"matchingSteps": [_step_to_json(expression)]}
    steps = [_step_to_json(child) for child in expression.children if isinstance(child, Step)]
    if len(steps) == len(expression.children):
        return {"operator": str(expression.operator), "matchingSteps": steps}
    return {
        "operator": str(expression.operator),
        "childGroups": [group_to_json(child) for child in expression.children],
    }


def _scoring_to_json(group: ScoringGroup) -> dict[str, Any]:
    return _without_none(
        {
            "usageCriteria": None if group.usage is None else group_to_json(group.usage),
            "matchCriteria": group_to_json(group.match),
            "matchScore": group.score,
            "matchPenalty": group.penalty or None,
        }
    )


def _step_to_json(step: Step) -> dict[str, Any]:
    fuzzy = step.fuzzy
    return _without_none(
        {
            "field": step.field,
            "comparisonType": str(step.comparison),
            "constantValue": step.constant,
            "caseInsensitiveMatch": step.case_insensitive or None,
            "fuzzyMatchType": str(fuzzy.type) if fuzzy else None,
            "fuzzyNum": fuzzy.number if fuzzy else None,
            "fuzzyPct": fuzzy.fraction if fuzzy else None,
        }
    )


def _without_none(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value is not None}
