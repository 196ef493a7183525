"""What the batch is to reach on made-up customers, and the table that says whether it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LARGE = 1_000_000
"""Records from which on time, memory and candidates have targets: below, starting and understanding weigh most."""
RATIO = 0.75
"""Of the peer's time and memory, at the most."""
LEAST_F1 = {100_000: 0.965}
LEAST_F1_ELSE = 0.960
LEAST_RECALL = 0.928
"""Of candidate pairs: what the peer's keys find of a million records."""
MOST_CALIBRATION_ERROR = 0.03
MOST_GROWTH = 6.0
"""Times the time, for five times the records."""
RECORDED_PEER: dict[int, dict[str, float]] = {
    100_000: {"seconds": 5.0, "memory_mb": 468, "f1": 0.932},
    1_000_000: {"seconds": 15.7, "memory_mb": 1438, "f1": 0.925},
    5_000_000: {"seconds": 41.8, "memory_mb": 4867},
}
"""Splink 5.0, fastest defensible training, 2 cores, 24 GiB: seconds, MB, best cluster F1 in hindsight."""


@dataclass(frozen=True)
class Row:
    """A figure beside the peer's, with its target in words; `passed` is None where there is none."""

    records: str
    figure: str
    value: str
    peer: str = "-"
    target: str = "-"
    passed: bool | None = None

    def cells(self) -> tuple[str, ...]:
        """The row as texts."""
        verdict = {True: "pass", False: "FAIL", None: "-"}[self.passed]
        return (self.records, self.figure, self.value, self.peer, self.target, verdict)


def rows_of(result: Mapping[str, Any]) -> list[Row]:
    """The figures of one size."""
    own, peer, size = result["dromio"], result["peer"], result["records"]
    shown, limit = f"{size:,}", result["memory_limit"]
    quality = own["quality"]
    f1, pairs = quality["clusters"]["f1"], quality["pairs"]
    recall = pairs["compared_true"] / max(quality["counts"]["true_pairs"], 1)
    rows = [
        _against(size, "seconds", own["seconds"], peer.get("seconds")),
        _against(size, "memory MB", own["memory_mb"], peer.get("memory_mb")),
    ]
    if limit is not None:
        most = _megabytes(limit)
        rows.append(
            Row(shown, "memory MB", f"{own['memory_mb']:,.0f}", target=f"<= {limit}", passed=own["memory_mb"] <= most)
        )
    least = LEAST_F1.get(size, LEAST_F1_ELSE)
    rows += [
        Row(shown, "cluster F1", f"{f1:.4f}", _figure(peer.get("f1")), f">= {least:.3f}", f1 >= least),
        Row(shown, "pair F1", f"{pairs['at_match']['f1']:.4f}"),
    ]
    if size >= LARGE:
        passed = recall > LEAST_RECALL
        found = Row(
            shown, "candidate recall", f"{recall:.4f}", _figure(peer.get("recall")), f"> {LEAST_RECALL}", passed
        )
        rows.append(found)
    error = pairs["calibration"]["equal_width"]
    target = f"<= {MOST_CALIBRATION_ERROR}"
    rows.append(Row(shown, "calibration error", f"{error:.4f}", target=target, passed=error <= MOST_CALIBRATION_ERROR))
    return rows


def rows_of_growth(results: Sequence[Mapping[str, Any]]) -> list[Row]:
    """How many times as long the largest takes of two sizes of which one is five times the other."""
    seconds = {result["records"]: result["dromio"]["seconds"] for result in results}
    rows = []
    for size, taken in seconds.items():
        if size % 5 == 0 and size // 5 in seconds:
            times = taken / seconds[size // 5]
            target = f"<= {MOST_GROWTH:.0f}"
            rows.append(
                Row(f"{size:,}", f"times as long as {size // 5:,}", f"{times:.2f}", "-", target, times <= MOST_GROWTH)
            )
    return rows


def table_of(rows: Sequence[Row]) -> str:
    """The rows as one plain table."""
    lines = [("records", "figure", "Dromio", "peer", "target", ""), *(row.cells() for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


def _against(size: int, name: str, value: float, other: float | None) -> Row:
    """A figure beside the peer's; of large data it is to be at most a share of that."""
    shown = f"{size:,}"
    if other is None:
        return Row(shown, name, f"{value:,.1f}")
    ratio = value / other
    if size < LARGE:
        return Row(shown, name, f"{value:,.1f}", f"{other:,.1f}", f"({ratio:.2f} of it)")
    return Row(shown, name, f"{value:,.1f}", f"{other:,.1f}", f"<= {RATIO} of it ({ratio:.2f})", ratio <= RATIO)


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _megabytes(limit: str) -> float:
    """A limit such as 6GB, in MB as operating systems count them."""
    from dromio.service.options import parse_memory

    return parse_memory(limit) / 2**20
