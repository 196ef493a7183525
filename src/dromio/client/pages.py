"""Lists that come in pages, as one iterator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dromio.client.calls import Call, Caller


def items(caller: Caller, path: str, name: str, per_page: int) -> Iterator[Any]:
    """Every item of a list, in order; a page is asked for when it is needed. Raises ServerError on the way."""
    query = {"limit": str(per_page)}
    while True:
        page = caller.json(Call("GET", path, "safe", query=query))
        yield from page[name]
        if page["next"] is None:
            return
        query["cursor"] = page["next"]
