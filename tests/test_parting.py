"""Two things asked at once: cut in two, each with a quote, and an honest no for the half that is not held."""

from __future__ import annotations

import doctest

import pytest

from chatbot.answering import Chatbot, parting


def test_the_examples_in_the_code_hold() -> None:
    found = doctest.testmod(parting)
    assert found.attempted == 2
    assert not found.failed


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("What do they earn and which states pay best?", 2),
        ("What do they earn? Which states pay best?", 2),
        ("How do I start, and how long does it take?", 2),
        ("What do they earn, plus what are the hours?", 2),
        ("Do I need math and statistics?", 0),
        ("What are duties and responsibilities?", 0),
        ("Why? And how?", 0),
        ("What is a and what is b and what is c and what is d?", 0),
        ("", 0),
    ],
)
def test_splitting(question: str, parts: int) -> None:
    assert len(parting.split(question)) == parts


@pytest.mark.parametrize(
    ("question", "sections"),
    [
        ("What are the top employers and the top job sites?", ["Top employers", "Top job sites"]),
        (
            "What's the difference between an algorithm specialist and a data scientist?",
            ["Algorithm specialist", "Data scientist"],
        ),
        (
            "nlp or computer vision?",
            ["Natural language processing (NLP) engineer", "Computer vision engineer"],
        ),
        (
            "Deep learning engineer vs computer vision engineer",
            ["Deep learning engineer", "Computer vision engineer"],
        ),
    ],
)
def test_two_things_in_one_breath_get_a_quote_each(
    real_bot: Chatbot, question: str, sections: list[str]
) -> None:
    answer = real_bot.ask(question)
    assert answer.text.count("\n\n") == 1
    assert [source.section for source in answer.sources[:2]] == sections


@pytest.mark.parametrize(
    "question",
    [
        "What's the difference between a CNN and an RNN?",
        "TensorFlow vs PyTorch",
        "tea or coffee?",
        "is salary or hours negotiable",
        "compare Texas with Ohio",
    ],
)
def test_what_the_guide_does_not_hold_of_two_things_is_not_put_together(
    real_bot: Chatbot, question: str
) -> None:
    assert "\n\n" not in real_bot.ask(question).text


def test_a_half_that_a_writer_wrote_leans_on_nothing(handbook: Chatbot) -> None:
    """By itself it is certain; after the other half it would be asked of that."""
    for title in ("What if I have forgotten my PIN?", "May somebody else use my membership card?"):
        answer = handbook.ask(f"When are you closed and {title[0].lower()}{title[1:]}")
        assert handbook.ask(title).text in answer.text
