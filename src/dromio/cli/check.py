"""`dromio check`: is a model file right?"""

from __future__ import annotations

from pathlib import Path

import click


@click.command("check")
@click.argument("model_path", metavar="MODEL", type=click.Path(path_type=Path), required=False)
@click.option("--schema", is_flag=True, help="Print the JSON Schema of model files instead.")
def command(model_path: Path | None, schema: bool) -> None:
    """Check MODEL and say what it holds; every fault is listed with its path, and the exit code is 1."""
    import json

    from dromio.model.files import json_schema, load_model

    if schema:
        click.echo(json.dumps(json_schema(), indent=2))
        return
    if model_path is None:
        raise click.UsageError("name a model file, or ask for the --schema")
    model = load_model(model_path)
    click.echo(
        f"{model_path}: {len(model.attributes)} attributes, {len(model.keys)} keys, {len(model.comparisons)} "
        "comparisons; "
        f"{'trained' if model.trained else 'not trained: m, u and the prior will be learned from the data'}."
    )
