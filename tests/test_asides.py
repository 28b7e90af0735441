"""What is said around a question and asks nothing."""

from __future__ import annotations

import doctest

import pytest

from chatbot import asides
from chatbot.answering import Chatbot
from chatbot.conversation import telling


def test_the_examples_in_the_code_hold() -> None:
    found = doctest.testmod(asides)
    assert found.attempted == 5
    assert not found.failed


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("ok forget the money, are the hours decent?", "are the hours decent?"),
        ("fine, sold. which states?", "which states?"),
        ("wow. what makes it go up", "what makes it go up"),
        ("leaving cert is next year, what then?", "leaving cert is next year, what then?"),
        ("well paid jobs?", "well paid jobs?"),
        ("so many steps", "so many steps"),
    ],
)
def test_what_is_said_aside(text: str, left: str) -> None:
    assert asides.ASIDE.sub("", text) == left


@pytest.mark.parametrize("text", [
        "no", "no degree, is that bad?", "not sure", "no experience at all", "no degree, is it not a must?",
        "no, California is not it", "no way they do not code",
    ],
)  # fmt: skip
def test_a_no_is_no_correction_by_itself(text: str) -> None:
    assert not asides.CORRECTED.match(text)


@pytest.mark.parametrize(
    ("text", "switches"),
    [
        ("different topic: which degree do they want", True),
        ("thx. a new question, is it hard?", True),
        ("which topic is next?", False),
        ("is that a new subject?", False),
        ("do they learn a new subject, and is it hard?", False),
        ("different topic - do they code", True),
        ("is the next question answered too", False),
        ("switching topics: who hires the most of them?", True),
        ("ok, change of subject. what do they earn", True),
        ("totally unrelated question: do they code", True),
        ("moving on to something else, the hours?", True),
        ("unrelated industries, do they pay?", False),
        ("different subject-matter experts, who hires them?", False),
    ],
)
def test_what_switches_to_something_else(text: str, switches: bool) -> None:
    assert (asides.SWITCHES.match(text) is not None) is switches
    if switches:
        assert "topic" not in asides.ASIDE.sub("", text)
        assert "question" not in asides.ASIDE.sub("", text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("cool thats all. oh wait, hours?", "hours?"),
        ("wow nice! what are the hours?", "what are the hours?"),
        ("OK, let's say I believe you. What skills count?", "What skills count?"),
        ("thanks but is texas ok?", "but is texas ok?"),
        ("thanks!! last q: where do they work", "where do they work"),
        ("do they need a degree, is that right?", "do they need a degree,"),
        ("Which topics do I need, since I live in Ohio?", "Which topics do I need, since I live in Ohio?"),
        ("In the evening, do they work?", "In the evening, do they work?"),
        ("Good evening! Do they work?", "Do they work?"),
        ("thank you ma'am. And the hours?", "And the hours?"),
        ("python is enough i guess?", "python is enough"),
        ("Thanks. One more: is it hard?", "is it hard?"),
        ("thanks", "thanks"),
        ("Is it fine?", "Is it fine?"),
        ("the last one, what does it do?", "the last one, what does it do?"),
        ("wait, i meant pay", "wait, i meant pay"),
        ("great pay, or not?", "great pay, or not?"),
        ("That sounds quite varied. Who do they work with?", "Who do they work with?"),
        ("That's not enough. What else?", "That's not enough. What else?"),
        ("It's Germany. What do they earn?", "It's Germany. What do they earn?"),
        ("It is unpaid. Do I need it?", "It is unpaid. Do I need it?"),
        ("It's stressful. Is it?", "It's stressful. Is it?"),
        ("how nice, is it remote?", "how nice, is it remote?"),
    ],
)
def test_a_reaction_is_left_out(text: str, left: str) -> None:
    assert asides.without_reaction(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("information on internships", "internships"),
        ("I'm looking for some more details regarding remote work", "remote work"),
        ("an overview of the salaries please", "the salaries please"),
        ("I was wondering whether I need a PhD", "I need a PhD"),
        ("they also ask which language is the most popular.", "which language is the most popular."),
        ("Caller asks about salaries", "salaries"),
        ("what information on visas is there", "what information on visas is there"),
        ("where can I find information about jobs", "where can I find information about jobs"),
        ("do they ask about python in interviews", "do they ask about python in interviews"),
        ("who asks for certifications?", "who asks for certifications?"),
        ("details on that", "details on that"),
        ("does the guide say which one pays more?", "which one pays more?"),
        ("and does this page mention anything about visas", "visas"),
        ("does the guide say so", "does the guide say so"),
    ],
)
def test_what_only_says_that_something_is_asked_is_left_out(text: str, left: str) -> None:
    assert asides.without_frame(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Does my daughter need a degree?", "Does she need a degree?"),
        ("I ask whether my oldest son could work from home", "I ask whether he could work from home"),
        ("is that my son's pay", "is that my son's pay"),
        ("would my brother-in-law be paid more", "would my brother-in-law be paid more"),
        ("my daughter is 15", "my daughter is 15"),
    ],
)
def test_what_is_asked_for_somebody_is_asked_of_anyone(text: str, left: str) -> None:
    assert asides.of_anyone(text) == left


@pytest.mark.parametrize(
    ("question", "section"),
    [
        ("does my husband need a certification", "step-certification"),
        ("How would my nephew become an ML engineer?", "how-to-become"),
    ],
)
def test_what_somebody_needs_is_answered(real_bot: Chatbot, question: str, section: str) -> None:
    answer = real_bot.ask(question)
    assert (answer.kind, answer.sources[0].ref.partition("#")[2]) == ("answer", section)


@pytest.mark.parametrize(
    "question", ["Does my friend in Texas make more?", "Does my dad know it?", "Will my husband like it?"]
)
def test_what_is_asked_of_somebody_in_particular_stays(real_bot: Chatbot, question: str) -> None:
    assert telling.asking(real_bot.retriever, question) == question


@pytest.mark.parametrize(("text", "left"), [
    ("its the lowest right?", "its the lowest?"),
    ("California pays most, isn't it?", "California pays most?"),
    ("is it right?", "is it right?"),
    ("which one is correct?", "which one is correct?"),
    ("the last one i mean", "the last one"),
    ("thats still a lot. and the second?", "and the second?"),
    ("still not enough. and Ohio?", "and Ohio?"),
    ("not bad. which state?", "which state?"),
    ("this is useless, just tell me how much they make", "how much they make"),
    ("simply tell me about the hours", "about the hours"),
    ("Respected sir, which degree is needed", "which degree is needed"),
    ("Sir Isaac is my hero, is it hard?", "Isaac is my hero, is it hard?"),
    ("I live in Oslo, just tell me how much it is", "I live in Oslo, just tell me how much it is"),
])  # fmt: skip
def test_tags_and_judgements_are_left_out(text: str, left: str) -> None:
    assert asides.without_reaction(text) == left
