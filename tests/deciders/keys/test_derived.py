"""Which keys a model's deciders need, and what has none. That they lose nothing is shown in tests/engines."""

from __future__ import annotations

from typing import Any

import pytest

from dromio.deciders.keys import derived_keys
from dromio.model.deciders import Action, Credit, Group, Points, Relevance, Rule, Score, Weighted, WeightedField
from dromio.model.schema import Attribute, Input, Model

ATTRIBUTES = [
    *(Attribute(name=name, type="raw", inputs=[Input(columns={"value": name})]) for name in ("n", "m", "k")),
    Attribute(name="p", type="folded", inputs=[Input(columns={"city": "city", "street": "street"})]),
    Attribute(name="e", type="email", inputs=[Input(columns={"value": "e"})]),
]


def model_of(**parts: Any) -> Model:
    return Model(attributes=ATTRIBUTES, **parts)


def keys_of(model: Model) -> list[str]:
    return list(map(str, derived_keys(model).keys))


def rule(when: str, decision: Any = "match") -> Rule:
    return Rule(name=when, when=when, decision=decision)


def rules(*texts: str) -> Model:
    return model_of(rules=[rule(text) for text in texts])


@pytest.mark.parametrize(
    ("when", "keys"),
    [
        ("equal(n.value)", ["n.value"]),
        ("equal(casefold(n.value))", ["casefold(n.value)"]),
        ("equal(n.value) and equal(m.value)", ["n.value + m.value"]),
        ("equal(n.value) or equal(m.value)", ["n.value", "m.value"]),
        ("equal(n.value) or (equal(m.value) and equal(n.value))", ["n.value"]),
        ("levenshtein(n.value) <= 2", ["neighbours(n.value, 2)"]),
        ("levenshtein(casefold(n.value)) <= 1.5", ["neighbours(n.value, 1)"]),
        ("levenshtein(n.value) <= 0", ["n.value"]),
        ("damerau_levenshtein(n.value) <= 1", ["neighbours(n.value, 2)"]),
        ("share_of_right(n.value) <= 0.17", ["neighbours_share(n.value, 170)"]),
        ("share_of_left(n.value) <= 0.1701", ["neighbours_share(n.value, 171)"]),
        ("edit_similarity(n.value) >= 0.9", ["neighbours_share(n.value, 101)"]),
        ("trigram(n.value) >= 0.29", ["rare_trigrams(n.value, 290)"]),
        ("soundex_agreement(n.value) >= 1", ["soundex(n.value)"]),
        ("soundex_agreement(n.value) >= 0.6", ["soundex_positions(n.value, 3)"]),
        ("equal(metaphone(n.value, 4))", ["metaphone(n.value, 4)"]),
        ("initial(n.value)", ["prefix(n.value, 1)"]),
        ("jaro_winkler(n.value) >= 0.9 and equal(e.address)", ["e.address"]),
        ("equal(e.address) and levenshtein(n.value) <= 2", ["e.address"]),
        ("equal(n.value) and levenshtein(m.value) <= 1", ["n.value + neighbours(m.value, 1)"]),
        ("equal(n.value) and (equal(m.value) or equal(k.value))", ["n.value + m.value", "n.value + k.value"]),
        ("together(equal(p.city) and equal(p.street))", ["p.city + p.street"]),
        ("left_is(n.value, 'x') and right_is(n.value, 'x')", ["n.value"]),
        ("equal(n.value) and absent(n.value)", []),
        ("not (always() or equal(n.value))", []),
        (
            "(equal(n.value) or absent(n.value)) and (equal(m.value) or absent(m.value))"
            " and (not missing_left(n.value) or not missing_right(m.value))",
            ["n.value", "m.value"],
        ),
    ],
)
def test_condition_has_the_best_keys(when: str, keys: list[str]) -> None:
    found = derived_keys(rules(when))
    assert (list(map(str, found.keys)), found.scans) == (keys, ())
    assert all(key.max_block is None for key in found.keys)


@pytest.mark.parametrize(
    ("when", "scan"),
    [
        ("nickname(casefold(n.value))", "has no exact filter"),
        ("jaro_winkler(n.value) >= 0.6", "holds for so many pairs that no filter can tell them from others"),
        ("levenshtein(n.value) <= 9", "holds for so many pairs that no filter can tell them from others"),
        ("trigram(n.value) >= 0", "holds for so many pairs that no filter can tell them from others"),
        ("not equal(n.value)", "says what must not hold, which brings nobody together"),
        ("missing_left(n.value)", "looks at one record alone, and the other may be any"),
        ("always()", "holds for every pair"),
        ("together(not equal(n.value))", "has no part with a key"),
        (
            "left_is(n.value, 'x') and right_is(m.value, 'x')",
            "left_is(n.value, 'x') looks at one record alone, and nothing asks the two for something in common",
        ),
    ],
)
def test_clause_without_a_key_is_a_scan_that_says_why(when: str, scan: str) -> None:
    (found,) = derived_keys(rules(when)).scans
    assert (found.path, found.clause, found.reason) == ("rules.0.when", when, scan)
    assert str(found) == f"rules.0.when: {when}: {scan}"


