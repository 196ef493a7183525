"""Write docs/reference from the code: `make docs`, or `python docs/generate.py`. A test checks that it is current."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import click

from dromio.clean import TYPES
from dromio.cli import cli
from dromio.model import expressions
from dromio.model.files import json_schema

FOLDER = Path(__file__).resolve().parent / "reference"
EXAMPLES: dict[str, str] = {
    "year": "year(birth_date.iso)",
    "month_day": "month_day(birth_date.iso)",
    "prefix": "prefix(address.postcode, 3)",
    "soundex": "soundex(name.family)",
    "metaphone": "metaphone(name.family, 4)",
    "dmetaphone": "dmetaphone(name.family)",
    "dmetaphone_alt": "dmetaphone_alt(name.family)",
    "casefold": "casefold(code.value)",
    "alphanumeric": "alphanumeric(code.value)",
    "sorted_letters": "sorted_letters(name.family)",
    "skeleton": "skeleton(name.family)",
    "tokens": "tokens(name.given, name.family)",
    "rare_tokens": "rare_tokens(company.name)",
    "soundex_positions": "soundex_positions(name.family, 3)",
    "near_days": "near_days(birth_date.iso, 3)",
    "near_numbers": "near_numbers(price.value, 2501)",
    "near_latitudes": "near_latitudes(place.lat, 10)",
    "formal_names": "formal_names(name.given)",
    "date_parts": "date_parts(birth_date.iso)",
    "words": "words(name.given, name.family)",
    "either": "either(name.given, name.family)",
    "neighbours": "neighbours(name.family, 2)",
    "neighbours_share": "neighbours_share(name.family, 170)",
    "rare_trigrams": "rare_trigrams(name.family, 500)",
    "rare_letters": "rare_letters(name.family, 900)",
    "rare_words": "rare_words(company.name, 500)",
    "near_words": "near_words(company.name, 2)",
    "equal": "equal(number, street)",
    "missing": "missing(postcode, city)",
    "absent": "absent(unit)",
    "missing_left": "missing_left(name.family)",
    "missing_right": "missing_right(name.family)",
    "left_is": "left_is(status.value, 'active', 'new')",
    "right_is": "right_is(status.value, 'active')",
    "nickname": "nickname(given)",
    "initial": "initial(given)",
    "crossed": "crossed(given, family)",
    "swapped": "swapped(given, family)",
    "within": "within(family)",
    "shares_token": "shares_token(given, middle)",
    "day_month_swapped": "day_month_swapped(iso)",
    "one_part_differs": "one_part_differs(iso)",
    "always": "always()",
    "jaro_winkler": "jaro_winkler(family) >= 0.92",
    "jaro": "jaro(family) >= 0.85",
    "edit_similarity": "edit_similarity(name) >= 0.9",
    "swap_similarity": "swap_similarity(name) >= 0.9",
    "trigram": "trigram(name) >= 0.3",
    "soundex_agreement": "soundex_agreement(family) >= 0.75",
    "jaccard": "jaccard(value) >= 0.5",
    "overlap": "overlap(name) >= 0.95",
    "cosine": "cosine(name) >= 0.7",
    "soft_overlap": "soft_overlap(name) >= 0.8",
    "levenshtein": "levenshtein(address) <= 1",
    "damerau_levenshtein": "damerau_levenshtein(number) <= 1",
    "share_of_left": "share_of_left(name.family) <= 0.17",
    "share_of_right": "share_of_right(name.family) <= 0.17",
    "days": "days(iso) <= 31",
    "difference": "difference(value) <= 0.5",
    "kilometres": "kilometres(lat, lon) <= 10",
}
"""Function -> an expression that uses it; a test reads each."""
_NOTE = "<!-- Written by docs/generate.py (make docs); edits are lost. -->\n\n"


def command_line() -> str:
    """Every command with its arguments and options, as Markdown."""
    context = click.Context(cli, info_name="dromio")
    parts = [f"{_NOTE}# Command line\n\n{cli.help}\n\nThe [tutorial](../tutorial.md) shows the commands at work.\n"]
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        parts += _sections(name, command)
    return "\n".join(parts)


def _sections(name: str, command: click.Command) -> Iterator[str]:
    """The section of a command; of a group, and of each of its commands."""
    if not isinstance(command, click.Group):
        yield _command(name, command)
        return
    yield f"## dromio {name}\n\n{command.help}\n"
    for inner, one in sorted(command.commands.items()):
        for section in _sections(f"{name} {inner}", one):
            yield section if section.startswith("### ") else section.replace("## ", "### ", 1)


def _command(name: str, command: click.Command) -> str:
    own = [one for one in command.params if isinstance(one, click.Argument)]
    options = [one for one in command.params if isinstance(one, click.Option)]
    arguments = " ".join((one.metavar or str(one.name).upper()) if one.required else f"[{one.metavar}]" for one in own)
    text = "\n\n".join(" ".join(part.split()) for part in (command.help or "").split("\n\n"))
    rows = [(_spelling(one), _help(one)) for one in options]
    usage = f"```\ndromio {name} [OPTIONS] {arguments}\n```"
    return f"## dromio {name}\n\n{usage}\n\n{text}\n\n{_table(('option', 'meaning'), rows)}"


def _spelling(option: click.Option) -> str:
    value = ""
    if not option.is_flag:
        value = (
            "|".join(map(str, option.type.choices))
            if isinstance(option.type, click.Choice)
            else option.metavar or _noun(option)
        )
    return f"`{', '.join([*option.opts, *option.secondary_opts])}{' ' + value if value else ''}`"


def _noun(option: click.Option) -> str:
    return {"integer": "NUMBER", "integer range": "NUMBER", "float": "NUMBER", "text": "TEXT"}.get(
        option.type.name, "PATH"
    )


def _help(option: click.Option) -> str:
    notes = [option.help or ""]
    if option.required:
        notes.append("Required.")
    if option.show_default and not option.is_flag:
        notes.append(f"Default: `{option.default}`.")
    return " ".join(notes)


def expression_reference() -> str:
    """Attribute types with roles and fields, and every transform, test and measure, as Markdown."""
    types = [
        (
            f"`{one.name}`",
            one.doc,
            ", ".join(f"`{role}`" for role in one.roles),
            ", ".join(f"`{field}`" for field in one.fields),
        )
        for one in sorted(TYPES.values(), key=lambda one: one.name)
    ]
    return (
        f"{_NOTE}# Attribute types and expressions\n\n"
        "How a model uses these is told in [the model](../model.md).\n\n"
        "## Attribute types\n\n"
        "Roles are what columns of the input may be.\n"
        "Fields are what cleaning makes of them, and what expressions speak of.\n\n"
        f"{_table(('type', 'holds', 'roles', 'fields'), types)}\n"
        "## Transforms\n\n"
        "In keys, and in conditions in the place of a field.\n\n"
        f"{_functions('transform', expressions.TRANSFORMS)}\n"
        "## Tests\n\n"
        "Hold or do not hold; a test on a missing value does not hold, but for `missing` and `absent`.\n\n"
        f"{_functions('test', expressions.TESTS)}\n"
        "## Similarities\n\n"
        "Compared with `>=` and a number from 0 to 1.\n\n"
        f"{_functions('similarity', expressions.SIMILARITIES)}\n"
        "## Distances\n\n"
        "Compared with `<=` and a number from 0.\n\n"
        f"{_functions('distance', expressions.DISTANCES)}"
    )


def _functions(kind: str, known: Mapping[str, str]) -> str:
    return _table(
        (kind, "meaning", "as in"), [(f"`{name}`", meaning, f"`{EXAMPLES[name]}`") for name, meaning in known.items()]
    )


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *(tuple(cell.replace("|", "\\|") for cell in row) for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def references() -> dict[str, str]:
    """File name -> text, of everything in docs/reference."""
    return {
        "cli.md": command_line(),
        "expressions.md": expression_reference(),
        "model-schema.json": json.dumps(json_schema(), indent=2, sort_keys=True) + "\n",
    }


def main() -> None:
    """Write the files."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in references().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(FOLDER / name)


if __name__ == "__main__":
    main()
