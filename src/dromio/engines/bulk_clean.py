"""Cleaning inside DuckDB: for plain values the fields of `dromio.clean`, and a flag that says which values are plain.

The Python cleaner is the reference. A type's builder turns columns of text into a `Bulk`: helper columns in stages,
then the condition `exact` and the fields. Where `exact` is false, the fields mean nothing and the row goes to Python.
A plain value is printable ASCII of at most MAX_LENGTH characters in a shape that the SQL reads as the cleaner does.

Helper columns are named "~…"; every stage sees the columns of the stages before it. What measuring chose, on DuckDB 2:
matching a regular expression costs 40 ns a value and capturing 500, so shapes are matched and texts are cut by
position; an IN over constants costs 8 ns for each of them, a look-up in a constant MAP of hundreds 30 to 120 ns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sqlglot import exp

from dromio.clean import (
    address,
    address_lines,
    boolean,
    category,
    date,
    email,
    free_text,
    identifier,
    number,
    organisation,
    person_name,
    phone,
    places,
)
from dromio.clean.base import CleanOptions
from dromio.clean.text import MAX_LENGTH
from dromio.engines.sql import Node, alias, column, table, tree

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
    return tree("regexp_full_match(__node, __any)", node=node, any=_any_of(map(_quoted, listed)))


def _quoted(text: str) -> str:
    """A regular expression for the text itself."""
    return re.sub(r"([!-/:-@\[-^`{-~])", r"\\\1", text)


def _lookup(spelled: Mapping[str, str], key: Node) -> Node:
    """The canonical text of a spelling, NULL when it is none."""
    keys = sorted(spelled)
    return tree(
        "MAP(__keys, __values)[__key]",
        keys=exp.Array(expressions=[exp.Literal.string(text) for text in keys]),
        values=exp.Array(expressions=[exp.Literal.string(spelled[text]) for text in keys]),
        key=key,
    )


def _all(*conditions: Node) -> Node:
    return exp.paren(exp.and_(*(condition.copy() for condition in conditions)))


def _either(*conditions: Node) -> Node:
    return exp.paren(exp.or_(*(condition.copy() for condition in conditions)))


def _any_of(texts: Iterable[str]) -> str:
    """A regular expression for any of some words of letters, digits and spaces, or of others that are quoted."""
    return "(?:" + "|".join(sorted(texts)) + ")"


def _single_words(texts: Iterable[str]) -> set[str]:
    return {text for text in texts if text and " " not in text}


def _helper(name: str) -> Node:
    return column("~" + name)


def _missing(texts: Iterable[str], options: CleanOptions) -> set[str]:
    """Texts that count as missing, blank among them."""
    return {"", *texts, *options.placeholders}


def _plain(options: CleanOptions) -> str:
    """Characters that plain words may stand among; letters alone where a model names placeholders, with punctuation."""
    return "[A-Za-z ]*" if options.placeholders else "[ -~]*"


def _words(text: Node, options: CleanOptions) -> Node:
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


def _fold(text: Node) -> Node:
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


def _unless(node: Node, missing: Iterable[str]) -> Node:
    """The text, NULL for one that counts as missing."""
    return tree("CASE WHEN NOT __missing THEN __text END", missing=among(node, missing), text=node)


def _read(role: Node, reading: Node) -> Node:
    """Whether a role was absent or could be read."""
    return tree("(__role IS NULL OR __reading IS NOT NULL)", role=role, reading=reading)


# --- person names ---------------------------------------------------------------------------------------------------


def _person_name(roles: Mapping[str, Node], options: CleanOptions) -> Bulk | None:
    """Parts of any words without titles; a full name of up to one comma, without titles and particles."""
    given, middle, family, full = (roles.get(role, NOTHING) for role in ("given", "middle", "family", "full"))
    missing = _missing(person_name.PLACEHOLDERS, options)
    words = {"~given_words": given, "~middle_words": middle, "~family_words": family}
    first = {name: _words(part, options) for name, part in words.items()}
    texts = {name: _unless(_helper(f"{name}_words"), missing) for name in ("given", "middle", "family")}
    untitled = [_untitled(_helper(name)) for name in texts]
    stages: tuple[Stage, ...] = (
        first,
        {f"~{name}": node for name, node in texts.items()},
        {
            "~first": tree(
                "CASE WHEN contains(__given, ' ') THEN split_part(__given, ' ', 1) ELSE __given END",
                given=_helper("given"),
            ),
            "~other": _other_given("middle" in roles),
        },
    )
    fields = {"given": _helper("first"), "middle": _helper("other"), "family": _helper("family")}
    exact = _all(*(_read(part, _helper(name[1:])) for name, part in words.items()), *untitled)
    if "full" in roles:
        more, fields, read = _full_name(full, missing, options)
        stages, exact = (*stages, *more), _all(exact, read)
    fields["middle"] = _unless(fields["middle"], missing)
    return Bulk(exact, fields, stages)


def _untitled(text: Node) -> Node:
    """Whether the words hold no title in front and no suffix behind; a single word never does."""
    pattern = f"^{_any_of(person_name.TITLES)} | {_any_of(person_name.SUFFIXES)}$"
    return tree(
        "CASE WHEN contains(__text, ' ') THEN NOT regexp_matches(__text, __pattern) ELSE TRUE END",
        text=text,
        pattern=pattern,
    )


def _other_given(has_middle: bool) -> Node:
    """Middle names: further words of the given name, then those of the middle name that are not among them."""
    rest = tree(
        "CASE WHEN contains(__given, ' ') THEN substr(__given, position(' ' IN __given) + 1) END",
        given=_helper("given"),
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
        middle=_helper("middle"),
        rest=rest,
    )


def _full_name(full: Node, missing: set[str], options: CleanOptions) -> tuple[tuple[Stage, ...], Stage, Node]:
    """(stages, fields, whether it was read) of what the full name adds to the parts.

    "~need" is 0 where the full name cannot add anything, 1 where it is read here, -1 where Python must. "~order" holds
    its words, given name first and family name last; "~one" and "~two" are the positions of words known from the parts.
    """
    known = {
        name: _helper(name) for name in ("first", "other", "family", "full", "need", "order", "one", "two", "rest")
    }
    stages: tuple[Stage, ...] = (
        {"~full": _full_words(full, options, known)},
        {"~need": _full_need(full, missing, known)},
        {"~order": tree(_ORDER, **known)},
        {"~one": tree(_ONE, **known), "~two": tree(_TWO, **known)},
        {"~rest": tree(_REST, **known)},
    )
    fields = {"given": tree(_GIVEN, **known), "middle": tree(_MIDDLE, **known), "family": tree(_FAMILY, **known)}
    return stages, fields, tree("__need >= 0", **known)


_FULL_IDLE = "(__first IS NOT NULL AND __family IS NOT NULL AND (__other IS NOT NULL OR __short))"
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
        f"""
        CASE WHEN {_FULL_IDLE} THEN NULL
             WHEN regexp_full_match(__text, '[A-Za-z]+,?(?: [A-Za-z]+)*') THEN lower(__text)
             WHEN regexp_full_match(__text, __plain) THEN trim(replace(regexp_replace(regexp_replace(
                replace(lower(__text), ',', ', '), '[''`."]', '', 'g'), '[^a-z0-9,]+', ' ', 'g'), ' ,', ','))
        END
        """,
        text=full,
        plain="[A-Za-z ,]*" if options.placeholders else "[ -~]*",
        **_idle(full, known),
    )


def _idle(full: Node, known: Mapping[str, Node]) -> dict[str, Node]:
    """Names of the parts, and whether the full name has two words at most: then it holds no middle name."""
    short = tree("regexp_full_match(__full, '[A-Za-z]+,? [A-Za-z]+|[A-Za-z]*')", full=full)
    return {**{name: known[name] for name in ("first", "other", "family")}, "short": short}


def _full_need(full: Node, missing: set[str], known: Mapping[str, Node]) -> Node:
    titles, suffixes = person_name.TITLES, person_name.SUFFIXES
    idle = _single_words(person_name.PLACEHOLDERS)
    special = (
        f"^{_any_of(titles | idle)}(?:[ ,]|$)|^{_any_of(suffixes)},| {_any_of(suffixes)}$"
        f"| {_any_of(person_name.PARTICLES | idle)}(?: |$)|, {_any_of(titles | suffixes)}(?: |$)"
    )
    return tree(
        f"""
        CASE WHEN __text IS NULL OR {_FULL_IDLE} THEN 0
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
        opening=f"^{_any_of(person_name.PARTICLES)} ",
        **_idle(full, known),
    )


