"""What the own API takes and gives about jobs, schedules, models and events."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from dromio.server.faces.own.answers import ChangeOut
from dromio.server.faces.own.shapes import Column, In, Out, SourceName

ScheduleName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$", examples=["nightly"])]
_JOB: Any = {
    "job_id": 12,
    "kind": "resolve",
    "options": {},
    "author": "nightly load",
    "schedule": "nightly",
    "state": "running",
    "phase": "publish",
    "progress": 0.7,
    "attempt": 1,
    "is_cancelled": False,
    "created_at": "2026-11-21T03:30:00.004512Z",
    "started_at": "2026-11-21T03:30:00.101377Z",
    "ended_at": None,
    "result": None,
    "error": None,
}

_SCHEDULE: Any = {
    "name": "nightly",
    "kind": "resolve",
    "every": "day",
    "at": "03:30",
    "author": "nightly load",
    "next_at": "2026-11-22T03:30:00Z",
}
_VERSION: Any = {"version": 2, "state": "proposed", "created_at": "2026-11-21T03:30:00.004512Z"}
_EVENT: Any = {
    "change_id": 41,
    "at": "2026-11-21T03:30:00.004512Z",
    "kind": "added",
    "record": ["crm", "42"],
    "entity_id": 7,
    "other_id": None,
}
_EVENTS: Any = {"events": [_EVENT], "next": 41}


class JobIn(In):
    """A job to be done: work all clusters out again (resolve), work everything out and compare (verify), or work off
    blocks that became small again (redo)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "resolve"}]})

    kind: Literal["resolve", "verify", "redo"]


class JobOut(Out):
    """A job: waiting, running, done, failed (`error` says why) or cancelled.

    `progress` is from 0 to 1 in coarse steps; `attempt` counts how often it was begun, as a job whose process died is
    begun anew; `is_cancelled` says that it is to stop. The `result` is null until there is one, and for those who may
    not read what it tells.
    """

    model_config = ConfigDict(frozen=True, from_attributes=True, json_schema_extra={"examples": [_JOB]})

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


class JobPage(Out):
    """Jobs, the latest first; `next` is the cursor of the page that follows."""

    jobs: list[JobOut]
    next: str | None


class ImportQuery(In):
    """The source that the records come from, and the column that tells them apart."""

    source: SourceName
    id: Column = "unique_id"


class ScheduleIn(In):
    """What is to be done, on which days, at what time in UTC."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "resolve", "every": "day", "at": "03:30"}]})

    kind: Literal["resolve", "verify", "redo"]
    every: Literal["day", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    at: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["03:30"])]


class ScheduleOut(Out):
    """A schedule, and when it asks for its job next. Times that were missed are made good by one job."""

    model_config = ConfigDict(frozen=True, from_attributes=True, json_schema_extra={"examples": [_SCHEDULE]})

    name: str
    kind: str
    every: str
    at: str
    author: str
    next_at: str


class SchedulesOut(Out):
    """The schedules of a domain."""

    schedules: list[ScheduleOut]


class ModelVersionOut(Out):
    """A version of the model: proposed (never applied), current, replaced or dropped."""

    model_config = ConfigDict(frozen=True, from_attributes=True, json_schema_extra={"examples": [_VERSION]})

    version: int
    state: str
    created_at: str


class ModelVersionsOut(Out):
    """All versions of the model of a domain, the oldest first."""

    versions: list[ModelVersionOut]


class CheckedModelOut(Out):
    """What checking a model found: what it decides by, its keys, clauses that no key serves, whether its examples come
    out as they should."""

    model_config = ConfigDict(extra="allow")

    passed: bool
    deciders: list[str]
    attributes: int
    comparisons: int
    trained: bool


class EventsQuery(In):
    """The number of the last change that is known; how many to give; how many seconds to wait for one to come."""

    after: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0
    limit: Annotated[int, Field(ge=1, le=100_000)] = 100
    wait: Annotated[float, Field(ge=0, le=20)] = 0


class EventsOut(Out):
    """Changes in their order; ask again with `after` = `next`."""

    model_config = ConfigDict(frozen=True, from_attributes=True, json_schema_extra={"examples": [_EVENTS]})

    events: list[ChangeOut]
    next: int
