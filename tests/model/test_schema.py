from __future__ import annotations

from typing import Any

import pytest

from dromio.errors import ModelError
from dromio.model.expressions import parse_field
from dromio.model.files import model_from
from dromio.model.schema import local

from .sample import changed, document


def test_the_sample_is_a_valid_trained_model() -> None:
    assert model_from(document()).trained


@pytest.mark.parametrize("path", ["prior", "comparisons/0/levels/0/m", "comparisons/0/levels/1/u"])
def test_a_model_that_lacks_a_probability_is_not_trained(path: str) -> None:
    assert not model_from(changed(path, None)).trained


@pytest.mark.parametrize(
    ("path", "value", "at", "says"),
    [
        ("colour", "red", "colour", "Extra inputs"),
        ("keys/0/size", 3, "keys.0.size", "Extra inputs"),
        ("format", "dromio/2", "format", "dromio/1"),
        ("name", 3, "name", "valid string (found 3)"),
        ("link_type", "dedupe", "link_type", "'dedupe_only', 'link_only' or 'link_and_dedupe' (found 'dedupe')"),
        ("attributes/0/name", "Name", "attributes.0.name", "(found 'Name')"),
        ("attributes/0/type", "person", "attributes.0", "type 'person' is not known; types are address"),
        (
            "attributes/0/inputs/0/columns",
            {"first": "a"},
            "attributes.0",
            "role 'first' is not one of type person_name; roles are given",
        ),
        ("attributes/0/inputs", [], "attributes.0.inputs", "at least 1"),
        ("comparisons/0/levels/0/when", "equal(words(given))", "comparisons.0.levels.0.when", "only keys may"),
        ("attributes/1/default_region", "Swiss", "attributes.1.default_region", "(found 'Swiss')"),
        ("keys", [], "keys", "comparisons need at least one key"),
        ("keys/0/max_block", 1, "keys.0.max_block", "greater than or equal to 2 (found 1)"),
        ("keys/0/max_block", "50", "keys.0.max_block", "valid integer (found '50')"),
        ("keys/0/fields", ["soundex(name.given, 3)"], "keys.0.fields.0", "takes no number"),
        ("comparisons/0/null_when", "gone(given)", "comparisons.0.null_when", "'gone' in 'gone(given)' is not a test"),
        ("comparisons/0/levels/0/when", None, "comparisons.0", "level 'same' has no condition"),
        ("comparisons/0/levels/1/when", "always()", "comparisons.0", "the last level 'else' has a condition"),
        ("comparisons/0/levels/0/m", 1.0, "comparisons.0.levels.0.m", "less than 1 (found 1.0)"),
        ("comparisons/0/levels/0/u", 0, "comparisons.0.levels.0.u", "greater than 0 (found 0)"),
        ("comparisons/0/shared", 1.1, "comparisons.0.shared", "(found 1.1)"),
        ("prior/match", 0.0, "prior.match", "(found 0.0)"),
        ("thresholds/review", 2.0, "thresholds", "review threshold 2.0 is above the match threshold 1.5"),
        ("clustering/unseen", 0.5, "clustering.unseen", "(found 0.5)"),
        ("survivorship/0/rules", ["newest"], "survivorship.0.rules.0", "(found 'newest')"),
        ("words/name.family/other", 0.0, "words.name.family.other", "(found 0.0)"),
    ],
)
def test_a_fault_says_where_it_is_what_was_found_and_what_is_allowed(path: str, value: Any, at: str, says: str) -> None:
    with pytest.raises(ModelError) as caught:
        model_from(changed(path, value))
    (fault,) = caught.value.faults
    assert fault.path == at
    assert says in fault.message


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("attributes/1/name", "name", "attributes: 'name' is named twice"),
        ("keys/0/fields", ["family"], "keys.0: 'family' must name attribute.field"),
        ("keys/0/fields", ["names.family"], "keys.0: attribute 'names' is not defined; attributes are name, mail"),
        ("keys/0/fields", ["name.surname"], "keys.0: 'name' has no field 'surname'; fields are family, given, middle"),
        ("keys/0/fields", ["tokens(name.given, mail.local)"], "mixes attributes mail, name"),
        ("keys/0/split_by", ["name.surname"], "'name' has no field 'surname'"),
        ("comparisons/0/attribute", "person", "comparisons.0: attribute 'person' is not defined"),
        ("comparisons/0/null_when", "missing(surname)", "comparisons.0: 'name' has no field 'surname'"),
        ("comparisons/0/levels/0/when", "equal(soundex(surname))", "comparisons.0: 'name' has no field 'surname'"),
        ("comparisons/0/levels/0/term_frequency", "surname", "comparisons.0: 'name' has no field 'surname'"),
        ("survivorship/0/attribute", "phone", "survivorship.0: attribute 'phone' is not defined"),
    ],
)
def test_names_that_point_nowhere_are_faults(path: str, value: Any, says: str) -> None:
    with pytest.raises(ModelError) as caught:
        model_from(changed(path, value))
    assert says in str(caught.value)


def test_every_fault_is_reported_not_only_the_first() -> None:
    broken = changed("keys/0/max_block", 0)
    broken["thresholds"] = {"match": 0.0, "review": 1.0}
    broken["colour"] = "red"
    with pytest.raises(ModelError) as caught:
        model_from(broken)
    assert {fault.path for fault in caught.value.faults} == {"keys.0.max_block", "thresholds", "colour"}


@pytest.mark.parametrize("given", [None, [], "text", 3, {}, {"attributes": 3}])
def test_what_is_no_model_at_all_is_a_model_error(given: Any) -> None:
    with pytest.raises(ModelError):
        model_from(given)


def test_a_model_is_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        model_from(document()).name = "other"


def test_expressions_are_split_into_attribute_and_inside() -> None:
    attribute, inside = local(parse_field("prefix(name.given, 2)"))
    assert (attribute, str(inside)) == ("name", "prefix(given, 2)")


def test_attributes_are_found_by_name() -> None:
    model = model_from(document())
    assert model.attribute("mail").type == "email"
    with pytest.raises(KeyError):
        model.attribute("phone")


def test_references_that_point_nowhere_have_paths() -> None:
    broken = changed("keys/0/fields", ["name.surname"])
    broken["survivorship"][0]["attribute"] = "phone"
    with pytest.raises(ModelError) as caught:
        model_from(broken)
    assert {fault.path for fault in caught.value.faults} == {"keys.0", "survivorship.0"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("guards/0/field", "mail.adress"),
        ("words", {"name.surname": {"other": 3.0}}),
        ("frequencies", {"phone.number": {"mean": 0.1, "other": 0.1}}),
    ],
)
def test_guards_words_and_frequencies_name_fields_that_are_there(path: str, value: Any) -> None:
    with pytest.raises(ModelError, match=r"is not defined|has no field"):
        model_from(changed(path, value))


def test_matches_and_related_pairs_are_fewer_than_all_pairs() -> None:
    with pytest.raises(ModelError, match=r"0\.5.*0\.6"):
        model_from(changed("prior", {"match": 0.5, "related": 0.6}))
