"""A question about another role is not answered by what a guide says of its own."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

from chatbot import roles
from chatbot.answering import Ask, Chatbot
from chatbot.roles import named_in, role_asked, role_meant, role_named

ASKED = (
    "top employers for {}s",
    "which states pay {}s best",
    "top job sites for {}s",
    "do {}s need a masters degree",
    "what skills does a {} need",
    "what does a {} do all day",
    "which certifications help a {}",
    "highest paying industries for {}s",
    "which programming languages does a {} need",
    "{} salary in california",
)
OTHERS = [
    "dentist",
    "baker",
    "lawyer",
    "plumber",
    "geologist",
    "pharmacist",
    "librarian",
    "surgeon",
    "florist",
]


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("how much do welders make", ("welder",)),
        ("What does an algorithm specialist do?", ("specialist",)),
        ("how much do actuaries and midwives earn", ("midwiv",)),
        ("the hours of data engineers", ("data", "engin")),
        ("what does a good engineer do", ("engin",)),
        ("what do hiring managers look for", ()),
        ("Could I become head of machine learning?", ("head",)),
        ("what about CTO", ("cto",)),
        ("Is a nurse or a teacher paid more?", ("teacher",)),
        ("what do they earn", ()),
        ("I'm a nurse, is it too late for me?", ()),
        ("As a former teacher, where do I start?", ()),
        ("can I switch from accountant", ()),
        ("Who hires most of these specialists?", ()),
        ("which models do they build", ()),
        ("", ()),
    ],
)
def test_the_role_that_a_question_asks_about(text: str, role: tuple[str, ...]) -> None:
    assert role_asked(text) == role


@pytest.mark.parametrize(
    ("before", "text", "role"),
    [
        ("What does an algorithm specialist do?", "How much do they get paid?", ("algorithm", "specialist")),
        ("Can I switch to product manager later?", "what would I make in that job?", ("product", "manag")),
        ("What is a deep learning engineer?", "and the salary for that one?", ("deep", "learn", "engin")),
        ("what about CTO", "and how much would i earn then?", ("cto",)),
        ("what about CTO", "and the pay for that", ("cto",)),
        ("what about CTO", "what does it pay in Virginia?", ("cto",)),
        ("what about CTO", "what does it take?", ()),
        ("a data scientist or this?", "which of the two earns more?", ("data", "scientist")),
        ("NLP engineer or data analyst?", "so who makes more money", ("data", "analyst")),
        ("NLP engineer or data analyst?", "which pays more attention to detail", ()),
        ("What does an algorithm specialist do?", "and the one for languages?", ()),
        ("do internships count for that", "are those paid", ("internship",)),
        ("What are the duties?", "how much do they make?", ()),
        ("I'm a teacher, can I switch to this career?", "how much do they earn?", ()),
        ("As a former teacher, where do I start?", "what skills do they need?", ()),
        ("Can ML engineers become product managers?", "would i still code there", ("product", "manag")),
        ("Who else employs such engineers?", "is it hard in this job", ()),
        ("What is a principal architect?", "who makes robots, what is that job called", ()),
    ],
)
def test_the_role_that_a_follow_up_means(before: str, text: str, role: tuple[str, ...]) -> None:
    assert role_meant(text, before) == role


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("data scientists", ("data", "scientist")),
        ("a principal engineer", ("princip", "engin")),
        ("seniors", ("senior",)),
        ("data scientists in Texas", ()),
        ("startups", ()),
        ("", ()),
    ],
)
def test_a_role_that_is_all_that_is_said(text: str, role: tuple[str, ...]) -> None:
    assert role_named(text) == role


@pytest.mark.parametrize(
    ("role", "named"),
    [
        (("product", "manag"), True),
        (("data", "scientist"), True),
        (("data", "engin"), False),
        (("engin",), True),
        (("scientist", "data"), False),
    ],
)
def test_a_role_is_named_by_its_words_in_order(role: tuple[str, ...], named: bool) -> None:
    texts = ["With data scientists, ML engineers build models.", "Product or project managers lead."]
    assert named_in(texts, role) is named


def test_the_list_is_one_of_words_in_order() -> None:
    names = Path(roles.__file__).with_name("occupations.txt").read_text(encoding="utf-8").split()
    assert names == sorted(set(names))
    assert all(name.replace("-", "", 1).isalpha() and name.islower() for name in names)


def answered(bot: Chatbot, others: list[str]) -> float:
    """The share of the questions about other professions that get an answer."""
    asked = [template.format(other) for template in ASKED for other in others]
    return sum(bot.ask(question).kind == "answer" for question in asked) / len(asked)


def test_other_professions_are_declined(real_bot: Chatbot) -> None:
    assert answered(real_bot, OTHERS) <= 0.03


def test_more_than_one_are_known_too(real_bot: Chatbot) -> None:
    for others in ("actuaries", "secretaries", "salesmen", "waitresses", "midwives"):
        assert real_bot.ask(f"which programming languages do {others} need").kind == "no_answer"


def test_no_alternate_is_taken_for_a_question_about_something_else(real_bot: Chatbot) -> None:
    """Neither about another role nor about a number that is not there: writers say what a section answers."""
    asked = [question for section in real_bot.index.sections for question in section.alternates]
    for answer in real_bot.ask_many([Ask(question) for question in asked]):
        assert answer.kind != "no_answer", answer.question


@pytest.mark.parametrize(
    ("history", "question", "section"),
    [
        ([], "what does a data scientist do", "type-data-scientist"),
        ([], "can ML engineers become product managers", "career-cross-functional"),
        ([], "what do CTOs do", "career-progression"),
        ([], "I'm a nurse, how do I become an ML engineer?", "how-to-become"),
        (["what does a machine learning engineer do"], "how much do they make", "salary"),
        (["I'm a teacher, can I switch to this career?"], "what skills do they need?", "skills"),
        (["What does an algorithm specialist do?"], "what do ML engineers get paid then?", "salary"),
        (["Can I become a principal ML engineer?"], "what do they do then?", "career-progression"),
        (
            ["What's a deep learning engineer?"],
            "what about the one with the algorithms?",
            "type-algorithm-specialist",
        ),
    ],
)
def test_the_guides_own_role_and_those_of_which_it_speaks_are_answered(
    real_bot: Chatbot, history: list[str], question: str, section: str
) -> None:
    answer = real_bot.ask(question, history)
    assert (answer.kind, answer.sources[0].ref.partition("#")[2]) == ("answer", section)


@pytest.mark.parametrize(
    ("history", "question"),
    [
        (["What does an algorithm specialist do?"], "How much do they get paid?"),
        (
            ["What does a computer vision engineer do?", "and an nlp engineer?"],
            "which of them gets paid more?",
        ),
        (["Can I switch to product manager later?"], "How much would I make in that job?"),
        (["Could I become head of machine learning?"], "And what does he earn?"),
        ([], "top employers for accountants"),
    ],
)
def test_what_the_guide_says_at_large_does_not_answer_for_another_role(
    real_bot: Chatbot, history: list[str], question: str
) -> None:
    answer = real_bot.ask(question, history)
    assert answer.kind == "no_answer"
    assert answer.sources, "the nearest are offered"


def test_guides_that_are_of_no_role_are_asked_by_anybody(bot: Chatbot) -> None:
    """FAQ pairs have no aliases: a shop's refunds are a nurse's as well."""
    refund = bot.ask("How does a nurse get a refund?")
    assert refund.sources[0].ref == "orders#refunds"
    assert refund.confidence > bot.threshold / 4
    baker, nurse = (bot.ask(f"What does a {word} earn in Ohio?") for word in ("baker", "nurse"))
    assert nurse.confidence <= round(bot.threshold / 4, 6) < baker.confidence


def test_the_examples_in_the_code_hold() -> None:
    found = doctest.testmod(roles)
    assert found.attempted
    assert not found.failed


def test_among_guides_of_several_roles_another_is_not_any_of_them(trades: Chatbot) -> None:
    for question in (
        "How much do nurses make?",
        "What are the hours of a plumber?",
        "what does a dentist do",
    ):
        assert trades.ask(question).kind == "no_answer", question
    assert trades.ask("What do bakers earn?").sources[0].ref.startswith("baker#")
