"""Settings: safe as they come, and every wrong one is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dromio.errors import InputError, UsageError
from dromio.server.settings import Settings, is_loopback, load_settings


def test_without_any_setting_the_server_is_safe() -> None:
    settings = load_settings(None, {})
    assert settings.is_loopback and not settings.dev and "*" not in settings.allowed_hosts


def test_arguments_win_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "server.toml"
    file.write_text('port = 1\nthreads = 2\nqueue = 3\nallowed_hosts = ["a.example"]\n')
    environment = {"DROMIO_SERVER_PORT": "11", "DROMIO_SERVER_THREADS": "12", "OTHER": "x"}
    settings = load_settings(file, environment, port=21)
    assert (settings.port, settings.threads, settings.queue) == (21, 12, 3)
    assert settings.allowed_hosts == ("a.example",)


def test_lists_are_written_with_commas_in_the_environment() -> None:
    settings = load_settings(None, {"DROMIO_SERVER_ALLOWED_HOSTS": "a.example, b.example,"})
    assert settings.allowed_hosts == ("a.example", "b.example")


def test_all_faults_are_named_at_once() -> None:
    environment = {"DROMIO_SERVER_PROT": "1", "DROMIO_SERVER_THREADS": "many", "DROMIO_SERVER_QUEUE": "-1"}
    with pytest.raises(UsageError) as caught:
        load_settings(None, environment)
    assert all(name in str(caught.value) for name in ("prot: there is no such setting", "threads", "queue"))


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"dev": True, "host": "0.0.0.0", "behind_tls": True}, "dev needs a loopback host"),
        ({"host": "0.0.0.0"}, "needs tls_certificate or behind_tls"),
        ({"host": "db.example"}, "needs tls_certificate or behind_tls"),
        ({"tls_certificate": "a"}, "need each other"),
        ({"oidc_issuer": "https://id.example"}, "need each other"),
        ({"oidc_issuer": "a", "oidc_audience": "b", "oidc_keys": "http://id.example/keys"}, "a file or an https URL"),
        ({"oidc_algorithms": ()}, "must not be empty"),
        ({"oidc_algorithms": ("HS256",)}, "oidc_algorithms"),
        ({"oidc_algorithms": ("none",)}, "oidc_algorithms"),
        ({"allowed_hosts": ()}, "allowed_hosts must not be empty"),
        ({"body_seconds": 60.0}, "not be longer than total_seconds"),
        ({"credential_cache_seconds": 6}, "credential_cache_seconds"),
    ],
)
def test_what_does_not_fit_together_is_refused(given: dict[str, Any], named: str) -> None:
    with pytest.raises(UsageError, match=named):
        load_settings(None, {}, **given)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost"])
def test_loopback_hosts(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "localhost.evil.example", "10.0.0.1", "128.0.0.1"])
def test_other_hosts(host: str) -> None:
    assert not is_loopback(host)


def test_keys_and_audit_log_lie_beside_a_file_and_in_the_same_server() -> None:
    beside = load_settings(None, {}, store="sqlite:///data/people.db")
    assert beside.access_url == "sqlite:///data/people.server.db" and beside.key_path == Path("data/people.key")
    server = load_settings(None, {}, store="postgresql://db/people")
    assert server.access_url == server.store
    with pytest.raises(UsageError, match="key_file"):
        _ = server.key_path


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("port = ")
    for name in ("x.toml", "missing.toml"):
        with pytest.raises(InputError, match=name):
            load_settings(tmp_path / name, {})


def test_every_setting_is_described() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_the_documentation_has_every_setting_with_its_default() -> None:
    page = (Path(__file__).parents[2] / "docs" / "server.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        default = ",".join(field.default) if isinstance(field.default, tuple) else str(field.default)
        shown = f"`{default.lower() if isinstance(field.default, bool) else default}`" if default else ""
        assert f"| `{name}` | {shown} | {field.description} |" in page
