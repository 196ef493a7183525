"""How quickly Dromio starts: `python bench/startup.py`. 1 if a target is missed.

Every start is a process of its own; figures are the best of several, since noise only ever adds.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

RUNS = 7
STARTS: dict[str, tuple[list[str], float]] = {
    "python, nothing else": ([sys.executable, "-c", "pass"], 0.0),
    "import dromio": ([sys.executable, "-c", "import dromio"], 0.2),
    "dromio --help": ([str(Path(sys.executable).with_name("dromio")), "--help"], 0.3),
}
"""Name -> command and most seconds (0: no target)."""


def seconds(command: list[str]) -> float:
    """Wall time of one run."""
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> int:
    """Print the figures; 1 if a target is missed."""
    missed = 0
    for name, (command, most) in STARTS.items():
        best = min(seconds(command) for _ in range(RUNS))
        verdict = "" if not most else f"target < {most} s, {'pass' if best < most else 'FAIL'}"
        missed += bool(most) and best >= most
        print(f"{name:<22} {best:6.3f} s  {verdict}".rstrip())
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
