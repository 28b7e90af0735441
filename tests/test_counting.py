"""How many of what: a section that gives no number of it does not answer."""

from __future__ import annotations

import doctest
from collections.abc import Callable

import pytest

from chatbot.answering import Chatbot, counting
from chatbot.answering.counting import counted, gives_number


@pytest.mark.parametrize(
    ("question", "noun"),
    [
        ("How many people does it employ?", "peopl"),
        ("how many job openings are there each month", "open"),
        ("by how many dollars does a PhD raise the salary", "dollar"),
        ("how many industries hire them", "industri"),
        ("how many skills needed", "skill"),
        ("how many day in week", "day"),
        ("how many of them work remotely", ""),
        ("how many?", ""),
        ("How much do they make?", ""),
        ("", ""),
    ],
)
def test_what_is_counted(question: str, noun: str) -> None:
    assert counted(question) == noun


@pytest.mark.parametrize(
    ("section", "noun", "given"),
    [
        ("jobs-employers", "employ", True),
        ("jobs-employers", "peopl", False),
        ("work-hours", "hour", True),  # beside the heading
        ("salary-states", "dollar", True),  # beside the head of the table
        ("how-to-become", "step", True),
        ("skills", "skill", True),
        ("faq-industries", "sector", True),  # an alternate asks how many there are
        ("step-masters", "year", False),
    ],
)
def test_numbers_stand_beside_what_they_count(
    real_bot: Chatbot, section: str, noun: str, given: bool
) -> None:
    number = [found.id for found in real_bot.index.sections].index(section)
    assert gives_number(real_bot.retriever, number, noun) is given


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("how many years does it take to get a masters", "no_answer"),
        ("How many people work in a team of ML engineers?", "no_answer"),
        ("how many vacancies are on Indeed", "no_answer"),
        ("how many startups are founded by ML engineers", "no_answer"),
        ("how many steps are there to become an ML engineer", "answer"),
        ("how many hours a week do ML engineers work?", "answer"),
        ("How many types of ML engineers are there?", "answer"),
        ("how many states are among the top ones", "answer"),
    ],
)
def test_a_number_that_is_not_there_is_not_answered(real_bot: Chatbot, question: str, kind: str) -> None:
    assert real_bot.ask(question).kind == kind


def test_a_number_that_is_not_there_is_not_answered_after_another_question(real_bot: Chatbot) -> None:
    asked = "how many people work at the first one?"
    assert real_bot.ask(asked, ["What are the top employers?"]).kind == "no_answer"
    assert real_bot.ask("and how many are there?", ["what are the top states"]).kind == "answer"
    steps = ["how many steps are there to become an ML engineer"]
    assert real_bot.ask("and how much does it pay?", steps).sources[0].ref.endswith("#salary")


def test_the_examples_in_the_code_hold() -> None:
    found = doctest.testmod(counting)
    assert found.attempted
    assert not found.failed


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("what does a principal ML engineer make", True),
        ("how much would I earn there?", True),
        ("what do those make exactly", True),
        ("What will I earn in a year?", True),
        ("what can they make of it", False),
        ("What would make a hiring manager remember it?", False),
        ("how much are they?", True),
        ("how much is the first one", True),
        ("how much is remote work a thing", False),
        ("How much is the job growth?", False),
        ("What does an ML engineer make in a typical day?", False),
        ("what do they make in Ohio", True),
        ("how much math do they need", False),
        ("what do ML engineers make and use", False),
    ],
)
def test_what_asks_for_money(text: str, asked: bool) -> None:
    assert counting.asks_money(text) is asked


@pytest.mark.parametrize(
    ("history", "question"),
    [
        ([], "what does a principal ML engineer make"),
        (["can an ML engineer become a CTO"], "what do those make"),
        (["can ML engineers become product managers"], "what do those make"),
        (["What does an algorithm specialist do?"], "what do those make?"),
        (["Which courses can I take to keep learning?"], "how much are they?"),
        ([], "how many job openings are there in California?"),
    ],
)
def test_what_does_not_tell_the_amount_is_no_answer(
    real_bot: Chatbot, history: list[str], question: str
) -> None:
    assert real_bot.ask(question, history).kind != "answer"


@pytest.mark.parametrize("question", ["How much do ML engineers make?", "How much is the job growth?"])
def test_what_tells_the_amount_stays_an_answer(real_bot: Chatbot, question: str) -> None:
    assert real_bot.ask(question).kind == "answer"


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("Annual salary (US dollars)", "a year"),
        ("Fee per day", "a day"),
        ("What is the hourly wage in California?", "an hour"),
        ("and how much is that each month?", "a month"),
        ("what will I earn in a year", ""),
        ("a day in the life of an ML engineer", ""),
        ("State", ""),
    ],
)
def test_the_time_that_an_amount_is_of(text: str, period: str) -> None:
    assert counting.period(text) == period


@pytest.mark.parametrize("time", ["an hour", "per month", "each week"])
def test_annual_pay_does_not_answer_what_another_time_is_paid(real_bot: Chatbot, time: str) -> None:
    assert real_bot.ask(f"How much do ML engineers make {time} in California?").kind != "answer"
    assert (
        real_bot.ask("How much do ML engineers make a year in California?").text
        == "California: $139,620 a year."
    )


def test_a_table_tells_nothing_of_years_that_its_section_does_not_name(real_bot: Chatbot) -> None:
    assert real_bot.ask("what was the pay of ML engineers in California back in 2017?").kind != "answer"
    assert real_bot.ask("I graduate in 2027, do I need a master's degree?").kind == "answer"


@pytest.mark.parametrize(
    "question",
    [
        "By how much does a Ph.D. raise the pay of ML engineers?",
        "What percentage of growth is expected for ML engineers?",
    ],
)
def test_words_alone_tell_no_share(real_bot: Chatbot, question: str) -> None:
    assert real_bot.ask(question).kind != "answer"


def test_a_share_is_told_where_a_figure_stands(bot_of: Callable[[str], Chatbot]) -> None:
    text = (
        "---\ntitle: Fares\n---\n\n## Discounts\n\nChildren get 40 % off.\n\n## Pets\n\nPets raise fares.\n"
    )
    bot = bot_of(text)
    asked = counting.amount("By how much are the fares lower?")
    told = {
        section.title: counting.is_told(bot.retriever, number, asked)
        for number, section in enumerate(bot.index.sections)
    }
    assert (told["Discounts"], told["Pets"]) == (True, False)