# --- e-mail, phone, date --------------------------------------------------------------------------------------------

_LOCAL = r"[A-Za-z0-9_%-]+(?:\.+[A-Za-z0-9_%-]+)*"
_EMAIL = rf"{_LOCAL}(?:\+[A-Za-z0-9_.%+-]*)?@[A-Za-z0-9-]+(?:\.+[A-Za-z0-9-]+)*"


def _email(roles: Mapping[str, Node], options: CleanOptions) -> Bulk | None:
    """Bare addresses of plain characters whose domain is not a known misspelling."""
    value = roles.get("value", NOTHING)
    misspelt = {typo for typo, domain in email.DOMAIN_SPELLINGS.items() if typo != domain}
    helper = {name: _helper(name) for name in ("text", "shaped", "local", "domain", "mailbox", "known")}
    shaped = tree("regexp_full_match(trim(__value), __shape)", value=value, shape=_EMAIL)
    first = {"~text": tree("lower(trim(__value))", value=value), "~shaped": shaped}
    second = {
        "~local": tree("split_part(split_part(__text, '@', 1), '+', 1)", **helper),
        "~domain": tree("split_part(__text, '@', 2)", **helper),
    }
    dotless = among(helper["domain"], email.DOTLESS_PROVIDERS)
    third = {
        "~mailbox": tree(
            "CASE WHEN __dotless THEN replace(__local, '.', '') ELSE __local END", dotless=dotless, **helper
        )
    }
    missing = {*email.PLACEHOLDERS, *options.placeholders}
    nobody = _either(
        among(tree("__mailbox || '@' || __domain", **helper), missing),
        among(helper["mailbox"], email.LOCAL_PLACEHOLDERS),
        _all(among(helper["domain"], email.TEST_DOMAINS), among(helper["mailbox"], email.TEST_LOCALS)),
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
        missing=among(helper["text"], _missing(email.PLACEHOLDERS, options)),
        **{name: helper[name] for name in ("shaped",)},
    )
    fields = {
        "address": tree("CASE WHEN __known THEN __mailbox || '@' || __domain END", **helper),
        "local": tree("CASE WHEN __known THEN __mailbox END", **helper),
        "domain": tree("CASE WHEN __known THEN __domain END", **helper),
    }
    return Bulk(exact, fields, (first, second, third, fourth))


