"""Small figures of models: `python bench/pieces.py [--pairs 20000] [--fuzz 1e6]`. 1 if a promise is broken.

pair    Median time of one pair in the row engine, by a model of eight comparisons, both records cleaned already; half
        of the pairs are matches. Target: under 20 microseconds.
fuzz    Made-up texts for the parser of the rule language and made-up conditions for the planner of keys, half as many
        of these: each text is refused with its place, or survives being printed and read again as text and as JSON;
        whatever a condition holds for shares a key or is in a scan.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path
from statistics import median
from zlib import crc32

import pyarrow as pa

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.engines.fuzz_keys import fuzz as fuzz_planner
from tests.language.fuzz import fuzz as fuzz_parser

import dromio
from dromio.datasets.customers import customers
from dromio.engines import row
from dromio.model.schema import Model
from dromio.plan import make_plan
from dromio.records import RecordKey
from dromio.service.rows import record_of

COMPARISONS = 8
MOST_MICROSECONDS = 20.0
RECORDS = 5_000
SEED = 5


def with_number(table: pa.Table, truth: list[str], rng: random.Random) -> pa.Table:
    """The made-up customers with a number of their own, wrong in one of ten records: an eighth thing to compare."""
    numbers = [
        f"{crc32(one.encode()) % 10**9:09d}" if rng.random() < 0.9 else f"{rng.randrange(10**9):09d}" for one in truth
    ]
    return table.append_column("national_id", pa.array(numbers))


def pair_microseconds(pairs: int) -> tuple[float, Model]:
    """Median time of a decision, and the model that decides."""
    rng = random.Random(SEED)
    made = customers(RECORDS, seed=SEED)
    truth = list(map(str, made.truth["cluster_id"].to_pylist()))
    table = with_number(made.records, truth, rng)
    with dromio.resolve(table) as result:
        model = result.model
        together = result.pairs.to_pylist()
    rows = {str(one["unique_id"]): one for one in table.to_pylist()}
    cleaned = {name: row.clean_record(record_of(one, model, RecordKey("s", name)), model) for name, one in rows.items()}
    plan, names = make_plan(model), list(cleaned)
    matched = [(str(one["unique_id_l"]), str(one["unique_id_r"])) for one in together if one["decision"] == "match"]
    chosen = [rng.choice(matched) if number % 2 else (rng.choice(names), rng.choice(names)) for number in range(pairs)]
    for left, right in chosen[:100]:
        row.decide(plan, cleaned[left], cleaned[right])
    taken = []
    for left, right in chosen:
        one, other = cleaned[left], cleaned[right]
        started = time.perf_counter_ns()
        row.decide(plan, one, other)
        taken.append(time.perf_counter_ns() - started)
    return median(taken) / 1000, model


def main() -> int:
    """Measure, print, and say whether what is promised holds."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--pairs", type=int, default=20_000)
    options.add_argument("--fuzz", type=float, default=1e6, help="texts for the parser; 0: none")
    options.add_argument("--seed", type=int, default=SEED)
    given = options.parse_args()
    microseconds, model = pair_microseconds(given.pairs)
    compared = len(model.comparisons)
    is_fast = microseconds < MOST_MICROSECONDS and compared >= COMPARISONS
    print(f"one pair, {compared} comparisons: {microseconds:.1f} µs, {'pass' if is_fast else 'FAIL'}")
    texts = int(given.fuzz)
    if texts:
        accepted, refused = fuzz_parser(texts, given.seed)
        print(f"parser: {accepted:,} texts accepted and read again, {refused:,} refused with their place")
        keyed, scanned, held = fuzz_planner(texts // 2, given.seed)
        print(
            f"planner: {keyed:,} conditions by keys alone, {scanned:,} with a scan; {held:,} pairs held, none was lost"
        )
    return 0 if is_fast else 1


if __name__ == "__main__":
    sys.exit(main())
