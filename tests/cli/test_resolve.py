"""The command `resolve`: what it writes and prints, its exit codes, and what is left when it is stopped."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dromio import store
from dromio.cli import main
from dromio.model.schema import Attribute, Comparison, Input, Key, Level, Model, Prior

People = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def invoke(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """Calls the command line; gives exit code, standard output and standard error."""
    before = signal.getsignal(signal.SIGTERM)

    def called(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["dromio", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    yield called
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def source(tmp_path: Path, people: People) -> Path:
    pq.write_table(pa.Table.from_pylist(people()), tmp_path / "people.parquet")
    return tmp_path / "people.parquet"


def test_a_run_writes_its_files_and_says_what_it_found(invoke: Any, source: Path, tmp_path: Path) -> None:
    code, out, err = invoke("resolve", source, "-o", tmp_path / "out", "--no-report")
    assert (code, err) == (0, "")
    names = {"entities.parquet", "pairs.parquet", "golden.parquet", "model.yaml", "run.json"}
    assert {one.name for one in (tmp_path / "out").iterdir()} == names
    assert out.startswith("60 records are ") and "Look at" in out
    assert json.loads((tmp_path / "out" / "run.json").read_text())["records"] == 60
    assert pq.read_table(tmp_path / "out" / "entities.parquet").column_names == [
        "source_dataset",
        "unique_id",
        "cluster_id",
    ]


def test_a_quiet_run_says_nothing(invoke: Any, source: Path, tmp_path: Path) -> None:
    assert invoke("resolve", source, "-o", tmp_path / "out", "--no-report", "-q") == (0, "", "")


def test_csv_golden_records_hold_nothing_that_a_spreadsheet_would_run(
    invoke: Any, tmp_path: Path, people: People
) -> None:
    risky = ["=1+1", "+49 30 123456", "-2", "@SUM(A1)", "\t=1", "\r=1", "plain", "a=b"]
    rows = [
        row | {"=note": risky[number % 8], "tags": ["=x", None, "y"], "n": -5}
        for number, row in enumerate(people(repeated=0.0))
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "p.parquet")
    assert invoke("resolve", tmp_path / "p.parquet", "-o", tmp_path / "out", "--no-report", "--format", "csv")[0] == 0
    with (tmp_path / "out" / "golden.csv").open(newline="") as file:
        golden = list(csv.DictReader(file))
    assert len(golden) == 60
    assert {row["'=note"] for row in golden} == {"'" + text for text in risky[:6]} | {"plain", "a=b"}
    assert all(
        not text.startswith(("=", "+", "-", "@", "\t", "\r")) for row in golden for text in (*row, *row.values())
    )
    assert {row["tags"] for row in golden} == {"'=x; y"}


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["nothing.csv", "-o", "out"], 1, "dromio: there is no file nothing.csv"),
        (["{source}"], 2, "Missing option '--output'"),
        (["{source}", "-o", "out", "--memory", "255MB"], 1, "at least 256000000 (256MB) are needed"),
        (["{source}", "-o", "out", "--memory", "lots"], 1, "cannot read 'lots' as an amount of memory"),
        (["{source}", "-o", "out", "--threads", "0"], 1, "0 threads; 1 to 1024 are possible"),
        (["{source}", "-o", "out", "--threshold", "nan"], 1, "threshold nan; match weights go from"),
        (["{source}", "-o", "out", "--id", "key"], 1, "has no column 'key'; columns are 'id', 'first_name'"),
        (["{source}", "-o", "out", "--link-type", "all"], 2, "'all' is not one of 'dedupe_only'"),
        (["{source}", "-o", "out", "--format", "xlsx"], 2, "'xlsx' is not one of 'parquet', 'csv'"),
        (["{source}", "-o", "out", "--model", "no.yaml"], 1, "cannot read the model no.yaml"),
        (["{source}", "-o", "{source}"], 1, "is not a folder; name a folder for the output"),
        (["{source}", "-o", "."], 1, "holds files that are not an earlier run"),
        (["{source}", "{source}", "-o", "out"], 1, "two sources are called 'people'"),
    ],
)
def test_what_is_wrong_is_one_message_and_an_exit_code(
    invoke: Any, source: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, message: str
) -> None:
    monkeypatch.chdir(source.parent)
    found, out, err = invoke("resolve", *(one.format(source=source) for one in arguments))
    assert (found, out) == (code, "")
    assert message in err and "Traceback" not in err
    assert [one.name for one in source.parent.iterdir()] == ["people.parquet"]


def test_the_output_folder_is_looked_at_before_anything_is_read(invoke: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "is not a folder" in invoke("resolve", "nothing.csv", "-o", tmp_path / "file")[2]


def test_an_earlier_run_gives_way_to_a_new_one_only(invoke: Any, source: Path, tmp_path: Path) -> None:
    arguments = ("resolve", source, "-o", tmp_path / "out", "--no-report", "-q")
    assert invoke(*arguments, "--format", "csv")[0] == 0
    before = {one.name: one.read_bytes() for one in (tmp_path / "out").iterdir()}
    assert invoke("resolve", "nothing.csv", *arguments[2:])[0] == 1
    assert {one.name: one.read_bytes() for one in (tmp_path / "out").iterdir()} == before
    assert invoke(*arguments)[0] == 0
    assert not list((tmp_path / "out").glob("*.csv"))
    assert sorted(one.name for one in tmp_path.iterdir()) == ["out", "people.parquet"]


def test_memory_that_runs_out_is_one_message(
    invoke: Any, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: Any, **options: Any) -> None:
        raise MemoryError

    monkeypatch.setattr("dromio.service.resolve.read_records", fail)
    code, _, err = invoke("resolve", source, "-o", tmp_path / "out")
    assert code == 1 and err.startswith("dromio: memory ran out; give the run more (--memory)")
    assert not (tmp_path / "out").exists()


def limited(limit: int, kind: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, with a limit of the system."""
    start = (
        f"import resource; resource.setrlimit(resource.{kind}, ({limit}, {limit})); from dromio.cli import main; main()"
    )
    return subprocess.run(
        [sys.executable, "-c", start, *map(str, arguments)], capture_output=True, text=True, check=False
    )


