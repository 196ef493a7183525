"""Speed of rules: `python bench/rules.py [--part keys|models|all] [--names 1e5] [--rows 1e6] [--bench FOLDER]`.

Part "keys": rules with a distance and with trigrams over names that are all different, by their keys, beside the join
of all with all in DuckDB. That join takes hours, so it is run for a sample of left names with all right ones, its time
is scaled to all pairs, and the pairs found for the sample must be the same. `--sample 0` runs all of it.

Part "models": `dromio resolve` with ten rule levels, and with the larger score of the rule language's documentation,
each beside the probabilistic run without a model over the same generated rows. The score's five edits in a street are
so wide that half a billion pairs with one given name have to be sieved at 1e6 rows.

Times are processor time of the process and its threads, so that other work on the machine does not count.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from run import OUT, generated, machine

from dromio.engines.batch_facts import decide_all
from dromio.engines.columns import AttributeColumns, Column, Ints
from dromio.engines.keys import blocks, code_records, unpack
from dromio.language import parse
from dromio.language.to_model import to_model
from dromio.model.deciders import Rule
from dromio.model.files import load_model, save_model
from dromio.model.schema import Attribute, Input, Model
from dromio.plan import Plan, make_plan
from dromio.similarity.strings import trigrams

TARGET_RATIO = 50
PAIRS_AT_ONCE = 10_000_000
SAMPLES = {"levenshtein": 2000, "trigram": 200}
RULES = {"levenshtein": "levenshtein(name.value) <= 2", "trigram": "trigram(name.value) >= 0.5"}
BRUTE_FORCE = {
    "levenshtein": "levenshtein(a.name, b.name) <= 2",
    "trigram": "len(list_intersect(a.grams, b.grams)) * 2 >= "
    "len(a.grams) + len(b.grams) - len(list_intersect(a.grams, b.grams))",
}
LEVELS = (
    "equal({email}.address) and equal({name}.given) and equal({name}.family)",
    "equal({phone}.number) and equal({name}.given) and equal({name}.family)",
    "equal({name}.given) and equal({name}.family) and equal({date}.iso)",
    "equal({email}.address) and equal({date}.iso)",
    "equal({phone}.number) and equal({date}.iso)",
    "equal({email}.address) and equal({phone}.number) and jaro_winkler({name}.given) >= 0.9",
    "equal({phone}.number) and jaro_winkler({name}.given) >= 0.92",
    "equal({date}.iso) and equal({name}.family) and levenshtein({name}.given) <= 1",
    "equal({date}.iso) and equal({name}.given) and soundex_agreement({name}.family) >= 0.75",
    "nickname({name}.given) and equal({name}.family) and equal({address}.postcode)"
    " and trigram({address}.street) >= 0.5",
)
"""With the attributes and the guards that the probabilistic run found."""
SCORE = """
    MATCH ({date} EQ OR first_name EQ CASE INSENSITIVE OR last_name EQ CASE INSENSITIVE
           OR email EQ CASE INSENSITIVE OR phone EQ)
      AND (first_name EQ SOUNDEX OR last_name EQ SOUNDEX)
      AND (email EQ LEVENSHTEIN(5) CASE INSENSITIVE OR street EQ LEVENSHTEIN(5) CASE INSENSITIVE OR phone EQ)
    IF email EQ CASE INSENSITIVE THEN 30 ELSE -30 WHEN email SRC_NOT_NULL AND email DEST_NOT_NULL
    IF first_name EQ CASE INSENSITIVE THEN 20 ELSE -10
    IF last_name EQ CASE INSENSITIVE THEN 20 ELSE -10
    IF {date} EQ THEN 20 ELSE -10
    IF street EQ LEVENSHTEIN(5) CASE INSENSITIVE THEN 20 ELSE -10
    POSSIBLE MATCH = 20
    DEFINITE MATCH = 60