def _phone(roles: Mapping[str, Node], options: CleanOptions) -> Bulk | None:
    """Ten-digit and local numbers of North America; None for other default regions."""
    if options.default_region not in phone.NANP_REGIONS:
        return None
    value = roles.get("value", NOTHING)
    text, shaped, digits = _helper("text"), _helper("shaped"), _helper("digits")
    repeated = {digit * count for digit in "23456789" for count in (7, 10)}
    first = {"~text": tree("trim(__value)", value=value)}
    second = {
        "~shaped": tree("regexp_full_match(__text, __shape)", text=text, shape=f"{phone.NANP}|{phone.NANP_LOCAL}")
    }
    third = {
        "~digits": tree(
            """
            CASE WHEN NOT __shaped THEN NULL WHEN strlen(__text) IN (7, 10) THEN __text
                 ELSE right(translate(__text, '+-(). ', ''), 10) END
            """,
            text=text,
            shaped=shaped,
        )
    }
    number_node = tree("CASE WHEN strlen(__digits) = 10 THEN '+1' || __digits ELSE __digits END", digits=digits)
    named = _either(among(number_node, options.placeholders), among(text, options.placeholders))
    known = tree(
        "CASE WHEN __digits IS NOT NULL AND NOT __idle AND NOT __named THEN __number END",
        digits=digits,
        idle=among(digits, repeated | phone.PLACEHOLDERS),
        named=named,
        number=number_node,
    )
    exact = tree("(__value IS NULL OR __text = '' OR __shaped)", value=value, text=text, shaped=shaped)
    return Bulk(exact, {"number": known}, (first, second, third))


_MONTH_OR_DAY = "(?:0[1-9]|[1-9][0-9])"
_LOOSE = "(?:0?[1-9]|[1-9][0-9])"
_COMPACT = f"(?:1[5-9]|2[01])[0-9]{{2}}{_MONTH_OR_DAY}{_MONTH_OR_DAY}"


