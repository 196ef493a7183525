"""The scripts in examples/, run as a new user would run them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from dromio.datasets import customers, write

EXAMPLES = Path(__file__).parent.parent / "examples"


def test_the_stock_client_brings_customers_in_and_reads_matches(tmp_path: Path) -> None:
    write(customers(150, seed=4), tmp_path / "data")
    serving = ["from dromio.cli.serve import command; command()", "--store", f"sqlite:///{tmp_path / 'first.db'}"]
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-c", *serving, "--port", "0", "--dev"], stdout=subprocess.PIPE, stderr=log, text=True
        )
    assert server.stdout
    try:
        address = server.stdout.readline().split()[-1]
        script = [sys.executable, str(EXAMPLES / "customer_profiles.py"), str(tmp_path / "data")]
        done = subprocess.run([*script, "--server", address], capture_output=True, text=True, timeout=120, check=False)
    finally:
        server.terminate()
        server.wait(30)
        server.stdout.close()
    assert done.returncode == 0, done.stderr
    assert "150 customers are profiles" in done.stdout and "The job is completed." in done.stdout
    found, right, true = map(
        int, re.findall(r"Of (\d+) pairs in them (\d+) are right; there are (\d+)", done.stdout)[0]
    )
    assert right > 0.85 * found and right > 0.75 * true