"""
"""The filter and the lines are those of the documentation; the e-mail address stands for its user id."""


@dataclass(frozen=True)
class KeysResult:
    """One rule over all names: processor seconds by keys and of all pairs, and what was found."""

    rule: str
    names: int
    sample: int
    seconds: float
    candidates: int
    matches: int
    brute_force_seconds: float
    matches_of_sample: int
    same: bool

    @property
    def ratio(self) -> float:
        """How many times faster keys are."""
        return self.brute_force_seconds / self.seconds


@dataclass(frozen=True)
class ModelResult:
    """One run of the command line."""

    model: str
    rows: int
    seconds: float
    wall_seconds: float
    memory_mb: float


def names_of(count: int, source: Path) -> pa.Array:
    """So many different names, lower case, ASCII only: DuckDB's distance counts bytes."""
    table = pq.read_table(source, columns=["first_name", "last_name"])
    joined = pc.binary_join_element_wise(table["first_name"], table["last_name"], " ")
    names = pc.utf8_lower(joined).drop_null().combine_chunks()
    found = names.filter(pc.string_is_ascii(names)).unique()
    if len(found) < count:
        raise SystemExit(f"{source} holds {len(found):,} different names; {count:,} are wanted")
    return found.slice(0, count)


def bench_keys(kind: str, names: pa.Array, sample: int) -> KeysResult:
    """A rule by its keys and by brute force."""
    started = time.process_time()
    pairs, candidates = by_keys(RULES[kind], names)
    seconds = time.process_time() - started
    chosen = np.arange(len(names)) if sample == 0 else sample_of(len(names), sample)
    left, right = unpack(pairs)
    mine = pairs[np.isin(left, chosen) | np.isin(right, chosen)]
    used, theirs = by_brute_force(kind, names, chosen)
    share = len(chosen) / len(names)
    same = bool(np.array_equal(mine, theirs))
    # The sample looks at sample x all pairs, the whole at half of all x all.
    whole = used / share / (2 if sample else 1)
    return KeysResult(RULES[kind], len(names), len(chosen), seconds, candidates, len(pairs), whole, len(theirs), same)


def sample_of(count: int, sample: int) -> Ints:
    """Numbers of names, spread evenly."""
    return np.unique(np.linspace(0, count - 1, min(sample, count)).astype(np.int64))


def by_keys(rule: str, names: pa.Array) -> tuple[Ints, int]:
    """Packed pairs of names for which the rule holds, sorted, and the number of candidates looked at."""
    attribute = Attribute(name="name", type="raw", inputs=[Input(columns={"value": "name"})])
    plan = make_plan(Model(attributes=[attribute], rules=[Rule(name="rule", when=rule)]))
    columns = {"name": AttributeColumns("name", {"value": Column.encode(names)})}
    (key,) = plan.keys
    candidates = blocks(code_records(columns, key, len(names)), None, records=len(names)).pairs
    parts = range(0, len(candidates), PAIRS_AT_ONCE)
    kept = [_matching(plan, columns, candidates[at : at + PAIRS_AT_ONCE]) for at in parts]
    return np.concatenate([np.zeros(0, np.int64), *kept]), len(candidates)


def _matching(plan: Plan, columns: dict[str, AttributeColumns], pairs: Ints) -> Ints:
    left, right = unpack(pairs)
    return pairs[decide_all(plan, columns, left, right).weight > 0]


def by_brute_force(kind: str, names: pa.Array, chosen: Ints) -> tuple[float, Ints]:
    """Processor seconds of the join of the chosen names with all names, and the packed pairs it finds."""
    columns: dict[str, Any] = {"number": np.arange(len(names)), "name": names}
    if kind == "trigram":
        columns["grams"] = [sorted(trigrams(name)) for name in names.to_pylist()]
    table = pa.table(columns)
    with duckdb.connect() as con:
        con.register("arrived", table)
        con.execute("CREATE TABLE names AS SELECT * FROM arrived")
        con.register("picked", pa.table({"number": chosen}))
        con.execute("CREATE TABLE lefts AS SELECT names.* FROM names JOIN picked USING (number)")
        started = time.process_time()
        query = f"SELECT a.number AS l, b.number AS r FROM lefts a, names b WHERE {_each_once(len(chosen), len(names))}"
        found = con.sql(f"{query} AND {BRUTE_FORCE[kind]}").to_arrow_table()
        used = time.process_time() - started
    left, right = (found[side].to_numpy().astype(np.int64) for side in "lr")
    return used, np.unique(np.minimum(left, right) << 32 | np.maximum(left, right))


def _each_once(chosen: int, every: int) -> str:
    """Of all pairs each is looked at once; a sample is compared with all names."""
    return "a.number < b.number" if chosen == every else "a.number <> b.number"


