"""A thing that a section only mentions is not defined by it."""

from __future__ import annotations

import doctest

import pytest

from chatbot.answering import Chatbot, defining
from tests.places import topic


def test_the_examples_in_the_code_hold() -> None:
    found = doctest.testmod(defining)
    assert found.attempted == 1
    assert not found.failed


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("what is data cleaning", "data cleaning"),
        ("And what's an API?", "API"),
        ("do you know what a stakeholder is?", "stakeholder"),
        ("What does pre-processing mean?", "pre-processing"),
        ("define neural network please", "neural network"),
        ("what is it like", ""),
        ("what is the dress code", ""),
        ("What are good skills?", ""),
        ("what is step 6", "step 6"),
        ("what are the hours of an ML engineer", ""),
        ("what is needed to become a data scientist", ""),
        ("what is included", ""),
        ("what are tools?", ""),
        ("what is growth?", ""),
        ("what is annual pay", ""),
    ],
)
def test_the_thing_of_which_the_meaning_is_asked(text: str, named: str) -> None:
    assert defining.thing(text) == named


@pytest.mark.parametrize(
    "question",
    [
        "what's a portfolio?",
        "What is data cleaning?",
        "what's a stakeholder?",
        "what exactly is a portfolio?",
        "tell me what an API is",
        "meaning of portfolio",
        "Does the guide explain what an API is?",
    ],
)
def test_a_mention_is_no_answer(real_bot: Chatbot, question: str) -> None:
    assert real_bot.ask(question).kind != "answer"


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("What is an ML engineer?", "someone whose profession"),
        ("whats a data science manager", "blends technical expertise"),
        ("what's pytorch", "frameworks such as TensorFlow and PyTorch"),
        ("What are high school classes?", "high school classes"),
        ("what are online courses?", "courses"),
        ("What is future demand?", "emand"),
        ("what is a deep learning engineer", "deep learning frameworks"),
        ("what is step 6", "programming languages"),
        ("what is a team lead?", "team lead"),
        ("what is data pre-processing", "data pre-processing"),
        ("what are software publishers, in the pay list", "Software Publishers"),
    ],
)
def test_what_is_told_of_it_is_an_answer(real_bot: Chatbot, question: str, says: str) -> None:
    answer = real_bot.ask(question)
    assert answer.kind == "answer"
    assert says in answer.text


def test_a_sentence_that_begins_with_a_thing_tells_of_it(real_bot: Chatbot) -> None:
    deep_learning = topic(real_bot, "type-deep-learning")
    assert defining.is_told(real_bot.retriever, deep_learning, "neural networks")
    assert not defining.is_told(real_bot.retriever, topic(real_bot, "faq-workday"), "data cleaning")
