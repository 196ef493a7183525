"""What a caller may choose is checked at once, with the value found and the values allowed."""

from __future__ import annotations

from typing import Any

import pytest

from dromio.errors import UsageError
from dromio.service.options import RunOptions, parse_memory


@pytest.mark.parametrize(
    ("text", "amount"), [("6GB", 6 * 10**9), ("512 MiB", 512 * 2**20), ("1.5gb", 15 * 10**8), ("300000000", 3 * 10**8)]
)
def test_memory_is_read_with_its_unit(text: str, amount: int) -> None:
    assert parse_memory(text) == amount


@pytest.mark.parametrize("text", ["", "GB", "-1GB", "6 apples", "1e9", "6,5GB", "9" * 400 + "GB"])
def test_other_amounts_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="write it as 6GB or 512MB"):
        parse_memory(text)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"memory": 255_999_999}, r"255999999 bytes of memory; at least 256000000 \(256MB\) are needed"),
        ({"memory": "6GB"}, "memory must be a number, found '6GB'"),
        ({"memory": True}, "memory must be a number, found True"),
        ({"threads": 0}, "0 threads; 1 to 1024 are possible"),
        ({"threads": 1025}, "1025 threads; 1 to 1024"),
        ({"threads": 1.5}, "threads must be a number, found 1.5"),
        ({"threshold": float("nan")}, "threshold nan; match weights go from -1000 to 1000 bits"),
        ({"threshold": float("inf")}, "threshold inf"),
        ({"threshold": "high"}, "threshold must be a number, found 'high'"),
        (
            {"link_type": "both"},
            "link type 'both' is not known; link types are dedupe_only, link_only, link_and_dedupe",
        ),
    ],
)
def test_choices_out_of_range_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        RunOptions(**options)


def test_choices_within_range_are_kept() -> None:
    options = RunOptions(link_type="link_only", threshold=-3, memory=256_000_000, threads=3)
    assert options.thread_count == 3
    assert RunOptions().thread_count >= 1
