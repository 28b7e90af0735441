"""The command line: build, ask, search, verify, check, evaluate, journal, serve.

Machine output is JSON on standard output, one object a line; words for people go to standard error, and
to standard output only where they are what was asked for. Exit 0 on success, 2 on bad usage, 1 on
failure. Heavy libraries are imported by the command that needs them, so that `ask` starts at once.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chatbot import __version__
from chatbot.errors import ChatbotError, QuestionError
from chatbot.settings import Settings

if TYPE_CHECKING:
    from chatbot.answering import Answer, Ask, Chatbot, Source


class Group(click.Group):
    """Turns our errors into one line on standard error and exit 1."""

    def invoke(self, context: click.Context) -> Any:
        """Runs the command."""
        try:
            return super().invoke(context)
        except ChatbotError as error:
            click.echo(f"chatbot: {error}", err=True)
            context.exit(1)
        except BrokenPipeError:  # whoever read our output has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            context.exit(0)


corpus_option = click.option(
    "--corpus", type=click.Path(path_type=Path), help="Folder of the guides [corpus]."
)
index_option = click.option("--index", type=click.Path(path_type=Path), help="Folder of the index [index].")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="chatbot")
def main() -> None:
    """Answers questions in a written guide's own words, or says that the guide does not say."""


def _settings(corpus: Path | None = None, index: Path | None = None) -> Settings:
    return Settings.load(os.environ, corpus=corpus, index=index)


def _bot(settings: Settings) -> Chatbot:
    from chatbot.answering import Chatbot

    return Chatbot.load(settings.index, settings)


def _draw(done: int, total: int) -> None:
    """Draws how far the embedding is, where somebody is there to see it."""
    if total and sys.stderr.isatty():
        width = 30 * done // total
        end = "\n" if done == total else ""
        click.echo(
            f"\r  embedding [{'█' * width}{'·' * (30 - width)}] {done}/{total}{end}", nl=False, err=True
        )


@main.command()
@corpus_option
@index_option
def build(corpus: Path | None, index: Path | None) -> None:
    """Read the corpus and write the index; only what changed is embedded."""
    from chatbot.building import build as build_index
    from chatbot.fitting import FEW

    settings = _settings(corpus, index)
    click.echo(f"building {settings.index} from {settings.corpus} …", err=True)
    try:
        report = build_index(settings, _draw)
    except ImportError as error:
        raise ChatbotError(
            f"building needs the build packages ({error.name})", remedy="pip install 'askguide[build]'"
        ) from error
    promise = report.promise
    click.echo(
        f"build {report.build}: {report.guides} {'guide' if report.guides == 1 else 'guides'}, "
        f"{report.sections} sections, {report.views} views, "
        f"{report.embedded} embedded, {report.reused} reused",
        err=True,
    )
    cost = (
        f"{promise.coverage:.0%} of answerable ones get an answer (95 % interval {promise.low:.0%} to "
        f"{promise.high:.0%}), from confidence {promise.threshold:.2f} on"
    )
    if report.examples >= FEW:
        said = (
            f"promise: at most {settings.promise:.0%} of answers wrong. Fitted on {report.examples} questions"
        )
        click.echo(f"{said}: {cost}", err=True)
    elif promise.high:
        click.echo(
            f"no promise: that takes {FEW} golden questions marked fit (corpus/README.md), and here are "
            f"{report.examples}. Of questions worded like the alternates, each left out, {cost}; "
            f"{promise.wrong:.0%} of these answers are wrong. Visitors use other words: fewer of theirs do, "
            "and some of what the guide does not say gets one, too",
            err=True,
        )
    if report.alternates < report.sections * 3:
        click.echo(
            "few alternates: expect the right section first for about 6 in 10 questions in visitors' own "
            "words; about 14 alternates a section bring 8 to 9 in 10 (docs/quality.md)",
            err=True,
        )


