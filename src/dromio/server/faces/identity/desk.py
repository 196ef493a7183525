"""Which contact centre serves which server: one on every store, opened when it is first needed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from weakref import WeakKeyDictionary

from dromio.contact_centre import Centre, Options, load_options, open_centre
from dromio.contact_centre.platform import HttpPlatform
from dromio.contact_centre.tagging import Tagger
from dromio.server.service import Service
from dromio.store import Store

log = logging.getLogger(__name__)


class Desk:
    """The contact centres of a process."""

    def __init__(self, options: Options | None = None) -> None:
        self._options = options
        self._centres: WeakKeyDictionary[Store, Centre] = WeakKeyDictionary()
        self._turn = threading.Lock()

    def centre(self, service: Service) -> Centre:
        """The contact centre on a service's store. Raises StoreError, UsageError for options that are not valid."""
        with self._turn:
            if service.store not in self._centres:
                options = self._options or load_options()
                self._centres[service.store] = open_centre(service.settings.store, options)
            return self._centres[service.store]

    def begin(self, service: Service) -> Callable[[], None]:
        """Open the contact centre, and send tags in the background; gives what ends both."""
        centre = self.centre(service)
        stop = threading.Event()
        thread = None
        if centre.options.api_url and centre.options.tick_seconds > 0:
            tagger = Tagger(centre, HttpPlatform(centre.options))
            thread = threading.Thread(target=_run, args=(tagger, stop), name="tags", daemon=True)
            thread.start()

        def end() -> None:
            stop.set()
            if thread is not None:
                thread.join(timeout=30)
            self.close(service)

        return end

    def close(self, service: Service) -> None:
        """Let the contact centre of a service go."""
        with self._turn:
            centre = self._centres.pop(service.store, None)
        if centre is not None:
            centre.close()


def _run(tagger: Tagger, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            sent = tagger.send_due()
        except Exception as error:  # noqa: BLE001 - the thread must outlive whatever one look runs into
            log.error("sending tags failed: %s", type(error).__name__)
            sent = 0
        if not sent:
            stop.wait(tagger.pause)
