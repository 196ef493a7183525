"""When a schedule is due next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.errors import UsageError
from dromio.jobs.times import EVERY_DAY, WEEKDAYS, next_time
from dromio.store import clock

DAYS = st.sampled_from([EVERY_DAY, *WEEKDAYS])
TIMES = st.times().map(lambda one: f"{one:%H:%M}")
MOMENTS = st.datetimes(datetime(1999, 1, 1), datetime(2999, 1, 1))


def moment(text: str) -> int:
    return clock.from_datetime(datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("every", "at", "now", "then"),
    [
        ("day", "03:30", "2026-11-21T01:00:00", "2026-11-21T03:30:00"),
        ("day", "03:30", "2026-11-21T03:30:00", "2026-11-22T03:30:00"),
        ("day", "00:00", "2026-12-31T23:59:59", "2027-01-01T00:00:00"),
        ("saturday", "12:00", "2026-11-21T11:59:59", "2026-11-21T12:00:00"),
        ("saturday", "12:00", "2026-11-21T12:00:00", "2026-11-28T12:00:00"),
        ("friday", "12:00", "2026-11-21T11:00:00", "2026-11-27T12:00:00"),
    ],
)
def test_the_next_time_is_behind_now(every: str, at: str, now: str, then: str) -> None:
    assert clock.as_text(next_time(every, at, moment(now))) == f"{then}Z"


@given(DAYS, TIMES, MOMENTS)
def test_the_next_time_is_the_first_that_fits(every: str, at: str, now: datetime) -> None:
    begun = clock.from_datetime(now)
    found = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=next_time(every, at, begun))
    assert f"{found:%H:%M}" == at and (found.second, found.microsecond) == (0, 0)
    assert every in (EVERY_DAY, WEEKDAYS[found.weekday()])
    step = timedelta(days=1 if every == EVERY_DAY else 7)
    assert found - step <= now.replace(tzinfo=UTC) < found


@pytest.mark.parametrize(("every", "at"), [("month", "03:30"), ("day", "24:00"), ("day", "3:30"), ("day", "03:30\n")])
def test_what_is_no_time_is_refused(every: str, at: str) -> None:
    with pytest.raises(UsageError, match=r"must be .*found"):
        next_time(every, at, 0)
