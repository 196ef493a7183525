"""Random conditions, nested at random, on random records: whatever they hold for must share a key or be in a scan."""

from __future__ import annotations

import random
from functools import cache

from dromio.deciders.keys.costs import cost_by_type
from dromio.deciders.keys.covers import Cover, Coverer
from dromio.deciders.questions import Questions
from dromio.engines import row
from dromio.engines.compiled import kept_with, values_of
from dromio.engines.row_facts import Answers
from dromio.model.deciders import Rule
from dromio.model.expressions import All, AnyOf, Condition, FieldExpression, Not, Test, Together, parse_condition
from dromio.model.schema import Attribute, Input, Model, local
from dromio.plan import make_plan
from dromio.records import Record, RecordKey, Value

TEXTS = (
    "",
    "a",
    "A",
    "ab",
    "ba",
    "anna",
    "ana",
    "Anne",
    "smith",
    "smyth",
    "smiht",
    "ß",
    "ss",
    "john smith",
    "smith jon",
    "2001-02-03",
    "2001-02-28",
    "2.5",
    "3",
)
FIELDS = ("r.value", "s.value", "t.value")
ON_A_FIELD = (
    "equal({})",
    "equal(casefold({}))",
    "equal(metaphone({}, 3))",
    "equal(dmetaphone({}))",
    "initial({})",
    "levenshtein({}) <= 1",
    "levenshtein({}) <= 2",
    "levenshtein(casefold({})) <= 3",
    "levenshtein({}) <= 12",
    "damerau_levenshtein({}) <= 1",
    "share_of_left({}) <= 0.2",
    "share_of_right({}) <= 0.34",
    "edit_similarity({}) >= 0.8",
    "trigram({}) >= 0.3",
    "trigram({}) >= 0.6",
    "soundex_agreement({}) >= 0.5",
    "jaro_winkler({}) >= 0.8",
    "days({}) <= 25",
    "difference({}) <= 0.5",
    "nickname({})",
    "within({})",
    "one_part_differs({})",
    "shares_token({0}, {0})",
    "missing({})",
    "absent({})",
    "missing_left({})",
    "missing_right({})",
    "left_is({}, 'a')",
    "right_is({}, 'a')",
    "right_is(casefold({}), 'a', 'ab')",
)
LEAVES = tuple(parse_condition(text.format(field)) for text in ON_A_FIELD for field in FIELDS)
TOGETHER: tuple[Condition, ...] = (*(Together(one) for one in LEAVES[:6]), Test("always", ()))
PARTS: tuple[Condition, ...] = (*LEAVES, *TOGETHER)


def fuzz(count: int, seed: int) -> tuple[int, int, int]:
    """Plan `count` conditions and look at a pair for each: how many had keys alone, scans, and held for the pair."""
    rng = random.Random(seed)
    world = _World(rng)
    keyed = scanned = held = 0
    for _ in range(count):
        condition = _condition(rng, rng.randint(0, 3))
        cover = Coverer("", world.cost).cover(condition)
        keyed, scanned = keyed + (not cover.scans), scanned + bool(cover.scans)
        for _ in range(3):
            one, other = rng.randrange(len(world.records)), rng.randrange(len(world.records))
            if world.holds(condition, one, other):
                held += 1
                assert world.covered(cover, one, other), (
                    str(condition),
                    world.records[one],
                    world.records[other],
                    cover,
                )
    return keyed, scanned, held


def _condition(rng: random.Random, depth: int) -> Condition:
    if not depth or rng.random() < 0.2:
        return rng.choice(PARTS)
    parts = tuple(_condition(rng, depth - 1) for _ in range(rng.randint(2, 3)))
    return rng.choice((All(parts), All(parts), AnyOf(parts), AnyOf(parts), Not(parts[0])))


class _World:
    """Records, with answers and codes that are worked out once."""

    def __init__(self, rng: random.Random) -> None:
        attributes = [
            Attribute(
                name=name, type="raw", inputs=[Input(columns={"value": name + side}, label=side) for side in "xy"]
            )
            for name in "rst"
        ]
        rules = [Rule(name="rule", when=str(one)) for one in PARTS]
        model = Model(attributes=attributes, rules=rules)
        plan = make_plan(model)
        assert plan.decider is not None
        self.cost = cost_by_type({})
        self.questions = Questions({one: number for number, one in enumerate(plan.decider.questions)})
        self.answers = kept_with(plan, Answers)
        self.records = [row.clean_record(_record(rng, number), model) for number in range(80)]
        self.codes = cache(self._codes)
        self.facts = cache(lambda one, other: self.answers.about(self.records[one], self.records[other]))

    def holds(self, condition: Condition, one: int, other: int) -> bool:
        return self.questions.directed(condition)(self.facts(one, other))

    def covered(self, cover: Cover, one: int, other: int) -> bool:
        for key, need in zip(cover.keys, cover.needs, strict=True):
            shares = all(self.codes(part, one) & self.codes(part, other) for part in key)
            if shares and (self.may_hold(need, one, other) or self.may_hold(need, other, one)):
                return True
        return any(
            all(self.holds(left, one, one) for left in scan.left)
            and all(self.holds(right, other, other) for right in scan.right)
            for scan in cover.scans
        )

    def may_hold(self, need: Condition, one: int, other: int) -> bool:
        return self.holds(need, one, other)

    def _codes(self, part: FieldExpression, number: int) -> frozenset[str]:
        attribute, inside = local(part)
        of = values_of(inside, {})
        return frozenset(code for _, fields in self.records[number].get(attribute, ()) for code in of(fields))


def _record(rng: random.Random, number: int) -> Record:
    values = {
        name: tuple(Value({"value": rng.choice(TEXTS)}, label) for label in "xy" if rng.random() < chance)
        for name, chance in (("r", 0.5), ("s", 0.4), ("t", 0.6))
    }
    return Record(RecordKey("s", str(number)), values)
