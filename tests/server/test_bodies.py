"""Bodies: read within bounds, understood by their shape."""

from __future__ import annotations

import asyncio

import pytest
from pydantic import BaseModel

from dromio.server.bodies import check_media_type, has_body, parse_body, parse_query, read_body
from dromio.server.errors import MediaTypeError, RequestError
from dromio.server.faces.own.shapes import In, PageQuery
from dromio.server.messages import Request


class Shape(In):
    """One number."""

    number: int


def request(query: bytes = b"", **headers: str) -> Request:
    raw = tuple((name.replace("_", "-").encode(), value.encode()) for name, value in headers.items())
    return Request("POST", b"/", query, raw, "", "")


def faults(raw: bytes, shape: type[BaseModel] = Shape) -> set[tuple[str, str]]:
    with pytest.raises(RequestError) as caught:
        parse_body(shape, raw)
    return {(fault.path, fault.message) for fault in caught.value.faults}


def test_faults_name_places_but_no_values_and_no_made_up_names() -> None:
    found = faults(b'{"number": "zebra", "zebra-name": 1}')
    assert {path for path, _ in found} == {"number", ""}
    assert "zebra" not in str(found)
    assert faults(b"{zebra") == {("", "not valid JSON")}


@pytest.mark.parametrize(
    "raw", [b'{"number": "1"}', b'{"number": 1.0}', b'{"number": true}', b'{"number": null}', b"1"]
)
def test_nothing_is_taken_for_something_else(raw: bytes) -> None:
    assert faults(raw)


def test_a_query_is_taken_as_texts() -> None:
    assert parse_query(PageQuery, request(b"limit=5")) == PageQuery(limit=5)
    assert parse_query(None, request()) is None
    for wrong in (b"limit=5&limit=5", b"zebra=1", b"limit=x"):
        with pytest.raises(RequestError) as caught:
            parse_query(PageQuery, request(wrong))
        assert "zebra" not in str(caught.value.faults)


@pytest.mark.parametrize("given", ["text/plain", "", "application/x-www-form-urlencoded", "application/jsonx"])
def test_a_body_must_be_declared_as_json(given: str) -> None:
    with pytest.raises(MediaTypeError):
        check_media_type(request(content_type=given))
    check_media_type(request(content_type="Application/JSON; charset=utf-8"))


@pytest.mark.parametrize("coding", ["gzip", "br", "gzip, identity", "x"])
def test_compressed_bodies_are_refused(coding: str) -> None:
    async def receive() -> object:
        raise AssertionError("read before it was checked")

    with pytest.raises(MediaTypeError):
        asyncio.run(read_body(request(content_encoding=coding), receive, most=10, seconds=1))


def test_whether_there_is_a_body() -> None:
    assert has_body(request(content_length="5")) and has_body(request(transfer_encoding="chunked"))
    assert not has_body(request()) and not has_body(request(content_length="0"))
