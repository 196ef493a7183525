"""Names of organisations."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from dromio.clean import organisation
from dromio.clean.base import CleanOptions
from dromio.clean.text import MAX_LENGTH
from dromio.engines.bulk_clean.base import (
    NOTHING,
    Bulk,
    all_of,
    among,
    any_of,
    helping,
    lookup,
    missing_texts,
    plain_words,
)
from dromio.engines.sql import Node, tree

_LONG_FORMS = [form for form in organisation.LEGAL_FORMS if len(form) > 1]
_SHORT_FORMS = {form[0]: legal for form, legal in organisation.LEGAL_FORMS.items() if len(form) == 1}
_BEFORE_A_FORM = {form[-2] for form in _LONG_FORMS} | {form[-1] for form in organisation.LEGAL_FORMS} | {"and"}
"""Words that may make the legal form longer than the last word."""


def build_organisation(roles: Mapping[str, Node], options: CleanOptions) -> Bulk | None:
    """Names with no legal form, or one of a single word at the end."""
    value = roles.get("value", NOTHING)
    helper = {name: helping(name) for name in ("words", "tokens", "last", "legal", "rest", "name")}
    spelled = tree("replace(replace(__value, '&', ' and '), '+', ' and ')", value=value)
    first = {
        "~words": tree(
            "CASE WHEN strlen(__value) <= __half THEN __words END",
            value=value,
            half=MAX_LENGTH // 5,
            words=plain_words(spelled, options),
        )
    }
    second = {"~tokens": tree("string_split(__words, ' ')", **helper)}
    third = {"~last": tree("CASE WHEN len(__tokens) > 1 THEN list_extract(__tokens, -1) END", **helper)}
    fourth = {"~legal": lookup(_SHORT_FORMS, helper["last"])}
    fifth = {
        "~rest": tree(
            """
            CASE WHEN __legal IS NULL THEN __words ELSE left(__words, strlen(__words) - strlen(__last) - 1) END
            """,
            **helper,
        )
    }
    sixth = {
        "~name": tree(
            "CASE WHEN starts_with(__rest, 'the ') THEN substr(__rest, 5) ELSE __rest END",
            **helper,
        )
    }
    missing = among(helper["words"], missing_texts(organisation.PLACEHOLDERS, options))
    short = {word for word, long in organisation.ABBREVIATIONS.items() if word != long}
    name = tree(
        """
        CASE WHEN __missing THEN NULL WHEN NOT regexp_matches(__name, __short) THEN __name
             ELSE array_to_string(
                 list_transform(string_split(__name, ' '), lambda word: coalesce(__long, word)), ' ') END
        """,
        missing=missing,
        short=rf"\b{any_of(short)}\b",
        long=lookup(organisation.ABBREVIATIONS, exp.column("word")),
        name=helper["name"],
    )
    legal = tree("CASE WHEN NOT __missing THEN __legal END", missing=missing, legal=helper["legal"])
    return Bulk(
        _organisation_read(value, missing, helper),
        {"name": name, "legal": legal},
        (first, second, third, fourth, fifth, sixth),
    )


def _organisation_read(value: Node, missing: Node, helper: Mapping[str, Node]) -> Node:
    """Whether the end of the name is no legal form or a short one, and its start none where the end is none."""
    lasts, firsts = {form[-1] for form in _LONG_FORMS} | {"and"}, {form[0] for form in organisation.OPENING_FORMS}
    return tree(
        """
        (__value IS NULL OR (__words IS NOT NULL AND CASE
            WHEN __last IS NULL OR __missing THEN TRUE
            WHEN __legal IS NOT NULL THEN NOT __longer
            ELSE NOT __ends AND NOT __opens END))
        """,
        value=value,
        missing=missing,
        longer=all_of(
            tree("len(__tokens) > 2", **helper), among(tree("list_extract(__tokens, -2)", **helper), _BEFORE_A_FORM)
        ),
        ends=among(helper["last"], lasts),
        opens=among(tree("list_extract(__tokens, 1)", **helper), firsts),
        **{name: helper[name] for name in ("words", "last", "legal")},
    )
