"""A program for tests/test_building.py: builds over and over, each time killed at some moment.

    python -m tests.killing CORPUS INDEX SEED TIMES

Every round rewrites the guide, forks, and lets the child build while it is killed with SIGKILL: TIMES
rounds at random times, then once at every single step in which a build touches its folder. After each
round the index is loaded and asked; a line of JSON says what was found. The encoder is `WordEncoder`,
and what builds spend most time on (a word list) is left out, so that kills fall where files are written.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import bm25s  # noqa: F401  imported once, before the forks
import faiss  # noqa: F401

from chatbot import building, index
from chatbot.errors import IndexError
from chatbot.settings import Settings
from tests.words import WordEncoder

PATIENCE = 20  # seconds for a build that takes a few hundredths of one
TEXT = "# Guide\n\n## Pay\n\nThe pay of round {0} is {0} dollars.\n\n## Hours\n\nThe hours are {0} to 5.\n"


def rewrite(corpus: Path, number: int) -> None:
    (corpus / "guides" / "work.md").write_text(TEXT.format(number), encoding="utf-8")


def build(settings: Settings) -> None:
    building.build(settings, encoder=WordEncoder())


def fork(settings: Settings, step: int | None) -> int:
    """A child that builds; at the given step of touching its folder it kills itself."""
    child = os.fork()
    if child:
        return child
    signal.alarm(PATIENCE)  # whoever waits for a lock that nobody gives back would wait for ever
    try:
        if step is not None:
            kill_at(settings.index, step)
        build(settings)
    finally:
        os._exit(0)


def kill_at(folder: Path, step: int) -> None:
    left = step

    def watch(event: str, details: tuple[object, ...]) -> None:
        nonlocal left
        touches = event in (
            "open",
            "os.mkdir",
            "os.rename",
            "os.remove",
            "os.rmdir",
            "os.chmod",
            "tempfile.mkdtemp",
        )
        if touches and details and str(folder) in str(details[0]):
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def ask(folder: Path) -> int:
    """The round whose guide the index answers from, whole."""
    found = index.load(folder, encoder=WordEncoder())
    vectors = found.encoder.encode(["What is the pay of the round in dollars?"])
    view = found.views[found.nearest(vectors, 1)[1][0, 0]]
    assert found.guides[0].text == TEXT.format(number := int(view.text.split()[-2]))
    return number


def main() -> None:
    corpus, folder, seed, times = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    building.good_words = lambda: ({"pay"}, set())
    settings = Settings(corpus=corpus, index=folder, model="words")
    chance = random.Random(seed)
    rewrite(corpus, 0)
    build(settings)
    start = time.perf_counter()
    rewrite(corpus, 1)
    build(settings)
    took = time.perf_counter() - start
    number, step, before = 1, 0, 1
    while True:
        number += 1
        rewrite(corpus, number)
        at_random = number < 2 + times
        child = fork(settings, None if at_random else step)
        if at_random:
            time.sleep(chance.uniform(0, took))
            os.kill(child, signal.SIGKILL)
        else:
            step += 1
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if ended == -signal.SIGALRM:
            raise TimeoutError(f"round {number}: the build hung for {PATIENCE} s")
        killed = ended == -signal.SIGKILL
        left = [path.name for path in folder.iterdir() if path.name not in ("builds", "manifest.json")]
        try:
            found, error = ask(folder), ""
        except IndexError as problem:
            found, error = -1, str(problem)
        builds = len(list((folder / "builds").iterdir()))
        row = {"round": number, "random": at_random, "killed": killed, "before": before, "found": found,
               "error": error, "left": left, "builds": builds}  # fmt: skip
        sys.stdout.write(json.dumps(row) + "\n")
        sys.stdout.flush()
        before = found
        if not at_random and not killed:
            break


if __name__ == "__main__":
    main()
