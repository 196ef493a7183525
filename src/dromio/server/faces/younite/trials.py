"""Trials of an algorithm on records that are given with the call; nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dromio.language import Assessment, Destination, Outcome, assess, default_algorithm, plan_candidates, to_json
from dromio.language.plan import FullScan
from dromio.server.faces.younite.errors import CodedFault, ScanBudgetError
from dromio.server.faces.younite.members import Members
from dromio.server.faces.younite.versions import Version

Names = Mapping[str, str]
"""Uuid of an adaptor -> its name."""
MOST_RECORDS = 100_000


@dataclass(frozen=True, slots=True)
class TestRecord:
    """A destination of a trial."""

    name: str | None
    adaptor: str
    key: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Trial:
    """What a call asks for."""

    name: str | None
    version: str
    key: dict[str, Any]
    records: tuple[TestRecord, ...]


def read_trial(body: object) -> Trial:
    """The trial that a body describes. Raises MalformedError with every fault."""
    members = Members(body, "", [])
    name, version = members.text("name"), members.text("domainVersionUuid", required=True)
    key, given = members.object("drKey", required=True), members.list("testDrKeys", required=True)
    if len(given) > MOST_RECORDS:
        members.fault("testDrKeys", "TOO_LARGE", f"may have {MOST_RECORDS} members")
        members.done()
    records = [_record(one, f"testDrKeys[{index}]", members.faults) for index, one in enumerate(given)]
    members.done()
    return Trial(name, version or "", key, tuple(records))


def check_budget(version: Version, trial: Trial, budget: int) -> None:
    """Raise ScanBudgetError where the plan is to look at every record, and there are more than the budget."""
    if len(trial.records) <= budget:
        return
    keys = version.key_properties
    plan = plan_candidates(version.algorithm, trial.key, key_properties=keys, schema=version.schema)
    if isinstance(plan, FullScan):
        raise ScanBudgetError(f"{len(trial.records)} records would be looked at, the budget is {budget}: {plan.reason}")


def run_trial(version: Version, trial: Trial, adaptor: str, names: Names, *, definite_wins: bool) -> dict[str, Any]:
    """The answer: status of the source, and every record with its rating."""
    found = assess(
        version.algorithm,
        trial.key,
        [Destination(record.adaptor, record.key) for record in trial.records],
        adaptor=adaptor,
        key_properties=version.key_properties,
        schema=version.schema,
        definite_wins=definite_wins,
    )
    return {
        "name": trial.name,
        "drKey": trial.key,
        "adaptor": {"uuid": adaptor, "name": names[adaptor]},
        "domainVersionUuid": trial.version,
        "matchStatus": str(found.status),
        "matches": _listed(trial.records, found, names, passed=True),
        "unmatchedResults": _listed(trial.records, found, names, passed=False),
        "matchingAlgorithm": to_json(version.algorithm or default_algorithm(version.key_properties)),
    }


def _record(document: object, path: str, faults: list[CodedFault]) -> TestRecord:
    members = Members(document, path, faults)
    adaptor = members.text("adaptorUuid", required=True)
    return TestRecord(members.text("name"), adaptor or "", members.object("drKey", required=True))


def _listed(records: Sequence[TestRecord], found: Assessment, names: Names, *, passed: bool) -> list[dict[str, Any]]:
    pairs = zip(records, found.outcomes, strict=True)
    return [_result(record, outcome, names) for record, outcome in pairs if outcome.passed is passed]


def _result(record: TestRecord, outcome: Outcome, names: Names) -> dict[str, Any]:
    adaptor = {"uuid": record.adaptor, "name": names[record.adaptor]}
    score = {} if outcome.score is None else {"score": outcome.score}
    return {"name": record.name, "adaptor": adaptor, "drKey": record.key, **score, "matchRating": str(outcome.rating)}
