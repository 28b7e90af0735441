"""What a follow-up picks of what its topic names, or goes on to."""

from __future__ import annotations

import numpy as np
import pytest

from chatbot import lexical
from chatbot.answering import Chatbot
from chatbot.conversation import picking
from tests.places import topic


@pytest.mark.parametrize(
    ("anchor", "text", "section", "understood"),
    [
        ("step-masters", "and 5 and 6?", None, "step 5 and step 6"),
        ("step-masters", "all of them", "how-to-become", "How to become an ML engineer"),
        ("step-masters", "and then?", "step-experience", "Step 5: Gain practical experience"),
        ("types", "the second one", "type-data-scientist", "Data scientist"),
        ("types", "the data one", "type-data-scientist", "Data scientist"),
        ("salary-states", "and the lowest of them?", "salary-states", None),
        ("salary-states", "is Virginia among the top job states?", "jobs-states", None),
        ("salary-states", "is it at least in the top five for jobs", "jobs-states", None),
        ("jobs-states", "Is Texas among the best paying ones?", "salary-states", None),
    ],
)
def test_a_follow_up_leads_to_a_section(
    real_bot: Chatbot, anchor: str, text: str, section: str | None, understood: str | None
) -> None:
    retriever = real_bot.retriever
    allowed = retriever.ranker.answerable
    bare, number = text.removeprefix("and "), topic(real_bot, anchor)
    before = retriever.index.sections[number].title
    found = picking.in_sequence(retriever, text, bare, before, number, allowed)
    assert found is not None
    text, evidence, words = found
    assert text == (understood or text)
    if section:
        assert int(np.argmax(evidence.scores)) == topic(real_bot, section)
        assert words == ()


@pytest.mark.parametrize("text", ["is it hard?", "how much?", "the first interview", "what do they do"])
def test_a_follow_up_that_picks_nothing(real_bot: Chatbot, text: str) -> None:
    retriever = real_bot.retriever
    allowed = retriever.ranker.answerable
    assert (
        picking.in_sequence(retriever, text, text, "before", topic(real_bot, "work-hours"), allowed) is None
    )


@pytest.mark.parametrize(
    ("anchor", "text"),
    [
        ("salary-states", "Can they do the job remotely?"),
        ("salary-states", "how do they get this job?"),
        ("salary-states", "and texas, how much there?"),
        ("jobs-states", "who is at the bottom of those five"),
        ("jobs-states", "what's the salary in the third?"),
        ("jobs-states", "which of those pays the least?"),
    ],
)
def test_a_list_of_the_same_rows_is_asked_only_by_what_it_alone_says(
    real_bot: Chatbot, anchor: str, text: str
) -> None:
    assert picking._twin(real_bot.retriever, text, topic(real_bot, anchor)) is None


@pytest.mark.parametrize(
    ("text", "section"),
    [("What is step 6?", "step-languages"), ("the eight steps", "how-to-become"), ("What is taught?", None)],
)
def test_a_step_is_asked_for_whatever_came_before(real_bot: Chatbot, text: str, section: str | None) -> None:
    retriever = real_bot.retriever
    words = lexical.content_words(text)
    found = picking.step(retriever, text, words, retriever.ranker.answerable)
    assert (found and found[0]) == (section and topic(real_bot, section))


@pytest.mark.parametrize(
    ("history", "question", "text"),
    [
        (["best paying industries"], "ok and in california", "California: $139,620 a year."),
        (["How much do they make in New York?"], "and software publishers?",
         "Software Publishers: $135,330 a year."),
        (["How much do they make in New York?", "is that more than in California?"],
         "and software publishers?", "Software Publishers: $135,330 a year."),
    ],
)  # fmt: skip
def test_a_row_of_another_table_is_asked_of_that_table(
    real_bot: Chatbot, history: list[str], question: str, text: str
) -> None:
    assert real_bot.ask(question, history).text == text


def test_what_that_table_lacks_is_missing_there(real_bot: Chatbot) -> None:
    assert real_bot.ask("and Texas?", ["best paying industries"]).kind != "answer"


@pytest.mark.parametrize(("earlier", "question", "section"), [
    ([], "what is the third type?", "type-deep-learning"),
    ([], "what is the second tip", "tips-data-management"),
    (["what kinds of ml engineers are there", "which pays most"], "the third type on your list",
     "type-deep-learning"),
])  # fmt: skip
def test_the_noun_of_a_place_tells_what_it_is_one_of(
    real_bot: Chatbot, earlier: list[str], question: str, section: str
) -> None:
    answer = real_bot.ask(question, earlier)
    assert (answer.kind, answer.sources[0].ref.partition("#")[2]) == ("answer", section)


@pytest.mark.parametrize(("text", "row"), [
    ("the second one?", "New York"),
    ("and the latter?", "New York"),
    ("how much is the former then", "Virginia"),
    ("the third one?", "Massachusetts"),
])  # fmt: skip
def test_after_two_rows_the_second_one_is_of_these(real_bot: Chatbot, text: str, row: str) -> None:
    history = ["Does Virginia pay more than New York or less?"]
    assert real_bot.ask(text, history).text.startswith(f"{row}: ") == (row != "Massachusetts")


@pytest.mark.parametrize(("before", "text", "row"), [
    ("which states pay the most, not California and Washington?", "the first one", "New York"),
    ("which states pay more than Virginia and Massachusetts?", "the first one", "California"),
    ("pay in software publishers and scientific research?", "the second one", "Scientific Research"),
])  # fmt: skip
def test_two_rows_that_were_set_aside_or_compared_with_are_not_picked_from(
    real_bot: Chatbot, before: str, text: str, row: str
) -> None:
    assert real_bot.ask(text, [before]).text.startswith(row)


@pytest.mark.parametrize(("before", "text", "missing"), [
    ("top states for jobs", "is virginia in there?", "Virginia"),
    ("top employers", "does that include netflix?", "Netflix"),
    ("which companies hire ML engineers?", "is python on that list", "Python"),
    ("top states for jobs", "is texas in there?", ""),
])  # fmt: skip
def test_what_may_be_one_of_those_listed_is_looked_for_there_alone(
    real_bot: Chatbot, before: str, text: str, missing: str
) -> None:
    answer = real_bot.ask(text, [before])
    assert (answer.kind == "answer") == (not missing)
    assert f"{missing} is not among them" in answer.text or not missing


def test_which_rows_there_are_is_asked_of_those_spoken_of(real_bot: Chatbot) -> None:
    history = ["are there jobs in texas", "what do they pay there"]
    answer = real_bot.ask("which states are on the list", history)
    assert answer.kind == "answer"
    assert answer.sources[0].ref.endswith("#salary-states")
    assert "Texas" not in answer.text


@pytest.mark.parametrize(("before", "text", "section"), [
    ("which states pay most", "so washington is 3rd?", "salary-states"),
    ("How much do they earn in California?", "so California comes first, right?", "salary-states"),
    ("highest paying industries", "is software publishers fourth", "salary-industries"),
    ("top states for jobs", "is Texas the last one?", "jobs-states"),
])  # fmt: skip
def test_whether_a_row_has_a_place_is_shown_by_all_of_them(
    real_bot: Chatbot, before: str, text: str, section: str
) -> None:
    answer = real_bot.ask(text, [before])
    assert answer.sources[0].ref.endswith(f"#{section}")
    assert answer.text.count(",") > 3
