"""What the own API gives."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from dromio.server.faces.own.shapes import Out


class RecordKeyOut(Out):
    """Key of a record."""

    source: str
    unique_id: str


class Done(Out):
    """What was done with a record: added, updated, unchanged, ignored (an older version), deleted, missing."""

    outcome: str


class BulkItem(Out):
    """What was done with one record of many; a refused one says why, and the others count all the same."""

    outcome: str
    problem: str | None = None


class BulkOut(Out):
    """What was done with each record, in their order."""

    results: list[BulkItem]


class CandidateOut(RecordKeyOut):
    """A record that was compared; the weight is in bits above the match threshold."""

    entity_id: int
    weight: float
    decision: str
    reason: str
    levels: list[int]


class ResolutionOut(Out):
    """To whom a record belongs, and why."""

    entity_id: int | None
    decision: str
    outcome: str
    candidates: list[CandidateOut]


class VersionOut(Out):
    """What a source said of a record at a time; no values where it was deleted."""

    number: int
    version: int | None
    accepted_at: str
    values: dict[str, Any] | None


class RecordOut(RecordKeyOut):
    """A record as it is, and the entity that it belongs to."""

    entity_id: int
    version: VersionOut


class VersionsOut(Out):
    """All that a source said of a record, oldest first."""

    versions: list[VersionOut]


class EntityOut(Out):
    """What an entity id stands for: live, merged (into `entity_id`), ended, erased."""

    asked: int
    entity_id: int
    state: str
    records: list[RecordKeyOut]


class ChangeOut(Out):
    """Something that happened, in ids only."""

    change_id: int
    at: str
    kind: str
    record: list[str] | None
    entity_id: int | None
    other_id: int | None


class HistoryOut(Out):
    """All that happened to an entity, oldest first."""

    events: list[ChangeOut]


class ActOut(Out):
    """Number of what a person did, by which it is undone."""

    act: int


class DomainOut(Out):
    """A domain."""

    name: str


class DomainsOut(Out):
    """The domains that the caller may know of."""

    domains: list[DomainOut]


class SettingsOut(Out):
    """Settings of a domain: whether entities are merged only when a person accepts it, and for how many days review
    items stay open, null for ever."""

    asks_consent: bool
    review_days: int | None


class CheckOut(Out):
    """What a model holds."""

    attributes: int
    keys: int
    comparisons: int
    trained: bool


class ReviewOut(Out):
    """A pair for a person to decide on: what kind of doubt it is, and why in plain words."""

    item_id: int
    kind: str
    reason: str
    weight: float
    left: RecordKeyOut
    left_entity: int
    right: RecordKeyOut
    right_entity: int
    created_at: str


class ReviewPage(Out):
    """Pairs for a person to decide on, oldest first; `next` is the cursor of the page that follows."""

    items: list[ReviewOut]
    next: str | None


class KeyOut(Out):
    """What may be told of a key."""

    key_id: str
    name: str
    grants: list[str]
    created_at: str
    expires_at: str | None
    revoked_at: str | None


class NewKeyOut(KeyOut):
    """A new key. Its secret is not shown again."""

    secret: str


class KeysOut(Out):
    """All keys there ever were."""

    keys: list[KeyOut]


class AuditPage(Out):
    """Entries of the audit log in order; `next` is the cursor of the page that follows."""

    entries: list[dict[str, Any]]
    next: str | None


class AuditVerdict(Out):
    """Whether the chain holds, its length, and its last hash, to be kept elsewhere as a checkpoint."""

    holds: bool
    entries: int
    hash: str
    fault: str


class GoldenOut(Out):
    """The merged view of an entity: column to value, and column to where the value is from."""

    model_config = ConfigDict(populate_by_name=True)

    entity_id: int
    records: list[list[str]]
    values: dict[str, Any]
    origins: dict[str, Any] = Field(alias="from")


class ExportOut(EntityOut):
    """Everything held about one entity."""

    records: list[dict[str, Any]]  # type: ignore[assignment]
    golden: dict[str, Any]
    manual_values: list[dict[str, Any]]
    judgements: list[dict[str, Any]]
    events: list[ChangeOut]


class CertificateOut(Out):
    """What was erased, in numbers."""

    entity_id: int
    erased_at: str
    records: int
    rows: dict[str, int]
    suppressed: int
    scanned: int | None
    found: int | None
    notes: list[str]


class ExplanationOut(Out):
    """A decision on two records with all that led to it."""

    model_config = ConfigDict(extra="allow")

    decision: str
    decided_by: str
    reason: str
