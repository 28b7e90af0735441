"""The staff pages, everything below /staff: signing in, the look-up, and what people ask (`staff_record`).

In: the app, whose bot and record are asked at each request. Out: pages made on the server, with one small
script that makes them quick; they work without it. A guard stands before every path here, known or not:
without a session there is the sign-in and nothing else, and without users there is not even that. The
pages rank and answer nothing themselves, and record nothing but votes of staff.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatbot.answering import Answer, Chatbot
from chatbot.errors import QuestionError
from chatbot.journal import JournalError
from chatbot.settings import Settings
from chatbot.web import staff_lookup
from chatbot.web.desk import REASONS
from chatbot.web.limits import RateLimiter
from chatbot.web.signin import LASTS, SignIn, read_users
from chatbot.web.staff_pages import HEADERS, HERE, message, page, prefix, read_form
from chatbot.web.staff_record import RecordPages, journal_of

COOKIE = "askguide_staff"
TRIES = "10/minute; 50/hour"  # of signing in, from one address
TRIES_AS = "100/hour"  # under one name, from anywhere
OPEN = {"/sign-in", "/staff.css"}  # what is there without a session


def mount_staff(app: FastAPI, settings: Settings) -> None:
    """Adds everything below /staff to the app, whose `state` holds `bot` and `journal`.

    Raises `SettingsError` for users that cannot be read. To be called before anything is mounted at "/".
    """
    sign_in = SignIn(read_users(settings.staff_users))
    limits = RateLimiter(TRIES, settings.rate_store), RateLimiter(TRIES_AS, settings.rate_store)
    staff = Starlette(
        routes=[*StaffPages(app, sign_in, *limits).routes(), *RecordPages(app).routes()],
        middleware=[Middleware(guard, sign_in=sign_in)],
        exception_handlers={HTTPException: _refuse, JournalError: _say_away, QuestionError: _say_unknown},
    )
    app.router.routes.append(Route("/staff", _add_slash, include_in_schema=False))
    app.router.routes.append(Mount("/staff", staff))


def guard(app: ASGIApp, sign_in: SignIn) -> ASGIApp:
    """Stands before every path: lets through who has a session, and to the sign-in who has none."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        """Serves or refuses a request, its response with the headers of the staff pages."""

        async def send_with_headers(message: Message) -> None:
            """Adds the headers that the page has not set itself."""
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                headers = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] += [(name, value) for name, value in headers if name not in given]
            await send(message)

        refusal = _refusal(Request(scope), sign_in) if scope["type"] == "http" else None
        await (refusal or app)(scope, receive, send_with_headers)

    return answer


def _refusal(request: Request, sign_in: SignIn) -> Response | None:
    path = request.scope["path"].removeprefix(prefix(request))
    reads = request.method in ("GET", "HEAD")
    if not sign_in.is_open:
        return page(request, "closed.html", 404)
    if not reads and not is_from_here(request):
        return message(request, "This form was not sent from here.", 403)
    request.state.user = sign_in.name_of(request.cookies.get(COOKIE, ""))
    if request.state.user or path in OPEN:
        return None
    if reads:
        return RedirectResponse(f"{prefix(request)}/sign-in", 303)
    return message(request, "Sign in first.", 401)


def is_from_here(request: Request) -> bool:
    """Whether a browser sent this from a page of ours; what no browser sent carries nobody's cookie."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


