from __future__ import annotations

import pytest

from dromio.clean import Fields

from .cleaned import cleaned


@pytest.mark.parametrize("text", ["n/a", "localhost"])
def test_no_value_or_a_placeholder_is_missing(text: str) -> None:
    assert cleaned("url", text) == {}


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("https://www.Example.com:80/Foo/?q=1#x", {"host": "example.com", "path": "/Foo"}),
        ("example.com", {"host": "example.com"}),
        ("www.Example.com:8080/A", {"host": "example.com", "path": "/A"}),
        ("HTTP://user@Example.com.", {"host": "example.com"}),
        ("//cdn.example.com/a/b/", {"host": "cdn.example.com", "path": "/a/b"}),
    ],
)
def test_url_is_cut_into_host_and_path(text: str, fields: Fields) -> None:
    assert cleaned("url", text) == fields