def _date(roles: Mapping[str, Node], options: CleanOptions) -> Bulk | None:
    """ISO dates, YYYYMMDD, numbers with slashes, and the roles year, month and day as numbers."""
    value = _helper("value")
    helper = {name: _helper(name) for name in ("form", "iso")}
    trimmed = {"~value": tree("trim(__value)", value=roles.get("value", NOTHING))}
    form = tree(
        """
        CASE WHEN __value IS NULL THEN 'missing' WHEN regexp_full_match(__value, __iso) THEN 'iso'
             WHEN regexp_full_match(__value, __compact) THEN 'compact'
             WHEN regexp_full_match(__value, __slashed) THEN 'slashed'
             WHEN __missing THEN 'missing' ELSE 'other' END
        """,
        value=value,
        iso=date.ISO,
        compact=_COMPACT,
        slashed=f"{_LOOSE}/{_LOOSE}/[0-9]{{4}}",
        missing=among(tree("lower(__value)", value=value), _missing(date.PLACEHOLDERS, options)),
    )
    first = {"~form": form}
    second = {
        "~iso": tree(
            """
            CASE WHEN __form = 'iso' THEN __value
                 WHEN __form = 'missing' OR __named THEN __parts
                 WHEN __form = 'compact'
                     THEN concat_ws('-', left(__value, 4), substr(__value, 5, 2), substr(__value, 7))
                 WHEN __form = 'slashed' THEN __slashed END
            """,
            value=value,
            named=among(value, options.placeholders),
            slashed=_slashed(value, options.day_first),
            parts=_date_parts(roles),
            form=helper["form"],
        )
    }
    exact = tree("(__form <> 'other' AND __parts)", form=helper["form"], parts=_date_parts_read(roles))
    fields = {"iso": _unless(helper["iso"], {*date.DATE_PLACEHOLDERS, *options.placeholders})}
    return Bulk(exact, fields, (trimmed, first, second))


def _slashed(value: Node, day_first: bool) -> Node:
    """The date of three numbers with slashes, the year last."""
    one, two = (tree("lpad(split_part(__value, '/', __place), 2, '0')", value=value, place=place) for place in (1, 2))
    month, day = (two, one) if day_first else (one, two)
    return tree(
        """
        concat_ws('-', split_part(__value, '/', 3),
            CASE WHEN __month > '12' AND __day <= '12' THEN __day ELSE __month END,
            CASE WHEN __month > '12' AND __day <= '12' THEN __month ELSE __day END)
        """,
        value=value,
        month=month,
        day=day,
    )


def _date_parts(roles: Mapping[str, Node]) -> Node:
    """The date of the roles year, month and day, partial where a later one is missing."""
    if "year" not in roles:
        return NOTHING
    month, day = (tree("lpad(__part, 2, '0')", part=roles.get(role, NOTHING)) for role in ("month", "day"))
    return tree(
        """
        CASE WHEN coalesce(__year, '') = '' THEN NULL WHEN coalesce(__month, '') IN ('', '00') THEN __year
             WHEN coalesce(__day, '') IN ('', '00') THEN __year || '-' || __month
             ELSE concat_ws('-', __year, __month, __day) END
        """,
        year=roles["year"],
        month=month,
        day=day,
    )


def _date_parts_read(roles: Mapping[str, Node]) -> Node:
    """Whether the roles year, month and day are absent or plain numbers."""
    shapes = {"year": "[0-9]{4}", "month": _LOOSE, "day": _LOOSE}
    if "year" not in roles:
        return TRUE
    read = [
        tree("(__part IS NULL OR __part = '' OR regexp_full_match(__part, __shape))", part=roles[role], shape=shape)
        for role, shape in shapes.items()
        if role in roles
    ]
    return _all(*read)


# --- addresses ------------------------------------------------------------------------------------------------------

_UNITS = _any_of(address_lines.UNITS)
_STREET_WORD = "(?:[a-z][a-z']*|[0-9]+(?:st|nd|rd|th))[.,]*"
_STREET = f"(?:[0-9]+[a-z]? )?{_STREET_WORD}(?: {_STREET_WORD})*(?: {_UNITS}[.,]* [0-9]+[a-z]{{0,2}}[.,]*)?"
_STREET_TRAPS = f"(?:^| ){_UNITS} (?:[a-z](?: |$)|[0-9][a-z0-9]* |{_UNITS} )"
_STREET_TRAPS += f"|^(?:[0-9]+[a-z]? )?{_UNITS} [0-9]|strasse|box|postfach"
"""Words that the cleaner treats with more care than the SQL: designators inside a line, German kinds, post boxes."""


