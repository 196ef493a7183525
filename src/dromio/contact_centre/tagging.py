"""Sends tags that wait in the outbox: at least once, again when it may help, never for ever."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from dromio.contact_centre import outbox
from dromio.contact_centre.centre import Centre
from dromio.contact_centre.outbox import Tag
from dromio.contact_centre.platform import Answered, Platform, PlatformError, attributes_path
from dromio.store.database import Transaction

_SECOND = 1_000_000
_LONGEST_PAUSE = 3600.0
_LEASE_SECONDS = 120
_AT_ONCE = 20


class Tagger:
    """Takes tags out of the outbox of a contact centre and to a platform. Several may work at once."""

    def __init__(
        self,
        centre: Centre,
        platform: Platform,
        *,
        chance: Callable[[], float] = random.random,
        at_once: int = _AT_ONCE,
    ) -> None:
        self._centre = centre
        self._platform = platform
        self._chance = chance
        self._at_once = at_once

    @property
    def pause(self) -> float:
        """Seconds to wait when there was nothing to do."""
        return self._centre.options.tick_seconds

    def send_due(self) -> int:
        """Send what is due; gives how many tags were tried."""
        now = self._centre.now()
        until = now + _LEASE_SECONDS * _SECOND
        due = self._centre.database.retry(lambda tx: outbox.take_due(tx, now, until, self._at_once))
        for tag in due:
            self._send(tag)
        return len(due)

    def _send(self, tag: Tag) -> None:
        try:
            answer = self._patch(tag)
            if answer.status == 401:
                self._platform.refresh()
                answer = self._patch(tag)
        except PlatformError:
            self._put_off(tag, None)
            return
        self._note(tag, answer)

    def _patch(self, tag: Tag) -> Answered:
        path = attributes_path(tag.media, tag.conversation_id, tag.participant_id)
        return self._platform.patch(path, {"attributes": dict(tag.attributes)})

    def _note(self, tag: Tag, answer: Answered) -> None:
        if 200 <= answer.status < 300:
            self._end(tag, "SENT", answer.status)
        elif answer.status == 404:
            self._end(tag, "DROPPED", answer.status)
        elif answer.status in (401, 408, 429) or answer.status >= 500:
            self._put_off(tag, answer)
        else:
            self._end(tag, "DEAD", answer.status)

    def _put_off(self, tag: Tag, answer: Answered | None) -> None:
        """Try again: when the platform says, or later each time, and not together with all others."""
        status = None if answer is None else answer.status
        if tag.attempts + 1 >= self._centre.options.tag_attempts:
            self._end(tag, "DEAD", status)
            return
        now = self._centre.now()
        said = None if answer is None else retry_after(answer.headers.get("retry-after", ""), now)
        grown = min(2.0 ** min(tag.attempts, 12), _LONGEST_PAUSE) * (0.5 + self._chance() / 2)
        due = now + round((grown if said is None else said) * _SECOND)
        self._centre.database.retry(lambda tx: outbox.put_off(tx, tag, due, status))

    def _end(self, tag: Tag, state: str, status: int | None) -> None:
        now = self._centre.now()

        def work(tx: Transaction) -> None:
            outbox.end(tx, tag, state, status)
            outbox.release(tx, tag, now)

        self._centre.database.retry(work)


def retry_after(text: str, now: int) -> float | None:
    """Seconds to wait, from a header that has seconds or a date; None where it has neither. At most an hour."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), _LONGEST_PAUSE)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    ahead = (aware - datetime.fromtimestamp(now / _SECOND, UTC)).total_seconds()
    return min(max(ahead, 0.0), _LONGEST_PAUSE)
