"""The documents: references are current, complete and hold true examples; links lead somewhere."""

import json
import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import click
import pytest

from dromio.clean import TYPES
from dromio.cli import COMMANDS, cli
from dromio.model import expressions
from dromio.model.files import parse_model

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS.rglob("*.md")])
FUNCTIONS = [*expressions.TRANSFORMS, *expressions.TESTS, *expressions.SIMILARITIES, *expressions.DISTANCES]


def _generate() -> ModuleType:
    spec = spec_from_file_location("generate", DOCS / "generate.py")
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATE = _generate()


def _options(name: str) -> list[str]:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    commands = [command, *(command.commands.values() if isinstance(command, click.Group) else ())]
    parameters = (one for each in commands for one in each.params)
    return [spelling for one in parameters if isinstance(one, click.Option) for spelling in one.opts]


@pytest.mark.parametrize("name", ["cli.md", "expressions.md"])
def test_generated_page_is_current(name: str) -> None:
    """Where this fails: make docs."""
    assert (DOCS / "reference" / name).read_text(encoding="utf-8") == GENERATE.references()[name]


def test_generated_schema_is_current() -> None:
    written = json.loads((DOCS / "reference" / "model-schema.json").read_text(encoding="utf-8"))
    assert written == json.loads(GENERATE.references()["model-schema.json"])


def test_nothing_else_is_in_the_reference() -> None:
    assert {path.name for path in (DOCS / "reference").iterdir()} == set(GENERATE.references())


@pytest.mark.parametrize("command", COMMANDS)
def test_command_and_its_options_are_in_the_reference(command: str) -> None:
    page = (DOCS / "reference" / "cli.md").read_text(encoding="utf-8")
    section = page.partition(f"\n## dromio {command}\n")[2].partition("\n## ")[0]
    assert section
    assert [option for option in _options(command) if not re.search(rf"{option}\b", section)] == []


@pytest.mark.parametrize("name", [*FUNCTIONS, *TYPES])
def test_function_and_type_are_in_the_reference(name: str) -> None:
    assert f"| `{name}` |" in (DOCS / "reference" / "expressions.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_example_of_the_reference_is_readable(name: str) -> None:
    example = GENERATE.EXAMPLES[name]
    parsed = (
        expressions.parse_field(example) if name in expressions.TRANSFORMS else expressions.parse_condition(example)
    )
    assert str(parsed) == example


def test_every_part_of_a_model_is_explained() -> None:
    schema = json.loads(GENERATE.references()["model-schema.json"])
    page = (DOCS / "model.md").read_text(encoding="utf-8")
    parts = [schema, *schema["$defs"].values()]
    missing = [name for part in parts for name in part.get("properties", {}) if f"`{name}`" not in page]
    assert missing == []


def test_models_shown_in_the_documents_are_valid() -> None:
    shown = [
        block
        for page in PAGES
        for block in re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.S)
        if block.startswith("format:")
    ]
    assert shown
    for block in shown:
        parse_model(block)


def test_commands_shown_in_the_documents_exist() -> None:
    known = {command: set(_options(command)) for command in COMMANDS}
    for page in PAGES:
        for line in re.findall(r"^\$ dromio (.+)$", page.read_text(encoding="utf-8"), re.M):
            command, *rest = line.split()
            assert command in known, f"{page.name}: dromio {line}"
            unknown = [word for word in rest if word.startswith("-") and word.split("=")[0] not in known[command]]
            assert not unknown, f"{page.name}: dromio {line}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_public_errors_are_in_no_page_by_a_wrong_name() -> None:
    from dromio import errors

    for page in PAGES:
        named = set(re.findall(r"`(\w+Error)`", page.read_text(encoding="utf-8")))
        assert {name for name in named if not hasattr(errors, name)} == set(), page.name
