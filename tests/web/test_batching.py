"""Micro-batches: alone when idle, together when busy, and no question pays for another."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from collections.abc import Iterator, Sequence

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


def test_an_idle_server_answers_at_once_and_alone(bot: Gate, batcher: Batcher) -> None:
    bot.open.set()
    for name in "ab":
        assert batcher.submit(Ask(name)).result(5).question == name
    assert questions(bot) == [["a"], ["b"]]


def test_what_waits_is_taken_together_in_order_and_not_too_many(bot: Gate, batcher: Batcher) -> None:
    sizes: list[int] = []
    batcher._observe = sizes.append
    names = [str(number) for number in range(10)]
    futures = [batcher.submit(Ask(names[0]))]
    assert bot.started.acquire(timeout=5)  # the first one is being answered: the others wait
    futures += [batcher.submit(Ask(name)) for name in names[1:]]
    bot.open.set()
    assert [future.result(5).question for future in futures] == names
    assert questions(bot) == [names[:1], names[1:5], names[5:9], names[9:]]
    assert sizes == [1, 4, 4, 1]


def test_one_thread_answers_for_several_event_loops(bot: Gate, batcher: Batcher) -> None:
    bot.open.set()
    answers: list[str] = []

    async def ask_ten(loop: int) -> None:
        many = [batcher.ask(Ask(f"{loop}-{number}")) for number in range(10)]
        answers.extend(answer.question for answer in await asyncio.gather(*many))

    threads = [threading.Thread(target=asyncio.run, args=(ask_ten(loop),)) for loop in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(answers) == sorted(f"{loop}-{number}" for loop in range(4) for number in range(10))
    assert bot.threads == {"batches"}


def test_a_question_that_breaks_the_bot_breaks_only_its_own_answer(bot: Gate, batcher: Batcher) -> None:
    first = batcher.submit(Ask("first"))
    assert bot.started.acquire(timeout=5)
    futures = {name: batcher.submit(Ask(name)) for name in ("a", "break", "b")}
    bot.open.set()
    assert first.result(5).question == "first"
    assert [futures[name].result(5).question for name in "ab"] == ["a", "b"]
    with pytest.raises(ValueError, match="cannot answer"):
        futures["break"].result(5)
    assert batcher.submit(Ask("next")).result(5).question == "next"


def test_answers_that_are_missing_are_an_error_and_not_a_mix_up(batcher: Batcher) -> None:
    short = Batcher(lambda asks: [])
    with pytest.raises(ValueError, match="zip"):
        short.submit(Ask("a")).result(5)
    short.close()


def test_too_many_waiting_are_told_so_at_once(bot: Gate) -> None:
    batcher = Batcher(bot.ask_many, waiting=3)
    futures = [batcher.submit(Ask("first"))]
    assert bot.started.acquire(timeout=5)
    futures += [batcher.submit(Ask(str(number))) for number in range(3)]
    with pytest.raises(Busy):
        batcher.submit(Ask("one too many"))
    bot.open.set()
    assert len([future.result(5) for future in futures]) == 4
    batcher.close()


def test_a_visitor_who_left_is_not_answered(bot: Gate, batcher: Batcher) -> None:
    batcher.submit(Ask("first"))
    assert bot.started.acquire(timeout=5)
    gone, here = batcher.submit(Ask("gone")), batcher.submit(Ask("here"))
    assert gone.cancel()
    bot.open.set()
    assert here.result(5).question == "here"
    assert questions(bot)[1:] == [["here"]]


def test_closing_answers_what_waits_and_ends_the_thread(bot: Gate, batcher: Batcher) -> None:
    futures = [batcher.submit(Ask(str(number))) for number in range(5)]
    worker = batcher._worker
    assert worker is not None
    bot.open.set()
    batcher.close()
    assert all(future.done() for future in futures)
    assert not worker.is_alive()
    assert batcher.submit(Ask("later")).result(5).question == "later"


def test_an_idle_batcher_holds_no_question() -> None:
    class Weak(str):
        pass

    batcher = Batcher(FakeBot().ask_many)
    bot = FakeBot()
    batcher._ask_many = bot.ask_many
    question = Weak("secret")
    seen = weakref.ref(question)
    batcher.submit(Ask(question)).result(5)
    batcher.submit(Ask("next")).result(5)
    bot.batches.clear()
    del question
    gc.collect()
    assert seen() is None
    batcher.close()
