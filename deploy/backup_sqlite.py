"""Copies SQLite databases while they are in use: python backup_sqlite.py FOLDER FILE…

Each copy is what was committed at one moment, is checked, and takes its name in FOLDER only when it is on the disk.
The exit code is 1 where a database cannot be copied. Copying the files themselves would miss the write-ahead log.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import apsw

_PAGES = 4096


def copy(source: Path, folder: Path) -> Path:
    """The copy of a database, which is sound. Raises apsw.Error, OSError, ValueError."""
    place, draft = folder / source.name, folder / f"{source.name}.part"
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    reading = apsw.Connection(str(source), flags=apsw.SQLITE_OPEN_READWRITE)
    writing = apsw.Connection(str(draft))
    try:
        reading.set_busy_timeout(30_000)
        with writing.backup("main", reading, "main") as backup:
            while not backup.done:
                backup.step(_PAGES)
        writing.pragma("journal_mode", "delete")
        found = writing.pragma("integrity_check")
    finally:
        writing.close()
        reading.close()
    if found != "ok":
        raise ValueError(f"{source} is damaged: {found}")
    _sync(draft)
    draft.replace(place)
    _sync(folder)
    return place


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def main(arguments: list[str]) -> int:
    """0 where all databases are copied."""
    if len(arguments) < 2:
        sys.stderr.write("python backup_sqlite.py FOLDER FILE…\n")
        return 2
    folder = Path(arguments[0])
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in arguments[1:]:
        try:
            sys.stdout.write(f"{copy(Path(name), folder)}\n")
        except (apsw.Error, OSError, ValueError) as error:
            sys.stderr.write(f"{name}: {error}\n")
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
