"""`dromio resolve`: from files to entities."""

from __future__ import annotations

import re
import signal
import sys
from pathlib import Path
from types import FrameType

import click
from click.core import ParameterSource


@click.command("resolve")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), help="Folder for the results; needed without --domain."
)
@click.option("--domain", help="Resolve the records of this domain of a store again, and publish the result there.")
@click.option(
    "--model",
    "model_path",
    type=click.Path(path_type=Path),
    help="A model file; without it everything is found out from the data.",
)
@click.option("--id", "id_column", help="Column that tells the records of a source apart.")
@click.option(
    "--link-type",
    type=click.Choice(["dedupe_only", "link_only", "link_and_dedupe"]),
    help="Which pairs may match: within a source, across sources, or both.",
)
@click.option("--allow-scan", is_flag=True, help="Look at all pairs where the model's rules leave no way around it.")
@click.option("--one-to-one", is_flag=True, help="An entity holds at most one record of each source.")
@click.option("--threshold", type=float, help="Match weight in bits from which a pair is a match.")
@click.option(
    "--engine", type=click.Choice(["duckdb"]), default="duckdb", show_default=True, help="Engine of the batch run."
)
@click.option("--memory", help="Most memory to use, such as 6GB; what does not fit goes to disk.")
@click.option("--threads", type=int, help="Threads to use; all processors without it.")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["parquet", "csv"]),
    default="parquet",
    show_default=True,
    help="Format of the tables.",
)
@click.option("--no-report", is_flag=True, help="Write no report.html.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing while running.")
@click.pass_context
def command(
    context: click.Context,
    inputs: tuple[str, ...],
    output: Path | None,
    domain: str | None,
    model_path: Path | None,
    id_column: str | None,
    link_type: str | None,
    allow_scan: bool,
    one_to_one: bool,
    threshold: float | None,
    engine: str,
    memory: str | None,
    threads: int | None,
    format_name: str,
    no_report: bool,
    quiet: bool,
) -> None:
    """Find which records of INPUT are one entity.

    INPUT is a CSV, Parquet or JSON-lines file, name=FILE to name the source, or a database URL with a table
    (sqlite:///shop.db?table=customers). Several inputs are several sources.

    With --domain INPUT is a store: its file, sqlite:///FILE or postgresql://…
    """
    if domain is not None:
        _resolve_store(context, inputs, domain, quiet=quiet)
        return
    if output is None:
        raise click.UsageError(
            "Missing option '--output' / '-o': a folder for the results; a store needs its --domain instead"
        )
    from dromio.service.limits import check_address_space

    check_address_space()
    from dromio.model.files import load_model
    from dromio.service.folders import check_folder
    from dromio.service.options import RunOptions, parse_memory
    from dromio.service.outputs import write_run
    from dromio.service.resolve import run

    signal.signal(signal.SIGTERM, _stop)
    options = RunOptions(
        link_type=link_type,  # type: ignore[arg-type]
        threshold=threshold,
        memory=parse_memory(memory) if memory else None,
        threads=threads,
        one_to_one=one_to_one,
        allow_scan=allow_scan,
    )
    check_folder(output)
    model = load_model(model_path) if model_path else None
    progress = _Progress(quiet)
    with run(list(inputs), model=model, id_column=id_column, options=options, watch=progress.begin) as found:
        document = write_run(
            found, output, format=format_name, report=not no_report and _can_report(quiet), release=True
        )
        seconds = found.phases.total
    progress.end()
    if not quiet:
        for sentence in document["summary"]:
            click.echo(sentence)
        for warning in document["warnings"]:
            click.echo(f"Note: {warning}")
        shown = "report.html" if (output / "report.html").exists() else "run.json"
        click.echo(f"Done in {seconds:.1f} s with {document['peak_memory_mb']:,} MB. Look at {output / shown}")


def _resolve_store(context: click.Context, inputs: tuple[str, ...], domain: str, *, quiet: bool) -> None:
    """All records of a domain in a batch by the domain's own model, published in one step."""
    from dromio.cli.domains import opened

    given = {
        option.opts[0]
        for option in context.command.params
        if isinstance(option, click.Option)
        and option.name not in ("domain", "quiet")
        and context.get_parameter_source(str(option.name)) is ParameterSource.COMMANDLINE
    }
    if given:
        raise click.UsageError(
            f"{', '.join(sorted(given))} cannot be used with --domain: a store has its own model and keeps the result;"
            " change its model with dromio store propose"
        )
    if len(inputs) != 1:
        raise click.UsageError(f"--domain takes one store, found {len(inputs)} inputs")
    if "://" in inputs[0] and re.search(r"[?&]table=", inputs[0]):
        raise click.UsageError("a store is named without a table: leave out ?table=, or leave out --domain")
    with opened(inputs[0], domain) as own:
        entities = own.resolve_all()
    if not quiet:
        click.echo(f"{entities:,} entities")


class _Progress:
    """One line on standard error that says what is being done; nothing when nobody looks."""

    def __init__(self, quiet: bool) -> None:
        self.shown = not quiet and sys.stderr.isatty()

    def begin(self, phase: str, seconds: float) -> None:
        if self.shown:
            click.echo(f"\r\033[K{seconds:6.1f} s  {phase} …", nl=False, err=True)

    def end(self) -> None:
        if self.shown:
            click.echo("\r\033[K", nl=False, err=True)


def _can_report(quiet: bool) -> bool:
    from importlib.util import find_spec

    if find_spec("altair") and find_spec("vl_convert"):
        return True
    if not quiet:
        click.echo("No report: it needs an optional part, pip install 'dromio[report]'.", err=True)
    return False


def _stop(number: int, frame: FrameType | None) -> None:
    """End as on Ctrl-C when asked to terminate, so that temporary files go."""
    raise KeyboardInterrupt
