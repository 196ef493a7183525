"""Cleaning inside DuckDB: for plain values the fields of `dromio.clean`, and a flag that says which values are plain.

The Python cleaner is the reference. A type's builder turns columns of text into a `Bulk`: helper columns in stages,
then the condition `exact` and the fields. Where `exact` is false, the fields mean nothing and the row goes to Python.
A plain value is printable ASCII of at most MAX_LENGTH characters in a shape that the SQL reads as the cleaner does.

Helper columns are named "~…"; every stage sees the columns of the stages before it. What measuring chose, on DuckDB 2:
matching a regular expression costs 40 ns a value and capturing 500, so shapes are matched and texts are cut by
position; an IN over constants costs 8 ns for each of them, a look-up in a constant MAP of hundreds 30 to 120 ns;
split_part costs three cuts by position, translate as much as six of `replace`.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from dromio.clean.base import CleanOptions
from dromio.engines.bulk_clean.addresses import build_address, build_address_in_lines, build_street_alone
from dromio.engines.bulk_clean.base import Builder, Bulk, Stage
from dromio.engines.bulk_clean.dates import build_date
from dromio.engines.bulk_clean.emails import build_email
from dromio.engines.bulk_clean.names import build_person_name
from dromio.engines.bulk_clean.organisations import build_organisation
from dromio.engines.bulk_clean.phones import build_phone
from dromio.engines.bulk_clean.values import (
    build_boolean,
    build_category,
    build_folded,
    build_identifier,
    build_number,
    build_raw,
    build_text,
)
from dromio.engines.sql import Node, alias, column, table

BULK: dict[str, Builder] = {
    "person_name": build_person_name,
    "organisation": build_organisation,
    "email": build_email,
    "phone": build_phone,
    "date": build_date,
    "address": build_address,
    "identifier": build_identifier,
    "category": build_category,
    "number": build_number,
    "boolean": build_boolean,
    "text": build_text,
    "raw": build_raw,
    "folded": build_folded,
}
"""Attribute type -> builder of its SQL. Types that are not named are cleaned by Python alone."""

STEPS: dict[str, Builder] = {"address in lines": build_address_in_lines, "street alone": build_street_alone}
"""Builders of parts of a type, for cleaning in steps: what repeats much is then cleaned once per distinct value."""


def bulk_query(
    type_name: str, source_table: str | Node, rid_column: str, roles: Mapping[str, Node], options: CleanOptions
) -> Node | None:
    """`SELECT rid, exact, field, …` over the source; None where the type, or the region, has no bulk path.

    `roles` holds SQL over the columns of the source; they are cast to text. Every row of the source is answered.
    """
    return bulk_queries({"": (type_name, roles)}, source_table, rid_column, options)


def bulk_queries(
    attributes: Mapping[str, tuple[str, Mapping[str, Node]]],
    source_table: str | Node,
    rid_column: str,
    options: CleanOptions,
) -> Node | None:
    """One `SELECT rid, …` that cleans several attributes in one pass over the source.

    `attributes` maps a prefix to (type, roles); the columns of an attribute are `{prefix}exact` and `{prefix}{field}`.
    Attributes without a bulk path are left out; None when no attribute has one.
    """
    delivered: Stage = {}
    built: dict[str, Bulk] = {}
    for prefix, (type_name, roles) in attributes.items():
        names = {role: f"~{prefix}role {role}" for role in roles}
        builder = BULK.get(type_name) or STEPS.get(type_name)
        bulk = builder({role: column(name) for role, name in names.items()}, options) if builder else None
        if bulk is not None:
            built[prefix] = _prefixed(bulk, prefix)
            delivered |= {names[role]: exp.cast(node.copy(), "VARCHAR") for role, node in roles.items()}
    if not built:
        return None
    source = table(source_table) if isinstance(source_table, str) else source_table
    query = exp.select(column(rid_column), *_aliased(delivered)).from_(source.copy())
    for depth in range(max(len(bulk.stages) for bulk in built.values())):
        stage = {name: node for bulk in built.values() for name, node in _stage(bulk, depth).items()}
        query = exp.select("*", *_aliased(stage)).from_(query.subquery(f"stage_{depth}"))
    return exp.select(column(rid_column), *_answers(built)).from_(query.subquery("cleaned"))


def _stage(bulk: Bulk, depth: int) -> Stage:
    return bulk.stages[depth] if depth < len(bulk.stages) else {}


def _answers(built: Mapping[str, Bulk]) -> list[Node]:
    """Column `exact` and the fields of every attribute."""
    answers: Stage = {}
    for prefix, bulk in built.items():
        answers |= {f"{prefix}exact": bulk.exact, **{f"{prefix}{name}": node for name, node in bulk.fields.items()}}
    return _aliased(answers)


def _aliased(stage: Stage) -> list[Node]:
    return [alias(node, name) for name, node in stage.items()]


def _prefixed(bulk: Bulk, prefix: str) -> Bulk:
    """The same with helper columns named for their attribute, so that several share one query."""
    if not prefix:
        return bulk

    def rename(node: Node) -> Node:
        helper = isinstance(node, exp.Column) and node.name.startswith("~") and " " not in node.name
        return column(f"~{prefix}{node.name[1:]}") if helper else node

    def renamed(stage: Stage) -> Stage:
        return {name: node.copy().transform(rename) for name, node in stage.items()}

    stages = tuple({f"~{prefix}{name[1:]}": node for name, node in renamed(stage).items()} for stage in bulk.stages)
    return Bulk(bulk.exact.copy().transform(rename), renamed(bulk.fields), stages)
