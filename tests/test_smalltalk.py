"""Small talk: each kind gets its reply, and a question with a topic never does."""

import json
from pathlib import Path

import pytest

from chatbot.answering import Chatbot
from chatbot.answering.smalltalk import reply_to

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    ("said", "replied"),
    [
        ("hi", "Hello"),
        ("Hey there, how's it going?", "fine"),
        ("THX!!!", "welcome"),
        ("Thanks a lot, that helped", "welcome"),
        ("ok cool", "Ask on"),
        ("bye", "Goodbye"),
        ("who are you?", "I am a chatbot"),
        ("r u a robot", "I am a chatbot"),
        ("what can you do", "You can ask me"),
        ("this bot is so dumb", "sorry"),
        ("helllloooo", "Hello"),
        ("many thankss", "welcome"),
        ("👍", "words only"),
    ],
)
def test_small_talk_gets_a_reply_in_kind(said: str, replied: str) -> None:
    assert replied in reply_to(said, "Guide")


@pytest.mark.parametrize(
    "asked",
    [
        "thanks, and what do they earn?",
        "hi, do I need a master's degree?",
        "is it a nine to five?",
        "pay",
        "help with interviews",
        "why?",
        "",
        "???",
    ],
)
def test_a_question_with_a_topic_is_not_small_talk(asked: str) -> None:
    assert reply_to(asked, "Guide") == ""


def test_no_question_of_the_corpus_is_small_talk(real_bot: Chatbot) -> None:
    rows = [json.loads(line) for line in (ROOT / "corpus" / "golden.jsonl").read_text("utf-8").splitlines()]
    asked = [row["question"] for row in rows if row["kind"] != "small_talk"]
    asked += [question for section in real_bot.index.sections for question in section.alternates]
    assert [question for question in asked if reply_to(question, "")] == []


def test_the_small_talk_of_the_golden_questions_is_understood() -> None:
    rows = [json.loads(line) for line in (ROOT / "corpus" / "golden.jsonl").read_text("utf-8").splitlines()]
    missed = [
        row["question"] for row in rows if row["kind"] == "small_talk" and not reply_to(row["question"], "")
    ]
    assert missed == []


def test_an_answer_to_small_talk_has_no_source(bot: Chatbot) -> None:
    answer = bot.ask("hello")
    assert answer.kind == "small_talk"
    assert answer.sources == ()
    assert answer.suggestions
