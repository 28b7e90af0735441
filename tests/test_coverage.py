"""Coverage: rare words count for more, what a section says counts apart, and a row is known by its name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chatbot import lexical
from chatbot.answering import Chatbot
from chatbot.coverage import Coverage
from chatbot.guides import Block, Unit
from chatbot.retrieval import Retriever


def test_coverage_weighs_rare_words_more(bot: Chatbot) -> None:
    coverage = bot.retriever.ranker.coverage
    section = bot.index.refs.index("baker#definition")
    words = {text: lexical.content_words(text) for text in ("flour", "flour visa", "baker visa", "visa", "")}
    covered = {text: coverage.of([section], found)[0][0] for text, found in words.items()}
    assert covered["flour"] == covered[""] == 1.0
    assert covered["visa"] == 0.0
    assert 0 < covered["baker visa"] < covered["flour visa"] < 1, "bakers are everywhere, flour is rare"
    assert coverage.of([section], words["baker visa"])[0][3] == 1.0
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
            ((covered, said, *_),) = coverage.of([number], lexical.content_words(question))
            assert covered == pytest.approx(1.0)
            assert said <= covered
        assert coverage.own_stems[number] <= coverage.stems[number]


def test_a_rank_has_to_be_of_what_the_tables_of_a_section_measure(handbook: Chatbot) -> None:
    """ "Cheapest" is no word to cover where a column is of prices; in any other section it is unknown."""
    prices = Block("table", 0, 9, (Unit("row", 0, 9, "", ("City bike", "£9")),), ("Bike", "Full day"))
    guide = handbook.guides[0]
    first, *others = guide.sections
    changed = replace(guide, sections=(replace(first, blocks=(*first.blocks, prices)), *others))
    words = handbook.index.words
    stems = {stem: count for stem, count in words["stems"].items() if stem not in ("cheapest", "longest")}
    index = replace(handbook.index, guides=(changed,), words=words | {"stems": stems})
    asked = lexical.content_words("cheapest membership")
    without = next(n for n, s in enumerate(index.sections) if all(b.kind != "table" for b in s.blocks))
    (_, _, _, unknown), (_, _, _, elsewhere) = Coverage(index).of([0, without], asked)
    assert (unknown, elsewhere) == (0.0, 1.0)
    ((_, _, _, longest),) = Coverage(index).of([0], lexical.content_words("longest membership"))
    assert longest == 1.0
