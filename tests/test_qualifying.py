"""What a question says of a row besides its name."""

from __future__ import annotations

import doctest

import pytest

from chatbot.answering import Chatbot, qualifying
from tests.places import topic


def test_the_examples_in_the_code_hold() -> None:
    found = doctest.testmod(qualifying)
    assert found.attempted == 2
    assert not found.failed


@pytest.mark.parametrize("question", [
    "net pay for ML engineers in Virginia", "salary in Virginia for someone with a PhD",
    "ML pay in New York for beginners", "entry level pay in Massachusetts", "salary for women in California",
    "How much do ML engineers in Software Publishers make after tax?",
    "pay in Computer Systems Design with a PhD", "why does California pay the most?",
    "how much do remote ML engineers make in New York?", "What do Software Publishers do exactly?",
    "Which companies are in Information Services and Data Processing?",
    "what's the unemployment rate in Virginia?", "which city pays the most in California?",
    "how much did Virginia pay ten years ago?", "what is starting pay in New York?",
    "Hey, why does California pay the most?",
])  # fmt: skip
def test_a_figure_is_not_given_for_what_it_is_not_of(real_bot: Chatbot, question: str) -> None:
    answer = real_bot.ask(question)
    assert answer.kind != "answer"
    assert answer.sources[0].ref.endswith(("#salary-states", "#salary-industries"))


@pytest.mark.parametrize(("question", "figure"), [
    ("I'm relocating to Virginia, how much dough is that a year?", "$136,960"),
    ("Which state shells out the second most cash?", "$138,400"),
    ("what does the info services & data processing sector pay exactly", "$139,170"),
    ("what about Virginia?", "$136,960"),
    ("I've got an offer from a software publisher, what's the usual annual wage there?", "$135,330"),
    ("ml salary massachusetts, just the number please", "$136,700"),
])  # fmt: skip
def test_what_tells_no_condition_is_no_hindrance(real_bot: Chatbot, question: str, figure: str) -> None:
    answer = real_bot.ask(question)
    assert answer.kind == "answer"
    assert figure in answer.text


@pytest.mark.parametrize(("text", "of_something_else"), [
    ("How much do they make in Virginia with a PhD?", True),
    ("How much do they make in Virginia?", False),
    ("How much do they make with a PhD?", False),  # no row: what the section says at large
    ("How much with a PhD? – \N{WORD JOINER}and in Virginia?", True),
    ("Do I need a PhD? – \N{WORD JOINER}how much is it in Virginia?", False),  # a whole question of its own
    ("how much, and why not Virginia?", False),
    ("which company pays most in Virginia?", True),
    ("which average salary is paid in Virginia?", False),
    ("which state pays more than Virginia?", False),
])  # fmt: skip
def test_only_rows_are_of_something_else(real_bot: Chatbot, text: str, of_something_else: bool) -> None:
    states = topic(real_bot, "salary-states")
    assert qualifying.is_of_something_else(real_bot.retriever, states, text) is of_something_else


def test_a_section_without_a_table_is_asked_under_any_condition(real_bot: Chatbot) -> None:
    hours = topic(real_bot, "work-hours")
    assert not qualifying.is_of_something_else(real_bot.retriever, hours, "the hours in Virginia with a PhD?")
