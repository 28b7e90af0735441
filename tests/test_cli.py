"""The command line as people and programs use it: terminals, pipes, batches, exit codes, few libraries."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from chatbot import cli
from chatbot.answering import Chatbot
from chatbot.cli import main

ROOT = Path(__file__).parent.parent
SMALL = ROOT / "tests" / "corpus"
OHIO = "How much do bakers make in Ohio?"
CALIFORNIA = "How much do ML engineers make in California?"
COLOURS = re.compile(r"\x1b\[[0-9;]*m")

# Nothing of this is needed for asking, searching and verifying.
HEAVY = [
    "torch", "sentence_transformers", "transformers", "gradio", "fastapi", "starlette", "uvicorn", "pydantic",
    "sqlalchemy", "scipy", "sklearn", "bm25s", "symspellpy", "onnx", "onnxscript", "limits",
    "prometheus_client",
]  # fmt: skip


@pytest.fixture
def run(bot: Chatbot, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command in this process, on the small bot."""
    monkeypatch.setattr(cli, "_bot", lambda settings: bot)

    def invoke(*arguments: str, given: str | bytes | None = None) -> Result:
        return CliRunner().invoke(main, arguments, input=given)

    return invoke


def command(*arguments: str, index: Path) -> list[str]:
    return [sys.executable, "-m", "chatbot", *arguments, "--index", str(index)]


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


# For people --------------------------------------------------------------------------------------


