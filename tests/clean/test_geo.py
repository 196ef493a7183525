from __future__ import annotations

import pytest

from dromio.clean import Fields, clean_value

from .cleaned import cleaned


@pytest.mark.parametrize("text", ["91,0", "0,0", "here"])
def test_no_value_or_a_placeholder_is_missing(text: str) -> None:
    assert cleaned("geo", text) == {}


@pytest.mark.parametrize(
    ("parts", "fields"),
    [
        ({"value": "41.88,-87.63"}, {"lat": "41.88", "lon": "-87.63"}),
        ({"value": "POINT(-87.63 41.88)"}, {"lat": "41.88", "lon": "-87.63"}),
        ({"lat": "+41.880", "lon": "-87.12345678"}, {"lat": "41.88", "lon": "-87.123457"}),
        ({"lat": "0", "lon": "10"}, {"lat": "0", "lon": "10"}),
        ({"lat": "41.88"}, {}),
    ],
)
def test_point_is_written_in_decimal_degrees(parts: dict[str, str], fields: Fields) -> None:
    assert clean_value("geo", parts) == fields
