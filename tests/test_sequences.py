"""What is named one after the other: which item a question picks, and what speaks of what was named."""

from __future__ import annotations

import pytest

from chatbot.answering import Chatbot
from chatbot.conversation import sequences
from tests.places import topic

TYPES = "What types of ML engineers are there?"
PAY = "Which state pays ML engineers the most?"


@pytest.mark.parametrize(
    ("anchor", "first", "last", "count"),
    [
        ("jobs-employers", "Google", "Apple", 5),
        ("salary-states", "California", "Massachusetts", 5),
        ("jobs-sites", "zengig", "AI Job Pro", 5),
        ("types", "Algorithm specialist", "Computer vision engineer", 5),
    ],
)  # fmt: skip
def test_the_items_of_a_section(real_bot: Chatbot, anchor: str, first: str, last: str, count: int) -> None:
    items = sequences.items(real_bot.retriever, topic(real_bot, anchor))
    assert (items[0].name, items[-1].name, len(items)) == (first, last, count)


@pytest.mark.parametrize(
    ("anchor", "text", "name", "asked"),
    [
        ("types", "tell me more about the second one", "Data scientist", ""),
        ("types", "the last one on that list?", "Computer vision engineer", ""),
        ("type-nlp", "and the first one on that list?", "Algorithm specialist", ""),
        ("type-nlp", "what is the third type", "Deep learning engineer", ""),
        ("type-nlp", "and the last one?", "Computer vision engineer", ""),
        ("salary-states", "and the runner-up?", "Washington", ""),
        ("salary-states", "who is in second place", "Washington", ""),
        ("salary-states", "what about number four", "Virginia", ""),
        (
            "salary-states",
            "And the second, third and fifth?",
            "Washington and New York and Massachusetts",
            "",
        ),
        ("jobs-employers", "And the fourth and fifth?", "Amazon and Apple", ""),
        ("jobs-employers", "who's third on that list", "Microsoft", ""),
        ("jobs-employers", "which comes second?", "Facebook", ""),
        (
            "tips-network",
            "the second one, what's it called again",
            "Professional Association for SQL Server",
            "",
        ),
        ("jobs-employers", "what does #2 pay?", "Facebook", "what does Facebook pay?"),
        ("jobs-employers", "is the first one in Europe", "Google", "is Google in Europe"),
        ("type-deep-learning", "the language one", "Natural language processing (NLP) engineer", ""),
        ("tips", "give me the data one", "Be knowledgeable in data management", ""),
        ("how-to-become", "the third step please", "Step 3: Specialized machine learning study", ""),
        ("step-masters", "what's the last step", "Step 8: Job application and interviews", ""),
    ],
)
def test_an_item_is_picked(real_bot: Chatbot, anchor: str, text: str, name: str, asked: str) -> None:
    picked = sequences.pick(real_bot.retriever, text, topic(real_bot, anchor))
    assert picked is not None
    assert (picked[0].name, picked[1]) == (name, asked)


@pytest.mark.parametrize(
    ("anchor", "text"),
    [
        ("types", "what should I learn first"),
        ("salary-states", "what about number 0"),
        ("types", "how was the first interview"),
        ("salary-states", "how were the first and second interviews"),
        ("salary-states", "how do the first and second years of a degree differ"),
        ("types", "and the sixth one?"),
        ("types", "the first and second"),
        ("salary-states", "and the fifth and sixth?"),
        ("definition", "when was the very first one hired"),
        ("step-languages", "how do I write a loop in the first one"),
        ("skills-math", "why is that the last thing they check"),
        ("faq-certifications", "the second one?"),  # beside other questions, not one of several
        ("work-environment", "and the first one?"),
        ("faq-progression", "the work one"),
        ("jobs-employers", "which one is best"),
        ("jobs-employers", "who is hired first in a crisis"),
        ("jobs-employers", ""),
    ],
)
def test_nothing_is_picked(real_bot: Chatbot, anchor: str, text: str) -> None:
    assert sequences.pick(real_bot.retriever, text, topic(real_bot, anchor)) is None


def test_what_speaks_of_the_items_is_found(real_bot: Chatbot) -> None:
    mask = sequences.among(real_bot.retriever, topic(real_bot, "jobs-states"))
    assert mask is not None
    speaks = {ref.partition("#")[2] for ref, held in zip(real_bot.index.refs, mask, strict=True) if held}
    assert speaks == {"jobs-states", "jobs", "salary-states"}
    assert sequences.among(real_bot.retriever, topic(real_bot, "work-hours")) is None


@pytest.mark.parametrize(
    ("anchor", "text", "before", "found"),
    [
        ("step-bachelors", "what comes next?", "", "step-specialized-study"),
        ("step-bachelors", "and before that?", "", "step-high-school"),
        ("how-to-become", "and after that?", "What is step 3 to become an ML engineer?", "step-masters"),
        ("how-to-become", "what comes after that", "What is the first step to become one?", "step-bachelors"),
        ("how-to-become", "and the one after?", "And step two?", "step-specialized-study"),
        ("step-high-school", "ok high school is done, whats next", "", "step-bachelors"),
        ("step-masters", "masters done, what comes next?", "", "step-experience"),
        ("step-masters", "what master's degree comes before that?", "", None),
        ("step-languages", "what programming language should i learn next", "", None),
        ("step-job-application", "what comes next?", "", None),
        ("step-job-application", "how do I get my resume noticed before that", "", None),
        ("step-job-application", "and before that, what should be in my portfolio?", "", None),
        ("step-job-application", "and before that, what do I do?", "", "step-certification"),
        ("step-masters", "and before that, what should I study?", "", "step-specialized-study"),
        ("step-masters", "and next year?", "", None),
        ("work-hours", "what comes next?", "What are the hours?", None),
    ],
)
def test_what_comes_after_and_before(
    real_bot: Chatbot, anchor: str, text: str, before: str, found: str | None
) -> None:
    section = sequences.beside(real_bot.retriever, text, before, topic(real_bot, anchor))
    assert section == (None if found is None else topic(real_bot, found))


