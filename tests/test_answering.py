"""The Answer of the contract, whole; two-part questions; many guides; one answer whoever else is asking."""

from __future__ import annotations

import json
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from pathlib import Path

import pytest

from chatbot.answering import CHIPS, LONGEST, SOURCES, Answer, Ask, Chatbot, Source
from chatbot.errors import QuestionError
from chatbot.passages import title_text
from chatbot.settings import Settings
from chatbot.verifying import verify_answer

ROOT = Path(__file__).parent.parent
CALIFORNIA = "How much do ML engineers make in California?"

# The contract's fields and the JSON types that they may have.
ANSWER = {
    "id": str, "kind": str, "question": str, "understood_as": str, "text": str, "confidence": float,
    "sources": list, "suggestions": list, "reason": (str, type(None)), "missing": list, "build": str,
    "took_ms": float,
}  # fmt: skip
SOURCE = {
    "ref": str, "guide": str, "section": str, "url": (str, type(None)), "quote": str, "start": int,
    "end": int, "passage": str, "score": float,
}  # fmt: skip

EVERY_KIND = [
    CALIFORNIA,
    "Is it a nine to five?",
    "What are the work hours and which job sites are best?",
    "How much do ML engineers make in Texas?",
    "How do I knit a scarf?",
    "hello",
    "?",
    "",
    "x" * (LONGEST + 1),
    "Who are the top employers?",
]


def gist(answer: Answer) -> tuple[object, ...]:
    """What must not depend on anything but the question: all but the id and the time."""
    return (answer.kind, answer.text, answer.confidence, answer.sources, answer.suggestions, answer.missing)


@pytest.mark.parametrize("question", EVERY_KIND)
def test_an_answer_is_the_contracts(real_bot: Chatbot, question: str) -> None:
    answer = real_bot.ask(question)
    row = json.loads(json.dumps(answer.to_dict()))
    assert list(row) == list(ANSWER) == [field.name for field in fields(Answer)]
    for name, kind in ANSWER.items():
        assert isinstance(row[name], kind), name
    for source in row["sources"]:
        assert list(source) == list(SOURCE) == [field.name for field in fields(Source)]
        for name, kind in SOURCE.items():
            assert isinstance(source[name], kind), name
    assert row["kind"] in ("answer", "clarify", "no_answer", "small_talk")
    assert row["reason"] in (None, "not_in_guide", "off_topic", "ambiguous", "too_short", "too_long")
    assert (row["reason"] is None) == (row["kind"] in ("answer", "small_talk"))
    assert 0 <= row["confidence"] <= 1
    assert (row["kind"] == "answer") == (bool(row["sources"]) and row["confidence"] >= real_bot.threshold)
    assert row["text"] == row["text"].strip() != ""
    assert row["question"] == question
    assert row["build"] == real_bot.build
    assert len(row["sources"]) <= SOURCES
    assert len(row["suggestions"]) <= max(CHIPS, 4)
    assert not row["sources"] or row["kind"] != "small_talk"
    scores = [source["score"] for source in row["sources"]]
    parts = row["text"].count("\n\n") + 1
    # Each of two parts has the score of a question of its own; a list that lacks what is asked goes first.
    apart = parts if parts > 1 else int(row["text"].startswith("The guide lists"))
    rest = scores[apart:]
    assert rest == sorted(rest, reverse=True)
    assert len({source["ref"] for source in row["sources"]}) == len(row["sources"])


def test_ids_are_never_the_same(real_bot: Chatbot) -> None:
    ids = [answer.id for answer in real_bot.ask_many([Ask(CALIFORNIA)] * 5 + [Ask("hello")] * 5)]
    assert len(set(ids)) == 10


def test_every_section_is_found_by_its_own_alternates_and_verified(real_bot: Chatbot) -> None:
    chance = random.Random(7)
    asked = [
        (ref, alternate)
        for ref, section in zip(real_bot.index.refs, real_bot.index.sections, strict=True)
        for alternate in chance.sample(section.alternates, min(3, len(section.alternates)))
    ]
    assert len({ref for ref, _ in asked}) == len(real_bot.index.refs), "every section has alternates"
    answers = real_bot.ask_many([Ask(question) for _, question in asked])
    lines = "\n".join(json.dumps(answer.to_dict()) for answer in answers)
    checked = verify_answer(lines, ROOT / "corpus")
    assert len(checked) == sum(len(answer.sources) for answer in answers)
    right = [
        answer.kind == "answer" and any(ref == source.ref for source in answer.sources[:2])
        for (ref, _), answer in zip(asked, answers, strict=True)
    ]
    assert sum(right) / len(right) >= 0.95


