"""Laws of the whole package, on generated match groups and entities."""

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dromio.interchange.reltio import (
    DocumentError,
    GroupError,
    MatchGroup,
    Options,
    document_of,
    explain,
    read_document,
    read_groups,
    verify,
    view_of,
    write_document,
    write_groups,
)
from dromio.interchange.reltio.comparators import COMPARATORS
from dromio.interchange.reltio.groups import AnyOf, Compare, Operator, Rule

from .strategies import PATHS, entities, entity_pairs, json_values, match_groups
from .test_vectors import mirrored

groups_of_a_type = st.lists(match_groups(), max_size=4, unique_by=lambda group: group.uri)


@settings(max_examples=50)
@given(groups_of_a_type)
def test_groups_written_and_read_are_equal(groups: list[MatchGroup]) -> None:
    assert read_groups(write_groups(groups)) == tuple(groups)


@given(entities)
def test_documents_written_and_read_are_equal(entity: Any) -> None:
    document = document_of(entity)
    assert read_document(write_document(document)) == document


@settings(max_examples=50)
@given(groups_of_a_type, entity_pairs)
def test_raw_mode_on_generated_documents_says_what_entity_mode_says(
    groups: list[MatchGroup], pair: tuple[Any, Any]
) -> None:
    documents = [document_of(entity) for entity in pair]
    raw = [read_document(write_document(document)) for document in documents]
    by_entities, by_documents = verify(groups, *documents), verify(groups, *raw, Options(is_raw=True))
    assert [one.is_matched_by_documents for one in by_entities.groups] == [
        one.is_matched_by_documents for one in by_documents.groups
    ]
    assert [one.result for one in by_entities.groups] == [one.result for one in by_documents.groups]
    assert [one.intersection for one in by_entities.groups] == [one.intersection for one in by_documents.groups]


@settings(max_examples=50)
@given(groups_of_a_type, entity_pairs)
def test_the_answer_for_swapped_sides_is_mirrored(groups: list[MatchGroup], pair: tuple[Any, Any]) -> None:
    left, right = map(document_of, pair)
    one, other = verify(groups, left, right), verify(groups, right, left)
    assert (one.action, one.score) == (other.action, other.score)
    assert mirrored(explain(one, is_full=True)) == explain(other, is_full=True)


@settings(max_examples=50)
@given(groups_of_a_type, entity_pairs)
def test_nothing_given_is_changed(groups: list[MatchGroup], pair: tuple[Any, Any]) -> None:
    given_entities, written = copy.deepcopy(pair), write_groups(groups)
    documents = [document_of(entity) for entity in pair]
    before = [write_document(document) for document in documents]
    explain(verify(groups, *documents), is_full=True)
    assert pair == given_entities
    assert [write_document(document) for document in documents] == before
    assert write_groups(groups) == written


_agreements = st.sampled_from(["exact", "fuzzy", "exactOrNull", "exactOrAllNull"]).map(Operator)
_comparators = st.dictionaries(st.sampled_from(PATHS), st.sampled_from(sorted(COMPARATORS))).map(
    lambda found: tuple(found.items())
)


@given(st.lists(st.builds(Compare, _agreements, st.sampled_from(PATHS)), min_size=1), _comparators, entities)
def test_an_entity_agrees_with_itself_where_it_has_the_values(
    parts: list[Compare], comparators: tuple[tuple[str, str], ...], entity: Any
) -> None:
    group = MatchGroup("configuration/entityTypes/HCP/matchGroups/A", Rule(AnyOf(tuple(parts)), comparators), "suspect")
    document = document_of(entity)
    has_any = any(view_of(document, group).texts(part.attribute) or "Null" in part.operator for part in parts)
    (found,) = verify([group], document, document).groups
    assert found.is_matched_by_documents is has_any
    assert found.result.relevance == float(has_any)
    assert found.first == found.second


@settings(max_examples=50)
@given(groups_of_a_type, entity_pairs)
def test_scores_stay_within_bounds(groups: list[MatchGroup], pair: tuple[Any, Any]) -> None:
    for one in verify(groups, *map(document_of, pair)).groups:
        assert 0 <= one.result.relevance <= 1
        assert not one.is_matched or one.is_matched_by_documents
        assert (one.action is not None) == (one.is_matched_by_documents and not one.group.is_negative)


@given(json_values | st.lists(st.dictionaries(st.sampled_from(["uri", "rule", "type", "useOvOnly"]), json_values)))
def test_reading_groups_raises_nothing_but_its_own_error(document: Any) -> None:
    try:
        read_groups(document)
    except GroupError as error:
        assert error.faults


_raw_names = st.sampled_from(
    ["~@i", "$$_entity_type_$$", "_mRuleUri", "A", "A~.@ps", "B.C", "B.C~.@nv", "B.C~.@ps", ".", "~.@ps"]
)


@given(json_values | st.dictionaries(_raw_names, json_values | st.lists(st.sampled_from(["10", "0", "00", "1.2"]))))
def test_reading_documents_raises_nothing_but_its_own_error(document: Any) -> None:
    for read in (read_document, document_of):
        try:
            found = read(document)
        except DocumentError as error:
            assert error.faults
        else:
            assert read_document(write_document(found)) == found
