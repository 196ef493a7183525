"""The direction of imports, as docs/architecture.md draws it, and what a quick start must not load."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import dromio

SOURCE = Path(dromio.__file__).parent

# Package -> what it imports of Dromio: whole packages, or single modules where the rest of one is out of bounds.
ALLOWED: dict[str, set[str]] = {
    "__init__": {"api", "errors", "evaluation", "model", "store"},
    "api": {"errors", "model", "report", "service"},
    "clean": {"errors"},
    "cli": {
        "client",
        "contact_centre",
        "datasets",
        "errors",
        "evaluation",
        "interchange",
        "jobs",
        "language",
        "model",
        "records",
        "server",
        "service",
        "store",
    },
    "client": {"errors"},
    "clusters": {"engines.columns"},
    "contact_centre": {"engines", "errors", "model", "models", "records", "similarity", "store"},
    "configure": {"clean", "engines", "io", "model", "plan"},
    "datasets": {"errors"},
    "deciders": {"model"},
    "engines": {"clean", "deciders", "io.sources", "model", "plan", "records", "similarity", "training.counts"},
    "errors": set(),
    "evaluation": {"errors"},
    "golden": {"clean", "engines", "errors", "io.sources", "model"},
    "interchange": {"clean", "errors", "model", "plan", "records", "similarity"},
    "io": {"engines.sql", "errors"},
    "jobs": {"errors", "store"},
    "language": {"deciders", "errors", "model", "records", "similarity"},
    "model": {"clean", "errors"},
    "models": {"clean", "model", "records", "similarity"},
    "plan": {"deciders", "errors", "model"},
    "records": set(),
    "report": {"errors"},
    "server": {
        "contact_centre",
        "engines",
        "errors",
        "interchange",
        "jobs",
        "language",
        "model",
        "plan",
        "records",
        "service",
        "store",
    },
    "service": {
        "clusters",
        "configure",
        "deciders",
        "engines",
        "errors",
        "golden",
        "io",
        "model",
        "plan",
        "records",
        "report",
        "training",
    },
    "similarity": set(),
    "store": {
        "clean",
        "clusters",
        "deciders",
        "engines",
        "errors",
        "golden",
        "io.sources",
        "model",
        "plan",
        "records",
        "training.counts",
    },
    "training": {"engines", "model", "plan"},
}

# Library -> the packages that import it. What is not listed is for everyone (numpy, pyarrow).
USERS: dict[str, set[str]] = {
    "altair": {"report"},
    "anyascii": {"clean", "datasets"},
    "apsw": {"store"},
    "click": {"cli"},
    "cryptography": {"server"},
    "duckdb": {"configure", "engines", "golden", "io", "service", "store"},
    "joserfc": {"server"},
    "phonenumbers": {"clean", "models"},
    "psycopg": {"io", "store"},
    "psycopg_pool": {"store"},
    "pydantic": {"contact_centre", "model", "server"},
    "rapidfuzz": {"engines", "interchange", "similarity"},
    "sqlglot": {"engines", "golden", "interchange", "io"},
    "uvicorn": {"server"},
    "vl_convert": {"report"},
    "yaml": {"model"},
}
HEAVY = (
    "altair",
    "duckdb",
    "numpy",
    "pandas",
    "phonenumbers",
    "polars",
    "pyarrow",
    "pydantic",
    "rapidfuzz",
    "sqlglot",
    "yaml",
)


def _files() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def _package(path: Path) -> str:
    return path.relative_to(SOURCE).with_suffix("").parts[0]


def _imported(path: Path, *, top_only: bool = False) -> Iterator[str]:
    """Full names of all modules that a file imports, also inside functions."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body if top_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module and not node.level, f"{path}: imports are absolute"
            for each in node.names:
                name = f"{node.module}.{each.name}"
                yield name if _module_file(name) else node.module


def _module_file(name: str) -> Path | None:
    place = SOURCE.parent.joinpath(*name.split("."))
    return next((file for file in (place.with_suffix(".py"), place / "__init__.py") if file.exists()), None)


def _own_imports() -> Iterator[tuple[Path, str]]:
    """(file, module of another package) for every import inside Dromio; the version in `dromio` is for everyone."""
    for path in _files():
        for name in _imported(path):
            if name.startswith("dromio.") and name.split(".")[1] != _package(path):
                yield path, name.removeprefix("dromio.")


def _rule(package: str, imported: str) -> str | None:
    """The entry of ALLOWED that covers an import."""
    parts = imported.split(".")
    return next((entry for entry in (parts[0], ".".join(parts[:2])) if entry in ALLOWED.get(package, ())), None)


def test_every_import_follows_the_table() -> None:
    broken = [
        f"{path.relative_to(SOURCE)} imports {name}" for path, name in _own_imports() if not _rule(_package(path), name)
    ]
    assert not broken, "\n".join(broken)


def test_the_table_allows_nothing_that_is_not_used() -> None:
    used = {(_package(path), _rule(_package(path), name)) for path, name in _own_imports()}
    assert {(package, entry) for package, entries in ALLOWED.items() for entry in entries} == used


def test_every_package_is_in_the_table() -> None:
    assert {_package(path) for path in _files()} == set(ALLOWED)


def test_libraries_are_imported_by_their_users_only() -> None:
    found: dict[str, set[str]] = {library: set() for library in USERS}
    for path in _files():
        for name in _imported(path):
            library = name.split(".")[0]
            if library in found:
                found[library].add(_package(path))
    assert found == USERS


def test_modules_do_not_import_in_circles() -> None:
    files = {path: path.relative_to(SOURCE.parent) for path in _files()}
    graph = {
        path: {
            file
            for name in _imported(path, top_only=True)
            if name.startswith("dromio") and (file := _module_file(name))
        }
        - {path}
        for path in files
    }
    done: set[Path] = set()
    while ready := {path for path, needs in graph.items() if path not in done and needs <= done}:
        done |= ready
    assert done == set(graph), (
        f"in circles, or behind one: {sorted(map(str, (files[path] for path in set(graph) - done)))}"
    )


@pytest.mark.parametrize(
    "statement",
    ["import dromio", "import dromio.cli", "from dromio.cli import cli; cli(['--help'], standalone_mode=False)"],
)
def test_a_quick_start_loads_nothing_heavy(statement: str) -> None:
    program = (
        f"import sys; {statement}; print(*sorted({{name.split('.')[0] for name in sys.modules}} & set({HEAVY!r})))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == ""


def test_resolving_does_not_load_what_others_need() -> None:
    """The report, other kinds of input, the command line. (pyarrow itself loads pandas where it is installed.)"""
    program = (
        "import sys, dromio, pyarrow; dromio.resolve(pyarrow.table({'id': [1, 2], 'name': ['Ann Lee', 'Bob Ray']}));"
        "print(*({'altair', 'vl_convert', 'polars', 'psycopg', 'click'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.split() == []
