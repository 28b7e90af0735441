"""What kind of thing a question asks for, and whether a section gives it."""

from __future__ import annotations

import pytest

from chatbot.answering import Chatbot, kinds
from tests.places import topic


@pytest.mark.parametrize(
    ("question", "anchor", "given"),
    [
        ("How much do they make?", "salary-states", True),
        ("By how much does it rise?", "salary", False),
        ("How many people work in a team?", "faq-teamwork", False),
        ("Which skills are not needed?", "skills", False),
        ("Which skills are needed?", "skills", True),
        ("what is a portfolio", "step-experience", False),
        ("what is a certification", "step-certification", True),
        ("what do they do all day", "faq-workday", True),
        ("why is that?", "salary-states", False),
        ("so why does it matter?", "jobs-employers", False),
        ("why is that?", "tips-network", True),
    ],
)
def test_a_section_gives_the_kind_of_thing_that_is_asked_for(
    real_bot: Chatbot, question: str, anchor: str, given: bool
) -> None:
    section = topic(real_bot, anchor)
    assert kinds.is_given(real_bot.retriever, section, kinds.asked(question)) is given
