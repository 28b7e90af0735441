"""Speed beside the plain recipe: sentence-transformers' `encode` and FAISS's `IndexFlatIP` of our passages.

Both run in one measurement, each in a process of its own that answers when it is told to, a few questions in
turn, so that whatever else the machine does weighs on both alike. Ours is given the whole question with its
history and makes a whole answer; the plain recipe embeds the question and looks five passages up.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TURN = 40  # questions that a system answers before the other has its turn
NEAREST = 5  # passages that the plain recipe looks up
QUESTION = "How much do ML engineers make in California?"
ANSWER = Callable[[str, list[str]], object]


@dataclass(slots=True)
class Figures:
    """What was measured of one system: times in seconds, memory in MB."""

    starts: list[float] = field(default_factory=list)  # from starting the process to the first answer
    answers: list[float] = field(default_factory=list)  # one question that stands alone each, in process
    memory: list[float] = field(default_factory=list)  # the most that a process held
    torch: bool = False  # whether a process had loaded PyTorch
    follow_ups: list[float] = field(default_factory=list)  # one question after its history each


@dataclass(frozen=True, slots=True)
class Comparison:
    """Ours and the plain recipe, and our command line and an import of Gradio, in seconds."""

    ours: Figures
    plain: Figures
    asks: list[float]
    gradio: list[float]


def measure(index: Path, corpus: Path, rounds: int = 5) -> Comparison:
    """Starts both so many times; in each round they answer all golden questions in turns."""
    golden = (corpus / "golden.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in golden if line.strip()]
    questions = [(row["question"], row.get("history") or []) for row in rows]
    ours, plain = Figures(), Figures()
    asks: list[float] = []
    gradio: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        _prepare_plain(index, Path(folder))
        for _ in range(rounds):
            systems = [(ours, _start("ours", index, ours)), (plain, _start("plain", Path(folder), plain))]
            for first in range(0, len(questions), TURN):
                turn = questions[first : first + TURN]
                for figures, process in systems:
                    for (_, history), spent in zip(turn, _tell(process, turn), strict=True):
                        (figures.follow_ups if history else figures.answers).append(spent)
            for figures, process in systems:
                with process:  # closes its pipes and waits for its end
                    end = _tell(process, [])
                figures.memory.append(end["memory"])
                figures.torch |= end["torch"]
            asks.append(_time([sys.executable, "-m", "chatbot", "ask", QUESTION, "--index", str(index)]))
            gradio.append(_time([sys.executable, "-c", "import gradio"]))
    return Comparison(ours, plain, asks, gradio)


def _prepare_plain(index: Path, folder: Path) -> None:
    """Writes what the plain recipe finds on the disk: our passages, and their vectors in FAISS."""
    subprocess.run(
        [sys.executable, "-m", "benchmarks.speed", "prepare", str(index), str(folder)],
        check=True, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _start(system: str, place: Path, figures: Figures) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.speed", system, str(place)]
    begun = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    _tell(process, [(QUESTION, [])])
    figures.starts.append(time.perf_counter() - begun)
    return process


def _tell(process: subprocess.Popen[str], questions: Sequence[tuple[str, list[str]]]) -> Any:
    """Has a process answer questions: the time of each. With none it ends and says what it held."""
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps(questions) + "\n")
    process.stdin.flush()
    reply = process.stdout.readline()
    if not reply:
        raise SystemExit(f"the process of one system ended with {process.wait()} before it had answered")
    return json.loads(reply)


def _time(command: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ)
    return time.perf_counter() - begun


# In the processes that are measured -------------------------------------------------------------


def _ours(index: str) -> ANSWER:
    from chatbot import Chatbot

    bot = Chatbot.load(index)
    return lambda question, history: bot.ask(question, history)


def _plain(folder: str) -> ANSWER:
    import faiss
    from sentence_transformers import SentenceTransformer

    facts = json.loads(Path(folder, "passages.json").read_text(encoding="utf-8"))
    model = SentenceTransformer(facts["model"], device="cpu")
    index = faiss.read_index(str(Path(folder, "plain.faiss")))

    def answer(question: str, history: list[str]) -> object:
        vector = model.encode([question], normalize_embeddings=True, show_progress_bar=False)
        return [facts["passages"][n] for n in index.search(vector, NEAREST)[1][0]]

    return answer


def _prepare(index: str, folder: str) -> None:
    import faiss
    from sentence_transformers import SentenceTransformer

    from chatbot.encoder.export import locate
    from chatbot.index import load, read_manifest

    ours = load(Path(index))
    model = locate(read_manifest(Path(index))["model"])
    passages = [passage.text for passage in ours.passages]
    vectors = SentenceTransformer(model, device="cpu").encode(passages, normalize_embeddings=True)
    plain = faiss.IndexFlatIP(vectors.shape[1])
    plain.add(vectors)
    faiss.write_index(plain, str(Path(folder, "plain.faiss")))
    facts = {"model": model, "passages": passages}
    Path(folder, "passages.json").write_text(json.dumps(facts), encoding="utf-8")


def _serve(load: Callable[[str], ANSWER], place: str) -> None:
    """Answers as it is told on standard input, until there is nothing to answer."""
    answer = load(place)
    for line in sys.stdin:
        questions = json.loads(line)
        times = []
        for question, history in questions:
            begun = time.perf_counter()
            answer(question, history)
            times.append(time.perf_counter() - begun)
        if not questions:
            print(json.dumps({"memory": _most_held(), "torch": "torch" in sys.modules}), flush=True)
            return
        print(json.dumps(times), flush=True)


def _most_held() -> float:
    """The most memory that this process has held, in MB. (`ru_maxrss` begins with that of its parent.)"""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


# The table --------------------------------------------------------------------------------------


def table(found: Comparison) -> str:
    """The medians and their ratios, as a Markdown table."""
    ours, plain = found.ours, found.plain
    middle = statistics.median

    def late(values: list[float]) -> float:
        return statistics.quantiles(values, n=20)[-1]

    def times(name: str, one: float, other: float, unit: str) -> str:
        ours, plain = (f"{1000 * t:.1f} ms" if unit == "ms" else f"{t:.2f} s" for t in (one, other))
        return f"| {name} | {ours} | {plain} | {other / one:.1f} times faster |"

    after = times("one follow-up, median", middle(ours.follow_ups), middle(plain.follow_ups), "ms")
    every = ours.answers + ours.follow_ups, plain.answers + plain.follow_ups
    held, other = middle(ours.memory), middle(plain.memory)
    cold = middle(found.asks) / middle(found.gradio)
    return "\n".join(
        [
            "| | ours | plain recipe | |",
            "|---|---|---|---|",
            times("one question in process, median", middle(ours.answers), middle(plain.answers), "ms"),
            after,
            times("any of both, median", middle(every[0]), middle(every[1]), "ms"),
            times("any of both, 95th percentile", late(every[0]), late(every[1]), "ms"),
            times("start to first answer", middle(ours.starts), middle(plain.starts), "s"),
            f"| peak memory | {held:.0f} MB | {other:.0f} MB | {held / other:.2f} of it |",
            f"| PyTorch loaded | {_yes(ours.torch)} | {_yes(plain.torch)} | |",
            "",
            "| cold shell | | |",
            "|---|---|---|",
            f"| `chatbot ask` | {middle(found.asks):.2f} s | |",
            f'| `python -c "import gradio"` | {middle(found.gradio):.2f} s | ask takes {cold:.2f} of it |',
        ]
    )


def _yes(value: bool) -> str:
    return "yes" if value else "no"


if __name__ == "__main__":
    system, *places = sys.argv[1:]
    if system == "prepare":
        _prepare(*places)
    else:
        _serve({"ours": _ours, "plain": _plain}[system], *places)
