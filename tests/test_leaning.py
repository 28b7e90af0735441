"""How a question is worded that leans on the one before it."""

from __future__ import annotations

import doctest

import pytest

from chatbot import asides
from chatbot.conversation import leaning


def test_the_examples_in_the_code_hold() -> None:
    found = doctest.testmod(leaning)
    assert found.attempted == 10
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
        ("and nice-to-haves?", "nice-to-haves?"),
    ],
)
def test_what_leads_in_is_left_out(text: str, left: str) -> None:
    assert leaning.LEAD.sub("", text) == left


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
    [("which of those pays most?", True), ("which one pays most?", True), ("which state pays most", False),
     ("is one of them remote", True), ("do they pay well", False),
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
    assert asides.CORRECTED.match(text)
    assert leaning.REJECTED.sub("", leaning.LEAD.sub("", text)) == meant


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
