"""Conditions in words: questions that a steward can answer with yes or no."""

from __future__ import annotations

from collections.abc import Sequence

from dromio.engines.explanation.clauses import Seen
from dromio.model.expressions import (
    SIMILARITIES,
    TRANSFORMS,
    All,
    AnyOf,
    Condition,
    ExpressionError,
    FieldExpression,
    Measure,
    Not,
    Test,
    parse_condition,
)

_TESTS = {
    "equal": "{fields} {is_are} the same",
    "missing": "{fields} {is_are} missing on one side at least",
    "absent": "{fields} {is_are} missing on both sides",
    "missing_left": "{fields} {is_are} missing on the left",
    "missing_right": "{fields} {is_are} missing on the right",
    "left_is": "{fields} on the left is one of {texts}",
    "right_is": "{fields} on the right is one of {texts}",
    "nickname": "both {fields} may be short for one name",
    "initial": "one {fields} is the initial of the other",
    "crossed": "{first} of one is {second} of the other",
    "swapped": "{first} and {second} are exchanged",
    "within": "all words of one {fields} are in the other",
    "shares_token": "a word of {first} is a word of {second} of the other",
    "day_month_swapped": "day and month of {fields} are exchanged",
    "one_part_differs": "{fields} agrees but for year, month or day",
    "always": "nothing is asked",
}
_MEASURES = {
    "levenshtein": "{fields} is at most {bound} edits apart",
    "damerau_levenshtein": "{fields} is at most {bound} edits or swaps apart",
    "share_of_left": "at most {share} of {fields} on the left differs",
    "share_of_right": "at most {share} of {fields} on the right differs",
    "days": "{fields} is at most {bound} days apart",
    "difference": "{fields} differs by at most {bound}",
    "kilometres": "the places are at most {bound} km apart",
}
_SIMILARITIES = {
    "jaro_winkler": "Jaro-Winkler",
    "jaro": "Jaro",
    "edit_similarity": "edits",
    "swap_similarity": "edits and swaps",
    "trigram": "trigrams",
    "soundex_agreement": "Soundex",
    "jaccard": "shared words",
    "overlap": "weighted words",
    "cosine": "cosine of words",
    "soft_overlap": "words but for typing errors",
}


def phrase(text: str) -> str:
    """A condition in words; a text that is no condition as it is."""
    try:
        return _phrase(parse_condition(text))
    except ExpressionError:
        return text


def _phrase(condition: Condition) -> str:
    if isinstance(condition, Test):
        return _test(condition)
    if isinstance(condition, Measure):
        return _measure(condition)
    if isinstance(condition, Not):
        if isinstance(condition.part, Test) and condition.part.function == "missing":
            return f"{' and '.join(map(field_words, condition.part.fields))} {_are(condition.part)} there on both sides"
        return _negated(_phrase(condition.part))
    if isinstance(condition, All):
        return " and ".join(f"({_phrase(one)})" if isinstance(one, AnyOf) else _phrase(one) for one in condition.parts)
    if isinstance(condition, AnyOf):
        return " or ".join(map(_phrase, condition.parts))
    if isinstance(condition.part, Not):
        return f"both have a value and {_phrase(condition.part)}"
    return f"for one and the same pair of values {_phrase(condition.part)}"


def _negated(said: str) -> str:
    """The opposite of a sentence: of one that says one thing by its verb, else with "not" before it."""
    if " and " in said or " or " in said:
        return f"not: {said}"
    verb = next((verb for verb in (" is ", " are ", " may ") if verb in said), None)
    return said.replace(verb, f"{verb}not ", 1) if verb else f"not: {said}"


def _test(test: Test) -> str:
    if test.function not in _TESTS:
        return str(test)
    names = [field_words(one) for one in test.fields] or [""]
    return _TESTS[test.function].format(
        fields=" and ".join(names),
        first=names[0],
        second=names[-1],
        is_are=_are(test),
        texts=", ".join(f'"{one}"' for one in test.texts),
    )


def _are(test: Test) -> str:
    return "are" if len(test.fields) > 1 else "is"


def _measure(measure: Measure) -> str:
    fields = " and ".join(field_words(one) for one in measure.fields)
    if measure.function in SIMILARITIES:
        how = _SIMILARITIES.get(measure.function, measure.function)
        return f"{fields} is alike to at least {measure.bound:g} ({how})"
    if measure.function not in _MEASURES:
        return str(measure)
    return _MEASURES[measure.function].format(fields=fields, bound=f"{measure.bound:g}", share=f"{measure.bound:.0%}")


def field_words(expression: FieldExpression) -> str:
    """A field as it is called: "name family", "mail" for a value alone, "the Soundex code of name family"."""
    names = [name.removesuffix(".value").replace(".", " ").replace("_", " ") for name in expression.fields]
    if not expression.transform:
        return names[0]
    if expression.transform in ("casefold", "alphanumeric", "sorted_letters"):
        what = {"casefold": "without regard to case", "alphanumeric": "by letters and digits only"}
        return f"{names[0]} {what.get(expression.transform, 'with its letters in order')}"
    what_for = TRANSFORMS[expression.transform].partition(":")[0].partition(" (")[0]
    if expression.argument:
        what_for = what_for.replace(" n ", f" {expression.argument} ")
    return f"{what_for} of {' and '.join(names)}"


def values_words(left: Sequence[Seen], right: Sequence[Seen]) -> str:
    """Both sides' values: "anna" and "ann"."""
    return f"{side_words(left)} and {side_words(right)}"


def side_words(values: Sequence[Seen]) -> str:
    """The values of one side in quotes with their labels; "nothing" where there are none."""
    shown = [
        f'"{printable(" ".join(one.fields.values()))}"' + (f" ({printable(one.label)})" if one.label else "")
        for one in values
        if one.fields
    ]
    return ", ".join(shown) or "nothing"


def printable(text: str) -> str:
    """The text with a dot for every character that would not be shown, so that no value breaks a line or a terminal."""
    return "".join(character if character.isprintable() else "·" for character in text)
