"""Every function against the PostgreSQL function that it follows, over generated and real-looking text: no difference.

Needs a PostgreSQL server with `fuzzystrmatch` and `pg_trgm`; DROMIO_TEST_POSTGRES names it. Without one these tests
fail. Where PostgreSQL works on bytes (metaphone, double metaphone), it is given one character without a sound for each
character outside ASCII, because the contract is code points.
"""

import random
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from string import ascii_letters, ascii_lowercase, printable
from typing import Any

import numpy as np
import psycopg
import pytest

from dromio.similarity.double_metaphone import double_metaphone
from dromio.similarity.phonetic import metaphone, soundex, soundex_difference
from dromio.similarity.strings import levenshtein, trigram_similarity, trigrams

from ..postgres import SERVER

COUNT = 100_000
_NAMES = (
    "Jonathan Johnathon Smith Schmidt Smyth O'Brien McDonald MacGregor Schwarzenegger Knight Wright Thompson "
    "Catherine Kathryn Michael Micheal Xavier Wood Jose Ashcraft Fuchs Tymczak Hugh Koch Vaughan Gough "
    "Campbell Rajesh Nguyen Tchaikovsky Filipowicz Horowitz Bacchus Wachtler Czerny Accident McClellan Edge "
    "Edgar Laughlin Gnocchi Cagney Biaggi Danger Ghislane San Jacinto Cabrillo Gallegos Thumb Plumber "
    "Raspberry Island Carlisle Sugar Resnais Breaux Arnow Zhao Szymanski Pizzicato Rogier Elizabeth Garcia "
    "Lopez Fitzgerald Featherstonehaugh Wojciechowski Dvorak Kowalska Psmith Pneumatic Chianti Caesar Chorus "
    "Architect Orchestra Rough Tough Burgher Nation Martian Signed Phyllis Quincy Queue Yvonne Ywain Ulrich "
    "Bough Witzig"
)
_ENDINGS = "son ier ez ski sky wicz witz aux illo alle umb tion cia gned x"
_FRAGMENTS = (
    "ACH BACHER CHIA CHAE CHORE CHARAC MC CC CZ CIA DGE DT GH IGH GN GLI GET UMBER MEIER ISL SH HEIM HOLZ SIO "
    "SIA SCHER SCH SCI SCHW TIA TCH TH TTH THOM EWSKI OWSKY EAU PH WH WR KN PS AE CK CQ SCE GG GGE BB MB ZH "
    "ZZO X XX JJ JOSE"
)
NAMES, ENDINGS, FRAGMENTS = _NAMES.split(), ["", *_ENDINGS.split()], _FRAGMENTS.split()
STREETS = ("Main St", "Main Street", "12 Lovers Lane", "Old_Mill Rd. #4", "Unit 3/14", "P.O. Box 77", "St. John's Ave")
ACCENTED = "éèüñçøåßÅØÑÇłŻčěΣσςΩωжЯяабв中文日本語한국İıſﬁ½²–’´ ＡＢ٣½"


@pytest.fixture(scope="module")
def server() -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(SERVER, connect_timeout=5, autocommit=True) as connection:
        for extension in ("fuzzystrmatch", "pg_trgm"):
            connection.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
        yield connection


def _text(rng: random.Random, accents: bool) -> str:
    """One string of a random kind: name, phrase, letter salad, fragments, any printable characters, long or empty."""
    kinds: tuple[Callable[[], str], ...] = (
        lambda: rng.choice(NAMES) + rng.choice(ENDINGS),
        lambda: _mistyped(rng, rng.choice(NAMES)),
        lambda: f"{rng.choice(('VAN ', 'Von ', 'San ', 'Mc', 'Sch', ''))}{rng.choice(NAMES)} {rng.choice(NAMES)}",
        lambda: f"{rng.randint(0, 999)} {rng.choice(STREETS)}, {rng.choice(NAMES)}",
        lambda: "".join(rng.choices(ascii_lowercase, k=rng.randint(1, 9))),
        lambda: "".join(rng.choices("AEIOUCGHSTKMBWJLRZXYDN", k=rng.randint(1, 8))),
        lambda: "".join(rng.choices((*FRAGMENTS, *ascii_letters), k=rng.randint(1, 5))),
        lambda: "".join(rng.choices(printable, k=rng.randint(0, 8))),
        lambda: "".join(rng.choices((*FRAGMENTS, " ", "-", "2"), k=rng.randint(0, 40)))[:255],
    )
    text = rng.choice(kinds)()
    if accents and text:
        for _ in range(rng.randint(1, 3)):
            position = rng.randrange(len(text))
            text = text[:position] + rng.choice(ACCENTED) + text[position + rng.randint(0, 1) :]
    return text[:255]


def _mistyped(rng: random.Random, text: str) -> str:
    position = rng.randrange(len(text))
    return text[:position] + rng.choice(("", "h", "'", text[position] * 2)) + text[position + 1 :]


def _texts(seed: int, count: int, accents: bool) -> list[str]:
    rng = random.Random(seed)
    return [_text(rng, accents) for _ in range(count)]


def _pairs(seed: int, count: int, accents: bool) -> list[tuple[str, str]]:
    """Half unrelated, half one text and a version of it."""
    rng = random.Random(seed)
    lefts = [_text(rng, accents) for _ in range(count)]
    rights = [_mistyped(rng, left) if left and rng.random() < 0.5 else _text(rng, accents) for left in lefts]
    return list(zip(lefts, rights, strict=True))


