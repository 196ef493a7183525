"""`dromio store`: from an empty file to an erased person, in tables and in JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from dromio.cli.store import command
from dromio.contact_centre import Told, open_centre
from dromio.errors import InputError, UnknownError
from dromio.model.files import save_model
from dromio.model.schema import Partition, Prior
from tests.cli.people import sample

Run = Callable[..., Result]
ROWS = "id,name,email\n1,Ann Lee,ann@x.org\n2,Ann Lee,ann@x.org\n3,Bob Ray,bob@x.org\n"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on a store of three records of two people."""
    monkeypatch.chdir(tmp_path)
    save_model(sample(), "model.yaml")
    Path("people.csv").write_text(ROWS, encoding="utf-8")

    def invoke(name: str, *arguments: str, code: int = 0) -> Result:
        done = CliRunner().invoke(command, [name, "store.db", "--domain", "people", *arguments])
        if isinstance(done.exception, Exception):
            raise done.exception
        assert done.exit_code == code, done.output
        return done

    assert "domain 'people' is ready" in invoke("init", "--model", "model.yaml").output
    assert invoke("add", "people.csv", "--source", "crm", "--id", "id").output == "3 added\n"
    return invoke


def test_a_batch_over_the_store_publishes_the_same_entities(run: Run) -> None:
    assert run("resolve").output == "2 entities\n"
    assert run("verify").output.endswith("0 difference(s)\n")


def test_another_model_is_shown_before_it_is_applied(run: Run) -> None:
    Path("more.csv").write_text("id,name,email\n4,Ann Lee,lee@y.org\n", encoding="utf-8")
    run("add", "more.csv", "--source", "crm", "--id", "id")
    save_model(sample().model_copy(update={"prior": Prior(match=0.5)}), "bold.yaml")
    assert "3 entities become 2" in run("propose", "--model", "bold.yaml").output
    shown = run("propose", "--model", "bold.yaml").output
    assert "joined (1)\nentities  count  records\n1, 3      3      crm:1, crm:2, crm:4\n" in shown
    assert (
        "golden values (1)\nentity  into  column  before     after\n3       1     email   lee@y.org  ann@x.org" in shown
    )
    assert "split" not in shown.split("\n", 1)[1]
    assert "apply with: dromio store apply store.db --domain people 3" in shown
    few = run("propose", "--model", "bold.yaml", "--limit", "0").output
    assert "joined (1, the first 0)\n" in few and "crm:4" not in few
    plain = json.loads(run("propose", "--model", "bold.yaml", "--json").output)
    assert (plain["merged_count"], plain["golden_count"]) == (1, 1)
    assert plain["golden"][0] == {
        "entity_id": 3, "into": 1, "name": "email", "before": "lee@y.org", "after": "ann@x.org"
    }  # fmt: skip
    assert run("verify").output.startswith("4 records, 3 entities")
    assert run("apply", "2").output == "2 entities\n"


def test_adding_again_changes_nothing(run: Run) -> None:
    assert run("add", "people.csv", "--source", "crm", "--id", "id").output == "3 unchanged\n"
    lines = run("add", "people.csv", "--source", "crm", "--id", "id", "--json").output.splitlines()
    assert [json.loads(line)["entity_id"] for line in lines] == [1, 1, 2]


def test_json_lines_are_added_too(run: Run) -> None:
    Path("more.jsonl").write_text('{"id": 9, "name": "Ann Lee", "email": null}\n', encoding="utf-8")
    assert run("add", "more.jsonl", "--source", "shop", "--id", "id").output == "1 added\n"


def test_a_record_without_its_id_is_named(run: Run) -> None:
    with pytest.raises(InputError, match="record 1: column 'nr' is missing or empty"):
        run("add", "people.csv", "--source", "crm", "--id", "nr")


def test_search(run: Run) -> None:
    assert run("search", "email=ann@x.org", "name=Ann Lee").output.splitlines()[0] == "entity 1"
    assert json.loads(run("search", "email=x", "--json").output)["entity_id"] is None
    assert "nobody" in run("search", "email=x").output
    assert "expected COLUMN=VALUE" in run("search", "ann", code=2).output


