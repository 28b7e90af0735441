"""The documentation is true: commands run, examples print what they say, tables and tree are complete."""

import contextlib
import dataclasses
import io
import re
import shlex
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

import chatbot
from chatbot.answering import Answer, Chatbot, Source
from chatbot.cli import main
from chatbot.settings import PREFIX, Settings
from chatbot.web import create_app

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z][a-z-]*):(?!=)", MAKEFILE, re.MULTILINE))
HIDDEN = {".git", ".venv", "node_modules", "report", "dist"}
PAGES = sorted(
    file.relative_to(ROOT).as_posix()
    for file in ROOT.rglob("*.md")
    if not HIDDEN & {part for part in file.relative_to(ROOT).parts if part.startswith(".") or part in HIDDEN}
)


def part(heading: str) -> str:
    """What stands in the README below a heading, up to the next one of its level or above."""
    level = heading.partition(" ")[0]
    found = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^#{{1,{len(level)}}} |\Z)", README, re.M | re.S)
    assert found, heading
    return found[1]


def rows(text: str) -> list[list[str]]:
    """The rows of all tables in a text, without their headers."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    rules = [i for i, row in enumerate(cells) if set("".join(row)) <= set("-: ")]
    return [row for i, row in enumerate(cells) if i not in rules and i + 1 not in rules]


def code(text: str) -> list[str]:
    """What stands between backticks, outside of blocks."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"^ *```.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL))


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language; "" means those that name none."""
    fenced = re.findall(r"^( *)```(\w*)\n(.*?)^\1```$", text, re.MULTILINE | re.DOTALL)
    return [body for _, named, body in fenced if named == language]


def shell_lines() -> Iterator[tuple[str, list[str]]]:
    """Every command of every page's shell blocks, as (page, words), without what is redirected."""
    for page in PAGES:
        for block in blocks((ROOT / page).read_text(encoding="utf-8"), "sh"):
            for line in block.replace("\\\n", " ").splitlines():
                if words := shlex.split(line, comments=True):
                    yield page, words


COMMANDS = list(shell_lines())


# Commands


def test_the_first_two_commands_are_run_and_test() -> None:
    first = blocks(README, "sh")[0].splitlines()
    assert [shlex.split(line, comments=True) for line in first] == [["make", "run"], ["make", "test"]]


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_that_is_named_exists(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert {name for span in code(text) for name in re.findall(r"\bmake ([a-z-]+)", span)} <= TARGETS


def test_make_lists_its_targets() -> None:
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {"setup", "run", "test", "lint", "bench"} <= {
        line.partition(":")[0] for line in listed.splitlines()
    }
    phony = set(re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[0].split())
    assert phony == TARGETS


@pytest.mark.parametrize(
    ("page", "words"),
    COMMANDS,
    ids=[f"{i}: {' '.join(words)[:60]}" for i, (_, words) in enumerate(COMMANDS, 1)],
)
def test_every_command_line_is_one_that_exists(
    page: str, words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [word for word in words if not re.match(r"CHATBOT_\w+=", word)]
    for sign in ("<", ">", "|"):
        words = words[: words.index(sign)] if sign in words else words
    if words[:3] in (["python", "-m", "chatbot"], [".venv/bin/python", "-m", "chatbot"]):
        words = words[2:]
    program, *rest = words
    if program == "make":
        assert set(rest[:1]) <= TARGETS
    elif program.endswith("chatbot"):
        for name in (word for word in rest if word.endswith((".json", ".jsonl"))):  # files of the example
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).touch()
        monkeypatch.chdir(tmp_path)
        assert main.commands[rest[0]].make_context(rest[0], rest[1:]).params
    elif program in ("python", ".venv/bin/python"):
        assert rest[0] == "-m" or (ROOT / rest[0]).is_file(), page
    else:
        assert program in {"pip", "docker", "curl"}, page


def test_every_command_is_in_the_readme_and_no_other() -> None:
    named = {re.match(r"`chatbot ([a-z]+)", row[0])[1] for row in rows(part("## Command line"))}  # type: ignore[index]
    assert named == set(main.commands)


# Examples


