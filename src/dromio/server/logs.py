"""Logs as one JSON object per line, of listed fields only: no value of a record can get in.

Messages of other libraries are written as their template, without the arguments; of errors, the class and the places
in the code are written, never the text.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

LOGGER = logging.getLogger("dromio.server")
FIELDS = (
    "action",
    "address",
    "audit_hash",
    "audit_number",
    "credential",
    "duration_ms",
    "error",
    "method",
    "places",
    "reason",
    "request_id",
    "route",
    "status",
    "worker",
)
"""Everything that a line may say besides time, level, logger and event."""
_FRAMES = 12


class JsonLines(logging.Formatter):
    """Formats a log record as a JSON object of the listed fields."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {"time": moment, "level": record.levelname, "logger": record.name}
        line["event"] = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
        given = {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        line |= {name: value for name, value in given.items() if isinstance(value, str | int | float | list)}
        if record.exc_info and record.exc_info[1]:
            line |= described(record.exc_info[1])
        return json.dumps(line, ensure_ascii=True)


def described(error: BaseException) -> dict[str, Any]:
    """Class of an error, and where it came from: file, line and function of each frame, without any value."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    return {"error": type(error).__name__, "places": places}


def configure_logs(level: str) -> None:
    """Send all logs of the process to standard error, as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.asgi"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.access").disabled = True
    logging.raiseExceptions = False


def event(name: str, *, level: int = logging.INFO, **fields: Any) -> None:
    """Log an event with listed fields."""
    if LOGGER.isEnabledFor(level):
        LOGGER.log(level, name, extra=fields)