def test_show_and_history(run: Run) -> None:
    shown = run("show", "1").output
    assert shown.startswith("entity 1: live, 2 record(s)\n")
    assert "Ann Lee" in shown
    assert json.loads(run("show", "1", "--json").output)["golden"]["values"]["email"] == "ann@x.org"
    assert run("show", "1", "--as-of", "2020-01-01").output == "entity 1: live, 0 record(s)\n"
    assert "added  crm:1" in run("history", "1").output
    assert [one["kind"] for one in json.loads(run("history", "1", "--json").output)] == ["added", "added"]


def test_merge_undo_and_unmerge(run: Run) -> None:
    merged = run("merge", "1", "2", "--author", "eve").output
    assert merged == "merged into entity 1; undo with: dromio store undo store.db --domain people 1\n"
    assert run("show", "2").output.startswith("entity 2: merged into 1, 3 record(s)")
    assert run("undo", "1").output == "act 1 is undone\n"
    assert run("show", "2").output.startswith("entity 2: live")
    assert "now in entity 3" in run("unmerge", "1", "crm:2", "--author", "eve").output
    assert "expected SOURCE:UNIQUE_ID" in run("unmerge", "1", "2", "--author", "eve", code=2).output


def test_review(run: Run) -> None:
    Path("more.csv").write_text("id,name,email\n4,Ann Lee,other@x.org\n", encoding="utf-8")
    run("add", "more.csv", "--source", "crm", "--id", "id")
    (item, *_) = json.loads(run("review", "--json").output)
    assert item["kind"] == "possible"
    assert "a decision needs its --author" in run("review", "--accept", "1", code=2).output
    assert "one item at a time" in run("review", "--accept", "1", "--decline", "1", code=2).output
    left = run("review", "--decline", str(item["item_id"]), "--author", "eve", "--json").output
    assert item["item_id"] not in [one["item_id"] for one in json.loads(left)]
    assert "possible" in run("review").output


def test_review_says_why_two_records_wait(run: Run) -> None:
    Path("more.csv").write_text("id,name,email\n4,Ann Lee,other@x.org\n", encoding="utf-8")
    run("add", "more.csv", "--source", "crm", "--id", "id")
    assert "a possible match (" in run("review").output


def test_settings_are_shown_and_changed(run: Run) -> None:
    assert run("settings").output == "consent: not asked for\nreview items: open for ever\n"
    changed = run("settings", "--consent", "--review-days", "30").output
    assert changed == "consent: asked for before existing entities are merged\nreview items: open for 30 days\n"
    changed = run("settings", "--no-consent", "--review-days", "0", "--json").output
    assert json.loads(changed) == {"asks_consent": False, "review_days": None}


def test_verify_says_whether_the_store_is_sound(run: Run) -> None:
    assert run("verify").output == "3 records, 2 entities, 1 edges\n0 difference(s)\n"
    import apsw

    apsw.Connection("store.db").execute("DELETE FROM edges")
    found = json.loads(run("verify", "--json", code=1).output)
    assert found["differences"] == ["an edge is missing: records 1 and 2"]
    assert "an edge is missing" in run("verify", code=1).output


def test_erase_and_export(run: Run) -> None:
    assert json.loads(run("export", "1").output)["records"][0]["source"] == "crm"
    certificate = json.loads(run("erase", "1", "--yes", "--json").output)
    assert (certificate["records"], certificate["found"]) == (2, 0)
    assert run("show", "1").output == "entity 1: erased, 0 record(s)\n"
    assert "entity 2 is erased" in run("erase", "2", "--yes", "--suppress").output


def test_erasing_asks_first(run: Run) -> None:
    run("erase", "1", code=1)
    assert run("show", "1").output.startswith("entity 1: live")


