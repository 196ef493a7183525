"""The outputs of a run: written to a temporary folder beside the target, and moved there in one step."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from dromio.errors import UsageError
from dromio.model.files import save_model
from dromio.service.resolve import Run, pairs_schema
from dromio.service.summary import resources, run_document

FORMATS = ("parquet", "csv")
_MARK = "run.json"


def write_run(run: Run, folder: Path, *, format: str = "parquet", report: bool = True, release: bool = False) -> dict[str, Any]:
    """Write entities, pairs, golden records, model, run.json and the report; gives the document of run.json.

    `release`: let pairs and columns go as soon as they are written; the run is of no further use then.
    Raises UsageError when the folder holds something that is not an earlier run.
    """
    if format not in FORMATS:
        raise UsageError(f"format {format!r} is not known; formats are {', '.join(FORMATS)}")
    with replaced_folder(folder) as target:
        with run.phases.phase("write"):
            write_table(run.entities, target / f"entities.{format}")
            write_batches(run.pair_batches(), pairs_schema(run.records.ids.type), target / f"pairs.{format}")
        save_model(run.model, target / "model.yaml")
        document = run_document(run)
        if release:
            run.release()
        with run.phases.phase("golden records"):
            write_table(run.golden, target / f"golden.{format}")
        document |= resources(run)
        if report:
            from dromio.report import write_report

            with run.phases.phase("report"):
                write_report(document, target / "report.html")
            document |= resources(run)
        (target / _MARK).write_text(json.dumps(document, indent=1, ensure_ascii=False), encoding="utf-8")
    return document


@contextmanager
def replaced_folder(folder: Path) -> Iterator[Path]:
    """A new folder that takes the place of `folder` when all went well; otherwise nothing is left of it."""
    folder = folder.absolute()
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; name a folder for the output")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / _MARK).exists():
        raise UsageError(f"{folder} holds files that are not an earlier run; name an empty or a new folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        fresh.chmod(0o755)
        yield fresh
        if folder.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
            folder.rename(old / "run")
            fresh.rename(folder)
            shutil.rmtree(old)
        else:
            fresh.rename(folder)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def write_batches(batches: Iterator[pa.RecordBatch], schema: pa.Schema, path: Path) -> None:
    """A table that comes in parts."""
    if path.suffix == ".csv":
        with pa_csv.CSVWriter(path, schema) as writer:
            for batch in batches:
                writer.write_batch(batch)
    else:
        with pq.ParquetWriter(path, schema, compression="zstd", compression_level=1) as writer:
            for batch in batches:
                writer.write_batch(batch)


def write_table(table: pa.Table, path: Path) -> None:
    """A table as Parquet or CSV, by the ending of the name."""
    if path.suffix == ".csv":
        pa_csv.write_csv(_flat(table), path)
    else:
        pq.write_table(table, path, compression="zstd", compression_level=1)


def _flat(table: pa.Table) -> pa.Table:
    """Lists as texts joined by "; ": CSV knows no lists."""
    import pyarrow.compute as pc

    for at, field in enumerate(table.schema):
        if pa.types.is_list(field.type):
            table = table.set_column(at, field.name, pc.binary_join(table[field.name], "; "))
    return table
