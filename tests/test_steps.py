"""Steps of a sequence: by number, by place, and what comes after or before one that is named."""

from __future__ import annotations

import doctest
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from chatbot.answering import Chatbot
from chatbot.conversation import steps
from tests.places import topic


def test_of_two_steps_none_is_asked_for_alone() -> None:
    assert not steps.is_asked_alone("Can I do step 5 before step 3?")


def test_the_examples_in_the_code_hold() -> None:
    found = doctest.testmod(steps)
    assert found.attempted == 4
    assert not found.failed


@pytest.mark.parametrize(
    ("anchor", "text", "found"),
    [("how-to-become", "step 6?", "step-languages"), ("how-to-become", "And step two?", "step-bachelors"),
     ("step-masters", "five", "step-experience"), ("how-to-become", "step 9", None), ("types", "five", None),
     ("how-to-become", "the fifth step", "step-experience"), ("how-to-become", "the ninth step", None)],
)  # fmt: skip
def test_a_step_by_its_number(real_bot: Chatbot, anchor: str, text: str, found: str | None) -> None:
    section = steps.named(real_bot.retriever, text, topic(real_bot, anchor))
    assert section == (None if found is None else topic(real_bot, found))


@pytest.mark.parametrize(
    ("question", "section"),
    [
        ("What is the fifth step?", "step-experience"),
        ("What is the seventh step on the way to becoming an ML engineer?", "step-certification"),
        ("first step to become one?", "step-high-school"),
        ("what is the last step", "step-job-application"),
        ("which step comes last?", "step-job-application"),
        ("what's the final step to become one", "step-job-application"),
        ("What is the last step before certification?", "step-certification"),
        ("what's the second to last step", "step-certification"),
        ("what is the last but one step to become one?", "step-certification"),
    ],
)
def test_a_step_is_asked_for_by_its_place(real_bot: Chatbot, question: str, section: str) -> None:
    answer = real_bot.ask(question)
    assert (answer.kind, answer.sources[0].ref) == ("answer", f"machine-learning-engineer#{section}")


@pytest.mark.parametrize(
    ("question", "history"),
    [("what are the eight steps", []), ("the 8 steps?", []),
     ("ok then what are the steps?", ["how long does it take to become an ml engineer"]),
     ("that's only step 2. give me all of them", ["what is step 2?"]),
     ("so what are all 8 names", ["what is step 2?"]),
     ("what are all eight called", ["how many steps are there?"]),
     ("the full list please", ["what is step 2?"])],
)  # fmt: skip
def test_all_the_steps_are_asked_for(real_bot: Chatbot, question: str, history: list[str]) -> None:
    answer = real_bot.ask(question, history)
    assert (answer.kind, answer.sources[0].ref) == ("answer", "machine-learning-engineer#how-to-become")


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("steps 2 and 3", True),
        ("steps 2 and 9", False),
        ("step 2 and step 2", False),
        ("step 2 and stage 3", False),
    ],
)
def test_two_steps_are_only_asked_for_where_both_are_there(real_bot: Chatbot, text: str, there: bool) -> None:
    retriever = real_bot.retriever
    assert bool(steps.both(retriever, text, retriever.ranker.answerable)) is there


def test_two_numbers_are_two_of_what_the_topic_is(bot_of: Callable[[str], Chatbot]) -> None:
    stages = "".join(
        f"## Stage {n}: {name}\n\nThe {name} takes a day.\n\n"
        for n, name in enumerate(["mixing", "resting", "baking", "cooling"], 1)
    )
    retriever = bot_of(f"---\ntitle: Bread\n---\n\n{stages}").retriever
    every = retriever.ranker.answerable
    assert steps.both(retriever, "3 and 4?", every, topic=1) == ["stage 3", "stage 4"]
    assert steps.every(retriever, "what are the four stages?") is None  # no section heads them
    assert steps.every(retriever, "what are the four steps?") is None


def test_of_so_many_steps_there_is_no_list(real_bot: Chatbot) -> None:
    assert real_bot.ask("what are the nine steps").kind != "answer"


@pytest.mark.parametrize(
    ("question", "history"),
    [("what is step 5 and step 6", []), ("steps five and six?", []), ("and 5 and 6?", ["what is step 4?"])],
)
def test_two_steps_get_a_quote_each(real_bot: Chatbot, question: str, history: list[str]) -> None:
    answer = real_bot.ask(question, history)
    assert [source.ref.split("#")[1] for source in answer.sources[:2]] == [
        "step-experience",
        "step-languages",
    ]
    assert len(answer.text.split("\n\n")) == 2


