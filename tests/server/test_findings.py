"""What the doctor finds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dromio.server import open_service
from dromio.server.findings import findings
from dromio.server.roles import parse_grants
from dromio.server.settings import Settings, load_settings
from dromio.store import clock

DAY = 24 * 3600 * 1_000_000


def settings(folder: Path, **given: Any) -> Settings:
    key = folder / "master.key"
    key.write_text("5a" * 32)
    key.chmod(0o600)
    given.setdefault("key_file", str(key))
    return load_settings(None, {}, store=f"sqlite:///{folder / 'x.db'}", **given)


def prepared(given: Settings, *grants: str, days: int | None = 30) -> None:
    service = open_service(given)
    service.keys.create("ann", parse_grants(grants or ["people:reader"]), days and clock.now() + days * DAY)
    service.close()
    for path in Path(given.store.removeprefix("sqlite:///")).parent.glob("x.*"):
        path.chmod(0o600)


def test_nothing_is_found_where_everything_is_as_safe_as_it_can_be(tmp_path: Path) -> None:
    given = settings(tmp_path)
    prepared(given)
    assert findings(given) == []


@pytest.mark.parametrize(
    ("given", "subject"),
    [
        ({"dev": True}, "dev"),
        ({"host": "0.0.0.0", "behind_tls": True}, "host"),
        ({"host": "0.0.0.0", "behind_tls": True}, "behind_tls"),
        ({"allowed_hosts": ("*",)}, "allowed_hosts"),
        ({"trusted_proxies": ("*",)}, "trusted_proxies"),
        ({"max_body_bytes": 100_000_000}, "max_body_bytes"),
        ({"signature_skew_seconds": 900}, "signature_skew_seconds"),
        ({"oidc_leeway_seconds": 300}, "oidc_leeway_seconds"),
        ({"audit_reads_wait": False}, "audit_reads_wait"),
        ({"log_level": "DEBUG"}, "log_level"),
        ({"key_file": ""}, "key_file"),
    ],
)
def test_every_unsafe_setting_is_found(tmp_path: Path, given: dict[str, Any], subject: str) -> None:
    assert subject in {one.subject for one in findings(settings(tmp_path, **given))}


def test_files_that_others_can_read_are_found(tmp_path: Path) -> None:
    given = settings(tmp_path)
    prepared(given)
    for name in ("x.db", "x.server.db", "master.key"):
        (tmp_path / name).chmod(0o644)
    assert {one.subject for one in findings(given)} == {
        str(tmp_path / one) for one in ("x.db", "x.server.db", "master.key")
    }


def test_keys_with_too_much_are_found(tmp_path: Path) -> None:
    given = settings(tmp_path)
    prepared(given, "*:admin", "*:reader", days=None)
    messages = " ".join(map(str, findings(given)))
    assert all(text in messages for text in ("never expires", "reader for all domains", "administers and works"))


def test_a_server_without_keys_is_found_and_nothing_is_made(tmp_path: Path) -> None:
    given = settings(tmp_path)
    assert [one.subject for one in findings(given)] == ["keys"]
    assert [one.name for one in tmp_path.iterdir()] == ["master.key"]


def test_a_broken_audit_log_is_found(tmp_path: Path) -> None:
    given = settings(tmp_path)
    prepared(given)
    assert "before the checkpoint" in str(findings(given, (5, "0" * 64)))


def test_another_master_key_is_found(tmp_path: Path) -> None:
    given = settings(tmp_path)
    (tmp_path / "x.server.db").touch(mode=0o600)
    (tmp_path / "master.key").write_text("nonsense")
    assert "hexadecimal" in str(findings(given))
