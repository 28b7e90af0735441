"""Logs as JSON, one object a line, and the request id that ties the lines of a request together.

In: records of the standard library's logging. Out: lines with time, level, logger, message, request id
and whatever a caller put into `extra`. Unless the settings allow it, no line holds the text of a
question: `question` is left out, and of an exception only its type and its frames are written, since
its message may quote what was asked. Addresses of visitors are never written.
"""

from __future__ import annotations

import datetime
import itertools
import json
import logging
import re
import sys
import time
import traceback
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, TextIO, TypeAlias

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Request-ID"
GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")  # others are replaced: an id must not forge a log line
# An id made here: the process and a number in it. (To ask the system for chance each time would let go of
# the interpreter, and wait for it again, in the middle of every request.)
PROCESS, numbers = uuid.uuid4().hex[:20], itertools.count(1)
request_id: ContextVar[str] = ContextVar("request_id", default="")
logger = logging.getLogger(__name__)

Observe: TypeAlias = Callable[[str, int, float], None]  # route, status, seconds
_USUAL = set(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "color_message"}


class JsonFormatter(logging.Formatter):
    """Writes a record as one line of JSON."""

    def __init__(self, log_questions: bool = False) -> None:
        super().__init__()
        self.log_questions = log_questions

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON; anything that JSON does not know becomes its text."""
        moment = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        line: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id.get():
            line["request_id"] = request_id.get()
        line |= {name: value for name, value in record.__dict__.items() if name not in _USUAL}
        if not self.log_questions:
            line.pop("question", None)
        if record.exc_info and record.exc_info[1]:
            line |= self._exception(record.exc_info[1])
        return json.dumps(line, default=str)  # ASCII: a lone surrogate or a line break stays an escape

    def _exception(self, error: BaseException) -> dict[str, Any]:
        frames = traceback.extract_tb(error.__traceback__)
        told: dict[str, Any] = {
            "exception": type(error).__qualname__,
            "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
        }
        return told | ({"exception_message": str(error)} if self.log_questions else {})


def configure_logs(log_questions: bool = False, stream: TextIO | None = None, level: str = "INFO") -> None:
    """Sends the whole process's logs through one JSON handler.

    uvicorn's own lines of requests are turned off: they hold the visitor's address and the query.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter(log_questions))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        other = logging.getLogger(name)
        other.handlers.clear()
        other.setLevel(logging.NOTSET)
        other.propagate = name != "uvicorn.access"
    for name in ("httpx", "httpx2", "httpcore", "asyncio", "gradio"):  # chatter about themselves
        logging.getLogger(name).setLevel("WARNING")


def ignore(route: str, status: int, seconds: float) -> None:
    """Observes nothing."""


class Requests:
    """ASGI middleware around everything: request id in and out, one log line a request, no bare 500.

    `failed` makes the response for an exception that nobody handled, from the request's path.
    """

    def __init__(self, app: ASGIApp, failed: Callable[[str], ASGIApp], observe: Observe = ignore) -> None:
        self.app, self.failed, self.observe = app, failed, observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request; anything that is not HTTP passes untouched."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        given = Headers(scope=scope).get(HEADER, "")
        identifier = given if GIVEN_ID.fullmatch(given) else f"{PROCESS}{next(numbers):012x}"
        status, started = 0, time.perf_counter()

        async def send_with_id(message: Message) -> None:
            """Keeps the status, and sends the request id along."""
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = identifier
            await send(message)

        token = request_id.set(identifier)
        try:
            await self.app(scope, receive, send_with_id)
        except Exception:
            logger.exception("request failed")
            if status:  # the response is on its way: all that is left is to break it off
                raise
            await self.failed(scope["path"])(scope, receive, send_with_id)
        finally:
            seconds = time.perf_counter() - started
            self._tell(scope, status, seconds)
            request_id.reset(token)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "") or "other"
        self.observe(route, status, seconds)
        # The route's pattern and not the path: a path is what the sender likes it to be.
        took_ms = round(seconds * 1000, 1)
        told = {"method": scope["method"], "route": route, "status": status, "took_ms": took_ms}
        logger.info("request", extra=told)
