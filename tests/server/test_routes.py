"""The table of routes."""

from __future__ import annotations

import pytest

from dromio.errors import UsageError
from dromio.server.errors import MethodError, MissingError
from dromio.server.messages import Reply, Request
from dromio.server.roles import Scope
from dromio.server.routes import Face, Route, Router

ANY = frozenset({Scope.SIGNED_IN})


def handler(call: object) -> Reply:
    """Do something."""
    return Reply()


def silent(call: object) -> Reply:
    return Reply()


def route(path: str, method: str = "GET", **given: object) -> Route:
    return Route(method, path, given.pop("handler", handler), given.pop("scopes", ANY), **given)  # type: ignore[arg-type]


def find(router: Router, path: str, method: str = "GET") -> tuple[str, dict[str, str]]:
    match = router.find(Request(method, path.encode(), b"", (), "", ""))
    return match.route.path, dict(match.parameters)


def test_parameters_are_whole_segments_and_fixed_segments_win() -> None:
    router = Router([Face("a", (route("/a/{x}"), route("/a/b"), route("/a/{x}/c")))])
    assert find(router, "/a/b") == ("/a/b", {})
    assert find(router, "/a/%62") == ("/a/b", {})
    assert find(router, "/a/b%2Fc") == ("/a/{x}", {"x": "b/c"})
    assert find(router, "/a/b/c") == ("/a/{x}/c", {"x": "b"})
    for path in ("/a", "/a/b/", "/", "", "/A/b", "//a/b"):
        with pytest.raises(MissingError):
            find(router, path)


def test_another_method_names_the_allowed_ones() -> None:
    router = Router([Face("a", (route("/a"), route("/a", "PUT")))])
    with pytest.raises(MethodError, match="GET, PUT"):
        find(router, "/a", "DELETE")


@pytest.mark.parametrize(
    ("routes", "named"),
    [
        ([route("/a", scopes=frozenset())], "GET /a declares no scope"),
        ([route("/a", handler=silent)], "GET /a is not described"),
        ([route("/a/{x}"), route("/a/{y}")], "GET /a/{y} is there twice"),
        ([route("/a", scopes=frozenset({Scope.PUBLIC, Scope.READ}))], "GET /a is public and is not"),
    ],
)
def test_a_table_with_faults_does_not_start(routes: list[Route], named: str) -> None:
    with pytest.raises(UsageError) as caught:
        Router([Face("a", tuple(routes))])
    assert named in str(caught.value)
