"""A set of records with its truth kept apart, and writing it to files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from dromio.errors import UsageError

FORMATS = ("parquet", "csv")
RECORDS_OF_AN_ENTITY = (0.66, 0.20, 0.08, 0.04, 0.015, 0.005)  # shares of entities with 1 to 6 records: mean 1.57


@dataclass(frozen=True, slots=True)
class Dataset:
    """Records as a resolver may see them, and the truth that it must not see.

    `truth` has one row for each record: unique_id, cluster_id (equal for records of one entity) and household
    (equal for different entities that share an address or an owner; the cluster_id itself where there are none).
    """

    records: pa.Table
    truth: pa.Table


def write(dataset: Dataset, folder: str | Path, formats: Iterable[str] = FORMATS) -> list[Path]:
    """Write records.* and truth.* in each format ("parquet", "csv") into the folder, made if absent; the paths written.

    Missing values are empty fields in CSV. Raises UsageError for another format.
    """
    chosen = list(formats)
    for name in chosen:
        if name not in FORMATS:
            raise UsageError(f"format {name!r} is not one of {', '.join(FORMATS)}")
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    tables = {"records": dataset.records, "truth": dataset.truth}
    return [_write_table(table, target / f"{stem}.{name}", name) for stem, table in tables.items() for name in chosen]


def _write_table(table: pa.Table, path: Path, name: str) -> Path:
    if name == "parquet":
        pq.write_table(table, path, compression="zstd")
    else:
        pa_csv.write_csv(table, path)
    return path


def owners(rng: np.random.Generator, records: int) -> npt.NDArray[np.int64]:
    """The entity of each record, in random order; entities are numbered from 0 without gaps."""
    counts = rng.choice(np.arange(1, len(RECORDS_OF_AN_ENTITY) + 1), size=records, p=RECORDS_OF_AN_ENTITY)
    return rng.permutation(np.repeat(np.arange(records), counts)[:records])
