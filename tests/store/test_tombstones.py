"""A backup that is restored gets the erasures of after it again, and nothing else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from dromio import store
from dromio.errors import InputError
from dromio.store import ConflictError, Tombstones

from ..postgres import KINDS, database
from .conftest import ANN, BOB
from .factory import model
from .test_erase import MARKED, MARKS, dump, marked


class Backups:
    """A store that can be copied as it is, and the copy opened."""

    def __init__(self, kind: str, folder: Path, stack: ExitStack) -> None:
        self._kind, self._folder, self._stack = kind, folder, stack
        self.url = f"sqlite:///{folder / 'live.db'}" if kind == "sqlite" else stack.enter_context(database())

    def open(self, url: str | None = None) -> store.Store:
        return self._stack.enter_context(store.open(url or self.url))

    def back_up(self) -> str:
        """URL of a copy; the store is closed."""
        if self._kind == "sqlite":
            shutil.copy(self._folder / "live.db", self._folder / "copy.db")
            return f"sqlite:///{self._folder / 'copy.db'}"
        return self._stack.enter_context(database(self.url))


@pytest.fixture(params=KINDS)
def backups(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backups]:
    with ExitStack() as stack:
        yield Backups(request.param, tmp_path, stack)


def test_what_was_erased_after_the_backup_is_erased_again(backups: Backups) -> None:
    with backups.open() as live:
        people = live.create_domain("people", model())
        bystander = people.resolve("crm", "1", ANN).entity_id
        entity = marked(people)
    copy = backups.back_up()
    with backups.open() as live:
        people = live.domain("people")
        people.erase(entity, suppress=True)
        there = [mark for mark in MARKS if mark in dump(people)]
        told = people.erased()
    written = json.dumps(told.to_dict()).lower()
    assert [mark for mark in MARKS if mark in written] == []
    with backups.open(copy) as restored:
        people = restored.domain("people")
        assert "zebulonmarker" in dump(people)
        done = people.erase_again(Tombstones.from_dict(json.loads(written)))
        assert (done.records, done.entities, done.mixed) == (3, 1, ())
        assert done.suppressed > 0
        left = [mark for mark in MARKS if mark in dump(people)]
        assert left == there
        assert people.entity(entity).state == "erased"
        assert people.entity_of("crm", "1") == bystander
        assert people.verify().is_sound
        with pytest.raises(ConflictError, match="somebody who was erased"):
            people.resolve("new", "1", MARKED)
        assert people.erased().records == told.records
        again = people.erase_again(told)
        assert (again.records, again.entities, again.suppressed) == (0, 0, 0)


def test_records_that_got_the_number_of_an_erased_one_after_the_restore_stay(backups: Backups) -> None:
    with backups.open() as live:
        live.create_domain("people", model()).resolve("crm", "1", ANN)
    copy = backups.back_up()
    with backups.open() as live:
        people = live.domain("people")
        people.erase(people.resolve("crm", "2", BOB).entity_id or 0)
        told = people.erased()
    with backups.open(copy) as restored:
        people = restored.domain("people")
        entity = people.resolve("crm", "3", MARKED).entity_id
        with people._database.read() as transaction:
            number = transaction.rows("SELECT record_id FROM records WHERE unique_id = '3'")[0][0]
        assert number in {one[0] for one in told.records}
        done = people.erase_again(told)
        assert (done.records, done.entities) == (0, 0)
        assert people.entity_of("crm", "3") == entity
        assert people.verify().is_sound


def test_only_the_erased_goes_where_it_was_one_with_others_at_the_time(backups: Backups) -> None:
    with backups.open() as live:
        people = live.create_domain("people", model())
        for number in ("1", "2"):
            entity = people.resolve("crm", number, ANN).entity_id or 0
    copy = backups.back_up()
    with backups.open() as live:
        people = live.domain("people")
        people.unmerge(entity, [("crm", "2")], author="eve")
        people.erase(people.entity_of("crm", "1") or 0)
        told = people.erased()
    with backups.open(copy) as restored:
        people = restored.domain("people")
        done = people.erase_again(told)
        assert (done.records, done.entities, done.mixed) == (1, 0, (entity,))
        assert [key.unique_id for key in people.entity(entity).records] == ["2"]
        assert people.verify().is_sound


def test_lists_of_other_stores_and_domains_are_refused(empty: store.Store) -> None:
    one, other = (empty.create_domain(name, model()) for name in ("one", "other"))
    other.resolve("crm", "1", ANN)
    with pytest.raises(ConflictError, match="from another store or another domain"):
        other.erase_again(one.erased())


def test_other_files_and_damaged_lists_are_named(people: store.Domain) -> None:
    with pytest.raises(InputError, match="its format is not 'dromio-erased/1'"):
        Tombstones.from_dict({"records": []})
    plain = people.erased().to_dict()
    for name, value in (("records", [[1, 2]]), ("entities", ["x"]), ("suppressed", None)):
        with pytest.raises(InputError, match="is damaged"):
            Tombstones.from_dict(plain | {name: value})