def test_a_step_past_the_last_is_not_there(real_bot: Chatbot) -> None:
    answer = real_bot.ask("what's the ninth step?")
    assert (answer.kind, answer.reason) == ("no_answer", "not_in_guide")
    assert "The guide lists 8" in answer.text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("What comes after high school?", "step-bachelors"),
        ("And after high school, what should she study?", "step-bachelors"),
        ("what's the step after the bachelor's degree", "step-specialized-study"),
        ("once I have finished high school, what do I do after that", "step-bachelors"),
        ("After getting a master's degree, what comes next?", "step-experience"),
        ("next step after bachelors", "step-specialized-study"),
        ("what comes before certification?", "step-languages"),
        (
            "which step precedes the master's degree on the way to becoming an ML engineer",
            "step-specialized-study",
        ),
        ("what comes after step 4?", "step-experience"),
        ("i take physics already, what comes after high school?", "step-bachelors"),
        ("and after the master's?", "step-experience"),
        ("I finished my bachelor in physics. What should I do next?", "step-specialized-study"),
        ("i already have a master's, what now?", "step-experience"),
        ("i said i have the bachelor's. whats the next step after that?", "step-specialized-study"),
        ("ok skip the master's. what do i do after", "step-experience"),
        ("i did the bachelor's and the master's. what's next?", "step-experience"),
        ("high school -> bachelor -> then what?", "step-specialized-study"),
        ("i have no bachelor's. what next?", None),
        ("got zero experience, what now?", None),
        ("I have a degree in nursing, what next?", None),
        ("I have yet to complete high school. What's next?", None),
        ("I still have to finish high school, what next?", None),
        ("I have dropped out of high school. What should I do next?", None),
        ("I have failed the certification. What next?", None),
        ("my dad has a master's. what should i do next?", None),
        ("I have completed my PhD. What should I do next?", None),
        ("I have gained weight. What now?", None),
        ("I have experience as a lawyer, what next?", None),
        ("I have an interview tomorrow. What next?", None),
        ("after the interview?", None),
        ("which step follows the third step?", "step-masters"),
        ("what is the step before step 4?", "step-specialized-study"),
        ("What do ML engineers earn after certification?", None),
        ("What should I know before a job interview?", None),
        ("what can I earn after a bachelor's degree?", None),
        ("what comes before high school?", None),
        ("which jobs can I get after a bachelor's degree", None),  # more is asked
        ("what comes after my degree", None),  # there are two
        ("how long after high school", None),
        ("what comes after the internship", None),  # in no heading
        ("what is high school good for", None),
    ],
)
def test_the_step_next_to_one_that_is_named(real_bot: Chatbot, text: str, found: str | None) -> None:
    retriever = real_bot.retriever
    within = np.flatnonzero(retriever.allowed(())).tolist()
    step = steps.next_to(retriever, text, within)
    assert step == (None if found is None else (topic(real_bot, found), ""))


@pytest.mark.parametrize("history", [[], ["How do I become an ML engineer?"]])
@pytest.mark.parametrize(
    ("question", "section"),
    [("What comes after the bachelor's degree?", "step-specialized-study"),
     ("what comes after step 4?", "step-experience"),
     ("what follows practical experience?", "step-languages")],
)  # fmt: skip
def test_what_comes_after_a_step_is_answered_alone_and_in_a_conversation(
    real_bot: Chatbot, history: list[str], question: str, section: str
) -> None:
    answer = real_bot.ask(question, history)
    assert (answer.kind, answer.sources[0].ref) == ("answer", f"machine-learning-engineer#{section}")


@pytest.mark.parametrize(
    ("titles", "asked", "found", "past"),
    [
        (("1. Mix", "2. Knead", "3. Bake"), "what is step 2?", "2. Knead", "Step 4"),
        (("Week 1: Mix", "Week 2: Knead", "Week 3: Bake"), "the third step", "Week 3: Bake", "Step 4"),
        (("Stage 0: Plan", "Stage 1: Mix", "Stage 2: Bake"), "stage 2", "Stage 2: Bake", "Stage 3"),
        (("Step 1: Mix", "Step 2: Knead", "Step 4: Bake"), "step 4", "Step 4: Bake", "Step 5"),
        (("Part 1: Mix", "Part 2: Knead"), "part 2", "Part 2: Knead", "Step 3"),
        (("Day 1: Mix", "Day 2: Knead"), "part 2", "", "Step 3"),
        (("2019: Founding", "2020: Growth"), "step 2", "", ""),
    ],
)
def test_steps_by_whatever_they_are_called(
    bot_of: Callable[[str], Chatbot], titles: Sequence[str], asked: str, found: str, past: str
) -> None:
    told = "".join(f"### {title}\n\nDo that for {n} hours.\n\n" for n, title in enumerate(titles, 7))
    bot = bot_of(f"# Bread\n\n## Baking bread\n\nIt takes some steps.\n\n{told}")
    retriever, sections = bot.retriever, bot.index.sections
    numbers = steps.numbered(retriever, asked, range(len(sections)), loosely=True)
    assert [sections[n].title for n in numbers] == [found] * bool(found)
    if past:
        assert steps.past_the_last(retriever, len(sections) - 1).endswith(f"? {past}")


