"""Values of one role: categories, texts, identifiers, numbers, booleans."""

from __future__ import annotations

from collections.abc import Mapping

from dromio.clean import boolean, category, free_text, identifier, number
from dromio.clean.base import CleanOptions
from dromio.clean.text import MAX_LENGTH
from dromio.engines.bulk_clean.base import (
    NOTHING,
    TRUE,
    Bulk,
    Stage,
    among,
    helping,
    is_read,
    missing_texts,
    plain_fold,
    plain_words,
    unless_missing,
)
from dromio.engines.sql import Node, tree


def build_category(roles: Mapping[str, Node], options: CleanOptions) -> Bulk | None:
    """Any printable ASCII."""
    value = roles.get("value", NOTHING)
    field = unless_missing(helping("text"), missing_texts(category.PLACEHOLDERS, options))
    return Bulk(is_read(value, helping("text")), {"value": field}, ({"~text": plain_fold(value)},))


def build_text(roles: Mapping[str, Node], options: CleanOptions) -> Bulk | None:
    """Any printable ASCII."""
    value = roles.get("value", NOTHING)
    words, text = helping("words"), helping("text")
    field = tree(
        "CASE WHEN NOT __no_words AND NOT __no_text THEN __words END",
        words=words,
        no_words=among(words, {"", *free_text.PLACEHOLDERS}),
        no_text=among(text, missing_texts(free_text.PLACEHOLDERS, options)),
    )
    fold = tree(
        "CASE WHEN regexp_full_match(__value, '[A-Za-z]+') THEN __words ELSE __fold END",
        value=value,
        words=words,
        fold=plain_fold(value),
    )
    stages: tuple[Stage, ...] = ({"~words": plain_words(value, CleanOptions())}, {"~text": fold})
    return Bulk(is_read(value, words), {"value": field}, stages)


def build_identifier(roles: Mapping[str, Node], options: CleanOptions) -> Bulk | None:
    """Any printable ASCII."""
    value = roles.get("value", NOTHING)
    code = tree(
        """
        CASE WHEN strlen(__value) > __longest THEN NULL
             WHEN regexp_full_match(__value, '[A-Za-z0-9]*') THEN upper(__value)
             WHEN regexp_full_match(__value, '[ -~]*') THEN upper(regexp_replace(__value, '[^A-Za-z0-9]', '', 'g')) END
        """,
        value=value,
        longest=MAX_LENGTH,
    )
    named = {text.upper() for text in options.placeholders if text == text.lower()}
    field = tree(
        "CASE WHEN NOT __missing AND NOT regexp_full_match(__code, __runs) THEN __code END",
        code=helping("code"),
        missing=among(helping("code"), {"", *identifier.PLACEHOLDERS, *named}),
        runs=f"0{{{identifier.MIN_ZEROS},}}|9{{{identifier.MIN_NINES},}}",
    )
    return Bulk(is_read(value, helping("code")), {"value": field}, ({"~code": code},))


def build_number(roles: Mapping[str, Node], options: CleanOptions) -> Bulk | None:
    """Whole and decimal numbers of up to 18 digits on a side, with or without commas between thousands."""
    delivered, value = roles.get("value", NOTHING), helping("value")
    text = tree(
        """
        CASE WHEN __missing THEN ''
             WHEN regexp_full_match(__value, '0|-?[1-9][0-9]{0,17}') THEN __value
             WHEN regexp_full_match(__value, '0+[1-9][0-9]{0,17}') THEN ltrim(__value, '0')
             WHEN regexp_full_match(__value, '-?[1-9][0-9]{0,17}[.][0-9]{1,18}') THEN rtrim(rtrim(__value, '0'), '.')
             WHEN regexp_full_match(__value, '[1-9][0-9]{0,2}(?:,[0-9]{3}){1,5}') THEN replace(__value, ',', '')
        END
        """,
        value=value,
        missing=among(tree("lower(__value)", value=value), missing_texts(number.PLACEHOLDERS, options)),
    )
    field = tree("nullif(__text, '')", text=helping("text"))
    trimmed = {"~value": tree("trim(__value)", value=delivered)}
    return Bulk(is_read(delivered, helping("text")), {"value": field}, (trimmed, {"~text": text}))


def build_boolean(roles: Mapping[str, Node], options: CleanOptions) -> Bulk | None:
    """Any printable ASCII."""
    value, text = roles.get("value", NOTHING), helping("text")
    field = tree(
        "CASE WHEN __named THEN NULL WHEN __true THEN 'true' WHEN __false THEN 'false' END",
        named=among(text, options.placeholders),
        true=among(text, boolean.TRUE),
        false=among(text, boolean.FALSE),
    )
    return Bulk(is_read(value, text), {"value": field}, ({"~text": plain_fold(value)},))


def build_raw(roles: Mapping[str, Node], options: CleanOptions) -> Bulk | None:
    """Every value."""
    return Bulk(TRUE, {"value": roles.get("value", NOTHING)})


def build_folded(roles: Mapping[str, Node], options: CleanOptions) -> Bulk | None:
    """Any printable ASCII."""
    value = roles.get("value", NOTHING)
    exact = tree("(__value IS NULL OR regexp_full_match(__value, '[ -~]*'))", value=value)
    return Bulk(exact, {"value": tree("nullif(lower(trim(__value)), '')", value=value)})
