"""How a question is worded that leans on the one before it."""

from __future__ import annotations

import doctest

import pytest

from chatbot import leaning


def test_the_examples_in_the_code_hold() -> None:
    found = doctest.testmod(leaning)
    assert found.attempted == 7
    assert not found.failed


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("and in Washington?", "in Washington?"),
        ("ok, so what about the hours?", "the hours?"),
        ("no i meant the jobs", "the jobs"),
        ("Nope, what I really meant: remote work", "remote work"),
        ("sorry, I mean in Virginia", "in Virginia"),
        ("no not the state, i mean what industry", "what industry"),
        ("not everybody is what i mean", "not everybody is what i mean"),
        ("what i mean is do they hire", "do they hire"),
        ("i mean to become an engineer", "i mean to become an engineer"),
        ("no degree needed?", "no degree needed?"),
        ("nice employers?", "nice employers?"),
    ],
)
def test_what_leads_in_is_left_out(text: str, left: str) -> None:
    assert leaning.LEAD.sub("", text) == left


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
    assert leaning.ASIDE.sub("", text) == left


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("how much do they make?", True),
        ("is that normal", True),
        ("the ones in California", True),
        ("is there an association", False),
        ("is this job hard", False),
        ("the skills that matter", False),
        ("should one know people", False),
        ("", False),
    ],
)
def test_what_points_back(text: str, points: bool) -> None:
    assert leaning.points(text) is points


@pytest.mark.parametrize(
    ("text", "several"),
    [("which of those pays most?", True), ("is one of them remote", True), ("do they pay well", False),
     ("do those two pay well", True),
     ("are these jobs remote", False)],
)  # fmt: skip
def test_what_points_at_several(text: str, several: bool) -> None:
    assert leaning.points_at_several(text) is several


@pytest.mark.parametrize(
    ("text", "asks_on"),
    [
        ("why?", True),
        ("ok but why", True),
        ("which ones exactly?", True),
        ("why would i bother then", True),
        ("for example?", True),
        ("why's that?", True),
        ("anyone else?", True),
        ("what kind exactly?", True),
        ("any in particular you'd name?", True),
        ("could you show me a few good ones, please?", True),
        ("are they all the same type", False),
        ("would you recommend that?", False),
        ("should I mention my name?", False),
        ("which type is not good?", False),
        ("is that specific to you?", False),
        ("why this one in particular and no other", False),
        ("Why should I get a certification?", False),
        ("what kind of degree do I need", False),
    ],
)
def test_what_asks_on(text: str, asks_on: bool) -> None:
    assert leaning.asks_on(text) is asks_on


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("no, Washington, not California", "Washington"),
        ("no not nlp, the deep learning one", "the deep learning one"),
        ("no, not pay. where most jobs are", "where most jobs are"),
        ("no, i mean which state has the most jobs, not pay", "which state has the most jobs"),
        ("nah, Virginia, not New York", "Virginia"),
        ("sorry i meant jobs, not pay. which states?", "jobs. which states?"),
        ("sorry, I meant 2 hours, not 3.5 hours", "2 hours, not 3.5 hours"),
    ],
)
def test_a_correction_without_what_was_not_meant(text: str, meant: str) -> None:
    assert leaning.CORRECTED.match(text)
    assert leaning.REJECTED.sub("", leaning.LEAD.sub("", text)) == meant


@pytest.mark.parametrize("text", [
        "no", "no degree, is that bad?", "not sure", "no experience at all", "no degree, is it not a must?",
        "no, California is not it", "no way they do not code",
    ],
)  # fmt: skip
def test_a_no_is_no_correction_by_itself(text: str) -> None:
    assert not leaning.CORRECTED.match(text)


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
    assert (leaning.SWITCHES.match(text) is not None) is switches
    if switches:
        assert "topic" not in leaning.ASIDE.sub("", text)
        assert "question" not in leaning.ASIDE.sub("", text)


@pytest.mark.parametrize(
    ("asking", "text"),
    [(True, text) for text in (
        "more", "More, please!", "can you tell me more about it?", "go on", "explain that", "in more detail",
        "I'd like to know more", "what else?",
        "anything else?", "more pls", "go on then", "tell  me more", "thank you. More please", "i want more",
        "OK, tell me more about them", "yes please continue", "any more details?",
    )]
    + [(False, text) for text in (
        "tell me more about networking", "how many more?", "explain NLP", "what else do they do?",
        "more work",
        "details of the master's", "continue learning", "expand on Python", "and more pay?", "why?",
    )],
)  # fmt: skip
def test_asking_for_more_names_nothing_of_it(asking: bool, text: str) -> None:
    assert leaning.asks_for_more(text) == asking
    assert leaning.without_more(["first", text, "last"]) == (
        ("first", "last") if asking else ("first", text, "last")
    )
