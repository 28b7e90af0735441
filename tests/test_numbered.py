"""Items of a numbered list: by number, the first and the last, and what comes next to which."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatbot.answering import Chatbot
from chatbot.conversation import numbered, steps
from chatbot.guides import Unit
from chatbot.guides.markdown import read_markdown
from chatbot.passages import steps_of
from tests.places import topic

CLEAN = "How do I clean the burrs?"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("What is step 3 of cleaning the burrs?", 3),
        ("third step of cleaning", 3),
        ("number two when cleaning", 2),
        ("what is the last step", 5),
        ("what do I do first when I clean them", 1),
        ("what's the first thing to do", 1),
        ("how do I start?", 1),
        ("what do I do after emptying the jar?", 3),
        ("what comes after pulling the plug", 2),
        ("what comes before the brushing of burrs?", 3),
        ("what comes after step 4?", 5),
        ("which step is brushing?", 4),
        ("what comes after putting it back until it clicks", None),  # nothing
        ("what comes before pulling the plug", None),
        ("what can I drink after brushing?", None),  # something else is asked
        ("which step is about the burr", None),  # there are several
        ("where do I start", 1),
        ("what does it start with", 1),
        ("does it start with a fee?", None),
        ("how do I start the mill?", None),
        ("do I brush first or last?", None),
        ("who comes out the first", None),
        ("what do I take from shelf number 3?", None),
        ("how long does step 3 take?", None),
        ("how do I do step 3?", 3),
        ("step 9", None),
        ("how do I clean the burrs?", None),
        ("what do I do before the first use?", None),
    ],
)
def test_the_item_that_is_asked_for(manual: Chatbot, text: str, number: int | None) -> None:
    item = numbered.item(manual.retriever, topic(manual, "cleaning"), text)
    assert (item and item.number) == number


def test_bullets_have_no_numbers(manual: Chatbot) -> None:
    section = topic(manual, "guarantee")
    assert not numbered.items(manual.retriever, section)
    assert numbered.item(manual.retriever, section, "what is step 1?") is None
    assert numbered.not_there(manual.retriever, section, "what is step 7?") is None


@pytest.mark.parametrize(
    ("history", "question", "text"),
    [
        ([], "What is the third step of cleaning?", "3. Turn the upper burr to the left and take it out."),
        ([], "what do i do first when cleaning?", "1. Pull the plug."),
        ([], "whats the first thing to do in cleaning", "1. Pull the plug."),
        ([], "what is the second step before first use", "2. Plug the mill in and turn the dial to 5."),
        ([CLEAN], "and step 4?", "4. Brush both burrs; never use water."),
        ([CLEAN], "the third one", "3. Turn the upper burr to the left and take it out."),
        ([CLEAN], "what's the last step?", "5. Put the burr back and turn it until it clicks."),
        ([CLEAN, "step 2?"], "and then?", "3. Turn the upper burr to the left and take it out."),
        ([CLEAN, "step 2?"], "and before that?", "1. Pull the plug."),
        (
            [CLEAN, "what do I do first?", "what's next?"],
            "and after that?",
            "3. Turn the upper burr to the left and take it out.",
        ),
    ],
)
def test_one_item_is_the_answer(manual: Chatbot, history: list[str], question: str, text: str) -> None:
    answer = manual.ask(question, history)
    assert (answer.kind, answer.text) == ("answer", text)


@pytest.mark.parametrize(
    ("history", "question"),
    [([], CLEAN), ([], "how many steps does cleaning take"), ([CLEAN], "how many steps are there?")],
)
def test_the_whole_list_keeps_its_numbers(manual: Chatbot, history: list[str], question: str) -> None:
    answer = manual.ask(question, history)
    assert answer.text == (
        "1. Pull the plug. 2. Empty the jar and lift the lid off. 3. Turn the upper burr to the left and "
        "take it out. 4. Brush both burrs; never use water. 5. Put the burr back and turn it until it clicks."
    )


def test_a_list_from_another_number_on(tmp_path: Path) -> None:
    file = tmp_path / "guide.md"
    guide = read_markdown(file, "# Tea\n\n4) Boil water.\n5) Wait!\n9) Pour\n\n- no milk\n")
    assert [unit.number for unit in guide.sections[0].units] == [4, 5, 6, None]


@pytest.mark.parametrize(
    ("history", "question", "missing"),
    [
        ([], "step 9 of cleaning the burrs", "Step 9"),
        ([CLEAN], "step 7?", "Step 7"),
        ([CLEAN, "step 5"], "and then?", "Step 6"),
    ],
)
def test_an_item_past_the_last_is_not_there(
    manual: Chatbot, history: list[str], question: str, missing: str
) -> None:
    answer = manual.ask(question, history)
    assert (answer.kind, answer.missing) == ("no_answer", (missing,))
    assert f"The guide lists 5, by step: 1, 2, 3, 4 and 5. {missing} is not among them." in answer.text


@pytest.mark.parametrize(
    "question", ["Which of them is on shelf number 9?", "how often is step 9 done", "step 5"]
)
def test_no_other_number_denies_an_item(manual: Chatbot, question: str) -> None:
    found = numbered.not_there(manual.retriever, topic(manual, "cleaning"), question)
    assert (found is None) == ("step 9" not in question)


def test_how_many_steps_something_else_has_is_not_of_the_topic(manual: Chatbot) -> None:
    answer = manual.ask("How many steps are there before the first use?", [CLEAN])
    assert (answer.sources[0].ref, answer.text[:11]) == ("coffee-mill#first-use", "Then: 1. Wi")


@pytest.mark.parametrize(
    ("text", "any_step"),
    [("step 3", True), ("the last stage", True), ("what comes after it?", True), ("what precedes it", True),
     ("which follows?", True), ("Part two", True), ("and the one before", True), ("how much is it?", False)],
)  # fmt: skip
def test_what_names_no_step_is_told_by_a_few_marks(text: str, any_step: bool) -> None:
    asked = (steps.STEP, steps.LAST_STEP, steps.NEXT_TO)
    if any(each.search(steps.by_number(text)) for each in asked):
        assert steps.may_be_asked(text)
    assert steps.may_be_asked(text) == any_step


def test_two_lists_of_one_section_are_not_counted_through() -> None:
    first = tuple(Unit("item", n, n + 1, "do it", number=n) for n in (1, 2))
    assert steps_of(first) == first
    assert steps_of((*first, Unit("sentence", 5, 6, "Then:"), *first)) == ()
