"""A value put into the question before it: another row, another role, and what is no value of that kind."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from chatbot import lexical
from chatbot.answering import Chatbot
from chatbot.conversation import leaning, swapping
from chatbot.conversation.leaning import BESIDE_IT
from tests.places import topic

ROOT = Path(__file__).parent.parent
MAKE = "How much do ML engineers make in {}?"
CALIFORNIA = MAKE.format("California")


@pytest.mark.parametrize(
    ("history", "question", "understood", "text"),
    [
        ([CALIFORNIA], "and in Washington?", MAKE.format("Washington"), "$138,400"),
        ([CALIFORNIA], "what about New York?", MAKE.format("New York"), "$137,900"),
        ([CALIFORNIA], "in virginia?", MAKE.format("virginia"), "$136,960"),
        ([CALIFORNIA, "and in Washington?"], "and Massachusetts?", MAKE.format("Massachusetts"), "$136,700"),
        ([CALIFORNIA], "and Software Publishers?", MAKE.format("Software Publishers"), "$135,330"),
        (["What does a data scientist do?"], "and an NLP engineer?", "What does a NLP engineer do?", "human"),
        (["Is Google a top employer?"], "and Amazon?", "Is Amazon a top employer?", "Amazon"),
        ([CALIFORNIA], "wait no i meant washington", MAKE.format("washington"), "$138,400"),
        (
            [CALIFORNIA, "is that before tax?"],
            "and in Virginia?",
            MAKE.format("Virginia").strip("?"),
            "$136,960",
        ),
    ],
)
def test_a_value_is_swapped(
    real_bot: Chatbot, history: list[str], question: str, understood: str, text: str
) -> None:
    answer = real_bot.ask(question, history)
    assert answer.understood_as == understood
    assert answer.kind == "answer"
    assert text in answer.text


def test_a_value_takes_the_place_of_what_was_added_too(real_bot: Chatbot) -> None:
    """Else a data engineer would get what stands of ML engineers."""
    answer = real_bot.ask("ok and a data engineer?", ["what does a data scientist do", "and an ml engineer"])
    assert answer.understood_as == "what does a data engineer do"
    assert answer.kind == "no_answer"


@pytest.mark.parametrize(
    ("before", "question", "understood"),
    [
        ("How much do ML engineers make?", "and data scientists?", "How much do data scientists make?"),
        ("How do I become an ML engineer?", "and a data scientist?", "How do I become a data scientist?"),
        (CALIFORNIA, "and for a senior?", "How much do a senior make in California?"),
        ("what do ml engineers earn in Ohio", "and nlp engineers?", "what do nlp engineers earn in Ohio"),
        ("Which companies hire ML engineers?", "what about chemists?", "Which companies hire chemists?"),
    ],
)
def test_another_role_takes_the_place_of_the_guides_own(
    real_bot: Chatbot, before: str, question: str, understood: str
) -> None:
    """Else who asks for its pay would get what it does. What the guide says of its own role is no answer."""
    answer = real_bot.ask(question, [before])
    assert answer.understood_as == understood
    assert answer.kind == "no_answer"


def test_what_another_role_does_is_answered(real_bot: Chatbot) -> None:
    answer = real_bot.ask("and an nlp engineer?", ["What does an ML engineer do?"])
    assert answer.understood_as == "What does an nlp engineer do?"
    assert answer.sources[0].ref.endswith("#type-nlp")


@pytest.mark.parametrize("state", ["Texas", "Oregon", "Florida", "New Jersey"])
def test_a_value_that_is_not_there_is_swapped_and_declined(real_bot: Chatbot, state: str) -> None:
    answer = real_bot.ask(f"and in {state}?", [CALIFORNIA])
    assert answer.understood_as == MAKE.format(state)
    assert answer.kind == "no_answer"
    assert answer.missing == (state,)
    assert "$" not in answer.text


def test_swapping_does_not_hang_on_the_order_of_sets(tmp_path: Path, small_index: Path) -> None:
    """Values of equal length stand in a set, whose order changes from run to run."""
    code = (
        "import sys; from pathlib import Path\n"
        "from chatbot import index; from chatbot.answering import Chatbot\n"
        "from tests.words import WordEncoder\n"
        "bot = Chatbot(index.load(Path(sys.argv[1]), encoder=WordEncoder()))\n"
        "h = ['Do bakers earn more in Ohio, in Maine, at Mill & Sons or at Golden Crust?']\n"
        "print(bot.ask('and in Hawaii?', h).understood_as, bot.ask('and in Peru?', h).text)\n"
    )
    said = set()
    for seed in ("1", "2", "3"):
        environment = os.environ | {"PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", code, str(small_index)], env=environment, cwd=ROOT, check=True,
            capture_output=True, text=True,
        )  # fmt: skip
        said.add(done.stdout)
    assert len(said) == 1


def test_a_part_of_a_rows_name_is_not_that_row(real_bot: Chatbot) -> None:
    answer = real_bot.ask("and in York?", [CALIFORNIA])
    assert answer.understood_as == MAKE.format("York")
    assert not answer.text.startswith("New York:")


def test_after_a_row_another_row_is_of_the_same_table(real_bot: Chatbot) -> None:
    answer = real_bot.ask("what about massachusetts then", ["which states pay best", "and virginia?"])
    assert (answer.kind, answer.text) == ("answer", "Massachusetts: $136,700 a year.")


@pytest.mark.parametrize(
    ("before", "question", "text"),
    [
        (
            "What does Information Services pay?",
            "what about software publishers",
            "Software Publishers: $135,330",
        ),
        (
            "what do ml engineers earn in software publishing",
            "and computer systems?",
            "Computer Systems Design: $138",
        ),
    ],
)
def test_a_row_named_in_part_is_swapped(real_bot: Chatbot, before: str, question: str, text: str) -> None:
    answer = real_bot.ask(question, [before])
    assert answer.kind == "answer"
    assert answer.text.startswith(text)


@pytest.mark.parametrize("value", ["and healthcare?", "finance?", "and in retail?", "what about aerospace"])
def test_after_a_row_what_is_like_it_is_asked_of_the_table(real_bot: Chatbot, value: str) -> None:
    """The guide speaks of health care and finance elsewhere, but not of their pay."""
    answer = real_bot.ask(value, ["what do ml engineers earn in information services"])
    assert answer.kind == "no_answer"
    assert "is not among them" in answer.text


def test_after_two_rows_no_value_is_swapped(real_bot: Chatbot) -> None:
    before = "who earns more, ml engineer at a software publisher or in scientific research"
    answer = real_bot.ask("and gaming?", [before])
    assert answer.kind == "no_answer"
    assert answer.understood_as.startswith(before)


@pytest.mark.parametrize(
    ("before", "question", "understood"),
    [
        ("Do I need a master's degree?", "ok and a bachelor's?", "Do I need a bachelor's degree?"),
        (
            "why is mathematical expertise important?",
            "and problem-solving?",
            "why is problem-solving important?",
        ),
        ("Which industries pay best?", "and by state?", "Which states pay best?"),
        ("Which state pays best?", "and industry?", "Which industry pays best?"),
        ("salary states", "and industries", "salary industries"),
        ("How do I manage my work hours?", "and networking?", "networking?"),
    ],
)
def test_a_heading_named_in_part_takes_the_place_of_one_beside_it(
    real_bot: Chatbot, before: str, question: str, understood: str
) -> None:
    assert real_bot.ask(question, [before]).understood_as == understood


def test_a_word_of_many_headings_takes_the_place_of_none(real_bot: Chatbot) -> None:
    before = "top states for ml engineers"
    answer = real_bot.ask("and the jobs", [before])
    assert answer.understood_as in ("the jobs", leaning.beside(before, "the jobs"))
    assert answer.sources[0].ref.endswith("#jobs-states")


def test_words_that_do_not_stand_together_are_no_row(real_bot: Chatbot) -> None:
    before = "does designing systems pay more in computer systems"
    assert "does software" not in real_bot.ask("and software publishers?", [before]).understood_as


@pytest.mark.parametrize(
    ("history", "question", "said"),
    [
        (
            ["Salary in Virginia?", "Salary in New York?"],
            "which of those two is higher",
            "New York: $137,900 a year; Virginia: $136,960 a year.",
        ),
        (
            ["what do they earn in virginia", "and massachusetts?"],
            "so which is lower?",
            "Massachusetts: $136,700 a year; Virginia: $136,960 a year.",
        ),
        (
            ["what does computer systems design pay?", "and information services?"],
            "which of the two pays more?",
            "Information Services and Data Processing: $139,170 a year; "
            "Computer Systems Design: $138,200 a year.",
        ),
        (
            ["salary in virginia and new york"],
            "what's the difference?",
            "New York: $137,900 a year; Virginia: $136,960 a year.",
        ),
    ],
)
def test_two_rows_asked_for_one_after_the_other_are_set_side_by_side(
    real_bot: Chatbot, history: list[str], question: str, said: str
) -> None:
    assert real_bot.ask(question, history).text == said


@pytest.mark.parametrize(
    ("history", "question"),
    [
        (["Salary in Virginia?", "and Virginia again?"], "which is higher?"),
        (["Which programming languages do I need?", "and which frameworks?"], "which of them is better?"),
        (["Salary in Virginia?", "and New York?"], "which is better for beginners?"),
    ],
)
def test_what_is_no_second_row_is_not_set_beside_the_first(
    real_bot: Chatbot, history: list[str], question: str
) -> None:
    assert ";" not in real_bot.ask(question, history).text


@pytest.mark.parametrize(
    ("before", "question", "understood"),
    [
        ("Does Netflix hire ML engineers?", "And Meta?", "Does Meta hire ML engineers?"),
        ("Do they get free lunch?", "and Apple?", "Apple?"),
        (
            "What are the highest paying states?",
            "what about Texas?",
            f"What are the highest paying states{BESIDE_IT}Texas?",
        ),
    ],
)
def test_a_value_takes_the_place_of_one_like_it_that_no_guide_knows_and_of_nothing_else(
    real_bot: Chatbot, before: str, question: str, understood: str
) -> None:
    assert real_bot.ask(question, [before]).understood_as == understood


def test_a_column_is_asked_of_the_same_row(real_bot: Chatbot) -> None:
    states = topic(real_bot, "salary-states")
    (table,) = real_bot.retriever.listings[states]
    assert swapping.is_column(real_bot.retriever, table.header[1], states)
    assert not swapping.is_column(real_bot.retriever, table.header[0], states)
    assert not swapping.is_column(real_bot.retriever, "Washington", states)


def test_a_column_takes_the_place_of_no_row(monkeypatch: pytest.MonkeyPatch, real_bot: Chatbot) -> None:
    """As any other short value would."""
    retriever, states = real_bot.retriever, topic(real_bot, "salary-states")
    before = "How much do they make in California?"
    assert swapping.swap(retriever, "a week", before, states)
    monkeypatch.setattr(swapping, "is_column", lambda *_: True)
    assert not swapping.swap(retriever, "a week", before, states)


def test_a_row_without_a_name_takes_no_place(bot_of: Callable[[str], Chatbot]) -> None:
    rows = "| Oslo | $14 |\n| – | $9 |\n| Rome | $7 |"
    bot = bot_of(f"# Pay\n\n## Pay by city\n\n| City | Pay |\n|---|---|\n{rows}\n")
    topic = bot.index.refs.index("guide#pay-by-city")
    for before, understood in (("How much is paid in Oslo?", "How much is paid in Rome?"), ("???", "")):
        assert swapping.swap(bot.retriever, "Rome", before, topic) == understood
    assert lexical.find("???", "") is None


@pytest.mark.parametrize(
    ("history", "question", "text"),
    [
        (["how much in washington"], "is that more than New York?",
         "Washington: $138,400 a year; New York: $137,900 a year."),
        (["how much in washington"], "compared to New York?",
         "Washington: $138,400 a year; New York: $137,900 a year."),
        (["which state pays the least"], "How much lower is that than California?",
         "Massachusetts: $136,700 a year; California: $139,620 a year."),
        (["best paying industries"], "what's the difference between the top and the bottom one",
         "Information Services and Data Processing: $139,170 a year; "
         "Management of Companies and Enterprises: $133,530 a year."),
    ],
)  # fmt: skip
def test_what_was_asked_before_is_set_beside_another_row(
    real_bot: Chatbot, history: list[str], question: str, text: str
) -> None:
    answer = real_bot.ask(question, history)
    assert (answer.kind, answer.text) == ("answer", text)


@pytest.mark.parametrize("question", ["and is that less than in texas?", "is it more than in Ohio?"])
def test_what_is_not_there_is_set_beside_nothing(real_bot: Chatbot, question: str) -> None:
    answer = real_bot.ask(question, ["how much in virginia"])
    assert answer.kind == "no_answer"
    assert "is not among them" in answer.text


def test_two_types_are_set_side_by_side(real_bot: Chatbot) -> None:
    history = ["what does a computer vision engineer do"]
    for question in ("whats the difference between it and deep learning", "how is it different from NLP"):
        answer = real_bot.ask(question, history)
        assert answer.kind == "answer"
        assert answer.sources[0].ref.endswith("#type-computer-vision")
        assert answer.text.count("\n\n") == 1


FEES = """---
title: Fees
---