def _ask(server: psycopg.Connection[Any], call: str, rows: Sequence[tuple[str, ...]]) -> list[Any]:
    """PostgreSQL's answers for all rows in one statement; the columns are a, b."""
    columns = [[row[index] for row in rows] for index in range(len(rows[0]))]
    arrays = ", ".join(["%s::text[]"] * len(columns))
    names = ", ".join("ab"[: len(columns)])
    query = f"SELECT {call} FROM unnest({arrays}) WITH ORDINALITY AS t({names}, n) ORDER BY n"
    return [row[0] for row in server.execute(query, columns)]


def _assert_same(
    server: psycopg.Connection[Any], call: str, rows: Sequence[tuple[str, ...]], ours: Callable[..., object]
) -> None:
    differences = [
        (row, theirs, ours(*row))
        for row, theirs in zip(rows, _ask(server, call, rows), strict=True)
        if theirs != ours(*row)
    ]
    assert not differences, f"{len(differences)} of {len(rows)} differ, such as {differences[:5]}"


def _silent(text: str) -> str:
    return "".join(character if character.isascii() else "~" for character in text)


@pytest.mark.parametrize("accents", [False, True])
def test_soundex_equals_postgres(server: psycopg.Connection[Any], accents: bool) -> None:
    _assert_same(server, "soundex(a)", [(text,) for text in _texts(1, COUNT, accents)], soundex)


def test_metaphone_equals_postgres(server: psycopg.Connection[Any]) -> None:
    _assert_same(server, "metaphone(a, 255)", [(text,) for text in _texts(2, COUNT, False)], metaphone)


@pytest.mark.parametrize("length", [1, 3, 4, 10])
def test_metaphone_cut_equals_postgres(server: psycopg.Connection[Any], length: int) -> None:
    rows = [(text,) for text in _texts(3 + length, COUNT // 10, False)]
    _assert_same(server, f"metaphone(a, {length})", rows, lambda text: metaphone(text, length))


def test_metaphone_reads_characters_outside_ascii_as_one_silent_character(server: psycopg.Connection[Any]) -> None:
    texts = _texts(4, COUNT // 4, True)
    theirs = _ask(server, "metaphone(a, 255)", [(_silent(text),) for text in texts])
    assert [metaphone(text) for text in texts] == theirs


def test_double_metaphone_equals_postgres(server: psycopg.Connection[Any]) -> None:
    rows = [(text,) for text in _texts(5, COUNT, False)]
    call = "ARRAY[dmetaphone(a), dmetaphone_alt(a)]"
    _assert_same(server, call, rows, lambda text: list(double_metaphone(text)))


def test_double_metaphone_reads_characters_outside_ascii_as_one_silent_character(
    server: psycopg.Connection[Any],
) -> None:
    texts = _texts(6, COUNT // 4, True)
    theirs = _ask(server, "ARRAY[dmetaphone(a), dmetaphone_alt(a)]", [(_silent(text),) for text in texts])
    assert [list(double_metaphone(text)) for text in texts] == theirs


def test_soundex_difference_equals_postgres(server: psycopg.Connection[Any]) -> None:
    """Two texts without letters are the one exception: nothing is alike in them, while PostgreSQL says 4."""
    rows = [row for row in _pairs(7, COUNT, False) if soundex(row[0]) or soundex(row[1])]
    _assert_same(server, "difference(a, b)", rows, soundex_difference)
    assert soundex_difference("", "42") == 0


@pytest.mark.parametrize("accents", [False, True])
def test_levenshtein_equals_postgres(server: psycopg.Connection[Any], accents: bool) -> None:
    _assert_same(server, "levenshtein(a, b)", _pairs(8, COUNT // 2, accents), levenshtein)


def test_levenshtein_limit_equals_postgres(server: psycopg.Connection[Any]) -> None:
    rows = _pairs(9, COUNT // 4, True)
    _assert_same(server, "least(4, levenshtein_less_equal(a, b, 3))", rows, lambda a, b: levenshtein(a, b, 3))


@pytest.mark.parametrize("accents", [False, True])
def test_trigram_similarity_equals_postgres(server: psycopg.Connection[Any], accents: bool) -> None:
    """PostgreSQL answers in single precision, so ours is rounded to it."""
    rows = _pairs(10, COUNT // 2, accents)
    _assert_same(server, "similarity(a, b)::float8", rows, lambda a, b: float(np.float32(trigram_similarity(a, b))))


def test_trigrams_equal_postgres(server: psycopg.Connection[Any]) -> None:
    rows = [(text,) for text in _texts(11, COUNT // 4, False)]
    _assert_same(server, "show_trgm(a)", rows, lambda text: sorted(trigrams(text)))


def test_only_marks_and_symbols_part_words_differently_from_postgres(server: psycopg.Connection[Any]) -> None:
    """Over every code point of Unicode 3.2: letters and digits agree, so do punctuation and separators.

    Letters added later are known to Python or to the server only, as their versions go.
    """
    category = unicodedata.ucd_3_2_0.category
    known = [chr(code) for code in range(1, 0x110000) if category(chr(code)) not in ("Cn", "Cs", "Co")]
    counts = _ask(server, "coalesce(array_length(show_trgm(a), 1), 0)", [(character,) for character in known])
    different = {
        unicodedata.category(character)
        for character, count in zip(known, counts, strict=True)
        if count != len(trigrams(character))
    }
    assert different <= {"Mn", "Mc", "So"}