@dataclass(frozen=True, slots=True)
class StaffPages:
    """Signing in and the look-up."""

    app: FastAPI
    sign_in: SignIn
    by_address: RateLimiter
    by_name: RateLimiter

    def routes(self) -> list[Route]:
        """Their paths below /staff."""
        return [
            Route("/sign-in", _sign_in_page, methods=["GET"]),
            Route("/sign-in", self.start, methods=["POST"]),
            Route("/sign-out", self.end, methods=["POST"]),
            Route("/", self.look_up_page, methods=["GET"]),
            Route("/", partial(self.look_up, "look_up.html"), methods=["POST"]),
            Route("/found", partial(self.look_up, "found.html"), methods=["POST"]),
            Route("/vote", self.vote, methods=["POST"]),
            Route("/staff.css", _file("staff.css"), methods=["GET"]),
            Route("/staff.js", _file("staff.js"), methods=["GET"]),
        ]

    async def start(self, request: Request) -> Response:
        """Starts a session for the right name and password."""
        form = await read_form(request)
        name = form.get("name", "").strip()
        address = request.client.host if request.client else ""
        wait = await self.by_address.wait(address, "sign-in") or await self.by_name.wait(name, "sign-in as")
        if wait:
            response = page(
                request, "sign_in.html", 429, said=f"Too many tries. Wait {wait} seconds.", name=name
            )
            response.headers["Retry-After"] = str(wait)
            return response
        token = await run_in_threadpool(self.sign_in.start, name, form.get("password", ""))
        if token is None:
            said = "Name and password do not belong together."
            return page(request, "sign_in.html", 403, said=said, name=name)
        redirection = RedirectResponse(f"{prefix(request)}/", 303)
        redirection.set_cookie(COOKIE, token, max_age=LASTS, **_cookie(request))
        return redirection

    def end(self, request: Request) -> Response:
        """Ends the session."""
        self.sign_in.end(request.cookies.get(COOKIE, ""))
        response = RedirectResponse(f"{prefix(request)}/sign-in", 303)
        response.delete_cookie(COOKIE, **_cookie(request))
        return response

    def look_up_page(self, request: Request) -> Response:
        """The page without a question."""
        return self._found(request, "look_up.html", "", "")

    async def look_up(self, template: str, request: Request) -> Response:
        """What is found for a question: as a page, or for the script as a piece of it."""
        form = await read_form(request)
        question, within = form.get("question", ""), form.get("within", "")
        return await run_in_threadpool(self._found, request, template, question, within)

    async def vote(self, request: Request) -> Response:
        """Records the reply that a visitor would get, with a vote on it."""
        form = await read_form(request)
        if form.get("rating") not in ("up", "down"):
            raise HTTPException(422, "A vote is up or down.")
        await run_in_threadpool(self._vote, form)
        if "x-script" in request.headers:
            return Response(status_code=204)
        return message(request, "Your vote is recorded.", 200)

    @property
    def _bot(self) -> Chatbot:
        if self.app.state.bot is None:
            raise HTTPException(503, "The guides are being loaded. Try again in a moment.")
        bot: Chatbot = self.app.state.bot
        return bot

    def _found(self, request: Request, template: str, question: str, within: str) -> Response:
        bot = self._bot
        base = str(request.url.replace(path=prefix(request).removesuffix("/staff"), query="", fragment=""))
        matches = staff_lookup.look_up(bot, question, within)
        return page(
            request,
            template,
            guides=bot.guides,
            examples=bot.examples,
            question=question,
            within=within,
            answer=bot.ask(question, guide=_guide(within)) if question.strip() else None,
            found=[staff_lookup.cite(bot, match, base) for match in matches],
            can_vote=self.app.state.journal is not None,
        )

    def _vote(self, form: Mapping[str, str]) -> None:
        answer: Answer = self._bot.ask(form.get("question", ""), guide=_guide(form.get("within", "")))
        if answer.build != form.get("build"):
            raise HTTPException(409, "The guides have changed meanwhile. Look at the reply again.")
        journal = journal_of(self.app)
        journal.record(answer, (), "staff")
        reasons = [reason for reason in form.get("reasons", "").split("\n") if reason in REASONS]
        journal.vote(answer.id, form["rating"], reasons, form.get("comment", "")[:2000])


def _guide(within: str) -> str | None:
    """The guide of a place to look in: visitors can be kept to a guide, not to a section."""
    return within.partition("#")[0] or None


def _cookie(request: Request) -> dict[str, Any]:
    secure = request.url.scheme == "https"
    return {"path": prefix(request), "secure": secure, "httponly": True, "samesite": "strict"}


def _sign_in_page(request: Request) -> Response:
    if request.state.user:
        return RedirectResponse(f"{prefix(request)}/", 303)
    return page(request, "sign_in.html", said="", name="")


def _file(name: str) -> Callable[[Request], Response]:
    return lambda request: FileResponse(HERE / "static" / name, headers={"Cache-Control": "no-cache"})


def _add_slash(request: Request) -> Response:
    return RedirectResponse(f"{prefix(request)}/staff/", 307)


def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return message(request, error.detail, error.status_code)


def _say_away(request: Request, error: Exception) -> Response:
    return message(request, "The record cannot be reached now. The look-up works without it.", 503)


def _say_unknown(request: Request, error: Exception) -> Response:
    return message(request, "There is no such guide.", 422)
