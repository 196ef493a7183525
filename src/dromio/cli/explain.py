"""`dromio explain`: why are two records one, or not?"""

from __future__ import annotations

from pathlib import Path

import click


@click.command("explain")
@click.argument("left", metavar="LEFT")
@click.argument("right", metavar="RIGHT")
@click.option("--model", "model_path", type=click.Path(path_type=Path), help="A trained model file.")
@click.option(
    "--run",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of a run: LEFT and RIGHT are ids of its records, and its model is used where none is named.",
)
@click.option("--id", "id_column", help="With --run: the column of ids that the run was told to use.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON with every step.")
@click.option("--picture", type=click.Path(path_type=Path), help="Write a picture: FILE.svg, FILE.png or FILE.html.")
def command(
    left: str,
    right: str,
    model_path: Path | None,
    folder: Path | None,
    id_column: str | None,
    as_json: bool,
    picture: Path | None,
) -> None:
    """Explain the decision on two records.

    LEFT and RIGHT are JSON files that hold one record each: an object with the columns of the input. With --run they
    are ids of records, source:id where there are several sources.
    """
    import json

    from dromio.model.files import load_model
    from dromio.service.explain import explain, explain_of_run, read_record, write_picture

    if model_path is None and folder is None:
        raise click.UsageError("name a --model, or a --run that has one")
    model = load_model(model_path or Path(str(folder)) / "model.yaml")
    if folder is not None:
        found = explain_of_run(folder, (left, right), model, id_column)
    else:
        found = explain(read_record(Path(left)), read_record(Path(right)), model)
    if picture is not None:
        write_picture(found, picture)
    click.echo(json.dumps(found.to_dict(), indent=2, ensure_ascii=False) if as_json else found.to_text())
