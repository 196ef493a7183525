import json
from typing import Any

from hypothesis import given

from dromio.language.ast import Algorithm
from dromio.language.explain import explain_algorithm, to_document
from dromio.language.outcomes import rate
from dromio.language.parser import parse

from .strategies import RECORDS, algorithms

ALGORITHM = parse("MATCH a EQ IF n EQ LEVENSHTEIN(2) THEN 10 ELSE -5 WHEN b SRC_NULL IF a NE THEN 1 POSSIBLE MATCH = 5")


def test_explanation_shows_values_measures_and_points() -> None:
    explanation = explain_algorithm(ALGORITHM, {"a": 1, "n": "Frizzy"}, {"a": 1, "n": "Fuzzy"})
    assert to_document(explanation) == {
        "filter": {"step": "a EQ", "truth": True, "source": 1, "destination": 1, "measure": None},
        "scoring": [
            {
                "line": "IF n EQ LEVENSHTEIN(2) THEN 10 ELSE -5 WHEN b SRC_NULL",
                "points": 10,
                "usage": {"step": "b SRC_NULL", "truth": True, "source": None, "destination": None, "measure": None},
                "match": {
                    "step": "n EQ LEVENSHTEIN(2)",
                    "truth": True,
                    "source": "Frizzy",
                    "destination": "Fuzzy",
                    "measure": {"name": "distance", "value": 2, "needed": 2, "holds": True},
                },
            },
            {
                "line": "IF a NE THEN 1",
                "points": 0,
                "usage": None,
                "match": {"step": "a NE", "truth": False, "source": 1, "destination": 1, "measure": None},
            },
        ],
        "score": 10,
        "rating": "POSSIBLE_MATCH",
    }


def test_unused_line_has_no_points_but_is_explained() -> None:
    explanation = explain_algorithm(ALGORITHM, {"a": 1, "b": 1, "n": "x"}, {"a": 1, "n": "x"})
    assert explanation.scoring[0].points == 0
    assert explanation.scoring[0].match.truth


def test_steps_after_the_result_is_certain_are_explained_too() -> None:
    explanation = explain_algorithm(parse("a EQ OR n EQ METAPHONE(4)"), {"a": 1, "n": "Smith"}, {"a": 1, "n": "Smyth"})
    children = to_document(explanation)["filter"]["children"]
    assert children[1]["measure"] == {"name": "codes", "value": ["SM0", "SM0"], "needed": None, "holds": True}


def test_without_algorithm_the_key_properties_are_explained() -> None:
    explanation = explain_algorithm(None, {"a": 1}, {"a": 1}, key_properties=["a"])
    assert explanation.filter.truth
    assert explanation.score is None


@given(algorithms(), RECORDS, RECORDS)
def test_explanation_reproduces_the_outcome(
    algorithm: Algorithm, source: dict[str, Any], destination: dict[str, Any]
) -> None:
    explanation = explain_algorithm(algorithm, source, destination)
    outcome = rate(algorithm, source, destination)
    assert (explanation.filter.truth, explanation.rating, explanation.score) == (
        outcome.passed,
        outcome.rating,
        outcome.score,
    )
    json.dumps(to_document(explanation))
