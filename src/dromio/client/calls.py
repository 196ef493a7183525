"""One call: sent, repeated where that is safe, its answer understood or raised as an error."""

from __future__ import annotations

import json
import random
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode

from dromio.client.connections import Answer, Connections, NoAnswerError, NotSentError
from dromio.client.errors import Problem, ServerError, UnavailableError, UncertainError, error_of, problem_from
from dromio.errors import InputError

Repeat = Literal["safe", "keyed", "never"]
_FIRST_WAIT = 0.1
_LONGEST_WAIT = 30.0


@dataclass(frozen=True)
class Call:
    """What is asked for. `repeat`: 'safe' may be done twice, 'keyed' is done once however often it is sent under its
    idempotency key, 'never' is sent once."""

    method: str
    path: str
    repeat: Repeat
    body: Mapping[str, Any] | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    """A body that is not JSON, and its type."""
    media_type: str = "application/json"


class Caller:
    """Makes calls to one server under one credential."""

    def __init__(
        self,
        connections: Connections,
        prefix: str,
        key: str | None,
        attempts: int,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.connections = connections
        self._prefix, self._attempts, self._sleep = prefix, attempts, sleep
        self._headers = {"accept": "application/json, application/problem+json"}
        if key is not None:
            self._headers["authorization"] = f"Bearer {key}"

    def json(self, call: Call) -> Any:
        """What the answer holds. Raises ServerError."""
        try:
            return json.loads(self.content(call))
        except ValueError:
            raise ServerError(Problem(0, "none", "The answer is no JSON; is there a Dromio server?")) from None

    def content(self, call: Call) -> bytes:
        """The body of the answer. Raises ServerError, and InputError for what cannot be sent."""
        headers, body = dict(self._headers), call.raw
        if call.body is not None:
            body = _encoded(call.body)
        if body is not None:
            headers["content-type"] = call.media_type
        if call.repeat == "keyed":
            headers["idempotency-key"] = uuid.uuid4().hex
        for attempt in range(1, self._attempts + 1):
            try:
                return self._once(call, headers, body)
            except (UnavailableError, UncertainError) as error:
                wait = _wait(error, attempt)
                if call.repeat == "never" or attempt == self._attempts or wait > _LONGEST_WAIT:
                    raise
            self._sleep(wait)
        raise AssertionError("there is at least one attempt")

    def _once(self, call: Call, headers: Mapping[str, str], body: bytes | None) -> bytes:
        target = self._prefix + call.path + _query(call.query)
        answer = self._exchange(call.method, target, headers, body)
        if 200 <= answer.status < 300:
            return answer.body
        raise error_of(problem_from(answer.status, answer.headers, answer.body))

    def _exchange(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        try:
            return self.connections.exchange(method, target, headers, body)
        except NotSentError as error:
            raise error_of(Problem(0, "unreachable", "The server cannot be reached", str(error))) from None
        except NoAnswerError as error:
            raise error_of(Problem(0, "no-answer", "The server did not answer", str(error))) from None


def _encoded(body: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(body, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError) as error:
        raise InputError(f"cannot be sent as JSON: {error}") from None


def _query(query: Mapping[str, str]) -> str:
    return f"?{urlencode(query)}" if query else ""


def _wait(error: ServerError, attempt: int) -> float:
    """Seconds until the next attempt: what the server says, or twice as long each time, not all callers at once."""
    if error.problem.retry_after is not None:
        return error.problem.retry_after
    return float(_FIRST_WAIT * 2 ** (attempt - 1) * random.uniform(0.5, 1))
