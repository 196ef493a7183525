"""Errors as problem details."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.errors import BusyError, ConflictError, DromioError, Fault, ModelError, UnknownError
from dromio.server import errors as own
from dromio.server.problems import TABLE, problem_of, refusal, without_values


def kinds(base: type[Exception]) -> list[type[Exception]]:
    return [base, *(kind for child in base.__subclasses__() for kind in kinds(child))]


def test_every_error_of_the_server_has_a_row_of_its_own() -> None:
    assert [kind for kind in kinds(DromioError) if kind.__module__ == own.__name__ and kind not in TABLE] == []


@pytest.mark.parametrize(
    ("error", "status"),
    [(UnknownError("x"), 404), (ConflictError("x"), 409), (BusyError("x"), 503), (ValueError(), 500)],
)
def test_the_nearest_ancestor_counts(error: Exception, status: int) -> None:
    assert problem_of(error).status == status


def test_all_faults_of_a_model_are_told_without_values() -> None:
    reply = refusal(ModelError([Fault("keys.0.secret-name", "wrong (found 'ann@example.org')")]), "r")
    assert reply.body["faults"] == [{"path": "keys.0.…", "message": "wrong"}]  # type: ignore[index]


@given(st.text(min_size=1), st.text(alphabet="abc def", max_size=20))
def test_what_is_quoted_is_taken_out(value: str, text: str) -> None:
    marker = f"zebra{value}zebra"
    assert "zebra" not in without_values(f"{text} {marker!r} and {marker!r} {text}, found {marker}")


def test_texts_without_values_stay_as_they_are() -> None:
    assert without_values("act 7 is undone already") == "act 7 is undone already"
