"""Soundex and metaphone: codes that agree when two English names sound alike.

Both give what PostgreSQL's `fuzzystrmatch` gives for ASCII text; soundex does so for any text. Only the letters A-Z
count, in either case. Every other character, accented letters included, is one character that has no sound.
"""

from __future__ import annotations

import re
from string import ascii_uppercase

SOUNDEX_LENGTH = 4
METAPHONE_LENGTH = 255
"""Most characters that metaphone reads, and most that it writes (the limits of fuzzystrmatch)."""

_NOT_LETTERS = "".join(chr(code) for code in range(128) if not chr(code).isalpha())
_SOUNDEX_CODES = str.maketrans(ascii_uppercase, "01230120022455012623010202")

_REPEATED = "|".join(f"(?<={letter}){letter}" for letter in ascii_uppercase if letter != "C")

_METAPHONE_RULES = (
    # First letter.
    (r"\AAE", "E"),
    (r"\A[GKP]N", "N"),
    (r"\AWH", "H"),
    (r"\AWR", "R"),
    (r"\AW[AEIOU]", "W"),
    (r"\AX", "S"),
    *((rf"\A{vowel}", vowel) for vowel in "AEIOU"),
    # Any later letter.
    (_REPEATED, ""),
    (r"(?<!M)B", "B"),
    (r"C(?=IA)", "X"),
    (r"(?<=S)C(?=[EIY])", ""),
    (r"C(?=[EIY])", "S"),
    (r"CH(?=R)|(?<=S)CH", "K"),
    (r"CH", "X"),
    (r"C", "K"),
    (r"DG(?=[EIY])", "J"),
    (r"D", "T"),
    (r"(?<=[BDH]..)G(?=H)|(?<=H...)G(?=H)", ""),
    (r"GH", "F"),
    (r"G(?=N(?![A-Z])|NED)", ""),
    (r"G(?=N)", "K"),
    (r"G(?=[EIY])", "J"),
    (r"G", "K"),
    (r"(?<![CGPST])H(?=[AEIOU])", "H"),
    (r"(?<!C)K", "K"),
    (r"P(?=H)", "F"),
    (r"P", "P"),
    (r"Q", "K"),
    (r"S(?=I[AO])|SH|SCH(?=W)", "X"),
    (r"S", "S"),
    (r"T(?=I[AO])", "X"),
    (r"TH", "0"),
    (r"T", "T"),
    (r"V", "F"),
    (r"W(?=[AEIOU])", "W"),
    (r"X", "KS"),
    (r"Y(?=[AEIOU])", "Y"),
    (r"Z", "S"),
    *((letter, letter) for letter in "FJLMNR"),
)
"""(what is consumed, code), first that fits. Text that no rule fits is silent."""

_METAPHONE = re.compile("|".join(f"({pattern})" for pattern, _ in _METAPHONE_RULES), re.DOTALL)


def ascii_upper(text: str) -> str:
    """Text of the same length: ASCII letters in upper case, each character outside ASCII as `?`."""
    return text.encode("ascii", "replace").upper().decode("ascii")


def soundex(text: str) -> str:
    """Soundex code: a letter and three digits; empty when the text holds no letter.

    A digit is left out when the character just before has the same code. So H and W end a run, unlike in the American
    archive variant: Ashcraft is A226.
    """
    letters = ascii_upper(text).lstrip(_NOT_LETTERS)
    codes = letters.translate(_SOUNDEX_CODES)
    code = letters[:1]
    for previous, letter, digit in zip(codes, letters[1:], codes[1:], strict=False):
        if digit not in ("0", previous) and letter.isalpha():
            code += digit
            if len(code) == SOUNDEX_LENGTH:
                return code
    return code and code.ljust(SOUNDEX_LENGTH, "0")


def soundex_difference(a: str, b: str) -> int:
    """Number of equal positions of the two soundex codes, 0 (unlike) to 4 (alike); 0 when either text has no letter."""
    return sum(left == right for left, right in zip(soundex(a), soundex(b), strict=False))


def metaphone(text: str, length: int = METAPHONE_LENGTH) -> str:
    """Metaphone code of at most `length` (1 to 255) characters; empty when nothing sounds. `0` is the sound of "th".

    Spaces do not part words. Only the first 255 characters are read.
    """
    letters = ascii_upper(text[:METAPHONE_LENGTH]).lstrip(_NOT_LETTERS)
    matches = _METAPHONE.finditer(letters)
    return "".join(_METAPHONE_RULES[match.lastindex - 1][1] for match in matches if match.lastindex)[:length]
