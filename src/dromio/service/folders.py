"""The folder of a run's outputs: written beside, put in place in one step, and never at the cost of anybody's files."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dromio.errors import ResourceError, UsageError

MARK = "run.json"
"""The file that every run has: a folder with it holds an earlier run."""
FORMATS = ("parquet", "csv")
OWN_FILES = frozenset(
    {
        MARK,
        "model.yaml",
        "report.html",
        *(f"{table}.{end}" for table in ("entities", "pairs", "golden") for end in FORMATS),
    }
)
_PREFIX = ".dromio-"


def check_folder(folder: Path) -> None:
    """Whether outputs can go to the folder. Raises UsageError: it is a file, holds foreign files, or cannot be
    written."""
    try:
        if folder.is_dir():
            if not (folder / MARK).exists() and any(not one.name.startswith(_PREFIX) for one in folder.iterdir()):
                raise UsageError(f"{folder} holds files that are not an earlier run; name an empty or a new folder")
        elif folder.exists() or folder.is_symlink():
            raise UsageError(f"{folder} is not a folder; name a folder for the output")
        nearest = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    except OSError as error:
        raise UsageError(f"cannot write to {folder}: {error.strerror}") from None
    if not nearest.is_dir():
        raise UsageError(f"cannot make the folder {folder}: {nearest} is a file")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise UsageError(f"cannot write to {folder}: no permission to write in {nearest}")


@contextmanager
def replaced_folder(folder: Path) -> Iterator[Path]:
    """A new folder whose files take the place of those of an earlier run in `folder`, when all went well.

    Otherwise nothing is left of it and the earlier run stays. Other files in `folder` stay in any case. Raises
    UsageError as `check_folder`, ResourceError where writing fails, as on a full disk.
    """
    folder = Path(os.path.realpath(folder))
    check_folder(folder)
    fresh: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        inside = folder.is_dir() and not _can_be_moved(folder)
        fresh = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=folder if inside else folder.parent))
        fresh.chmod(0o777 & ~_umask())
        yield fresh
        if inside:
            _move_files(fresh, folder)
        elif folder.exists():
            _swap(fresh, folder)
        else:
            fresh.rename(folder)
    except OSError as error:
        raise ResourceError(f"cannot write to {folder}: {error.strerror or error}") from error
    finally:
        if fresh is not None:
            shutil.rmtree(fresh, ignore_errors=True)


def _umask() -> int:
    """The process's mask of permissions, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _can_be_moved(folder: Path) -> bool:
    """Whether the folder can be renamed: it is no mount point (such as a volume), and its parent can be written."""
    return not folder.is_mount() and os.access(folder.parent, os.W_OK | os.X_OK)


def _swap(fresh: Path, folder: Path) -> None:
    """Put the new folder in place of the old one; the old one comes back when that fails half-way."""
    aside = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=folder.parent))
    old = aside / "run"
    try:
        folder.rename(old)
        fresh.rename(folder)
    except BaseException:
        if old.exists() and not folder.exists():
            old.rename(folder)
            aside.rmdir()
        raise
    for one in old.iterdir():
        if one.name not in OWN_FILES:
            one.rename(folder / one.name)
    shutil.rmtree(aside)


def _move_files(fresh: Path, folder: Path) -> None:
    """Move file by file; what says that the run is complete goes first and comes last."""
    (folder / MARK).unlink(missing_ok=True)
    made = sorted(fresh.iterdir(), key=lambda one: one.name == MARK)
    for one in made:
        one.replace(folder / one.name)
    for name in OWN_FILES - {one.name for one in made}:
        (folder / name).unlink(missing_ok=True)
