"""Honest refusals: which kind of no, what is missing, the nearest sections, whom to ask."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from chatbot import lexical
from chatbot.answering import CHIPS, SOURCES, Ask, Chatbot, refusing, tables
from chatbot.conversation import understand
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


def test_what_is_missing_is_of_the_question_and_not_of_those_before(real_bot: Chatbot) -> None:
    earlier = ["do they need a laptop", "do they travel", "do they have insurance"]
    assert real_bot.ask("do they need a licence", earlier).missing == ("licence",)
    assert set(real_bot.ask("is it boring?", ["which maths exactly?"]).missing) <= {"boring"}
    assert real_bot.ask("how often?", ["do they get free donuts?"]).missing == ("free", "donuts")
    again = real_bot.ask("Is a laptop paid for by the employer?", ["Do they need a laptop?"])
    assert again.missing == ("laptop",)


@pytest.mark.parametrize(
    ("question", "foreign"),
    [
        ("Hola, ¿cuánto gana un ingeniero de machine learning?", True),
        ("quanto guadagna", True),
        ("wie viel verdient ein ML engineer", True),
        ("combien gagne un ingénieur?", True),
        ("机器学习工程师的薪水是多少", True),
        ("сколько зарабатывает ML инженер", True),
        ("what does kubernetes do", False),
        ("OpenAI vs Anthropic", False),
        ("hw mch do enginers ern in germny", False),
        ("how much in El Paso or Los Angeles", False),
        ("10:30 19/05", False),
    ],
)
def test_another_language_is_told_so(real_bot: Chatbot, question: str, foreign: bool) -> None:
    assert real_bot.ask(question).text.endswith(refusing.OTHER_LANGUAGE) is foreign
    guides = tuple(replace(guide, language="de") for guide in real_bot.guides)
    other = Retriever(replace(real_bot.index, guides=guides))
    assert not refusing._is_foreign(other, question), "what is English in a German guide is not told"


def test_what_two_guides_say_in_the_same_words_is_asked_of_either(trades: Chatbot) -> None:
    """Though the writer of one of them gave alternates, and that of the other none."""
    index, said = trades.index, trades.retriever.said
    title = next(s.title for s in index.sections if len({index.guide_of[n] for n in said(s.title)}) == 3)
    bare = tuple(
        replace(guide, sections=tuple(replace(section, alternates=()) for section in guide.sections))
        for guide in trades.guides[1:]
    )
    bot = Chatbot(replace(index, guides=(trades.guides[0], *bare)))
    answer = bot.ask(title)
    assert (answer.kind, answer.reason, len(answer.suggestions)) == ("clarify", "ambiguous", 3)
    for guide in trades.guides:
        (choice,) = (each for each in answer.suggestions if f"({guide.aliases[0]})" in each)
        picked = bot.ask(choice)
        assert (picked.kind, picked.question) == ("answer", choice)
        assert picked.sources[0].ref.startswith(f"{guide.id}#")
    second, clicked = bot.ask("the second one", [title]), bot.ask(answer.suggestions[1])
    assert (second.text, second.sources) == (clicked.text, clicked.sources)
    first = trades.guides[0].aliases[0]
    assert bot.ask(title, [f"What does a {first} do?"]).kind == "answer"
    assert bot.ask(f"{title} And what is the capital of Peru?").kind in ("clarify", "no_answer")


def test_a_question_of_one_guide_is_known_again(trades: Chatbot) -> None:
    retriever = trades.retriever
    asked = retriever.aliases.guides[1].aliases[0]
    offered, other = f"What are the hours ({asked})?", trades.guides[0].aliases[0]
    for texts, guide, found in (
        ([offered], None, (["What are the hours?"], trades.guides[1].id)),
        ([offered, "and the pay?"], None, (["What are the hours?", "and the pay?"], trades.guides[1].id)),
        ([offered, f"and of a {other}?"], None, (["What are the hours?", f"and of a {other}?"], None)),
        ([offered], trades.guides[0].id, ([offered], trades.guides[0].id)),
        (["What are the hours (at night)?"], None, (["What are the hours (at night)?"], None)),
    ):
        assert refusing.without_guide(retriever, texts, guide) == found


def test_a_row_of_another_table_is_not_denied_where_that_may_be_meant(real_bot: Chatbot) -> None:
    retriever = real_bot.retriever
    industries = real_bot.index.refs.index("machine-learning-engineer#salary-industries")
    assert tables.is_row_beside(retriever, industries, "California")
    assert not tables.is_row_beside(retriever, industries, "Texas"), "a list of jobs is no table of pay"
    salary = replace(understand(retriever, "California"), words=lexical.content_words("California"))
    assert refusing._may_be_beside(retriever, industries, salary, "California")
    assert not refusing._may_be_beside(retriever, industries, salary, "Texas")
    named = replace(salary, words=lexical.content_words("highest paying California"))
    assert not refusing._may_be_beside(retriever, industries, named, "California"), "its heading is named"


def test_a_build_that_was_taught_no_refusals_asks_back_where_its_words_are_spoken_of(
    manual: Chatbot, real_bot: Chatbot
) -> None:
    taught = "detector.weights" in real_bot.index.fitted
    assert (taught, "detector.weights" in manual.index.fitted) == (True, False)
    answer = manual.ask("what water should be used first")
    assert refusing.CLOSE_UNTAUGHT * manual.threshold < answer.confidence < refusing.CLOSE * manual.threshold
    assert (answer.kind, answer.missing) == ("clarify", ())
    assert len(answer.suggestions) == 3


def test_what_an_alternate_of_the_nearest_section_asks_with_is_not_missing(handbook: Chatbot) -> None:
    retriever = handbook.retriever
    sections = retriever.index.sections
    word, asked = next(
        (found, number)
        for number, section in enumerate(sections)
        for found in lexical.content_words(" ".join(section.alternates))
        if not retriever.knows(found.stem)
        and len(found.folded) > 4
        and found.folded not in retriever.synonyms
    )
    question = f"kayaks or {word.text}"
    other = next(
        n for n, found in enumerate(sections) if word.stem not in lexical.every_stem(found.alternates)
    )
    turn, ask = understand(retriever, question), Ask(question, (), None)
    turn = replace(turn, understood_as=question)
    assert refusing.missing_words(retriever, ask, turn, other) == ("kayaks", word.text)
    assert refusing.missing_words(retriever, ask, turn, asked) == ("kayaks",)


@pytest.mark.parametrize(("question", "said"), [
    ("Is Google a better employer than Microsoft?", "The guide does not say."),
    ("What is the capital of Mongolia?", "The guide does not say. It says nothing of “capital”"),
    ("How many ML engineers are there in the United States?", "The guide does not say. The nearest"),
    ("How much do ML engineers make in Germany?", "The guide lists 5, by state:"),
])  # fmt: skip
def test_only_what_might_stand_in_a_list_is_missed_there(real_bot: Chatbot, question: str, said: str) -> None:
    answer = real_bot.ask(question)
    assert answer.kind == "no_answer"
    assert answer.text.startswith(said)


def test_what_is_asked_now_is_missed_before_what_was_asked_earlier(real_bot: Chatbot) -> None:
    earlier = ["pay in new york vs california", "washington?", "and texas"]
    answer = real_bot.ask("so only five states? what about florida", earlier)
    assert answer.text.endswith("Florida is not among them.")


def test_words_that_a_hyphen_joins_in_the_guide_are_not_missed(real_bot: Chatbot) -> None:
    answer = real_bot.ask("is there an entry exam for juniors again?")
    assert answer.kind != "answer"
    assert "entry" not in answer.missing
    assert "again" not in answer.missing
