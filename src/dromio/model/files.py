"""Models as text: YAML and JSON in and out, the JSON Schema, and every fault with its path."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from dromio.errors import Fault, InputError, ModelError
from dromio.model.schema import Model, ReferenceFaults

_HEADER = "# A Dromio model. Edit it and run again: dromio resolve INPUT --model model.yaml --output DIR\n"


def load_model(path: str | Path) -> Model:
    """The model in a YAML or JSON file. Raises InputError (no such file), ModelError (with every fault)."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read the model {path}: {error}") from None
    return parse_model(text)


def parse_model(text: str) -> Model:
    """The model that a YAML or JSON text holds. Raises ModelError."""
    try:
        if text.lstrip().startswith("{"):
            with suppress(ValueError):
                return model_from(json.loads(text))  # YAML 1.1 takes 1e-9 for a text
        document = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise ModelError([Fault("", f"not readable as YAML or JSON: {error}")]) from None
    return model_from(document)


def model_from(document: Any) -> Model:
    """The model that plain lists and dictionaries hold. Raises ModelError."""
    try:
        return Model.model_validate(document, strict=True)
    except ValidationError as error:
        raise ModelError([fault for item in error.errors() for fault in _faults(item)]) from None


def dump_model(model: Model) -> str:
    """The model as YAML; loading it gives an equal model."""
    return _HEADER + yaml.dump(
        document_of(model),
        Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper),
        sort_keys=False,
        allow_unicode=True,
        width=120,
    )


def document_of(model: Model) -> dict[str, Any]:
    """The model as plain lists and dictionaries, without what is as it would be anyway; the long parts come last."""
    document = {"format": model.format, "name": model.name, "link_type": model.link_type}
    document |= model.model_dump(mode="json", exclude_defaults=True, by_alias=True)
    document |= {part: getattr(model, part).model_dump(mode="json") for part in ("thresholds", "clustering")}
    for long_part in ("words", "frequencies"):
        if long_part in document:
            document[long_part] = document.pop(long_part)
    return document


def save_model(model: Model, path: str | Path) -> None:
    """Write the model as YAML, or as JSON where the name ends in .json."""
    path = Path(path)
    is_json = path.suffix == ".json"
    text = json.dumps(document_of(model), indent=2, ensure_ascii=False) if is_json else dump_model(model)
    path.write_text(text, encoding="utf-8")


def json_schema() -> dict[str, Any]:
    """JSON Schema of the model file."""
    schema = Model.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Dromio model"
    json.dumps(schema)
    return schema


def _faults(item: Any) -> list[Fault]:
    """One fault, or all names that point nowhere, each with its own path."""
    found = item.get("ctx", {}).get("error")
    if not isinstance(found, ReferenceFaults):
        return [_fault(item)]
    return [Fault(path, message) for path, _, message in (text.partition(": ") for text in found.faults)]


def _fault(item: Any) -> Fault:
    path = ".".join(str(part) for part in item["loc"])
    message = str(item["msg"]).removeprefix("Value error, ")
    value = item.get("input")
    if item["type"] not in ("missing", "value_error") and isinstance(value, str | int | float | bool):
        message += f" (found {value!r})"
    return Fault(path, message)
