"""What a record is compared by, as the store keeps it."""

from __future__ import annotations

import pytest

from dromio.records import RecordKey
from dromio.store.matching import Matcher, Prepared, cleaned_from, keys_from

from .conftest import ANN
from .factory import model

KEY = RecordKey("crm", "1")


@pytest.fixture
def matcher() -> Matcher:
    return Matcher(model(max_block=3), b"secret")


def prepared(matcher: Matcher, **values: str | None) -> Prepared:
    return matcher.prepare(KEY, values)


def test_what_is_kept_reads_back(matcher: Matcher) -> None:
    made = matcher.prepare(KEY, ANN)
    assert keys_from(made.blocks_text) == (made.joins, made.keys)
    again = matcher.prepare_cleaned(cleaned_from(made.cleaned_text))
    assert (again.keys, again.digest, again.joins) == (made.keys, made.digest, made.joins)


def test_hashes_need_the_secret(matcher: Matcher) -> None:
    assert Matcher(model(), b"another").hashed("ann@x.org") != matcher.hashed("ann@x.org")
    assert "ann" not in matcher.prepare(KEY, ANN).blocks_text


def test_records_that_say_the_same_have_one_digest_however_it_is_written(matcher: Matcher) -> None:
    one = prepared(matcher, given="Ann", family="Lee", email="ann@x.org")
    other = prepared(matcher, given="ANN", family="lee ", email="Ann@X.org", note="not compared")
    assert one.digest == other.digest is not None
    assert one.joins
    assert prepared(matcher, given="Ann", family="Lee").digest != one.digest


def test_little_does_not_join_and_nothing_has_no_digest(matcher: Matcher) -> None:
    assert not prepared(matcher, email="ann@x.org").joins
    assert prepared(matcher, note="x").digest is None


def test_without_a_probability_records_do_not_join_for_saying_the_same() -> None:
    certain = Matcher(model(rules=True, compared=False), b"secret")
    assert certain.prepare(KEY, ANN).digest is None


def test_parts_of_a_block_differ_from_each_other_and_from_other_blocks(matcher: Matcher) -> None:
    blocks, splits = (1, -5, 2**63 - 1), (1, 7, -(2**63))
    parts = {matcher.sub_hash(block, split) for block in blocks for split in splits}
    assert len(parts) == 9
    assert all(-(2**63) <= part < 2**63 for part in parts)


def test_the_order_of_two_records_does_not_matter(matcher: Matcher) -> None:
    one, other = prepared(matcher, family="Lee", email="a@x.org"), prepared(matcher, family="Lee", phone="1")
    assert matcher.compare(one.cleaned, other.cleaned) == matcher.compare(other.cleaned, one.cleaned)
