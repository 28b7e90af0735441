"""The HTTP API of the contract: answers, search, feedback, guides, health, metrics and its own description.

In: a `Desk` that answers and a `RateLimiter`. Out: an `APIRouter` to include in an app. It validates,
limits and translates; it answers nothing itself, and keeps nothing. The app needs `install_problems`
beside it, and no docs of its own (`FastAPI(openapi_url=None)`): both are here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response
from pydantic import BaseModel
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from chatbot.answering import Ask
from chatbot.guides import Guide
from chatbot.web import metrics, schemas
from chatbot.web.desk import Desk
from chatbot.web.limits import LimitedRoute, RateLimiter
from chatbot.web.openapi import PROBLEMS, describe, render
from chatbot.web.problems import KINDS, Problem

BODY = ("malformed", "too-large", "invalid")  # what can be wrong with any body
LIMITS = ("too-many-requests", "loading", "busy")
STYLE = Path(__file__).parent / "static" / "docs.css"


def create_router(desk: Desk, limiter: RateLimiter) -> APIRouter:
    """All routes of the API, ready to be included in an app."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        """Closes the desk when the server stops."""
        yield
        await asyncio.to_thread(desk.close)

    router = APIRouter(route_class=LimitedRoute, lifespan=lifespan)
    _add_questions(router, desk, limiter)
    _add_guides(router, desk)
    _add_health(router, desk)
    _add_documents(router, desk)
    _close(router)
    return router


def _add_questions(router: APIRouter, desk: Desk, limiter: RateLimiter) -> None:
    @router.post(
        "/api/v1/answers",
        operation_id="createAnswer",
        response_description="The reply",
        tags=["questions"],
        dependencies=[Depends(_limited(limiter, "ask"))],
        responses=_replies(schemas.Answer, *BODY, "unknown-guide", *LIMITS),
    )
    async def create_answer(body: schemas.Question, request: Request) -> Response:
        """Answer a question.

        The status is 200 also when the guides do not say; `kind` tells. Follow-ups ("and in Texas?")
        need the earlier questions in `history`: the server keeps no conversation.
        """
        # A browser names the page that asks, other programs do not.
        face = "widget" if "origin" in request.headers else "api"
        answer = await desk.answer(Ask(body.question, tuple(body.history), body.guide), face)
        return JSONResponse(answer.to_dict())

    @router.post(
        "/api/v1/search",
        operation_id="searchPassages",
        response_description="The passages",
        tags=["questions"],
        dependencies=[Depends(_limited(limiter, "ask"))],
        responses=_replies(schemas.Results, *BODY, "unknown-guide", "too-many-requests", "loading"),
    )
    async def search_passages(body: schemas.Search) -> Response:
        """Find the passages nearest to a question, without an answer."""
        sources = await desk.search(body.question, body.k, body.guide)
        return JSONResponse({"results": [source.to_dict() for source in sources]})

    @router.post(
        "/api/v1/feedback",
        operation_id="createFeedback",
        response_description="Recorded",
        tags=["questions"],
        status_code=204,
        dependencies=[Depends(_limited(limiter, "vote"))],
        responses=_problems(*BODY, "unknown-answer", "too-many-requests", "not-recorded"),
    )
    async def create_feedback(body: schemas.Feedback) -> Response:
        """Vote on an answer. Once the status is 204, the vote is on disk."""
        await desk.vote(body.answer_id, body.rating, body.reasons, body.comment)
        return Response(status_code=204)


def _add_guides(router: APIRouter, desk: Desk) -> None:
    @router.get(
        "/api/v1/guides",
        operation_id="listGuides",
        response_description="The guides",
        tags=["guides"],
        responses=_replies(schemas.Guides, "loading"),
    )
    async def list_guides() -> Response:
        """All guides with their sections."""
        return JSONResponse({"guides": [_guide(guide) for guide in desk.bot.guides]})

    @router.get(
        "/api/v1/guides/{id}",
        operation_id="getGuide",
        response_description="The guide",
        tags=["guides"],
        responses=_replies(schemas.Guide, "not-found", "loading"),
    )
    async def get_guide(id: str) -> Response:
        """One guide with its sections."""
        for guide in desk.bot.guides:
            if guide.id == id:
                return JSONResponse(_guide(guide))
        raise Problem("not-found", "There is no such guide.")


def _add_health(router: APIRouter, desk: Desk) -> None:
    @router.get(
        "/healthz",
        operation_id="isAlive",
        response_description="It does",
        tags=["operation"],
        responses=_replies(schemas.Alive),
    )
    async def is_alive() -> Response:
        """Whether the process lives. Depends on nothing else."""
        return JSONResponse({"status": "alive"})

    @router.get(
        "/readyz",
        operation_id="isReady",
        response_description="They are",
        tags=["operation"],
        responses=_replies(schemas.Ready, "loading"),
    )
    async def is_ready() -> Response:
        """Whether questions are answered, and from which build."""
        bot = desk.bot
        return JSONResponse({"status": "ready", "build": bot.build, "guides": len(bot.guides)})

    @router.get(
        "/metrics",
        operation_id="getMetrics",
        response_description="The counters",
        tags=["operation"],
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    async def get_metrics() -> Response:
        """Counters in the format of Prometheus."""
        return Response(desk.metrics.text(), media_type=metrics.MEDIA_TYPE)


def _add_documents(router: APIRouter, desk: Desk) -> None:
    @lru_cache(maxsize=1)
    def document(guide_ids: tuple[str, ...]) -> dict[str, Any]:
        """The description, made anew only when the guides change."""
        return describe(router.routes, guide_ids)

    @router.get("/openapi.json", include_in_schema=False)
    def get_document() -> Response:
        """This API as OpenAPI 3.1."""
        return JSONResponse(document(desk.guide_ids))

    @router.get("/docs", include_in_schema=False)
    def get_page() -> Response:
        """This API as a page to read; it needs no script and nothing from elsewhere."""
        return HTMLResponse(render(document(desk.guide_ids)))

    @router.get("/docs.css", include_in_schema=False)
    def get_style() -> Response:
        """How the page looks."""
        return FileResponse(STYLE, media_type="text/css")


def _limited(limiter: RateLimiter, action: str) -> Callable[[Request], Awaitable[None]]:
    async def limited(request: Request) -> None:
        """Refuses whoever must wait."""
        address = request.client.host if request.client else ""
        if seconds := await limiter.wait(address, action):
            raise Problem("too-many-requests", f"Wait {seconds} s.", retry_after=seconds)

    return limited


def _replies(model: type[BaseModel], *slugs: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"model": model}} | _problems(*slugs)


def _problems(*slugs: str) -> dict[int | str, dict[str, Any]]:
    """What FastAPI is told of the problems of a route; `describe` tells the rest."""
    found: dict[int | str, dict[str, Any]] = {}
    for slug in slugs:
        told = found.setdefault(KINDS[slug].status, {"model": schemas.Problem, PROBLEMS: []})
        told[PROBLEMS].append(slug)
    return found


def _guide(guide: Guide) -> dict[str, Any]:
    sections = [
        {
            "id": section.id,
            "ref": f"{guide.id}#{section.id}",
            "title": section.title,
            "level": section.level,
            "parents": section.parents,
        }
        for section in guide.sections
    ]
    return {
        "id": guide.id,
        "title": guide.title,
        "aliases": guide.aliases,
        "url": guide.url or None,
        "updated": guide.updated or None,
        "language": guide.language,
        "sections": sections,
    }


def _close(router: APIRouter) -> None:
    """Answers HEAD where there is GET, and 405 or 404 for all else, so that nothing falls through.

    An app that is mounted at "/" would otherwise be given every method that a route here does not take.
    """
    for route in list(router.routes):
        assert isinstance(route, LimitedRoute)
        allowed = set(route.methods or ())
        if "GET" in allowed:
            allowed.add("HEAD")
            router.add_api_route(route.path, route.endpoint, methods=["HEAD"], include_in_schema=False)
        refuse = _Refuse("method-not-allowed", {"Allow": ", ".join(sorted(allowed))})
        router.routes.append(Route(route.path, refuse, include_in_schema=False))
    router.routes.append(Route("/api/{path:path}", _Refuse("not-found"), include_in_schema=False))


class _Refuse:
    """An endpoint for every method: a function would be given GET only."""

    def __init__(self, slug: str, headers: Mapping[str, str] | None = None) -> None:
        self.slug, self.headers = slug, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        raise Problem(self.slug, headers=self.headers)
