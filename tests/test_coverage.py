"""Coverage: rare words count for more, what a section says counts apart, and a row is known by its name."""

from __future__ import annotations

import pytest

from chatbot import lexical
from chatbot.answering import Chatbot
from chatbot.retrieval import Retriever


def test_coverage_weighs_rare_words_more(bot: Chatbot) -> None:
    coverage = bot.retriever.ranker.coverage
    section = bot.index.refs.index("baker#definition")
    words = {text: lexical.content_words(text) for text in ("flour", "flour visa", "baker visa", "visa", "")}
    covered = {text: coverage.of([section], found)[0][0] for text, found in words.items()}
    assert covered["flour"] == covered[""] == 1.0
    assert covered["visa"] == 0.0
    assert 0 < covered["baker visa"] < covered["flour visa"] < 1, "bakers are everywhere, flour is rare"
    assert coverage.unknown(words["baker visa"]) == 1.0
    assert coverage.rarity("nosuchstem") > coverage.rarity("flour") > coverage.rarity("baker")


def test_a_blind_coverage_leaves_the_question_itself_out(trades: Chatbot) -> None:
    section = trades.index.refs.index("bookbinder#definition")
    words = lexical.content_words("Who puts books together for a living?")
    seeing, blind = (Retriever(trades.index, blind=blind).ranker.coverage for blind in (False, True))
    assert seeing.of([section], words)[0][0] == 1.0
    assert 0 < blind.of([section], words)[0][0] < 1.0, "nothing but the question itself speaks of a living"
    other = lexical.content_words("What does a bookbinder sew?")
    assert blind.of([section], other)[0][0] == seeing.of([section], other)[0][0] == 1.0


def test_what_only_alternates_hold_is_not_said(bot: Chatbot) -> None:
    coverage = bot.retriever.ranker.coverage
    for number, section in enumerate(bot.index.sections):
        for question in section.alternates:
            ((covered, said, _),) = coverage.of([number], lexical.content_words(question))
            assert covered == pytest.approx(1.0)
            assert said <= covered
        assert coverage.own_stems[number] <= coverage.stems[number]
