"""A model as rule levels, where they can say it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dromio.errors import Fault, ModelError
from dromio.interchange.customer_profiles.attributes import FIELD, attribute_of
from dromio.interchange.customer_profiles.document import (
    MANY_TO_MANY,
    MOST_ATTRIBUTES,
    MOST_LEVELS,
    ONE_TO_ONE,
    ConflictResolution,
    RuleBasedMatching,
    Selector,
)
from dromio.interchange.customer_profiles.fields import (
    ADDRESS,
    ADDRESS_PARTS,
    SUB_TYPES,
    is_rule_attribute,
    type_of,
)
from dromio.model.expressions import All, Condition, FieldExpression, Test, Together, parse_condition
from dromio.model.schema import Attribute, Model


def from_model(model: Model) -> RuleBasedMatching:
    """The rule levels that decide as a model does: matches are merged, reviews only matched.

    It takes rules that are conjunctions of equalities on attributes whose inputs are columns of profiles, as
    `to_model` makes them. Raises ModelError with everything that rule levels cannot say.
    """
    faults: list[Fault] = []
    subjects = {one.name: found for one in model.attributes if (found := _subject(one, faults))}
    rules = tuple(
        tuple(_names(parse_condition(rule.when), f"rules.{number}.when", subjects, faults))
        for number, rule in enumerate(model.rules)
    )
    _check_decisions(model, faults)
    _check_sizes(rules, faults)
    selector = _selector(model, subjects, faults)
    if faults:
        raise ModelError(faults)
    merged = sum(rule.decision == "match" for rule in model.rules)
    resolution, _ = conflict_resolution_of(model)
    return RuleBasedMatching(
        rules=rules, max_merging_level=merged or None, selector=selector, conflict_resolution=resolution
    )


def conflict_resolution_of(model: Model) -> tuple[ConflictResolution | None, tuple[str, ...]]:
    """How the survivorship of a model is said of whole profiles, and what of it is not said.

    It can be said where the value of every attribute is chosen by the same rule first, the most recent one or that of
    a source.
    """
    if not model.survivorship:
        return None, ()
    firsts = {one.rules[0] for one in model.survivorship}
    trusts = firsts == {"source_rank"} and bool(model.source_rank)
    if not trusts and firsts != {"most_recent"}:
        words = ", ".join(f"{one.attribute} by {one.rules[0]}" for one in model.survivorship)
        return None, (f"survivorship: {words}; profiles are resolved as a whole, by the most recent or one source",)
    resolution = ConflictResolution("SOURCE", model.source_rank[0]) if trusts else ConflictResolution("RECENCY")
    return resolution, tuple(_not_resolved(model, ["source_rank"] if trusts else []))


def _not_resolved(model: Model, said: list[str]) -> Iterator[str]:
    """What is lost of survivorship when all profiles are resolved one way."""
    for number, one in enumerate(model.survivorship):
        beyond = [rule for rule in one.rules if rule not in (*said, "most_recent", "smallest")]
        if beyond:
            yield f"survivorship.{number}.rules: {', '.join(beyond)}; only the first choice is said"
    chosen = {one.attribute for one in model.survivorship}
    others = [one.name for one in model.attributes if one.name not in chosen]
    if others:
        yield f"survivorship: says nothing of {', '.join(others)}; profiles are resolved as a whole"
    if said and len(model.source_rank) > 1:
        yield f"source_rank: {', '.join(model.source_rank[1:])}; only the first source is said"
    if model.recency:
        yield f"recency: {model.recency}; profiles are as recent as their last update"


def _check_decisions(model: Model, faults: list[Fault]) -> None:
    if model.deciders != ("rules",):
        faults.append(Fault("", f"the model decides by {' and '.join(model.deciders)}; rule levels are rules alone"))
    decisions = [rule.decision for rule in model.rules]
    for number, decision in enumerate(decisions):
        if decision == "non-match":
            faults.append(Fault(f"rules.{number}.decision", "is a veto; rule levels have none"))
        elif decision == "match" and "review" in decisions[:number]:
            faults.append(Fault(f"rules.{number}.decision", "is a match after a review; merged levels come first"))


def _check_sizes(rules: Sequence[Sequence[str]], faults: list[Fault]) -> None:
    if len(rules) > MOST_LEVELS:
        faults.append(Fault("rules", f"there are {len(rules)}; at most {MOST_LEVELS} levels are allowed"))
    for number, rule in enumerate(rules):
        if len(rule) > MOST_ATTRIBUTES:
            faults.append(Fault(f"rules.{number}.when", f"names {len(rule)} attributes; allowed are {MOST_ATTRIBUTES}"))


def _subject(attribute: Attribute, faults: list[Fault]) -> str | None:
    """What rules call the attribute: a type with sub-types, a field of a profile, or a custom attribute."""
    found = _claimed(attribute)
    if found is None:
        columns = ", ".join(name for value in attribute.inputs for name in value.columns.values())
        faults.append(Fault(f"attributes.{attribute.name}", f"its columns {columns} are not those of profiles"))
        return None
    selector = Selector(
        ONE_TO_ONE if attribute.pairing == "same_label" else MANY_TO_MANY,
        {found: tuple(value.label for value in attribute.inputs)},
    )
    roles = [part for part, role in ADDRESS_PARTS.items() if role in attribute.fields]
    expected = attribute_of(found, attribute.name, roles, selector, attribute.default_region)
    if attribute.model_copy(update={"default_region": expected.default_region}) == expected:
        return found
    wanted = expected.model_dump(exclude_defaults=True, exclude={"name", "default_region"})
    faults.append(Fault(f"attributes.{attribute.name}", f"profiles are compared otherwise: {wanted}"))
    return None


def _claimed(attribute: Attribute) -> str | None:
    labels = [value.label for value in attribute.inputs]
    for attribute_type, sub_types in SUB_TYPES.items():
        if set(labels) <= set(sub_types):
            return attribute_type
    column = attribute.inputs[0].columns.get("value", "")
    return column if is_rule_attribute(column) and type_of(column) is None else None


def _names(condition: Condition, path: str, subjects: dict[str, str], faults: list[Fault]) -> Iterator[str]:
    """What a level names, address parts that stand together included."""
    addresses = 0
    for part in condition.parts if isinstance(condition, All) else (condition,):
        found = list(_equalities(part))
        if not found:
            faults.append(Fault(path, f"{part} is not an equality; rule levels compare by equality alone"))
        names = [_name(field, path, subjects, faults) for field in found]
        addresses += any(name in ADDRESS_PARTS for name in names)
        if len(found) > 1 and not all(name in ADDRESS_PARTS for name in names if name):
            faults.append(Fault(path, f"{part} asks for one pair of values; rule levels do so for addresses alone"))
        yield from filter(None, names)
    if addresses > 1:
        faults.append(Fault(path, "parts of an address stand apart; rule levels ask for them together"))


def _equalities(part: Condition) -> Iterator[FieldExpression]:
    """The fields of a condition that is made of equalities; none where it is not."""
    inside = part.part if isinstance(part, Together) else part
    parts = inside.parts if isinstance(inside, All) else (inside,)
    if all(isinstance(one, Test) and one.function == "equal" for one in parts):
        for one in parts:
            assert isinstance(one, Test)
            yield from one.fields


def _name(field: FieldExpression, path: str, subjects: dict[str, str], faults: list[Fault]) -> str | None:
    attribute, _, inside = field.fields[0].partition(".")
    if field.transform:
        faults.append(Fault(path, f"{field} is a transform; rule levels compare whole values"))
        return None
    subject = subjects.get(attribute)
    if subject == ADDRESS:
        return next(part for part, role in ADDRESS_PARTS.items() if role == inside)
    assert subject is None or inside == FIELD.get(subject, "value")
    return subject


def _selector(model: Model, subjects: dict[str, str], faults: list[Fault]) -> Selector | None:
    typed = [(subjects[one.name], one) for one in model.attributes if subjects.get(one.name) in SUB_TYPES]
    pairings = {one.pairing for _, one in typed}
    if len(pairings) > 1:
        faults.append(Fault("attributes", "some pair any values, some those of one label; rule levels have one way"))
    if not typed:
        return None
    names = {subject: tuple(value.label for value in one.inputs) for subject, one in typed}
    return Selector(ONE_TO_ONE if pairings == {"same_label"} else MANY_TO_MANY, names)
