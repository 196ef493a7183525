"""The parts of which the SQL of every attribute type is built."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sqlglot import exp

from dromio.clean.base import CleanOptions
from dromio.clean.text import MAX_LENGTH
from dromio.engines.sql import Node, column, tree

Stage = dict[str, Node]


@dataclass(frozen=True, slots=True)
class Bulk:
    """The SQL of one attribute: helper columns stage by stage, then `exact` (never NULL) and field -> text or NULL."""

    exact: Node
    fields: dict[str, Node]
    stages: tuple[Stage, ...] = ()


Builder = Callable[[Mapping[str, Node], CleanOptions], "Bulk | None"]

NOTHING = exp.cast(exp.null(), "VARCHAR")
TRUE = exp.true()
_MOST_TRIED = 4
"""Texts up to which IN (8 ns for each) is faster than a regular expression for any of them (40 ns)."""


def among(node: Node, texts: Iterable[str]) -> Node:
    """`node IN (…)`; false for no texts. Many texts are one regular expression: IN tries them one by one."""
    listed = sorted(texts)
    if not listed:
        return exp.false()
    if len(listed) <= _MOST_TRIED:
        return exp.In(this=node.copy(), expressions=[exp.Literal.string(text) for text in listed])
    return tree("regexp_full_match(__node, __any)", node=node, any=any_of(map(_quoted, listed)))


def _quoted(text: str) -> str:
    """A regular expression for the text itself."""
    return re.sub(r"([!-/:-@\[-^`{-~])", r"\\\1", text)


def lookup(spelled: Mapping[str, str], key: Node) -> Node:
    """The canonical text of a spelling, NULL when it is none."""
    keys = sorted(spelled)
    return tree(
        "MAP(__keys, __values)[__key]",
        keys=exp.Array(expressions=[exp.Literal.string(text) for text in keys]),
        values=exp.Array(expressions=[exp.Literal.string(spelled[text]) for text in keys]),
        key=key,
    )


def all_of(*conditions: Node) -> Node:
    return exp.paren(exp.and_(*(condition.copy() for condition in conditions)))


def either(*conditions: Node) -> Node:
    return exp.paren(exp.or_(*(condition.copy() for condition in conditions)))


def any_of(texts: Iterable[str]) -> str:
    """A regular expression for any of some words of letters, digits and spaces, or of others that are quoted."""
    return "(?:" + "|".join(sorted(texts)) + ")"


def single_words(texts: Iterable[str]) -> set[str]:
    return {text for text in texts if text and " " not in text}


def helping(name: str) -> Node:
    return column("~" + name)


def missing_texts(texts: Iterable[str], options: CleanOptions) -> set[str]:
    """Texts that count as missing, blank among them."""
    return {"", *texts, *options.placeholders}


def _plain(options: CleanOptions) -> str:
    """Characters that plain words may stand among; letters alone where a model names placeholders, with punctuation."""
    return "[A-Za-z ]*" if options.placeholders else "[ -~]*"


def plain_words(text: Node, options: CleanOptions) -> Node:
    """`dromio.clean.text.words`; NULL where the text is not plain."""
    return tree(
        """
        CASE WHEN strlen(__text) > __longest THEN NULL
             WHEN regexp_full_match(__text, '[A-Za-z]+') THEN lower(__text)
             WHEN regexp_full_match(__text, __plain) THEN trim(regexp_replace(
                 regexp_replace(lower(__text), '[''`."]', '', 'g'), '[^a-z0-9]+', ' ', 'g'))
        END
        """,
        text=text,
        longest=MAX_LENGTH,
        plain=_plain(options),
    )


def plain_fold(text: Node) -> Node:
    """`dromio.clean.text.fold`; NULL where the text is not plain."""
    return tree(
        """
        CASE WHEN strlen(__text) > __longest THEN NULL
             WHEN regexp_full_match(__text, '[!-~]+') THEN lower(__text)
             WHEN regexp_full_match(__text, '[ -~]*') THEN regexp_replace(trim(lower(__text)), ' +', ' ', 'g')
        END
        """,
        text=text,
        longest=MAX_LENGTH,
    )


def unless_missing(node: Node, missing: Iterable[str]) -> Node:
    """The text, NULL for one that counts as missing."""
    return tree("CASE WHEN NOT __missing THEN __text END", missing=among(node, missing), text=node)


def is_read(role: Node, reading: Node) -> Node:
    """Whether a role was absent or could be read."""
    return tree("(__role IS NULL OR __reading IS NOT NULL)", role=role, reading=reading)