def _address(roles: Mapping[str, Node], options: CleanOptions, *, is_named: bool = True) -> Bulk | None:
    """Parts in plain words; a whole line only where it is but a street. `is_named`: with the name of the street."""
    missing = _missing(address.PLACEHOLDERS, options)
    street, fields, reads = _street_of(roles, missing, is_named=is_named)
    small: Stage = {}
    for role, build in (("number", _house_number), ("unit", _unit), ("region", _region), ("country", _country)):
        if role in roles:
            small[f"~{role}_text"] = _lower_ascii(roles[role])
            node, read = build(_helper(f"{role}_text"), missing)
            fields[role] = tree("coalesce(__own, __parsed)", own=node, parsed=fields.get(role, NOTHING))
            reads.append(tree("(__role IS NULL OR coalesce(__read, FALSE))", role=roles[role], read=read))
    if "city" in roles:
        small["~city_words"] = _words(roles["city"], options)
        fields["city"] = _city(_helper("city_words"), options)
        reads.append(
            tree(
                "(__role IS NULL OR (__words IS NOT NULL AND NOT contains(__role, ',')))",
                role=roles["city"],
                words=_helper("city_words"),
            )
        )
    if "postcode" in roles:
        small["~code"] = _postcode(roles["postcode"], missing)
        fields["postcode"] = _unless(_helper("code"), _missing_codes(options))
        reads.append(_read(roles["postcode"], _helper("code")))
    stages = ({**street[0], **small}, *street[1:]) if street else (small,)
    return Bulk(_all(*reads) if reads else TRUE, fields, stages)


def _address_in_lines(roles: Mapping[str, Node], options: CleanOptions) -> Bulk | None:
    """The same, but of a street its words without number and unit, for `_street_alone` to name."""
    return _address(roles, options, is_named=False)


def _street_alone(roles: Mapping[str, Node], options: CleanOptions) -> Bulk | None:
    """The name of a street from its words; the role `unit` is there where a unit followed them in the line."""
    name, unit = roles.get("words", NOTHING), roles.get("unit", NOTHING)
    text = {"name": name, "first": _helper("first"), "last": _helper("last")}
    line = tree("CASE WHEN __unit IS NULL THEN __name ELSE __name || ' apt 1' END", name=name, unit=unit)
    exact = tree("(__name IS NULL OR __read)", name=name, read=_all(*_street_untrapped(line, text["last"])))
    return Bulk(exact, {"street": _street_name(text)}, (_street_ends(text),))


def _lower_ascii(text: Node) -> Node:
    """Trimmed, in lower case; NULL where a letter outside ASCII has an ASCII lower case (the Kelvin sign)."""
    return tree("CASE WHEN strlen(lower(__text)) = strlen(__text) THEN lower(trim(__text)) END", text=text)


def _city(words: Node, options: CleanOptions) -> Node:
    """The city with "saint", "mount" and "fort" at the start in their short form."""
    starts = places.CITY_STARTS
    return tree(
        """
        CASE WHEN __missing THEN NULL
             WHEN contains(__words, ' ') AND __opens THEN __short || substr(__words, position(' ' IN __words))
             ELSE __words END
        """,
        words=words,
        missing=among(words, _missing(address.PLACEHOLDER_WORDS, options)),
        opens=among(tree("split_part(__words, ' ', 1)", words=words), starts),
        short=_lookup(starts, tree("split_part(__words, ' ', 1)", words=words)),
    )


def _postcode(text: Node, missing: set[str]) -> Node:
    """The code without blanks and hyphens, "" where it is missing, NULL where it is not plain."""
    return tree(
        """
        CASE WHEN strlen(__text) > __longest THEN NULL WHEN __missing THEN ''
             WHEN regexp_full_match(__text, '[0-9]{5}') THEN __text
             WHEN regexp_full_match(__text, ' *[0-9]{5}[ -]*[0-9]{4} *') THEN left(ltrim(__text), 5)
             WHEN regexp_full_match(__text, '[A-Za-z0-9 -]*') AND NOT regexp_matches(__text, '^(?:[ -]*[0-9]){9}[ -]*$')
                 THEN upper(replace(replace(__text, ' ', ''), '-', ''))
        END
        """,
        text=text,
        longest=MAX_LENGTH,
        missing=among(tree("lower(trim(__text))", text=text), missing),
    )


def _missing_codes(options: CleanOptions) -> set[str]:
    lower = {text for text in options.placeholders if text == text.lower()}
    return {"", *address.POSTCODE_PLACEHOLDERS, *(text.upper() for text in lower)}


