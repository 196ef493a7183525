"""The application: takes a request through its checks to its handler, and always answers.

No framework: the table of routes, the bounded reading of bodies and the errors are our own for good reasons (signatures
are over the bytes of the path, every route declares its scope, limits come first), and what a framework would add
beyond them is not needed.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from dromio.server import logs
from dromio.server.access.guard import DEVELOPER
from dromio.server.audit import Event
from dromio.server.bodies import ClientGoneError, has_body, read_body
from dromio.server.errors import (
    CredentialError,
    ForbiddenError,
    MissingError,
    NoRouteError,
    OverloadError,
    RateError,
    TimeOverError,
)
from dromio.server.faces import all_faces
from dromio.server.heads import Heads, raw_headers, refuse_cross_site
from dromio.server.limits import Buckets, Gate, Shares
from dromio.server.messages import Request
from dromio.server.metrics import WRITE_SECONDS
from dromio.server.problems import problem_of, refusal
from dromio.server.roles import Principal
from dromio.server.routes import DOMAIN, Face, Match, Router
from dromio.server.service import Service
from dromio.server.settings import Settings
from dromio.server.threads import Threads
from dromio.server.work import Later, Sent, rendered, work

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Done = TypeVar("Done")
NOBODY = Principal("", "", {})
"""Sender of requests that need no credential."""


def create_app(settings: Settings, service: Service, faces: Iterable[Face] | None = None) -> App:
    """The ASGI application. Raises UsageError where a route has no scope."""
    return App(settings, service, all_faces() if faces is None else faces)


class App:
    """An ASGI application over a service. It closes the service when the server stops."""

    def __init__(self, settings: Settings, service: Service, faces: Iterable[Face]) -> None:
        self.router = Router(faces)
        self._settings = settings
        self._service = service
        self._heads = Heads(settings)
        self._rates = Buckets(settings.requests_per_second, settings.burst)
        self._failures = Buckets(settings.failures_per_minute / 60, max(1, settings.failures_per_minute))
        self._gate = Gate(settings.threads + settings.queue)
        self._shares = Shares(settings.share)
        self._threads = Threads(settings.threads)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection of the protocol: a request, or the life of the server."""
        if scope["type"] == "http":
            with suppress(ClientGoneError):
                await self._exchange(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        ends = [face.begin(self._service) for face in self.router.faces if face.begin]
        writing = asyncio.create_task(self._write_metrics())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        writing.cancel()
        for end in ends:
            end()
        self._threads.close()
        self._service.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _write_metrics(self) -> None:
        while self._service.metrics.is_shared:
            await asyncio.sleep(WRITE_SECONDS)
            self._service.metrics.write()

    async def _exchange(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.monotonic()
        request = self._heads.read(scope)
        exchange = _Exchange(request)
        try:
            self._heads.check(request)
            exchange.match = self.router.find(request)
            async with asyncio.timeout(self._settings.total_seconds):
                sent = await self._serve(exchange, receive)
        except ClientGoneError:
            raise
        except Exception as error:  # noqa: BLE001 - the one place where every error becomes an answer
            sent = self._refused(exchange, TimeOverError() if isinstance(error, TimeoutError) else error)
        self._note(exchange, sent, time.monotonic() - began)
        await self._send(exchange, sent, send)

    async def _serve(self, exchange: _Exchange, receive: Receive) -> Sent:
        match = exchange.matched
        if match.face.scheme == "signature":
            await self._read(exchange, receive)
        if match.route.is_public:
            self._rates.take(exchange.request.client)
        else:
            await self._sign_in(exchange)
        if match.route.takes_body and not exchange.is_read:
            await self._read(exchange, receive)
        caller = exchange.principal.credential or exchange.request.client
        return await self._within(caller, work, self._service, match, exchange.request, exchange.principal)

    async def _read(self, exchange: _Exchange, receive: Receive) -> None:
        body = await read_body(
            exchange.request,
            receive,
            most=self._settings.max_body_bytes,
            seconds=self._settings.body_seconds,
        )
        exchange.request = replace(exchange.request, body=body)
        exchange.is_read = True

    async def _sign_in(self, exchange: _Exchange) -> None:
        """Find out who sends the request, and whether it may. Raises CredentialError, ForbiddenError, RateError."""
        request, match = exchange.request, exchange.matched
        self._failures.check(request.client)
        try:
            principal = self._service.guard.known(request, match.face.scheme)
            if principal is None:
                principal = await self._within(request.client, self._service.guard.check, request, match.face.scheme)
        except CredentialError:
            with suppress(RateError):
                self._failures.take(request.client)
            raise
        exchange.principal = principal
        self._rates.take(principal.credential)
        if principal is DEVELOPER:
            refuse_cross_site(request)
        await self._authorise(exchange)

    async def _authorise(self, exchange: _Exchange) -> None:
        match, principal = exchange.matched, exchange.principal
        domain = match.parameters.get(DOMAIN)
        if domain is not None and not principal.knows(domain):
            raise MissingError("there is nothing at this address")
        if not match.route.scopes <= principal.scopes_in(domain):
            await asyncio.wrap_future(self._service.audit.append(_denied(exchange, domain or "")))
            raise ForbiddenError

    async def _within(self, caller: str, function: Callable[..., Done | Later[Done]], *arguments: Any) -> Done:
        """Run something in a thread, if there is room; it counts as inside until it has really ended.

        A function may give a Later: what it gave counts once that is written, and no thread waits for it.
        """
        self._shares.enter(caller)
        try:
            self._gate.enter()
        except OverloadError:
            self._shares.leave(caller)
            raise
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Done] = loop.create_future()

        def end(done: Done | None, error: BaseException | None = None) -> None:
            with suppress(RuntimeError):  # the loop has ended meanwhile, and with it the count
                loop.call_soon_threadsafe(self._end, caller, answer, done, error)

        if not self._threads.submit(lambda: _run(function, arguments, end)):
            self._leave(caller)
            raise OverloadError
        return await answer

    def _end(self, caller: str, answer: asyncio.Future[Any], done: Any, error: BaseException | None) -> None:
        self._leave(caller)
        if answer.done():  # nobody waits any more
            return
        if error is None:
            answer.set_result(done)
        else:
            answer.set_exception(error)

    def _leave(self, caller: str) -> None:
        self._gate.leave()
        self._shares.leave(caller)

    def _refused(self, exchange: _Exchange, error: Exception) -> Sent:
        problem = problem_of(error)
        if problem.status == 500:
            logs.event(
                "request failed", level=logging.ERROR, request_id=exchange.request.request_id, **logs.described(error)
            )
        if isinstance(error, CredentialError):
            logs.event("credential refused", reason=error.why, request_id=exchange.request.request_id)
        self._service.metrics.refused(problem.tag)
        face = exchange.match.face if exchange.match else self.router.face_at(exchange.request)
        if face and face.refuse:
            return rendered(face.refuse(error, exchange.request.request_id))
        return rendered(refusal(error, exchange.request.request_id))

    def _note(self, exchange: _Exchange, sent: Sent, seconds: float) -> None:
        route = exchange.match.route.name if exchange.match else "none"
        method = exchange.request.method if exchange.match else "other"
        self._service.metrics.in_work = self._gate.inside
        self._service.metrics.answered(route, method, sent.status, seconds)
        logs.event(
            "answered",
            request_id=exchange.request.request_id,
            route=route,
            method=method,
            status=sent.status,
            credential=exchange.principal.credential.partition(":")[0],
            duration_ms=round(seconds * 1000, 3),
        )

    async def _send(self, exchange: _Exchange, sent: Sent, send: Send) -> None:
        headers = {**sent.headers, "x-request-id": exchange.request.request_id}
        if sent.status != 204:
            headers["content-length"] = str(len(sent.body))
        if not exchange.is_read and _announces_body(exchange.request):
            headers["connection"] = "close"
        raw = [*(self._heads.reply_headers | raw_headers(headers)).values()]
        await send({"type": "http.response.start", "status": sent.status, "headers": raw})
        await send({"type": "http.response.body", "body": sent.body})


class _Exchange:
    """What is known of a request so far."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.match: Match | None = None
        self.principal = NOBODY
        self.is_read = False

    @property
    def matched(self) -> Match:
        if self.match is None:
            raise NoRouteError("there is nothing at this address")
        return self.match


def _run(function: Callable[..., Any], arguments: tuple[Any, ...], end: Callable[..., None]) -> None:
    """Call a function, and `end` with what came of it, or with the error, at once or when it is written."""
    try:
        done = function(*arguments)
    except BaseException as error:  # noqa: BLE001 - whoever waits gets it
        end(None, error)
        return
    if isinstance(done, Later):
        done.written.add_done_callback(lambda written: end(done.done, written.exception()))
    else:
        end(done)


def _announces_body(request: Request) -> bool:
    try:
        return has_body(request)
    except Exception:  # noqa: BLE001 - headers that contradict each other: as if there were one
        return True


def _denied(exchange: _Exchange, domain: str) -> Event:
    principal, request = exchange.principal, exchange.request
    return Event(principal.name, principal.credential, exchange.matched.route.name, domain, (), 403, request.request_id)
