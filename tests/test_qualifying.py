"""What a question says of a row besides its name."""

from __future__ import annotations

import pytest

from chatbot.answering import Chatbot, qualifying
from tests.places import topic


@pytest.mark.parametrize("question", [
    "net pay for ML engineers in Virginia", "salary in Virginia for someone with a PhD",
    "ML pay in New York for beginners", "entry level pay in Massachusetts", "salary for women in California",
    "How much do ML engineers in Software Publishers make after tax?",
    "pay in Computer Systems Design with a PhD", "why does California pay the most?",
    "how much do remote ML engineers make in New York?", "what's the unemployment rate in Virginia?",
])  # fmt: skip
def test_a_figure_is_not_given_for_what_it_is_not_of(real_bot: Chatbot, question: str) -> None:
    answer = real_bot.ask(question)
    assert answer.kind != "answer"
    assert answer.sources[0].ref.endswith(("#salary-states", "#salary-industries"))


@pytest.mark.parametrize(("question", "figure"), [
    ("I'm relocating to Virginia, how much dough is that a year?", "$136,960"),
    ("Which state shells out the second most cash?", "$138,400"),
    ("what does the info services & data processing sector pay exactly", "$139,170"),
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
    ("How much with a PhD? – \N{WORD JOINER}and in Virginia?", False),  # of what was asked before it
    ("why not Virginia?", False),
])  # fmt: skip
def test_only_rows_are_of_something_else(real_bot: Chatbot, text: str, of_something_else: bool) -> None:
    states = topic(real_bot, "salary-states")
    assert qualifying.is_of_something_else(real_bot.retriever, states, text) is of_something_else


def test_a_section_without_a_table_is_asked_under_any_condition(real_bot: Chatbot) -> None:
    hours = topic(real_bot, "work-hours")
    assert not qualifying.is_of_something_else(real_bot.retriever, hours, "the hours in Virginia with a PhD?")
