"""`dromio store … --server`: the same commands with the same output and exit codes, asked of a real server process."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dromio.cli import cli
from dromio.errors import DromioError
from dromio.model.files import save_model
from dromio.server.roles import Role, parse_grants
from dromio.server.service import open_access
from dromio.server.settings import load_settings
from tests.cli.people import sample

ROWS = "id,name,email\n1,Ann Lee,ann@x.org\n2,Ann Lee,ann@x.org\n3,Bob Ray,bob@x.org\n4,Bob Ray,other@x.org\n"


@dataclass(frozen=True)
class Running:
    """A server process and its keys."""

    url: str
    key: str
    reader: str


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("server")
    store = f"sqlite:///{folder / 'remote.db'}"
    access, vault = open_access(load_settings(None, {}, store=store))
    from dromio.server.access.api_keys import ApiKeys

    keys = ApiKeys(access, vault)
    key = keys.create("Kim", parse_grants([f"*:{role}" for role in Role]))[1]
    reader = keys.create("Rita", parse_grants(["*:reader"]))[1]
    access.close()
    command = [sys.executable, "-m", "dromio.cli", "serve", "--store", store, "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        yield Running(process.stdout.readline().split()[-1], key, reader)
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close() if process.stdout else None


@dataclass
class Pair:
    """The same commands on a store and on a server."""

    server: Running
    domain: str

    def here(self, name: str, *arguments: str, author: bool = False) -> Result:
        named = ["--author", "Kim"] if author else []
        return invoke(["store", name, "store.db", "--domain", self.domain, *named, *arguments])

    def there(self, name: str, *arguments: str, key: str = "") -> Result:
        asked = ["store", name, "--domain", self.domain, "--server", self.server.url, *arguments]
        return invoke(asked, {"DROMIO_KEY": key or self.server.key})

    def both(self, name: str, *arguments: str, author: bool = False, more: tuple[str, ...] = ()) -> str:
        """Output of a command, which is the same in both places but for moments and the name of the place."""
        here, there = self.here(name, *arguments, author=author), self.there(name, *arguments, *more)
        assert (here.exit_code, plain(here.output)) == (there.exit_code, plain(there.output)), (here, there)
        return here.output


def plain(text: str) -> str:
    moments = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)", "MOMENT", text)
    return re.sub(r"--server \S+|http\S+|store\.db", "PLACE", moments)


def invoke(arguments: list[str], environment: dict[str, str] | None = None) -> Result:
    done = CliRunner().invoke(cli, arguments, env={"DROMIO_KEY": None} | (environment or {}))
    if isinstance(done.exception, Exception) and not isinstance(done.exception, DromioError):
        raise done.exception
    return done


_numbers = iter(range(1, 100))


@pytest.fixture
def pair(server: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pair:
    monkeypatch.chdir(tmp_path)
    save_model(sample(), "model.yaml")
    Path("people.csv").write_text(ROWS, encoding="utf-8")
    made = Pair(server, f"people{next(_numbers)}")
    assert "is ready in" in made.here("init", "--model", "model.yaml").output
    assert f"is ready in {server.url}" in made.there("init", "--model", "model.yaml").output
    return made


def test_entities_are_shown_merged_split_and_undone(pair: Pair) -> None:
    """The first test: numbers of a server go on over its domains, so only its first ones are those of a new file."""
    pair.both("add", "people.csv", "--source", "crm", "--id", "id")
    for asked in (["show", "1"], ["show", "1", "--json"], ["history", "1"], ["show", "1", "--as-of", "2100-01-01"]):
        assert "crm" in pair.both(*asked), asked
    assert "item" in pair.both("review")
    assert "possible" in pair.both("review", "--json", "--limit", "1")
    assert "undo with" in pair.both("merge", "1", "2", author=True)
    assert "4 record" not in pair.both("show", "2")
    assert pair.both("undo", "1") == "act 1 is undone\n"
    assert "now in entity" in pair.both("unmerge", "1", "crm:2", author=True)
    assert "ann@x.org" in pair.both("export", "1")
    here = pair.here("erase", "1", "--yes", "--json")
    there = pair.there("erase", "1", "--yes", "--json", "--reason", "she asked")
    assert json.loads(here.output)["records"] == json.loads(there.output)["records"] == 1
    assert "erased" in pair.both("show", "1")
    assert pair.here("show", "77").exit_code == pair.there("show", "77").exit_code == 1


def test_records_go_in_and_are_found(pair: Pair) -> None:
    assert pair.both("add", "people.csv", "--source", "crm", "--id", "id") == "4 added\n"
    assert pair.both("add", "people.csv", "--source", "crm", "--id", "id") == "4 unchanged\n"
    assert pair.both("search", "email=nobody@x.org") == "nobody\n"
    found = [json.loads(ask("search", "email=ann@x.org", "--json").output) for ask in (pair.here, pair.there)]
    assert [one["decision"] for one in found] == ["match", "match"]
    assert [len(one["candidates"]) for one in found] == [2, 2]
    assert pair.both("add", "nowhere.csv", "--source", "crm").startswith("Usage: ")


def test_a_key_can_be_in_a_file(pair: Pair) -> None:
    Path("key").write_text(f"{pair.server.key}\n")
    asked = ["store", "search", "--server", pair.server.url, "--domain", pair.domain, "--key-file", "key", "email=a"]
    assert invoke(asked).output == "nobody\n"
    Path("key").write_text("two words")
    assert "must hold one key" in str(invoke(asked).exception)
    Path("key").unlink()
    assert "cannot read the key file" in str(invoke(asked).exception)


def test_without_a_key_or_the_right_nothing_is_told(pair: Pair) -> None:
    refused = pair.there("search", "email=a", key="nonsense")
    assert refused.exit_code == 1 and "A valid credential is needed" in str(refused.exception)
    denied = pair.there("merge", "1", "2", key=pair.server.reader)
    assert denied.exit_code == 1 and "does not allow this" in str(denied.exception)


def test_a_server_that_is_away_is_named_as_such(pair: Pair) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        done = invoke(["store", "search", "--server", url, "--domain", "people", "email=a"])
    assert done.exit_code == 1 and "reach" in str(done.exception)


@pytest.mark.parametrize("command", ["scrub"])
def test_what_a_server_does_not_answer_is_said(pair: Pair, command: str) -> None:
    done = pair.there(command)
    assert done.exit_code == 2 and f"a server does not answer '{command}'" in done.output


def test_settings_are_shown_and_changed(pair: Pair) -> None:
    assert "open for ever" in pair.both("settings")
    assert "open for 30 days" in pair.both("settings", "--review-days", "30", "--consent")
    assert json.loads(pair.both("settings", "--json")) == {"asks_consent": True, "review_days": 30}
    assert "not asked for" in pair.both("settings", "--no-consent", "--review-days", "0")


def test_all_is_verified_resolved_and_put_under_another_model(pair: Pair) -> None:
    pair.both("add", "people.csv", "--source", "crm", "--id", "id")
    assert "0 difference(s)" in pair.both("verify")
    assert json.loads(pair.both("verify", "--json"))["records"] == 4
    assert "entities" in pair.both("resolve")
    proposed = ("propose", "--model", "model.yaml", "--json")
    assert json.loads(pair.both(*proposed)) == json.loads(pair.there(*proposed).output) | {"model_version": 2}
    assert "entities" in pair.both("apply", "2")
    failed = pair.there("apply", "9")
    assert failed.exit_code == 1 and "no such thing" in str(failed.exception)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["show", "--server", "ftp://x", "--domain", "a", "1"], "--server takes http://… or https://…"),
        (["show", "http://127.0.0.1:1", "--domain", "a", "1"], "a server is named with --server URL"),
        (["show", "store.db", "--domain", "a", "1", "--key-file", "key"], "--key-file needs --server"),
        (["erase", "store.db", "--domain", "a", "1", "--reason", "x"], "--reason needs --server"),
        (["merge", "--server", "http://127.0.0.1:1", "--domain", "a", "1", "2", "--author", "x"], "leave --author out"),
        (["show", "--domain", "a", "1", "--server"], "requires an argument"),
    ],
)
def test_options_that_do_not_fit_are_refused(arguments: list[str], told: str) -> None:
    done = invoke(["store", *arguments])
    assert done.exit_code == 2 and told in done.output


def test_a_server_wants_to_know_why_somebody_is_erased(pair: Pair) -> None:
    pair.both("add", "people.csv", "--source", "crm", "--id", "id")
    entity = json.loads(pair.there("search", "email=ann@x.org", "--json").output)["entity_id"]
    done = pair.there("erase", str(entity), "--yes")
    assert done.exit_code == 1 and "give --reason" in str(done.exception)


def test_the_secret_stays_out_of_the_arguments() -> None:
    assert "DROMIO_KEY" in invoke(["store", "show", "--help"]).output
    assert os.environ.get("DROMIO_KEY") is None
