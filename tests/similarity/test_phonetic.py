import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.similarity.double_metaphone import double_metaphone
from dromio.similarity.phonetic import metaphone, soundex, soundex_difference

REFERENCE = [
    ("Jonathan", "J535", "JN0N", "JN0N", "ANTN"),
    ("Johnathon", "J535", "JN0N", "JN0N", "ANTN"),
    ("Metaphone Matching", "M315", "MTFNMTXNK", "MTFN", "MTFN"),
    ("Ashcraft", "A226", "AXKRFT", "AXKR", "AXKR"),
    ("Fuchs", "F220", "FXS", "FKS", "FKS"),
    ("Tymczak", "T522", "TMKSK", "TMSK", "TMXK"),
    ("Smith", "S530", "SM0", "SM0", "XMT"),
    ("Smyth", "S530", "SM0", "SM0", "XMT"),
    ("Schmidt", "S530", "SKMTT", "XMT", "SMT"),
    ("Schwarzenegger", "S625", "XWRSNKR", "XRSN", "XFRT"),
    ("Knight", "K523", "NFT", "NT", "NT"),
    ("Wright", "W623", "RFT", "RT", "RT"),
    ("Thompson", "T512", "0MPSN", "TMPS", "TMPS"),
    ("Thumb", "T510", "0M", "0M", "TM"),
    ("Catherine", "C365", "K0RN", "K0RN", "KTRN"),
    ("Kathryn", "K365", "K0RN", "K0RN", "KTRN"),
    ("Michael", "M240", "MXL", "MKL", "MXL"),
    ("Micheal", "M240", "MXL", "MXL", "MKL"),
    ("Xavier", "X160", "SFR", "SF", "SFR"),
    ("O'Brien", "O165", "OBRN", "APRN", "APRN"),
    ("Wood", "W300", "WT", "AT", "FT"),
    ("Jose", "J200", "JS", "HS", "HS"),
    ("McDonald", "M235", "MKTNLT", "MKTN", "MKTN"),
]


@pytest.mark.parametrize(("word", "soundex_code", "metaphone_code", "primary", "alternate"), REFERENCE)
def test_codes_equal_the_reference_table(
    word: str, soundex_code: str, metaphone_code: str, primary: str, alternate: str
) -> None:
    assert soundex(word) == soundex_code
    assert metaphone(word) == metaphone_code
    assert double_metaphone(word) == (primary, alternate)


@pytest.mark.parametrize("text", ["", "42", "--", "éü", "中文"])
def test_text_without_ascii_letters_has_no_code(text: str) -> None:
    assert soundex(text) == metaphone(text) == ""
    assert double_metaphone(text) == ("", "")


def test_soundex_equal_codes_apart_by_h_are_both_kept() -> None:
    assert soundex("Ashcraft") == "A226"


def test_soundex_digit_before_a_letter_counts_as_its_code() -> None:
    assert soundex("A2C") == "A000"
    assert soundex("A-C") == "A200"


def test_soundex_skips_leading_non_letters_and_folds_case() -> None:
    assert soundex("  'o'brien") == soundex("O'BRIEN")


@pytest.mark.parametrize(
    ("a", "b", "equal"),
    [("Jane", "Joan", 4), ("Jim", "Jonathan", 2), ("Ann", "Margaret", 0), ("", "", 0), ("", "A", 0)],
)
def test_soundex_difference_counts_equal_positions(a: str, b: str, equal: int) -> None:
    assert soundex_difference(a, b) == equal


def test_metaphone_is_cut_at_length() -> None:
    assert metaphone("Metaphone Matching", 4) == "MTFN"


def test_metaphone_reads_255_characters() -> None:
    assert metaphone("b" + "a" * 253 + "tx") == "BT"
    assert metaphone("b" + "a" * 254 + "tx") == "B"


def test_accented_letter_is_one_silent_character() -> None:
    assert soundex("José") == soundex("Jos-")
    assert metaphone("Gébhé") == metaphone("G-bh-")
    assert double_metaphone("Peñalosa") == double_metaphone("Pe-alosa")


@given(st.text())
def test_codes_have_their_alphabet_and_length(text: str) -> None:
    assert len(soundex(text)) in (0, 4)
    assert set(metaphone(text, 6)) <= set("0ABEFHIJKLMNOPRSTUWXY")
    assert len(metaphone(text, 6)) <= 6
    assert all(len(code) <= 4 and set(code) <= set("0AFHJKLMNPRSTX") for code in double_metaphone(text))


@given(st.text())
def test_codes_ignore_ascii_case(text: str) -> None:
    upper = "".join(character.upper() if character.isascii() else character for character in text)
    assert soundex(text) == soundex(upper)
    assert metaphone(text) == metaphone(upper)
    assert double_metaphone(text) == double_metaphone(upper)
