"""The desk: what every face relies on, without HTTP."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import Any, cast

import pytest

from chatbot.answering import LATEST, Answer, Ask
from chatbot.web.batching import MOST
from chatbot.web.desk import Desk
from chatbot.web.problems import Problem
from tests.web.fakes import SOURCE, FakeBot, FakeJournal


def desk_of(bot: Any = None, journal: Any = None) -> Desk:
    return Desk(lambda: bot, lambda: journal)


def slug_of(desk: Desk, ask: Ask) -> str:
    with pytest.raises(Problem) as raised:
        asyncio.run(desk.answer(ask, "chat"))
    return raised.value.kind.slug


def test_an_answer_is_recorded_and_counted_once_whatever_the_face() -> None:
    journal, faces = FakeJournal(), ("chat", "widget", "api", "staff")
    desk = desk_of(FakeBot(), journal)
    for face in faces:
        asyncio.run(desk.answer(Ask("How?", ("Tea?",)), face))
    assert [(face, tuple(history)) for _, history, face in journal.records] == [
        (face, ("Tea?",)) for face in faces
    ]
    text = desk.metrics.text().decode()
    for face in faces:
        assert f'askguide_questions_total{{face="{face}"}} 1.0' in text
    desk.close()


def test_a_long_conversation_is_cut_for_bot_and_journal_alike() -> None:
    bot, journal = FakeBot(), FakeJournal()
    history = tuple(str(number) for number in range(LATEST + 5))
    asyncio.run(desk_of(bot, journal).answer(Ask("How?", history), "chat"))
    assert bot.asked[0].history == tuple(journal.records[0][1]) == history[5:]


def test_many_at_once_share_batches() -> None:
    bot = FakeBot(pace=0.2)
    desk = desk_of(bot)

    async def ask_many() -> list[Answer]:
        return await asyncio.gather(*(desk.answer(Ask(str(number)), "api") for number in range(33)))

    assert [answer.question for answer in asyncio.run(ask_many())] == [str(number) for number in range(33)]
    assert max(len(batch) for batch in bot.batches) == MOST
    assert len(bot.batches) <= 33 / MOST + 2


def test_a_full_queue_is_a_problem_and_is_not_recorded() -> None:
    started, gate, journal = threading.Event(), threading.Event(), FakeJournal()

    class Waiting(FakeBot):
        def ask_many(self, asks: Sequence[Ask]) -> list[Answer]:
            started.set()
            assert gate.wait(10)
            return super().ask_many(asks)

    desk = desk_of(Waiting(), journal)
    desk._batcher._jobs.maxsize = 1

    async def visit() -> None:
        first = asyncio.create_task(desk.answer(Ask("first"), "api"))
        assert await asyncio.to_thread(started.wait, 5)
        second = asyncio.create_task(desk.answer(Ask("second"), "api"))
        await asyncio.sleep(0)
        with pytest.raises(Problem) as refused:
            await desk.answer(Ask("third"), "api")
        assert refused.value.kind.slug == "busy"
        gate.set()
        assert [(await answer).question for answer in (first, second)] == ["first", "second"]

    asyncio.run(visit())
    assert [answer.question for answer, *_ in journal.records] == ["first", "second"]


def test_what_cannot_be_answered_is_a_problem() -> None:
    assert slug_of(desk_of(None), Ask("How?")) == "loading"
    assert slug_of(desk_of(None), Ask("How?", guide="tea")) == "loading"
    assert slug_of(desk_of(FakeBot()), Ask("How?", guide="coffee")) == "unknown-guide"
    assert desk_of(None).guide_ids == ()
    assert desk_of(FakeBot()).guide_ids == ("tea",)


def test_search_and_votes_leave_the_event_loop_free() -> None:
    loops: list[bool] = []

    def notice(result: Any) -> Any:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            loops.append(False)
        else:
            loops.append(True)
        return result

    bot, journal = FakeBot(), FakeJournal()
    cast(Any, bot).search = lambda *values: notice([SOURCE])
    cast(Any, journal).vote = lambda *values: notice(True)
    desk = desk_of(bot, journal)
    assert asyncio.run(desk.search("water")) == [SOURCE]
    asyncio.run(desk.vote("answer-0", "up"))
    assert loops == [False, False]
