"""SQL as trees: a template is parsed once, its `__name` placeholders are replaced by nodes, and the tree is printed
once.

Identifiers and literals that come from users are only ever nodes, so they are quoted in one place, by SQLGlot.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sqlglot
from sqlglot import exp

DIALECT = "duckdb"
Node = exp.Expr


@lru_cache(maxsize=1024)
def _parsed(template: str) -> Node:
    return sqlglot.parse_one(template, dialect=DIALECT)


def tree(template: str, **parts: Node | str | int | float | None) -> Node:
    """The template as a tree, with every `__name` replaced: a node as it is, anything else as a literal.

    `__name` may stand for an expression or, after FROM, JOIN or CREATE TABLE, for a table.
    """
    nodes = {f"__{name}": part if isinstance(part, exp.Expr) else exp.convert(part) for name, part in parts.items()}

    def fill(node: Any) -> Any:
        if isinstance(node, exp.Table | exp.Column) and not node.args.get("table") and node.name in nodes:
            new = nodes[node.name].copy()
            if isinstance(node, exp.Table) and node.args.get("alias"):
                new.set("alias", node.args["alias"])
            return new
        return node

    root = _parsed(template).copy()
    return root.transform(fill, copy=False) if nodes else root


def column(name: str, table: str | None = None) -> Node:
    """A quoted column, whatever its name holds."""
    return exp.column(exp.to_identifier(name, quoted=True), table=table)


def table(name: str) -> Node:
    """A quoted table name."""
    return exp.Table(this=exp.to_identifier(name, quoted=True))


def alias(node: Node, name: str) -> Node:
    """`node AS "name"`."""
    return exp.alias_(node, exp.to_identifier(name, quoted=True))


def render(node: Node) -> str:
    """The tree as DuckDB SQL."""
    return node.sql(dialect=DIALECT)
