"""Rates and bounds."""

from __future__ import annotations

import pytest

from dromio.server.errors import OverloadError, RateError
from dromio.server.limits import Buckets, Gate, Shares


def test_a_caller_has_its_burst_and_then_its_rate() -> None:
    now = [0.0]
    buckets = Buckets(2, 3, clock=lambda: now[0])
    for _ in range(3):
        buckets.take("ann")
    with pytest.raises(RateError) as caught:
        buckets.take("ann")
    assert caught.value.retry_after == pytest.approx(0.5)
    buckets.take("bob")
    now[0] = 0.5
    buckets.take("ann")
    with pytest.raises(RateError):
        buckets.check("ann")
    now[0] = 1000
    for _ in range(3):
        buckets.take("ann")
    with pytest.raises(RateError):
        buckets.take("ann")


def test_checking_takes_nothing() -> None:
    buckets = Buckets(1, 1, clock=lambda: 0)
    for _ in range(5):
        buckets.check("ann")
    buckets.take("ann")


def test_a_refused_request_costs_nothing() -> None:
    now = [0.0]
    buckets = Buckets(1, 1, clock=lambda: now[0])
    buckets.take("ann")
    for _ in range(10):
        with pytest.raises(RateError):
            buckets.take("ann")
    now[0] = 1
    buckets.take("ann")


def test_memory_for_callers_is_bounded() -> None:
    buckets = Buckets(1, 1, most=3, clock=lambda: 0)
    for number in range(100):
        buckets.take(str(number))
    assert len(buckets._levels) == 3


def test_the_gate_holds_its_number() -> None:
    gate = Gate(2)
    gate.enter()
    gate.enter()
    with pytest.raises(OverloadError):
        gate.enter()
    gate.leave()
    gate.enter()
    assert gate.inside == 2


def test_a_caller_has_its_share_and_no_more() -> None:
    shares = Shares(2)
    shares.enter("ann")
    shares.enter("ann")
    with pytest.raises(RateError):
        shares.enter("ann")
    shares.enter("bob")
    shares.leave("ann")
    shares.enter("ann")
    for caller in ("ann", "ann", "bob"):
        shares.leave(caller)
    assert not shares._inside
