"""The staff pages on the record: what people ask, what nobody answered, one question, exports.

In: the app, whose record is asked at each request. Out: routes. They read and delete; they record nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain
from urllib.parse import urlencode

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from chatbot.journal import Entry, Filter, Journal, group, to_csv, to_json
from chatbot.web.staff_pages import FACES, page, prefix

PAGE = 50  # questions on a page
LOOKED_AT = 500  # of the newest questions without an answer are grouped
SHOWN: Mapping[str, tuple[str, Filter]] = {
    "all": ("All", Filter()),
    "declined": ("Declined", Filter(kind="no_answer")),
    "down": ("Voted down", Filter(rating="down")),
    "unsure": ("Low confidence", Filter(kind="answer", below=0.75)),
    "clarify": ("Asked back", Filter(kind="clarify")),
    "up": ("Voted up", Filter(rating="up")),
}


def journal_of(app: FastAPI) -> Journal:
    """The record; where nothing is recorded, a page says so."""
    if app.state.journal is None:
        raise HTTPException(404, "Nothing is recorded here: the setting “journal” is off.")
    journal: Journal = app.state.journal
    return journal


@dataclass(frozen=True, slots=True)
class RecordPages:
    """The pages, on the record of an app."""

    app: FastAPI

    def routes(self) -> list[Route]:
        """Their paths below /staff."""
        return [
            Route("/questions", self.questions, methods=["GET"]),
            Route("/questions/{id}", self.question, methods=["GET"]),
            Route("/questions/{id}/delete", self.delete, methods=["POST"]),
            Route("/questions/{id}/export.json", self.export_one, methods=["GET"]),
            Route("/unanswered", self.unanswered, methods=["GET"]),
            Route("/export.csv", partial(self.export, "csv"), methods=["GET"]),
            Route("/export.json", partial(self.export, "json"), methods=["GET"]),
        ]

    def questions(self, request: Request) -> Response:
        """What was asked, newest first."""
        journal, after = journal_of(self.app), request.query_params.get("after")
        found = list(journal.entries(_filter(request), PAGE + 1, after))
        return page(
            request,
            "questions.html",
            counts=journal.counts(),
            entries=found[:PAGE],
            older=found[PAGE - 1].place if len(found) > PAGE else None,
            is_first=after is None,
            chosen=_chosen(request),
            shown=SHOWN,
            query=partial(_query, request),
        )

    def question(self, request: Request) -> Response:
        """All that is recorded of one question."""
        return page(request, "question.html", entry=self._entry(request))

    def delete(self, request: Request) -> Response:
        """Deletes what is recorded of one question."""
        journal_of(self.app).delete(self._entry(request).id)
        return RedirectResponse(f"{prefix(request)}/questions", 303)

    def unanswered(self, request: Request) -> Response:
        """The newest questions without an answer, grouped by likeness."""
        entries = journal_of(self.app).entries(Filter(kind="no_answer"), LOOKED_AT)
        bot = self.app.state.bot
        groups = group(entries, (lambda texts: bot.index.encoder.encode(list(texts))) if bot else None)
        return page(request, "unanswered.html", groups=groups, looked_at=LOOKED_AT)

    def export(self, form: str, request: Request) -> Response:
        """All questions that the filter lets through, as a file."""
        entries = journal_of(self.app).entries(_filter(request))
        if form == "csv":  # Excel takes a file for UTF-8 by its mark alone
            return _download(chain("\ufeff", to_csv(entries)), "text/csv", "questions.csv")
        return _download(to_json(entries), "application/json", "questions.json")

    def export_one(self, request: Request) -> Response:
        """All that is recorded of one question, as a file."""
        return _download(to_json([self._entry(request)]), "application/json", "question.json")

    def _entry(self, request: Request) -> Entry:
        if entry := journal_of(self.app).entry(request.path_params["id"]):
            return entry
        raise HTTPException(404, "There is no such question. It may have been deleted.")


def _download(lines: Iterable[str], kind: str, name: str) -> Response:
    parts = iter(lines)
    first = [part for _, part in zip(range(3), parts, strict=False)]  # a record that is away is noticed now
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(chain(first, parts), media_type=f"{kind}; charset=utf-8", headers=headers)


def _chosen(request: Request) -> dict[str, str]:
    """The filter as it was chosen; what is not known is as if it were not there."""
    given = request.query_params
    show, face = given.get("show", ""), given.get("face", "")
    return {
        "show": show if show in SHOWN else "",
        "face": face if face in FACES else "",
        "words": given.get("words", ""),
    }


def _filter(request: Request) -> Filter:
    chosen = _chosen(request)
    _, shown = SHOWN[chosen["show"] or "all"]
    return Filter(shown.kind, chosen["face"] or None, shown.rating, shown.below, chosen["words"])


def _query(request: Request, **changes: str | None) -> str:
    """The filter as a query, with changes."""
    fields = {name: value for name, value in (_chosen(request) | changes).items() if value}
    return f"?{urlencode(fields)}" if fields else ""
