"""Synonyms from the plain file: read line by line, searched as the guides' own words, in FAQ pairs too."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from chatbot import building, index, lexical
from chatbot.answering import Chatbot
from chatbot.building import build
from chatbot.guides import Block, Guide, Section, Unit, read_synonyms
from chatbot.passages import list_views
from chatbot.settings import Settings
from tests.words import WordEncoder


def test_a_line_holds_a_word_and_what_people_write(tmp_path: Path) -> None:
    file = tmp_path / "synonyms.txt"
    lines = ["\ufeff# pay", "", "salary: pay , take-home pay,", "C++:cpp", "  # more", "a: b: c"]
    file.write_text("\r\n".join(lines), encoding="utf-8", newline="")
    assert read_synonyms(file) == {"salary": ("pay", "take-home pay"), "C++": ("cpp",), "a": ("b: c",)}


def test_a_corpus_need_not_have_any(tmp_path: Path) -> None:
    assert read_synonyms(tmp_path / "synonyms.txt") == {}


@pytest.mark.parametrize(
    ("asked", "own"),
    [
        ("reimbursement", "refund"),
        ("Money-Back  Guarantee?", "refund"),
        ("money back guarantee", "refund"),
        ("When is the gallery open?", "When is the museum open?"),
        ("pay packet of bakers", "salary of bakers"),
        ("TAKE-HOME PAY", "salary"),
        ("bakers in the buckeye state", "bakers in Ohio"),
    ],
)
def test_words_and_phrases_are_searched_as_the_guides_own(bot: Chatbot, asked: str, own: str) -> None:
    read = bot.retriever.read
    assert read(asked).terms == read(own).terms
    assert read(asked).text == " ".join(asked.split()), "the question itself stays as it was asked"


@pytest.mark.parametrize("asked", ["take-home payment", "the take home paying", "a money or back guarantee"])
def test_a_phrase_is_only_found_whole(bot: Chatbot, asked: str) -> None:
    assert bot.retriever.read(asked).terms == tuple(lexical.stems(asked))


def test_letters_that_only_python_takes_for_others_do_no_harm(bot: Chatbot) -> None:
    for text in (
        "reımbursement",
        "money-back guarantee of the gallerİ",
        "bucKeye ſtate",
        "the Buckeye ſtate",
    ):
        assert bot.retriever.read(text).terms


def test_what_a_guide_says_itself_goes_before_what_is_said_for_all(bot: Chatbot) -> None:
    assert bot.retriever.synonyms["oh"] == "Ohio"
    assert bot.retriever.read("pay in OH").text == "pay in Ohio"


def test_pairs_without_front_matter_have_synonyms_too(bot: Chatbot) -> None:
    for question in ("reimbursement", "How do I get a reimbursement?", "a money-back guarantee?"):
        assert bot.ranking(question)[0] == "orders#refunds"


def test_the_next_build_takes_a_changed_file(small_settings: Settings, small_corpus: Path) -> None:
    build(small_settings, encoder=WordEncoder())
    file = small_corpus / "synonyms.txt"
    file.write_text(file.read_text(encoding="utf-8") + "ferry: boat\n", encoding="utf-8")
    report = build(small_settings, encoder=WordEncoder())
    assert report.embedded == 0
    bot = Chatbot(index.load(small_settings.index, encoder=WordEncoder()))
    assert bot.retriever.read("boat").terms == bot.retriever.read("ferry").terms


@pytest.mark.parametrize(("typed", "meant"), [
    ("quals needed", "qualifications needed"),
    ("how many ppl work there", "how many people work there"),
    ("reqs?", "requirements?"),
])  # fmt: skip
def test_what_anybody_types_for_short_is_written_out(real_bot: Chatbot, typed: str, meant: str) -> None:
    assert real_bot.retriever.read(typed).text == meant


def test_short_forms_are_of_words_that_the_guides_have(bot: Chatbot, real_bot: Chatbot) -> None:
    assert real_bot.index.words["synonyms"]["abt"] == "about", "a word of no topic is any guide's"
    assert "qty" not in real_bot.index.words["synonyms"]
    assert "mgr" not in bot.index.words["synonyms"]


def test_what_a_corpus_says_of_a_short_form_goes_before_it() -> None:
    block = Block("text", 0, 9, (Unit("sentence", 0, 9, "Ask them."),))
    titles = ("A manager", "The boss", "A major")
    sections = tuple(Section(title, title, 2, 0, (), (block,)) for title in titles)
    plain = Guide("g", "Title", "", "", sections)
    own = replace(plain, synonyms={"major": ("mgr",)})

    def meant(guide: Guide, of_all: dict[str, tuple[str, ...]]) -> str:
        """What "mgr" means."""
        return str(building._words([guide], list_views([guide], []), of_all)["synonyms"]["mgr"])

    assert meant(own, {"boss": ("mgr", "hd")}) == "major"
    assert meant(plain, {"boss": ("mgr",)}) == "boss"
    assert meant(plain, {}) == "manager"


@pytest.mark.parametrize(("typed", "meant"), [
    ("is there a warranty", "is there a guarantee"),  # the guide says so, and nothing of a warranty
    ("fix the mill", "repair the mill"),
    ("what is FORBIDDEN", "what is FORBIDDEN"),  # no text says "prohibited" either
    ("is there a WARRANTY", "is there a guarantee"),  # and is not written out, as a short form is
    ("can kids use it", "can kids use it"),  # it says nothing of children
    ("how hot does it get", "how hot does it get"),  # it says "hot" itself
])  # fmt: skip
def test_other_words_are_searched_as_what_the_guide_says(manual: Chatbot, typed: str, meant: str) -> None:
    reading = manual.retriever.read(typed)
    assert (reading.text, reading.searched) == (typed, meant)
    assert manual.ask(typed).understood_as == typed