def on_terminal(arguments: list[str], columns: int) -> tuple[str, int]:
    """What a command writes to a terminal of that width, and its exit code."""
    inner, outer = pty.openpty()
    environment = os.environ | {"COLUMNS": str(columns), "TERM": "xterm-256color"}
    process = subprocess.Popen(
        arguments, stdin=outer, stdout=outer, stderr=outer, cwd=ROOT, env=environment, close_fds=True
    )
    os.close(outer)
    written = b""
    while True:
        try:
            part = os.read(inner, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        written += part
    os.close(inner)
    return written.decode().replace("\r\n", "\n"), process.wait(30)


def test_ask_on_a_terminal_is_in_colour_and_wrapped(real_index: Path) -> None:
    text, code = on_terminal(command("ask", "Is it a nine to five?", index=real_index), 60)
    assert code == 0
    assert "\x1b[1m" in text, "the answer is bold"
    assert "\x1b[32m" in text, "the quote is green"
    assert "\x1b[34m" in text, "the place is blue"
    lines = COLOURS.sub("", text).splitlines()
    prose = [line for line in lines if not line.strip().startswith(("guides/", "http"))]
    assert max(map(len, prose)) <= 60
    assert len([line for line in lines if line.startswith("  │ ")]) >= 2
    plain = " ".join(" ".join(lines).split())
    assert "Monday through Friday schedule, from 9 am to 5 pm" in plain
    assert "Machine Learning Engineer Career Guide › Typical work hours" in plain
    assert "machine-learning-engineer#work-hours" in plain
    assert re.search(r"guides/machine-learning-engineer\.md:\d+", plain)


def test_ask_through_a_pipe_has_no_colours(real_index: Path) -> None:
    done = subprocess.run(
        command("ask", CALIFORNIA, index=real_index), cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert "\x1b" not in done.stdout
    assert done.stdout.startswith("California: $139,620 a year.\n")
    assert "  │ | California | $139,620 |" in done.stdout


def test_the_place_is_the_line_of_the_quote(run: Any) -> None:
    place = re.search(r"guides/baker\.md:(\d+)", run("ask", OHIO).stdout)
    assert place
    lines = (SMALL / "guides" / "baker.md").read_text(encoding="utf-8").splitlines()
    assert lines[int(place[1]) - 1].startswith("| Ohio |")


def test_a_published_guide_is_linked(run: Any) -> None:
    shown = run("ask", "Which tools does a gardener use?").stdout
    assert "https://guides.example/gardener#tools:~:text=" in shown


def test_what_was_understood_is_shown_only_where_it_differs(run: Any) -> None:
    assert run("ask", "How much do bakres make in Ohio?").stdout.startswith("understood as: ")
    assert "understood as" not in run("ask", f"  {OHIO} ").stdout


def test_a_refusal_offers_questions_and_is_no_failure(run: Any) -> None:
    done = run("ask", "How much do bakers make in Peru?")
    assert done.exit_code == 0
    assert "Peru" in done.stdout
    assert "│" not in done.stdout, "nothing is quoted as if it were the answer"
    assert done.stdout.count("  • ") >= 2


def test_history_and_guide(run: Any) -> None:
    done = run("ask", "and in Maine?", "--history", "hello", "--history", OHIO)
    assert "Maine: $35,400 a year." in done.stdout
    assert "gardener#" in run("ask", "What is the highest paying state?", "--guide", "gardener").stdout


@pytest.mark.parametrize(
    ("text", "indent", "wrapped"),
    [
        ("one two three", "  ", "  one two\n  three"),
        ("| a long row | that stays |", "> ", "> | a long row | that stays |"),
        ("one\n\ntwo", "", "one\n\ntwo"),
        ("", "| ", "| "),
    ],
)
def test_wrapping(monkeypatch: pytest.MonkeyPatch, text: str, indent: str, wrapped: str) -> None:
    monkeypatch.setenv("COLUMNS", "10")
    assert cli._wrap(text, indent) == wrapped


# For programs ------------------------------------------------------------------------------------


def test_one_answer_as_json(run: Any, bot: Chatbot) -> None:
    done = run("ask", OHIO, "--json")
    (row,) = rows(done.stdout)
    assert row | {"id": "", "took_ms": 0} == bot.ask(OHIO).to_dict() | {"id": "", "took_ms": 0}
    assert done.stderr == ""


def test_a_batch_of_plain_and_json_lines(run: Any) -> None:
    lines = [
        OHIO,
        "",
        json.dumps({"question": "and in Maine?", "history": [OHIO]}),
        json.dumps({"question": "What is the highest paying state?", "guide": "gardener"}),
        json.dumps({"question": "hello", "guide": None, "unknown": 1}),
        '"quoted"?',
        "Café ☕?",
    ]
    done = run("ask", "--json", given="\n".join(lines) + "\n")
    assert done.exit_code == 0
    answers = rows(done.stdout)
    assert [answer["question"] for answer in answers] == [
        OHIO, "and in Maine?", "What is the highest paying state?", "hello", '"quoted"?', "Café ☕?",
    ]  # fmt: skip
    assert answers[0]["text"] == "Ohio: $38,900 a year."
    assert answers[1]["text"] == "Maine: $35,400 a year."
    assert answers[2]["sources"][0]["ref"].startswith("gardener#")
    assert answers[3]["kind"] == "small_talk"
    assert "☕" in done.stdout, "letters are written as they are"


def test_options_hold_for_every_line_that_has_none_of_its_own(run: Any) -> None:
    given = "and in Maine?\n" + json.dumps({"question": "and in Maine?", "history": []}) + "\n"
    first, second = rows(run("ask", "--json", "--history", OHIO, given=given).stdout)
    assert first["text"] == "Maine: $35,400 a year."
    assert second["understood_as"] != first["understood_as"]


def test_a_byte_order_mark_and_windows_line_ends(run: Any) -> None:
    (row,) = rows(run("ask", "--json", given=b"\xef\xbb\xbf" + OHIO.encode() + b"\r\n").stdout)
    assert row["question"] == OHIO


@pytest.mark.parametrize(
    "bad",
    [
        b'{"question": ',
        b'{"history": []}',
        b'{"question": 5}',
        b'{"question": "a", "history": "b"}',
        b'{"question": "a", "history": [1]}',
        b'{"question": "a", "history": null}',
        b"caf\xe9",
    ],
)
def test_a_bad_line_is_named_by_its_number(run: Any, bad: bytes) -> None:
    done = run("ask", "--json", given=OHIO.encode() + b"\n\n" + bad + b"\nnever reached\n")
    assert done.exit_code == 1
    assert len(rows(done.stdout)) == 1, "what came before was answered"
    assert done.stderr.startswith("chatbot: standard input:3: ")
    assert len(done.stderr.splitlines()) == 1


def test_an_unknown_guide_in_a_batch_fails(run: Any) -> None:
    done = run("ask", "--json", given='{"question": "x y", "guide": "plumber"}')
    assert (done.exit_code, done.stdout) == (1, "")
    assert "no guide 'plumber'" in done.stderr


def test_a_batch_streams_in_order(real_index: Path) -> None:
    """Each answer comes before the next line is sent."""
    questions = [CALIFORNIA, "hello", "How do I knit a scarf?", '{"question": "Is it a nine to five?"}']
    with subprocess.Popen(
        command("ask", "--json", index=real_index), stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stdin
        assert process.stdout
        kinds = []
        for question in questions:
            process.stdin.write(question.encode() + b"\n")
            process.stdin.flush()
            ready, _, _ = select.select([process.stdout], [], [], 120)
            assert ready, "no answer before the next line"
            answer = json.loads(process.stdout.readline())
            assert answer["question"] in question
            kinds.append(answer["kind"])
        process.stdin.close()
        assert process.stdout.read() == b""
        assert process.wait(30) == 0
    assert kinds == ["answer", "small_talk", "no_answer", "answer"]


def test_a_reader_who_has_seen_enough_is_no_failure(real_index: Path) -> None:
    with subprocess.Popen(
        command("ask", "--json", index=real_index),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT,
    ) as process:  # fmt: skip
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdin.write(b"hello\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["kind"] == "small_talk"
        process.stdout.close()
        process.stdin.write(b"hello\n" * 50)
        process.stdin.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 0


def test_search(run: Any, bot: Chatbot) -> None:
    done = run("search", OHIO, "-k", "3", "--json")
    found = rows(done.stdout)
    assert [row["ref"] for row in found] == bot.ranking(OHIO, k=3)
    assert found[0]["quote"] == "| Ohio | $38,900 |"
    shown = run("search", OHIO, "-k", "3").stdout
    assert [line for line in shown.splitlines() if re.match(r"\d\. ", line)]
    assert shown.startswith("1. Highest paying states  baker#salary-states")
    inside = rows(run("search", OHIO, "--guide", "gardener", "--json").stdout)
    assert {row["ref"].partition("#")[0] for row in inside} == {"gardener"}


def test_verify_proves_what_ask_printed(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "answers.jsonl"
    file.write_text(run("ask", "--json", given=f"{OHIO}\nWhat is a gardener?\nhello\n").stdout, "utf-8")
    done = run("verify", str(file), "--corpus", str(SMALL))
    assert done.exit_code == 0
    sources = [source for row in rows(file.read_text("utf-8")) for source in row["sources"]]
    assert f"verified {len(sources)} quotes" in done.stderr
    through_a_pipe = run("verify", "-", "--corpus", str(SMALL), given=file.read_text("utf-8"))
    assert through_a_pipe.exit_code == 0


@pytest.mark.parametrize(("name", "value"), [("quote", "| Ohio | $99,900 |"), ("start", 3), ("end", 3)])
def test_verify_finds_a_tampered_answer(run: Any, tmp_path: Path, name: str, value: object) -> None:
    (row,) = rows(run("ask", OHIO, "--json").stdout)
    row["sources"][0][name] = value
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(row), "utf-8")
    done = run("verify", str(file), "--corpus", str(SMALL))
    assert (done.exit_code, done.stdout) == (1, "")
    assert "does not stand at characters" in done.stderr


# Exit codes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask"],
        ["search"],
        ["search", "x", "-k", "0"],
        ["ask", "x", "--nosuchoption"],
        ["nosuchcommand"],
        ["verify", "nosuchfile.json"],
        ["serve", "--port", "99999"],
    ],
)
def test_bad_usage_is_exit_2(run: Any, arguments: list[str]) -> None:
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Error:" in done.stderr


def test_failure_is_exit_1_and_one_line(tmp_path: Path, run: Any) -> None:
    done = run("ask", "What are the hours?", "--guide", "plumber")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        "chatbot: there is no guide 'plumber'; use one of: "
        f"{', '.join(guide.id for guide in cli._bot(None).guides)}\n"  # type: ignore[arg-type]
    )


def test_no_index_is_exit_1_and_says_what_to_do(tmp_path: Path) -> None:
    for arguments in (["ask", "x y"], ["search", "x"], ["ask", "--json"]):
        done = CliRunner().invoke(main, [*arguments, "--index", str(tmp_path / "none")], input="")
        assert done.exit_code == 1
        assert done.stderr.startswith("chatbot: ")
        assert done.stderr.endswith("run: chatbot build\n")


def test_an_unknown_setting_is_exit_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATBOT_INDEKS", "x")
    done = CliRunner().invoke(main, ["ask", "x"])
    assert done.exit_code == 1
    assert "CHATBOT_INDEKS is not a setting; did you mean 'index'?" in done.stderr


def test_options_win_over_the_environment(real_index: Path, tmp_path: Path) -> None:
    environment = os.environ | {"CHATBOT_INDEX": str(tmp_path / "none")}
    done = subprocess.run(
        command("ask", "hello", index=real_index), cwd=ROOT, env=environment, capture_output=True
    )
    assert done.returncode == 0
    environment["CHATBOT_INDEX"] = str(real_index)
    done = subprocess.run(
        [sys.executable, "-m", "chatbot", "ask", "hello"], cwd=ROOT, env=environment, capture_output=True
    )
    assert done.returncode == 0


def test_help_names_every_command_with_a_line() -> None:
    shown = CliRunner().invoke(main, ["--help"]).stdout
    for name in ("build", "ask", "search", "serve", "evaluate", "verify", "check", "journal"):
        assert re.search(rf"^  {name} +\S", shown, re.M), name
    for each in main.commands.values():
        assert isinstance(each, click.Command)
        assert each.help, each.name
    assert CliRunner().invoke(main, ["--version"]).exit_code == 0


# Few libraries -----------------------------------------------------------------------------------

LOADED = """
import sys
from chatbot.cli import main
main(sys.argv[1:], standalone_mode=False)
print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""

REFUSED = """
import sys
refused = set(sys.argv.pop(1).split(","))

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in refused:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Finder())
from chatbot.cli import main
main(sys.argv[1:])
"""


@pytest.mark.parametrize("name", ["ask", "search"])
def test_asking_loads_no_heavy_library(real_index: Path, name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, name, CALIFORNIA, "--json", "--index", str(real_index)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "$139,620" in done.stdout
    assert set(done.stderr.split()).isdisjoint(HEAVY)
    assert "onnxruntime" in done.stderr.split(), "the list of modules is real"


def test_ask_search_and_verify_work_where_those_libraries_are_not(real_index: Path, tmp_path: Path) -> None:
    def run_without(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", REFUSED, ",".join(HEAVY), *arguments],
            cwd=ROOT, capture_output=True, text=True,
        )  # fmt: skip

    asked = run_without("ask", CALIFORNIA, "--json", "--index", str(real_index))
    assert (asked.returncode, asked.stderr) == (0, "")
    assert json.loads(asked.stdout)["text"] == "California: $139,620 a year."
    assert run_without("search", CALIFORNIA, "--index", str(real_index)).returncode == 0
    file = tmp_path / "answer.json"
    file.write_text(asked.stdout, "utf-8")
    assert run_without("verify", str(file)).returncode == 0
    for name, extra in (("serve", "web"), ("journal", "web"), ("build", "build")):
        done = run_without(name, "--index", str(tmp_path / "index" if name == "build" else real_index))
        assert done.returncode == 1
        assert f"pip install 'askguide[{extra}]'" in done.stderr
        assert "Traceback" not in done.stderr


def test_building_without_its_libraries_says_what_to_install(real_index: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    shutil.copytree(real_index / "cache", index / "cache")  # the model is there, the rest is not
    done = subprocess.run(
        [sys.executable, "-c", REFUSED, "bm25s", "build", "--corpus", str(SMALL), "--index", str(index)],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "chatbot: building needs the build packages (bm25s); pip install 'askguide[build]'"
    )
    assert not (index / "manifest.json").exists()
