"""The rows that stand beside one which a question names."""

from __future__ import annotations

import pytest

from chatbot.answering import Chatbot, neighbouring, tables
from tests.test_tables import listing

CALIFORNIA, WASHINGTON = "California: $139,620", "Washington: $138,400"


@pytest.mark.parametrize(("question", "text"), [
    ("Which state comes right behind California for pay?", f"{WASHINGTON} a year."),
    ("which state pays the most after California?", f"{WASHINGTON} a year."),
    ("what state beats Washington on pay?", f"{CALIFORNIA} a year."),
    ("how much does the state behind California pay?", f"{WASHINGTON} a year."),
    ("which states pay ML engineers more than New York?", f"{CALIFORNIA} a year; {WASHINGTON} a year."),
    ("which states pay less than Virginia?", "Massachusetts: $136,700 a year."),
    ("which state has the lowest pay after Massachusetts?", "Virginia: $136,960 a year."),
    ("How much does Virginia pay?", "Virginia: $136,960 a year."),
    ("what does an ML engineer make after New York?", "Virginia: $136,960 a year."),
    ("Does Virginia pay more than New York?", "New York: $137,900 a year; Virginia: $136,960 a year."),
])  # fmt: skip
def test_a_row_may_be_named_to_ask_for_those_beside_it(real_bot: Chatbot, question: str, text: str) -> None:
    answer = real_bot.ask(question)
    assert (answer.kind, answer.text) == ("answer", text)


@pytest.mark.parametrize(("text", "found"), [
    ("which day comes after Tuesday?", ["Wednesday"]),
    ("which day is before Wednesday?", ["Tuesday"]),
    ("which day has more visitors than Tuesday?", ["Monday", "Wednesday"]),
    ("which day has the most visitors after Monday?", ["Wednesday"]),
    ("how many visitors on Tuesday after lunch?", ["Tuesday"]),
    ("which days come after Monday?", ["Tuesday", "Wednesday"]),
])  # fmt: skip
def test_what_comes_next_is_told_by_the_order_of_the_table_unless_a_rank_is_asked_for(
    handbook: Chatbot, text: str, found: list[str]
) -> None:
    table = listing(("Day", "Visitors"), ("Monday", "80"), ("Tuesday", "45"), ("Wednesday", "70"))
    assert [row.cells[0] for row in tables.asked_rows(handbook.retriever, table, text)] == found


@pytest.mark.parametrize(("says", "asks_one"), [
    ("which state pays most", True),
    ("which states pay most", False),
    ("lowest salary", True),
    ("second highest", True),
    ("in the first year", False),
    ("the highest salary", False),
])  # fmt: skip
def test_one_row_or_the_table_at_large(says: str, asks_one: bool) -> None:
    assert neighbouring.one_is_asked("State", set(says.split())) is asks_one
