"""What the parts of a model have in common: frozen objects, closed to unknown keys, and texts that can be read."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from dromio.model.expressions import (
    KEYS_ONLY,
    MIRRORED,
    SEVERAL_VALUES,
    SIDED,
    WITH_TEXTS,
    ExpressionError,
    leaves,
    parse_condition,
    parse_field,
    parse_measure,
)

Probability = Annotated[float, Field(gt=0, lt=1)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]


class Part(BaseModel):
    """Base of all parts of a model: frozen, and closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def _condition_on_values(text: str) -> str:
    for leaf in leaves(parse_condition(text)):
        if leaf.function in MIRRORED:
            raise ExpressionError(
                f"{leaf.function!r} in {text!r} tells left from right; a comparison is the same both ways"
            )
        if any(field.transform in KEYS_ONLY for field in leaf.fields):
            raise ExpressionError(f"{leaf} in {text!r} takes several values; only keys may")
    return text


def _condition_on_records(text: str) -> str:
    for leaf in leaves(parse_condition(text)):
        if any(field.transform in SEVERAL_VALUES for field in leaf.fields):
            raise ExpressionError(f"{leaf} in {text!r} takes several values; only keys may")
        allowed = ("", "casefold") if leaf.function in WITH_TEXTS else ("",)
        if leaf.function in SIDED and any(field.transform not in allowed for field in leaf.fields):
            fields = "plain fields or casefold of one" if leaf.function in WITH_TEXTS else "plain fields"
            raise ExpressionError(f"{leaf} in {text!r}: {leaf.function} takes {fields}")
    return text


def _field(text: str) -> str:
    parse_field(text)
    return text


def _similarity(text: str) -> str:
    parse_measure(text)
    return text


ConditionText = Annotated[str, AfterValidator(_condition_on_values)]
"""A condition on two values of one attribute, its fields named alone: `equal(given)`."""
PairText = Annotated[str, AfterValidator(_condition_on_records)]
"""A condition on two records, its fields named with their attribute: `equal(name.given) and equal(email.address)`."""
FieldText = Annotated[str, AfterValidator(_field)]
SimilarityText = Annotated[str, AfterValidator(_similarity)]
"""A similarity of two records: `jaro_winkler(name.family)`; the best over their values."""
