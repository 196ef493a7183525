"""The desk of this face: its database, its clock, its options, and the one thread that does what is due."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from dromio.server.faces.customer_profiles.options import Options, options_of
from dromio.server.faces.customer_profiles.tables import prepare_tables
from dromio.server.service import Service
from dromio.store.database import Database, connect

log = logging.getLogger(__name__)


class Clock:
    """The moment in microseconds; it can be moved where the operator allows it, in tests."""

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self.offset = 0.0

    def now(self) -> int:
        """This moment."""
        return round((self._source() + self.offset) * 1_000_000)


class Desk:
    """Close it when the server stops."""

    def __init__(self, database: Database, options: Options, clock: Clock) -> None:
        self.database = database
        self.options = options
        self.clock = clock
        self._wake = threading.Event()
        self._stopped = False
        self._turn = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look for work that is due, where the options want it."""
        if self.options.tick_seconds > 0 and self._thread is None:
            self._thread = threading.Thread(target=self._run, name="profiles", daemon=True)
            self._thread.start()

    def wake(self) -> None:
        """Look for work now."""
        self._wake.set()

    def tick(self) -> None:
        """Do all that is due: rules to evaluate, jobs to run, data to expire."""
        from dromio.server.faces.customer_profiles.due import do_due_work

        with self._turn:
            do_due_work(self)

    def close(self) -> None:
        """Stop looking for work, and let the database go."""
        self._stopped = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=30)
        self.database.close()

    def _run(self) -> None:
        while not self._stopped:
            try:
                self.tick()
            except Exception as error:  # noqa: BLE001 - the thread must outlive whatever one look runs into
                log.error("work that was due failed: %s", type(error).__name__)
            self._wake.wait(self.options.tick_seconds)
            self._wake.clear()


class Place:
    """Where the desk of a running server is: opened when the server starts, or by the first request."""

    def __init__(self, options: Options | None = None, desk: Desk | None = None) -> None:
        self._options = options
        self._desk = desk
        self._turn = threading.Lock()

    def begin(self, service: Service) -> Callable[[], None]:
        """Open the desk, and begin to look for work; what is given back ends both."""
        desk = self.desk(service)
        desk.start()
        return desk.close

    def desk(self, service: Service) -> Desk:
        """The desk on the store of a service."""
        with self._turn:
            if self._desk is None:
                options = self._options or options_of(service.settings)
                self._desk = open_desk(service.settings.store, options)
            return self._desk


def open_desk(url: str, options: Options | None = None, clock: Clock | None = None) -> Desk:
    """The desk on the database at a URL, its tables made. Raises StoreError."""
    database = connect(url)
    try:
        prepare_tables(database)
    except BaseException:
        database.close()
        raise
    return Desk(database, options or Options(), clock or Clock())
