"""Whatever is sent, the answer is one that was meant: never an error of the server, never a hang."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dromio.server.routes import DOMAIN

from .asking import Rig
from .described import check_described
from .factory import ANN
from .tour import ROUTES, Asked, World

REQUESTS: dict[str, dict[str, Asked]] = {}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.fixed_dictionaries(
    {"source": st.sampled_from(["crm", "web", "a/b", "\x00"]), "unique_id": st.text(max_size=5)}
)
VALUES = st.dictionaries(st.sampled_from(["given", "family", "email", "x"]), JSON, max_size=4)
LIKELY = st.fixed_dictionaries(
    {},
    optional={
        "source": st.sampled_from(["crm", "web"]),
        "unique_id": st.sampled_from(["1", "2", "é"]),
        "values": VALUES | st.just(ANN),
        "version": st.integers(),
        "records": st.lists(KEYS | JSON, max_size=3),
        "left": KEYS | st.fixed_dictionaries({"values": VALUES}),
        "right": KEYS | JSON,
        "verdict": st.sampled_from(["positive", "negative", "unsure", "?"]),
        "entities": st.lists(st.integers(-1, 9), max_size=3),
        "reason": st.text(max_size=5),
        "accept": st.booleans(),
        "value": st.text(max_size=5) | st.none(),
        "name": st.sampled_from(["people", "a b", "x"]),
        "model": JSON,
        "kind": st.sampled_from(["resolve", "verify", "redo", "import", "?"]),
        "every": st.sampled_from(["day", "sunday", "?"]),
        "at": st.sampled_from(["03:30", "24:00", ""]),
        "grants": st.lists(st.sampled_from(["people:reader", "x"]), max_size=2),
    },
)
PARTS = st.sampled_from(
    ["1", "2", "crm", "email", "%00", "%FF", "..", "%2F", "99999999999999999999", "é", "%F0%9F%98%80"]
)
QUERIES = st.sampled_from(
    [
        "",
        "limit=1",
        "limit=-1",
        "cursor=x",
        "as_of=2026-01-01T00:00:00Z",
        "version=5",
        "after=3&wait=0",
        "source=crm",
        "source=crm&id=1",
        "%FF=%00",
        "a",
    ]
)


@pytest.fixture(scope="module")
def world(rig: Rig) -> World:
    return World(rig)


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_every_answer_is_one_that_is_described(rig: Rig, world: World, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(ROUTES)))
    route = ROUTES[name][1]
    known = REQUESTS.setdefault(world.people, world.requests())[name]
    path = route.path
    for parameter in route.parameters.values():
        likely = st.just(quote(str(known.path[parameter]), safe=""))
        part = likely if parameter == DOMAIN else likely | PARTS
        path = path.replace(f"{{{parameter}}}", data.draw(part))
    raw = known.raw or _trimmed(data.draw(LIKELY | JSON | st.just(known.body)), route.body)
    media = data.draw(st.sampled_from(["application/json", *route.uploads]))
    query = data.draw(QUERIES | st.just("&".join(f"{one}={value}" for one, value in known.query.items())))
    key = data.draw(st.sampled_from([{}, {"idempotency-key": "k"}]))
    answer = rig.ask(route.method, f"{path}?{query}", raw=raw, headers={"content-type": media, **key})
    assert answer.status < 500, (name, path, raw, answer.body)
    if b"%FF" not in path.encode() and b"%00" not in path.encode():  # refused before it is known what was asked
        check_described(name, answer)


def _trimmed(body: Any, shape: Any) -> bytes:
    """The body with mostly the members that its shape has, so that many get past the first check."""
    if isinstance(body, dict) and shape is not None:
        body = {name: value for name, value in body.items() if name in shape.model_fields} or body
    return json.dumps(body).encode("utf-8", "surrogatepass")
