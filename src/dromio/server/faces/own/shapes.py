"""What the own API takes and gives. Unknown members are refused, and every text, list and number has a bound."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

_LARGEST_INTEGER = 2**63 - 1


def _plain(text: str) -> str:
    """Databases do not take a NUL."""
    if "\x00" in text:
        raise ValueError("must not contain a NUL")
    return text


def _bounded(number: int | float) -> int | float:
    """Whole numbers must not lose digits on their way."""
    if isinstance(number, int) and abs(number) > _LARGEST_INTEGER:
        raise ValueError(f"must be within ±{_LARGEST_INTEGER}; send longer numbers as texts")
    return number


Text = Annotated[str, AfterValidator(_plain)]
DomainName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$", examples=["people"])]
SourceName = Annotated[Text, Field(min_length=1, max_length=100, examples=["crm"])]
UniqueId = Annotated[Text, Field(min_length=1, max_length=500, examples=["42"])]
Column = Annotated[Text, Field(min_length=1, max_length=200)]
Word = Annotated[Text, Field(max_length=100_000)]
Number = Annotated[int | float, AfterValidator(_bounded)]
One = Word | bool | Number | None
Values = Annotated[
    dict[Column, One | Annotated[list[One], Field(max_length=1_000)]],
    Field(max_length=1_000, examples=[{"first_name": "Ann", "email": "ann@example.org"}]),
]
Version = Annotated[int, Field(ge=0, le=_LARGEST_INTEGER)]
Reason = Annotated[Text, Field(max_length=2_000, examples=["same passport"])]
EntityId = Annotated[int, Field(ge=1, le=_LARGEST_INTEGER, examples=[7])]


class In(BaseModel):
    """Base of what comes in."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Out(BaseModel):
    """Base of what goes out."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class RecordName(In):
    """Key of a record."""

    source: SourceName
    unique_id: UniqueId


class RecordIn(In):
    """A record under a key that the path names."""

    values: Values
    version: Version | None = None


class NamedRecordIn(RecordName):
    """A record with its key."""

    values: Values
    version: Version | None = None


class BulkIn(In):
    """Records to add or replace."""

    records: Annotated[list[NamedRecordIn], Field(min_length=1, max_length=100_000)]


class SearchIn(In):
    """Values to look for."""

    values: Values


class DomainIn(In):
    """A new domain and its trained model."""

    name: DomainName
    model: dict[str, Any]


class ModelIn(In):
    """A model, as in a model file."""

    model: dict[str, Any]


class JudgementIn(In):
    """What a person says of two records."""

    left: RecordName
    right: RecordName
    verdict: Literal["positive", "negative", "unsure"]
    reason: Reason = ""


class PairIn(In):
    """Two records."""

    left: RecordName
    right: RecordName
    reason: Reason = ""


class MergeIn(In):
    """Entities to make one."""

    entities: Annotated[list[EntityId], Field(min_length=2, max_length=100)]
    reason: Reason = ""


class UnmergeIn(In):
    """Records that are to leave an entity."""

    records: Annotated[list[RecordName], Field(min_length=1, max_length=1_000)]
    reason: Reason = ""


class DecisionIn(In):
    """What a person decides about a review item."""

    accept: bool
    reason: Reason = ""


class ValueIn(In):
    """A value that wins over those of all records; null says that there is none."""

    value: Word | None


class EraseIn(In):
    """Why an entity is erased, and whether its people are to stay out."""

    reason: Annotated[Text, Field(min_length=1, max_length=2_000)]
    suppress: bool = False


class KeyIn(In):
    """A new key: whom it is for, and what it may do."""

    name: Annotated[Text, Field(min_length=1, max_length=200, examples=["nightly load"])]
    grants: Annotated[list[str], Field(min_length=1, max_length=1_000, examples=[["people:ingest"]])]
    expires_at: AwareDatetime | None = None


class SettingsIn(In):
    """Settings of a domain to be changed; what is left out stays. No `review_days`: review items stay open for ever."""

    asks_consent: bool = False
    review_days: Annotated[int, Field(ge=1, le=36_500)] | None = None


class PageQuery(In):
    """Where a page begins, and how long it is."""

    limit: Annotated[int, Field(ge=1, le=100_000)] = 100
    cursor: Annotated[str, Field(min_length=1, max_length=1_024)] | None = None


class AsOfQuery(In):
    """The moment to look at; now without it."""

    as_of: AwareDatetime | None = None


class VersionQuery(In):
    """The version of what the source says."""

    version: Version | None = None


class ExplainIn(In):
    """Two records, each named by its key or given by its values."""

    left: RecordName | SearchIn
    right: RecordName | SearchIn
