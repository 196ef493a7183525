"""Jobs, schedules, models and events of a domain on a server."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal
from urllib.parse import quote

from dromio.client import answers
from dromio.client.calls import Call, Caller
from dromio.client.pages import items
from dromio.errors import InputError, UsageError

JobKind = Literal["resolve", "verify", "redo"]
Every = Literal["day", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Upload = Literal["application/x-ndjson", "text/csv"]
_NDJSON: Upload = "application/x-ndjson"
_ENDED = ("done", "failed", "cancelled")
_UPLOAD_BYTES = 3_000_000
"""A server takes bodies of up to 4 MB, unless it is told otherwise."""


class Work:
    """What is asked of a domain now and done later, and what happens in it. All methods raise ServerError."""

    def __init__(self, caller: Caller, path: str) -> None:
        self._caller = caller
        self._path = path

    def start(self, kind: JobKind) -> answers.Job:
        """A new job: resolve (all clusters worked out again), verify, redo (blocks that became small again)."""
        return self._job("POST", "/jobs", {"kind": kind})

    def job(self, job_id: int) -> answers.Job:
        """How far a job is, or what came of it."""
        found: answers.Job = self._caller.json(Call("GET", f"{self._path}/jobs/{job_id}", "safe"))
        return found

    def jobs(self, *, per_page: int = 100) -> Iterator[answers.Job]:
        """Jobs of the domain, the latest first; pages are asked for as they are needed."""
        return items(self._caller, f"{self._path}/jobs", "jobs", per_page)

    def cancel(self, job_id: int) -> answers.Job:
        """Let a job not be done; one that runs stops at its next step."""
        found: answers.Job = self._caller.json(Call("POST", f"{self._path}/jobs/{job_id}/cancel", "never"))
        return found

    def cancel_import(self, job_id: int) -> answers.Job:
        """Let an import not be done; for those who may only deliver. Records that were taken in already stay."""
        found: answers.Job = self._caller.json(Call("POST", f"{self._path}/imports/{job_id}/cancel", "never"))
        return found

    def wait(self, job_id: int, *, seconds: float = 3600, every_seconds: float = 0.5) -> answers.Job:
        """A job once it has ended, whatever came of it. Raises UsageError where it takes longer."""
        until = time.monotonic() + seconds
        while (job := self.job(job_id))["state"] not in _ENDED:
            if time.monotonic() >= until:
                raise UsageError(f"job {job_id} has not ended after {seconds:g} s: it is {job['state']}")
            time.sleep(every_seconds)
        return job

    def import_rows(
        self, source: str, rows: Iterable[Mapping[str, Any]], *, id_column: str = "unique_id"
    ) -> list[answers.Job]:
        """Jobs that take in records later, in their order: one for some megabytes of rows (columns to values)."""
        return [self.import_lines(source, body, media_type=_NDJSON, id_column=id_column) for body in _bodies(rows)]

    def import_lines(
        self,
        source: str,
        body: bytes,
        *,
        media_type: Upload = _NDJSON,
        id_column: str = "unique_id",
    ) -> answers.Job:
        """A job that takes in the records of a body: a line of JSON for each, or a table as CSV with a head line."""
        query = {"source": source, "id": id_column}
        call = Call("POST", f"{self._path}/imports", "keyed", query=query, raw=body, media_type=media_type)
        found: answers.Job = self._caller.json(call)
        return found

    def schedules(self) -> list[answers.Schedule]:
        """The schedules of the domain, and when each asks for its job next."""
        found: list[answers.Schedule] = self._caller.json(Call("GET", f"{self._path}/schedules", "safe"))["schedules"]
        return found

    def put_schedule(self, name: str, kind: JobKind, *, every: Every, at: str) -> answers.Schedule:
        """A schedule that is made or changed: a job every day or on a weekday, at a time (HH:MM) in UTC."""
        body = {"kind": kind, "every": every, "at": at}
        found: answers.Schedule = self._caller.json(Call("PUT", self._schedule(name), "safe", body))
        return found

    def delete_schedule(self, name: str) -> bool:
        """Whether the schedule was there; it is no longer."""
        return bool(self._caller.json(Call("DELETE", self._schedule(name), "safe"))["outcome"] == "deleted")

    def models(self) -> list[answers.ModelVersion]:
        """All versions of the model, the oldest first."""
        found: list[answers.ModelVersion] = self._caller.json(Call("GET", f"{self._path}/models", "safe"))["versions"]
        return found

    def add_model(self, model: Mapping[str, Any]) -> int:
        """Number of the version under which a trained model is kept; nothing changes until it is applied."""
        call = Call("POST", f"{self._path}/models", "keyed", {"model": dict(model)})
        return int(self._caller.json(call)["version"])

    def model_version(self, version: int) -> dict[str, Any]:
        """A version of the model, as in a model file."""
        found: dict[str, Any] = self._caller.json(Call("GET", f"{self._path}/models/{version}", "safe"))
        return found

    def check_model(self, version: int) -> dict[str, Any]:
        """What a version of the model holds, how a run would go, and whether its examples come out right."""
        found: dict[str, Any] = self._caller.json(Call("GET", f"{self._path}/models/{version}/check", "safe"))
        return found

    def propose_model(self, version: int) -> answers.Job:
        """A job whose result says what a version of the model would change; nothing is changed."""
        return self._job("POST", f"/models/{version}/propose")

    def apply_model(self, version: int) -> answers.Job:
        """A job that resolves all records by a version of the model, and publishes the result in one step."""
        return self._job("POST", f"/models/{version}/apply")

    def drop_model(self, version: int) -> None:
        """Put a version of the model aside for good that was never applied."""
        self._caller.json(Call("DELETE", f"{self._path}/models/{version}", "safe"))

    def events(self, after: int = 0, *, per_page: int = 100) -> Iterator[answers.Change]:
        """All that happened behind a change, oldest first; ends where there is nothing more yet."""
        while page := self.poll(after, limit=per_page):
            yield from page
            after = page[-1]["change_id"]

    def poll(self, after: int, *, limit: int = 100, wait_seconds: float = 0) -> list[answers.Change]:
        """What happened behind a change; where there is nothing yet, what comes within some seconds (20 at most)."""
        query = {"after": str(after), "limit": str(limit), "wait": f"{wait_seconds:g}"}
        found: list[answers.Change] = self._caller.json(Call("GET", f"{self._path}/events", "safe", query=query))[
            "events"
        ]
        return found

    def _job(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> answers.Job:
        found: answers.Job = self._caller.json(Call(method, self._path + path, "keyed", body))
        return found

    def _schedule(self, name: str) -> str:
        return f"{self._path}/schedules/{quote(name, safe='')}"


def _bodies(rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """Lines of JSON, as many in each body as a server takes."""
    lines: list[bytes] = []
    size = 0
    for row in rows:
        try:
            line = json.dumps(dict(row), allow_nan=False, ensure_ascii=False).encode()
        except (TypeError, ValueError) as error:
            raise InputError(f"cannot be sent as JSON: {error}") from None
        if lines and size + len(line) > _UPLOAD_BYTES:
            yield b"\n".join(lines)
            lines, size = [], 0
        lines.append(line)
        size += len(line) + 1
    if lines:
        yield b"\n".join(lines)
