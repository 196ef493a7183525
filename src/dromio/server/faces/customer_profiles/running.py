"""A batch job from its claim to its end. Every step is a transaction, so that a stop loses only that step."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from dromio.model.files import document_of
from dromio.server.faces.customer_profiles import exporting, jobs, merging, profiles
from dromio.server.faces.customer_profiles.consolidation import parts_to_merge
from dromio.server.faces.customer_profiles.context import SECOND, Context, batches, dumped
from dromio.server.faces.customer_profiles.errors import ExportError
from dromio.server.faces.customer_profiles.groups import settle
from dromio.server.faces.customer_profiles.jobs import COMPLETED, FAILED, PARTIAL_SUCCESS, Job
from dromio.server.faces.customer_profiles.matches import SCORES, forget_matches, groups_behind

if TYPE_CHECKING:
    from dromio.server.faces.customer_profiles.batch import Found, Grouping

log = logging.getLogger(__name__)
Within = Callable[[Callable[[Context], Any]], Any]
"""Does something in a transaction: one that holds the domain of the job, or one that reads."""
GENERATIONS_KEPT_SECONDS = 48 * 3600
"""How long matches stay readable for tokens after newer ones have come."""
_STEP = 200


def run_job(job: Job, region: str, within: Within, reading: Within) -> None:
    """Take a claimed job to its end; whatever goes wrong is said in its message."""
    try:
        documents = reading(_documents)
        within(lambda context: _move(context, job, jobs.FIND_MATCHING))
        found = _found(documents, region)
        within(lambda context: _publish(context, job, found, len(documents)))
    except Exception as error:  # noqa: BLE001 - a job ends with a status, whatever it ran into
        log.warning("job %s failed: %s", job.id, type(error).__name__)
        reason = f"finding matches failed: {type(error).__name__}"
        within(lambda context: _end(context, job, FAILED, reason))
        return
    try:
        _merge(job, within)
        within(lambda context: _export(context, job))
    except Exception as error:  # noqa: BLE001 - matches can be read already, so it is a success in part
        log.warning("job %s ended early: %s", job.id, type(error).__name__)
        reason = str(error) if isinstance(error, ExportError) else type(error).__name__
        message = f"matches are found, what follows is not complete: {reason}"
        within(lambda context: _end(context, job, PARTIAL_SUCCESS, message))
        return
    within(lambda context: _end(context, job, COMPLETED, None))


def _documents(context: Context) -> dict[str, dict[str, Any]]:
    """All profiles of the domain in the vendor's words, in order of their ids."""
    return dict(sorted((one.id, one.document()) for one in profiles.every(context)))


def _found(documents: Mapping[str, Mapping[str, Any]], region: str) -> Grouping:
    from dromio.server.faces.customer_profiles.batch import find_groups

    return find_groups(documents, region)


def _move(context: Context, job: Job, status: str) -> None:
    job.status = status
    jobs.save(context.tx, job, context.now)


def _publish(context: Context, job: Job, found: Grouping, reviewed: int) -> None:
    """Keep the groups, and the model they were found with, as the generation that callers read from now on."""
    named = sorted(((-one.score, _match_id(context, one), one) for one in found.groups), key=lambda each: each[:2])
    insert = """
    INSERT INTO cp_matches (domain_id, job_id, place, match_id, score, profile_id) VALUES (?, ?, ?, ?, ?, ?)
    """
    rows = [
        (context.domain.id, job.id, place, match_id, one.score, member)
        for place, (_, match_id, one) in enumerate(named)
        for member in one.members
    ]
    for part in batches(rows):
        context.tx.many(insert, part)
    if found.model is not None:
        keep = "INSERT INTO cp_models (domain_id, job_id, document) VALUES (?, ?, ?)"
        context.tx.run(keep, context.domain.id, job.id, dumped(document_of(found.model)))
    document = context.domain.document
    if document.get("generation"):
        document.setdefault("generations", []).append(document["generation"] | {"until": context.now})
    document["generation"] = {"job_id": job.id, "at": context.now}
    context.save_domain()
    job.document["JobStats"] = {
        "NumberOfProfilesReviewed": reviewed,
        "NumberOfMatchesFound": len(found.groups),
        "NumberOfMergesDone": 0,
    }
    jobs.save(context.tx, job, context.now)


def _match_id(context: Context, found: Found) -> str:
    """The same id for the same members, in every generation."""
    return hashlib.sha256(repr((context.domain.id, found.members)).encode()).hexdigest()[:32]


def _merge(job: Job, within: Within) -> None:
    """Merge what is to be merged, some groups at a time."""
    config = job.document.get("AutoMerging")
    if not config or not config["Enabled"]:
        return
    within(lambda context: _move(context, job, jobs.MERGING))
    for part in _groups(job, within):
        within(partial(_merge_part, job=job, groups=part, config=config))


def _groups(job: Job, within: Within) -> Iterator[list[dict[str, Any]]]:
    place = -1
    while True:
        part = within(partial(groups_behind, job_id=job.id, place=place, count=_STEP))
        if not part:
            return
        yield [group for _, group in part]
        place = part[-1][0]


def _merge_part(context: Context, job: Job, groups: list[dict[str, Any]], config: Mapping[str, Any]) -> None:
    criteria = config["Consolidation"]["MatchingAttributesList"]
    for group in groups:
        if group["ConfidenceScore"] < config.get("MinAllowedConfidenceScoreForMerging", 0.0):
            continue
        members = list(profiles.find(context, group["ProfileIds"]).values())
        for part in parts_to_merge(members, criteria):
            merging.merge_automatically(context, part, config.get("ConflictResolution", {}))
            job.document["JobStats"]["NumberOfMergesDone"] += len(part) - 1
    settle(context)
    jobs.save(context.tx, job, context.now)


def _export(context: Context, job: Job) -> None:
    place = context.domain.config.get("Matching", {}).get("ExportingConfig", {}).get("S3Exporting")
    if place is None:
        return
    groups = (
        {
            "MatchId": group["MatchId"],
            "ProfileIds": group["ProfileIds"],
            "ConfidenceScore": group["ConfidenceScore"],
            "MatchType": SCORES,
            "GeneratedAt": context.domain.document["generation"]["at"] / SECOND,
        }
        for _, group in groups_behind(context, job.id, -1, 2**31 - 1)
    )
    folder = exporting.export(context.options, place, context.domain.name, "ML", job.id, groups)
    job.document["ExportingLocation"] = {
        "S3Exporting": {"S3BucketName": place["S3BucketName"], "S3KeyName": folder},
    }


def _end(context: Context, job: Job, status: str, message: str | None) -> None:
    """Keep how the job ended, and let matches go that no token can still be for."""
    job.status = status
    job.document["ended_at"] = context.now
    if message:
        job.document["Message"] = message[:2048]
    jobs.save(context.tx, job, context.now)
    document = context.domain.document
    if status != FAILED:
        document["generation"]["at"] = context.now
    oldest = context.now - GENERATIONS_KEPT_SECONDS * SECOND
    for old in [one for one in document.get("generations", []) if one["until"] < oldest]:
        document["generations"].remove(old)
        forget_matches(context, old["job_id"])
    context.save_domain()
