"""Metrics: right counts, in the text format, added up over workers."""

from __future__ import annotations

import json
import re
from pathlib import Path

from dromio.server.metrics import Metrics

_LINE = re.compile(r'[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? -?[0-9.e+]+')


def test_counts_and_durations() -> None:
    metrics = Metrics()
    for seconds in (0.0005, 0.003, 100.0):
        metrics.answered("get_entity", "GET", 200, seconds)
    metrics.answered("get_entity", "GET", 404, 0.001)
    metrics.refused("unauthenticated")
    lines = metrics.text().splitlines()
    assert 'dromio_requests_total{route="get_entity",method="GET",status="200"} 3' in lines
    assert 'dromio_request_seconds_bucket{route="get_entity",le="0.001"} 2' in lines
    assert 'dromio_request_seconds_bucket{route="get_entity",le="30.0"} 3' in lines
    assert 'dromio_request_seconds_bucket{route="get_entity",le="+Inf"} 4' in lines
    assert 'dromio_request_seconds_count{route="get_entity"} 4' in lines
    assert 'dromio_refused_total{reason="unauthenticated"} 1' in lines
    assert all(line.startswith("#") or _LINE.fullmatch(line) for line in lines)


def test_workers_are_added_up_and_broken_files_left_out(tmp_path: Path) -> None:
    own, empty = Metrics(tmp_path), Metrics()
    own.answered("healthz", "GET", 200, 0.001)
    own.write()
    counts = json.loads(next(tmp_path.glob("worker-*.json")).read_text())
    (tmp_path / "worker-0.json").write_text(json.dumps(counts))
    (tmp_path / "worker-1.json").write_text("{")
    assert 'dromio_requests_total{route="healthz",method="GET",status="200"} 2' in own.text()
    assert "healthz" not in empty.text()
