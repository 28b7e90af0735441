"""Safe by default: headers on every response, CORS for listed sites, a limit on bodies, a gate before Gradio.

In: the app and the sites that may embed it. Out: the app behind four pieces of middleware. Gradio brings
routes that a chat does not need (uploads, a proxy, recordings, monitoring, a record of runs, a listing of
its handlers): the gate lets through the few that its page needs, and nothing else. It knows no user and
no cookie: signing in is the business of the staff page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatbot.web.limits import drain
from chatbot.web.problems import Problem, problem_response

BODY = 1 << 20  # bytes; a long conversation in the chat is sent back and forth and has about 300 kB
PROMISES = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # a question in an address (`/?q=…`) is told to no other site
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# What Gradio's page asks for. Everything else below gradio_api is closed, also what a later version adds.
GRADIO = re.compile(r"GET (info|startup-events|theme\.css|heartbeat/\w+)|POST run/predict/?")
CLOSED = re.compile(r"/(monitoring|login|logout|pwa_icon|user|token|app_id|deep_link|dev)(/|$)")
SECRETIVE = {"all_endpoints", "deep_link"}  # queries that make Gradio list its handlers or load a saved state


def close_gradio(app: FastAPI) -> None:
    """Puts the app behind the limit on bodies and the gate before Gradio."""
    app.add_middleware(gate)
    app.add_middleware(limit_body)


def promise(app: FastAPI, origins: Sequence[str] = ()) -> None:
    """Puts the app behind CORS for the listed sites, and the headers. Comes last: refusals need both too."""
    app.add_middleware(
        CORSMiddleware,
        allow_origins=[origin.rstrip("/") for origin in origins],
        allow_methods=["GET", "POST"],
        allow_headers=["Content-Type"],
        expose_headers=["Retry-After", "X-Request-ID"],
    )
    app.add_middleware(add_headers, origins=origins)


def policy(origins: Sequence[str] = (), scripts: str = "'self' 'unsafe-inline'") -> str:
    """The Content-Security-Policy: nothing from elsewhere, framed by the listed sites only.

    The inline scripts and styles are Gradio's, whose page starts from them; pages without Gradio run none.
    """
    framing = " ".join(["'self'", *(origin.rstrip("/") for origin in origins)])
    return (
        f"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; "
        f"form-action 'self'; base-uri 'self'; frame-ancestors {framing}"
    )


def add_headers(app: ASGIApp, origins: Sequence[str] = ()) -> ASGIApp:
    """Adds the promises to every response; what a route has set itself is kept."""
    policies = {"/guides/": policy(origins, "'none'"), "": policy(origins)}

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request, its response with the promises."""

        async def send_with_headers(message: Message) -> None:
            """Adds what the route has not set itself."""
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in PROMISES.items():
                    headers.setdefault(name, value)
                own = next(value for prefix, value in policies.items() if scope["path"].startswith(prefix))
                headers.setdefault("Content-Security-Policy", own)
            await send(message)

        await app(scope, receive, send_with_headers if scope["type"] == "http" else send)

    return answer


def limit_body(app: ASGIApp, limit: int = BODY) -> ASGIApp:
    """Refuses bodies over the limit with 413, however they are sent; passes others on in one piece."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        """Reads the whole body first, then serves or refuses the request."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            return await app(scope, receive, send)
        body, more = bytearray(), True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > limit:
                if more:
                    await drain(receive)
                return await problem_response(Problem("too-large"), scope["path"])(scope, receive, send)
        await app(scope, _replay(bytes(body), receive), send)

    return answer


def _replay(body: bytes, receive: Receive) -> Receive:
    """Gives the body once more, then whatever comes (a disconnect)."""
    waiting = [body]

    async def give() -> Message:
        """The body at first, then what the client sends."""
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return give


def gate(app: ASGIApp) -> ASGIApp:
    """Lets through to Gradio only what its page needs, and no files in what visitors send."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        """Serves or refuses a request."""
        if scope["type"] != "http":
            return await app(scope, receive, send)
        if is_closed(scope["method"], scope["path"], scope["query_string"].decode("latin-1")):
            return await problem_response(Problem("not-found"), scope["path"])(scope, receive, send)
        if scope["path"].rstrip("/").endswith("gradio_api/run/predict"):
            message = await receive()  # whole: the limit on bodies has put it together
            if _names_a_file(message["body"]):
                refusal = problem_response(Problem("malformed", "Files are not accepted."), scope["path"])
                return await refusal(scope, receive, send)
            receive = _replay(message["body"], receive)
        await app(scope, receive, send)

    return answer


def is_closed(method: str, path: str, query: str = "") -> bool:
    """Whether a route of Gradio stays closed, on the chat's page and on any other.

    >>> is_closed("POST", "/gradio_api/upload"), is_closed("POST", "/gradio_api/run/predict")
    (True, False)
    """
    _, inside, name = path.partition("/gradio_api/")
    if inside and not GRADIO.fullmatch(f"{'GET' if method == 'HEAD' else method} {name}"):
        return True
    return CLOSED.match(path) is not None or not SECRETIVE.isdisjoint(parse_qs(query, keep_blank_values=True))


def _names_a_file(body: bytes) -> bool:
    """Whether Gradio would take something in a message for a file: it would copy or even download it."""
    try:
        return _holds_file(json.loads(body))
    except (ValueError, RecursionError):
        return True  # no JSON: nothing that the page has sent


def _holds_file(value: Any) -> bool:
    if isinstance(value, dict):
        return ("path" in value and "meta" in value) or any(map(_holds_file, value.values()))
    return isinstance(value, list) and any(map(_holds_file, value))
