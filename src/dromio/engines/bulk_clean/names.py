"""Person names."""

from __future__ import annotations

from collections.abc import Mapping

from dromio.clean import person_name
from dromio.clean.base import CleanOptions
from dromio.clean.text import MAX_LENGTH
from dromio.engines.bulk_clean.base import (
    NOTHING,
    Bulk,
    Stage,
    all_of,
    among,
    any_of,
    helping,
    is_read,
    missing_texts,
    plain_words,
    single_words,
    unless_missing,
)
from dromio.engines.sql import Node, tree


def build_person_name(roles: Mapping[str, Node], options: CleanOptions) -> Bulk | None:
    """Parts of any words without titles; a full name of up to one comma, without titles and particles."""
    given, middle, family, full = (roles.get(role, NOTHING) for role in ("given", "middle", "family", "full"))
    missing = missing_texts(person_name.PLACEHOLDERS, options)
    words = {"~given_words": given, "~middle_words": middle, "~family_words": family}
    first = {name: plain_words(part, options) for name, part in words.items()}
    texts = {name: unless_missing(helping(f"{name}_words"), missing) for name in ("given", "middle", "family")}
    untitled = [_untitled(helping(name)) for name in texts]
    stages: tuple[Stage, ...] = (
        first,
        {f"~{name}": node for name, node in texts.items()},
        {
            "~first": tree(
                "CASE WHEN contains(__given, ' ') THEN split_part(__given, ' ', 1) ELSE __given END",
                given=helping("given"),
            ),
            "~other": _other_given("middle" in roles),
        },
    )
    fields = {"given": helping("first"), "middle": helping("other"), "family": helping("family")}
    exact = all_of(*(is_read(part, helping(name[1:])) for name, part in words.items()), *untitled)
    if "full" in roles:
        more, fields, read = _full_name(full, missing, options)
        stages, exact = (*stages, *more), all_of(exact, read)
    fields["middle"] = unless_missing(fields["middle"], missing)
    return Bulk(exact, fields, stages)


def _untitled(text: Node) -> Node:
    """Whether the words hold no title in front and no suffix behind; a single word never does."""
    pattern = f"^{any_of(person_name.TITLES)} | {any_of(person_name.SUFFIXES)}$"
    return tree(
        "CASE WHEN contains(__text, ' ') THEN NOT regexp_matches(__text, __pattern) ELSE TRUE END",
        text=text,
        pattern=pattern,
    )


def _other_given(has_middle: bool) -> Node:
    """Middle names: further words of the given name, then those of the middle name that are not among them."""
    rest = tree(
        "CASE WHEN contains(__given, ' ') THEN substr(__given, position(' ' IN __given) + 1) END",
        given=helping("given"),
    )
    if not has_middle:
        return rest
    return tree(
        """
        CASE WHEN __middle IS NULL THEN __rest ELSE nullif(concat_ws(' ', __rest, nullif(array_to_string(
            list_filter(string_split(__middle, ' '),
                lambda word: NOT list_contains(string_split(coalesce(__rest, ''), ' '), word)), ' '), '')), '')
        END
        """,
        middle=helping("middle"),
        rest=rest,
    )


def _full_name(full: Node, missing: set[str], options: CleanOptions) -> tuple[tuple[Stage, ...], Stage, Node]:
    """(stages, fields, whether it was read) of what the full name adds to the parts.

    "~need" is 0 where the full name cannot add anything, 1 where it is read here, -1 where Python must. "~order" holds
    its words, given name first and family name last; "~one" and "~two" are the positions of words known from the parts.
    """
    known = {
        name: helping(name)
        for name in ("first", "other", "family", "idle", "full", "need", "order", "one", "two", "rest")
    }
    stages: tuple[Stage, ...] = (
        {"~idle": tree(_IDLE, raw=full, **known)},
        {"~full": _full_words(full, options, known)},
        {"~need": _full_need(full, missing, known)},
        {"~order": tree(_ORDER, **known)},
        {"~one": tree(_ONE, **known), "~two": tree(_TWO, **known)},
        {"~rest": tree(_REST, **known)},
    )
    fields = {"given": tree(_GIVEN, **known), "middle": tree(_MIDDLE, **known), "family": tree(_FAMILY, **known)}
    return stages, fields, tree("__need >= 0", **known)


