"""Every quote stands in its guide, byte for byte, and a quote that does not is found out."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from chatbot.answering import Chatbot
from chatbot.cli import main
from chatbot.errors import QuestionError
from chatbot.verifying import verify_answer
from tests.conftest import ROOT, SMALL

QUESTION = "How much do bakers make in Ohio?"


def answer_of(bot: Chatbot, question: str = QUESTION) -> dict[str, Any]:
    return bot.ask(question).to_dict()


def sources_of(bot: Chatbot, section: int) -> dict[str, Any]:
    """Whatever a question about a section may quote, as an answer to verify."""
    found = bot.index.sections[section]
    questions = [found.title, *found.alternates[:1]]
    sources = [source for question in questions for source in bot.search(question, k=100)]
    assert bot.index.refs[section] in {source.ref for source in sources} or not found.blocks
    return {"sources": [dataclasses.asdict(source) for source in sources]}


def test_every_quote_about_every_section_stands_in_its_guide(bot: Chatbot) -> None:
    for section in range(len(bot.index.sections)):
        answer = sources_of(bot, section)
        assert len(verify_answer(json.dumps(answer), SMALL)) == len(answer["sources"]) > 0


@given(section=st.integers(0, 53))
def test_every_quote_about_every_section_of_the_real_guide_stands_in_it(
    real_bot: Chatbot, section: int
) -> None:
    assert len(real_bot.index.sections) == 54
    answer = sources_of(real_bot, section)
    assert len(verify_answer(json.dumps(answer), ROOT / "corpus")) == len(answer["sources"]) > 0


def test_what_was_checked_is_told(bot: Chatbot) -> None:
    answer = answer_of(bot)
    first = answer["sources"][0]
    checked = verify_answer(json.dumps(answer), SMALL)
    assert checked[0] == ("baker#salary-states", first["start"], first["end"])
    text = (SMALL / "guides" / "baker.md").read_text(encoding="utf-8")
    assert text[first["start"] : first["end"]] == first["quote"]
    assert "$38,900" in first["quote"]


def test_answers_may_come_a_line_each(bot: Chatbot) -> None:
    answers = [answer_of(bot, question) for question in (QUESTION, "thanks", "How do I get a refund?")]
    lines = "\n".join(json.dumps(answer) for answer in answers) + "\n\n"
    refs = [ref for ref, _, _ in verify_answer(lines, SMALL)]
    assert refs[0] == "baker#salary-states"
    assert "orders#refunds" in refs
    assert len(refs) == sum(len(answer["sources"]) for answer in answers)


Alter = Callable[[dict[str, Any]], object]
ALTERED: dict[str, tuple[Alter, str]] = {
    "a word": (lambda s: s.update(quote=s["quote"].replace("38", "83")), "does not stand at characters"),
    "a place": (lambda s: s.update(start=s["start"] + 1, end=s["end"] + 1), "does not stand at characters"),
    "a shorter place": (lambda s: s.update(end=s["end"] - 1), "does not stand at characters"),
    "counted from the end": (
        lambda s: s.update(start=s["start"] - LENGTH, end=s["end"] - LENGTH), "does not stand at characters"),
    "an empty quote": (lambda s: s.update(quote="", end=s["start"]), "does not stand at characters"),
    "another guide": (lambda s: s.update(ref="gardener#salary-states"), "does not stand at characters"),
    "an unknown guide": (lambda s: s.update(ref="cook#pay"), "there is no guide 'cook'; set --corpus"),
    "no quote": (lambda s: s.pop("quote"), "a source lacks a field"),
    "no place": (lambda s: s.update(start=None), "a source lacks a field"),
    "a place in words": (lambda s: s.update(start="here"), "a source lacks a field"),
}  # fmt: skip
LENGTH = len((SMALL / "guides" / "baker.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ALTERED)
def test_an_altered_source_is_found_out(bot: Chatbot, name: str) -> None:
    alter, said = ALTERED[name]
    answer = answer_of(bot)
    alter(answer["sources"][0])
    with pytest.raises(QuestionError) as raised:
        verify_answer(json.dumps(answer), SMALL)
    assert said in str(raised.value)
    assert "; " in str(raised.value)


def test_the_line_of_an_altered_answer_is_named(bot: Chatbot) -> None:
    good, bad = answer_of(bot), answer_of(bot)
    bad["sources"][0]["quote"] += "0"
    with pytest.raises(QuestionError, match=r"^answer:2: the quote of baker#salary-states does not stand at"):
        verify_answer(f"{json.dumps(good)}\n{json.dumps(bad)}\n", SMALL)


def test_a_guide_that_changed_since_is_found_out(bot: Chatbot, small_corpus: Path) -> None:
    answer = json.dumps(answer_of(bot))
    verify_answer(answer, small_corpus)
    file = small_corpus / "guides" / "baker.md"
    file.write_text("\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(QuestionError, match="the guide has changed since, or the answer was altered"):
        verify_answer(answer, small_corpus)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "^answer: is not JSON; give what `ask --json` printed$"),
        ("{oops", "^answer: is not JSON; give what `ask --json` printed$"),
        ("[1]", "^answer:1: is not an answer; give what `ask --json` printed$"),
        ('{"sources": 3}', "^answer:1: is not an answer; "),
        ('{"sources": [3]}', "^answer:1: a source lacks a field; "),
        ('{"sources": []}\nnull\n', "^answer:2: is not an answer; "),
    ],
)
def test_what_is_no_answer_is_refused(text: str, said: str) -> None:
    with pytest.raises(QuestionError, match=said):
        verify_answer(text, SMALL)


@given(st.text(max_size=60))
def test_any_text_is_an_answer_or_refused(text: str) -> None:
    with pytest.raises(QuestionError):
        verify_answer(text + "\n{", SMALL)


def test_the_command_line_proves_or_refuses(bot: Chatbot, tmp_path: Path) -> None:
    answer = answer_of(bot)
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(answer), encoding="utf-8")
    run = CliRunner().invoke(main, ["verify", str(file), "--corpus", str(SMALL)])
    first = answer["sources"][0]
    assert (run.exit_code, run.stdout) == (0, "")
    assert run.stderr.splitlines()[0] == (
        f"baker#salary-states: characters {first['start']} to {first['end']} are the quote"
    )
    assert run.stderr.splitlines()[-1] == f"verified {len(answer['sources'])} quotes"
    first["quote"] = first["quote"].upper()
    file.write_text(json.dumps(answer), encoding="utf-8")
    run = CliRunner().invoke(main, ["verify", str(file), "--corpus", str(SMALL)])
    assert (run.exit_code, run.stdout, len(run.stderr.splitlines())) == (1, "", 1)
    assert run.stderr.startswith("chatbot: answer:1: the quote of baker#salary-states does not stand at")
