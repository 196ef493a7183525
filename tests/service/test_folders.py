"""The output folder is replaced in one step; nobody's files are lost, nothing half-written stays."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from dromio.errors import ResourceError, UsageError
from dromio.service import folders
from dromio.service.folders import check_folder, replaced_folder


def earlier_run(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "run.json").write_text("earlier")
    (folder / "golden.csv").write_text("earlier")
    return folder


def write(folder: Path) -> None:
    with replaced_folder(folder) as fresh:
        (fresh / "run.json").write_text("new")
        (fresh / "golden.parquet").write_text("new")


def names(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir()]


def contents(folder: Path) -> dict[str, str]:
    return {one.name: one.read_text() for one in folder.iterdir()}


NEW = {"run.json": "new", "golden.parquet": "new"}


def test_a_new_folder_is_made_with_its_parents(tmp_path: Path) -> None:
    write(tmp_path / "a" / "b")
    assert contents(tmp_path / "a" / "b") == NEW
    assert names(tmp_path / "a") == ["b"]


def test_an_earlier_run_is_replaced_and_other_files_stay(tmp_path: Path) -> None:
    folder = earlier_run(tmp_path / "out")
    (folder / "notes.txt").write_text("mine")
    write(folder)
    assert contents(folder) == NEW | {"notes.txt": "mine"}
    assert names(tmp_path) == ["out"]


def test_an_error_leaves_the_earlier_run_and_nothing_else(tmp_path: Path) -> None:
    folder = earlier_run(tmp_path / "out")
    for error in (ValueError(), KeyboardInterrupt()):
        with pytest.raises(type(error)), replaced_folder(folder) as fresh:
            (fresh / "golden.parquet").write_text("half")
            raise error
        assert set(contents(folder).values()) == {"earlier"}
        assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("fails_at", [1, 2])
def test_an_interruption_between_the_two_renames_brings_the_earlier_run_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    folder = earlier_run(tmp_path / "out")
    real, calls = Path.rename, 0

    def interrupted(self: Path, target: Path) -> Path:
        nonlocal calls
        calls += 1
        if calls == fails_at:
            raise KeyboardInterrupt
        return real(self, target)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Path, "rename", interrupted)
        write(folder)
    assert set(contents(folder).values()) == {"earlier"}


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EFBIG, errno.EACCES])
def test_a_disk_that_takes_no_more_is_a_resource_error(tmp_path: Path, code: int) -> None:
    folder = earlier_run(tmp_path / "out")
    with pytest.raises(ResourceError, match=f"cannot write to .*out: {os.strerror(code)}"), replaced_folder(folder):
        raise OSError(code, os.strerror(code))
    assert set(contents(folder).values()) == {"earlier"} and names(tmp_path) == ["out"]


def test_a_folder_that_cannot_be_moved_is_filled_file_by_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = earlier_run(tmp_path / "out")
    (folder / "notes.txt").write_text("mine")
    inode = folder.stat().st_ino
    monkeypatch.setattr(folders, "_can_be_moved", lambda folder: False)
    write(folder)
    assert contents(folder) == NEW | {"notes.txt": "mine"}
    assert folder.stat().st_ino == inode


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    earlier_run(tmp_path / "real")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write(tmp_path / "link")
    assert (tmp_path / "link").is_symlink() and contents(tmp_path / "real") == NEW


def test_the_mask_of_permissions_is_kept(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write(tmp_path / "out")
    finally:
        assert os.umask(before) == 0o077
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700


def test_folders_that_cannot_take_outputs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "thesis.doc").write_text("x")
    (tmp_path / "broken").symlink_to(tmp_path / "nowhere")
    for name, message in [
        ("file", "is not a folder; name a folder"),
        ("file/out", "cannot make the folder .*: .*file is a file|Not a directory"),
        ("foreign", "holds files that are not an earlier run"),
        ("broken", "is not a folder"),
        ("x" * 300, "File name too long"),
    ]:
        with pytest.raises(UsageError, match=message):
            check_folder(tmp_path / name)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(UsageError, match="no permission to write in"):
        check_folder(tmp_path / "new")
    assert (tmp_path / "foreign" / "thesis.doc").exists()
