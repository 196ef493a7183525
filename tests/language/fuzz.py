"""Random texts, some of them nearly rules, thrown at the parser: it must accept or raise ParseError, and never else."""

import random

from dromio.language.ast import Comparison, FuzzyType
from dromio.language.errors import ParseError
from dromio.language.json_form import from_json, to_json
from dromio.language.parser import parse
from dromio.language.printer import print_algorithm

WORDS = (
    *Comparison,
    *FuzzyType,
    *("AND", "OR", "CASE", "INSENSITIVE", "SENSITIVE", "MATCH", "IF", "THEN", "ELSE", "WHEN", "POSSIBLE", "DEFINITE"),
    *(
        "a",
        "b.c",
        "`x`",
        "`",
        '"v"',
        '"\\""',
        '"',
        "(",
        ")",
        "1",
        "0.5",
        "17%",
        "-",
        "+",
        "=",
        ":",
        ";",
        ".",
        "%",
        "\n",
    ),
    *("or", "ıf", "é", "中", "\x00", "9999999999999999", "\\", "#", "(a EQ)", "a EQ", "a EQ SOUNDEX", "THEN 10"),
)


def fuzz(count: int, seed: int) -> tuple[int, int]:
    """Parse `count` texts; the number accepted and refused. What is accepted must survive text and JSON round trips."""
    rng = random.Random(seed)
    accepted = 0
    for _ in range(count):
        text = _text(rng)
        try:
            algorithm = parse(text)
        except ParseError as error:
            assert error.line >= 1 and error.column >= 1, text
            continue
        accepted += 1
        assert parse(print_algorithm(algorithm)) == algorithm, text
        assert from_json(to_json(algorithm)) == algorithm, text
    return accepted, count - accepted


def _text(rng: random.Random) -> str:
    """Words in any order, or a rule with something cut out, put in or doubled."""
    if rng.random() < 0.4:
        return " ".join(rng.choices(WORDS, k=rng.randint(0, 12)))
    words = _rule(rng)
    for _ in range(rng.choice((0, 1, 1, 2))):
        position = rng.randrange(len(words))
        words[position : position + rng.randint(0, 1)] = rng.choices(WORDS, k=rng.randint(0, 2))
        words = words or ["a"]
    text = " ".join(words)
    if rng.random() < 0.2:
        position = rng.randrange(len(text) + 1)
        text = (
            text[:position]
            + rng.choice(("", '"', "`", "(", "\n", ".", chr(rng.randrange(0xD7FF))))
            + text[position + 1 :]
        )
    return text


def _rule(rng: random.Random) -> list[str]:
    if rng.random() < 0.5:
        return _expression(rng)
    lines = [word for _ in range(rng.randint(1, 2)) for word in _line(rng)]
    return [*lines, rng.choice(("POSSIBLE", "DEFINITE")), "MATCH", "=", str(rng.randint(-5, 90))]


def _line(rng: random.Random) -> list[str]:
    words = ["IF", *_expression(rng), "THEN", str(rng.randint(0, 30))]
    if rng.random() < 0.4:
        words += ["ELSE", "-", str(rng.randint(0, 30))]
    if rng.random() < 0.4:
        words += ["WHEN", *_expression(rng)]
    return words


def _expression(rng: random.Random, depth: int = 0) -> list[str]:
    words = _step(rng) if depth > 2 or rng.random() < 0.7 else ["(", *_expression(rng, depth + 1), ")"]
    while rng.random() < 0.4:
        words += [rng.choice(("AND", "OR")), *_step(rng)]
    return words


def _step(rng: random.Random) -> list[str]:
    comparison = rng.choice(tuple(Comparison))
    words = [rng.choice(("a", "b.c", "`or`")), str(comparison)]
    if comparison.endswith("CONSTANT"):
        words.append('"v"')
    elif comparison in ("EQ", "NE"):
        fuzzy = ["", "SOUNDEX", "SOUNDEX(3)", "METAPHONE(4)", "LEVENSHTEIN(2)", "TRIGRAM(30%)", "DMETAPHONE"]
        words += [rng.choice(fuzzy), rng.choice(("", "CASE", "CASE INSENSITIVE"))]
    return [word for word in words if word]
