"""Records of an upload."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.errors import InputError
from dromio.jobs.uploads import AT_ONCE, parts_of_upload

JSON, CSV = "application/x-ndjson", "text/csv"
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\x00"), max_size=8)
ROWS = st.lists(st.dictionaries(st.sampled_from(["a", "b"]), TEXT), min_size=1, max_size=5)


@given(ROWS)
def test_lines_of_json_come_back_as_they_were(rows: list[dict[str, str]]) -> None:
    body = "\n".join(json.dumps({"id": number} | row) for number, row in enumerate(rows))
    found = [one for part in parts_of_upload(body.encode(), JSON, "crm", "id") for one in part]
    assert found == [("crm", str(number), row, None) for number, row in enumerate(rows)]


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=5))
def test_a_table_comes_back_as_it_was(rows: list[tuple[str, str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([("id", "a", "b"), *((number, *row) for number, row in enumerate(rows))])
    found = [one for part in parts_of_upload(text.getvalue().encode(), CSV, "crm", "id") for one in part]
    assert [one[2] for one in found] == [{"a": a or None, "b": b or None} for a, b in rows]


def test_many_records_come_in_parts() -> None:
    body = "\n".join(f'{{"id": {number}}}' for number in range(AT_ONCE + 1)).encode()
    assert [len(part) for part in parts_of_upload(body, JSON, "crm", "id")] == [AT_ONCE, 1]


def test_a_fault_names_its_line_and_no_value() -> None:
    with pytest.raises(InputError, match=r"^line 3 is not JSON$"):
        parts_of_upload(b'{"id": 1}\n\n{secret', JSON, "crm", "id")
    with pytest.raises(InputError, match=r"^line 3 has not as many values as there are columns$"):
        parts_of_upload(b"id,name\n1,Ann\n2\n", CSV, "crm", "id")
    with pytest.raises(InputError, match=r"^line 2: the column of the id"):
        parts_of_upload(b"id,name\n,Ann\n", CSV, "crm", "id")


def test_another_type_is_refused() -> None:
    with pytest.raises(InputError, match=r"application/x-ndjson or text/csv"):
        parts_of_upload(b"", "text/plain", "crm", "id")
