"""Moments, and entities as they are posted."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dromio.interchange.reltio import DocumentError
from dromio.server.faces.reltio.configuration import Configuration, TypeConfiguration
from dromio.server.faces.reltio.entities import moment_of, read_posted
from dromio.server.faces.reltio.errors import UnknownError

from .factory import STARK

KNOWN = Configuration({"HCP": TypeConfiguration()})


def test_a_moment_is_the_end_of_its_millisecond() -> None:
    assert moment_of(None) is None
    assert moment_of(1_500) == datetime(1970, 1, 1, 0, 0, 1, 500_999, tzinfo=UTC)
    with pytest.raises(UnknownError):
        moment_of(10**17)


def test_every_fault_of_every_entity_is_named() -> None:
    crosswalks = [{"type": "", "value": "1"}, {"type": "a", "value": "x" * 501}]
    posted = [STARK | {"crosswalks": crosswalks}, {"type": "Nobody"}, 5, STARK | {"crosswalks": "x"}]
    with pytest.raises(DocumentError) as caught:
        read_posted(posted, KNOWN)
    paths = [fault.path for fault in caught.value.faults]
    assert paths == ["0.crosswalks.0.type", "0.crosswalks.1.value", "1.type", "2.", "3.crosswalks"]
    with pytest.raises(DocumentError):
        read_posted([], KNOWN)


def test_one_entity_need_not_stand_in_a_list() -> None:
    assert read_posted(STARK, KNOWN) == read_posted([STARK], KNOWN)
