"""Jobs as they are kept: one of a domain at a time, held under a lease, taken over, cancelled, given up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from dromio.errors import ConflictError, UnknownError, UsageError
from dromio.jobs import Job, Queue
from dromio.jobs.queue import LOST, MOST_ATTEMPTS
from dromio.jobs.rows import KEPT_DAYS, MOST_WAITING
from dromio.jobs.schedules import Schedules
from dromio.jobs.times import SECOND
from dromio.store import clock
from dromio.store.database import connect


def add(queue: Queue, domain: str = "people") -> Job:
    return queue.add(domain, "resolve", author="me")


def claim(queue: Queue, holder: str = "one", seconds: float = 60, now: int | None = None) -> int | None:
    job = queue.claim(holder, seconds, now)
    return None if job is None else job.job_id


def test_jobs_of_a_domain_run_one_after_another_and_domains_beside_each_other(queue: Queue) -> None:
    first, second, other = add(queue), add(queue), add(queue, "others")
    assert [claim(queue), claim(queue), claim(queue)] == [first.job_id, other.job_id, None]
    assert queue.end(first, "one", "done", {"entities": 1}, None)
    assert queue.get(first.job_id).result == {"entities": 1}
    assert claim(queue) == second.job_id
    assert not queue.is_due()


def test_two_who_claim_at_once_never_get_the_same(url: str) -> None:
    databases = [connect(url) for _ in range(4)]
    queues = [Queue(database) for database in databases]
    jobs = {add(queues[0], domain).job_id for domain in ("people", "others") for _ in range(2)}
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda number: claim(queues[number % 4], str(number)), range(8)))
    taken = [one for one in found if one is not None]
    assert len(taken) == 2 and len({*taken} & jobs) == 2
    for database in databases:
        database.close()


def test_a_job_whose_holder_is_lost_is_taken_over_and_the_lost_one_changes_nothing(queue: Queue) -> None:
    job = add(queue)
    now = clock.now()
    assert claim(queue, "one", 10, now) == job.job_id
    assert claim(queue, "two", 10, now + 9 * SECOND) is None
    assert claim(queue, "two", 10, now + 11 * SECOND) == job.job_id
    assert queue.renew(job.job_id, "one", 10, "x", 0.5) is None
    assert not queue.end(job, "one", "failed", None, "x")
    queue.release(job.job_id, "one")
    found = queue.get(job.job_id)
    assert (found.state, found.attempt, found.phase) == ("running", 2, "begun")
    assert queue.renew(job.job_id, "two", 10, "publish", 0.5) is False
    assert queue.end(job, "two", "done", {}, None)


def test_a_job_is_given_up_after_some_attempts(queue: Queue) -> None:
    job, now = add(queue), clock.now()
    for attempt in range(MOST_ATTEMPTS):
        assert claim(queue, "one", 1, now + 2 * attempt * SECOND) == job.job_id
    assert claim(queue, "one", 1, now + 2 * MOST_ATTEMPTS * SECOND) is None
    found = queue.get(job.job_id)
    assert (found.state, found.error) == ("failed", LOST)


def test_a_job_that_was_stopped_begins_again_and_the_attempt_does_not_count(queue: Queue) -> None:
    job = add(queue)
    for _ in range(MOST_ATTEMPTS + 1):
        assert claim(queue) == job.job_id
        queue.release(job.job_id, "one")
    assert queue.get(job.job_id).attempt == 0


def test_one_that_runs_is_told_to_stop_and_is_cancelled_even_when_it_is_lost(queue: Queue) -> None:
    job, now = add(queue), clock.now()
    claim(queue, "one", 10, now)
    assert queue.cancel(job.job_id).state == "running"
    assert queue.renew(job.job_id, "one", 10, "x", 0.5) is True
    assert claim(queue, "two", 10, now + 60 * SECOND) is None
    assert queue.get(job.job_id).state == "cancelled"


def test_one_that_has_ended_is_not_cancelled(queue: Queue) -> None:
    job = add(queue)
    claim(queue)
    queue.end(job, "one", "failed", None, "why")
    with pytest.raises(ConflictError, match="has ended: failed"):
        queue.cancel(job.job_id)


def test_what_is_not_there_is_unknown(queue: Queue) -> None:
    job = add(queue)
    for attempt in (
        lambda: queue.get(job.job_id + 1),
        lambda: queue.get(job.job_id, "others"),
        lambda: queue.cancel(job.job_id, "others"),
        lambda: add(queue, "nowhere"),
    ):
        with pytest.raises(UnknownError):
            attempt()
    with pytest.raises(UsageError, match="kinds are resolve, import"):
        queue.add("people", "dance", author="me")  # type: ignore[arg-type]


def test_too_many_that_wait_are_refused_and_old_ones_forgotten(queue: Queue) -> None:
    now = clock.now()
    old = queue.add("people", "redo", author="me")
    claim(queue)
    queue.end(old, "one", "done", {}, None)
    later = now + (KEPT_DAYS + 1) * 86_400 * SECOND
    added = [queue.add("people", "redo", author="me", now=later).job_id for _ in range(MOST_WAITING)]
    assert old.job_id not in added  # a number is given once
    with pytest.raises(UsageError, match="100 jobs of the domain wait"):
        add(queue)
    with pytest.raises(UnknownError):
        queue.get(old.job_id)


def test_parts_are_let_go_one_after_another_and_at_the_end(queue: Queue) -> None:
    job = queue.add("people", "import", {"parts": 2}, author="me", parts=[["a"], ["b"]])
    claim(queue)
    assert queue.part(job.job_id) == (0, ["a"])
    assert not queue.part_done(job, "two", 0, {})
    assert queue.part_done(job, "one", 0, {"added": 1})
    assert queue.part(job.job_id) == (1, ["b"])
    queue.end(job, "one", "cancelled", {"added": 1}, None)
    assert queue.part(job.job_id) is None


def test_a_schedule_that_was_missed_many_times_asks_once(queue: Queue) -> None:
    schedules, now = Schedules(queue.database), clock.now()
    made = schedules.put("people", "nightly", "resolve", "day", "03:30", author="me", now=now)
    assert not queue.is_due(made.next_at - 1) and claim(queue, now=made.next_at - 1) is None
    later = made.next_at + 5 * 86_400 * SECOND + SECOND
    assert queue.is_due(later)
    job = queue.claim("one", 60, later)
    assert job is not None and (job.kind, job.schedule, job.author) == ("resolve", "nightly", "me")
    assert queue.claim("one", 60, later) is None and len(queue.jobs("people")) == 1
    following = schedules.get("people", "nightly").next_at
    assert later < following <= later + 86_400 * SECOND


def test_a_schedule_does_not_pile_up_jobs(queue: Queue) -> None:
    schedules = Schedules(queue.database)
    made = schedules.put("people", "nightly", "verify", "day", "03:30", author="me")
    now = made.next_at
    claim(queue, seconds=10 * 86_400, now=now)
    claim(queue, "two", now=now + 86_400 * SECOND)
    assert len(queue.jobs("people")) == 1


def test_a_schedule_is_changed_listed_and_taken_out(queue: Queue) -> None:
    schedules = Schedules(queue.database)
    schedules.put("people", "b", "verify", "day", "03:30", author="me")
    changed = schedules.put("people", "b", "redo", "monday", "04:00", author="you")
    first = schedules.put("people", "a", "redo", "day", "00:00", author="me")
    assert schedules.all("people") == [first, changed] and schedules.all("others") == []
    assert schedules.delete("people", "b") and not schedules.delete("people", "b")
    with pytest.raises(UnknownError):
        schedules.get("people", "b")
    with pytest.raises(UsageError, match="a schedule may be for resolve"):
        schedules.put("people", "c", "apply", "day", "03:30", author="me")
