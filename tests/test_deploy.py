"""The files of a deployment: they say what the program understands, and what they promise can be done is done."""

from __future__ import annotations

import configparser
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import psycopg
import yaml

from dromio import store
from dromio.model.files import model_from
from dromio.server import Settings, load_settings, open_service
from dromio.server.audit import verify_chain
from dromio.server.roles import parse_grants
from dromio.server.settings import PREFIX

from .postgres import SERVER

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"
MODEL = {
    "format": "dromio/1",
    "attributes": [{"name": "email", "type": "email", "inputs": [{"columns": {"value": "email"}}]}],
    "keys": [{"fields": ["email.address"]}],
    "comparisons": [
        {
            "name": "email",
            "attribute": "email",
            "null_when": "missing(address)",
            "shared": 0.9,
            "levels": [
                {"label": "same", "when": "equal(address)", "m": 0.6, "u": 0.0001},
                {"label": "else", "m": 0.4, "u": 0.9999},
            ],
        }
    ],
    "prior": {"match": 0.005},
    "thresholds": {"match": 0.5, "review": -3},
}


def _loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, DEPLOY / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return found


def _unit() -> configparser.SectionProxy:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(DEPLOY / "dromio.service")
    return parser["Service"]


# Settings


def test_the_example_of_settings_is_current_and_changes_nothing() -> None:
    """Where this fails: python deploy/settings_reference.py"""
    text = (DEPLOY / "dromio.toml").read_text(encoding="utf-8")
    assert text == _loaded("settings_reference").as_toml()
    assert tomllib.loads(text) == {}


def test_every_line_of_the_example_is_a_default_when_its_mark_is_taken_away() -> None:
    text = (DEPLOY / "dromio.toml").read_text(encoding="utf-8")
    lines = re.findall(r"^# ([a-z_]+ = .*)$", text, re.M)
    assert Settings.model_validate(tomllib.loads("\n".join(lines))) == Settings()
    assert len(lines) == len(Settings.model_fields)


def test_the_reference_names_every_setting() -> None:
    table = _loaded("settings_reference").as_markdown()
    assert [name for name in Settings.model_fields if f"| `{name}` | `{PREFIX}{name.upper()}` |" not in table] == []


# Containers


def test_settings_of_the_composed_server_are_taken() -> None:
    environment = {name: str(value) for name, value in _compose()["services"]["server"]["environment"].items()}
    settings = load_settings(None, environment)
    assert settings.has_tls and not settings.dev and settings.key_file.startswith("/run/secrets/")
    assert "*" not in settings.allowed_hosts


def test_the_composed_server_can_do_as_little_as_possible() -> None:
    server = _compose()["services"]["server"]
    assert server["read_only"] and server["cap_drop"] == ["ALL"]
    assert all(port.startswith("127.0.0.1:") for port in server["ports"])
    assert "no-new-privileges:true" in server["security_opt"]


def test_no_secret_is_written_into_a_file() -> None:
    composed = _compose()
    for service in composed["services"].values():
        assert set(service["secrets"]) <= set(composed["secrets"])
        for name, value in service["environment"].items():
            assert "PASSWORD" not in name or name.endswith("_FILE")
            assert not urlsplit(str(value)).password
    assert {"secrets/", ".env"} <= set((DEPLOY / ".gitignore").read_text().split())


def test_the_database_of_the_composed_server_is_not_published() -> None:
    composed = _compose()
    database = composed["services"]["database"]
    assert "ports" not in database and database["networks"] == ["inside"]
    assert composed["networks"]["inside"]["internal"]


def test_the_container_does_not_run_as_root_and_says_whether_it_is_well() -> None:
    lines = (DEPLOY / "Containerfile").read_text(encoding="utf-8").splitlines()
    words = [line.split()[0] for line in lines if line and line[0].isupper()]
    last = max(place for place, word in enumerate(words) if word == "FROM")
    assert {"USER", "ENTRYPOINT", "VOLUME", "HEALTHCHECK"} <= set(words[last:])
    assert "USER 10001:10001" in lines


def test_the_health_check_fails_where_nobody_answers() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    (program,) = re.findall(r'CMD \["python", "-c", "(.*)"\]', text)
    done = subprocess.run([sys.executable, "-c", program.replace(":8080", ":9")], check=False)
    assert done.returncode == 1


def test_secrets_are_made_once_and_for_their_owner_only(tmp_path: Path) -> None:
    shutil.copy(DEPLOY / "make-secrets", tmp_path)
    given = os.environ | {"DROMIO_UID": str(os.getuid()), "DROMIO_GID": str(os.getgid())}
    made: list[list[str]] = []
    for _ in range(2):
        subprocess.run([tmp_path / "make-secrets"], check=True, env=given)
        made.append([path.read_text() for path in sorted((tmp_path / "secrets").iterdir())])
    assert made[0] == made[1]
    login, password, master = made[0]
    assert login == f"database:5432:dromio:dromio:{password}\n"
    assert re.fullmatch("[0-9a-f]{64}", password) and re.fullmatch("[0-9a-f]{64}", master) and password != master
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "secrets").iterdir()} == {0o600}
    assert (tmp_path / ".env").read_text() == f"DROMIO_UID={os.getuid()}\nDROMIO_GID={os.getgid()}\n"