@main.command()
@click.argument("question", required=False)
@click.option("--history", multiple=True, help="An earlier question; repeat it, oldest first.")
@click.option("--guide", help="Answer from this guide only.")
@json_option
@index_option
@corpus_option
def ask(
    question: str | None,
    history: tuple[str, ...],
    guide: str | None,
    as_json: bool,
    index: Path | None,
    corpus: Path | None,
) -> None:
    """Answer one QUESTION, or with --json a batch from standard input, a line each."""
    from chatbot.answering import Ask

    settings = _settings(corpus, index)
    if question is None and not as_json:
        raise click.UsageError("Give a question, or --json and a line each on standard input.")
    bot = _bot(settings)
    if question is not None:
        answer = bot.ask(question, history, guide)
        click.echo(_json(answer.to_dict()) if as_json else _show(answer, bot))
        return
    for number, line in enumerate(sys.stdin.buffer, 1):
        if line.strip():
            each = _batch_line(line, number, Ask("", history, guide))
            click.echo(_json(bot.ask_many([each])[0].to_dict()))


def _batch_line(raw: bytes, number: int, default: Ask) -> Ask:
    """A line of a batch: a plain question, or a JSON object."""
    from dataclasses import replace

    try:
        line = raw.decode("utf-8-sig" if number == 1 else "utf-8").strip()
        if not line.startswith("{"):
            return replace(default, question=line)
        row = json.loads(line)
        history = row.get("history", default.history)
        texts = isinstance(history, list | tuple) and all(isinstance(text, str) for text in history)
        if not texts or not isinstance(row["question"], str):
            raise TypeError
    except (ValueError, KeyError, TypeError) as error:
        raise QuestionError(
            "is not a question", "standard input", number, 'write {"question": "…", "history": ["…"]}'
        ) from error
    return replace(
        default, question=row["question"], history=tuple(history), guide=row.get("guide", default.guide)
    )


@main.command()
@click.argument("question")
@click.option("-k", default=5, show_default=True, type=click.IntRange(1, 100), help="How many passages.")
@click.option("--guide", help="Search this guide only.")
@json_option
@index_option
@corpus_option
def search(
    question: str, k: int, guide: str | None, as_json: bool, index: Path | None, corpus: Path | None
) -> None:
    """Rank the passages for a QUESTION."""
    bot = _bot(_settings(corpus, index))
    for number, source in enumerate(bot.search(question, k, guide), 1):
        if as_json:
            click.echo(_json(source.to_dict()))
        else:
            head = click.style(f"{number}. {source.section}", bold=True)
            click.echo(f"{head}  {click.style(source.ref, dim=True)}  {source.score:.1f}")
            click.echo(_wrap(source.quote, "   "))


@main.command()
@click.argument("file", type=click.File("r", encoding="utf-8"))
@corpus_option
def verify(file: Any, corpus: Path | None) -> None:
    """Prove that every quote of an answer FILE stands in the guide, byte for byte."""
    from chatbot.verifying import verify_answer

    checked = verify_answer(file.read(), _settings(corpus).corpus)
    for ref, start, end in checked:
        click.echo(f"{ref}: characters {start} to {end} are the quote", err=True)
    click.echo(f"verified {len(checked)} quotes", err=True)


@main.command()
@corpus_option
def check(corpus: Path | None) -> None:
    """Lint the corpus: what cannot be read, and what a writer should mend."""
    from chatbot.checking import check_corpus

    remarks = check_corpus(_settings(corpus).corpus)
    for remark in remarks:
        click.echo(remark)
    if remarks:
        raise click.exceptions.Exit(1)
    click.echo("nothing to mend", err=True)


@main.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--all", "everything", is_flag=True, help="Also the questions that the build was fitted on.")
@click.option(
    "--report", type=click.Path(file_okay=False, path_type=Path), help="Write an HTML report there."
)
@json_option
@corpus_option
@index_option
def evaluate(
    file: Path | None,
    everything: bool,
    report: Path | None,
    as_json: bool,
    corpus: Path | None,
    index: Path | None,
) -> None:
    """Measure quality on golden questions [corpus/golden.jsonl, those marked test]."""
    from chatbot import evaluation

    settings = _settings(corpus, index)
    bot = _bot(settings)
    questions = evaluation.read_questions(
        file or settings.corpus / "golden.jsonl", bot, everything or file is not None
    )
    figures = evaluation.evaluate(bot, questions)
    if report:
        evaluation.write_report(figures, report)
        click.echo(f"report: {report / 'index.html'}", err=True)
    click.echo(_json(figures.to_dict()) if as_json else evaluation.table(figures))


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=7860, show_default=True, type=click.IntRange(0, 65535))
@corpus_option
@index_option
def serve(host: str, port: int, corpus: Path | None, index: Path | None) -> None:
    """Serve the chat, the API, the widget and the staff page."""
    settings = _settings(corpus, index)
    try:
        from chatbot.web import serve as serve_app
    except ImportError as error:
        raise ChatbotError(
            f"serving needs the web packages ({error.name})", remedy="pip install 'askguide[web]'"
        ) from error
    serve_app(settings, host, port)


