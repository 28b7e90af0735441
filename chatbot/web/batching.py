"""Micro-batches: questions that arrive while the encoder is busy are encoded together.

In: questions of many visitors at once, from any event loop or thread. Out: a future each. One worker
thread takes what is waiting, at most `MOST`, and answers it in one go; nobody waits for a batch to
fill, so an idle server answers at once. It knows nothing of HTTP and does not answer by itself.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TypeAlias

from chatbot.answering import Answer, Ask

MOST = 4  # questions in a batch: the first waits for the last (16 at a time: p99 of 300 ms instead of 165)
WAITING = 512  # questions that may wait; more than this and the newest is told to come back

_Job: TypeAlias = tuple[Ask, "Future[Answer]"]


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
        return await asyncio.wrap_future(self.submit(ask))

    def submit(self, ask: Ask) -> Future[Answer]:
        """Puts a question in the queue; for callers in threads. Raises `Busy`."""
        future: Future[Answer] = Future()
        with self._lock:
            if self._worker is None:
                self._worker = threading.Thread(target=self._work, name="batches", daemon=True)
                self._worker.start()
        try:
            self._jobs.put_nowait((ask, future))
        except queue.Full:
            raise Busy from None
        return future

    def close(self) -> None:
        """Answers what is waiting, then ends the thread. A later question starts a new one."""
        with self._lock:
            worker, self._worker = self._worker, None
        if worker is not None:
            self._jobs.put(None)
            worker.join()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            batch, last = [job], False
            while len(batch) < self._most and not last:
                try:
                    more = self._jobs.get_nowait()
                except queue.Empty:
                    break
                last = more is None
                batch += [more] if more else []
            self._answer([job for job in batch if job[1].set_running_or_notify_cancel()])
            del job, batch  # an idle thread must not keep the last questions in memory
            if last:
                break

    def _answer(self, batch: list[_Job]) -> None:
        if not batch:
            return
        self._observe(len(batch))
        try:
            answers = self._ask_many([ask for ask, _ in batch])
            for (_, future), answer in zip(batch, answers, strict=True):
                future.set_result(answer)
        except Exception as error:
            if len(batch) == 1:
                batch[0][1].set_exception(error)
                return
            for job in batch:  # one question must not spoil the others' answers
                self._answer([job])
