from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from dromio.errors import ModelError
from dromio.interchange.customer_profiles import (
    RuleBasedMatching,
    Selector,
    from_model,
    read_rule_based_matching,
    to_model,
)
from dromio.interchange.customer_profiles.document import MOST_ATTRIBUTES, ConflictResolution
from dromio.interchange.customer_profiles.exporting import conflict_resolution_of
from dromio.interchange.customer_profiles.fields import SUB_TYPES, type_of
from dromio.model.deciders import Rule
from dromio.model.schema import Attribute, Input, Model

from .factory import configurations, rules


def said(matching: RuleBasedMatching) -> tuple[Any, ...]:
    """What a configuration says of pairs, however it says it: levels in use, and the sub-types of what they name."""
    types = sorted({found for rule in matching.levels for name in rule if (found := type_of(name))})
    fields = [(name, set(matching.compared.fields(name))) for name in types]
    way = matching.compared.model if types else None
    return [set(rule) for rule in matching.levels], matching.merged_levels, way, fields, _resolved(matching)


def _resolved(matching: RuleBasedMatching) -> tuple[str, str | None] | None:
    found = matching.conflict_resolution
    return found and (found.model, found.source if found.model == "SOURCE" else None)


@given(configurations())
def test_a_model_of_rule_levels_gives_them_back(matching: RuleBasedMatching) -> None:
    exported = from_model(to_model(matching))
    assert said(exported) == said(matching)
    assert read_rule_based_matching(exported.document()) == exported


def test_all_matches_export_as_all_merged() -> None:
    assert from_model(to_model(rules("LastName", "Gender"), "matching")).max_merging_level == 2


@pytest.mark.parametrize(
    ("chosen", "ranks", "document"),
    [
        ([["most_recent"], ["most_recent", "smallest"]], [], {"ConflictResolvingModel": "RECENCY"}),
        (
            [["source_rank", "most_recent"], ["source_rank"]],
            ["crm"],
            {"ConflictResolvingModel": "SOURCE", "SourceName": "crm"},
        ),
        ([["most_recent"], ["longest"]], [], None),
        ([["source_rank"], ["source_rank"]], [], None),
    ],
)
def test_survivorship_that_is_the_same_for_all_is_written_back(
    chosen: list[list[str]], ranks: list[str], document: dict[str, str] | None
) -> None:
    made = to_model(rules("LastName Gender"))
    survivorship = [{"attribute": one.name, "rules": own} for one, own in zip(made.attributes, chosen, strict=True)]
    given = Model.model_validate(made.model_dump() | {"survivorship": survivorship, "source_rank": ranks})
    assert from_model(given).document().get("ConflictResolution") == document
    assert bool(conflict_resolution_of(given)[1]) is (document is None)


def test_what_survivorship_says_beyond_the_first_choice_is_named() -> None:
    made = to_model(rules("LastName Gender"))
    survivorship = [{"attribute": "gender", "rules": ["source_rank", "longest"]}]
    members = {"survivorship": survivorship, "source_rank": ["crm", "shop"], "recency": "updated"}
    resolution, notes = conflict_resolution_of(Model.model_validate(made.model_dump() | members))
    assert resolution == ConflictResolution("SOURCE", "crm")
    assert [note.split(":")[0] for note in notes] == [
        "survivorship.0.rules", "survivorship", "source_rank", "recency"
    ]  # fmt: skip


def model(*texts: str, decisions: str = "m", **members: Any) -> Model:
    names = {"m": "match", "r": "review", "v": "non-match"}
    made: dict[str, Any] = {
        "attributes": to_model(rules("LastName EmailAddress Address.City Address.State")).attributes,
        "rules": [
            Rule(name="it", when=text, decision=names[decisions[number % len(decisions)]])  # type: ignore[arg-type]
            for number, text in enumerate(texts)
        ],
    }
    return Model(**made | members)


@pytest.mark.parametrize(
    ("made", "fault"),
    [
        (model("not equal(last_name.value)"), "rules.0.when: not equal(last_name.value) is not an equality"),
        (model("levenshtein(last_name.value) <= 1"), "rules.0.when: levenshtein(last_name.value) <= 1 is not an"),
        (model("equal(last_name.value) or equal(email.value)"), "rules.0.when: equal(last_name.value) or"),
        (model("equal(soundex(last_name.value))"), "rules.0.when: soundex(last_name.value) is a transform"),
        (model("equal(address.city) and equal(address.state)"), "rules.0.when: parts of an address stand apart"),
        (model("equal(last_name.value)", decisions="v"), "rules.0.decision: is a veto"),
        (
            model("equal(last_name.value)", "equal(email.value)", decisions="rm"),
            "rules.1.decision: is a match after a review",
        ),
        (model(*["equal(last_name.value)"] * 16), "rules: there are 16; at most 15 levels are allowed"),
        (
            model(
                "equal(name.family)",
                attributes=[Attribute(name="name", type="person_name", inputs=[Input(columns={"family": "LastName"})])],
            ),
            "attributes.name: its columns LastName are not those of profiles",
        ),
        (
            model(
                "equal(name.value)",
                attributes=[Attribute(name="name", type="raw", inputs=[Input(columns={"value": "LastName"})])],
            ),
            "attributes.name: profiles are compared otherwise: {'type': 'plain'",
        ),
    ],
)
def test_what_rule_levels_cannot_say_is_named(made: Model, fault: str) -> None:
    with pytest.raises(ModelError) as caught:
        from_model(made)
    assert str(caught.value.faults[0]).startswith(fault)


def test_everything_that_cannot_be_said_is_named_at_once() -> None:
    made = model("not equal(last_name.value)", "equal(soundex(email.value))", decisions="vm")
    with pytest.raises(ModelError) as caught:
        from_model(made)
    assert [fault.path for fault in caught.value.faults] == ["rules.0.when", "rules.1.when", "rules.0.decision"]


def test_two_ways_of_pairing_cannot_be_said() -> None:
    one = to_model(rules("EmailAddress", selector=Selector("ONE_TO_ONE", SUB_TYPES)))
    both = [*one.attributes, *to_model(rules("PhoneNumber")).attributes]
    with pytest.raises(ModelError, match="some pair any values"):
        from_model(model("equal(email.value) and equal(phone.number)", attributes=both))


def test_a_level_of_too_many_attributes_is_named() -> None:
    every = [f"Attributes.A{number}" for number in range(MOST_ATTRIBUTES + 1)]
    attributes = [one for half in (every[:8], every[8:]) for one in to_model(rules(" ".join(half))).attributes]
    when = " and ".join(f"equal({one.name}.value)" for one in attributes)
    with pytest.raises(ModelError, match=f"names {len(every)} attributes; allowed are {MOST_ATTRIBUTES}"):
        from_model(model(when, attributes=attributes))
