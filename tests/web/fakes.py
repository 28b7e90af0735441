"""A bot and a journal that do as they are told, and an app around them, for the tests of the web modules."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from chatbot import index
from chatbot.answering import Answer, Ask, Chatbot, Source
from chatbot.building import build
from chatbot.guides import Guide, Section
from chatbot.settings import Settings
from chatbot.web.api import create_router
from chatbot.web.desk import Desk
from chatbot.web.limits import RateLimiter
from chatbot.web.problems import install_problems
from tests.words import WordEncoder

TEXT = "# Tea\n\n## Brewing {#brewing}\n\nPour on boiling water.\n"
QUOTE = "Pour on boiling water."
GUIDE = Guide("tea", "Tea", "tea.md", TEXT, (Section("brewing", "Brewing", 2, 3, ("Tea",)),), url="")
SOURCE = Source(
    ref="tea#brewing", guide="Tea", section="Brewing", url=None, quote=QUOTE, start=TEXT.index(QUOTE),
    end=TEXT.index(QUOTE) + len(QUOTE), passage=QUOTE, score=0.9,
)  # fmt: skip


def answer_to(ask: Ask, number: int = 0, **changes: Any) -> Answer:
    """An answer; `changes` replace its fields."""
    fields: dict[str, Any] = {
        "id": f"answer-{number}", "kind": "answer", "question": ask.question, "understood_as": ask.question,
        "text": QUOTE, "confidence": 0.9, "sources": (SOURCE,), "suggestions": (), "reason": None,
        "missing": (), "build": "build-1", "took_ms": 1.5,
    }  # fmt: skip
    return Answer(**fields | changes)


class FakeBot:
    """Answers everything with the same quote. `pace` makes it slow; `refuse` is a question it breaks on."""

    guides = (GUIDE,)
    build = "build-1"

    def __init__(self, pace: float = 0.0, refuse: str = "break", **changes: Any) -> None:
        self.pace, self.refuse, self.changes = pace, refuse, changes
        self.batches: list[list[Ask]] = []
        self.searches: list[tuple[str, int, str | None]] = []
        self.threads: set[str] = set()

    @property
    def asked(self) -> list[Ask]:
        """All questions, in order."""
        return [ask for batch in self.batches for ask in batch]

    def ask_many(self, asks: Sequence[Ask]) -> list[Answer]:
        """One answer a question."""
        self.threads.add(threading.current_thread().name)
        self.batches.append(list(asks))
        time.sleep(self.pace)
        if any(ask.question == self.refuse for ask in asks):
            raise ValueError(f"cannot answer {self.refuse}")
        return [answer_to(ask, number, **self.changes) for number, ask in enumerate(asks)]

    def search(self, question: str, k: int = 5, guide: str | None = None) -> list[Source]:
        """The one passage there is."""
        self.searches.append((question, k, guide))
        return [SOURCE]


class FakeJournal:
    """Keeps in memory what it is given. Knows answer-0 only; `broken` makes it fail."""

    def __init__(self, broken: bool = False) -> None:
        self.broken, self.lost = broken, 3
        self.records: list[tuple[Answer, Sequence[str], str]] = []
        self.votes: list[tuple[str, str, Sequence[str], str]] = []

    def record(self, answer: Answer, history: Sequence[str], face: str) -> None:
        """Keeps an answer."""
        self.records.append((answer, history, face))

    def vote(self, answer_id: str, rating: str, reasons: Sequence[str] = (), comment: str = "") -> bool:
        """Keeps a vote."""
        if self.broken:
            raise OSError(28, "No space left on device")
        if answer_id != "answer-0":
            return False
        self.votes.append((answer_id, rating, reasons, comment))
        return True


def app_of(bot: Any = None, journal: Any = None, limit: str = "", store: str = "memory://") -> FastAPI:
    """An app with nothing but the API."""
    app = FastAPI(openapi_url=None)
    desk = Desk(lambda: bot, lambda: journal)
    install_problems(app, desk.metrics.requested)
    app.include_router(create_router(desk, RateLimiter(limit, store)))
    return app


def bot_on(folder: Path, guide: str, question: str) -> Chatbot:
    """A real bot on one guide, "evil", whose section `pay` answers the question."""
    guides = folder / "corpus" / "guides"
    guides.mkdir(parents=True)
    (guides / "evil.md").write_text(guide)
    (guides / "evil.questions.yaml").write_text(json.dumps({"pay": [question]}))
    settings = Settings(corpus=folder / "corpus", index=folder / "index", model="words")
    build(settings, encoder=WordEncoder())
    return Chatbot(index.load(folder / "index", encoder=WordEncoder()))