def levels_model(found: Model) -> Model:
    """Ten rule levels over the attributes and with the guards that the probabilistic run found."""
    names = {attribute.type.removeprefix("person_"): attribute.name for attribute in found.attributes}
    rules = [Rule(name=f"level {number}", when=when.format(**names)) for number, when in enumerate(LEVELS, 1)]
    return Model(attributes=found.attributes, guards=found.guards, rules=rules)


def score_model(found: Model) -> Model:
    """The larger score, over columns as they are."""
    (date,) = [one.inputs[0].columns["value"] for one in found.attributes if one.type == "date"]
    return to_model(parse(SCORE.format(date=date))).model


def bench_models(
    rows: int, kinds: Mapping[str, Callable[[Model], Model]], options: argparse.Namespace
) -> list[ModelResult]:
    """The probabilistic run, and one with each of the models."""
    records, _, _ = generated(rows, options.seed, options.bench)
    folder = OUT / f"rules-{rows}"
    folder.mkdir(parents=True, exist_ok=True)
    results = [bench_model("probabilistic", None, rows, records, folder)]
    found = load_model(folder / "probabilistic" / "model.yaml")
    for name, make in kinds.items():
        path = folder / f"{name.replace(' ', '-')}.yaml"
        save_model(make(found), path)
        results.append(bench_model(name, path, rows, records, folder))
    return results


def bench_model(name: str, model: Path | None, rows: int, records: Path, folder: Path) -> ModelResult:
    """One run of `dromio resolve`, with the processor time of that process alone."""
    command = [sys.executable, "-m", "dromio.cli", "resolve", str(records), "--id", "unique_id", "--no-report", "-q"]
    command += ["--output", str(folder / name.replace(" ", "-")), *(["--model", str(model)] if model else [])]
    started = time.perf_counter()
    child = os.spawnv(os.P_NOWAIT, sys.executable, command)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - started
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"dromio resolve failed for {name}")
    return ModelResult(name, rows, usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


def print_keys(result: KeysResult) -> bool:
    """One line on a rule; whether the target is met."""
    passed = result.same and result.ratio >= TARGET_RATIO
    print(
        f"{result.rule}: {result.names:,} names, {result.candidates:,} candidates, {result.matches:,} matches in "
        f"{result.seconds:.1f} s; all pairs {result.brute_force_seconds:,.0f} s (from {result.sample:,} left names); "
        f"{result.ratio:,.0f} times faster, {'same' if result.same else 'OTHER'} pairs for these "
        f"({result.matches_of_sample:,}): {'pass' if passed else 'FAIL'}"
    )
    return passed


def print_models(results: list[ModelResult]) -> bool:
    """A line on every run; whether rules and scores take at most the time of the probabilistic run."""
    limit = next(one.seconds for one in results if one.model == "probabilistic")
    for one in results:
        word = "pass" if one.seconds <= limit else "FAIL"
        print(
            f"{one.model}: {one.rows:,} rows, {one.seconds:.1f} s of processor time, {one.wall_seconds:.1f} s wall, "
            f"{one.memory_mb:,.0f} MB: {word}"
        )
    return all(one.seconds <= limit for one in results)


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark, print it and write bench/out/rules.json; 1 if any target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=["keys", "models", "all"], default="all")
    parser.add_argument("--names", type=float, default=1e5)
    parser.add_argument("--rows", type=float, default=1e6)
    parser.add_argument("--sample", type=int, help="left names of the brute force; 0: all (default 2000 and 200)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--bench", type=Path, default=os.environ.get("BENCH") or None, help="folder with generate.py")
    options = parser.parse_args(arguments)
    before, passed, report = machine(), True, {}
    records, _, _ = generated(int(options.rows), options.seed, options.bench)
    if options.part != "models":
        names = names_of(int(options.names), records)
        keys = []
        for kind in RULES:
            keys.append(bench_keys(kind, names, SAMPLES[kind] if options.sample is None else options.sample))
            passed &= print_keys(keys[-1])
        report["keys"] = [asdict(one) for one in keys]
    if options.part != "keys":
        kinds = {"ten rule levels": levels_model, "larger score": score_model}
        models = bench_models(int(options.rows), kinds, options)
        passed &= print_models(models)
        report["models"] = [asdict(one) for one in models]
    (OUT / "rules.json").write_text(json.dumps({"machine": before, **report}, indent=1), encoding="utf-8")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