AT_MOST_TWO_WORDS = "[A-Za-z]+,? [A-Za-z]+|[A-Za-z]*"
"""Shape of a full name that holds no middle name."""
_IDLE = f"""
    CASE WHEN __first IS NULL OR __family IS NULL THEN FALSE WHEN __other IS NOT NULL THEN TRUE
         ELSE regexp_full_match(__raw, '{AT_MOST_TWO_WORDS}') END
"""
"""Whether the parts are there, and the full name adds none: one of two words at most holds no middle name."""
_ORDER = """
    CASE WHEN __need = 1 THEN CASE WHEN contains(__full, ',') THEN list_append(
        list_slice(string_split(__full, ' '), 2, -1), split_part(__full, ',', 1)) ELSE string_split(__full, ' ') END END
"""
_ONE = """
    CASE WHEN __need = 1 THEN CASE
        WHEN __first IS NOT NULL AND __family IS NOT NULL THEN coalesce(list_position(__order, __first), 0)
        WHEN __first IS NOT NULL THEN coalesce(nullif(list_position(__order, __first), 0), 1)
        WHEN __family IS NOT NULL THEN coalesce(nullif(list_position(__order, __family), 0), nullif(len(__order), 1), 0)
        ELSE 0 END END
"""
_TWO = """
    CASE WHEN __need = 1 AND __first IS NOT NULL AND __family IS NOT NULL
        THEN coalesce(list_position(__order, __family), 0) ELSE 0 END
"""
_REST = "CASE WHEN __need = 1 THEN list_filter(__order, lambda word, place: place <> __one AND place <> __two) END"
_GIVEN = "CASE WHEN __first IS NOT NULL THEN __first WHEN __need = 1 THEN list_extract(__rest, 1) END"
_MIDDLE = """
    CASE WHEN __other IS NOT NULL THEN __other WHEN __need = 1 THEN nullif(array_to_string(CASE
        WHEN __first IS NOT NULL AND __family IS NOT NULL THEN CASE WHEN __one > 0 AND __two > 0 THEN __rest ELSE [] END
        WHEN __first IS NOT NULL THEN list_slice(__rest, 1, -2)
        WHEN __family IS NOT NULL THEN list_slice(__rest, 2, -1)
        ELSE list_slice(__rest, 2, -2) END, ' '), '') END
"""
_FAMILY = """
    CASE WHEN __family IS NOT NULL THEN __family
         WHEN __need = 1 AND (__first IS NOT NULL OR len(__rest) > 1) THEN list_extract(__rest, -1) END
"""


def _full_words(full: Node, options: CleanOptions, known: Mapping[str, Node]) -> Node:
    """Words of the full name with its commas, where the parts leave something to add."""
    return tree(
        """
        CASE WHEN __idle THEN NULL
             WHEN regexp_full_match(__text, '[A-Za-z]+,?(?: [A-Za-z]+)*') THEN lower(__text)
             WHEN regexp_full_match(__text, __plain) THEN trim(replace(regexp_replace(regexp_replace(
                replace(lower(__text), ',', ', '), '[''`."]', '', 'g'), '[^a-z0-9,]+', ' ', 'g'), ' ,', ','))
        END
        """,
        text=full,
        idle=known["idle"],
        plain="[A-Za-z ,]*" if options.placeholders else "[ -~]*",
    )


def _full_need(full: Node, missing: set[str], known: Mapping[str, Node]) -> Node:
    titles, suffixes = person_name.TITLES, person_name.SUFFIXES
    idle = single_words(person_name.PLACEHOLDERS)
    special = (
        f"^{any_of(titles | idle)}(?:[ ,]|$)|^{any_of(suffixes)},| {any_of(suffixes)}$"
        f"| {any_of(person_name.PARTICLES | idle)}(?: |$)|, {any_of(titles | suffixes)}(?: |$)"
    )
    return tree(
        """
        CASE WHEN __text IS NULL OR __idle THEN 0
             WHEN __full IS NULL OR strlen(__text) > __longest THEN -1
             WHEN __missing THEN 0
             WHEN regexp_full_match(__full, '[a-z0-9]+(?:,? [a-z0-9]+)?(?: [a-z0-9]+)*')
                  AND NOT regexp_matches(__full, __special)
                  AND NOT coalesce(contains(__family, ' '), FALSE)
                  AND (__first IS NULL OR __family IS NOT NULL OR NOT regexp_matches(__full, __opening))
                  AND (__first IS NULL OR __first IS DISTINCT FROM __family) THEN 1
             ELSE -1 END
        """,
        text=full,
        full=known["full"],
        longest=MAX_LENGTH,
        missing=among(tree("replace(__full, ',', '')", full=known["full"]), missing),
        special=special,
        opening=f"^{any_of(person_name.PARTICLES)} ",
        **{name: known[name] for name in ("first", "family", "idle")},
    )
