"""What a follow-up picks of what its topic names, or goes on to."""

from __future__ import annotations

import numpy as np
import pytest

from chatbot import picking
from chatbot.answering import Chatbot
from tests.places import topic


@pytest.mark.parametrize(
    ("anchor", "text", "section", "understood"),
    [
        ("step-masters", "and 5 and 6?", None, "step 5 and step 6"),
        ("step-masters", "all of them", "how-to-become", "How to become an ML engineer"),
        ("step-masters", "and then?", "step-experience", "Step 5: Gain practical experience"),
        ("types", "the second one", "type-data-scientist", "Data scientist"),
        ("types", "the data one", "type-data-scientist", "Data scientist"),
        ("salary-states", "and the lowest of them?", "salary-states", None),
    ],
)
def test_a_follow_up_leads_to_a_section(
    real_bot: Chatbot, anchor: str, text: str, section: str | None, understood: str | None
) -> None:
    retriever = real_bot.retriever
    allowed = retriever.ranker.answerable
    bare = text.removeprefix("and ")
    found = picking.in_sequence(retriever, text, bare, "before", topic(real_bot, anchor), allowed)
    assert found is not None
    text, evidence, words = found
    assert text == (understood or text)
    if section:
        assert int(np.argmax(evidence.scores)) == topic(real_bot, section)
        assert words == ()


@pytest.mark.parametrize("text", ["is it hard?", "how much?", "the first interview", "what do they do"])
def test_a_follow_up_that_picks_nothing(real_bot: Chatbot, text: str) -> None:
    retriever = real_bot.retriever
    allowed = retriever.ranker.answerable
    assert (
        picking.in_sequence(retriever, text, text, "before", topic(real_bot, "work-hours"), allowed) is None
    )
