"""The data of a reply: as JSON it is what `dataclasses.asdict` makes of it, and nothing is shared."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, asdict

import pytest

from chatbot.answering import Chatbot
from chatbot.answering.answer import Ask

QUESTIONS = ["What does a baker do?", "hello", "How do I knit a scarf?", ""]


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_as_json_has_all_its_fields(bot: Chatbot, question: str) -> None:
    answer = bot.ask(question)
    assert json.loads(json.dumps(answer.to_dict())) == json.loads(json.dumps(asdict(answer)))


def test_what_is_done_to_the_json_is_not_done_to_the_answer(bot: Chatbot) -> None:
    answer = bot.ask(QUESTIONS[0])
    values = answer.to_dict()
    values["sources"][0]["quote"] = "something else"
    values["suggestions"].append("something else")
    assert values != answer.to_dict()
    assert answer.sources[0].quote != "something else"


def test_neither_can_be_changed(bot: Chatbot) -> None:
    for value in (Ask("hello"), bot.ask("hello")):
        with pytest.raises(FrozenInstanceError):
            value.question = "bye"  # type: ignore[misc]