def test_a_store_that_is_not_there_is_not_made_by_reading(tmp_path: Path) -> None:
    done = CliRunner().invoke(command, ["show", str(tmp_path / "none.db"), "--domain", "people", "1"])
    assert "there is no store" in str(done.exception)
    assert not (tmp_path / "none.db").exists()


def test_parts_of_an_entity_are_shown(run: Run) -> None:
    bounds = [Partition(name="merged", threshold=90.0), Partition(name="alike", threshold=5.0)]
    save_model(sample().model_copy(update={"partitions": bounds}), "parts.yaml")
    version = run("propose", "--model", "parts.yaml").output.split()[-1]
    run("apply", version)
    shown = run("show", "1", "--partition", "alike").output
    assert (
        shown == "entity 1: 1 part(s) in partition 'alike'\npart  source  unique_id\n1     crm     1\n1     crm     2\n"
    )
    told = json.loads(run("show", "1", "--partition", "merged", "--json").output)
    assert (told["entity_id"], told["partition"], told["parts"]) == (1, "merged", [[["crm", "1"], ["crm", "2"]]])
    with pytest.raises(UnknownError, match="no partition 'loose'; it has 'merged', 'alike'"):
        run("show", "1", "--partition", "loose")


def test_every_command_says_what_it_does() -> None:
    for name, one in command.commands.items():
        assert one.help and isinstance(one, click.Command), name


def test_a_list_of_what_was_erased_is_kept_and_applied_to_a_copy(run: Run, tmp_path: Path) -> None:
    copy = (tmp_path / "store.db").read_bytes()
    run("erase", "1", "--yes")
    assert run("erased", "--export", "erased.json").output == "2 record(s) of 1 entities are listed in erased.json\n"
    assert "Ann" not in (tmp_path / "erased.json").read_text()
    for name in ("store.db", "store.db-wal", "store.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / "store.db").write_bytes(copy)
    shown = run("erased", "--apply", "erased.json").output
    assert shown.startswith("2 record(s) and 1 entities are erased again, 0 suppression(s) count again\n")
    assert json.loads(run("erased", "--apply", "erased.json", "--json").output)["records"] == 0
    assert "entity 1: erased" in run("show", "1").output


def test_the_list_of_what_was_erased_names_customers_of_the_contact_centre_too(run: Run, tmp_path: Path) -> None:
    with open_centre("sqlite:///store.db") as centre:
        customer = centre.resolve(Told(emails=("ann@x.org",)))["customerId"]
    copy = (tmp_path / "store.db").read_bytes()
    with open_centre("sqlite:///store.db") as centre:
        centre.erase(customer)
    listed = run("erased", "--export", "erased.json").output.splitlines()
    assert listed[1:] == ["1 customer(s) of the contact centre are listed in erased.json"]
    for name in ("store.db", "store.db-wal", "store.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / "store.db").write_bytes(copy)
    assert "1 customer(s) of the contact centre are erased again\n" in run("erased", "--apply", "erased.json").output
    with open_centre("sqlite:///store.db") as centre:
        assert centre.customer(customer)["state"] == "ERASED"
    again = CliRunner().invoke(command, ["erased", "store.db", "--apply", "erased.json", "--json"])
    assert json.loads(again.output) == {"contact_centre": {"customers": 0, "mixed": []}}


def test_a_list_without_a_domain_is_of_the_contact_centre(run: Run) -> None:
    with pytest.raises(UnknownError, match="there is no contact centre in the database; name a --domain"):
        invoked = CliRunner().invoke(command, ["erased", "store.db", "--export", "erased.json"])
        raise invoked.exception or AssertionError(invoked.output)


def test_a_list_of_what_was_erased_that_cannot_be_read_is_named(run: Run) -> None:
    assert "say what to do with the list" in run("erased", code=2).output
    with pytest.raises(InputError, match=r"cannot read the list none\.json"):
        run("erased", "--apply", "none.json")


def test_scrubbing_says_what_is_out_of_reach(run: Run) -> None:
    done = CliRunner().invoke(command, ["scrub", "store.db"])
    assert done.output == "note: backups and copies of the file are out of reach\n"
