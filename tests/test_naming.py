"""Which rows a text names, by whole names only."""

from __future__ import annotations

import doctest

import pytest

from chatbot.answering import Chatbot
from chatbot.conversation import naming, sequences
from tests.places import topic

STATES = ("Virginia", "New York", "Washington", "York")


def test_the_examples_in_the_code_hold() -> None:
    found = doctest.testmod(naming)
    assert found.attempted == 3
    assert not found.failed


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("How much in Virginia?", ["Virginia"]),
        ("washington or new york", ["New York", "Washington"]),
        ("How much in West Virginia?", []),
        ("pay in Washington DC", []),
        ("the yorkshire moors", []),
    ],
)
def test_rows_are_named_by_whole_names(real_bot: Chatbot, text: str, named: list[str]) -> None:
    assert [STATES[n] for n in naming.named(real_bot.retriever, STATES, text)] == named


def test_a_key_without_words_is_named_by_nothing(handbook: Chatbot) -> None:
    keys = ("Bavaria", "–")
    assert not naming.named(handbook.retriever, keys, "what is paid in the south east")
    assert not list(naming.longer_names(handbook.retriever, keys, "what is paid in the south east"))


def test_no_row_comes_next_to_one_that_is_not_named(real_bot: Chatbot) -> None:
    states = topic(real_bot, "salary-states")
    for before, name in (("pay in Virginia", "Massachusetts"), ("pay in West Virginia", "")):
        row = sequences.row_beside(real_bot.retriever, "and the next one?", before, states)
        assert (row.name if row else "") == name


@pytest.mark.parametrize(
    ("text", "home"),
    [("in the U.S. market", True), ("US dollars", True), ("across America", True), ("South America", False),
     ("contact us", False), ("a USB stick", False)],
)  # fmt: skip
def test_a_guide_that_names_the_country_is_of_it(text: str, home: bool) -> None:
    assert (naming.AMERICAN.search(text) is not None) == home


@pytest.mark.parametrize(("text", "aside"), [
    ("Which state pays best, but not Ohio?", ["Ohio"]),
    ("best state that is not Ohio", ["Ohio"]),
    ("I don't want to live in Ohio, where is the pay high", ["Ohio"]),
    ("not counting Ohio, Maine and New York, which pays best?", ["Ohio", "Maine", "New York"]),
    ("outside the state of Ohio", ["Ohio"]),
    ("not in Ohio but in Maine", ["Ohio"]),
    ("I already tried Ohio, any others?", ["Ohio"]),
    ("turned down by Ohio. Who else?", ["Ohio"]),
    ("I already live in Ohio. What is the pay?", []),
    ("I already live in Ohio, what else raises the pay?", []),
    ("rejected by Ohio and Maine. who else is hiring engineers?", ["Ohio", "Maine"]),
    ("without the first one", ["Ohio"]),
    ("without the first two", ["Ohio", "Maine"]),
    ("all but not the last 2", ["New York", "York"]),
    ("not the first two weeks", []),
    ("not only Ohio, which else?", []),
    ("not sure about Ohio", []),
    ("why not Ohio?", []),
    ("is it not Ohio?", []),
    ("does Ohio pay more or not?", []),
    ("don't forget Ohio", []),
    ("is the pay not higher than in Ohio?", []),
])  # fmt: skip
def test_what_is_set_aside_is_named_right_behind_words_that_do(text: str, aside: list[str]) -> None:
    keys = ["Ohio", "Maine", "New York", "York"]
    assert [keys[n] for n in sorted(naming.set_aside(keys, text)[0])] == aside


@pytest.mark.parametrize(("text", "aside"), [
    ("which courses, but not IBM's?", [0]),
    ("without the IBM one", [0]),
    ("not the one from Purdue, any others?", [1]),
    ("not the certificate in Basel", []),
    ("not for a university", []),
    ("not deep sea diving", []),
])  # fmt: skip
def test_an_item_is_set_aside_by_a_word_that_is_its_own(text: str, aside: list[int]) -> None:
    keys = ["Certificate in Deep Learning from IBM", "Certificate in Data (Purdue University)"]
    assert sorted(naming.set_aside(keys, text)[0]) == aside


def test_what_is_set_aside_leaves_the_question() -> None:
    assert naming.set_aside(["Ohio"], "I can't move to Ohio. Which pays best?")[1] == "I . Which pays best?"