def test_only_what_is_copied_is_sent_to_the_builder() -> None:
    """Secrets of this folder stay out of every image."""
    lines = (DEPLOY / "Containerfile.dockerignore").read_text(encoding="utf-8").split()
    sent = {line.removeprefix("!") for line in lines if line.startswith("!")}
    copies = re.findall(r"^COPY (?!--)(.*) \S+$", (DEPLOY / "Containerfile").read_text(encoding="utf-8"), re.M)
    assert lines[0] == "*" and sent == {name for line in copies for name in line.split()}


# systemd


def test_the_unit_runs_a_command_that_there_is_without_root() -> None:
    unit = _unit()
    assert unit["ExecStart"].split()[:2] == ["/opt/dromio/bin/dromio", "serve"]
    assert unit["User"] != "root" and unit["ProtectSystem"] == "strict" and unit["NoNewPrivileges"] == "yes"
    assert Settings().stop_seconds < int(unit["TimeoutStopSec"])
    name, _, value = unit["Environment"].partition("=")
    assert load_settings(None, {name: value}).key_file == "%d/master.key"


# Backup and restore


def _filled(settings: Settings) -> None:
    """Two records of one entity, and a key."""
    service = open_service(settings)
    try:
        service.keys.create("before", parse_grants(["people:reader"]))
        people = service.store.create_domain("people", model_from(MODEL))
        for number in range(2):
            people.resolve("crm", str(number), {"email": "ann@example.org"})
    finally:
        service.close()


def _assert_restored(settings: Settings, records: int = 2) -> None:
    """What was backed up is there and sound, and nothing else."""
    service = open_service(settings)
    try:
        verification = service.store.domain("people").verify()
        assert verification.is_sound and (verification.records, verification.entities) == (records, 1)
        assert [row.name for row in service.keys.rows()] == ["before"]
        assert not verify_chain(service.access, service.vault).fault
    finally:
        service.close()


def test_sqlite_is_copied_while_it_is_in_use_and_opens_again(tmp_path: Path) -> None:
    settings = load_settings(None, {}, store=f"sqlite:///{tmp_path}/live.db")
    _filled(settings)
    copied = tmp_path / "copied"
    with store.open(settings.store) as in_use:
        people = in_use.domain("people")
        people.resolve("crm", "only in the log yet", {"email": "ann@example.org"})
        names = [str(tmp_path / name) for name in ("live.db", "live.server.db")]
        subprocess.run([sys.executable, DEPLOY / "backup_sqlite.py", copied, *names], check=True, capture_output=True)
        people.resolve("crm", "later", {"email": "bob@example.org"})
    assert sorted(path.name for path in copied.iterdir()) == ["live.db", "live.server.db"]
    assert {path.stat().st_mode & 0o777 for path in copied.iterdir()} == {0o600}
    shutil.copy(tmp_path / "live.key", copied)
    _assert_restored(load_settings(None, {}, store=f"sqlite:///{copied}/live.db"), records=3)


def test_what_is_no_database_is_not_copied_and_the_older_copy_stays(tmp_path: Path) -> None:
    (tmp_path / "live.db").write_bytes(b"nonsense" * 1000)
    copied = tmp_path / "copied"
    copied.mkdir()
    (copied / "live.db").write_text("the older copy")
    arguments = [sys.executable, DEPLOY / "backup_sqlite.py", copied, tmp_path / "live.db"]
    done = subprocess.run(arguments, check=False, capture_output=True, text=True)
    assert done.returncode == 1 and "live.db" in done.stderr
    assert (copied / "live.db").read_text() == "the older copy"


@contextmanager
def _databases(*names: str) -> Iterator[list[str]]:
    """URLs of new, empty databases, which go with the block."""
    found = urlsplit(SERVER)
    with psycopg.connect(SERVER, connect_timeout=5, autocommit=True) as connection:
        for name in names:
            connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield [found._replace(path=f"/{name}").geturl() for name in names]
        finally:
            for name in names:
                connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_postgresql_is_dumped_and_restored_into_a_fresh_database(tmp_path: Path) -> None:
    key_file = tmp_path / "master.key"
    key_file.write_text("5a" * 32)
    key_file.chmod(0o600)
    mark = uuid.uuid4().hex[:12]
    with _databases(f"live_{mark}", f"fresh_{mark}") as (live, fresh):
        _filled(load_settings(None, {}, store=live, key_file=str(key_file)))
        file = tmp_path / "dromio.dump"
        subprocess.run(["pg_dump", "--format=custom", f"--file={file}", live], check=True)
        options = ["--exit-on-error", "--single-transaction", "--no-owner", f"--dbname={fresh}"]
        subprocess.run(["pg_restore", *options, file], check=True)
        _assert_restored(load_settings(None, {}, store=fresh, key_file=str(key_file)))
