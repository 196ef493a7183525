"""`dromio import`: models of other systems as models of Dromio."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from dromio.model.imported import Imported

FORMATS = {
    "splink": "settings or a trained model, version 4 or 5",
    "customer-profiles": "a domain with rule-based matching",
    "entity-resolution": "an object with `workflow` and the list `schemas`",
    "match-groups": "a list of match groups, or an object with `matchGroups`",
    "rules": "a version of a data domain (`drKeyProperties`, `modelSchema`, `matchingAlgorithm`), or an algorithm",
}


@click.command("import")
@click.argument("kind", metavar="FORMAT", type=click.Choice(list(FORMATS)))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--output", "-o", required=True, type=click.Path(path_type=Path), help="The model file to write.")
def command(kind: str, file: Path, output: Path) -> None:
    """Read FILE, the JSON of another system, as a model, and say what it could not take over.

    FORMAT is splink (settings or a trained model), customer-profiles (a domain), entity-resolution (an object with
    workflow and schemas), match-groups, or rules (a version of a data domain, or an algorithm).
    """
    from dromio.errors import InputError
    from dromio.model.files import save_model

    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {file} as JSON: {error}") from None
    imported = _READERS[kind](document)
    save_model(imported.model, output)
    for note in imported.untranslated:
        click.echo(f"not taken over: {note}")
    click.echo(f"{output}: {len(imported.model.attributes)} attributes, decides by {_deciders(imported)}")


def _deciders(imported: Imported) -> str:
    return ", then ".join(imported.model.deciders)


def _splink(document: Any) -> Imported:
    from dromio.interchange.splink import import_splink

    return import_splink(document)


def _customer_profiles(document: Any) -> Imported:
    from dromio.interchange.customer_profiles import import_domain

    return import_domain(document)


def _entity_resolution(document: Any) -> Imported:
    from dromio.errors import InputError
    from dromio.interchange.entity_resolution import import_workflow

    if not isinstance(document, dict) or "workflow" not in document or not isinstance(document.get("schemas"), list):
        raise InputError("expected an object with `workflow` and the list `schemas`")
    return import_workflow(document["workflow"], document["schemas"])


def _match_groups(document: Any) -> Imported:
    from dromio.interchange.reltio import read_groups
    from dromio.interchange.reltio.to_model import to_model

    return to_model(read_groups(document["matchGroups"] if isinstance(document, dict) else document))


def _rules(document: Any) -> Imported:
    from dromio.language import from_json, parse
    from dromio.language.to_model import to_model

    is_version = isinstance(document, dict) and "drKeyProperties" in document
    keys = document["drKeyProperties"] if is_version else None
    schema = document.get("modelSchema") if is_version else None
    given = document.get("matchingAlgorithm") if is_version else document
    if given is None:
        return to_model(None, keys, schema=schema)
    return to_model(parse(given) if isinstance(given, str) else from_json(given, keys, schema), keys, schema=schema)


_READERS: dict[str, Callable[[Any], Imported]] = {
    "splink": _splink,
    "customer-profiles": _customer_profiles,
    "entity-resolution": _entity_resolution,
    "match-groups": _match_groups,
    "rules": _rules,
}
