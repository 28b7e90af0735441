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
    (["Which state pays the most?", "not california"], "not washington either", "New York: $137,900 a year."),
    (["Which state pays the most?", "not california"], "and Washington?", "Washington: $138,400 a year."),
    (["Which state pays the most?", "not california"], "and second?", "New York: $137,900 a year."),
    (["who hires ml engineers", "not google"], "not facebook", "Microsoft, Amazon, Apple."),
    (["who hires ml engineers"], "not amazon, not google", "Facebook, Microsoft, Apple."),
    (["Which state pays most?", "not california"], "how much does it pay?", "Washington: $138,400 a year."),
    (["Which state pays most?"], "i can't move to california", "Washington: $138,400 a year."),
    (["Which state pays most?"], "i'm not from california", "California: $139,620 a year."),
    (["Which job sites are there?"], "besides the first", "Indeed, LinkedIn, Monster, AI Job Pro."),
    ([], "don't forget California, what does it pay?", "California: $139,620 a year."),
    ([], "not sure about California, how much does it pay?", "California: $139,620 a year."),
    ([], "I don't live in California. What do they pay there?", "California: $139,620 a year."),
    (["Which state pays best?"], "not the first one", "Washington: $138,400 a year."),
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
