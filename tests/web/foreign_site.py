"""Our server and a foreign site, as tests need them: every kind of reply and every fault can be had at will.

The server speaks the contract from a table of answers; the script, its headers and the guide's page are the
real ones. The site's pages carry our tag, under a policy that names our origin and nothing else.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.middleware.cors import CORSMiddleware

from chatbot.guides import Guide
from chatbot.web import pages, widget

NAME = "machine-learning-engineer"
STATES = (
    "| State | Annual salary (US dollars) |\n|---|---|\n| California | $139,620 |\n"
    "| Washington | $138,400 |\n| New York | $137,900 |"
)

# A server that speaks the contract --------------------------------------------------------------------


def source(section: str, title: str, quote: str, passage: str = "", **more: Any) -> dict[str, Any]:
    """One source of an answer."""
    found = {"ref": f"{NAME}#{section}", "guide": "Machine Learning Engineer Career Guide", "section": title}
    found |= {"url": None, "quote": quote, "start": 0, "end": len(quote), "passage": passage or quote}
    return found | {"score": 1.0} | more


INDUSTRIES = source(
    "salary-industries",
    "Highest paying industries",
    "Information Services and Data Processing pays machine learning engineers the most, "
    "ahead of Computer Systems Design.",
)
PAY = source(
    "salary",
    "Salary: what do machine learning engineers make?",
    "The salary of ML engineers varies by experience, education, industry, location and organization size.",
)


def pay_in(state: str, salary: str) -> dict[str, Any]:
    """What machine learning engineers make in a state."""
    row = source("salary-states", "Highest paying states", f"| {state} | {salary} |", STATES)
    return {
        "kind": "answer",
        "understood_as": f"How much do ML engineers make in {state}?",
        "text": f"{state}: {salary} a year (US dollars).",
        "sources": [row, PAY, INDUSTRIES],
        "suggestions": ["Which industries pay the most?", "What does the pay depend on?"],
    }


HOSTILE = '<img src=x onerror="parent.hacked=1"><script>window.hacked=1</script>'


def reply(question: str, history: list[str]) -> dict[str, Any]:
    """The table of answers, by a word of the question."""
    asked = question.lower()
    if "california" in asked:
        return pay_in("California", "$139,620")
    if "washington" in asked and history and "California" in history[-1]:
        return pay_in("Washington", "$138,400")
    if "york" in asked and len(history) > 1 and "California" in history[-2]:
        return pay_in("New York", "$137,900")
    if "germany" in asked:
        text = "The guide says nothing about Germany."
        return {"kind": "no_answer", "text": text, "sources": [PAY, INDUSTRIES], "missing": ["Germany"]}
    if "language" in asked:
        choices = ["Which languages should I learn on the way?", "Which languages are a top skill?"]
        return {
            "kind": "clarify",
            "text": "Two sections speak of that.",
            "sources": [PAY],
            "suggestions": choices,
        }
    if "hello" in asked:
        return {
            "kind": "small_talk",
            "text": "Hello! Ask me about the career.",
            "suggestions": ["What is it?"],
        }
    if "hostile" in asked:
        place = source(HOSTILE, HOSTILE, HOSTILE, url="javascript:window.hacked=1", guide=HOSTILE)
        return {
            "kind": "answer",
            "text": HOSTILE,
            "sources": [place],
            "suggestions": [HOSTILE],
            "understood_as": HOSTILE,
        }
    hours = "ML engineers usually work a standard Monday through Friday schedule, from 9 am to 5 pm."
    return {"kind": "answer", "text": hours, "sources": [source("work-hours", "Typical work hours", hours)]}


@dataclass
class Server:
    """A server that runs, what it was asked, and how it behaves."""

    origin: str
    asked: list[dict[str, Any]] = field(default_factory=list)
    votes: list[dict[str, Any]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    fault: int = 0  # a status to answer with
    wait: float = 0.0  # seconds before an answer
    gone: bool = False  # then a proxy answers in its place


def askguide(guide: Guide, allowed: list[str]) -> tuple[FastAPI, Server]:
    """The routes that the widget uses, for the sites that are allowed."""
    app, server = FastAPI(), Server("")
    app.include_router(widget.router())

    @app.middleware("http")
    async def note(request: Request, go_on: Callable[[Request], Any]) -> Response:
        server.requests.append(f"{request.method} {request.url.path}")
        response: Response = await go_on(request)
        return response

    @app.post("/api/v1/answers")
    async def answers(request: Request) -> Response:
        body = await request.json()
        server.asked.append(body)
        await asyncio.sleep(server.wait)
        if server.fault:
            return JSONResponse({"status": server.fault}, server.fault)
        answer = {
            "id": f"a{len(server.asked)}",
            "question": body["question"],
            "confidence": 0.9,
            "sources": [],
        }
        answer |= {"understood_as": body["question"], "suggestions": [], "reason": None, "missing": []}
        return JSONResponse(answer | reply(body["question"], body["history"]) | {"build": "b", "took_ms": 1})

    @app.post("/api/v1/feedback")
    async def feedback(request: Request) -> Response:
        server.votes.append(await request.json())
        return Response(status_code=server.fault or 204)

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get(f"/guides/{NAME}")
    def page() -> HTMLResponse:
        return HTMLResponse(pages.page(guide))

    app.add_middleware(
        CORSMiddleware, allow_origins=allowed, allow_methods=["GET", "POST"], allow_headers=["Content-Type"]
    )

    @app.middleware("http")
    async def proxy(request: Request, go_on: Callable[[Request], Any]) -> Response:
        response: Response = Response("Bad gateway", 502) if server.gone else await go_on(request)
        return response

    return app, server


@dataclass
class Site:
    """A foreign site: pages with our script, under a policy that names our origin and nothing else."""

    origin: str = ""
    ours: str = ""
    body: str = "<main><h1>Careers</h1><p>Welcome.</p><button>Elsewhere</button></main>"
    head: str = ""
    html: str = '<html lang="en">'
    attributes: dict[str, str] = field(default_factory=dict)
    pinned: bool = True
    headers: dict[str, str] = field(default_factory=dict)

    def page(self) -> Response:
        """The page as it stands now."""
        tag = widget.snippet(self.ours, self.pinned, **self.attributes)
        policy = f"default-src 'none'; script-src {self.ours}; connect-src {self.ours}; style-src 'none'"
        head = self.head if "TAG" in self.body else self.head + tag
        body = self.body.replace("TAG", tag)
        text = (
            f"<!doctype html>{self.html}<head><title>Careers</title>{head}</head><body>{body}</body></html>"
        )
        policy += "; require-trusted-types-for 'script'; trusted-types 'none'"
        return HTMLResponse(text, headers={"Content-Security-Policy": policy} | self.headers)


def run(app: FastAPI) -> tuple[str, Callable[[], None]]:
    """Starts an app on a free port of this machine; gives its origin, and what stops it."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()

    def stop() -> None:
        server.should_exit = server.force_exit = True
        thread.join(10)
        assert not thread.is_alive()

    return f"http://127.0.0.1:{listener.getsockname()[1]}", stop
