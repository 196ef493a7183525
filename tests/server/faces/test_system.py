"""Routes about the server itself."""

from __future__ import annotations

from ..asking import Rig


def test_probes_say_little(rig: Rig) -> None:
    assert rig.ask("GET", "/healthz", key=None).json == {"status": "alive"}
    assert rig.ask("GET", "/readyz", key=None).json == {"status": "ready"}


def test_metrics_are_for_those_who_observe(rig: Rig) -> None:
    assert rig.ask("GET", "/metrics", key=None).status == 401
    assert rig.ask("GET", "/metrics", key=rig.key_for("*:reader")).status == 403
    answer = rig.ask("GET", "/metrics", key=rig.key_for("*:auditor"))
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert b"dromio_requests_total" in answer.body


def test_probes_leave_no_trace_in_the_audit_log(rig: Rig) -> None:
    before = rig.ask("GET", "/v1/audit/verify").json["entries"]
    for _ in range(3):
        rig.ask("GET", "/healthz", key=None)
    assert rig.ask("GET", "/v1/audit/verify").json["entries"] == before + 1
