from __future__ import annotations

import pytest

from dromio.deciders.keys.filters import MOST_EDITS, MOST_SHARE, parts_of
from dromio.model.expressions import All, AnyOf, ExpressionError, Not, Together, parse_condition, parse_field


@pytest.mark.parametrize(
    ("transform", "most"),
    [("neighbours", MOST_EDITS), ("neighbours_share", MOST_SHARE), ("rare_trigrams", 1000), ("soundex_positions", 4)],
)
def test_a_filter_is_refused_beyond_what_it_is_exact_for(transform: str, most: int) -> None:
    assert parse_field(f"{transform}(a, {most})").argument == most
    with pytest.raises(ExpressionError, match=f"{transform} takes at most {most}"):
        parse_field(f"{transform}(a, {most + 1})")


@pytest.mark.parametrize(
    ("condition", "part"),
    [
        ("levenshtein(a) <= 8.9", "neighbours(a, 8)"),
        ("levenshtein(a) <= 9", ""),
        ("damerau_levenshtein(a) <= 4", "neighbours(a, 8)"),
        ("damerau_levenshtein(a) <= 5", ""),
        ("share_of_left(a) <= 0.45", "neighbours_share(a, 450)"),
        ("share_of_left(a) <= 0.46", ""),
        ("share_of_left(a) <= 0", "a"),
        ("swap_similarity(a) >= 0.9", "neighbours_share(a, 201)"),
        ("trigram(a) >= 1", "rare_trigrams(a, 1000)"),
        ("trigram(a) >= 0.0005", ""),
        ("trigram(casefold(a)) >= 0.5", "rare_trigrams(a, 500)"),
        ("trigram(soundex(a)) >= 0.5", ""),
        ("soundex_agreement(casefold(a)) >= 1", "soundex_positions(a, 4)"),
        ("soundex_agreement(a) >= 0", ""),
        ("jaro_winkler(a) >= 0.9", "rare_letters(a, 899)"),
        ("jaro(casefold(a)) >= 0.8", "rare_letters(a, 799)"),
        ("jaro_winkler(a) >= 0.7", ""),
        ("jaro_winkler(prefix(a, 3)) >= 0.9", ""),
        ("jaccard(a) >= 0.5", "rare_words(a, 499)"),
        ("jaccard(a) >= 0", ""),
        ("overlap(a) >= 0.9", "rare_words(a, 1)"),
        ("cosine(a) >= 0.0001", "rare_words(a, 1)"),
        ("soft_overlap(a) >= 0.9", "near_words(a, 2)"),
        ("soft_overlap(casefold(a)) >= 0.1", "near_words(a, 2)"),
        ("soft_overlap(a) >= 0", ""),
        ("day_month_swapped(a)", "sorted_letters(a)"),
        ("days(a) <= 0.5", "a"),
        ("days(a) <= 1", "near_days(a, 1)"),
        ("days(a) <= 36525.5", "near_days(a, 36525)"),
        ("days(a) <= 36526", ""),
        ("difference(a) <= 0", "near_numbers(a, 1)"),
        ("difference(a) <= 2.5", "near_numbers(a, 2501)"),
        ("difference(a) <= 1e13", ""),
        ("kilometres(a, b) <= 111.19", "near_latitudes(a, 1001)"),
        ("kilometres(a, b) <= 20100", ""),
        ("nickname(a)", "formal_names(a)"),
        ("nickname(casefold(a))", ""),
        ("within(a)", "words(a)"),
        ("shares_token(a, a)", "words(a)"),
        ("shares_token(a, b)", "words(a, b)"),
        ("crossed(a, b)", "either(a, b)"),
        ("swapped(a, b)", "either(a, b)"),
        ("crossed(a, casefold(b))", ""),
        ("one_part_differs(a)", "date_parts(a)"),
    ],
)
def test_question_has_this_part_of_a_key(condition: str, part: str) -> None:
    question = parse_condition(condition)
    assert not isinstance(question, All | AnyOf | Not | Together)
    assert " + ".join(map(str, parts_of(question))) == part
