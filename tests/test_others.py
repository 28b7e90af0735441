"""The others, or all of them, after one of several."""

from __future__ import annotations

import pytest

from chatbot.answering import Chatbot
from chatbot.conversation import others
from tests.places import topic


@pytest.mark.parametrize(
    ("anchor", "text", "found"),
    [
        ("tips-network", "what are the others", "tips"),
        ("type-nlp", "the rest?", "types"),
        ("salary-states", "who are the others?", "salary-states"),
        ("salary-industries", "list them all pls", "salary-industries"),
        ("jobs-employers", "list them all", "jobs-employers"),
        ("salary-states", "the other states?", "salary-states"),
        ("salary-states", "the other costs?", None),
        ("work-hours", "what are the others", None),
        ("tips-network", "what are the other costs", None),
    ],
)
def test_the_others_are_all_of_them(real_bot: Chatbot, anchor: str, text: str, found: str | None) -> None:
    section = others.meant(real_bot.retriever, text, topic(real_bot, anchor))
    assert section == (None if found is None else topic(real_bot, found))


@pytest.mark.parametrize(("before", "anchor", "found"), [
    ("What is step 6?", "step-languages", "how-to-become"),
    ("Which languages should I learn?", "step-languages", None),
    ("Which frameworks should I know?", "tips-frameworks", None),
    ("What is a data scientist?", "type-data-scientist", "types"),
    ("Which states pay most?", "salary-states", "salary-states"),
])  # fmt: skip
def test_all_of_them_are_of_what_was_asked_for_as_one_of_several(
    real_bot: Chatbot, before: str, anchor: str, found: str | None
) -> None:
    section = others.meant(real_bot.retriever, "all of them", topic(real_bot, anchor), before)
    assert section == (None if found is None else topic(real_bot, found))


@pytest.mark.parametrize(("before", "text", "section"), [
    ("how do i become an ml engineer?", "all eight", "how-to-become"),
    ("how do i become an ml engineer?", "9 to 5?", "work-hours"),
    ("how many steps are there", "which are 5 to 8", "how-to-become"),
    ("what is step 2?", "so what are all 8 names", "how-to-become"),
])  # fmt: skip
def test_all_are_asked_for_by_their_number(real_bot: Chatbot, before: str, text: str, section: str) -> None:
    assert real_bot.ask(text, [before]).sources[0].ref.endswith(f"#{section}")


def test_more_than_there_are_are_not_all_of_them(real_bot: Chatbot) -> None:
    answer = real_bot.ask("all nine", ["how do i become an ml engineer?"])
    assert answer.kind != "answer"
