"""Double metaphone (Lawrence Philips, 2000): a primary code, and an alternate for names of other than English origin.

The rules are a table: for each letter, patterns in the order of trial. A pattern consumes the letters that it accounts
for and looks around at others. Gives what PostgreSQL's `fuzzystrmatch` gives for ASCII text.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from dromio.similarity.phonetic import ascii_upper

CODE_LENGTH = 4

_PADDING = " " * 5  # rules look at most five characters ahead, and some of them for a space
_END = r"(?= {5}\Z)"
_VOWEL = "[AEIOUY]"


class _Rule(NamedTuple):
    """What is consumed, its codes (alternate None: as primary), the trait that the text must have or lack."""

    pattern: str
    primary: str
    alternate: str | None = None
    when: str = ""
    unless: str = ""


_TRAITS = {
    "slavic": re.compile(r"[WK]|CZ"),
    "germanic": re.compile(r"\A(VAN |VON |SCH)"),
    "sch": re.compile(r"\ASCH"),
    "mc": re.compile(r"\AMC"),
    "san": re.compile(r"\ASAN "),
    "anger": re.compile(r"\A[DRM]ANGER"),
    "spanish": re.compile(r"[AO]S? {5}\Z"),
}
"""Facts about the whole text that some rules depend on."""

_SKIPPED_START = re.compile(r"[GKP]N|WR|PS")
"""Starts whose first letter is silent."""

_RULES: dict[str, tuple[_Rule, ...]] = {
    **{vowel: (_Rule(rf"\A{vowel}", "A"),) for vowel in "AEIOUY"},
    **{letter: (_Rule(f"{letter}{letter}?", code),) for letter, code in zip("BFKNQV", "PFKNKF", strict=True)},
    "C": (
        _Rule(r"(?<=[^AEIOUY]A)CH(?![IE])|(?<=[BM]A)CH(?=ER)", "K"),
        _Rule(r"\ACA(?=ESAR)", "S"),
        _Rule(r"CH(?=IA)", "K"),
        _Rule(r"(?!\A)CH(?=AE)", "K", "X"),
        _Rule(r"\ACH(?=ARAC|ARIS|OR(?!E)|YM|IA|EM)", "K"),
        _Rule(r"CH", "K", when="germanic"),
        _Rule(r"(?<=OR)CH(?=ES|ID)|(?<=AR)CH(?=IT)|CH(?=[TS])", "K"),
        _Rule(r"(?:\A|(?<=[AOUE]))CH(?=[LRNMBHFVW ])", "K"),
        _Rule(r"\ACH", "X"),
        _Rule(r"CH", "K", when="mc"),
        _Rule(r"CH", "X", "K"),
        _Rule(r"(?<!WI)CZ", "S", "X"),
        _Rule(r"CCI(?=A)", "X"),
        _Rule(r"(?<=\AA)CC(?:[IE]|H(?!U))|(?<=U)CCE(?=[ES])", "KS"),
        _Rule(r"(?<!\AM)CC(?:[IE]|H(?!U))", "X"),
        _Rule(r"(?<!\AM)CC", "K"),
        _Rule(r"C[KGQ]", "K"),
        _Rule(r"CI(?=[OEA])", "S", "X"),
        _Rule(r"C[IEY]", "S"),
        _Rule(r"C(?: [CQG]|C(?![EI])|)", "K"),
    ),
    "D": (
        _Rule(r"DG[IEY]", "J"),
        _Rule(r"DG", "TK"),
        _Rule(r"D[TD]?", "T"),
    ),
    "G": (
        _Rule(r"(?<=[^AEIOUY])GH", "K"),
        _Rule(r"\AGH(?=I)", "J"),
        _Rule(r"\AGH", "K"),
        _Rule(r"(?:(?<=[BDH].)|(?<=[BDH]..)|(?<=[BH]...))GH", ""),
        _Rule(r"(?<=[CGLRT].U)GH", "F"),
        _Rule(r"(?<!I)GH", "K"),
        _Rule(r"GH", ""),
        _Rule(rf"(?<=\A{_VOWEL})GN", "KN", "N", unless="slavic"),
        _Rule(r"GN(?!EY)", "N", "KN", unless="slavic"),
        _Rule(r"GN", "KN"),
        _Rule(r"GL(?=I)", "KL", "L", unless="slavic"),
        _Rule(r"\AG(?:Y|E(?=[SPBLYIR])|I(?=[BLNE]))", "K", "J"),
        _Rule(r"(?<![EI])GE(?=R)|(?<![EIRO])GY", "K", "J", unless="anger"),
        _Rule(r"G[EIY]|(?<=[AO])GG(?=I)", "K", when="germanic"),
        _Rule(r"GE(?=T)", "K"),
        _Rule(r"GI(?=ER )", "J"),
        _Rule(r"G[EIY]|(?<=[AO])GG(?=I)", "J", "K"),
        _Rule(r"GG?", "K"),
    ),
    "H": (_Rule(rf"(?:\A|(?<={_VOWEL}))H{_VOWEL}", "H"),),
    "J": (
        _Rule(r"J", "H", when="san"),
        _Rule(r"\AJ(?=OSE )", "H"),
        _Rule(r"J(?=OSE)", "J", "H"),
        _Rule(r"\AJJ?", "J", "A"),
        _Rule(rf"(?<={_VOWEL})J(?=[AO])", "J", "H", unless="slavic"),
        _Rule(rf"J{_END}", "J", ""),
        _Rule(r"(?<![SKL])(?:JJ|J(?![LTKSNMBZ]))", "J"),
        _Rule(r"JJ", ""),
    ),
    "L": (
        _Rule(rf"(?<=I)LL(?=[AO]{_END})|(?<=A)LL(?=E{_END})", "L", ""),
        _Rule(r"(?<=A)LL(?=E)", "L", "", when="spanish"),
        _Rule(r"LL?", "L"),
    ),
    "M": (_Rule(rf"(?<=U)MB(?:(?=ER)|{_END})|MM?", "M"),),
    "P": (
        _Rule(r"PH", "F"),
        _Rule(r"P[PB]?", "P"),
    ),
    "R": (
        _Rule(rf"(?<=IE)(?<!M[EA]IE)R{_END}", "", "R", unless="slavic"),
        _Rule(r"RR?", "R"),
    ),
    "S": (
        _Rule(r"(?<=[IY])S(?=L)", ""),
        _Rule(r"\AS(?=UGAR)", "X", "S"),
        _Rule(r"SH(?=EIM|OEK|OLM|OLZ)", "S"),
        _Rule(r"SH", "X"),
        _Rule(r"SI[OA]", "S", "X", unless="slavic"),
        _Rule(r"SI[OA]", "S"),
        _Rule(r"\AS(?=[MNLW])|SZ", "S", "X"),
        _Rule(r"SCH(?=E[RN])", "X", "SK"),
        _Rule(r"SCH(?=OO|UY|E[DM])", "SK"),
        _Rule(r"\ASCH(?![AEIOUYW])", "X", "S"),
        _Rule(r"SCH", "X"),
        _Rule(r"SC[IEY]", "S"),
        _Rule(r"SC.", "SK"),
        _Rule(rf"(?<=[AO]I)S{_END}", "", "S"),
        _Rule(r"SS?", "S"),
    ),
    "T": (
        _Rule(r"TIO(?=N)|TIA|TCH", "X"),
        _Rule(r"TH(?=[OA]M)", "T"),
        _Rule(r"TH|TT(?=H)", "T", when="germanic"),
        _Rule(r"TH|TT(?=H)", "0", "T"),
        _Rule(r"T[TD]?", "T"),
    ),
    "W": (
        _Rule(r"WR", "R"),
        _Rule(r"\AWI[CT]Z", "ATS", "FFX"),
        _Rule(rf"\AW(?={_VOWEL})", "A", "F"),
        _Rule(r"\AW(?=H)", "A"),
        _Rule(rf"(?<={_VOWEL})W{_END}|(?<=[EO])W(?=SK[IY])", "", "F"),
        _Rule(r"W", "", "F", when="sch"),
        _Rule(r"WI[CT]Z", "TS", "FX"),
    ),
    "X": (
        _Rule(r"\AX", "S"),
        _Rule(rf"(?<=[AO]U)X{_END}", ""),
        _Rule(r"X[CX]?", "KS"),
    ),
    "Z": (
        _Rule(r"ZH", "J"),
        _Rule(r"ZZ(?=[OIA])", "S", "TS"),
        _Rule(r"(?<=[^T])ZZ?", "S", "TS", when="slavic"),
        _Rule(r"ZZ?", "S"),
    ),
}


def double_metaphone(text: str) -> tuple[str, str]:
    """Primary and alternate code, each of at most four characters; both empty when nothing sounds.

    Only the letters A-Z sound, in either case; any other character is one character without a sound. The alternate
    equals the primary when the rules know no other pronunciation. `0` is the sound of "th".
    """
    upper = ascii_upper(text)
    padded = upper + _PADDING
    rules = _rules_for(frozenset(name for name, pattern in _TRAITS.items() if pattern.search(padded)))
    primary = alternate = ""
    position = 1 if _SKIPPED_START.match(upper) else 0
    while position < len(upper) and (len(primary) < CODE_LENGTH or len(alternate) < CODE_LENGTH):
        letter_rules = rules.get(upper[position])
        match = letter_rules and letter_rules.pattern.match(padded, position)
        if not letter_rules or not match or not match.lastindex:
            position += 1
            continue
        codes = letter_rules.codes[match.lastindex - 1]
        primary += codes[0]
        alternate += codes[1]
        position = match.end()
    return primary[:CODE_LENGTH], alternate[:CODE_LENGTH]


class _LetterRules(NamedTuple):
    """The rules of one letter as one pattern: the group that matches is the index of the codes."""

    pattern: re.Pattern[str]
    codes: tuple[tuple[str, str], ...]


@cache
def _rules_for(traits: frozenset[str]) -> dict[str, _LetterRules]:
    """Rules that apply to texts with these traits, by letter. At most one entry per set of traits."""
    return {letter: _compiled([rule for rule in rules if _applies(rule, traits)]) for letter, rules in _RULES.items()}


def _applies(rule: _Rule, traits: frozenset[str]) -> bool:
    return (not rule.when or rule.when in traits) and rule.unless not in traits


def _compiled(rules: list[_Rule]) -> _LetterRules:
    pattern = re.compile("|".join(f"({rule.pattern})" for rule in rules), re.DOTALL)
    codes = tuple((rule.primary, rule.primary if rule.alternate is None else rule.alternate) for rule in rules)
    return _LetterRules(pattern, codes)
