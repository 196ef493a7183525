"""What is done for an authorised request, in a thread: understand it, do it once, write the audit log, render."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from dromio.server.audit import Event
from dromio.server.bodies import check_media_type, parse_body, parse_query
from dromio.server.errors import OverloadError
from dromio.server.idempotency import Kept
from dromio.server.messages import Reply, Request
from dromio.server.problems import problem_of, refusal
from dromio.server.roles import Principal
from dromio.server.routes import DOMAIN, Match
from dromio.server.service import Call, Service

JSON = "application/json"
_encoded = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_AUDIT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Sent:
    """A reply as bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Later(Generic[Done]):
    """Something that is done, but counts only once its entry in the audit log is durable."""

    done: Done
    written: Future[int]


def work(service: Service, match: Match, request: Request, principal: Principal) -> Sent | Later[Sent]:
    """Do what a request asks. Raises what its handler raises, RequestError, KeyReuseError, KeyBusyError."""
    if match.route.audited and not service.audit.is_well:
        raise OverloadError
    arguments = _arguments(match, request)
    call = Call(service, principal, match.parameters, request)
    key = request.header("idempotency-key") if match.route.keeps_replies else None
    if key is None:
        sent, written = _done(match, call, arguments)
        return sent if written is None else Later(sent, written)
    return _once(match, call, arguments, key)


def _arguments(match: Match, request: Request) -> list[BaseModel]:
    """The body and the query, as the handler takes them."""
    found: list[BaseModel] = []
    if match.route.body is not None:
        check_media_type(request)
        found.append(parse_body(match.route.body, request.body))
    elif match.route.uploads:
        check_media_type(request, match.route.uploads)
    query = parse_query(match.route.query, request) if match.face.scheme == "bearer" else None
    return [*found, query] if query is not None else found


def _done(match: Match, call: Call, arguments: list[BaseModel]) -> tuple[Sent, Future[int] | None]:
    """The reply, and what must be durable before it is sent."""
    reply: Reply = match.route.handler(call, *arguments)
    sent = rendered(reply, match.route.status)
    if not match.route.audited:
        return sent, None
    written = call.service.audit.append(_event(match, call, reply, sent.status))
    waits = call.service.settings.audit_reads_wait or not match.route.only_reads
    return sent, written if waits else None


def _once(match: Match, call: Call, arguments: list[BaseModel], key: str) -> Sent:
    request, replies = call.request, call.service.replies
    scope = replies.scope(key, call.principal.credential, request.method, request.raw_path.decode("latin-1"))
    kept = replies.begin(scope, request.raw_query + b"\n" + request.body)
    if kept is not None:
        return Sent(kept.status, {"content-type": kept.media_type, "idempotency-replayed": "true"}, kept.body)
    try:
        sent, written = _done(match, call, arguments)
        if written is not None:
            written.result(_AUDIT_SECONDS)
    except Exception as error:
        if problem_of(error).status != 500:
            replies.drop(scope)
        else:
            replies.end(scope, _as_kept(rendered(refusal(error, request.request_id))))
        raise
    replies.end(scope, _as_kept(sent))
    return sent


def _event(match: Match, call: Call, reply: Reply, status: int) -> Event:
    who = call.principal
    domain = match.parameters.get(DOMAIN, "")
    return Event(who.name, who.credential, match.route.name, domain, reply.touched, status, call.request.request_id)


def rendered(reply: Reply, status: int = 200) -> Sent:
    """A reply as bytes; `status` counts where the reply does not name another."""
    headers = dict(reply.headers)
    if reply.body is not None:
        headers.setdefault("content-type", JSON)
    return Sent(status if reply.status == 200 else reply.status, headers, _bytes(reply.body))


def _bytes(body: Any) -> bytes:
    if body is None or isinstance(body, bytes):
        return body or b""
    if isinstance(body, BaseModel):
        return body.model_dump_json().encode()
    return _encoded(body).encode()


def _as_kept(sent: Sent) -> Kept:
    return Kept(sent.status, sent.body, sent.headers.get("content-type", JSON))
