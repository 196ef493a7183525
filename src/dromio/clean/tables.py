"""Word tables kept as text beside the code: `canonical: spelling, spelling` lines and lists, in `[section]`s.

A line that starts with `# ` is a comment.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files


def _lines(file: str) -> Iterator[str]:
    text = files("dromio.clean").joinpath("data", file).read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.strip() and not line.startswith("# "):
            yield line.strip()


@cache
def read_sections(file: str) -> dict[str, tuple[str, ...]]:
    """Section -> its lines, in the order of the file. A line holds one entry, or several between ` | `."""
    sections: dict[str, list[str]] = {}
    entries: list[str] = []
    for line in _lines(file):
        if line.startswith("[") and line.endswith("]"):
            entries = sections.setdefault(line[1:-1], [])
        else:
            entries.extend(entry.strip() for entry in line.split("|"))
    return {name: tuple(entries) for name, entries in sections.items()}


def read_table(file: str, separator: str | None = ",") -> list[tuple[str, tuple[str, ...]]]:
    """(canonical, its spellings) per line, in the order of the file; `separator` None is white space."""
    rows = []
    for line in _lines(file):
        canonical, _, spellings = line.partition(":")
        words = (spelling.strip() for spelling in spellings.split(separator))
        rows.append((canonical.strip(), tuple(word for word in words if word)))
    return rows


def spellings(section: tuple[str, ...]) -> dict[str, str]:
    """Spelling -> canonical, each canonical itself among them, of the `canonical: spelling, …` lines of one section."""
    table: dict[str, str] = {}
    for line in section:
        canonical, _, words = line.partition(":")
        for word in (canonical, *words.split(",")):
            if word.strip():
                table[word.strip()] = canonical.strip()
    return table
