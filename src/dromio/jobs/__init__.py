"""Work on a store that is asked for now and done later: kept in its database, one job of a domain at a time."""

from __future__ import annotations

from dromio.jobs.queue import Queue
from dromio.jobs.rows import Job
from dromio.jobs.worker import Worker

__all__ = ["Job", "Queue", "Worker"]
