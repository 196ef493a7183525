"""Records made ready in columns are what they are one at a time, and are indexed alike."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dromio.model.schema import Attribute, Guard, Input, Model
from dromio.records import RecordKey
from dromio.store.columns import compared_by, prepare_columns, told_before, told_by
from dromio.store.delivered import delivered
from dromio.store.matching import Matcher

from .factory import model

TEXTS = st.sampled_from(
    ["Ann", "ann", " Bob ", "", '"quoted"\\', "Zoë\t", "a@x.org", "b@X.org", "4711", "unknown", "李"]
)
ONE = st.none() | TEXTS
SEVERAL = ONE | st.lists(TEXTS, max_size=3)
COLUMNS = ("given", "family", "email", "mail2", "phone")


def told(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(COLUMNS, values)), min_size=1, max_size=8)


def labelled() -> Model:
    """The model with a guard, and emails of two labels."""
    made = model(max_block=2)
    emails = [Input(columns={"value": "email"}, label="work"), Input(columns={"value": "mail2"}, label="home")]
    attributes = [one if one.name != "email" else one.model_copy(update={"inputs": emails}) for one in made.attributes]
    attributes.append(Attribute(name="zz", type="raw", inputs=[Input(columns={"value": "given"})]))
    guards = [Guard(field="email.address", values=["b@x.org"])]
    return made.model_copy(update={"attributes": attributes, "guards": guards})


@pytest.mark.parametrize("given_model", [model(), model(rules=True, compared=False), labelled()], ids=str)
@pytest.mark.parametrize("several", [False, True])
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_columns_prepare_what_one_at_a_time_prepares(given_model: Model, several: bool, data: st.DataObject) -> None:
    contents = [delivered(one) for one in data.draw(told(SEVERAL if several else ONE))]
    keys = [RecordKey("s", str(number)) for number in range(len(contents))]
    matcher = Matcher(given_model, b"secret")
    found = prepare_columns(matcher, keys, contents)
    one_at_a_time = [matcher.prepare(key, one) for key, one in zip(keys, contents, strict=True)]
    assert found.cleaned_texts == [one.cleaned_text for one in one_at_a_time]
    assert found.blocks_texts == [one.blocks_text for one in one_at_a_time]
    digests = [digest if there else None for digest, there in zip(found.digest, found.has_digest, strict=True)]
    assert digests == [one.digest for one in one_at_a_time]
    assert found.joins.tolist() == [one.joins for one in one_at_a_time]


@settings(max_examples=40, deadline=None)
@given(rows=told(SEVERAL))
def test_what_the_store_keeps_is_read_back_in_columns(rows: list[dict[str, Any]]) -> None:
    matcher = Matcher(labelled(), b"secret")
    prepared = [matcher.prepare(RecordKey("s", "1"), delivered(one)) for one in rows]
    found = told_before(matcher.model.attributes, [one.cleaned_text for one in prepared])
    for attribute in matcher.model.attributes:
        wanted = told_by(attribute.name, [one.cleaned for one in prepared])
        kept = found[attribute.name]
        assert kept.owner.tolist() == wanted.owner.tolist()
        assert kept.label.to_pylist() == wanted.label.to_pylist()
        for name, texts in kept.fields.items():
            there = wanted.fields[name].to_pylist() if name in wanted.fields else [None] * len(kept.owner)
            assert texts.to_pylist() == there


def test_records_with_one_value_each_are_compared_without_owners() -> None:
    attribute = model().attributes[1]
    lots = [told_by("email", [{"email": (("", {"address": text}),)}, {}]) for text in ("a@x.org", "b@x.org")]
    columns = compared_by(attribute, [(2, one) for one in lots])
    assert columns.owner is None
    assert columns.field("address").texts().to_pylist() == ["a@x.org", None, "b@x.org", None]
