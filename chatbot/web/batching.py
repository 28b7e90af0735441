"""Micro-batches: questions that arrive while the encoder is busy are encoded together.

In: questions of many visitors at once, from any event loop. Out: the answer to each. One worker thread
takes what is waiting, at most `MOST`, and answers it in one go; nobody waits for a batch to fill, so an
idle server answers at once. It knows nothing of HTTP and does not answer by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TypeAlias

from chatbot.answering import Answer, Ask

MOST = 4  # questions in a batch: the first waits for the last (16 at a time: p99 of 300 ms instead of 165)
WAITING = 512  # questions that may wait; more than this and the newest is told to come back

_Job: TypeAlias = tuple[Ask, "asyncio.Future[Answer]"]
_Outcome: TypeAlias = Answer | Exception


class Busy(Exception):
    """More questions are waiting than can be answered soon."""


class Batcher:
    """Answers questions in the order they came, several at a time, in one thread of its own."""

    def __init__(
        self,
        ask_many: Callable[[Sequence[Ask]], list[Answer]],
        most: int = MOST,
        waiting: int = WAITING,
        observe: Callable[[int], None] = lambda size: None,
    ) -> None:
        self._ask_many, self._most, self._observe = ask_many, most, observe
        self._jobs: queue.Queue[_Job | None] = queue.Queue(waiting)
        self._lock = threading.Lock()
        self._worker: threading.Thread | None = None

    async def ask(self, ask: Ask) -> Answer:
        """The answer, without blocking the event loop. Raises `Busy`, or what the bot raised."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        with self._lock:
            if self._worker is None:
                self._worker = threading.Thread(
                    target=self._work, args=(self._jobs,), name="batches", daemon=True
                )
                self._worker.start()
            try:
                self._jobs.put_nowait((ask, future))
            except queue.Full:
                raise Busy from None
        return await future

    def close(self) -> None:
        """Answers what is waiting, then ends the thread. A later question starts a new one."""
        with self._lock:
            worker, self._worker = self._worker, None
            jobs, self._jobs = self._jobs, queue.Queue(self._jobs.maxsize)  # no two threads share one
        if worker is not None:
            jobs.put(None)
            worker.join()

    def _work(self, jobs: queue.Queue[_Job | None]) -> None:
        while (job := jobs.get()) is not None:
            batch, last = [job], False
            while len(batch) < self._most and not last:
                try:
                    more = jobs.get_nowait()
                except queue.Empty:
                    break
                last = more is None
                batch += [more] if more else []
            self._answer([job for job in batch if not job[1].cancelled()])
            del job, batch  # an idle thread must not keep the last answers in memory
            if last:
                break

    def _answer(self, batch: list[_Job]) -> None:
        """Answers a batch, and wakes each event loop once for all that it asked."""
        waiting: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Answer], _Outcome]]]
        waiting = defaultdict(list)
        for (_, future), outcome in zip(batch, self._outcomes([ask for ask, _ in batch]), strict=True):
            waiting[future.get_loop()].append((future, outcome))
        for loop, told in waiting.items():
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(_tell, told)

    def _outcomes(self, asks: list[Ask]) -> list[_Outcome]:
        """The answers, or what the bot raised instead: one question must not spoil the others' answers."""
        if not asks:
            return []
        self._observe(len(asks))
        try:
            answers = self._ask_many(asks)
            if len(answers) != len(asks):
                raise ValueError(f"{len(answers)} answers to {len(asks)} questions")
            return list(answers)
        except Exception as error:
            if len(asks) == 1:
                return [error]
            return [outcome for ask in asks for outcome in self._outcomes([ask])]


def _tell(told: list[tuple[asyncio.Future[Answer], _Outcome]]) -> None:
    """Sets the futures of one event loop, in that loop."""
    for future, outcome in told:
        if future.done():  # its visitor has left
            continue
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
