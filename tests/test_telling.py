"""What is only told before a question."""

from __future__ import annotations

import doctest
from collections.abc import Callable

import pytest

from chatbot.answering import Chatbot
from chatbot.conversation import telling


def test_the_examples_in_the_code_hold() -> None:
    found = doctest.testmod(telling)
    assert found.attempted == 1
    assert not found.failed


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("I'm a nurse thinking of a change. What does an ML engineer do?", "What does an ML engineer do?"),
        ("got laid off last month, where are the ML jobs", "where are the ML jobs"),
        ("that's states. which industry pays best?", ""),
        ("What do ML engineers earn? In Ohio.", ""),
        ("Do ML engineers need a Ph.D. or not?", ""),
        ("In Ohio, what do ML engineers earn?", ""),
        ("I live in Ohio. What do ML engineers do?", "What do ML engineers do?"),
        ("I live in Ohio. Which states have the most ML engineer jobs?", ""),
        (
            "I live in Ohio. What do ML engineers earn in California?",
            "What do ML engineers earn in California?",
        ),
        ("I'm a beginner. What do ML engineers earn in California?", ""),
        (
            "I have kids and a mortgage. Which state pays ML engineers most?",
            "Which state pays ML engineers most?",
        ),
        ("We are moving to Oslo. Where are the jobs for ML engineers?", ""),
        ("What do ML engineers do? my nephew is curious about it", "What do ML engineers do?"),
        ("What do ML engineers earn? I live in Ohio", ""),
        ("I live in Ohio. I mean after tax. What do ML engineers earn in Texas?", ""),
        ("I'd work half days. What do ML engineers earn in Texas?", ""),
        ("I'm outside the US. Which companies hire ML engineers?", ""),
        ("My sister is a lawyer. How many hours does she work?", ""),
        ("I'd like to be a nurse. Which degree is needed?", ""),
        ("I was a nurse. Which degree is needed?", "Which degree is needed?"),
        ("I picked Texas. What do ML engineers do there?", ""),
        ("I work abroad. How much do ML engineers make?", ""),
        ("I work part time. What is the pay of ML engineers?", ""),
        ("I can't code. What do ML engineers do?", ""),
        ("I have a criminal record. Can I become an ML engineer?", ""),
        ("I have a criminal record. How do I become an ML engineer?", "How do I become an ML engineer?"),
        ("I have no degree. Can I become an ML engineer?", ""),
        ("I am a dentist. How much will I make?", ""),
        ("my dog barks a lot, what can I do", ""),
        ("What do ML engineers earn", ""),
    ],
)
def test_what_is_asked_behind_what_is_only_told(real_bot: Chatbot, text: str, asked: str) -> None:
    assert telling.asked(real_bot.retriever, text) == asked


def test_what_is_only_told_before_or_behind_a_question_is_left_out(real_bot: Chatbot) -> None:
    end = "What does an ML engineer do all day?"
    answer = real_bot.ask(f"I'm a nurse thinking of a change. {end}")
    assert (answer.kind, answer.text) == ("answer", real_bot.ask(end).text)
    assert real_bot.ask(f"{end} My nephew wonders about it").text == answer.text


def test_a_row_is_no_reaction(real_bot: Chatbot, bot_of: Callable[[str], Chatbot]) -> None:
    rows = "| Branch | Phone |\n|---|---|\n| Nice | 555-0101 |\n| Lyon | 555-0102 |\n"
    bot = bot_of(f"---\ntitle: Shop\n---\n\n## Branches\n\nThe branches and their phone numbers.\n\n{rows}")
    assert (
        telling.asking(bot.retriever, "Nice: what is the phone number?") == "Nice: what is the phone number?"
    )
    assert telling.asking(real_bot.retriever, "Nice: what are the hours?") == "what are the hours?"


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


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("I was a nurse. What do ML engineers do?", "What do ML engineers do?"),
        ("I live in Norway. What do ML engineers do?", "I live in Norway. What do ML engineers do?"),
        ("I'm a junior. What do ML engineers do?", "I'm a junior. What do ML engineers do?"),
        ("What do ML engineers do?", "What do ML engineers do?"),
    ],
)
def test_what_was_only_told_with_an_earlier_question(real_bot: Chatbot, text: str, left: str) -> None:
    assert telling.without_told(real_bot.retriever, text) == left
