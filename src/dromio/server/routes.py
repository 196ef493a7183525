"""The table of routes: every row says its path, its scopes, its handler, and the shapes of what goes in and out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel

from dromio.errors import UsageError
from dromio.server.errors import MethodError, NoRouteError
from dromio.server.messages import Request
from dromio.server.problems import PROBLEM, ErrorShape
from dromio.server.roles import Scope

Method = Literal["GET", "PUT", "POST", "PATCH", "DELETE"]
DOMAIN = "domain"
"""Path parameter that names the domain in which the scopes must be held."""
_READING = frozenset({Scope.PUBLIC, Scope.SIGNED_IN, Scope.READ, Scope.AUDIT, Scope.OBSERVE})
_PARAMETER = re.compile(r"^\{([a-z_]+)\}$")


@dataclass(frozen=True)
class Route:
    """One operation. All of `scopes` are needed. `keeps_replies`: idempotency keys are honoured. `uploads`: media types
    of a body that the handler reads itself, in the place of one in JSON. `also`: other statuses that the handler itself
    replies with."""

    method: Method
    path: str
    handler: Callable[..., Any]
    scopes: frozenset[Scope]
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    reply: type[BaseModel] | None = None
    status: int = 200
    keeps_replies: bool = False
    audited: bool = True
    uploads: tuple[str, ...] = ()
    also: tuple[int, ...] = ()

    @property
    def takes_body(self) -> bool:
        """Whether a body is read."""
        return self.body is not None or bool(self.uploads)

    @cached_property
    def template(self) -> tuple[str, ...]:
        """Segments of the path."""
        return tuple(self.path.split("/")[1:])

    @cached_property
    def parameters(self) -> dict[int, str]:
        """Place and name of each parameter of the path."""
        found = ((place, _PARAMETER.match(segment)) for place, segment in enumerate(self.template))
        return {place: match[1] for place, match in found if match}

    @cached_property
    def _fixed(self) -> tuple[tuple[int, str], ...]:
        """Place and text of each segment that is no parameter, the last first: the first ones are shared by many."""
        places = enumerate(self.template)
        return tuple((place, segment) for place, segment in places if place not in self.parameters)[::-1]

    @property
    def name(self) -> str:
        """Name of the operation, in metrics, the audit log and the OpenAPI document."""
        return getattr(self.handler, "__name__", "")

    @property
    def is_public(self) -> bool:
        """Whether no credential is needed."""
        return self.scopes == {Scope.PUBLIC}

    @property
    def only_reads(self) -> bool:
        """Whether the scopes do not suffice to change anything."""
        return self.scopes <= _READING

    @property
    def has_domain(self) -> bool:
        """Whether the operation is on one domain."""
        return DOMAIN in self.parameters.values()

    def match(self, segments: Sequence[str]) -> dict[str, str] | None:
        """Parameters of a path that fits; None where it does not."""
        if len(segments) != len(self.template):
            return None
        for place, segment in self._fixed:
            if segments[place] != segment:
                return None
        return {name: segments[place] for place, name in self.parameters.items()}


Scheme = Literal["bearer", "signature"]


@dataclass(frozen=True)
class Face:
    """Routes of one protocol: how its callers sign in, and how errors are answered (None: as problem details) and look.

    `prefix` is the beginning of all its paths: an address under it that is no route is refused in the face's own way.
    `begin` is called with the service when the server starts, and what it gives when the server stops: for work in the
    background.
    """

    name: str
    routes: tuple[Route, ...]
    scheme: Scheme = "bearer"
    refuse: Callable[[Exception, str], Any] | None = None
    begin: Callable[[Any], Callable[[], None]] | None = None
    prefix: str = ""
    error: ErrorShape = PROBLEM


@dataclass(frozen=True)
class Match:
    """The route that a request is for."""

    face: Face
    route: Route
    parameters: Mapping[str, str]


class Router:
    """Finds the route of a request. Fixed segments win over parameters."""

    def __init__(self, faces: Iterable[Face]) -> None:
        self.faces = tuple(faces)
        check_routes(self.faces)
        self._by_length: dict[int, list[tuple[Face, Route]]] = {}
        for face in self.faces:
            for route in sorted(face.routes, key=lambda route: sorted(route.parameters)):
                self._by_length.setdefault(len(route.template), []).append((face, route))

    def face_at(self, request: Request) -> Face | None:
        """The face whose prefix the path has, whether or not there is a route."""
        path = request.raw_path + b"/"
        return next((face for face in self.faces if face.prefix and path.startswith(f"{face.prefix}/".encode())), None)

    def find(self, request: Request) -> Match:
        """The match. Raises NoRouteError, MethodError."""
        allowed = set()
        for face, route in self._by_length.get(len(request.segments), ()):
            parameters = route.match(request.segments)
            if parameters is None:
                continue
            if route.method == request.method:
                return Match(face, route, parameters)
            allowed.add(route.method)
        if allowed:
            raise MethodError(sorted(allowed))
        raise NoRouteError("there is nothing at this address")


def check_routes(faces: Sequence[Face]) -> None:
    """Raise UsageError that names every route which declares no scope, is not described, or is there twice."""
    wrong: list[str] = []
    seen: set[tuple[str, str]] = set()
    for route in (route for face in faces for route in face.routes):
        label = f"{route.method} {route.path}"
        shape = re.sub(r"\{[a-z_]+\}", "{}", route.path)
        if not route.scopes:
            wrong.append(f"{label} declares no scope")
        if Scope.PUBLIC in route.scopes and not route.is_public:
            wrong.append(f"{label} is public and is not")
        if not (getattr(route.handler, "__doc__", None) or "").strip():
            wrong.append(f"{label} is not described")
        if (route.method, shape) in seen:
            wrong.append(f"{label} is there twice")
        seen.add((route.method, shape))
    if wrong:
        raise UsageError(f"the server does not start: {'; '.join(wrong)}")
