"""The outputs of a run: written to a temporary folder beside the target, and moved there in one step."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from threading import Event
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from dromio.errors import UsageError
from dromio.golden.bundles import OWN_COLUMNS
from dromio.model.files import save_model
from dromio.service.folders import FORMATS, MARK, replaced_folder
from dromio.service.resolve import Run
from dromio.service.summary import resources, run_document

_FORMULA = r"^[=+\-@\t\r\n]"
"""Beginnings of a text that spreadsheets take for a formula (OWASP, "CSV Injection")."""
_TRIED = 20_000
"""First values of a column by which it is told whether its values repeat."""


def write_run(
    run: Run, folder: Path, *, format: str = "parquet", report: bool = True, release: bool = False
) -> dict[str, Any]:
    """Write entities, pairs, golden records, model, run.json and the report; gives the document of run.json.

    `release`: let pairs and columns go as soon as they are written; the run is of no further use then.
    Raises UsageError when the folder holds something that is not an earlier run.
    """
    if format not in FORMATS:
        raise UsageError(f"format {format!r} is not known; formats are {', '.join(FORMATS)}")
    with replaced_folder(folder) as target:
        # Pairs are written while golden records are worked out: Parquet is written on one thread only.
        with _written_aside(run.pair_batches(), run.pairs_schema, target / f"pairs.{format}") as pairs:
            with run.phases.phase("write"):
                write_table(run.entities, target / f"entities.{format}")
            save_model(run.model, target / "model.yaml")
            with run.phases.phase("sum up"):
                document = run_document(run)
            if release:
                run.release_columns()
                pairs.add_done_callback(lambda _: run.release_pairs())
            with run.phases.phase("golden records"):
                golden = run.golden_parts()
                parts = map(without_formulas, golden) if format == "csv" else golden
                write_parts(parts, target / f"golden.{format}", OWN_COLUMNS)
            with run.phases.phase("write"):
                pairs.result()
        document |= resources(run)
        if report:
            from dromio.report import write_report

            with run.phases.phase("report"):
                write_report(document, target / "report.html")
            document |= resources(run)
        (target / MARK).write_text(json.dumps(document, indent=1, ensure_ascii=False), encoding="utf-8")
    return document


@contextmanager
def _written_aside(batches: Iterator[pa.RecordBatch], schema: pa.Schema, path: Path) -> Iterator[Future[None]]:
    """A table that comes in parts, written on a thread of its own; one that fails or is left stops after a part."""
    stop = Event()
    with ThreadPoolExecutor(1) as pool:
        try:
            yield pool.submit(write_batches, batches, schema, path, stop.is_set)
        finally:
            stop.set()


def write_batches(
    batches: Iterator[pa.RecordBatch], schema: pa.Schema, path: Path, is_stopped: Callable[[], bool] = lambda: False
) -> None:
    """A table that comes in parts; it is not finished when `is_stopped`."""
    writer: Any
    if path.suffix == ".csv":
        writer = pa_csv.CSVWriter(path, schema)
    else:
        repeated = [name for name in schema.names if not name.startswith("unique_id")]
        writer = pq.ParquetWriter(path, schema, compression="zstd", compression_level=1, use_dictionary=repeated)
    with writer:
        for batch in batches:
            if is_stopped():
                return
            writer.write_batch(batch)


def write_table(table: pa.Table, path: Path, statistics: Sequence[str] | None = None) -> None:
    """A table as Parquet or CSV, as `write_parts` does."""
    write_parts(iter([table]), path, statistics)


def write_parts(parts: Iterator[pa.Table], path: Path, statistics: Sequence[str] | None = None) -> None:
    """A table that comes in parts, at least one, as Parquet or CSV by the ending of the name. `statistics`: columns of
    which Parquet keeps the smallest and the largest value, for readers that look for some rows; all where None."""
    first = next(parts)
    writer: Any
    if path.suffix == ".csv":
        first, parts = _flat(first), map(_flat, parts)
        writer = pa_csv.CSVWriter(path, first.schema)
    else:
        writer = pq.ParquetWriter(
            path,
            first.schema,
            compression="zstd",
            compression_level=1,
            use_dictionary=_repeated(first),
            write_statistics=True if statistics is None else list(statistics),
        )
    with writer:
        for part in chain([first], parts):
            writer.write_table(part)


def _repeated(table: pa.Table) -> list[str]:
    """Columns whose first values repeat: a dictionary of the others would cost time and save nothing."""
    first = table.slice(0, _TRIED)
    few = max(len(first), 2) / 2
    return [
        f"{field.name}.list.element" if pa.types.is_list(field.type) else field.name
        for at, field in enumerate(first.schema)
        if pa.types.is_list(field.type) or pc.count_distinct(first[at]).as_py() <= few
    ]


def without_formulas(table: pa.Table) -> pa.Table:
    """The table for spreadsheets: flat, with an apostrophe before every text and name that would be taken for a
    formula.

    Such texts begin with = + - @, a tab or a line break; phone numbers like +49… are among them.
    """
    table = _flat(table)
    for at, field in enumerate(table.schema):
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            texts = table[at]
            risky = pc.match_substring_regex(texts, _FORMULA)
            marked = pc.binary_join_element_wise(pa.scalar("'", field.type), texts, pa.scalar("", field.type))
            table = table.set_column(at, field.name, pc.if_else(risky, marked, texts))
    return table.rename_columns([f"'{name}" if re.match(_FORMULA, name) else name for name in table.column_names])


def _flat(table: pa.Table) -> pa.Table:
    """Lists as texts joined by "; ", missing elements as nothing: CSV knows no lists."""
    for at, field in enumerate(table.schema):
        if pa.types.is_list(field.type):
            table = table.set_column(at, field.name, _joined(table[at]))
    return table


def _joined(lists: pa.ChunkedArray) -> pa.ChunkedArray:
    whole = [pa.concat_arrays([chunk]) for chunk in lists.chunks]
    filled = [pa.ListArray.from_arrays(one.offsets, pc.fill_null(one.values, ""), mask=one.is_null()) for one in whole]
    return pc.binary_join(pa.chunked_array(filled, lists.type), "; ")
