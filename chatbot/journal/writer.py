"""The one thread that writes: what is handed to it is written in that order, many things in one transaction.

In: functions that write on a connection. Whoever hands one over either goes on at once (`put`) or waits
until it is on the disk (`do`). While the database is away, what nobody waits for is held back, up to a
limit; beyond it, and for what no database would take, the loss is counted and said in the log. This
module knows no table and no question.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from chatbot.journal.database import AWAY, PATIENCE, JournalError, migrate, reason, writing

HELD = 4096  # things held back at most
BATCH = 256  # things in one transaction at most
PAUSE = 1.0  # seconds between two attempts while the database is away
GATHER = 0.05  # seconds for which more is gathered while nobody waits: a transaction costs more than a row
HOUR = 3600.0

Result = TypeVar("Result")
logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Task:
    write: Callable[[Connection], Any]
    outcome: Future[Any] | None = None  # somebody waits for it
    done: bool = field(default=False)


class Writer:
    """Writes in the background. `chore` is called at the start and every hour, outside of a transaction."""

    def __init__(
        self, engine: Engine, chore: Callable[[], None], ready: bool, held: int = HELD, pause: float = PAUSE
    ) -> None:
        self.lost = 0  # things that could not be written, since the start
        self._engine, self._chore, self._ready = engine, chore, ready
        self._held, self._pause = held, pause
        self._waiting: deque[_Task] = deque()
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._away = False
        self._next_chore = 0.0
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many things are not yet written."""
        return len(self._waiting)

    def put(self, write: Callable[[Connection], Any]) -> None:
        """Has it written soon; returns at once."""
        with self._changed:
            closed, full = self._closing.is_set(), len(self._waiting) >= self._held
            if not (closed or full):
                self._waiting.append(_Task(write))
                if len(self._waiting) == 1:  # who gathers need not be told of each
                    self._changed.notify()
        if closed or full:
            self._lose("the record is closed" if closed else "too many wait")

    def do(self, write: Callable[[Connection], Result]) -> Result:
        """Has it written after all that was put before, and returns what it returned once it is on the disk.

        Raises `JournalError` when that cannot be: nothing is promised then.
        """
        outcome: Future[Result] = Future()
        with self._changed:
            if self._closing.is_set():
                raise JournalError("the record is closed")
            self._waiting.append(_Task(write, outcome))
            self._changed.notify()
        try:
            return outcome.result(timeout=2 * PATIENCE)
        except TimeoutError as error:
            raise JournalError("the record does not answer", remedy="look at its database") from error

    def close(self) -> None:
        """Writes what waits, as far as the database lets it, and stops."""
        with self._changed:
            self._closing.set()
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while tasks := self._take():
            try:
                if not self._ready:
                    migrate(self._engine)
                    self._ready, self._next_chore = True, 0.0
                self._attempt(tasks)
            except Exception as error:
                self._hold([task for task in tasks if not task.done], error)
                self._closing.wait(self._pause)
            else:
                self._back()

    def _take(self) -> list[_Task]:
        """The next tasks, waiting for them; none when there will be no more."""
        while True:
            if time.monotonic() >= self._next_chore:
                self._look_after()
            with self._changed:
                if not self._waiting and not self._closing.is_set():
                    self._changed.wait(max(0.0, self._next_chore - time.monotonic()))
                if self._waiting or self._closing.is_set():
                    self._changed.wait_for(self._is_urgent, GATHER)
                    return [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]

    def _is_urgent(self) -> bool:
        """Whether somebody waits for what has been handed over, or nothing more is to be gathered."""
        full = self._closing.is_set() or len(self._waiting) >= BATCH
        return full or any(task.outcome for task in self._waiting)

    def _attempt(self, tasks: Sequence[_Task]) -> None:
        """Writes the tasks in one transaction; if one of them is impossible, each in its own."""
        try:
            with writing(self._engine) as connection:
                results = [task.write(connection) for task in tasks]
        except AWAY:
            raise
        except Exception as error:
            if len(tasks) > 1:
                for task in tasks:
                    self._attempt([task])
                return
            self._give_up(tasks, error)
        else:
            for task, result in zip(tasks, results, strict=True):
                task.done = True
                if task.outcome:
                    task.outcome.set_result(result)

    def _hold(self, tasks: Sequence[_Task], error: Exception) -> None:
        """Keeps for later what nobody waits for; who waits is told at once."""
        if not self._away:
            self._away = True
            logger.error("the record cannot be written, answers go on: %s", reason(error))
        self._give_up([task for task in tasks if task.outcome], error)
        kept = [task for task in tasks if not task.outcome]
        if self._closing.is_set():
            with self._changed:
                kept += [task for task in self._waiting if not task.outcome]
                waited = [task for task in self._waiting if task.outcome]
                self._waiting.clear()
            self._give_up([*kept, *waited], error)
        else:
            with self._changed:
                self._waiting.extendleft(reversed(kept))

    def _give_up(self, tasks: Sequence[_Task], error: Exception) -> None:
        for task in tasks:
            task.done = True
            if task.outcome:
                refusal = JournalError(f"the record cannot be written ({reason(error)})")
                refusal.__cause__ = error
                task.outcome.set_exception(refusal)
            else:
                self._lose(reason(error))

    def _lose(self, cause: str) -> None:
        # Not one line each: a database that is away for a night would fill the disk with them.
        with self._changed:
            self.lost += 1
            lost = self.lost
        if lost & (lost - 1) == 0:
            logger.error("answers that were not recorded: %d (%s)", lost, cause)

    def _back(self) -> None:
        if self._away:
            self._away = False
            logger.warning("the record is written again; answers that were not recorded: %d", self.lost)

    def _look_after(self) -> None:
        self._next_chore = time.monotonic() + HOUR
        if not self._ready:
            return
        try:
            self._chore()
        except Exception as error:
            logger.error("old records could not be deleted: %s", reason(error))
