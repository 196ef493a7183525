"""Names of organisations: folded words, without the legal form, which is a field of its own."""

from __future__ import annotations

from dromio.clean.base import AttributeType, CleanOptions, Fields, Parts, is_placeholder
from dromio.clean.placeholders import placeholder_words
from dromio.clean.tables import read_sections, spellings
from dromio.clean.text import fold, head, words, words_of

PLACEHOLDERS = placeholder_words("organisation")
ABBREVIATIONS = spellings(read_sections("organisations.txt")["abbreviation"])

Form = tuple[str, ...]

MAX_FORM_WORDS = 6
"""Longest legal form in the table ("sociedad anonima de capital variable" has five words)."""


def _legal_forms(section: str) -> dict[Form, str]:
    """Words of a legal form -> its canonical form, for the ASCII spellings of one section."""
    table = spellings(read_sections("legal_forms.txt")[section])
    return {tuple(words(spelling).split()): canonical for spelling, canonical in table.items() if spelling.isascii()}


LEGAL_FORMS = _legal_forms("end") | _legal_forms("both")
OPENING_FORMS = _legal_forms("both")
"""Forms that stand before the name as well ("ooo romashka")."""

_LAST_WORDS = frozenset(form[-1] for form in LEGAL_FORMS)
_FIRST_WORDS = frozenset(form[0] for form in OPENING_FORMS)
GLUED_FORMS = {
    glued: canonical
    for glued, canonical in spellings(read_sections("legal_forms.txt")["glued"]).items()
    if not glued.isascii()
}
"""Forms of scripts that write no spaces, as delivered."""


def clean(parts: Parts, options: CleanOptions) -> Fields:
    """The name as words without legal form and leading "the", and the legal form in its canonical spelling."""
    text = parts.get("value", "")
    if not text.isascii():
        text = _unglued(text)
    folded = fold(text)
    plain = words_of(folded.replace("&", " and ").replace("+", " and "))
    if is_placeholder(plain, PLACEHOLDERS, options) or (options.placeholders and folded in options.placeholders):
        return {}
    tokens, legal = without_legal_form(plain.split())
    if len(tokens) > 1 and tokens[0] == "the":
        del tokens[0]
    name = " ".join([ABBREVIATIONS.get(token, token) for token in tokens])
    return {"name": name, "legal": legal} if legal else {"name": name}


def _unglued(text: str) -> str:
    """The text with legal forms of scripts without spaces set apart in Latin letters."""
    text = head(text)
    for glued, canonical in GLUED_FORMS.items():
        text = text.replace(glued, f" {canonical} ")
    return text


def without_legal_form(tokens: list[str]) -> tuple[list[str], str]:
    """(name, legal form): forms at the end go, the longest first, as long as a name is left; else one at the start.

    The outermost form is the one reported ("Foo Co Ltd" is a ltd). "" when there is none.
    """
    legal = ""
    while len(tokens) > 1 and tokens[-1] in _LAST_WORDS:
        form = _form_at_end(tokens)
        if not form:
            break
        legal = legal or LEGAL_FORMS[form]
        tokens = tokens[: -len(form)]
    while len(tokens) > 1 and tokens[-1] == "and":
        tokens = tokens[:-1]
    if not legal and len(tokens) > 1 and tokens[0] in _FIRST_WORDS:
        for size in range(min(MAX_FORM_WORDS, len(tokens) - 1), 0, -1):
            form = tuple(tokens[:size])
            if form in OPENING_FORMS:
                return tokens[size:], OPENING_FORMS[form]
    return tokens, legal


def _form_at_end(tokens: list[str]) -> Form:
    """The longest legal form that the tokens end with, at least one word being left; () when there is none."""
    for size in range(min(MAX_FORM_WORDS, len(tokens) - 1), 0, -1):
        form = tuple(tokens[-size:])
        if form in LEGAL_FORMS:
            return form
    return ()


TYPE = AttributeType(
    name="organisation",
    doc="Name of a company or other organisation",
    roles=("value",),
    fields=("name", "legal"),
    clean=clean,
)
