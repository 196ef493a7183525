"""Blocking rules of Splink as keys of a model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlglot import exp

from dromio.interchange.splink.attributes import Attributes
from dromio.interchange.splink.conditions import parse_sql
from dromio.interchange.splink.document import SplinkRule
from dromio.interchange.splink.measures import both_sides
from dromio.interchange.splink.operands import Operand, Unsayable, short
from dromio.model.schema import Key

MOST_FIELDS = 6
"""Fields that a key may have; a rule with more equalities brings more pairs together."""


def keys_of(rule: SplinkRule, attributes: Attributes, lists: frozenset[str], notes: list[str]) -> list[Key]:
    """One key for every alternative of a rule, each as large as its equalities make it; blocks have no limit.

    What is no equality of both sides is left out of a key: it then brings more pairs together than the rule does, and
    their weights are the same.
    """
    try:
        tree = parse_sql(rule.sql, rule.dialect).unnest()
    except Unsayable as error:
        notes.append(f"{rule.path}: {rule.sql!r} {error}; left out")
        return []
    alternatives = list(tree.flatten()) if isinstance(tree, exp.Or) else [tree]
    found = [_key(rule, one.unnest(), attributes, lists, notes) for one in alternatives]
    return [key for key in found if key is not None]


def _key(
    rule: SplinkRule, node: exp.Expr, attributes: Attributes, lists: frozenset[str], notes: list[str]
) -> Key | None:
    fields: list[str] = []
    for part in _parts(node):
        try:
            text = _field(part, rule, attributes, lists)
            if text in fields or len(fields) < MOST_FIELDS:
                fields += [] if text in fields else [text]
                continue
            trouble = f"a key has at most {MOST_FIELDS} fields"
        except Unsayable as error:
            trouble = str(error)
        notes.append(f"{rule.path}: {short(part)} cannot be said in a key ({trouble}); more pairs are compared")
    if fields:
        return Key(fields=fields, max_block=None)
    notes.append(f"{rule.path}: {short(node)} has no equality that makes a key; left out")
    return None


def _parts(node: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(node, exp.And):
        for part in node.flatten():
            yield from _parts(part.unnest())
    else:
        yield node


def _field(node: exp.Expr, rule: SplinkRule, attributes: Attributes, lists: frozenset[str]) -> str:
    """`attribute.field` of an equality of both sides. Raises Unsayable."""
    if not isinstance(node, exp.EQ):
        raise Unsayable("no equality")
    operand = both_sides(node.this.unnest(), node.expression.unnest())
    exploded = operand.column.lower() in {column.lower() for column in rule.exploded}
    if operand.column.lower() in lists and not exploded:
        raise Unsayable(f"{operand.column!r} holds lists, which block element by element only")
    name, view = attributes.over(_type(operand), operand.column)
    inside = replace(view, lists=frozenset()).field(operand)
    field = f"{name}.{inside.fields[0]}"
    if not inside.transform:
        return field
    return f"{inside.transform}({field}, {inside.argument})" if inside.argument else f"{inside.transform}({field})"


def _type(operand: Operand) -> str:
    if operand.shape == "local":
        return "email"
    return "folded" if "lower" in operand.marks else "raw"
