"""Run one command and report its wall time and peak memory: `python bench/measured.py OUT LOG REPORT COMMAND …`.

A process of its own, and a small one, on purpose: Linux starts a child's peak with the memory that its parent held when
it forked, so a large parent would be measured instead of the child.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path


def main(out: str, log: str, report: str, command: list[str]) -> None:
    """Run the command to its end, its output in `out`, its errors in `log`; figures as JSON in `report`."""
    with Path(out).open("w") as stdout, Path(log).open("w") as stderr:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=stdout, stderr=stderr)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    # ru_maxrss, of the process and the children it waited for, is in KiB on Linux and in bytes on macOS.
    scale = 1024 * 1024 if sys.platform == "darwin" else 1024
    figures = {"seconds": seconds, "memory_mb": usage.ru_maxrss / scale, "code": process.returncode}
    Path(report).write_text(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
