"""Micro-batches: alone when idle, together when busy, and no question pays for another."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from chatbot.answering import Answer, Ask
from chatbot.web.batching import Batcher, Busy
from tests.web.fakes import FakeBot


class Gate(FakeBot):
    """Answers a batch only once it is let through."""

    def __init__(self) -> None:
        super().__init__()
        self.started, self.open = threading.Semaphore(0), threading.Event()

    def ask_many(self, asks: Sequence[Ask]) -> list[Answer]:
        """Waits, then answers."""
        self.started.release()
        assert self.open.wait(10)
        return super().ask_many(asks)


@pytest.fixture
def bot() -> Gate:
    return Gate()


@pytest.fixture
def batcher(bot: Gate) -> Iterator[Batcher]:
    batcher = Batcher(bot.ask_many)
    yield batcher
    bot.open.set()
    batcher.close()


def questions(bot: FakeBot) -> list[list[str]]:
    return [[ask.question for ask in batch] for batch in bot.batches]


async def hand_in(batcher: Batcher, *names: str) -> list[asyncio.Task[Answer]]:
    """Questions that wait for their answers, in this order."""
    tasks = [asyncio.create_task(batcher.ask(Ask(name))) for name in names]
    await asyncio.sleep(0)
    return tasks


async def said(tasks: Sequence[asyncio.Task[Answer]]) -> list[str]:
    """The questions of the answers."""
    async with asyncio.timeout(5):
        return [answer.question for answer in await asyncio.gather(*tasks)]


async def started(bot: Gate) -> bool:
    """Whether a batch is being answered, so that others have to wait."""
    return await asyncio.to_thread(bot.started.acquire, timeout=5)


def test_an_idle_server_answers_at_once_and_alone(bot: Gate, batcher: Batcher) -> None:
    async def visit() -> None:
        for name in "ab":
            assert await said(await hand_in(batcher, name)) == [name]

    bot.open.set()
    asyncio.run(visit())
    assert questions(bot) == [["a"], ["b"]]


def test_what_waits_is_taken_together_in_order_and_not_too_many(bot: Gate, batcher: Batcher) -> None:
    sizes: list[int] = []
    batcher._observe = sizes.append
    names = [str(number) for number in range(10)]

    async def visit() -> None:
        tasks = await hand_in(batcher, names[0])
        assert await started(bot)
        tasks += await hand_in(batcher, *names[1:])
        bot.open.set()
        assert await said(tasks) == names

    asyncio.run(visit())
    assert questions(bot) == [names[:1], names[1:5], names[5:9], names[9:]]
    assert sizes == [1, 4, 4, 1]


def test_an_event_loop_is_woken_once_for_a_batch(bot: Gate, batcher: Batcher) -> None:
    async def visit() -> None:
        loop, woken = asyncio.get_running_loop(), []
        wake = loop.call_soon_threadsafe

        def notice(*told: Any) -> asyncio.Handle:
            """Counts, then wakes: the other way round, the test might be over before it has counted."""
            woken.append(told)
            return wake(*told)

        tasks = await hand_in(batcher, "first")
        assert await started(bot)
        tasks += await hand_in(batcher, "a", "b", "c")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(loop, "call_soon_threadsafe", notice)
            bot.open.set()
            await said(tasks)
        assert len(woken) == 2

    asyncio.run(visit())


def test_one_thread_answers_for_several_event_loops(bot: Gate, batcher: Batcher) -> None:
    bot.open.set()
    answers: list[str] = []

    async def ask_ten(loop: int) -> None:
        answers.extend(await said(await hand_in(batcher, *(f"{loop}-{number}" for number in range(10)))))

    threads = [threading.Thread(target=asyncio.run, args=(ask_ten(loop),)) for loop in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(answers) == sorted(f"{loop}-{number}" for loop in range(4) for number in range(10))
    assert bot.threads == {"batches"}


def test_a_question_that_breaks_the_bot_breaks_only_its_own_answer(bot: Gate, batcher: Batcher) -> None:
    async def visit() -> None:
        (first,) = await hand_in(batcher, "first")
        assert await started(bot)
        a, broken, b = await hand_in(batcher, "a", "break", "b")
        bot.open.set()
        assert await said([first, a, b]) == ["first", "a", "b"]
        with pytest.raises(ValueError, match="cannot answer"):
            await broken
        assert await said(await hand_in(batcher, "next")) == ["next"]

    asyncio.run(visit())


def test_answers_that_are_missing_are_an_error_and_not_a_mix_up() -> None:
    short = Batcher(lambda asks: [])
    with pytest.raises(ValueError, match="0 answers to 1 questions"):
        asyncio.run(short.ask(Ask("a")))
    short.close()


def test_too_many_waiting_are_told_so_at_once(bot: Gate) -> None:
    batcher = Batcher(bot.ask_many, waiting=3)

    async def visit() -> None:
        tasks = await hand_in(batcher, "first")
        assert await started(bot)
        tasks += await hand_in(batcher, "a", "b", "c")
        with pytest.raises(Busy):
            await batcher.ask(Ask("one too many"))
        bot.open.set()
        assert await said(tasks) == ["first", "a", "b", "c"]

    asyncio.run(visit())
    batcher.close()


def test_a_visitor_who_left_is_not_answered(bot: Gate, batcher: Batcher) -> None:
    async def visit() -> None:
        (first,) = await hand_in(batcher, "first")
        assert await started(bot)
        gone, here = await hand_in(batcher, "gone", "here")
        first.cancel()  # too late: it is being answered, and the answer is for nobody
        gone.cancel()
        await asyncio.sleep(0)
        bot.open.set()
        assert await said([here]) == ["here"]

    asyncio.run(visit())
    assert questions(bot) == [["first"], ["here"]]


def test_an_event_loop_that_has_ended_stops_nobody_elses_answers(bot: Gate, batcher: Batcher) -> None:
    async def leave() -> None:
        await hand_in(batcher, "left behind")
        assert await started(bot)

    asyncio.run(leave())
    bot.open.set()
    assert asyncio.run(batcher.ask(Ask("next"))).question == "next"


def test_closing_answers_what_waits_and_ends_the_thread(bot: Gate, batcher: Batcher) -> None:
    async def visit() -> None:
        tasks = await hand_in(batcher, *map(str, range(5)))
        worker = batcher._worker
        assert worker is not None
        bot.open.set()
        batcher.close()
        assert not worker.is_alive()
        assert await said(tasks) == list("01234")
        assert await said(await hand_in(batcher, "later")) == ["later"]

    asyncio.run(visit())


def test_a_question_that_comes_while_it_closes_is_answered_and_closing_ends(bot: Gate) -> None:
    batcher = Batcher(bot.ask_many)
    closing = threading.Thread(target=batcher.close, daemon=True)

    async def visit() -> None:
        tasks = await hand_in(batcher, "before")
        assert await started(bot)
        closing.start()
        while batcher._worker is not None:
            await asyncio.sleep(0.01)
        tasks += await hand_in(batcher, "meanwhile")
        await asyncio.to_thread(bot.started.acquire, timeout=0.5)  # its thread may take what is not its own
        bot.open.set()
        assert await said(tasks) == ["before", "meanwhile"]

    asyncio.run(visit())
    closing.join(5)
    assert not closing.is_alive()
    batcher.close()


def test_an_idle_batcher_holds_no_question() -> None:
    class Weak(str):
        pass

    bot = FakeBot()
    batcher = Batcher(bot.ask_many)
    question = Weak("secret")
    seen = weakref.ref(question)
    asyncio.run(batcher.ask(Ask(question)))
    asyncio.run(batcher.ask(Ask("next")))
    bot.batches.clear()
    del question
    gc.collect()
    assert seen() is None
    batcher.close()
