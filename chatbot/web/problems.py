"""Errors of the web faces as `application/problem+json` (RFC 9457), one table of kinds.

In: a `Problem` raised anywhere below the app, FastAPI's own errors, or an exception nobody expected.
Out: one small JSON object with type, title, status, detail, instance and request id. It never repeats
what was sent (that may be private, and need not even be valid Unicode), and never says why the
program broke: that goes to the log.
"""

from __future__ import annotations

import http
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from chatbot.web.logs import Observe, Requests, ignore, request_id

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 10  # a small body can hold ten thousand mistakes; the answer stays small too
LONGEST_NAME = 100  # of a field in an error: names come from the sender


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem. Its `type` is the address of its description on the docs page."""

    slug: str
    status: int
    title: str
    meaning: str

    @property
    def type(self) -> str:
        """The URI reference that names the kind."""
        return f"/docs#{self.slug}"


KINDS = {
    kind.slug: kind
    for kind in (
        Kind("malformed", 400, "The body cannot be read", "Send UTF-8 encoded JSON."),
        Kind("not-found", 404, "There is nothing here", "Check the path and the id."),
        Kind("unknown-answer", 404, "There is no such answer", "Use the id of an answer you were given."),
        Kind("method-not-allowed", 405, "The method is not allowed", "Use one the Allow header lists."),
        Kind("too-large", 413, "The body is too large", "Send less: a question and a few before it."),
        Kind("invalid", 422, "The request is not valid", "The member `errors` says what to change where."),
        Kind("unknown-guide", 422, "There is no such guide", "Use an id that GET /api/v1/guides lists."),
        Kind("too-many-requests", 429, "Too many requests", "Wait as long as Retry-After says."),
        Kind("internal", 500, "The server made a mistake", "Report the request id to the operator."),
        Kind("loading", 503, "The guides are being loaded", "Ask again in a moment."),
        Kind("busy", 503, "Too many questions at once", "Ask again in a moment."),
        Kind("not-recorded", 503, "The vote could not be recorded", "Send it again later."),
    )
}
_OF_STATUS = {404: "not-found", 405: "method-not-allowed", 413: "too-large", 400: "malformed"}


class Problem(Exception):
    """Raised where a request cannot be served; becomes the response of its kind.

    >>> Problem("busy", retry_after=1).headers
    {'Retry-After': '1'}
    """

    def __init__(
        self,
        slug: str,
        detail: str = "",
        errors: Sequence[Mapping[str, str]] = (),
        retry_after: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.kind = KINDS[slug]
        self.detail, self.errors = detail, errors
        self.headers = dict(headers or {})
        if retry_after is not None:
            self.headers["Retry-After"] = str(retry_after)
        super().__init__(self.kind.title)


@dataclass(frozen=True, slots=True)
class _Body:
    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: Sequence[Mapping[str, str]] = field(default=())


def problem_response(problem: Problem, path: str) -> JSONResponse:
    """The response that a problem becomes; `path` is the path of the request."""
    kind = problem.kind
    body = _Body(
        kind.type,
        kind.title,
        kind.status,
        problem.detail or kind.meaning,
        printable(path, 500),
        request_id.get(),
        problem.errors,
    )
    return _respond(body, problem.headers)


def install_problems(app: FastAPI, observe: Observe = ignore) -> None:
    """Makes every error below the app a problem, gives each request an id, and logs one line for it.

    `observe(route, status, seconds)` is called for each request.
    """
    app.add_middleware(Requests, failed=_fail, observe=observe)
    app.add_exception_handler(Problem, _handle_problem)
    app.add_exception_handler(RequestValidationError, _handle_invalid)
    app.add_exception_handler(HTTPException, _handle_http)


def printable(text: str, longest: int) -> str:
    """Text of a sender, cut, with what cannot be written as UTF-8 or would break a line replaced.

    >>> printable("a\\ud800b\\nc", 100)
    'a?b?c'
    """
    clean = "".join(character if character.isprintable() else "?" for character in text[:longest])
    return clean.encode("utf-8", "replace").decode("utf-8")


def _fail(path: str) -> JSONResponse:
    return problem_response(Problem("internal"), path)


async def _handle_problem(request: Request, problem: Exception) -> JSONResponse:
    assert isinstance(problem, Problem)
    return problem_response(problem, request.scope["path"])


async def _handle_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [_pointed(one) for one in error.errors()[:MOST_ERRORS]]
    return problem_response(Problem("invalid", errors=errors), request.scope["path"])


async def _handle_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if slug := _OF_STATUS.get(error.status_code):
        return problem_response(Problem(slug, headers=headers), request.scope["path"])
    title = http.HTTPStatus(error.status_code).phrase
    path = printable(request.scope["path"], 500)
    return _respond(
        _Body("about:blank", title, error.status_code, str(error.detail), path, request_id.get()), headers
    )


def _respond(body: _Body, headers: Mapping[str, str]) -> JSONResponse:
    content: dict[str, Any] = {name: getattr(body, name) for name in _Body.__slots__}
    if not body.errors:
        del content["errors"]
    return JSONResponse(content, body.status, headers, MEDIA_TYPE)


def _pointed(error: Mapping[str, Any]) -> dict[str, str]:
    """One of pydantic's errors as a JSON pointer and a sentence, without the value that was sent.

    >>> _pointed({"type": "missing", "loc": ("body", "a/b", 0), "msg": "Field required", "input": "x"})
    {'pointer': '#/a~1b/0', 'detail': 'Field required'}
    """
    place, *steps = error["loc"]
    if error["type"] == "json_invalid":
        return {"pointer": "#", "detail": f"Not JSON: {error['ctx']['error']} at character {steps[0]}"}
    if error["type"] == "model_attributes_type":
        return {"pointer": "#", "detail": "Send a JSON object, with Content-Type: application/json"}
    names = [printable(str(step), LONGEST_NAME) for step in steps]
    if place != "body":
        return {"parameter": "/".join(names), "detail": str(error["msg"])}
    pointer = "#" + "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in names)
    return {"pointer": pointer, "detail": str(error["msg"])}