def test_what_is_called_a_step_goes_before_what_is_only_numbered(bot_of: Callable[[str], Chatbot]) -> None:
    told = "".join(f"### {title}\n\nText of it.\n\n" for title in ("Step 1: Mix", "Step 2: Bake"))
    told += "## History\n\nLong ago.\n\n### 1. The oven\n\nIt was hot.\n\n### 2. The mill\n\nIt was big.\n"
    retriever = bot_of(f"# Bread\n\n## Baking\n\nIt takes steps.\n\n{told}").retriever
    sections = retriever.index.sections
    for loosely in (False, True):
        (found,) = steps.numbered(retriever, "step 2?", range(len(sections)), loosely)
        assert sections[found].title == "Step 2: Bake"
    chapters = [n for n, section in enumerate(sections) if section.title[:2] in ("1.", "2.")]
    assert not steps.numbered(retriever, "step 2?", chapters)
    assert not steps.numbered(retriever, "step 0", range(len(sections)), loosely=True)


def test_a_numbered_list_goes_before_numbered_chapters(bot_of: Callable[[str], Chatbot]) -> None:
    told = "## 1. Safety\n\nTake care.\n\n## 2. Cleaning\n\n1. Empty the jar.\n2. Rinse it.\n3. Dry it.\n\n"
    retriever = bot_of(f"# Mill\n\n{told}## 3. Warranty\n\nTwo years.\n").retriever
    cleaning, warranty = (retriever.index.refs.index(ref) for ref in ("guide#2-cleaning", "guide#3-warranty"))
    assert steps.named(retriever, "step 3?", cleaning) is None
    assert steps.named(retriever, "step 3?", warranty) == warranty


@pytest.mark.parametrize("history", [[], ["How do I become an ML engineer?"]])
def test_nothing_comes_after_the_last_step(real_bot: Chatbot, history: list[str]) -> None:
    answer = real_bot.ask("What comes after the job application?", history)
    assert answer.kind == "no_answer"
    assert "The guide lists 8" in answer.text


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("which step is certification?", "Step 7: Certification. "),
        ("Which step is marked as optional?", "Step 4: Get a master's degree (optional). "),
        ("Should I get a certification?", "A certification "),
        ("Which programming languages are needed?", "Python, R, SQL and Java "),
    ],
)
def test_who_asks_which_step_it_is_is_told(real_bot: Chatbot, question: str, said: str) -> None:
    assert real_bot.ask(question).text.startswith(said)


@pytest.mark.parametrize(("question", "section"), [
    ("step 1 i have. tell me step 2", "step-bachelors"),
    ("done with step 3. next?", "step-masters"),
])  # fmt: skip
def test_the_step_that_is_asked_for_is_not_the_one_that_is_done(
    real_bot: Chatbot, question: str, section: str
) -> None:
    answer = real_bot.ask(question, ["how i become ML engineer?"])
    assert answer.sources[0].ref.endswith(f"#{section}")


@pytest.mark.parametrize(("question", "step"), [
    ("and after the fifth?", "Step 6"),
    ("what comes before the fifth one", "Step 4"),
    ("go back to the second one", "Step 2"),
    ("please skip to the last one", "Step 8"),
    ("And the one before the last?", "Step 7"),
])  # fmt: skip
def test_after_a_step_others_are_called_by_their_places(real_bot: Chatbot, question: str, step: str) -> None:
    assert real_bot.ask(question, ["what is step 5?"]).sources[0].section.startswith(step)


def test_of_the_steps_counted_before_the_last_is_one_too(real_bot: Chatbot) -> None:
    history = ["how many steps to become an ml engineer", "which one is optional"]
    assert real_bot.ask("and which one is the last", history).sources[0].section.startswith("Step 8")