def test_too_little_address_space_is_said_before_libraries_crash(source: Path, tmp_path: Path) -> None:
    done = limited(600_000_000, "RLIMIT_AS", "resolve", source, "-o", tmp_path / "out")
    assert done.returncode == 1
    assert "dromio: the limit on address space (ulimit -v) is 600 MB; at least 3,000 MB are needed" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_full_disk_leaves_nothing(source: Path, tmp_path: Path) -> None:
    done = limited(2000, "RLIMIT_FSIZE", "resolve", source, "-o", tmp_path / "out", "--no-report")
    assert done.returncode == 1
    assert "dromio: cannot write to" in done.stderr and "Traceback" not in done.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["people.parquet"]


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_stopped_leaves_the_earlier_output(stop: signal.Signals, source: Path, tmp_path: Path) -> None:
    """Stopped while it writes: the moment at which a half-written output could come to be."""
    out, temporary = tmp_path / "out", tmp_path / "tmp"
    temporary.mkdir()
    out.mkdir()
    (out / "run.json").write_text("earlier")
    start = """
import sys, time, dromio.service.outputs as outputs
from dromio import store
from dromio.cli import main
from dromio.model.schema import Attribute, Comparison, Input, Key, Level, Model, Prior
write = outputs.write_table
def slowly(*arguments):
    write(*arguments)
    print("writing", flush=True)
    time.sleep(30)
outputs.write_table = slowly
main()
"""
    command = [sys.executable, "-c", start, "resolve", str(source), "-o", str(out), "--no-report"]
    environment = os.environ | {"TMPDIR": str(temporary)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None and process.stdout.readline() == "writing\n"
    began = time.monotonic()
    process.send_signal(stop)
    _, err = process.communicate(timeout=20)
    assert time.monotonic() - began < 10
    assert [(one.name, one.read_text()) for one in out.iterdir()] == [("run.json", "earlier")]
    if stop == signal.SIGKILL:
        assert process.returncode == -signal.SIGKILL
    else:
        assert process.returncode == 130 and err.strip() == "Interrupted; nothing was written."
        assert not list(temporary.iterdir())
        assert sorted(one.name for one in tmp_path.iterdir()) == ["out", "people.parquet", "tmp"]


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A store of three records of two people, one of them still on its own."""
    levels = [Level(label="same", when="equal(value)", m=0.9, u=0.001), Level(label="else", m=0.1, u=0.999)]
    model = Model(
        attributes=[Attribute(name="email", type="identifier", inputs=[Input(columns={"value": "email"})])],
        keys=[Key(fields=["email.value"])],
        comparisons=[Comparison(name="email", attribute="email", null_when="missing(value)", levels=levels)],
        prior=Prior(match=0.01),
    )
    with store.open(f"sqlite:///{tmp_path / 'x.db'}") as opened:
        people = opened.create_domain("people", model)
        for number, email in enumerate(("ann@x.org", "ann@x.org", "bob@x.org")):
            people.resolve("crm", str(number), {"email": email})
    return tmp_path / "x.db"


def test_a_domain_of_a_store_is_resolved_where_it_is_kept(invoke: Any, kept: Path) -> None:
    for place in (kept, f"sqlite:///{kept}"):
        assert invoke("resolve", place, "--domain", "people") == (0, "2 entities\n", "")
    assert invoke("resolve", kept, "--domain", "people", "--quiet") == (0, "", "")
    with store.open(f"sqlite:///{kept}") as opened:
        with opened.domain("people")._database.read() as transaction:
            assert transaction.rows("SELECT count(*) FROM generations WHERE state = 'published'") == [(1,)]
            assert transaction.rows("SELECT count(*) FROM generations") == [(4,)]
        assert opened.domain("people").verify().is_sound


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["{store}", "--domain", "people", "-o", "out"], 2, "--output cannot be used with --domain"),
        (["{store}", "--domain", "people", "--model", "m", "--threshold", "3"], 2, "--model, --threshold cannot be"),
        (["{store}", "{store}", "--domain", "people"], 2, "--domain takes one store, found 2 inputs"),
        (["sqlite:///x.db?table=records", "--domain", "people"], 2, "leave out ?table="),
        (["{store}"], 2, "a store needs its --domain instead"),
        (["{store}", "--domain", "none"], 1, "there is no domain 'none'; domains are 'people'"),
        (["nowhere.db", "--domain", "people"], 1, "there is no store nowhere.db; make one with: dromio store init"),
        (["sqlite:///{store}", "-o", "out"], 1, "names no table; add ?table=NAME"),
    ],
)
def test_stores_and_tables_are_told_apart(
    invoke: Any, kept: Path, arguments: list[str], code: int, message: str
) -> None:
    told, out, err = invoke("resolve", *(one.replace("{store}", str(kept)) for one in arguments))
    assert (told, out) == (code, "")
    assert message in err