def test_a_branch_for_missing_values_scans_only_records_without_them() -> None:
    found = derived_keys(rules("missing_left(n.value) or equal(n.value)"))
    assert list(map(str, found.keys)) == ["n.value"]
    (scan,) = found.scans
    assert ([*map(str, scan.left)], scan.right) == (["missing_left(n.value)"], ())


def test_rules_that_keep_apart_need_no_key() -> None:
    made = model_of(rules=[rule("not equal(n.value)", "non-match"), rule("equal(n.value)", "review")])
    assert keys_of(made) == ["n.value"]


def test_too_many_branches_are_one_scan() -> None:
    some = " and ".join(f"(missing_left(n.value) or not equal(prefix(n.value, {n})))" for n in range(1, 12))
    assert derived_keys(rules(some)).scans


def test_the_caller_may_choose_between_keys() -> None:
    made = rules("trigram(n.value) >= 0.5 and levenshtein(n.value) <= 2")
    assert keys_of(made) == ["neighbours(n.value, 2)"]
    derived = derived_keys(made, cost=lambda key: float(key[0].transform == "neighbours"))
    assert list(map(str, derived.keys)) == ["rare_trigrams(n.value, 500)"]


def points(when: str, gain: int, otherwise: int = 0, only: str | None = None) -> Points:
    return Points(when=when, points=gain, otherwise=otherwise, only_when=only)


def test_score_needs_the_lines_without_which_no_threshold_is_reached() -> None:
    lines = [points("equal(n.value)", 60), points("equal(m.value)", 30), points("levenshtein(k.value) <= 9", 35)]
    assert keys_of(model_of(score=Score(lines=lines, match=60))) == ["n.value", "m.value"]
    (scan,) = derived_keys(model_of(score=Score(lines=lines, match=30))).scans
    assert (scan.path, scan.clause) == ("score.lines.2", "levenshtein(k.value) <= 9")
    unreached = derived_keys(model_of(score=Score(lines=lines, match=126)))
    assert (unreached.keys, unreached.scans) == ((), ())
    (scan,) = derived_keys(model_of(score=Score(lines=lines, match=0))).scans
    assert scan.reason == "pairs for which no line holds may still reach 0 points"


def test_lines_that_are_needed_together_make_keys_together() -> None:
    lines = [points(f"equal({name}.value)", 20, -10) for name in ("n", "m", "k")]
    assert keys_of(model_of(score=Score(lines=lines, review=25))) == [
        "n.value + m.value",
        "n.value + k.value",
        "m.value + k.value",
    ]
    lines[0] = points("jaro(n.value) >= 0.9", 20, -10)
    assert derived_keys(model_of(score=Score(lines=lines, match=20))).scans == ()


def test_score_takes_the_filter_where_lines_do_not_suffice() -> None:
    lines = [points("equal(n.value)", 10), points("jaro(k.value) >= 0.9", 35)]
    assert keys_of(model_of(score=Score(filter="equal(m.value)", lines=lines, review=30))) == ["m.value"]


def test_penalties_count_for_what_they_keep_from_the_threshold() -> None:
    lines = [points("equal(n.value)", 5, -40), points("always()", 30)]
    assert keys_of(model_of(score=Score(lines=lines, match=20))) == ["n.value"]
    lines = [points("equal(n.value)", 5, -40, only="equal(k.value)"), points("always()", 30)]
    assert derived_keys(model_of(score=Score(lines=lines, match=20))).scans


def action(decision: str, start: float) -> Action:
    return Action.model_validate({"decision": decision, "from": start})


def test_relevance_needs_the_parts_without_which_no_action_is_reached() -> None:
    mean = [
        Relevance(when="equal(n.value)", weight=3),
        Relevance(similarity="trigram(m.value)", least=0.6),
        Relevance(similarity="jaro(k.value)"),
    ]
    group = Group(name="r", relevance=Relevance(mean=mean), actions=[action("match", 0.5), action("non-match", 0.0)])
    assert keys_of(model_of(groups=[group])) == ["n.value"]
    loose = group.model_copy(update={"actions": [action("review", 0.1)]})
    assert derived_keys(model_of(groups=[loose])).scans[0].path == "groups.0.relevance"


def test_negative_groups_need_no_key() -> None:
    made = [Group(name="no", when="not equal(n.value)", negative=True), Group(name="yes", when="equal(m.value)")]
    assert keys_of(model_of(groups=made)) == ["m.value"]


def test_weighted_fields_need_every_credit_that_reaches_the_share() -> None:
    fields = [
        WeightedField(
            name="n",
            weight=1,
            present="not missing(n.value)",
            credits=[Credit(when="equal(n.value)", share=1), Credit(when="initial(n.value)", share=0.5)],
        ),
        WeightedField(name="m", weight=1, present="always()", credits=[Credit(similarity="trigram(m.value)")]),
    ]
    assert keys_of(model_of(weighted=Weighted(fields=fields))) == ["n.value", "rare_trigrams(m.value, 749)"]
    assert derived_keys(model_of(weighted=Weighted(fields=fields, review=0))).scans[0].path == "weighted.review"


def test_keys_that_a_wider_key_makes_needless_are_left_out() -> None:
    assert keys_of(rules("equal(n.value) and equal(m.value)", "equal(m.value)")) == ["m.value"]
    assert keys_of(rules("equal(n.value) and equal(m.value)", "equal(m.value) and equal(n.value)")) == [
        "n.value + m.value"
    ]
