"""How much the web costs: the same 2,000 questions in process, in one thread, and over HTTP from 16 clients.

Both are measured in one run, on the real index, with rate limits off and the record on, as a server runs.
The clients are threads of a process of their own, each with one connection that it keeps. None of
the requests may fail. `python -m benchmarks.serve [--index DIR]` prints a table, `--json` an object.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import queue
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from chatbot import Chatbot
from chatbot.guides import read_corpus

CLIENTS = 16
QUESTIONS = 2000
WARM_UP = 200  # requests before the clock starts: the first ones load pages of the model from the disk
PATIENCE = 60.0  # seconds for the server to start


@dataclass(frozen=True, slots=True)
class Figures:
    """What one run measured. Times are in milliseconds, throughputs in questions a second."""

    questions: int
    failed: int
    p50: float
    p99: float
    slowest: float
    over_http: float
    in_process: float
    memory: float  # of the server, in MB, at the end

    @property
    def share(self) -> float:
        """Throughput over HTTP, as a share of the throughput in process."""
        return self.over_http / self.in_process


def different_questions(corpus: Path, count: int) -> list[str]:
    """So many different questions: the golden ones and the alternates, then the same with a polite start."""
    golden = (corpus / "golden.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [json.loads(line)["question"] for line in golden]
    for guide in read_corpus(corpus):
        asked += [question for section in guide.sections for question in section.alternates]
    starts = ("", "Please tell me: ", "One more thing, ")
    questions = list(dict.fromkeys(start + question for start in starts for question in asked))
    assert len(questions) >= count, f"the corpus gives {len(questions)} questions"
    return questions[:count]


def ask_in_process(index: Path, questions: Sequence[str]) -> float:
    """Questions a second, one after the other in this thread."""
    bot = Chatbot.load(index)
    for question in questions[:WARM_UP]:
        bot.ask(question)
    started = time.perf_counter()
    for question in questions:
        bot.ask(question)
    return len(questions) / (time.perf_counter() - started)


@contextmanager
def server(index: Path) -> Iterator[tuple[int, int]]:
    """The real server on a free port, as (port, process id)."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        settings = {"CHATBOT_RATE_LIMIT": "", "CHATBOT_JOURNAL": f"sqlite:///{folder}/journal.db"}
        command = [sys.executable, "-m", "chatbot", "serve", "--index", str(index), "--port", str(port)]
        with Path(folder, "log").open("wb") as log:
            process = subprocess.Popen(command, env=os.environ | settings, stdout=log, stderr=log)
            try:
                _wait_until_ready(port, process)
                yield port, process.pid
            finally:
                process.terminate()
                process.wait(PATIENCE)


def _wait_until_ready(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server does not start")


def ask_over_http(port: int, questions: Sequence[str], clients: int = CLIENTS) -> tuple[list[float], int]:
    """The time of each request in seconds, and how many failed."""
    waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
    for question in questions:
        waiting.put(question)
    times: list[float] = []
    failures: list[str] = []

    def ask_all() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while True:
            try:
                question = waiting.get_nowait()
            except queue.Empty:
                return connection.close()
            body = json.dumps({"question": question})
            started = time.perf_counter()
            try:
                connection.request("POST", "/api/v1/answers", body, {"Content-Type": "application/json"})
                response = connection.getresponse()
                answer = json.loads(response.read())
                times.append(time.perf_counter() - started)
                if response.status != 200 or answer["question"] != question:
                    failures.append(question)
            except (OSError, http.client.HTTPException, ValueError):
                failures.append(question)
                connection.close()

    threads = [threading.Thread(target=ask_all) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, len(failures)


def measure(index: Path, corpus: Path) -> Figures:
    """One run of both."""
    questions = different_questions(corpus, QUESTIONS)
    in_process = ask_in_process(index, questions)
    with server(index) as (port, pid):
        ask_over_http(port, questions[:WARM_UP])
        started = time.perf_counter()
        times, failed = ask_over_http(port, questions)
        spent = time.perf_counter() - started
        memory = _memory(pid)
    percentiles = statistics.quantiles(times, n=100)
    p50, p99, slowest = (1000 * value for value in (percentiles[49], percentiles[98], max(times)))
    throughput = len(times) / spent
    return Figures(len(questions), failed, p50, p99, slowest, throughput, in_process, memory)


def _memory(pid: int) -> float:
    """What the process holds in memory, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def table(figures: Figures) -> str:
    """The figures as a Markdown table."""
    rows = {
        f"{figures.questions:,} different questions, {CLIENTS} clients: failed": f"{figures.failed}",
        "median": f"{figures.p50:.1f} ms",
        "99th percentile": f"{figures.p99:.1f} ms",
        "slowest": f"{figures.slowest:.1f} ms",
        "over HTTP": f"{figures.over_http:.0f} questions a second",
        "in process, one thread": f"{figures.in_process:.0f} questions a second",
        "over HTTP / in process": f"{figures.share:.2f}",
        "memory of the server": f"{figures.memory:.0f} MB",
    }
    return "\n".join(
        ["| serving | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items())]
    )


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, default=Path("index"))
    parser.add_argument("--corpus", type=Path, default=Path("corpus"))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = measure(options.index, options.corpus)
    print(json.dumps(asdict(figures) | {"share": figures.share}) if options.json else table(figures))


if __name__ == "__main__":
    main()
