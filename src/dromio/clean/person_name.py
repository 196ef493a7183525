"""Person names: given, middle and family name out of any mix of parts and full names."""

from __future__ import annotations

import re

from dromio.clean.base import AttributeType, CleanOptions, Fields, Parts, is_placeholder
from dromio.clean.placeholders import placeholder_words
from dromio.clean.tables import read_sections
from dromio.clean.text import compatible, fold, words_of

PLACEHOLDERS = placeholder_words("person_name")
TITLES = frozenset(read_sections("titles.txt")["title"])
SUFFIXES = frozenset(read_sections("titles.txt")["suffix"])
PARTICLES = frozenset(read_sections("titles.txt")["particle"])

Tokens = list[str]

_EAST_ASIAN = re.compile(r"[\u4e00-\u9fff]{2,4}|[\uac00-\ud7a3]{2,4}").fullmatch


def clean(parts: Parts, options: CleanOptions) -> Fields:
    """Given (one word), middle and family name. Parts win; a full name fills in what they lack."""
    given = _tokens(parts.get("given", ""), options)
    family = _tokens(parts.get("family", ""), options)
    middle = given[1:]
    if "middle" in parts:
        middle += [token for token in _tokens(parts["middle"], options) if token not in middle]
    given = given[:1]
    full = parts.get("full")
    if full and not (given and middle and family):
        given, middle, family = _completed(given, middle, family, full, options)
    fields: Fields = {}
    if given:
        fields["given"] = given[0]
    if middle and not is_placeholder(" ".join(middle), PLACEHOLDERS, options):
        fields["middle"] = " ".join(middle)
    if family:
        fields["family"] = " ".join(family)
    return fields


def _tokens(text: str, options: CleanOptions) -> Tokens:
    """Words of one part, without titles and suffixes; none for a placeholder."""
    folded = fold(text)
    plain = folded if folded.isalpha() else words_of(folded)
    if is_placeholder(plain, PLACEHOLDERS, options) or (options.placeholders and folded in options.placeholders):
        return []
    tokens = plain.split()
    return _without_titles(tokens) if len(tokens) > 1 else tokens


def _without_titles(tokens: Tokens) -> Tokens:
    """Leading titles and trailing suffixes dropped; the last word left is always kept."""
    start, end = 0, len(tokens)
    while start < end - 1 and tokens[start] in TITLES:
        start += 1
    while end > start + 1 and tokens[end - 1] in SUFFIXES:
        end -= 1
    return tokens[start:end]


def _completed(
    given: Tokens, middle: Tokens, family: Tokens, full: str, options: CleanOptions
) -> tuple[Tokens, Tokens, Tokens]:
    """The parts with what they lack taken from the full name."""
    full_given, full_middle, full_family = parse_full(full, options)
    every = [*full_given, *full_middle, *full_family]
    if given and family:
        found = _removed(every, given + middle + family)
        return given, middle or found or [], family
    if family:
        rest = _removed(every, family)
        if rest is None:
            return full_given, middle or full_middle, family
        return rest[:1], middle or rest[1:], family
    if given:
        if full_given != given:
            rest = _removed(every, given)
            if rest:
                full_middle, full_family = _split_family(rest)
        return given, middle or full_middle, full_family
    return full_given, middle or full_middle, full_family


def _removed(tokens: Tokens, known: Tokens) -> Tokens | None:
    """The tokens without the known ones, each taken once; None when a known one is not among them."""
    rest = list(tokens)
    for token in known:
        if token not in rest:
            return None
        rest.remove(token)
    return rest


def parse_full(text: str, options: CleanOptions) -> tuple[Tokens, Tokens, Tokens]:
    """(given, middle, family) of "Family, Given Middle" or "Given Middle Family"; a single word is a given name."""
    folded = fold(text if text.isascii() else _east_asian(text))
    if "," not in folded:
        tokens = _tokens(folded, options)
        return _known(tokens[:1], *_split_family(tokens[1:]))
    if is_placeholder(words_of(folded), PLACEHOLDERS, options):
        return [], [], []
    segments = [words_of(part).split() for part in folded.split(",")]
    segments = [tokens for tokens in segments if not all(token in SUFFIXES or token in TITLES for token in tokens)]
    if len(segments) < 2:
        tokens = _without_titles(segments[0]) if segments else []
        return _known(tokens[:1], *_split_family(tokens[1:]))
    family = _without_titles(segments[0])
    rest = _without_titles([token for segment in segments[1:] for token in segment])
    end = len(rest)
    while end > 1 and rest[end - 1] in PARTICLES:
        end -= 1
    return _known(rest[:1], rest[1:end], rest[end:] + family)


def _east_asian(text: str) -> str:
    """A name in Han or Hangul without spaces as "family, given": of four signs the first two are the family name."""
    found = _EAST_ASIAN(compatible(text))
    if not found:
        return text
    name = found[0]
    size = 2 if len(name) == 4 else 1
    return f"{name[:size]}, {name[size:]}"


def _split_family(tokens: Tokens) -> tuple[Tokens, Tokens]:
    """(middle, family) of the words after the given name: the family name opens at a particle or is the last word."""
    for position in range(len(tokens) - 1):
        if tokens[position] in PARTICLES:
            return tokens[:position], tokens[position:]
    return tokens[:-1], tokens[-1:]


def _known(given: Tokens, middle: Tokens, family: Tokens) -> tuple[Tokens, Tokens, Tokens]:
    """Names of a parsed full name with placeholders emptied ("Unknown Smith" has no given name)."""
    if given and given[0] in PLACEHOLDERS:
        given = []
    if family and " ".join(family) in PLACEHOLDERS:
        family = []
    return given, middle, family


TYPE = AttributeType(
    name="person_name",
    doc="Name of a person, in parts or in full",
    roles=("given", "middle", "family", "full", "prefix", "suffix"),
    fields=("given", "middle", "family"),
    clean=clean,
)