def _street_of(
    roles: Mapping[str, Node], missing: set[str], *, is_named: bool
) -> tuple[tuple[Stage, ...], dict[str, Node], list[Node]]:
    """(stages, fields number, street and unit, conditions of exactness) of the street, or of a line that is one."""
    reads: list[Node] = []
    line = "street" if "street" in roles else "full"
    for role in {"full", "line2"} & roles.keys() - {line}:
        reads.append(_absent_line(roles[role], role == "line2" and "street" in roles, missing))
    if line not in roles:
        return (), {}, reads
    text = {
        name: _helper(name) for name in ("street_text", "street", "number", "rest", "unit", "name", "first", "last")
    }
    stages: tuple[Stage, ...] = (
        {"~street_text": _lower_ascii(roles[line])},
        {"~street": _street_words(text["street_text"], missing)},
        {
            "~number": tree(
                "CASE WHEN regexp_matches(__street, '^[0-9]+[a-z]? ') THEN split_part(__street, ' ', 1) END", **text
            )
        },
        {
            "~rest": tree(
                "CASE WHEN __number IS NULL THEN __street ELSE substr(__street, strlen(__number) + 2) END", **text
            )
        },
        {"~unit": tree(_UNIT, shape=f" {_UNITS} [0-9]+[a-z]{{0,2}}$", **text)},
        {"~name": tree(_NAME, **text)},
    )
    untrapped = _street_untrapped(text["street"], text["last"]) if is_named else [tree("NOT __street IS NULL", **text)]
    reads.append(_street_read(line, roles[line], text, missing, untrapped))
    fields = {"number": text["number"], "street": text["name"], "unit": text["unit"]}
    if not is_named:
        return stages, fields, reads
    return (*stages, _street_ends(text)), fields | {"street": _street_name(text)}, reads


def _street_ends(text: Mapping[str, Node]) -> Stage:
    """The first word of a street's name, and the last where there are two."""
    last = "CASE WHEN contains(__name, ' ') THEN list_extract(string_split(__name, ' '), -1) END"
    return {"~first": tree("split_part(__name, ' ', 1)", **text), "~last": tree(last, **text)}


def _street_untrapped(line: Node, last: Node) -> list[Node]:
    """That the words are those of a street with no need for more care."""
    return [
        tree("NOT regexp_matches(__line, __traps)", line=line, traps=_STREET_TRAPS),
        tree("NOT coalesce(__direction, FALSE)", direction=among(last, address_lines.DIRECTIONS)),
    ]


_UNIT = "CASE WHEN regexp_matches(__rest, __shape) THEN list_extract(string_split(__rest, ' '), -1) END"
_NAME = """
    CASE WHEN __unit IS NULL THEN nullif(__rest, '')
         ELSE array_to_string(list_slice(string_split(__rest, ' '), 1, -3), ' ') END
"""


def _street_words(text: Node, missing: set[str]) -> Node:
    """The street line without punctuation, NULL where it is missing or not plain."""
    return tree(
        """
        CASE WHEN __missing OR strlen(__text) > __longest OR NOT regexp_full_match(__text, __shape) THEN NULL
             WHEN contains(__text, '.') OR contains(__text, ',') OR contains(__text, '''')
                 THEN regexp_replace(__text, '[.,'']', '', 'g') ELSE __text END
        """,
        text=text,
        missing=among(text, missing),
        longest=MAX_LENGTH,
        shape=_STREET,
    )


def _street_read(line: str, raw: Node, text: Mapping[str, Node], missing: set[str], untrapped: Iterable[Node]) -> Node:
    """Whether the line is missing, or a street without traps. A whole line ends in no postcode and has no comma."""
    whole = tree("NOT regexp_matches(__street_text, ',|[0-9]{4}[a-z]{0,2}$')", **text) if line == "full" else TRUE
    return tree(
        """
        (__raw IS NULL OR coalesce(__missing, FALSE) OR coalesce(
            strlen(__raw) <= __longest AND __untrapped AND __whole, FALSE))
        """,
        raw=raw,
        longest=MAX_LENGTH,
        missing=among(text["street_text"], missing),
        untrapped=_all(*untrapped),
        whole=whole,
    )


