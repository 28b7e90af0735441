"""The names of the guides' own roles: found in a text, left out of it, and put in by another."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from chatbot.aliases import Aliases
from chatbot.answering import Chatbot
from chatbot.guides.markdown import read_markdown

FILE, NAMES = Path("new.md"), ("engineer", "data engineer")


def test_roles_are_named_by_their_aliases(trades: Chatbot) -> None:
    aliases = trades.retriever.aliases
    ids = [guide.id for guide in trades.guides]
    for text, named in (
        ("What does a baker do?", {"baker"}),
        ("Bakers' pay", {"baker"}),
        ("groundskeeper hours", {"gardener"}),
        ("BOOK BINDERS", {"bookbinder"}),
        ("Is a baker or a gardener paid more?", {"baker", "gardener"}),
        ("bakery hours", set()),
        ("What are the hours?", set()),
    ):
        assert {ids[number] for number in aliases.named(text)} == named, text


def test_the_longest_name_wins_where_names_overlap() -> None:
    guides = tuple(replace(read_markdown(FILE, f"# {name}\n\nText."), aliases=(name,)) for name in NAMES)
    assert Aliases(guides).named("What does a data engineer do?") == {1}
    assert Aliases(guides).named("a data engineer or an engineer?") == {0, 1}


@pytest.mark.parametrize(
    ("text", "without", "of_a_nurse"),
    [
        ("How much does a baker earn?", "How much does earn?", "How much does a nurse earn?"),
        ("are Book-Binders happy", "are happy", "are a nurse happy"),
        ("where is the bakery", "where is the bakery", ""),
    ],
)
def test_a_name_is_left_out_or_replaced(trades: Chatbot, text: str, without: str, of_a_nurse: str) -> None:
    aliases = trades.retriever.aliases
    assert " ".join(aliases.without(text).split()) == without
    assert aliases.replaced(text, "a nurse") == of_a_nurse


@pytest.mark.parametrize(
    ("alias", "text", "without"),
    [
        ("driver's mate", "What does a driver’s mate do?", "What does do?"),
        ("Café manager", "is a cafe manager free, or a CAFÉ-MANAGER", "is free, or"),
        ("A.I. engineer", "the pay of A.I. engineers in Ohio", "the pay of in Ohio"),
        ("baker", "a baker's hours", "hours"),
        ("!", "What now?", "What now?"),
    ],
)
def test_a_name_is_left_out_however_it_is_spelt(alias: str, text: str, without: str) -> None:
    guide = replace(read_markdown(FILE, "# Guide\n\nText."), aliases=(alias,))
    aliases = Aliases((guide,))
    assert " ".join(aliases.without(text).split()) == without
    assert bool(aliases.named(text)) == (without != text) == bool(aliases.replaced(text, "X"))


def test_without_guides_there_are_no_names() -> None:
    aliases = Aliases(())
    assert aliases.named("a baker") == set()
    assert aliases.without("a baker") == "a baker"
    assert aliases.replaced("a baker", "a nurse") == ""