@pytest.mark.parametrize("name", ["real_bot", "trades"])
def test_a_writers_own_question_word_for_word_is_always_answered_by_its_section(
    name: str, request: pytest.FixtureRequest
) -> None:
    bot: Chatbot = request.getfixturevalue(name)
    chance = random.Random(3)
    asked = [
        (ref, chance.choice([text for text in section.alternates if bot.retriever.read(text).text == text]))
        for ref, section in zip(bot.index.refs, bot.index.sections, strict=True)
        if section.alternates
    ]
    answers = bot.ask_many([Ask(question.upper(), (), ref.partition("#")[0]) for ref, question in asked])
    for (ref, question), answer in zip(asked, answers, strict=True):
        assert (answer.kind, answer.sources[0].ref) == ("answer", ref), question
        assert answer.confidence >= 0.99


def test_a_quote_is_in_its_passage_and_its_guide(real_bot: Chatbot) -> None:
    guide = real_bot.guides[0]
    for question in EVERY_KIND:
        for source in real_bot.ask(question).sources:
            assert guide.text[source.start : source.end] == source.quote
            assert source.quote in source.passage
            assert source.passage in guide.text


def test_the_same_answer_whoever_else_is_asking(real_bot: Chatbot) -> None:
    """A batch, another order and other threads change nothing."""
    asks = [Ask(question) for question in EVERY_KIND] + [Ask("and in Washington?", (CALIFORNIA,))]
    alone = [gist(real_bot.ask(ask.question, ask.history)) for ask in asks]
    assert [gist(answer) for answer in real_bot.ask_many(asks)] == alone
    assert [gist(answer) for answer in real_bot.ask_many(asks[::-1])][::-1] == alone
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda ask: real_bot.ask(ask.question, ask.history), asks * 3))
    assert [gist(answer) for answer in answers] == alone * 3


def test_ask_many_of_nothing(bot: Chatbot) -> None:
    assert bot.ask_many([]) == []


@pytest.mark.parametrize(
    ("question", "reason"),
    [("", "too_short"), (" \n\t", "too_short"), ("?", "too_short"), ("!?…", "too_short"), ("a", "too_short"),
     ("y" * (LONGEST + 1), "too_long"), (" " * (LONGEST + 1), "too_long")],
)  # fmt: skip
def test_what_is_no_question(bot: Chatbot, question: str, reason: str) -> None:
    answer = bot.ask(question)
    assert (answer.kind, answer.reason, answer.sources) == ("no_answer", reason, ())
    assert answer.suggestions == (bot.examples[:CHIPS] if reason == "too_short" else ())
    assert len(answer.understood_as) <= LONGEST


def test_the_longest_question_is_still_read(bot: Chatbot) -> None:
    question = "How much do bakers make in Ohio?".ljust(LONGEST, "?")
    assert bot.ask(question).reason != "too_long"


@pytest.mark.parametrize(
    ("question", "sections"),
    [
        ("Who are the top employers and which job sites are best?", ["jobs-employers", "jobs-sites"]),
        ("What does an ML engineer earn in Virginia? Which skills are needed?", ["salary-states", "skills"]),
        (
            "which programming languages do I need, and what are the work hours?",
            ["step-languages", "work-hours"],
        ),
    ],
)
def test_a_question_in_two_parts_gets_two_quotes(
    real_bot: Chatbot, question: str, sections: list[str]
) -> None:
    answer = real_bot.ask(question)
    assert answer.kind == "answer"
    first, second = answer.text.split("\n\n")
    assert first != second
    found = [source.ref.partition("#")[2] for source in answer.sources[:2]]
    assert found == sections
    assert min(answer.sources[0].score, answer.sources[1].score) > 0


@pytest.mark.parametrize(
    "question",
    [
        "Do I need math and statistics?",
        "What is the salary in California and in New York?",
        "Do ML engineers work with business strategists and analysts?",
        "How do data structures and algorithms matter for a bachelor's degree?",
        "What are the duties and responsibilities of an ML engineer?",
        "Is Python or R and Java used?",
    ],
)
def test_a_question_in_one_part_with_and_is_not_split(real_bot: Chatbot, question: str) -> None:
    assert "\n\n" not in real_bot.ask(question).text


