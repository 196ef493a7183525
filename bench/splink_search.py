"""How long Splink 5 takes to find the matches of one new record: `python splink_search.py RECORDS.parquet NEW.parquet`.

RECORDS and NEW have the columns of `dromio.datasets.customers`. Prints seconds for every record of NEW as JSON. It runs
in an environment of its own, with splink 5 and pyarrow; `bench/store.py --peer-python PYTHON` starts it.

Splink holds all records in memory and keeps nothing of the new one, which favours it; of what it needs only
`predict_between` is timed, not reading, cleaning and training.
"""

from __future__ import annotations

import json
import logging
import sys
import time

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

CLEANED = """
CREATE TABLE {table} AS
SELECT source || ':' || unique_id AS unique_id,
    coalesce(nullif(lower(trim(first_name)), ''), split_part(lower(trim(full_name)), ' ', 1)) AS given,
    coalesce(nullif(lower(trim(last_name)), ''), split_part(lower(trim(full_name)), ' ', -1)) AS family,
    nullif(lower(trim(email)), '') AS email,
    right(nullif(regexp_replace(phone, '[^0-9]', '', 'g'), ''), 9) AS phone,
    CAST(birth_date AS VARCHAR) AS birth_date, lower(street) AS street, lower(city) AS city, postcode
FROM read_parquet('{file}')
"""
KEYS = [
    block_on("email"),
    block_on("phone"),
    block_on("given", "birth_date"),
    block_on("family", "birth_date"),
    block_on("family", "postcode"),
    block_on("given", "family", "city"),
]
COMPARISONS = [
    cl.JaroWinklerAtThresholds("given", [0.92, 0.8]),
    cl.JaroWinklerAtThresholds("family", [0.92, 0.8]),
    cl.LevenshteinAtThresholds("email", 2),
    cl.LevenshteinAtThresholds("phone", 1),
    cl.LevenshteinAtThresholds("birth_date", 1),
    cl.JaroWinklerAtThresholds("street", 0.9),
    cl.ExactMatch("postcode"),
]


def main(known: str, new: str) -> None:
    """Train, then search for one record after another."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    con = duckdb.connect()
    con.execute(CLEANED.format(table="known", file=known))
    con.execute(CLEANED.format(table="coming", file=new))
    api = DuckDBAPI(connection=con)
    records = api.register(con.table("known"))
    settings = SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=KEYS,
        comparisons=COMPARISONS,
        retain_intermediate_calculation_columns=False,
        retain_matching_columns=False,
    )
    linker = Linker(records, settings)
    linker.training.estimate_probability_two_random_records_match([block_on("email", "family")], recall=0.6)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in (block_on("given", "family"), block_on("birth_date")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    seconds = []
    for (unique_id,) in con.execute("SELECT unique_id FROM coming").fetchall():
        con.execute("CREATE OR REPLACE TABLE one AS SELECT * FROM coming WHERE unique_id = ?", [unique_id])
        started = time.perf_counter()
        found = linker.inference.predict_between(records, api.register(con.table("one")), threshold_match_weight=-10)
        found.as_duckdbpyrelation().fetchall()
        seconds.append(time.perf_counter() - started)
    print(json.dumps(seconds))


if __name__ == "__main__":
    main(*sys.argv[1:3])
