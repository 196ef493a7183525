"""Explanations in words: one small story for each decider."""

from __future__ import annotations

from typing import Any

import pytest

from dromio.engines import row
from dromio.engines.explanation import Explanation, explain
from dromio.engines.explanation.phrases import phrase
from dromio.model.expressions import DISTANCES, FIELDS_OF, SIMILARITIES, TESTS, WITH_TEXTS
from dromio.model.schema import Model
from dromio.plan import make_plan

from ..factory import attribute, record

ATTRIBUTES = [attribute("name", "folded"), attribute("mail", "folded", "home", "work")]


def explained(left: dict[str, Any], right: dict[str, Any], **parts: Any) -> Explanation:
    model = Model.model_validate({"attributes": ATTRIBUTES, "keys": [{"fields": ["name.value"]}], **parts})
    cleaned = [row.clean_record(record(n, **values(one)), model) for n, one in enumerate((left, right))]
    return explain(make_plan(model), *cleaned)


def values(given: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"name": [{"value": given["name"]}]} if "name" in given else {}
    found["mail"] = [(label, {"value": given[label]}) for label in ("home", "work") if label in given]
    return found


ANN = {"name": "ann lee", "home": "ann@shop.co", "work": "lee@firm.co"}
ANNE = {"name": "anne lee", "work": "ann@shop.co"}


def test_rules_are_told_in_their_order_with_values_labels_and_figures() -> None:
    rules = [
        {"name": "veto", "when": "missing(name.value)", "decision": "non-match"},
        {"name": "alike", "when": "equal(mail.value) and jaro_winkler(name.value) >= 0.9"},
        {"name": "rest", "when": "equal(name.value) or not equal(mail.value)", "decision": "review"},
    ]
    keys = [{"fields": ["mail.value"]}]
    assert explained(ANN, ANNE, rules=rules, keys=keys).to_text().splitlines() == [
        'Match, by the rule "alike".',
        "Both records have the key mail.value: ann@shop.co.",
        "",
        "Rules, in the order in which they are tried:",
        '  1. "veto" (non-match) does not hold.',
        '       ✗ name is missing on one side at least: "ann lee" and "anne lee"',
        '  2. "alike" (match) holds and decides.',
        '       ✓ mail is the same: "ann@shop.co" (home) and "ann@shop.co" (work)',
        '       ✓ name is alike to at least 0.9 (Jaro-Winkler): "ann lee" and "anne lee", 0.9375',
        '  3. "rest" (review) is not reached.',
        "",
        "What would change the decision:",
        "  non-match (veto), if name is missing on one side at least",
        "  review (without alike), if mail is not the same",
        "  non-match (without alike), if name is not alike to at least 0.9 (Jaro-Winkler)",
    ]


def test_points_are_added_up_and_what_is_missing_is_named() -> None:
    score = {
        "filter": "not missing(mail.value)",
        "lines": [
            {"name": "mail", "when": "equal(mail.value)", "points": 5},
            {"name": "name", "when": "equal(name.value)", "points": 4, "otherwise": -1},
            {"name": "exact", "when": "always()", "points": 1, "only_when": "equal(name.value)"},
        ],
        "match": 9,
        "review": 4,
    }
    text = explained(ANN, ANNE, score=score).to_text()
    assert text.startswith("Review, with 4 points.")
    assert "  +5  mail\n" in text and "  -1  name\n" in text and "  +0  exact (does not count)\n" in text
    assert "  Total: 4." in text
    assert "  match (name (+5 points)), if name is the same" in text
    assert "  non-match (mail (-5 points)), if mail is not the same" in text
    assert "filter keeps the pair out" in explained(ANN, {"name": "bob"}, score=score).to_text()


def test_groups_tell_what_each_says_and_what_speaks_against() -> None:
    groups = [
        {"name": "mail", "when": "equal(mail.value)"},
        {"name": "other name", "when": "not equal(name.value)", "negative": True},
        {
            "name": "alike",
            "relevance": {
                "mean": [{"similarity": "jaro_winkler(name.value)", "weight": 3}, {"when": "equal(mail.value)"}]
            },
            "actions": [{"decision": "review", "from": 0.9}],
        },
    ]
    text = explained(ANN, ANNE, groups=groups).to_text()
    assert text.startswith('Review, by the group "mail, against it other name".')
    assert '  "other name" holds against it.' in text
    assert '  "alike" has a degree of 0.9531: review.' in text
    assert '0.9375 jaro_winkler(name.value) (weight 3): "ann lee" and "anne lee"' in text
    assert text.endswith("  match (other name), if name is the same")


def test_weights_tell_what_counts_and_which_field_would_do() -> None:
    mail = {"name": "mail", "weight": 0.6, "present": "not missing(mail.value)"}
    name = {"name": "name", "weight": 0.4, "present": "not missing(name.value)"}
    weighted = {
        "fields": [
            mail | {"credits": [{"when": "equal(mail.value)", "share": 1}]},
            name | {"credits": [{"similarity": "jaccard(name.value)"}]},
        ],
        "at_most": [{"when": "missing(mail.value)", "decision": "review"}],
    }
    text = explained(ANN, ANNE, weighted=weighted).to_text()
    assert text.startswith("Non-match, with 0.733333 of the weight present.")
    assert "  name (weight 0.4) earns 0.3333." in text and "  mail (weight 0.6) earns 1." in text
    assert "  At most review does not apply." in text
    assert text.endswith("  match, if full agreement in name")
    lifted = weighted | {"at_least": [{"when": "equal(mail.value)", "decision": "match"}]}
    text = explained(ANN, ANNE, weighted=lifted).to_text()
    assert text.startswith("Match, by a bound (at least match), with 0.733333 of the weight present.")


@pytest.mark.parametrize("name", [*TESTS, *SIMILARITIES, *DISTANCES])
def test_every_function_can_be_put_into_words(name: str) -> None:
    """A function without words of its own is shown as it is written."""
    fields = ["a.b", "a.c"][: FIELDS_OF.get(name, (1, 1))[0]]
    inside = ", ".join([*fields, *(["'x'"] if name in WITH_TEXTS else [])])
    bound = " >= 0.5" if name in SIMILARITIES else " <= 2" if name in DISTANCES else ""
    assert phrase(f"{name}({inside}){bound}")


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("equal(name.given, name.family)", "name given and name family are the same"),
        ("not equal(mail.value)", "mail is not the same"),
        ("not (equal(a.b) and equal(a.c))", "not: a b is the same and a c is the same"),
        ("together(not equal(a.b))", "both have a value and a b is not the same"),
        ("equal(prefix(a.b, 3))", "the first 3 characters of a b is the same"),
        ("equal(casefold(a.b))", "a b without regard to case is the same"),
        ("left_is(a.b, 'x', 'y')", 'a b on the left is one of "x", "y"'),
        ("days(a.b) <= 3", "a b is at most 3 days apart"),
        ("no condition at all", "no condition at all"),
    ],
)
def test_conditions_read_as_sentences(condition: str, words: str) -> None:
    assert phrase(condition) == words


def test_a_value_cannot_break_a_line_or_a_terminal() -> None:
    model = {"rules": [{"name": "r", "when": "equal(raw.value)"}], "attributes": [attribute("raw", "raw")]}
    made = Model.model_validate(model)
    one = row.clean_record(record(1, raw=[{"value": "a\n\x1b[31mb"}]), made)
    text = explain(make_plan(made), one, one).to_text()
    assert '"a··[31mb" and "a··[31mb"' in text and "\x1b" not in text
    assert "Both records have the key raw.value: a··[31mb." in text
