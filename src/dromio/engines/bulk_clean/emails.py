"""E-mail addresses."""

from __future__ import annotations

from collections.abc import Mapping

from dromio.clean import email
from dromio.clean.base import CleanOptions
from dromio.clean.text import MAX_LENGTH
from dromio.engines.bulk_clean.base import NOTHING, Bulk, all_of, among, either, helping, missing_texts
from dromio.engines.sql import Node, tree

_LOCAL = r"[A-Za-z0-9_%-]+(?:\.+[A-Za-z0-9_%-]+)*"
_EMAIL = rf"{_LOCAL}(?:\+[A-Za-z0-9_.%+-]*)?@[A-Za-z0-9-]+(?:\.+[A-Za-z0-9-]+)*"


def build_email(roles: Mapping[str, Node], options: CleanOptions) -> Bulk | None:
    """Bare addresses of plain characters whose domain is not a known misspelling."""
    value = roles.get("value", NOTHING)
    misspelt = {typo for typo, domain in email.DOMAIN_SPELLINGS.items() if typo != domain}
    helper = {name: helping(name) for name in ("text", "shaped", "local", "domain", "mailbox", "known")}
    shaped = tree("regexp_full_match(trim(__value), __shape)", value=value, shape=_EMAIL)
    first = {"~text": tree("lower(trim(__value))", value=value), "~shaped": shaped}
    local = (
        "CASE WHEN contains(__text, '+') THEN split_part(__text, '+', 1) ELSE left(__text, instr(__text, '@') - 1) END"
    )
    second = {
        "~local": tree(local, **helper),
        "~domain": tree("substr(__text, instr(__text, '@') + 1)", **helper),
    }
    dotless = among(helper["domain"], email.DOTLESS_PROVIDERS)
    third = {
        "~mailbox": tree(
            "CASE WHEN __dotless THEN replace(__local, '.', '') ELSE __local END", dotless=dotless, **helper
        )
    }
    missing = {*email.PLACEHOLDERS, *options.placeholders}
    nobody = either(
        among(tree("__mailbox || '@' || __domain", **helper), missing),
        among(helper["mailbox"], email.LOCAL_PLACEHOLDERS),
        all_of(among(helper["domain"], email.TEST_DOMAINS), among(helper["mailbox"], email.TEST_LOCALS)),
    )
    suspects = {text.partition("@")[0] for text in missing if "@" in text}
    suspect = among(helper["mailbox"], {*suspects, *email.LOCAL_PLACEHOLDERS, *email.TEST_LOCALS})
    fourth = {
        "~known": tree(
            "__shaped AND NOT CASE WHEN __suspect THEN __nobody ELSE FALSE END",
            suspect=suspect,
            nobody=nobody,
            **helper,
        )
    }
    exact = tree(
        """
        CASE WHEN __value IS NULL THEN TRUE WHEN strlen(__value) > __longest THEN FALSE
             WHEN __shaped THEN NOT __misspelt ELSE __missing END
        """,
        value=value,
        longest=MAX_LENGTH,
        misspelt=among(helper["domain"], misspelt),
        missing=among(helper["text"], missing_texts(email.PLACEHOLDERS, options)),
        **{name: helper[name] for name in ("shaped",)},
    )
    fields = {
        "address": tree("CASE WHEN __known THEN __mailbox || '@' || __domain END", **helper),
        "local": tree("CASE WHEN __known THEN __mailbox END", **helper),
        "domain": tree("CASE WHEN __known THEN __domain END", **helper),
    }
    return Bulk(exact, fields, (first, second, third, fourth))
