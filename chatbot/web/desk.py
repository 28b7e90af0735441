"""The desk: where a question from any web face is answered, counted, recorded and logged, once for all faces.

In: an `Ask` and the face it came from. Out: the bot's `Answer`, or a `Problem` (loading, busy, no such
guide). The bot and the journal are asked for at each question, since a bot may still be loading. No
call blocks the event loop: questions go through the batches, searches and votes through a thread.
"""

from __future__ import annotations

import dataclasses
import logging
import time
from collections.abc import Callable, Sequence

from starlette.concurrency import run_in_threadpool

from chatbot.answering import LATEST, Answer, Ask, Chatbot, Source
from chatbot.journal import Journal
from chatbot.web.batching import Batcher, Busy
from chatbot.web.metrics import Metrics
from chatbot.web.problems import Problem

REASONS = ("wrong", "outdated", "not what I asked", "hard to read")  # that are offered with a thumb down

logger = logging.getLogger(__name__)


class Desk:
    """Answers, searches and takes votes for every web face."""

    def __init__(
        self,
        get_bot: Callable[[], Chatbot | None],
        get_journal: Callable[[], Journal | None] = lambda: None,
    ) -> None:
        self._get_bot, self._get_journal = get_bot, get_journal
        self.metrics = Metrics(self._lost)
        self._batcher = Batcher(lambda asks: self.bot.ask_many(asks), observe=self.metrics.batched)

    @property
    def bot(self) -> Chatbot:
        """The bot; raises the problem `loading` while there is none."""
        bot = self._get_bot()
        if bot is None:
            raise Problem("loading", retry_after=1)
        return bot

    @property
    def guide_ids(self) -> tuple[str, ...]:
        """The ids of the guides; none while the bot is loading."""
        bot = self._get_bot()
        return tuple(guide.id for guide in bot.guides) if bot else ()

    async def answer(self, ask: Ask, face: str) -> Answer:
        """The bot's answer. `face` is "chat", "widget", "api" or "staff"."""
        self._check(ask.guide)
        ask = dataclasses.replace(ask, history=ask.history[-LATEST:])
        started = time.perf_counter()
        self.metrics.asked(face)
        try:
            answer = await self._batcher.ask(ask)
        except Busy:
            raise Problem("busy", retry_after=1) from None
        self.metrics.replied(answer, face, time.perf_counter() - started)
        if journal := self._get_journal():
            journal.record(answer, ask.history, face)
        _log(answer, face)
        return answer

    async def search(self, question: str, k: int = 5, guide: str | None = None) -> list[Source]:
        """The best passages, best first."""
        self._check(guide)
        return await run_in_threadpool(self.bot.search, question, k, guide)

    async def vote(self, answer_id: str, rating: str, reasons: Sequence[str] = (), comment: str = "") -> None:
        """Returns once the vote is on disk. Raises the problems `unknown-answer` and `not-recorded`."""
        journal = self._get_journal()
        if journal is None:
            raise Problem("unknown-answer", "Nothing is recorded here.")
        try:
            known = await run_in_threadpool(journal.vote, answer_id, rating, tuple(reasons), comment)
        except Exception:
            logger.exception("a vote could not be recorded")
            raise Problem("not-recorded", retry_after=60) from None
        if not known:
            raise Problem("unknown-answer")
        self.metrics.voted(rating)

    def close(self) -> None:
        """Answers what is still waiting."""
        self._batcher.close()

    def _lost(self) -> int:
        journal = self._get_journal()
        return journal.lost if journal else 0

    def _check(self, guide: str | None) -> None:
        # Before the batch, so that one visitor's mistake does not make the others' batch fail.
        if guide is not None and guide not in {known.id for known in self.bot.guides}:
            errors = [{"pointer": "#/guide", "detail": "There is no such guide"}]
            raise Problem("unknown-guide", errors=errors)


def _log(answer: Answer, face: str) -> None:
    told = {
        "face": face,
        "answer_id": answer.id,
        "kind": answer.kind,
        "reason": answer.reason,
        "ref": answer.sources[0].ref if answer.sources else None,
        "confidence": round(answer.confidence, 3),
        "took_ms": round(answer.took_ms, 1),
        "question": answer.question,  # the formatter leaves it out unless the settings allow it
    }
    logger.info("answer", extra=told)