@pytest.fixture
def place(real_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory as the README supposes it, on a build of the real corpus."""
    (tmp_path / "index").symlink_to(real_index)
    (tmp_path / "corpus").symlink_to(ROOT / "corpus")
    (tmp_path / "questions.txt").write_text("what is the pay?\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command_line_examples_run(place: Path) -> None:
    lines = [words for page, words in COMMANDS if page == "README.md" and words[:2] != ["make", "run"]]
    asked = [words for words in lines if words[0] == "chatbot" and words[1] in ("ask", "search", "widget")]
    assert len(asked) >= 5
    for words in asked:
        cut = words.index("<") if "<" in words else len(words)
        typed = (place / words[-1]).read_text(encoding="utf-8") if cut < len(words) else None
        done = CliRunner().invoke(main, words[1:cut], input=typed)
        assert (done.exit_code, bool(done.output)) == (0, True), done.output


def test_the_python_example_prints_what_it_says(place: Path) -> None:
    (example,) = blocks(README, "python")
    said = re.findall(r"^print\(.*\)  # (.*)$", example, re.MULTILINE)
    assert len(said) == 3
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(example, "README.md", "exec"), {})
    assert printed.getvalue().splitlines() == said


def test_the_figure_shows_what_the_bot_does(place: Path) -> None:
    (figure,) = blocks(part("## How an answer is made"), "")
    typed, before, understood = re.findall(r'"([^"|]+\?)"', figure)
    answer = Chatbot.load("index").ask(typed, history=[before])
    assert answer.understood_as == understood
    assert f"{answer.text} " in figure
    assert f'{answer.sources[0].ref}, "{answer.sources[0].quote}"' in figure


# Tables


def test_the_settings_table_is_the_settings() -> None:
    table = {code(row[0])[0]: "".join(code(row[1])) for row in rows(part("## Settings"))}
    default = Settings()
    known = {}
    for field in dataclasses.fields(Settings):
        value = getattr(default, field.name)
        shown = str(value).lower() if isinstance(value, bool) else "" if value == () else str(value)
        known[PREFIX + field.name.upper()] = shown
    assert table == known


def test_the_answer_table_is_the_answer() -> None:
    table = rows(part("## Python"))
    named = [name for row in table for name in code(row[0])]
    assert named == [field.name for field in dataclasses.fields(Answer)]
    sources = next(row[1] for row in table if row[0] == "`sources`")
    assert code(sources) == [field.name for field in dataclasses.fields(Source)]


def test_the_routes_of_the_readme_are_there_and_the_api_has_no_other(bot: Chatbot) -> None:
    named = {span for row in rows(part("## HTTP")) for span in code(row[0])}
    with TestClient(create_app(Settings(staff_users=("ada:lovelace-1843",)), bot)) as client:
        described = client.get("/openapi.json").json()["paths"]
        assert {
            f"{method.upper()} {path}" for path, methods in described.items() for method in methods
        } <= named
        assert client.get("/no-such-page").status_code == 404
        for method, path in map(str.split, named):
            answered = client.request(method, path.replace("{id}", bot.guides[0].id), follow_redirects=False)
            assert answered.status_code in (200, 303, 307, 401, 422), (method, path)


def test_figures_of_speed_and_size_are_measured_somewhere() -> None:
    sources = "".join(
        (ROOT / page).read_text(encoding="utf-8")
        for page in PAGES
        if page.startswith(("benchmarks/", "docs/"))
    )
    claimed = re.findall(r"\b\d[\d.,]*(?: ?(?:ms|%|MB|MiB|KiB|GB)| (?:times|seconds))", README)
    assert [figure for figure in claimed if figure not in sources] == []


# Tree and links


def test_the_tree_shows_what_is_there() -> None:
    tree = blocks(part("## What is where"), "")[0].splitlines()
    shown: list[str] = []
    folders: list[str] = []
    for line in tree:
        depth = (len(line) - len(line.lstrip())) // 2
        # Several names may share a line: "LICENSE  CHANGELOG.md"; a comment follows two blanks or more.
        name = line.split()[0]
        folders[depth:] = [name] if name.endswith("/") else []
        shown.append("".join(folders[:depth]) + name)
    assert [path for path in shown if not (ROOT / path).exists()] == []
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    there = {Path(line) for line in tracked.splitlines()}
    top = {f"{path.parts[0]}/" if len(path.parts) > 1 else path.parts[0] for path in there}
    inner = {
        f"chatbot/{path.parts[1]}/" if len(path.parts) > 2 else f"chatbot/{path.parts[1]}"
        for path in there
        if path.parts[0] == "chatbot"
    }
    unsaid = {".gitignore", ".ci/", "chatbot/__init__.py", "chatbot/__main__.py", "chatbot/py.typed"}
    assert top - set(shown) <= unsaid
    assert inner - set(shown) <= unsaid


def slug(heading: str) -> str:
    """The anchor that a heading gets where Markdown is shown."""
    explicit = re.search(r"\{#([\w.-]+)\}", heading)
    if explicit:
        return explicit[1]
    plain = unicodedata.normalize("NFC", re.sub(r"[`*_]", "", heading)).strip().lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    file = ROOT / page
    text = re.sub(r"^ *```.*?^ *```$", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    broken = []
    for target in re.findall(r"\]\(([^()\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        other = (file.parent / path) if path else file
        if not other.exists():
            broken.append(target)
        elif anchor:
            headings = re.findall(r"^#+ (.*)$", other.read_text(encoding="utf-8"), re.MULTILINE)
            broken += [target] if anchor not in map(slug, headings) else []
    assert broken == []


# Changelog


def test_the_changelog_keeps_its_form_and_knows_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[([^\]]+)\](?: - (\d{4}-\d\d-\d\d))?$", text, re.MULTILINE)
    assert len(versions) == len(re.findall(r"^## ", text, re.MULTILINE))
    assert all(date or version == "Unreleased" for version, date in versions)
    kinds = set(re.findall(r"^### (.*)$", text, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert versions[0][0] in ("Unreleased", chatbot.__version__)
