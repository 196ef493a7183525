"""Postal addresses, whole and in parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlglot import exp

from dromio.clean import address, address_lines, places
from dromio.clean.base import CleanOptions
from dromio.clean.text import MAX_LENGTH
from dromio.engines.bulk_clean.base import (
    NOTHING,
    TRUE,
    Bulk,
    Stage,
    all_of,
    among,
    any_of,
    helping,
    is_read,
    lookup,
    missing_texts,
    plain_words,
    unless_missing,
)
from dromio.engines.sql import Node, tree

_UNITS = any_of(address_lines.UNITS)
_STREET_WORD = "(?:[a-z][a-z']*|[0-9]+(?:st|nd|rd|th))[.,]*"
_STREET = f"(?:[0-9]+[a-z]? )?{_STREET_WORD}(?: {_STREET_WORD})*(?: {_UNITS}[.,]* [0-9]+[a-z]{{0,2}}[.,]*)?"
_STREET_TRAPS = f"(?:^| ){_UNITS} (?:[a-z](?: |$)|[0-9][a-z0-9]* |{_UNITS} )"
_STREET_TRAPS += f"|^(?:[0-9]+[a-z]? )?{_UNITS} [0-9]|strasse|box|postfach"
"""Words that the cleaner treats with more care than the SQL: designators inside a line, German kinds, post boxes."""


def build_address(roles: Mapping[str, Node], options: CleanOptions, *, is_named: bool = True) -> Bulk | None:
    """Parts in plain words; a whole line only where it is but a street. `is_named`: with the name of the street."""
    missing = missing_texts(address.PLACEHOLDERS, options)
    street, fields, reads = _street_of(roles, missing, is_named=is_named)
    small: Stage = {}
    for role, build in (("number", _house_number), ("unit", _unit), ("region", _region), ("country", _country)):
        if role in roles:
            small[f"~{role}_text"] = _lower_ascii(roles[role])
            node, read = build(helping(f"{role}_text"), missing)
            fields[role] = tree("coalesce(__own, __parsed)", own=node, parsed=fields.get(role, NOTHING))
            reads.append(tree("(__role IS NULL OR coalesce(__read, FALSE))", role=roles[role], read=read))
    if "city" in roles:
        small["~city_words"] = plain_words(roles["city"], options)
        fields["city"] = _city(helping("city_words"), options)
        reads.append(
            tree(
                "(__role IS NULL OR (__words IS NOT NULL AND NOT contains(__role, ',')))",
                role=roles["city"],
                words=helping("city_words"),
            )
        )
    if "postcode" in roles:
        small["~code"] = _postcode(roles["postcode"], missing)
        fields["postcode"] = unless_missing(helping("code"), _missing_codes(options))
        reads.append(is_read(roles["postcode"], helping("code")))
    stages = ({**street[0], **small}, *street[1:]) if street else (small,)
    return Bulk(all_of(*reads) if reads else TRUE, fields, stages)


def build_address_in_lines(roles: Mapping[str, Node], options: CleanOptions) -> Bulk | None:
    """The same, but of a street its words without number and unit, for `build_street_alone` to name."""
    return build_address(roles, options, is_named=False)


def build_street_alone(roles: Mapping[str, Node], options: CleanOptions) -> Bulk | None:
    """The name of a street from its words; the role `unit` is there where a unit followed them in the line."""
    name, unit = roles.get("words", NOTHING), roles.get("unit", NOTHING)
    text = {"name": name, "first": helping("first"), "last": helping("last")}
    line = tree("CASE WHEN __unit IS NULL THEN __name ELSE __name || ' apt 1' END", name=name, unit=unit)
    exact = tree("(__name IS NULL OR __read)", name=name, read=all_of(*_street_untrapped(line, text["last"])))
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
        missing=among(words, missing_texts(address.PLACEHOLDER_WORDS, options)),
        opens=among(tree("split_part(__words, ' ', 1)", words=words), starts),
        short=lookup(starts, tree("split_part(__words, ' ', 1)", words=words)),
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
        name: helping(name) for name in ("street_text", "street", "number", "rest", "unit", "name", "first", "last")
    }
    stages: tuple[Stage, ...] = (
        {"~street_text": _lower_ascii(roles[line])},
        {"~street": _street_words(text["street_text"], missing)},
        {
            "~number": tree(
                """
                CASE WHEN regexp_matches(__street, '^[0-9]+[a-z]? ') THEN left(__street, instr(__street, ' ') - 1) END
                """,
                **text,
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
        untrapped=all_of(*untrapped),
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
            short=lookup(leading, text["first"]),
            **{name: text[name] for name in ("name", "first", "last")},
        ),
        kind=lookup(address_lines.SUFFIXES, text["last"]),
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
            name=helping("name"),
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
    return unless_missing(text, missing), read


def _unit(text: Node, missing: set[str]) -> tuple[Node, Node]:
    read = tree("(__missing OR regexp_full_match(__text, '[0-9]{1,9}[a-z]?'))", missing=among(text, missing), text=text)
    return unless_missing(text, missing), read


def _known_place(spelled: Mapping[str, str], text: Node, missing: set[str]) -> tuple[Node, Node]:
    shape = "[a-z]{1,40}(?: [a-z]{1,40}){0,9}"
    read = tree(
        "(__missing OR regexp_full_match(__text, __shape))", missing=among(text, missing), text=text, shape=shape
    )
    return tree("coalesce(__code, __text)", code=lookup(spelled, text), text=unless_missing(text, missing)), read


def _region(text: Node, missing: set[str]) -> tuple[Node, Node]:
    return _known_place(places.REGIONS, text, missing)


def _country(text: Node, missing: set[str]) -> tuple[Node, Node]:
    return _known_place(places.COUNTRIES, text, missing)
