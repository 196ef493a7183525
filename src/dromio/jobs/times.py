"""When a schedule is due: every day, or on one day of the week, at a time in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from dromio.errors import UsageError

SECOND = 1_000_000
"""Microseconds of a second, in which moments are kept."""
EVERY_DAY = "day"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")


def check_times(every: str, at: str) -> None:
    """Raise UsageError for a day or a time that is none."""
    if every not in (EVERY_DAY, *WEEKDAYS):
        raise UsageError(f"every must be {EVERY_DAY} or one of {', '.join(WEEKDAYS)}; found {every!r}")
    if not _TIME.fullmatch(at):
        raise UsageError(f"at must be a time in UTC from 00:00 to 23:59; found {at!r}")


def next_time(every: str, at: str, now: int) -> int:
    """The first moment after `now` (both in microseconds since 1970) that is on such a day at such a time."""
    check_times(every, at)
    moment = _EPOCH + timedelta(microseconds=now)
    days = 0 if every == EVERY_DAY else (WEEKDAYS.index(every) - moment.weekday()) % 7
    hour, minute = int(at[:2]), int(at[3:])
    planned = moment.replace(hour=hour, minute=minute, second=0, microsecond=0) + timedelta(days=days)
    if planned <= moment:
        planned += timedelta(days=1 if every == EVERY_DAY else 7)
    return (planned - _EPOCH) // timedelta(microseconds=1)
