"""`dromio export`: models of Dromio in the words of other systems."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from dromio.model.schema import Model

Exported = tuple[Any, tuple[str, ...]]
"""A document that JSON can hold, and what of the model it does not say."""

FORMATS = {
    "splink": "settings, version 4 or 5",
    "customer-profiles": "a domain with rule-based matching",
    "entity-resolution": "an object with `workflow` and the list `schemas`",
    "match-groups": "an object with `matchGroups`",
    "rules": "a version of a data domain (`drKeyProperties`, `matchingAlgorithm`)",
}


@click.command("export")
@click.argument("model", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "kind", required=True, type=click.Choice(list(FORMATS)), help="The system to write for.")
@click.option("--output", "-o", required=True, type=click.Path(path_type=Path), help="The JSON file to write.")
@click.option("--entity-type", default="Individual", show_default=True, help="What match groups are said to be of.")
def command(model: Path, kind: str, output: Path, entity_type: str) -> None:
    """Write MODEL as JSON for another system, and say what that system cannot say.

    The system is splink (settings), customer-profiles (a domain), entity-resolution (an object with workflow and
    schemas), match-groups, or rules (a version of a data domain).
    A model that has nothing to say there is refused, with the reasons.
    """
    from dromio.errors import InputError
    from dromio.model.files import load_model

    document, notes = _WRITERS[kind](load_model(model), entity_type)
    try:
        output.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write {output}: {error.strerror}") from None
    for note in notes:
        click.echo(f"not said: {note}")
    click.echo(f"{output}: {FORMATS[kind]}")


def _splink(model: Model, _: str) -> Exported:
    from dromio.interchange.splink import export_splink

    return export_splink(model)


def _customer_profiles(model: Model, _: str) -> Exported:
    from dromio.interchange.customer_profiles.exporting import conflict_resolution_of, from_model

    guards = ("guards: rule levels do not say this",) if model.guards else ()
    unresolved = conflict_resolution_of(model)[1]
    return {"DomainName": model.name, "RuleBasedMatching": from_model(model).document()}, guards + unresolved


def _entity_resolution(model: Model, _: str) -> Exported:
    from dromio.interchange.entity_resolution import export_workflow

    return export_workflow(model)


def _match_groups(model: Model, entity_type: str) -> Exported:
    from dromio.errors import Fault, ModelError
    from dromio.interchange.reltio.from_model import from_model
    from dromio.interchange.reltio.write_groups import write_groups

    exported = from_model(model, entity_type)
    if not exported.groups:
        faults = [Fault(path, text) for path, _, text in (note.partition(": ") for note in exported.untranslated)]
        raise ModelError([Fault("groups", "there is none that match groups can say"), *faults])
    return {"matchGroups": write_groups(exported.groups)}, exported.untranslated


def _rules(model: Model, _: str) -> Exported:
    from dromio.language import to_json
    from dromio.language.from_model import from_model

    exported = from_model(model)
    document = {"drKeyProperties": list(exported.key_properties), "matchingAlgorithm": to_json(exported.algorithm)}
    return document, exported.untranslated


_WRITERS: dict[str, Callable[[Model, str], Exported]] = {
    "splink": _splink,
    "customer-profiles": _customer_profiles,
    "entity-resolution": _entity_resolution,
    "match-groups": _match_groups,
    "rules": _rules,
}
