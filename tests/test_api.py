"""Whole runs from Python: what is promised of results holds whatever comes in, and in whatever order."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

import dromio
from dromio.errors import InputError, ModelError, UsageError
from dromio.model.files import dump_model

People = Callable[..., list[dict[str, Any]]]
ANNA = {"first_name": "Anna", "last_name": "Koch", "city": "Ulm"}


def entities(result: dromio.Result) -> list[list[int]]:
    """Groups of record ids, sorted."""
    groups = defaultdict(list)
    for row in result.entities.to_pylist():
        groups[row["cluster_id"]].append(row["unique_id"])
    return sorted(map(sorted, groups.values()))


def contents(folder: Path) -> dict[str, bytes]:
    names = ("entities.parquet", "pairs.parquet", "golden.parquet", "model.yaml")
    return {name: (folder / name).read_bytes() for name in names}


def written(folder: Path, inputs: Any, **options: Any) -> dict[str, bytes]:
    with dromio.resolve({"people": inputs}, **options) as result:
        result.write(folder, report=False)
    return contents(folder)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, people: People) -> tuple[Path, dict[str, bytes]]:
    """A Parquet file of people, and the outputs of a run over it."""
    folder = tmp_path_factory.mktemp("base")
    pq.write_table(pa.Table.from_pylist(people(400)), folder / "people.parquet")
    return folder / "people.parquet", written(folder / "out", folder / "people.parquet")


@pytest.mark.parametrize("options", [{"threads": 1}, {"threads": 4}, {"memory": "600MB", "threads": 2}])
def test_outputs_do_not_depend_on_threads_and_memory(
    base: tuple[Path, dict[str, bytes]], tmp_path: Path, options: dict[str, Any]
) -> None:
    assert written(tmp_path / "out", base[0], **options) == base[1]


def test_outputs_do_not_depend_on_the_order_of_rows(base: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    table = pq.read_table(base[0])
    backwards = table.take(pa.array(range(len(table) - 1, -1, -1)))
    assert written(tmp_path / "out", backwards) == base[1]


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_outputs_do_not_depend_on_the_kind_of_file(
    base: tuple[Path, dict[str, bytes]], tmp_path: Path, ending: str
) -> None:
    table, path = pq.read_table(base[0]), tmp_path / f"people.{ending}"
    if ending == "csv":
        pa_csv.write_csv(table, path)
    else:
        path.write_text("\n".join(json.dumps(row) for row in table.to_pylist()))
    assert written(tmp_path / "out", path) == base[1]


def test_a_saved_model_gives_the_same_outputs_again(base: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    again = written(tmp_path / "out", base[0], model=base[0].parent / "out" / "model.yaml")
    assert again == base[1]


@pytest.mark.parametrize("records", [2, 3000])
def test_records_that_are_all_the_same_are_one_entity(records: int) -> None:
    with dromio.resolve([ANNA] * records) as result:
        assert entities(result) == [list(range(1, records + 1))]
        assert result.golden.num_rows == 1


def test_groups_of_the_same_records_are_entities_whatever_their_size() -> None:
    others = [{"first_name": "Eva", "last_name": "Klein", "city": "Ulm"}, ANNA | {"city": "Bonn"}]
    with dromio.resolve([row for row in (ANNA, *others) for _ in range(1200)]) as result:
        assert entities(result) == [list(range(start, start + 1200)) for start in (1, 1201, 2401)]


def test_the_same_records_are_one_entity_even_where_the_threshold_is_out_of_reach(people: People) -> None:
    rows = people(80)
    rows = [*rows, *({**row, "id": row["id"] + 1000} for row in rows[:20])]
    with dromio.resolve(rows, threshold=900) as result:
        together = {frozenset(group) for group in entities(result) if len(group) > 1}
    assert {frozenset((row["id"], row["id"] + 1000)) for row in rows[:20]} <= {
        frozenset(pair) for group in together for pair in [(one, one + 1000) for one in group if one + 1000 in group]
    }


def test_records_with_one_value_in_common_and_no_other_stay_apart() -> None:
    with dromio.resolve([{"city": "Ulm"}] * 50) as result:
        assert len(entities(result)) == 50


def test_one_record_is_one_entity() -> None:
    with dromio.resolve([ANNA]) as result:
        assert entities(result) == [[1]]


def test_people_without_duplicates_stay_apart_with_a_note(people: People) -> None:
    with dromio.resolve(people(200, repeated=0.0)) as result:
        assert len(entities(result)) == 200
        assert any("No pair of records looks like a match" in note for note in result.summary["warnings"])


@pytest.mark.parametrize(
    "rows", [[{"id": 1, "a": None}, {"id": 2, "a": ""}], [{"id": 1}, {"id": 2}]], ids=["empty columns", "ids only"]
)
def test_records_that_say_nothing_are_refused_with_the_reason(rows: list[dict[str, Any]]) -> None:
    with pytest.raises(InputError, match=r"no column can be used to compare records \(.*(it is empty|no columns)"):
        dromio.resolve(rows)


def test_columns_of_any_name_are_resolved_and_come_out(people: People) -> None:
    names = [
        'a"b',
        "select",
        "c0",
        "position",
        "source",
        "rowid",
        "é",
        "مرحبا",
        "=x",
        "a.b",
        "records",
        "cluster_id",
        " ",
    ]
    rows = [row | dict.fromkeys(names, f"v{number % 7}") for number, row in enumerate(people(60))]
    with dromio.resolve(rows) as result:
        assert result.golden.num_rows == len(entities(result))
        assert {*names, "cluster_id__input"} - {"cluster_id"} <= set(result.golden.column_names)


def test_sources_of_different_columns_meet_in_what_they_share(people: People) -> None:
    rows = people(60, repeated=0.0)
    shop = [
        {"key": f"s{row['id']}", "email": row["email"], "full_name": f"{row['first_name']} {row['last_name']}"}
        for row in rows
    ]
    with dromio.resolve({"crm": rows, "shop": shop}) as result:
        assert len(set(result.entities["cluster_id"].to_pylist())) == 60


def test_linking_needs_two_sources(people: People) -> None:
    with pytest.raises(UsageError, match="'link_only' finds matches across sources, but there is only one"):
        dromio.resolve(people(), link_type="link_only")


def test_a_model_whose_columns_are_missing_lists_them(people: People) -> None:
    with dromio.resolve(people()) as result:
        model = result.model
    with pytest.raises(
        InputError, match=r"the model needs columns that the input lacks: 'first_name', 'dob'; columns are"
    ):
        dromio.resolve(
            [{k: v for k, v in row.items() if k not in ("first_name", "dob")} for row in people()], model=model
        )


def test_a_model_that_is_none_is_refused(people: People, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="model must be a model or the path of one, found int"):
        dromio.resolve(people(), model=5)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"cannot read the model .*nope\.yaml"):
        dromio.resolve(people(), model=tmp_path / "nope.yaml")
    (tmp_path / "bad.yaml").write_text("attributes: []\nzzz: 1\n")
    with pytest.raises(ModelError) as caught:
        dromio.resolve(people(), model=tmp_path / "bad.yaml")
    assert {fault.path for fault in caught.value.faults} >= {"attributes", "zzz"}


def test_choices_of_the_caller_change_the_model_that_is_used(people: People) -> None:
    rows = people()
    with dromio.resolve({"a": rows, "b": rows}) as result:
        model = result.model
    with dromio.resolve({"a": rows, "b": rows}, model=model, link_type="link_only", one_to_one=True) as again:
        assert (again.model.link_type, again.model.clustering.one_to_one) == ("link_only", True)
        assert max(map(len, entities(again))) == 2


def test_a_result_that_is_closed_keeps_what_was_asked_for(people: People) -> None:
    with dromio.resolve(people()) as result:
        table = result.entities
    assert result.entities is table and len(table) == 60


def test_the_model_survives_text(base: tuple[Path, dict[str, bytes]]) -> None:
    model = dromio.load_model(base[0].parent / "out" / "model.yaml")
    assert dump_model(model).encode() == base[1]["model.yaml"]


def test_a_model_may_speak_of_fields_that_no_column_fills(people: People) -> None:
    with dromio.resolve(people()) as result:
        document = result.model.model_dump()
        expected = entities(result)
    document["keys"].append({"fields": ["address.number", "tokens(address.street)"]})
    document["guards"].append({"field": "address.postcode", "values": ["x"]})
    document["frequencies"]["address.unit"] = {"mean": 0.1, "other": 0.1}
    document["comparisons"][0]["levels"][0]["when"] += (
        " or (equal(given, family) and not missing(given) and missing(middle))"
    )
    with dromio.resolve(people(), model=dromio.Model.model_validate(document)) as result:
        assert entities(result) == expected


def test_two_hundred_columns_are_resolved(people: People) -> None:
    more = [{f"column {number}": f"{'abcd'[(number + row) % 4]}" for number in range(200)} for row in range(60)]
    with dromio.resolve([row | other for row, other in zip(people(), more, strict=True)]) as result:
        assert result.golden.num_columns > 200
        assert len(result.model.comparisons) <= 40


def test_the_index_that_pandas_writes_takes_no_part(people: People) -> None:
    rows = [{"Unnamed: 0": number} | row for number, row in enumerate(people())]
    with dromio.resolve(rows) as result:
        assert "Unnamed: 0" not in {name for one in result.model.attributes for name in one.inputs[0].columns.values()}