@main.command()
@json_option
@index_option
def journal(as_json: bool, index: Path | None) -> None:
    """Print the recorded questions and votes."""
    try:
        from chatbot.journal import Journal
    except ImportError as error:
        raise ChatbotError(
            f"the journal needs SQLAlchemy ({error.name})", remedy="pip install 'askguide[web]'"
        ) from error
    settings = _settings(None, index)
    if not settings.journal_url:
        raise ChatbotError(
            "recording is off", remedy="set journal to a SQLAlchemy URL, or remove the setting"
        )
    record = Journal.open(settings.journal_url, settings)
    for entry in record.entries():
        row = entry.to_dict()
        click.echo(
            _json(row)
            if as_json
            else f"{row['asked_at']}  {row['kind']:<10}  {row['confidence']:.2f}  {row['question']}"
        )
    record.close()


@main.command()
@click.argument("url")
@click.argument("attributes", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--unpinned", is_flag=True, help="Without the hash, which changes with every update.")
def widget(url: str, attributes: tuple[str, ...], unpinned: bool) -> None:
    """Print the snippet that embeds the chat served at URL into any page.

    Attributes are those of docs/widget.md, for example title="Ask us" position=left.
    """
    from chatbot.web.widget import snippet

    if bad := [attribute for attribute in attributes if "=" not in attribute]:
        raise click.UsageError(f"{bad[0]!r} is not NAME=VALUE.")
    pairs = (attribute.split("=", 1) for attribute in attributes)
    click.echo(snippet(url, not unpinned, **{name.replace("-", "_"): value for name, value in pairs}))


@main.command()
@click.password_option()
def password(password: str) -> None:
    """Hash a password of a staff member, for the setting STAFF_USERS (name:hash)."""
    from chatbot.web.signin import hash_password

    click.echo(hash_password(password))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _show(answer: Answer, bot: Chatbot) -> str:
    """An answer for people: the reply, the quote, the reference and the link, in colour, wrapped."""
    return "\n".join(_lines(answer, bot))


def _lines(answer: Answer, bot: Chatbot) -> Iterator[str]:
    if answer.understood_as != " ".join(answer.question.split()):
        yield click.style(f"understood as: {answer.understood_as}", dim=True)
    yield click.style(_wrap(answer.text), bold=True)
    if answer.kind == "answer":
        for source in answer.sources[:1]:
            yield ""
            yield click.style(_wrap(source.quote, "  │ "), fg="green")
            yield _wrap(f"{source.guide} › {source.section}", "  ")
            yield click.style(f"  {source.url or _place(source, bot)}", fg="blue") + click.style(
                f"  {source.ref}", dim=True
            )
    elif answer.suggestions:
        yield ""
        yield from (f"  • {suggestion}" for suggestion in answer.suggestions)


def _place(source: Source, bot: Chatbot) -> str:
    """Where a quote stands in the corpus, for a guide that is not published: file and line."""
    guide = next(guide for guide in bot.guides if source.ref.startswith(f"{guide.id}#"))
    line = guide.text.count("\n", 0, source.start) + 1
    return f"{guide.file}:{line}"


def _wrap(text: str, indent: str = "") -> str:
    width = min(shutil.get_terminal_size((80, 24)).columns, 100)
    lines = []
    for line in text.split("\n"):
        whole = line.startswith("|")  # a table row stays in one piece
        lines += (
            [indent + line]
            if whole
            else textwrap.wrap(line, width, initial_indent=indent, subsequent_indent=indent) or [indent]
        )
    return "\n".join(lines)
