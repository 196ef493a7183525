"""The contract of the engines for deciders: the same answers, verdicts and weights, whichever record is left."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dromio.engines import row
from dromio.engines.batch_facts import DECISIONS, OPEN, decide_all
from dromio.engines.row_facts import Answers
from dromio.model.deciders import Action, Bound, Credit, Group, Points, Relevance, Rule, Score, Weighted, WeightedField
from dromio.model.schema import Attribute, Input, Key, Model
from dromio.plan import Plan, make_plan
from dromio.records import Record

from .factory import attribute, batch_of, default_comparisons, model_of, record

TEXTS = [
    "",
    "a",
    "A",
    "ann",
    "anna",
    "Anna B",
    "b anna",
    "bob",
    "bobby",
    "martha",
    "marhta",
    "é",
    "É",
    "x1 y2",
    "smyth",
    "smith",
    "2001-02-03",
    "2001-03-02",
    "2001-03",
    "1.5",
    "3",
]
CITIES = ["rome", "bonn", "Bonn", "anna", "bob", "47.5", "48.1", "3"]
ATTRIBUTES = [
    attribute("n", "raw"),
    attribute("m", "folded", "home", "work"),
    attribute("k", "folded", "home", "work", pairing="same_label"),
    Attribute(
        name="p",
        type="folded",
        inputs=[
            Input(columns={"city": f"city{label}", "street": f"street{label}"}, label=label) for label in ("x", "y")
        ],
    ),
]
LEAVES = [
    "equal(n.value)",
    "equal(casefold(n.value))",
    "equal(soundex(n.value))",
    "equal(metaphone(n.value, 3))",
    "equal(dmetaphone(n.value))",
    "equal(dmetaphone_alt(n.value))",
    "equal(alphanumeric(n.value))",
    "levenshtein(n.value) <= 1",
    "levenshtein(casefold(n.value)) <= 2",
    "damerau_levenshtein(m.value) <= 1",
    "share_of_left(n.value) <= 0.34",
    "share_of_right(m.value) <= 0.5",
    "trigram(n.value) >= 0.3",
    "soundex_agreement(n.value) >= 0.75",
    "jaro_winkler(m.value) >= 0.85",
    "jaro(k.value) >= 0.85",
    "swap_similarity(k.value) >= 0.7",
    "equal(m.value)",
    "equal(k.value)",
    "within(m.value)",
    "days(n.value) <= 30",
    "difference(m.value) <= 1.5",
    "kilometres(p.city, p.street) <= 90",
    "nickname(n.value)",
    "one_part_differs(n.value)",
    "day_month_swapped(n.value)",
    "shares_token(n.value, n.value)",
    "shares_token(p.city, p.street)",
    "crossed(p.city, p.street)",
    "swapped(p.city, p.street)",
    "missing(m.value)",
    "absent(m.value)",
    "missing_left(n.value)",
    "missing_right(n.value)",
    "left_is(n.value, 'bob', 'A')",
    "right_is(m.value, 'anna')",
    "missing(p.city, p.street)",
    "equal(p.city) and equal(p.street)",
    "together(equal(p.city) and equal(p.street))",
    "together(equal(p.city) and not equal(p.street))",
    "together(not equal(n.value))",
    "always()",
]
MEASURES = [
    "jaro_winkler(n.value)",
    "trigram(m.value)",
    "jaccard(k.value)",
    "edit_similarity(p.street)",
    "soundex_agreement(n.value)",
]


def _action(decision: str, start: float, end: float) -> Action:
    return Action.model_validate({"decision": decision, "from": start, "to": end})


conditions = st.recursive(
    st.sampled_from(LEAVES),
    lambda part: st.one_of(
        part.map("not ({})".format),
        st.tuples(part, part).map("({0[0]}) and ({0[1]})".format),
        st.tuples(part, part).map("({0[0]}) or ({0[1]})".format),
    ),
    max_leaves=4,
)
decisions = st.sampled_from(["match", "review", "non-match"])
shares = st.integers(0, 20).map(lambda twentieths: twentieths / 20)
rules = st.lists(
    st.builds(lambda when, decision: Rule(name=when[:9], when=when, decision=decision), conditions, decisions),
    min_size=1,
    max_size=4,
)
lines = st.builds(
    lambda when, points, otherwise, only: Points(when=when, points=points, otherwise=otherwise, only_when=only),
    conditions, st.integers(-5, 20), st.integers(-10, 3), st.none() | conditions,
)  # fmt: skip
scores = st.builds(
    lambda keep, some, review, more: Score(filter=keep, lines=some, review=review, match=review + more),
    st.none() | conditions, st.lists(lines, min_size=1, max_size=4), st.integers(-3, 10), st.integers(0, 10),
)  # fmt: skip
leaf_relevances = st.one_of(
    st.builds(
        lambda of, w, miss, least: Relevance(similarity=of, weight=w, missing=miss, least=least),
        st.sampled_from(MEASURES),
        shares,
        shares,
        shares,
    ),
    st.builds(lambda when, w: Relevance(when=when, weight=w), conditions, shares),
)
relevances = st.recursive(
    leaf_relevances,
    lambda part: st.one_of(
        st.lists(part, min_size=1, max_size=3).map(lambda parts: Relevance(mean=parts)),
        st.lists(part, min_size=1, max_size=3).map(lambda parts: Relevance(best=parts)),
        part.map(lambda one: Relevance(inverse=one)),
    ),
    max_leaves=5,
)
actions = st.builds(
    lambda decision, one, other: _action(decision, min(one, other), max(one, other)),
    decisions, shares, shares,
)  # fmt: skip
groups = st.lists(
    st.one_of(
        st.builds(
            lambda when, decision, negative: Group(name=when[:9], when=when, decision=decision, negative=negative),
            conditions, st.sampled_from(["match", "review"]), st.booleans(),
        ),
        st.builds(
            lambda of, steps: Group(name="r", relevance=of, actions=steps),
            relevances, st.lists(actions, min_size=1, max_size=3),
        ),
    ),
    min_size=1, max_size=3,
)  # fmt: skip
bounds = st.lists(
    st.builds(lambda when, decision: Bound(when=when, decision=decision), conditions, decisions), max_size=2
)
credits = st.one_of(
    st.builds(lambda when, share: Credit(when=when, share=share), conditions, shares),
    st.builds(
        lambda of, least, when: Credit(similarity=of, least=least, when=when),
        st.sampled_from(MEASURES),
        shares,
        conditions,
    ),
)
fields = st.builds(
    lambda weight, present, some: WeightedField(name="f", weight=weight, present=present, credits=some),
    st.sampled_from([0.05, 0.1, 0.4, 0.45]), conditions, st.lists(credits, min_size=1, max_size=2),
)  # fmt: skip
weighteds = st.builds(
    lambda some, evidence, up, down: Weighted(fields=some, evidence=evidence, at_least=up, at_most=down),
    st.lists(fields, min_size=1, max_size=4), shares, bounds, bounds,
)  # fmt: skip
models = st.one_of(
    rules.map(lambda made: {"rules": made}),
    scores.map(lambda made: {"score": made}),
    groups.map(lambda made: {"groups": made}),
    weighteds.map(lambda made: {"weighted": made}),
    st.tuples(rules, scores).map(lambda both: {"rules": both[0], "score": both[1]}),
)


def _records(rng: random.Random, count: int) -> list[Record]:
    def values(labels: Sequence[str], pool: Sequence[str]) -> list[Any]:
        return [(label, {"value": rng.choice(pool)}) for label in labels if rng.random() < 0.7]

    made = []
    for number in range(count):
        places = [
            (
                label,
                {role: rng.choice(pool) for role, pool in (("city", CITIES), ("street", TEXTS)) if rng.random() < 0.8},
            )
            for label in ("x", "y")
            if rng.random() < 0.8
        ]
        made.append(
            record(
                number,
                n=values([""], TEXTS),
                m=values(["home", "work"], TEXTS),
                k=values(["home", "work"], TEXTS),
                p=[(label, parts) for label, parts in places if parts],
            )
        )
    return made


def _model(parts: dict[str, Any]) -> Model:
    return Model(attributes=ATTRIBUTES, keys=[Key(fields=["n.value"])], **parts)


def assert_same_verdicts(records: Sequence[Record], plan: Plan) -> set[str]:
    """Both engines give equal verdicts on all pairs, both ways round; gives the decisions."""
    assert plan.decider is not None
    batch = batch_of(records, plan.model)
    cleaned = [row.clean_record(one, plan.model) for one in records]
    pairs = list(permutations(range(len(records)), 2))
    left, right = (np.array([pair[side] for pair in pairs], np.int32) for side in (0, 1))
    found = decide_all(plan, batch.attributes, left, right)
    facts = row.kept_with(plan, Answers)
    for at, (one, other) in enumerate(pairs):
        mine = plan.decider.decide(facts.about(cleaned[one], cleaned[other]))
        back = plan.decider.decide(facts.about(cleaned[other], cleaned[one]))
        theirs = None if found.which[at] == OPEN else found.verdicts[found.which[at]]
        assert mine == theirs, (cleaned[one], cleaned[other])
        assert mine == back, ("left and right matter", cleaned[one], cleaned[other])
        if mine is not None:
            assert DECISIONS[found.decision[at]] == mine.decision
            assert (found.weight[at], found.place[at]) == (mine.weight, mine.place)
    return {one.decision for one in found.verdicts}


@given(models, st.integers(0, 10**6))
@settings(max_examples=120, deadline=None)
def test_engines_agree_on_generated_deciders(parts: dict[str, Any], seed: int) -> None:
    assert_same_verdicts(_records(random.Random(seed), 12), make_plan(_model(parts)))


@pytest.mark.parametrize("leaf", LEAVES)
def test_engines_agree_on_every_kind_of_question(leaf: str) -> None:
    records = _records(random.Random(leaf), 120)
    rule = [Rule(name="it", when=leaf), Rule(name="or", when=f"not ({leaf})", decision="review")]
    decisions = assert_same_verdicts(records, make_plan(_model({"rules": rule})))
    assert decisions == ({"match"} if leaf == "always()" else {"match", "review"})


@pytest.mark.parametrize("measure", MEASURES)
def test_engines_agree_on_every_similarity(measure: str) -> None:
    relevance = Relevance(similarity=measure, missing=0.25)
    steps = [_action("match", 0.5, 1), _action("review", 0.2, 0.5)]
    groups = [Group(name="it", relevance=relevance, actions=steps)]
    assert_same_verdicts(_records(random.Random(measure), 40), make_plan(_model({"groups": groups})))


def test_engines_agree_on_values_in_lists() -> None:
    records = [
        record(n, n=[{"value": text} for text in texts]) for n, texts in enumerate([["a", "b"], ["b"], [], ["c", "a"]])
    ]
    model = Model(
        attributes=[attribute("n", "raw")],
        keys=[Key(fields=["n.value"])],
        rules=[Rule(name="r", when="equal(n.value)"), Rule(name="none", when="missing(n.value)", decision="review")],
    )
    plan = make_plan(model)
    assert plan.decider is not None
    batch = batch_of(records, model, lists=["n"])
    left, right = np.array([0, 0, 0, 1], np.int32), np.array([1, 2, 3, 3], np.int32)
    found = decide_all(plan, batch.attributes, left, right)
    assert [DECISIONS[at] for at in found.decision] == ["match", "review", "match", "non-match"]


def test_what_rules_leave_open_goes_to_the_probabilistic_model() -> None:
    records = [
        record(n, m=[{"value": mail}], n=[{"given": "Anna", "family": name}])
        for n, (mail, name) in enumerate(
            [("anna@shop.co", "Smith"), ("anna@shop.co", "Smith"), ("x@shop.co", "Smith"), ("anna@shop.co", "Doe")]
        )
    ]
    made = [*default_comparisons("m", "email"), *default_comparisons("n", "person_name")]
    base = model_of([attribute("m", "email"), attribute("n", "person_name")], made, keys=["m.address"])
    model = base.model_copy(
        update={
            "rules": [
                Rule(name="veto", when="together(not equal(n.family)) and equal(m.address)", decision="non-match"),
                Rule(name="same", when="equal(m.address) and equal(n.family)"),
            ]
        }
    )
    plan, alone = make_plan(model), make_plan(base)
    cleaned = [row.clean_record(one, model) for one in records]
    assert row.decide(plan, cleaned[0], cleaned[1]).reason == "same"
    assert row.decide(plan, cleaned[0], cleaned[3]).decision == "non-match"
    open_pair = row.decide(plan, cleaned[0], cleaned[2])
    scored = row.score(alone, cleaned[0], cleaned[2])
    assert (open_pair.decision, open_pair.weight, open_pair.reason) == (scored.decision, scored.weight - 1000, "")
    assert_same_verdicts(records, plan)