@pytest.mark.parametrize(
    ("history", "question", "kind", "section", "text"),
    [
        ([TYPES], "tell me more about the third", "answer", "type-deep-learning", "neural networks"),
        ([PAY], "and the runner-up?", "answer", "salary-states", "$138,400"),
        ([TYPES], "which of those pays most?", "no_answer", None, ""),
        (["Who are the top employers?"], "Which of them pays the highest salary?", "no_answer", None, ""),
        (["Which associations should I join?"], "is the first one expensive", "no_answer", None, ""),
    ],
)
def test_in_a_conversation(
    real_bot: Chatbot, history: list[str], question: str, kind: str, section: str | None, text: str
) -> None:
    answer = real_bot.ask(question, history)
    assert answer.kind == kind
    assert section is None or answer.sources[0].ref.endswith(f"#{section}")
    assert text in answer.text


@pytest.mark.parametrize(
    ("anchor", "text", "asked"),
    [("step-job-application", "and then?", True), ("step-masters", "and then?", False),
     ("step-job-application", "after all eight steps, what then?", False),
     ("step-job-application", "what salary can i expect after that?", False), ("types", "and then?", False)],
)  # fmt: skip
def test_what_comes_after_the_last_step(real_bot: Chatbot, anchor: str, text: str, asked: bool) -> None:
    found = sequences.is_asked_past_the_last(real_bot.retriever, text, topic(real_bot, anchor))
    assert found is asked


@pytest.mark.parametrize(
    ("anchor", "text", "found"),
    [
        ("tips", "about networking", "tips-network"),
        ("salary-states", "the industries", "salary-industries"),
        ("jobs-states", "top", None),  # all of them are
        ("jobs-states", "industries", None),  # away from it
        ("tips", "", None),
    ],
)
def test_a_heading_near_the_topic_is_called_by_its_words(
    real_bot: Chatbot, anchor: str, text: str, found: str | None
) -> None:
    section = sequences.called(real_bot.retriever, text, topic(real_bot, anchor))
    assert section == (None if found is None else topic(real_bot, found))


@pytest.mark.parametrize(
    ("history", "question", "section"),
    [
        (["How do I become one?"], "and then?", "Step 1: Complete high school"),
        (["How do I become one?", "and then?"], "and after that", "Step 2: Earn a bachelor's degree"),
        (["what career tips are there", "the third"], "and the next", "Foster strong communication skills"),
    ],
)
def test_what_comes_next_after_the_whole_and_in_a_series(
    real_bot: Chatbot, history: list[str], question: str, section: str
) -> None:
    assert real_bot.ask(question, history).sources[0].section == section


@pytest.mark.parametrize(
    ("before", "question"),
    [
        ("Which programming languages do I need?", "the first one"),
        ("Which certifications are good?", "and the first"),
    ],
)
def test_the_first_of_what_a_sentence_names_is_neither_a_step_nor_a_question(
    real_bot: Chatbot, before: str, question: str
) -> None:
    assert real_bot.ask(before).kind == "answer"
    first = real_bot.ask(question, [before]).sources[0].section
    assert first not in (
        "Step 1: Complete high school",
        "Which key skills does a successful ML engineer need?",
    )


def test_a_step_past_the_last_is_not_there_after_another_one(real_bot: Chatbot) -> None:
    answer = real_bot.ask("step 9", ["how many steps does it take to become one?", "step 7"])
    assert (answer.kind, answer.missing) == ("no_answer", ("Step 9",))


@pytest.mark.parametrize(
    ("before", "question", "said"),
    [
        ("best paying state?", "2nd?", "Washington: $138,400 a year."),
        ("best paying state?", "and third", "New York: $137,900 a year."),
        ("lowest paying state?", "the second?", "Virginia: $136,960 a year."),
        ("lowest paying industry?", "second?", "Software Publishers: $135,330 a year."),
    ],
)
def test_a_place_alone_is_of_the_rows_in_the_order_that_was_asked_for(
    real_bot: Chatbot, before: str, question: str, said: str
) -> None:
    assert real_bot.ask(question, [before]).text == said


@pytest.mark.parametrize("question", ["2nd?", "third"])
def test_a_place_alone_is_none_where_nothing_is_listed(real_bot: Chatbot, question: str) -> None:
    assert real_bot.ask(question, ["what are the work hours?"]).kind != "answer"


@pytest.mark.parametrize("text", [
    "at last", "hang on, what is that job in the first place?", "one second", "i second that", "first of all",
])  # fmt: skip
def test_what_only_sounds_like_a_place_is_none(text: str) -> None:
    assert sequences.PLACE.search(text) is None or sequences.PLACE.search(text)["the"] is None


def test_the_last_of_the_lowest_is_the_last(real_bot: Chatbot) -> None:
    answer = real_bot.ask("the last one i mean", ["Which industries pay most?", "and the lowest?"])
    assert answer.text == "Management of Companies and Enterprises: $133,530 a year."