def _street_name(text: Mapping[str, Node]) -> Node:
    """The name with its first and last word abbreviated."""
    leading = {**address_lines.LEADING, **address_lines.DIRECTIONS}
    return tree(
        """
        CASE WHEN __last IS NULL THEN __name
             WHEN NOT __opens THEN substr(__name, 1, strlen(__name) - strlen(__last)) || coalesce(__kind, __last)
             ELSE __leading || coalesce(__kind, __last) END
        """,
        opens=among(text["first"], leading),
        leading=tree(
            """
            __short || substr(__name, strlen(__first) + 1, strlen(__name) - strlen(__first) - strlen(__last))
            """,
            short=_lookup(leading, text["first"]),
            **{name: text[name] for name in ("name", "first", "last")},
        ),
        kind=_lookup(address_lines.SUFFIXES, text["last"]),
        **{name: text[name] for name in ("name", "first", "last")},
    )


def _absent_line(text: Node, beside_street: bool, missing: set[str]) -> Node:
    """Whether a second or whole line adds nothing: missing, or a second line of letters beside a street."""
    plain: Node = exp.false()
    trimmed = tree("trim(__text)", text=text)
    if beside_street:
        words = "[A-Za-z]{2,}(?: [A-Za-z]{2,})*"
        plain = tree(
            "(__name IS NOT NULL AND strlen(__text) <= __longest AND regexp_full_match(__trimmed, __words))",
            name=_helper("name"),
            trimmed=trimmed,
            text=text,
            longest=MAX_LENGTH,
            words=words,
        )
    return tree(
        "(__text IS NULL OR __missing OR coalesce(__plain, FALSE))",
        text=text,
        missing=among(tree("lower(trim(__text))", text=text), missing),
        plain=plain,
    )


def _house_number(text: Node, missing: set[str]) -> tuple[Node, Node]:
    read = tree("(__missing OR regexp_full_match(__text, '[0-9a-z]{1,20}'))", missing=among(text, missing), text=text)
    return _unless(text, missing), read


def _unit(text: Node, missing: set[str]) -> tuple[Node, Node]:
    read = tree("(__missing OR regexp_full_match(__text, '[0-9]{1,9}[a-z]?'))", missing=among(text, missing), text=text)
    return _unless(text, missing), read


def _known_place(spelled: Mapping[str, str], text: Node, missing: set[str]) -> tuple[Node, Node]:
    shape = "[a-z]{1,40}(?: [a-z]{1,40}){0,9}"
    read = tree(
        "(__missing OR regexp_full_match(__text, __shape))", missing=among(text, missing), text=text, shape=shape
    )
    return tree("coalesce(__code, __text)", code=_lookup(spelled, text), text=_unless(text, missing)), read


def _region(text: Node, missing: set[str]) -> tuple[Node, Node]:
    return _known_place(places.REGIONS, text, missing)


def _country(text: Node, missing: set[str]) -> tuple[Node, Node]:
    return _known_place(places.COUNTRIES, text, missing)


# --- values of one role ---------------------------------------------------------------------------------------------


def _category(roles: Mapping[str, Node], options: CleanOptions) -> Bulk | None:
    """Any printable ASCII."""
    value = roles.get("value", NOTHING)
    field = _unless(_helper("text"), _missing(category.PLACEHOLDERS, options))
    return Bulk(_read(value, _helper("text")), {"value": field}, ({"~text": _fold(value)},))


def _text(roles: Mapping[str, Node], options: CleanOptions) -> Bulk | None:
    """Any printable ASCII."""
    value = roles.get("value", NOTHING)
    words, text = _helper("words"), _helper("text")
    field = tree(
        "CASE WHEN NOT __no_words AND NOT __no_text THEN __words END",
        words=words,
        no_words=among(words, {"", *free_text.PLACEHOLDERS}),
        no_text=among(text, _missing(free_text.PLACEHOLDERS, options)),
    )
    fold = tree(
        "CASE WHEN regexp_full_match(__value, '[A-Za-z]+') THEN __words ELSE __fold END",
        value=value,
        words=words,
        fold=_fold(value),
    )
    return Bulk(_read(value, words), {"value": field}, ({"~words": _words(value, CleanOptions())}, {"~text": fold}))


def _identifier(roles: Mapping[str, Node], options: CleanOptions) -> Bulk | None:
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
        code=_helper("code"),
        missing=among(_helper("code"), {"", *identifier.PLACEHOLDERS, *named}),
        runs=f"0{{{identifier.MIN_ZEROS},}}|9{{{identifier.MIN_NINES},}}",
    )
    return Bulk(_read(value, _helper("code")), {"value": field}, ({"~code": code},))