@pytest.mark.parametrize(
    ("question", "section", "said", "missing"),
    [
        (
            "How much do ML engineers make in California and do they get stock options?",
            "salary-states",
            "California: $139,620 a year. The guide does not say: “do they get stock options?”",
            ("stock",),
        ),
        (
            "How tall must they be, and who are the top employers of ML engineers?",
            "jobs-employers",
            "The guide does not say: “How tall must they be?”",
            ("tall",),
        ),
        (
            "What hours do they work? And can I bring my dog?",
            "work-hours",
            "The guide does not say: “And can I bring my dog?”",
            ("dog",),
        ),
    ],
)
def test_of_two_parts_one_is_answered_and_the_other_honestly_is_not(
    real_bot: Chatbot, question: str, section: str, said: str, missing: tuple[str, ...]
) -> None:
    answer = real_bot.ask(question)
    assert answer.kind == "answer"
    assert answer.sources[0].ref == f"machine-learning-engineer#{section}"
    assert answer.text.endswith(said)
    assert "\n" not in answer.text, "one quote, one paragraph"
    assert answer.missing == missing
    assert answer.understood_as == question


def test_a_follow_up_of_two_parts_is_taken_in_parts_too(real_bot: Chatbot) -> None:
    before = "How much do ML engineers make in California and do they get stock options?"
    answer = real_bot.ask("and in Washington?", [before])
    assert answer.text == "Washington: $138,400 a year. The guide does not say: “do they get stock options?”"


def test_of_two_parts_neither_in_the_guide_nothing_is_answered(real_bot: Chatbot) -> None:
    answer = real_bot.ask("Do they get stock options and can I bring my dog?")
    assert answer.kind in ("no_answer", "clarify")


def test_a_part_that_is_not_in_the_guide_gets_no_quote(real_bot: Chatbot) -> None:
    answer = real_bot.ask("What do ML engineers make in Texas and which job sites are best?")
    assert "\n\n" not in answer.text
    assert "$" not in answer.text


def test_suggestions_are_questions_that_get_an_answer(real_bot: Chatbot) -> None:
    """Chips under an answer lead on; a chip that ends in a refusal would be a trap."""
    answers = real_bot.ask_many([Ask(question) for question in EVERY_KIND])
    chips = dict.fromkeys(chip for answer in answers for chip in answer.suggestions)
    assert len(chips) >= 8
    replies = real_bot.ask_many([Ask(chip) for chip in chips])
    kinds = [reply.kind for reply in replies]
    assert kinds.count("answer") >= 0.9 * len(kinds), list(zip(chips, kinds, strict=True))
    for answer in answers:
        assert answer.question not in answer.suggestions
        assert len(set(answer.suggestions)) == len(answer.suggestions)


def test_examples_are_those_of_the_front_matter(real_bot: Chatbot, trades: Chatbot) -> None:
    assert real_bot.examples == real_bot.guides[0].examples
    assert all(answer.kind == "answer" for answer in real_bot.ask_many([Ask(q) for q in real_bot.examples]))
    alternates = {text for section in trades.index.sections for text in section.alternates}
    assert set(trades.examples) <= alternates
    assert len(trades.examples) == 4
    bare = tuple(
        replace(guide, sections=tuple(replace(section, alternates=()) for section in guide.sections))
        for guide in trades.guides
    )
    titles = {title_text(section) for section in trades.index.sections}
    assert set(Chatbot(replace(trades.index, guides=bare)).examples) <= titles, "without alternates, by title"


def test_links_land_on_the_words_where_the_guide_is_published(trades: Chatbot) -> None:
    published = trades.ask("Which tools does a gardener use?").sources[0]
    assert published.url is not None
    assert published.url.startswith("https://guides.example/gardener#tools:~:text=")
    assert trades.ask("Which tools does a baker use?").sources[0].url is None


def test_small_talk_in_the_history_is_no_topic(real_bot: Chatbot) -> None:
    plain = real_bot.ask("and in Washington?", [CALIFORNIA])
    chatty = real_bot.ask("and in Washington?", ["hello", CALIFORNIA, "thanks!", "", "z" * 2000])
    assert gist(plain) == gist(chatty)
    assert plain.text == "Washington: $138,400 a year."


# Many guides ---------------------------------------------------------------------------------------

SAME_HEADINGS = ["When does {} start work?", "Which tools does {} use?", "What does {} do all day?"]
ROLES = {"baker": "a baker", "gardener": "a gardener", "bookbinder": "a bookbinder"}


@pytest.mark.parametrize("guide", ROLES)
@pytest.mark.parametrize("form", SAME_HEADINGS)
def test_a_question_that_names_a_role_is_answered_from_its_guide(
    trades: Chatbot, guide: str, form: str
) -> None:
    others = [f"How do I become {role}?" for role in ROLES.values()]
    for history in ((), others):
        answer = trades.ask(form.format(ROLES[guide]), history)
        assert answer.kind == "answer"
        assert {source.ref.partition("#")[0] for source in answer.sources} == {guide}


