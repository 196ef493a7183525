"""The Python interface: `dromio.resolve(...)` and its result."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any
from weakref import finalize

import pyarrow as pa

from dromio.errors import UsageError
from dromio.model.files import load_model
from dromio.model.schema import LinkType, Model
from dromio.service import resolve as service
from dromio.service.options import RunOptions, parse_memory
from dromio.service.phases import Watcher, nobody

if TYPE_CHECKING:
    from dromio.service.explain import Explanation


class Result:
    """What a run found. Tables are Arrow tables, made when first asked for.

    The run keeps a workspace on disk until the result is closed or collected; `with dromio.resolve(...) as result:`
    closes it at the end of the block.
    """

    def __init__(self, run: service.Run, stack: ExitStack) -> None:
        self._run = run
        self._close = finalize(self, stack.close)

    @cached_property
    def entities(self) -> pa.Table:
        """source_dataset, unique_id, cluster_id: one row for every record."""
        return self._run.entities

    @cached_property
    def pairs(self) -> pa.Table:
        """Scored pairs: keys of both records, match_weight (bits), match_probability, decision."""
        return self._run.pairs

    @cached_property
    def golden(self) -> pa.Table:
        """One merged record for every entity, with the record that each value came from."""
        return self._run.golden

    @property
    def model(self) -> Model:
        """The model that was used, trained; save it with `dromio.save_model`."""
        return self._run.model

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The document of run.json: counts, columns as understood, keys, weights, timings."""
        from dromio.service.summary import run_document

        return run_document(self._run)

    def report(self, path: str | Path = "report.html") -> Path:
        """Write the HTML report; it works offline. Raises MissingExtraError without the extra `report`."""
        from dromio.report import write_report

        write_report(self.summary, Path(path))
        return Path(path)

    def write(self, folder: str | Path, *, format: str = "parquet", report: bool = True) -> Path:
        """Write all outputs to a folder, in one step."""
        from dromio.service.outputs import write_run

        write_run(self._run, Path(folder), format=format, report=report)
        return Path(folder)

    def close(self) -> None:
        """Let the workspace go. Tables that were asked for before stay usable."""
        self._close()

    def __enter__(self) -> Result:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Result({len(self._run.records):,} records, {len(self._run.cluster_ids):,} entities)"


def resolve(
    inputs: Any,
    *,
    model: Model | str | Path | None = None,
    id: str | None = None,
    link_type: LinkType | None = None,
    one_to_one: bool = False,
    allow_scan: bool = False,
    threshold: float | None = None,
    memory: str | int | None = None,
    threads: int | None = None,
    watch: Watcher = nobody,
) -> Result:
    """Find which records are one entity.

    `inputs`: a path (CSV, Parquet, JSON lines), a database URL with a table, a pandas or Polars DataFrame, an Arrow
    table, a DuckDB relation, a list of dictionaries; or several of them, as a list or as a mapping of source name to
    input. `model`: a model or the path of one; None finds everything out from the data. `id`: the column that tells
    records apart. `allow_scan`: whether all pairs may be looked at where the model's rules leave no way around it.
    `threshold`: match weight in bits from which a pair is a match. `memory`: bytes, or a text such as
    "6GB".

    Raises InputError, ModelError, UsageError, ResourceError.
    """
    options = RunOptions(
        link_type=link_type,
        threshold=threshold,
        memory=parse_memory(memory) if isinstance(memory, str) else memory,
        threads=threads,
        one_to_one=one_to_one,
        allow_scan=allow_scan,
    )
    if isinstance(model, str | Path):
        model = load_model(model)
    if model is not None and not isinstance(model, Model):
        raise UsageError(f"model must be a model or the path of one, found {type(model).__name__}")
    with ExitStack() as stack:
        run = stack.enter_context(service.run(inputs, model=model, id_column=id, options=options, watch=watch))
        return Result(run, stack.pop_all())


def explain(left: Mapping[str, Any], right: Mapping[str, Any], *, model: Model | str | Path) -> Explanation:
    """Why a model decides as it does on two records, each given as column -> value.

    `model`: a trained model or the path of one. The explanation has `decision`, `why_not`, `to_text()`, `to_dict()`.

    Raises InputError, ModelError.
    """
    from dromio.service.explain import explain as explained

    return explained(left, right, load_model(model) if isinstance(model, str | Path) else model)
