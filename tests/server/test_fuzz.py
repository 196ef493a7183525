"""Whatever is sent, the answer is one that was meant: never an error of the server, never a hang."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dromio.server.faces.own import own_face
from dromio.server.faces.system import system_face

from .asking import Rig
from .conftest import new_domain
from .factory import ANN

ROUTES = [*system_face().routes, *own_face().routes]
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
def domain(rig: Rig) -> str:
    name = new_domain(rig)
    rig.ask("PUT", f"/v1/domains/{name}/records/crm/1", {"values": ANN})
    return name


@given(data=st.data())
@settings(max_examples=250)
def test_no_request_makes_the_server_fail(rig: Rig, domain: str, data: st.DataObject) -> None:
    route = data.draw(st.sampled_from(ROUTES))
    path = route.path.replace("{domain}", domain)
    for name in route.parameters.values():
        path = path.replace(f"{{{name}}}", data.draw(PARTS))
    raw = _trimmed(data.draw(LIKELY | JSON), route.body)
    query = data.draw(QUERIES)
    key = data.draw(st.sampled_from([{}, {"idempotency-key": "k"}]))
    answer = rig.ask(route.method, f"{path}?{query}", raw=raw, headers={"content-type": "application/json", **key})
    assert answer.status < 500, (route.name, path, raw, answer.body)
    if answer.status >= 400:
        assert answer.problem


def _trimmed(body: Any, shape: Any) -> bytes:
    """The body with mostly the members that its shape has, so that many get past the first check."""
    if isinstance(body, dict) and shape is not None:
        body = {name: value for name, value in body.items() if name in shape.model_fields} or body
    return json.dumps(body).encode("utf-8", "surrogatepass")
