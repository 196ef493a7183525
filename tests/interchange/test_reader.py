from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.errors import ModelError
from dromio.interchange.customer_profiles import import_domain, read_matching, read_rule_based_matching
from dromio.interchange.entity_resolution import import_workflow
from dromio.interchange.reader import Reader

NAMES = [
    *("Enabled", "MatchingRules", "Rule", "AttributeTypesSelector", "AttributeMatchingModel", "PhoneNumber"),
    *("RuleBasedMatching", "MaxAllowedRuleLevelForMatching", "ConflictResolution", "ExportingConfig", "S3Exporting"),
    *("JobSchedule", "AutoMerging", "Consolidation", "MatchingAttributesList", "resolutionTechniques", "rules"),
    *("ruleBasedProperties", "ruleConditionProperties", "condition", "matchingKeys", "inputSourceConfig", "schemaName"),
    *("mappedInputFields", "fieldName", "type", "matchKey"),
]
TEXTS = st.sampled_from(["LastName", "ONE_TO_ONE", "RULE_MATCHING", "Exact(a)", "a", "STRING", ""])
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 20) | st.floats() | TEXTS,
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.sampled_from(NAMES), part, max_size=5),
    max_leaves=12,
)


@given(DOCUMENTS)
def test_no_document_does_more_than_have_faults(document: Any) -> None:
    for read in (read_rule_based_matching, read_matching, import_domain, lambda one: import_workflow(one, [one])):
        with contextlib.suppress(ModelError):
            read(document)


def test_faults_are_gathered_with_what_was_found_and_what_is_allowed() -> None:
    reader = Reader()
    reader.members("a", {"b": 1, "c": 2}, ("b", "d"), required=("d",))
    reader.whole("w", 2.0, 1, 3)
    reader.share("s", float("nan"))
    reader.text("t", "x" * 300)
    reader.text("p", "X", pattern="[a-z]+")
    reader.choice("o", ["k"], ("k", "l"))
    reader.texts("l", [1, "ok"], 1, 5)
    with pytest.raises(ModelError) as caught:
        reader.finish()
    assert [str(fault) for fault in caught.value.faults] == [
        "a.c: is not known; allowed are b, d",
        "a.d: is missing",
        "w: must be a whole number from 1 to 3, found 2.0",
        "s: must be a number from 0 to 1, found nan",
        "t: has 300 characters; allowed are 1 to 255",
        "p: 'X' does not fit the pattern [a-z]+",
        "o: must be one of k, l, found ['k']",
        "l.0: must be a text, found 1",
    ]


def test_a_document_without_faults_is_finished_in_silence() -> None:
    reader = Reader()
    assert reader.members("", {"a": 1}, ("a",)) == {"a": 1}
    assert (reader.whole("", 1, 1, 1), reader.share("", 1), reader.text("", "a"), reader.flag("", True)) == (
        1,
        1,
        "a",
        True,
    )
    reader.finish()
