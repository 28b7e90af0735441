"""What somebody comes back to."""

from __future__ import annotations

import doctest

import pytest

from chatbot.answering import Chatbot
from chatbot.conversation import returning

EARLIER = ("What types of engineers are there?", "Which states pay best?", "Is it stressful?")


def test_the_examples_in_the_code_hold() -> None:
    found = doctest.testmod(returning)
    assert found.attempted == 2
    assert not found.failed


@pytest.mark.parametrize(
    ("question", "asked", "earlier"),
    [
        ("Back to the states: and Ohio?", "and Ohio?", EARLIER[:2]),
        ("OK, going back to the states. Is it in there?", "about the states: Is it in there?", EARLIER[:2]),
        ("back to the states: which is second?", "which is second?", EARLIER[:2]),
        ("back to the second type, what does it do", "what does it do", (*EARLIER[:1], "the second type")),
        ("back to your point about insurance: why?", "about insurance: why?", ()),
        ("back to Google: is it remote?", "about Google: is it remote?", ()),
        ("going back to medicine: what skills help", "about medicine: what skills help", ()),
        ("Going back to your list: and the fourth type?", "and the fourth type?", EARLIER),
        ("ok back to the states", "the states", ()),
        ("Back to the beginning: what is it?", "what is it?", EARLIER),
        ("going back to the first, was that more", "going back to the first, was that more", EARLIER),
        ("coming back to life, lol", "coming back to life, lol", EARLIER),
        ("back to back meetings: is it common?", "back to back meetings: is it common?", EARLIER),
        ("can I go back to university: is it late?", "can I go back to university: is it late?", EARLIER),
        ("can I go back to university?", "can I go back to university?", EARLIER),
        ("how do they get back to me", "how do they get back to me", EARLIER),
        ("as for Canada: what is the pay?", "as for Canada: what is the pay?", EARLIER),
    ],
)
def test_what_is_come_back_to_was_asked_just_before(
    question: str, asked: str, earlier: tuple[str, ...]
) -> None:
    found, before = returning.returned(question, EARLIER)
    assert (found, tuple(before)) == (asked, earlier)


def test_the_first_question_comes_back_to_nothing() -> None:
    assert returning.returned("Back to the pay: how much?", ()) == ("Back to the pay: how much?", ())


@pytest.mark.parametrize(
    ("history", "question", "reference", "says"),
    [
        (
            ["what types of ML engineers are there", "which of these pays most"],
            "ok back to the second type, what does it do",
            "type-data-scientist",
            "massive datasets",
        ),
        (
            ["how much do they pay in california?", "what types are there"],
            "back to the pay. and in washington?",
            "salary-states",
            "Washington: $138,400 a year.",
        ),
        (
            ["Who are the biggest employers?", "What is the work environment?"],
            "Back to the companies: which one is third on the list?",
            "jobs-employers",
            "Microsoft",
        ),
        (
            ["Do they network?"],
            "Back to your point on non-technical people: why does it matter?",
            "skills-communication",
            "stakeholders",
        ),
    ],
)
def test_an_earlier_topic_is_asked_on(
    real_bot: Chatbot, history: list[str], question: str, reference: str, says: str
) -> None:
    answer = real_bot.ask(question, history)
    assert answer.kind == "answer"
    assert answer.sources[0].ref.endswith(f"#{reference}")
    assert says in answer.text


@pytest.mark.parametrize(
    ("history", "question"),
    [
        (["how much in Texas?", "what are the hours?"], "back to Texas: what do they make?"),
        (["how much in Virginia?", "what are the hours?"], "back to the salary: and Texas?"),
        (["what are the hours?"], "coming back to nurses. which states pay the most?"),
        (["What types are there?", "what do they earn?"], "back to the types: which pays best?"),
        (["What do they make in Ohio?", "What are the hours?"], "Back to Ohio: is it remote?"),
        (["what does Ohio pay?", "hours?"], "back to Ohio: which employers are there?"),
        (["Does Oracle hire?", "hours?"], "back to Oracle: is it a top employer?"),
        (["what does a nurse earn?", "hours?"], "back to the nurse: what skills does it need?"),
        (["What are the hours?"], "back to the visa: is that required?"),
    ],
)
def test_nothing_that_is_named_is_lost(real_bot: Chatbot, history: list[str], question: str) -> None:
    assert real_bot.ask(question, history).kind != "answer"
