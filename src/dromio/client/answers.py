"""What a server answers, as typed dictionaries: the JSON as it came, under names that a type checker knows."""

from __future__ import annotations

from typing import Any, TypedDict


class RecordKey(TypedDict):
    """Key of a record."""

    source: str
    unique_id: str


class Candidate(RecordKey):
    """A record that was compared; the weight is in bits above the match threshold."""

    entity_id: int
    weight: float
    decision: str
    reason: str
    levels: list[int]


class Resolution(TypedDict):
    """To whom a record belongs, and why."""

    entity_id: int | None
    decision: str
    outcome: str
    candidates: list[Candidate]


class BulkItem(TypedDict):
    """What was done with one record of many; `problem` says why one was refused."""

    outcome: str
    problem: str | None


class Version(TypedDict):
    """What a source said of a record at a time; no values where it was deleted."""

    number: int
    version: int | None
    accepted_at: str
    values: dict[str, Any] | None


class StoredRecord(RecordKey):
    """A record as it is, and the entity that it belongs to."""

    entity_id: int
    version: Version


class Entity(TypedDict):
    """What an entity id stands for: live, merged (into `entity_id`), ended, erased."""

    asked: int
    entity_id: int
    state: str
    records: list[RecordKey]


class Change(TypedDict):
    """Something that happened, in ids only."""

    change_id: int
    at: str
    kind: str
    record: list[str] | None
    entity_id: int | None
    other_id: int | None


Golden = TypedDict(
    "Golden", {"entity_id": int, "records": list[list[str]], "values": dict[str, Any], "from": dict[str, Any]}
)
"""The merged view of an entity: column to value, and column to where the value is from."""


class Export(TypedDict):
    """Everything held about one entity."""

    asked: int
    entity_id: int
    state: str
    records: list[dict[str, Any]]
    golden: dict[str, Any]
    manual_values: list[dict[str, Any]]
    judgements: list[dict[str, Any]]
    events: list[Change]


class Certificate(TypedDict):
    """What was erased, in numbers."""

    entity_id: int
    erased_at: str
    records: int
    rows: dict[str, int]
    suppressed: int
    scanned: int | None
    found: int | None
    notes: list[str]


class ReviewItem(TypedDict):
    """A pair for a person to decide on."""

    item_id: int
    kind: str
    reason: str
    weight: float
    left: RecordKey
    left_entity: int
    right: RecordKey
    right_entity: int
    created_at: str


class ModelCheck(TypedDict):
    """What a model holds."""

    attributes: int
    keys: int
    comparisons: int
    trained: bool


class Job(TypedDict):
    """A job: waiting, running, done, failed (`error` says why) or cancelled; progress is from 0 to 1."""

    job_id: int
    kind: str
    options: dict[str, Any]
    author: str
    schedule: str | None
    state: str
    phase: str
    progress: float
    attempt: int
    is_cancelled: bool
    created_at: str
    started_at: str | None
    ended_at: str | None
    result: dict[str, Any] | None
    error: str | None


class Schedule(TypedDict):
    """A job that is asked for every day or on a weekday, at a time in UTC, and when that is next."""

    name: str
    kind: str
    every: str
    at: str
    author: str
    next_at: str


class Settings(TypedDict):
    """Settings of a domain: whether merges wait for a person's consent, and for how long review items stay open."""

    asks_consent: bool
    review_days: int | None


class ModelVersion(TypedDict):
    """A version of the model: proposed (never applied), current, replaced or dropped."""

    version: int
    state: str
    created_at: str


class Key(TypedDict):
    """What may be told of a key."""

    key_id: str
    name: str
    grants: list[str]
    created_at: str
    expires_at: str | None
    revoked_at: str | None


class NewKey(Key):
    """A new key. Its secret is not shown again."""

    secret: str


class AuditVerdict(TypedDict):
    """Whether the chain holds, its length, and its last hash, to be kept elsewhere as a checkpoint."""

    holds: bool
    entries: int
    hash: str
    fault: str
