"""Which of many guides a conversation stays with."""

from __future__ import annotations

import numpy as np
import pytest

from chatbot.answering import Chatbot
from chatbot.conversation import staying


def test_one_guide_draws_nothing(real_bot: Chatbot) -> None:
    retriever = real_bot.retriever
    (seen,) = retriever.evidence([retriever.read("What are the hours?")])
    assert staying.stay(retriever, seen, ["What does an ML engineer do?"]) is seen


@pytest.mark.parametrize("guide", range(3))
def test_the_guide_of_the_earlier_questions_draws_those_after(trades: Chatbot, guide: int) -> None:
    retriever = trades.retriever
    guide_of = retriever.index.guide_of
    (seen,) = retriever.evidence([retriever.read("What are the hours?")])
    earlier = retriever.index.guides[guide].aliases[0]
    gained = staying.stay(retriever, seen, [f"What does a {earlier} do?"]).scores - seen.scores
    by_guide = [float(gained[guide_of == n].mean()) for n in range(3)]
    assert int(np.argmax(by_guide)) == guide
    assert by_guide[guide] == pytest.approx(0.0)


def test_the_guide_last_named_is_the_one_that_is_spoken_of(trades: Chatbot) -> None:
    names = [guide.aliases[0] for guide in trades.index.guides]
    history = [f"What does a {names[0]} do?", f"And a {names[2]}?", "how long does it take?"]
    assert staying.guides_of(trades.retriever, history) == frozenset([2])
    assert staying.guides_of(trades.retriever, ["how long does it take?"]) == frozenset()
