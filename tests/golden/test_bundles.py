from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest

from dromio.errors import InputError
from dromio.golden.bundles import bundles_of, output_names, provenance_name
from dromio.io.sources import Records, read_records
from dromio.model.schema import Input

from .factory import attribute, model


def records(*names: str) -> Records:
    return read_records(duckdb.connect(), pa.table({name: ["x"] for name in names}))


def test_every_column_is_in_one_bundle_those_of_the_model_first() -> None:
    how = model(attribute("n", "person_name", given="b", family="c"), attribute("m", "text", value="d"))
    names = [[column.name for column in one.columns] for one in bundles_of(records("a", "b", "c", "d", "e"), how)]
    assert names == [["b", "c"], ["d"], ["a"], ["e"]]


def test_a_chain_of_shared_columns_is_one_bundle_with_the_rules_of_the_first() -> None:
    chain = [attribute("x", "text", value="a"), attribute("y", "text", value="c")]
    joint = attribute("z", "person_name", given="a", family="c")
    found = bundles_of(records("a", "c"), model(*chain, joint, rules={"x": ["longest"], "y": ["smallest"]}))
    assert [(sorted(column.name for column in one.columns), one.rules) for one in found] == [(["a", "c"], ("longest",))]


def test_a_column_that_is_missing_is_named() -> None:
    with pytest.raises(InputError, match="no column 'zip'"):
        bundles_of(records("a"), model(attribute("x", "text", value="zip")))


def test_further_values_are_named_by_their_label_where_it_is_their_own() -> None:
    labels = ["home", "home", "", "2", "work", "work", "cell"]
    many = attribute("p", "text", *(Input(columns={"value": f"c{n}"}, label=own) for n, own in enumerate(labels)))
    names = [provenance_name(many, number) for number in range(len(labels))]
    assert names == ["p__from", "p__from_home", "p__from_3", "p__from_4", "p__from_5", "p__from_6", "p__from_cell"]


def test_names_of_the_output_are_all_different() -> None:
    given = records("records", "records__input", "x__from", "x", "sources__input_", "sources", "sources__input")
    names = output_names(given, bundles_of(given, model(attribute("x", "text", value="x"))))
    assert len(set(names.values()) | {"records", "sources", "cluster_id", "x__from"}) == len(names) + 4
    assert (names["x"], names["records__input"]) == ("x", "records__input")
