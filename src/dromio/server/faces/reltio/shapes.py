"""Bodies and queries of this face: any JSON that can be kept, and switches as texts."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, RootModel

_DEEPEST = 64


def _plain(value: Any) -> Any:
    """Raise ValueError for what cannot be kept: numbers that are not finite, NUL, nesting without end."""
    level = [value]
    for _ in range(_DEEPEST):
        if any(isinstance(one, float) and not math.isfinite(one) for one in level):
            raise ValueError("numbers must be finite")
        if any(isinstance(one, str) and "\x00" in one for one in level):
            raise ValueError("texts must not contain a NUL")
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return value
    raise ValueError(f"must be nested at most {_DEEPEST} deep")


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, list) else []


class ReltioBody(RootModel[Annotated[Any, AfterValidator(_plain)]]):
    """A body of the Verify Matches face; what is wrong with its members is answered in the face's own shape."""


class VerifyQuery(BaseModel):
    """Switches of a verification, as texts; the specification of the call says what each may hold."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    rules: str | None = None
    show: str | None = None
    documentsFromDatabase: str | None = None
    db: str | None = None
    checkOvercollisionedTokens: str | None = None
    checkOverCollisionTokens: str | None = None
    time: str | None = None


class PairQuery(BaseModel):
    """The other entity of a pair."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    uri: str