def _number(roles: Mapping[str, Node], options: CleanOptions) -> Bulk | None:
    """Whole and decimal numbers of up to 18 digits on a side, with or without commas between thousands."""
    delivered, value = roles.get("value", NOTHING), _helper("value")
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
        missing=among(tree("lower(__value)", value=value), _missing(number.PLACEHOLDERS, options)),
    )
    field = tree("nullif(__text, '')", text=_helper("text"))
    trimmed = {"~value": tree("trim(__value)", value=delivered)}
    return Bulk(_read(delivered, _helper("text")), {"value": field}, (trimmed, {"~text": text}))


def _boolean(roles: Mapping[str, Node], options: CleanOptions) -> Bulk | None:
    """Any printable ASCII."""
    value, text = roles.get("value", NOTHING), _helper("text")
    field = tree(
        "CASE WHEN __named THEN NULL WHEN __true THEN 'true' WHEN __false THEN 'false' END",
        named=among(text, options.placeholders),
        true=among(text, boolean.TRUE),
        false=among(text, boolean.FALSE),
    )
    return Bulk(_read(value, text), {"value": field}, ({"~text": _fold(value)},))


def _raw(roles: Mapping[str, Node], options: CleanOptions) -> Bulk | None:
    """Every value."""
    return Bulk(TRUE, {"value": roles.get("value", NOTHING)})


def _folded(roles: Mapping[str, Node], options: CleanOptions) -> Bulk | None:
    """Any printable ASCII."""
    value = roles.get("value", NOTHING)
    exact = tree("(__value IS NULL OR regexp_full_match(__value, '[ -~]*'))", value=value)
    return Bulk(exact, {"value": tree("nullif(lower(trim(__value)), '')", value=value)})


# --- organisations --------------------------------------------------------------------------------------------------

_LONG_FORMS = [form for form in organisation.LEGAL_FORMS if len(form) > 1]
_SHORT_FORMS = {form[0]: legal for form, legal in organisation.LEGAL_FORMS.items() if len(form) == 1}
_BEFORE_A_FORM = {form[-2] for form in _LONG_FORMS} | {form[-1] for form in organisation.LEGAL_FORMS} | {"and"}
"""Words that may make the legal form longer than the last word."""


def _organisation(roles: Mapping[str, Node], options: CleanOptions) -> Bulk | None:
    """Names with no legal form, or one of a single word at the end."""
    value = roles.get("value", NOTHING)
    helper = {name: _helper(name) for name in ("words", "tokens", "last", "legal", "rest", "name")}
    spelled = tree("replace(replace(__value, '&', ' and '), '+', ' and ')", value=value)
    first = {
        "~words": tree(
            "CASE WHEN strlen(__value) <= __half THEN __words END",
            value=value,
            half=MAX_LENGTH // 5,
            words=_words(spelled, options),
        )
    }
    second = {"~tokens": tree("string_split(__words, ' ')", **helper)}
    third = {"~last": tree("CASE WHEN len(__tokens) > 1 THEN list_extract(__tokens, -1) END", **helper)}
    fourth = {"~legal": _lookup(_SHORT_FORMS, helper["last"])}
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
    missing = among(helper["words"], _missing(organisation.PLACEHOLDERS, options))
    short = {word for word, long in organisation.ABBREVIATIONS.items() if word != long}
    name = tree(
        """
        CASE WHEN __missing THEN NULL WHEN NOT regexp_matches(__name, __short) THEN __name
             ELSE array_to_string(
                 list_transform(string_split(__name, ' '), lambda word: coalesce(__long, word)), ' ') END
        """,
        missing=missing,
        short=rf"\b{_any_of(short)}\b",
        long=_lookup(organisation.ABBREVIATIONS, exp.column("word")),
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
        longer=_all(
            tree("len(__tokens) > 2", **helper), among(tree("list_extract(__tokens, -2)", **helper), _BEFORE_A_FORM)
        ),
        ends=among(helper["last"], lasts),
        opens=among(tree("list_extract(__tokens, 1)", **helper), firsts),
        **{name: helper[name] for name in ("words", "last", "legal")},
    )


BULK: dict[str, Builder] = {
    "person_name": _person_name,
    "organisation": _organisation,
    "email": _email,
    "phone": _phone,
    "date": _date,
    "address": _address,
    "identifier": _identifier,
    "category": _category,
    "number": _number,
    "boolean": _boolean,
    "text": _text,
    "raw": _raw,
    "folded": _folded,
}
"""Attribute type -> builder of its SQL. Types that are not named are cleaned by Python alone."""

STEPS: dict[str, Builder] = {"address in lines": _address_in_lines, "street alone": _street_alone}
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
