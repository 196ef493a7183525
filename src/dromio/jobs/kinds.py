"""What each kind of job does. Every one may be begun anew after a process died in its middle, and ends the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dromio.errors import BusyError, ConflictError, DromioError, StoreError, UsageError
from dromio.jobs.queue import Queue
from dromio.jobs.rows import Job
from dromio.store.delivered import Delivery
from dromio.store.domain import Domain

PHASES = {"compare": 0.05, "publish": 0.7, "commit": 0.95}
"""How far a batch is when a phase begins; what a phase takes depends on the records, so these are rough."""
_SHOWN = 100
_REDO_AT_ONCE = 50


@dataclass(frozen=True)
class Run:
    """A job that is being run. `step` tells the phase and how far it is (0 to 1), and raises where it is to end."""

    job: Job
    domain: Domain
    queue: Queue
    holder: str
    step: Callable[[str, float], None]


def run_kind(run: Run) -> Mapping[str, Any]:
    """Do what a job asks for; gives its result as plain values. Raises DromioError, and what `step` raises."""
    return _KINDS[run.job.kind](run)


def _resolve(run: Run) -> Mapping[str, Any]:
    return {"entities": run.domain.resolve_all(step=_batch(run))}


def _apply(run: Run) -> Mapping[str, Any]:
    version = int(run.job.options["version"])
    return {"entities": run.domain.apply_model(version, step=_batch(run)), "version": version}


def _propose(run: Run) -> Mapping[str, Any]:
    run.step("compare", PHASES["compare"])
    return run.domain.propose_version(int(run.job.options["version"])).to_dict()


def _redo(run: Run) -> Mapping[str, Any]:
    left = first = run.domain.redo(0)
    while left:
        run.step("compare again", 1 - left / max(first, left))
        left = run.domain.redo(_REDO_AT_ONCE)
    return {"blocks": first}


def _verify(run: Run) -> Mapping[str, Any]:
    run.step("verify", 0.05)
    found = run.domain.verify()
    counts = {name: getattr(found, name) for name in ("records", "entities", "edges", "waiting")}
    shown = [str(one) for one in found.differences[:_SHOWN]]
    return {"is_sound": found.is_sound, **counts, "difference_count": len(found.differences), "differences": shown}


def _import(run: Run) -> Mapping[str, Any]:
    """Take in part after part. A part that was taken in when the process died is taken in again, which changes nothing
    unless somebody has said something else of the same records meanwhile."""
    outcomes: dict[str, int] = dict(run.job.result or {})
    total = max(int(run.job.options["parts"]), 1)
    while (found := run.queue.part(run.job.job_id)) is not None:
        number, rows = found
        run.step("import", number / total)
        for outcome in _taken(run.domain, [Delivery(*row) for row in rows]):
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
        if not run.queue.part_done(run.job, run.holder, number, outcomes):
            raise ConflictError("the job was taken over by another process")
    return outcomes


def _taken(domain: Domain, records: list[Delivery]) -> list[str]:
    """What was done with each record: all at once, or one after another where one is refused."""
    try:
        return [one.outcome for one in domain.resolve_many(records, at_once=len(records))]
    except (StoreError, BusyError):
        raise
    except DromioError:
        return [_taken_alone(domain, one) for one in records]


def _taken_alone(domain: Domain, record: Delivery) -> str:
    try:
        return domain.resolve(record.source, record.unique_id, record.values, version=record.version).outcome
    except (StoreError, BusyError):
        raise
    except DromioError:
        return "refused"


def _batch(run: Run) -> Callable[[str], None]:
    return lambda phase: run.step(phase, PHASES[phase])


def check_version(options: Mapping[str, Any]) -> None:
    """Raise UsageError where the options do not name a version of the model."""
    version = options.get("version")
    if type(version) is not int or version < 1:
        raise UsageError("name the version of the model, a number from 1 on")


_KINDS: Mapping[str, Callable[[Run], Mapping[str, Any]]] = {
    "resolve": _resolve,
    "import": _import,
    "verify": _verify,
    "redo": _redo,
    "propose": _propose,
    "apply": _apply,
}
