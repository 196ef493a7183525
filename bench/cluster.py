"""A PostgreSQL server of our own in a temporary folder, that can be stopped as if its power had gone."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

_ENCODING = ("--auth", "trust", "--username", "postgres", "--encoding", "UTF8", "--locale", "C.UTF-8")


class Cluster:
    """A server that is running inside a `with` block; its folder goes with the block."""

    def __init__(self, *settings: str) -> None:
        self._bin = programs()
        self._folder = Path(tempfile.mkdtemp(prefix="dromio-cluster-"))
        self.data = self._folder / "data"
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(self._folder, "postgres")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = int(free.getsockname()[1])
        given = (f"port={self._port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={self._folder}")
        self._options = " ".join(f"-c {one}" for one in (*given, *settings))

    @property
    def url(self) -> str:
        """URL of its database."""
        return f"postgresql://postgres@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        log = str(self._folder / "log")
        self._run("pg_ctl", "--log", log, "--wait", "--silent", "--options", self._options, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server. `mode`: fast, or immediate: nothing is written any more, as when the power goes."""
        self._run("pg_ctl", "--wait", "--silent", "--mode", mode, "stop")

    def __enter__(self) -> Cluster:
        try:
            self._run("initdb", *_ENCODING, "--no-sync")
            self.start()
        except BaseException:
            shutil.rmtree(self._folder)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            if (self.data / "postmaster.pid").exists():
                self.stop("immediate")
        finally:
            shutil.rmtree(self._folder)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._bin / program), "--pgdata", str(self.data), *arguments]
        if os.getuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        done = subprocess.run(
            command, cwd=self._folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr.decode(errors='replace').strip()}")


def programs() -> Path:
    """Folder with the programs of the newest PostgreSQL of this machine. Raises FileNotFoundError."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: float(one.parent.name), reverse=True)
    asked = shutil.which("pg_config")
    if asked:
        found.append(Path(subprocess.run([asked, "--bindir"], capture_output=True, text=True).stdout.strip()))
    for folder in found:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    raise FileNotFoundError("there is no PostgreSQL with initdb and pg_ctl on this machine: install its server")
