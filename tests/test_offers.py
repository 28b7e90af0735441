"""Questions that a reply offers can be picked by their place."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from chatbot.answering import Ask, Chatbot
from chatbot.answering.answer import Answer
from chatbot.answering.offers import meant

OFFERS = {"benefits?": ("pay?", "degree?", "hours?"), "bread?": ("rolls?",)}


def ask(question: str, history: tuple[str, ...]) -> Answer:
    """A refusal that offers questions, or an answer where it has none to offer."""
    kind, offered = ("no_answer", OFFERS[question]) if question in OFFERS else ("answer", ("cake?",))
    return Answer("", kind, question, question, "", 0.5, (), offered, None, (), "", 0.0)


@pytest.mark.parametrize(
    ("history", "question", "what"),
    [
        (("benefits?",), "the second one", "degree?"),
        (("benefits?",), "yes, the last please", "hours?"),
        (("benefits?",), "1", "pay?"),
        (("benefits?", "degree?"), "and the first?", "pay?"),
        (("benefits?", "degree?", "pay?"), "what about the third", "hours?"),
        (("benefits?",), "the fourth", "the fourth"),
        (("benefits?",), "and the second?", "and the second?"),  # of what the guide names
        (("benefits?",), "the second step", "the second step"),
        (("bread?", "pay?"), "the first one", "the first one"),
        (("pay?",), "the first one", "the first one"),
        ((), "the first one", "the first one"),
    ],
)
def test_what_is_meant(history: tuple[str, ...], question: str, what: str) -> None:
    assert meant(question, history, ask) == what


def test_offers_of_a_refusal_are_answered_as_if_they_were_asked(real_bot: Chatbot) -> None:
    refused = real_bot.ask("What benefits do they get?")
    assert refused.kind == "no_answer"
    for place, offered in zip(("the first one", "2", "yes, the third"), refused.suggestions, strict=True):
        picked = real_bot.ask(place, ["What benefits do they get?"])
        assert (picked.question, picked.understood_as, picked.kind) == (place, offered, "answer")
        assert picked.text == real_bot.ask(offered).text
        assert real_bot.ranking(place, ["What benefits do they get?"]) == real_bot.ranking(offered)


def test_what_follows_a_picked_offer_leans_on_it(real_bot: Chatbot) -> None:
    history = ["What benefits do they get?", "the first one"]
    meant_one = real_bot.ask(history[0]).suggestions[0]
    answer = real_bot.ask("and in Washington?", history)
    assert (
        answer.text == real_bot.ask("and in Washington?", [meant_one]).text == "Washington: $138,400 a year."
    )
    assert real_bot.ask("and the second?", history).understood_as == real_bot.ask(history[0]).suggestions[1]


def test_an_ordinal_after_an_answer_is_of_what_the_guide_names(real_bot: Chatbot) -> None:
    answer = real_bot.ask("the second one", ["What types of ML engineers are there?"])
    assert answer.sources[0].section == "Data scientist"


def test_a_history_of_picks_costs_one_look_each(real_bot: Chatbot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each leans on all before it; looked up again for each that follows, twenty would take hours."""
    looks = 0
    replies = Chatbot._replies

    def counted(bot: Chatbot, asks: Sequence[Ask]) -> list[Answer]:
        nonlocal looks
        looks += 1
        return replies(bot, asks)

    monkeypatch.setattr(Chatbot, "_replies", counted)
    history = ["Do they get free lunch?"] + ["the second one"] * 19
    assert real_bot.ask("the second one", history).kind
    assert looks <= len(history) + 3


def test_each_reply_has_an_id_of_its_own(real_bot: Chatbot) -> None:
    for question, history in (
        ("the first one", ["What benefits do they get?"]),
        ("go on", ["What is the pay?"]),
    ):
        assert len({real_bot.ask(question, history).id for _ in range(3)}) == 3
