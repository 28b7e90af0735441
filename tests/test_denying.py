"""What is not so is not answered by what is."""

from __future__ import annotations

import doctest

import pytest

from chatbot.answering import Chatbot, denying


def test_the_examples_in_the_code_hold() -> None:
    found = doctest.testmod(denying)
    assert found.attempted == 1
    assert not found.failed


@pytest.mark.parametrize(
    "text",
    [
        "Which skills are not needed?",
        "what skills aren't important",
        "who does not hire them?",
        "What should an ML engineer not do?",
        "and which companies dont hire them",
        "Which states do not pay well?",
        "what do ML engineers never do",
    ],
)
def test_what_is_not_so_is_asked(real_bot: Chatbot, text: str) -> None:
    assert denying.denies(text)
    assert real_bot.ask(text).kind != "answer"


@pytest.mark.parametrize(
    "text",
    [
        "What can I do if I don't have a degree?",
        "what should i be good at to not get fired from this",
        "what do the senior ones do that i dont",
        "Is it not hard?",
        "why don't they work at night",
        "which giant hires them",
        "What do they invent?",
        "what is not only useful but needed",
    ],
)
def test_nothing_that_is_not_so_is_asked(text: str) -> None:
    assert not denying.denies(text)


def test_a_section_with_such_an_alternate_may_answer(real_bot: Chatbot) -> None:
    known = [
        section.id
        for number, section in enumerate(real_bot.index.sections)
        if denying.is_known(real_bot.retriever, number)
    ]
    assert "step-masters" in known
    assert "skills" not in known
    assert real_bot.ask("Which step is not mandatory?").sources[0].ref.endswith("#step-masters")