@pytest.mark.parametrize("guide", ROLES)
@pytest.mark.parametrize(
    "question", ["What are the work hours?", "Which tools do I need?", "Which tasks does the job have?"]
)
def test_a_question_that_names_no_role_uses_the_conversations_guide(
    trades: Chatbot, guide: str, question: str
) -> None:
    history = ["Which tools does a baker use?", f"How do I become {ROLES[guide]}?", "thanks"]
    answer = trades.ask(question, history)
    assert answer.kind == "answer"
    assert answer.sources[0].ref.partition("#")[0] == guide


@pytest.mark.parametrize(
    "question",
    [
        "What are the work hours?",
        "Which tools do I need?",
        "Who are the top employers?",
        "In which state is the pay best?",
    ],
)
def test_without_any_hint_the_bot_asks_which(trades: Chatbot, question: str) -> None:
    answer = trades.ask(question)
    assert (answer.kind, answer.reason) == ("clarify", "ambiguous")
    assert {source.ref.partition("#")[0] for source in answer.sources} >= set(ROLES)
    chosen = trades.ask_many([Ask(choice) for choice in answer.suggestions])
    assert [reply.kind for reply in chosen] == ["answer"] * 3
    assert {reply.sources[0].ref.partition("#")[0] for reply in chosen} == set(ROLES)
    assert len({reply.sources[0].section for reply in chosen}) == 1, "the same heading, thrice"


def test_what_stands_in_one_guide_alone_is_answered_from_it(trades: Chatbot) -> None:
    for question, ref in (
        ("Which shift pays the most?", "baker#salary-shifts"),
        ("Which is the busiest season of the year?", "gardener#seasons"),
        ("Why does gilding need daylight?", "bookbinder#hours"),
    ):
        answer = trades.ask(question)
        assert (answer.kind, answer.sources[0].ref) == ("answer", ref)


@pytest.mark.parametrize("guide", ROLES)
def test_a_restriction_holds_whatever_is_named(trades: Chatbot, guide: str) -> None:
    for question in ("What are the work hours?", "Which tools does a baker use?", "gardener pay in Oregon"):
        answer = trades.ask(question, ["How do I become a bookbinder?"], guide=guide)
        assert {source.ref.partition("#")[0] for source in answer.sources} == {guide}
    assert {source.ref.partition("#")[0] for source in trades.search("work hours", 9, guide)} == {guide}


def test_both_parts_stay_in_the_conversations_guide(trades: Chatbot) -> None:
    history = ["How do I become a gardener?"]
    answer = trades.ask("What are the work hours and which tools do I need?", history)
    assert [source.ref for source in answer.sources[:2]] == ["gardener#hours", "gardener#tools"]


def test_an_unknown_guide_is_an_error_that_names_the_known(trades: Chatbot) -> None:
    for use in (trades.ask, lambda q, guide: trades.search(q, guide=guide)):
        with pytest.raises(QuestionError, match="no guide 'plumber'.*baker, bookbinder, gardener"):
            use("What are the hours?", guide="plumber")


def test_search_ranks_whatever_is_asked(real_bot: Chatbot) -> None:
    found = real_bot.search(CALIFORNIA, 3)
    assert found[0].ref == "machine-learning-engineer#salary-states"
    assert found[0].quote == "| California | $139,620 |"
    assert len(found) == 3
    assert len(real_bot.search("How do I knit a scarf?", 2)) == 2, "search never declines"
    assert real_bot.search("  ") == []
    assert real_bot.search("x" * (LONGEST + 1)) == []
    assert len(real_bot.search(CALIFORNIA, 1000)) == len(real_bot.index.sections)


def test_ranking_is_the_order_of_search(real_bot: Chatbot) -> None:
    assert real_bot.ranking(CALIFORNIA, k=5) == [source.ref for source in real_bot.search(CALIFORNIA, 5)]
    moved = real_bot.ranking("which ones?", ["Which job sites are best for ML engineers?"], k=1)
    assert moved == ["machine-learning-engineer#jobs-sites"]


def test_load_takes_the_contact_from_the_settings(real_index: Path) -> None:
    bot = Chatbot.load(str(real_index), Settings(index=real_index, contact="desk@example.org"))
    assert "desk@example.org" in bot.ask("How much do ML engineers make in Texas?").text
    assert bot.build == Chatbot.load(real_index).build