## Fees

The college has these fees:

| Fee | Amount |
|---|---|
| Student activity fee | $40 |
| Technology fee | $65 |

## Service

A workshop services each part:

| Part | Time |
|---|---|
| Fork service | every year |
| Brake fluid | every two years |
"""


@pytest.mark.parametrize(
    ("bare", "before", "section", "swapped"),
    [
        ("technology?", "What is the student activity fee?", "Fees", "What is the technology fee?"),
        ("brake fluid?", "how often does the fork need service", "Service", ""),
        ("brake fluid?", "how often is fork service done", "Service", "how often is brake fluid done"),
    ],
)
def test_a_key_ends_as_the_old_one_and_no_verb_is_lost(
    bot_of: Callable[[str], Chatbot], bare: str, before: str, section: str, swapped: str
) -> None:
    bot = bot_of(FEES)
    topic = next(n for n, found in enumerate(bot.index.sections) if found.title == section)
    assert swapping.swap(bot.retriever, bare, before, topic) == swapped


@pytest.mark.parametrize(
    ("bare", "before", "anchor"),
    [
        ("is it warmer than California?", "how much in virginia", "salary-states"),
        ("is it bigger than California?", "how much in virginia", "salary-states"),
        ("is it true that jobs in California are different?", "how much in virginia", "salary-states"),
        ("is it better than a bachelor's?", "do I need a master's", "step-masters"),
        ("more than that", "how much in virginia", "salary-states"),
        ("is it more than that?", "how much in virginia", "salary-states"),
    ],
)
def test_only_what_a_table_or_a_type_tells_is_compared(
    real_bot: Chatbot, bare: str, before: str, anchor: str
) -> None:
    assert swapping.compared(real_bot.retriever, bare, before, topic(real_bot, anchor)) == ""


@pytest.mark.parametrize(
    ("history", "question"),
    [
        (["What does a nurse make in California?"], "is that more than Virginia?"),
        (["What does a lawyer earn in California?"], "Is that more than Virginia?"),
    ],
)
def test_what_was_declined_is_set_beside_nothing(
    real_bot: Chatbot, history: list[str], question: str
) -> None:
    assert "California: $139,620" not in real_bot.ask(question, history).text


def test_lists_without_figures_are_not_compared(real_bot: Chatbot) -> None:
    before = "Which state has the most jobs?"
    asked = "is that more than Washington?"
    assert swapping.compared(real_bot.retriever, asked, before, topic(real_bot, "jobs-states")) == ""


def test_new_before_a_strange_place_is_a_part_of_it(real_bot: Chatbot) -> None:
    history = ["What's the salary in New York?", "what about New Jersey"]
    answer = real_bot.ask("ok Massachusetts then", history)
    assert answer.understood_as == "What's the salary in Massachusetts?"


@pytest.mark.parametrize(("before", "value"), [
    ("how much vacation do they get?", "in California"),
    ("how many engineers are there", "in Virginia"),
    ("pay for beginners", "in New York"),
])  # fmt: skip
def test_a_place_added_to_what_has_no_answer_gets_none_either(
    real_bot: Chatbot, before: str, value: str
) -> None:
    assert real_bot.ask(before).kind != "answer"
    assert real_bot.ask(value, [before]).kind != "answer"
    assert real_bot.ask(value, ["how much do they earn in Texas?"]).kind == "answer"
