"""What a question leaves out of what it asks."""

from __future__ import annotations

import doctest

import pytest

from chatbot import excepting
from chatbot.answering import Chatbot

WITHOUT_GOOGLE = "Facebook, Microsoft, Amazon, Apple."
WITHOUT_CALIFORNIA = (
    "Washington: $138,400; New York: $137,900; Virginia: $136,960; Massachusetts: $136,700 (a year)."
)


def test_the_examples_of_the_docstrings() -> None:
    found = doctest.testmod(excepting)
    assert found.attempted == 5
    assert not found.failed


@pytest.mark.parametrize(("text", "aside"), [
    ("Which state pays best, but not Ohio?", "Ohio"),
    ("best state that is not Ohio", "Ohio"),
    ("I don't want to live in Ohio, where is the pay high", "Ohio"),
    ("skip Python: which languages?", "Python"),
    ("not counting Ohio and Maine, which pays best?", "Ohio and Maine"),
    ("why not Ohio?", ""),
    ("is it not Ohio?", ""),
    ("does Ohio pay more or not?", ""),
    ("doesn't Ohio pay most?", ""),
    ("is the pay not higher than in Ohio?", "higher"),
])  # fmt: skip
def test_what_may_be_set_aside(text: str, aside: str) -> None:
    assert excepting.set_aside(text) == aside


@pytest.mark.parametrize(("earlier", "question", "text"), [
    ([], "Which state pays the most, not California?", "Washington: $138,400 a year."),
    ([], "What is the best paying state that is not California?", "Washington: $138,400 a year."),
    ([], "I don't want California. Which state pays most?", "Washington: $138,400 a year."),
    ([], "top paying states without california", WITHOUT_CALIFORNIA),
    ([], "Not Google please, which other companies hire ML engineers?", WITHOUT_GOOGLE),
    ([], "where should I go if not California", "Washington, New York, Texas, Massachusetts."),
    (["Which states pay most?"], "not california", WITHOUT_CALIFORNIA),
    (["Which state pays the most?"], "excluding California", "Washington: $138,400 a year."),
    (["who hires ml engineers"], "not google, who else", WITHOUT_GOOGLE),
    (["Which sites are best for jobs?"], "other than indeed and linkedin", "zengig, Monster, AI Job Pro."),
    ([], "I don't live in California. What's the pay in New York?", "New York: $137,900 a year."),
    ([], "doesn't California pay the most?", "California: $139,620 a year."),
    (["How much do they make in Texas?"], "California, not Texas", "California: $139,620 a year."),
])  # fmt: skip
def test_what_is_set_aside_is_not_told(
    real_bot: Chatbot, earlier: list[str], question: str, text: str
) -> None:
    answer = real_bot.ask(question, earlier)
    assert (answer.kind, answer.text) == ("answer", text)


def test_a_program_of_study_is_not_set_aside_by_what_takes_it_back(real_bot: Chatbot) -> None:
    answer = real_bot.ask("not a masters, a bachelors", ["is a masters worth it", "what do you study there"])
    assert answer.sources[0].ref.endswith("#step-bachelors")
