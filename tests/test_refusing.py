"""Honest refusals: which kind of no, what is missing, the nearest sections, whom to ask; and splitting."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from chatbot.answering import CHIPS, SOURCES, Ask, Chatbot, refusing
from chatbot.passages import title_text
from chatbot.retrieval import Retriever

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("How much do ML engineers make in Germany?", ("Germany",)),
        ("Do ML engineers get stock options?", ("stock",)),
        ("Do I need to know Kubernetes to be an ML engineer?", ("Kubernetes",)),
        ("How do I become a plumber?", ("plumber",)),
        ("Is there a visa sponsorship for ML engineers?", ("visa", "sponsorship")),
    ],
)
def test_a_near_miss_names_what_the_guide_says_nothing_of(
    real_bot: Chatbot, question: str, missing: tuple[str, ...]
) -> None:
    answer = real_bot.ask(question)
    assert (answer.kind, answer.reason, answer.missing) == ("no_answer", "not_in_guide", missing)
    assert all(word in answer.text for word in missing)
    assert len(answer.sources) == SOURCES
    assert len(answer.suggestions) == 3
    assert answer.confidence < real_bot.threshold


def test_the_nearest_sections_are_offered_and_named(real_bot: Chatbot) -> None:
    answer = real_bot.ask("Do ML engineers get stock options?")
    for source in answer.sources[:CHIPS]:
        assert f"“{source.section}”" in answer.text
    replies = real_bot.ask_many([Ask(suggestion) for suggestion in answer.suggestions])
    assert [reply.sources[0].ref for reply in replies] == [source.ref for source in answer.sources[:CHIPS]]


@pytest.mark.parametrize(
    "question",
    [
        "Who is the president of France?",
        "How do I knit a scarf?",
        "asdkjh qwoeiu zmxnc",
        "What is the capital of Peru?",
        "¿Dónde está la biblioteca?",
    ],
)
def test_what_is_about_something_else_altogether(real_bot: Chatbot, question: str) -> None:
    answer = real_bot.ask(question)
    assert (answer.kind, answer.reason) == ("no_answer", "off_topic")
    assert "not what the guide is about" in answer.text
    assert answer.confidence < real_bot.threshold / 2


def test_words_of_the_guide_make_a_question_no_stranger(real_bot: Chatbot) -> None:
    """ "Germany salary" is a salary that is not there, and not another subject."""
    answer = real_bot.ask("Germany salary")
    assert (answer.kind, answer.reason, answer.missing) == ("no_answer", "not_in_guide", ("Germany",))


def test_comparing_words_are_never_missing(trades: Chatbot) -> None:
    for question in (
        "lowest visa for bakers",
        "compare the least visa",
        "fewest or second highest visa vs visa",
    ):
        answer = trades.ask(question)
        assert set(answer.missing) <= {"visa"}


def test_the_golden_questions_that_must_be_declined(real_bot: Chatbot) -> None:
    lines = (ROOT / "corpus" / "golden.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for line in lines if (row := json.loads(line))["split"] == "test"]
    near = [Ask(row["question"], tuple(row.get("history", ()))) for row in rows if row["kind"] == "near_miss"]
    far = [Ask(row["question"]) for row in rows if row["kind"] == "far"]
    assert min(len(near), len(far)) >= 50
    answered = [answer.question for answer in real_bot.ask_many(near) if answer.kind == "answer"]
    assert len(answered) <= 0.12 * len(near), answered
    assert [answer.question for answer in real_bot.ask_many(far) if answer.kind == "answer"] == []
    reasons = [answer.reason for answer in real_bot.ask_many(far)]
    assert reasons.count("off_topic") >= 0.7 * len(reasons)


def test_a_close_call_becomes_a_choice(real_bot: Chatbot) -> None:
    """With a bar that is a little too high for it, an answer turns into the question which is meant."""
    asked = "How can I progress in my career?"
    hit = real_bot.ask(asked)
    raised = dict(real_bot.index.fitted) | {
        "calibrator.threshold": hit.confidence + 0.5 * (1 - hit.confidence)
    }
    answer = Chatbot(replace(real_bot.index, fitted=raised)).ask(asked)
    assert (answer.kind, answer.reason, answer.missing) == ("clarify", "ambiguous", ())
    assert len(answer.suggestions) == 3
    assert len(answer.sources) == SOURCES
    choices = real_bot.ask_many([Ask(choice) for choice in answer.suggestions])
    assert [choice.sources[0].ref for choice in choices] == [source.ref for source in answer.sources[:CHIPS]]


def test_the_contact_is_shown_with_every_no_and_only_there(real_bot: Chatbot) -> None:
    bot = replace(real_bot, contact="careers@example.org")
    for question in ("How do I knit a scarf?", "Do ML engineers get stock options?", "ML pay in Texas?"):
        assert bot.ask(question).text.endswith("You can ask here: careers@example.org")
        assert "You can ask" not in real_bot.ask(question).text
    for question in ("Is it a nine to five?", "hello", "?"):
        assert "careers@example.org" not in bot.ask(question).text


def test_choices_of_several_guides_name_the_role_and_none_is_given_twice(trades: Chatbot) -> None:
    sections = [trades.index.refs.index(f"{guide}#hours") for guide in ("baker", "gardener", "bookbinder")]
    questions = refusing.questions_for(trades.retriever, [*sections, sections[0]])
    assert len(questions) == 3
    for question, guide in zip(questions, ("baker", "gardener", "bookbinder"), strict=True):
        assert guide in question
    one = refusing.questions_for(trades.retriever, sections[:1])
    assert one == (trades.index.sections[sections[0]].alternates[0],)


def test_a_section_without_alternates_is_offered_by_its_title(bot: Chatbot) -> None:
    plain = replace(bot.guides[0].sections[0], alternates=())
    guides = (replace(bot.guides[0], sections=(plain, *bot.guides[0].sections[1:])), *bot.guides[1:])
    retriever = Retriever(replace(bot.index, guides=guides))
    assert refusing.questions_for(retriever, [0]) == (title_text(plain),)


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("What do they earn and which states pay best?", 2),
        ("What do they earn? Which states pay best?", 2),
        ("How do I start, and how long does it take?", 2),
        ("What do they earn, plus what are the hours?", 2),
        ("Do I need math and statistics?", 0),
        ("What are duties and responsibilities?", 0),
        ("Why? And how?", 0),
        ("What is a and what is b and what is c and what is d?", 0),
        ("", 0),
    ],
)
def test_splitting(question: str, parts: int) -> None:
    assert len(refusing.split(question)) == parts


@pytest.mark.parametrize(
    ("question", "sections"),
    [
        ("What are the top employers and the top job sites?", ["Top employers", "Top job sites"]),
        (
            "What's the difference between an algorithm specialist and a data scientist?",
            ["Algorithm specialist", "Data scientist"],
        ),
        (
            "Deep learning engineer vs computer vision engineer",
            ["Deep learning engineer", "Computer vision engineer"],
        ),
    ],
)
def test_two_things_in_one_breath_get_a_quote_each(
    real_bot: Chatbot, question: str, sections: list[str]
) -> None:
    answer = real_bot.ask(question)
    assert answer.text.count("\n\n") == 1
    assert [source.section for source in answer.sources[:2]] == sections


@pytest.mark.parametrize(
    "question",
    ["What's the difference between a CNN and an RNN?", "TensorFlow vs PyTorch", "compare Texas with Ohio"],
)
def test_what_the_guide_does_not_hold_of_two_things_is_not_put_together(
    real_bot: Chatbot, question: str
) -> None:
    assert "\n\n" not in real_bot.ask(question).text
