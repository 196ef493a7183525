"""A tree as canonical text, which parses to the same tree again. The description of an algorithm is not part of it."""

from __future__ import annotations

from decimal import Decimal

from dromio.language.ast import Algorithm, Expression, Fuzzy, Group, ScoringGroup, Step
from dromio.language.lexer import is_bare_name


def print_algorithm(algorithm: Algorithm) -> str:
    """One item per line: filter, scoring lines, thresholds. A rule-based algorithm is just its expression."""
    if not algorithm.scoring:
        return "" if algorithm.matching is None else print_expression(algorithm.matching)
    lines = [] if algorithm.matching is None else [f"MATCH {print_expression(algorithm.matching)}"]
    lines += [print_scoring_group(group) for group in algorithm.scoring]
    thresholds = (("POSSIBLE", algorithm.possible), ("DEFINITE", algorithm.definite))
    lines += [f"{word} MATCH = {score}" for word, score in thresholds if score is not None]
    return "\n".join(lines)


def print_scoring_group(group: ScoringGroup) -> str:
    """One line: IF, THEN, and ELSE and WHEN where there is something to say."""
    parts = [f"IF {print_expression(group.match)} THEN {group.score}"]
    if group.penalty:
        parts.append(f"ELSE {-group.penalty}")
    if group.usage is not None:
        parts.append(f"WHEN {print_expression(group.usage)}")
    return " ".join(parts)


def print_expression(expression: Expression) -> str:
    """One line; every group within a group stands in parentheses."""
    if isinstance(expression, Step):
        return print_step(expression)
    return f" {expression.operator} ".join(_print_child(child) for child in expression.children)


def print_step(step: Step) -> str:
    """Field, comparison, constant, fuzzy type, case; case sensitive is not said."""
    parts = [print_field(step.field), str(step.comparison)]
    if step.constant is not None:
        parts.append('"' + step.constant.replace("\\", "\\\\").replace('"', '\\"') + '"')
    if step.fuzzy is not None:
        parts.append(print_fuzzy(step.fuzzy))
    if step.case_insensitive:
        parts.append("CASE INSENSITIVE")
    return " ".join(parts)


def print_field(name: str) -> str:
    """The name, in back quotes where it is a keyword or has characters that a bare name has not."""
    return name if is_bare_name(name) else "`" + name.replace("`", "``") + "`"


def print_fuzzy(fuzzy: Fuzzy) -> str:
    """The fuzzy type and its parameter; a fraction always has a decimal point, never an exponent."""
    if fuzzy.number is not None:
        return f"{fuzzy.type}({fuzzy.number})"
    if fuzzy.fraction is not None:
        return f"{fuzzy.type}({print_fraction(fuzzy.fraction)})"
    return str(fuzzy.type)


def print_fraction(fraction: float) -> str:
    """The shortest decimal digits that give the same number."""
    digits = format(Decimal(repr(fraction)), "f")
    return digits if "." in digits else f"{digits}.0"


def _print_child(child: Expression) -> str:
    text = print_expression(child)
    return f"({text})" if isinstance(child, Group) else text
