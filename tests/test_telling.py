"""What is only told before a question."""

from __future__ import annotations

import doctest

import pytest

from chatbot import telling
from chatbot.answering import Chatbot


def test_the_examples_in_the_code_hold() -> None:
    found = doctest.testmod(telling)
    assert found.attempted == 1
    assert not found.failed


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("I'm a nurse thinking of a change. What does an ML engineer do?", "What does an ML engineer do?"),
        ("got laid off last month, where are the ML jobs", "where are the ML jobs"),
        ("that's states. which industry pays best?", "which industry pays best?"),
        ("What do ML engineers earn? In Ohio.", ""),
        ("Do ML engineers need a Ph.D. or not?", ""),
        ("In Ohio, what do ML engineers earn?", ""),
        ("I live in Ohio. What do ML engineers earn?", ""),
        ("I have no degree. Can I become an ML engineer?", ""),
        ("I am a dentist. How much will I make?", ""),
        ("my dog barks a lot, what can I do", ""),
        ("What do ML engineers earn", ""),
    ],
)
def test_what_is_asked_behind_what_is_only_told(real_bot: Chatbot, text: str, asked: str) -> None:
    assert telling.asked(real_bot.retriever, text) == asked


@pytest.mark.parametrize(
    ("question", "end"),
    [
        (
            "I'm a nurse thinking of a change. What does an ML engineer do all day?",
            "What does an ML engineer do all day?",
        ),
        ("that's states. which industry pays best?", "which industry pays best?"),
    ],
)
def test_what_is_only_told_before_a_question_is_left_out(real_bot: Chatbot, question: str, end: str) -> None:
    answer = real_bot.ask(question)
    assert (answer.kind, answer.text) == ("answer", real_bot.ask(end).text)


@pytest.mark.parametrize(
    "question",
    [
        "I live in Germany. What do ML engineers earn?",
        "we moved to Norway last year, what do ML engineers make",
        "I am a dentist. How much will I make?",
        "my dog keeps scratching his ears, what can I do",
        "I have a criminal record, is that going to be a problem",
    ],
)
def test_what_is_told_and_changes_what_is_asked_is_not_left_out(real_bot: Chatbot, question: str) -> None:
    assert real_bot.ask(question).kind != "answer"
