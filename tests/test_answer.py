"""The data of a reply: as JSON it is what `dataclasses.asdict` makes of it, and nothing is shared."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, asdict

import pytest

from chatbot.answering import Chatbot
from chatbot.answering.answer import Answer, Ask

QUESTIONS = ["What does a baker do?", "hello", "How do I knit a scarf?", ""]


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_as_json_has_all_its_fields(bot: Chatbot, question: str) -> None:
    answer = bot.ask(question)
    assert json.loads(json.dumps(answer.to_dict())) == json.loads(json.dumps(asdict(answer)))


def test_what_is_done_to_the_json_is_not_done_to_the_answer(bot: Chatbot) -> None:
    answer = bot.ask(QUESTIONS[0])
    answer.to_dict()["sources"].clear()
    answer.to_dict()["suggestions"].clear()
    assert answer.sources
    assert answer.suggestions


@pytest.mark.parametrize("kind", [Answer, Ask])
def test_neither_can_be_changed(bot: Chatbot, kind: type) -> None:
    value = Ask("hello") if kind is Ask else bot.ask("hello")
    with pytest.raises(FrozenInstanceError):
        value.question = "bye"  # type: ignore[misc]
