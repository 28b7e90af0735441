"""Quotes: byte-exact for every section and every alternate, and replies made of the guide's words alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.answering import Chatbot, quoting
from chatbot.answering.quoting import Quote
from chatbot.conversation import steps
from chatbot.guides import Unit, plain
from chatbot.passages import Passage, markdown_of
from chatbot.verifying import verify_answer
from tests.places import topic

ROOT = Path(__file__).parent.parent
PERIODS = {"a", "year", "month", "hour", "an"}  # what a reply adds to a table's cell: "$100 a year"


def every_quote(bot: Chatbot) -> Iterator[tuple[int, str, Quote]]:
    """For each alternate, and for each section its title: the section, the question, the quote."""
    index, retriever = bot.index, bot.retriever
    for row, view in enumerate(index.views):
        if view.kind in ("alternate", "title"):
            (seen,) = retriever.ranker.evidence(index.vectors[[row]], [[]])
            yield view.section, view.text, quoting.quotes(retriever, [view.section], view.text, seen)[0]


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def is_made_of(text: str, quoted: str, header: tuple[str, ...]) -> bool:
    """Whether a reply holds no word but those of its quote, of the table's header, and a period."""
    allowed = set(words(plain(quoted))) | {word for cell in header for word in words(cell)}
    return set(words(text)) <= allowed | PERIODS


@pytest.mark.parametrize(("name", "corpus"), [("real_bot", "corpus"), ("trades", "tests/guides3")])
def test_every_quote_of_every_section_and_alternate_stands_in_its_file(
    name: str, corpus: str, request: pytest.FixtureRequest
) -> None:
    bot: Chatbot = request.getfixturevalue(name)
    files = {guide.id: (ROOT / corpus / guide.file).read_bytes().decode() for guide in bot.guides}
    sources, sections = [], set()
    for section, question, quote in every_quote(bot):
        ref = bot.index.refs[section]
        text = files[ref.partition("#")[0]]
        quoted = text[quote.start : quote.end]
        assert quoted == quoted.strip(), (question, quoted)
        assert quoted, question
        passage = markdown_of(bot.guides[quote.passage.guide], quote.passage)
        assert quoted in passage, question
        assert quote.passage.section == section
        text = quote.text
        if steps.is_asked_which(bot.retriever, question, section):
            assert text.startswith(f"{bot.index.sections[section].title}. "), question
            text = text.removeprefix(f"{bot.index.sections[section].title}. ")
        assert is_made_of(text, quoted, quote.passage.header), (question, quote.text)
        sources.append({"ref": ref, "quote": quoted, "start": quote.start, "end": quote.end})
        sections.add(section)
    assert len(verify_answer(json.dumps({"sources": sources}), ROOT / corpus)) == len(sources)
    assert sections == {n for n, section in enumerate(bot.index.sections) if section.blocks}


def test_replies_are_short(real_bot: Chatbot) -> None:
    sizes = sorted(len(quote.text.split()) for _, _, quote in every_quote(real_bot))
    assert sizes[len(sizes) // 2] <= 45
    assert sizes[-1] <= quoting.MOST + 5, "a longer reply is a single long unit or a whole list"


def test_a_reply_begins_and_ends_with_whole_units(real_bot: Chatbot) -> None:
    for _, question, quote in every_quote(real_bot):
        starts = {unit.start for unit in quote.passage.units}
        ends = {unit.end for unit in quote.passage.units}
        assert quote.start in starts, question
        assert quote.end in ends, question


def passage_of(sizes: list[int]) -> Passage:
    """A passage of sentences with so many words each."""
    units, at = [], 0
    for number, size in enumerate(sizes):
        text = " ".join([f"s{number}"] * size)
        units.append(Unit("sentence", at, at + len(text), text))
        at += len(text) + 1
    return Passage(0, 0, 0, max(0, at - 1), tuple(units))


@given(st.lists(st.tuples(st.integers(1, 70), st.floats(-1, 1)), min_size=1, max_size=12))
@settings(deadline=None, max_examples=200)
def test_the_window_holds_the_best_sentence_and_stays_within_its_size(
    sentences: list[tuple[int, float]],
) -> None:
    passage = passage_of([size for size, _ in sentences])
    weights = [weight for _, weight in sentences]
    quote = quoting._window(passage, weights)
    best = passage.units[weights.index(max(weights))]
    assert best.text in quote.text
    words = len(quote.text.split())
    assert words <= max(quoting.MOST, len(best.text.split()))
    chosen = [unit for unit in passage.units if quote.start <= unit.start and unit.end <= quote.end]
    assert quote.text == " ".join(unit.text for unit in chosen)
    for unit, weight in zip(passage.units, weights, strict=True):
        if unit in chosen:
            continue
        beside = unit.end + 1 == quote.start or unit.start == quote.end + 1
        room = quoting.MOST if weight > max(weights) - quoting.NEARLY else quoting.WORDS
        assert not beside or words + len(unit.text.split()) > room, "what would still fit was left out"


def test_what_fits_far_worse_is_only_quoted_where_there_is_room() -> None:
    passage = passage_of([20, 20, 20, 20])
    assert len(quoting._window(passage, [0.9, 1.0, 0.8, 0.7]).text.split()) == 60
    assert len(quoting._window(passage, [0.1, 1.0, 0.2, 0.1]).text.split()) == 40


def said(bot: Chatbot, anchor: str, text: str) -> str:
    """What a section of the only guide says to a question."""
    (seen,) = bot.retriever.evidence([bot.retriever.read(text)])
    (quote,) = quoting.quotes(bot.retriever, [topic(bot, anchor)], text, seen)
    return quote.text


@pytest.mark.parametrize(("anchor", "text", "begins"), [
    ("makerspace", "What are the rules of the makerspace?", "Rules: First attend the 45-minute induction"),
    ("makerspace", "How much is the laser cutter for a minute?", ""),
    ("printing", "How do I print from my own phone?", ""),
    ("membership-kinds", "What kinds of membership are there?", "Adult – For whom: from 18 years, Fee £18"),
    ("branches", "Which tram goes to Mill Square?", ""),
])  # fmt: skip
def test_beside_a_list_or_a_table_what_fits_is_quoted(
    handbook: Chatbot, anchor: str, text: str, begins: str
) -> None:
    quoted = said(handbook, anchor, text)
    if begins:
        assert quoted.startswith(begins)
    else:
        assert not quoted.startswith(("Rules:", "A4 black", "Central: Address"))
        assert "Rules:" not in quoted


def test_every_list_keeps_the_words_that_lead_in(handbook: Chatbot) -> None:
    units = tuple(
        Unit(kind, 10 * n, 10 * n + 9, text)
        for n, (kind, text) in enumerate(
            [
                ("sentence", "Good:"),
                ("item", "near"),
                ("item", "warm"),
                ("sentence", "Bad:"),
                ("item", "dear"),
            ]
        )
    )
    passage = Passage(0, 0, 0, 60, units)
    quoted = quoting._lists(passage, passage.runs)
    assert (quoted.text, quoted.start, quoted.end) == ("Good: near, warm. Bad: dear.", 0, 49)


def test_a_list_is_quoted_whole_with_the_words_that_lead_in(real_bot: Chatbot) -> None:
    answer = real_bot.ask("Who are the top employers of ML engineers?")
    assert answer.text == (
        "The five top employers of machine learning engineers are: "
        "Google, Facebook, Microsoft, Amazon, Apple."
    )
    quote = answer.sources[0].quote
    assert quote.startswith("The five top employers")
    assert quote.endswith("- Apple")


def test_a_sentence_beside_a_list_is_quoted_where_it_fits_better(real_bot: Chatbot) -> None:
    retriever, index = real_bot.retriever, real_bot.index
    section = index.refs.index("machine-learning-engineer#tips-network")
    text = "Why does knowing the right people matter for an ML engineer?"
    (seen,) = retriever.evidence([retriever.read(text)])
    (quote,) = quoting.quotes(retriever, [section], text, seen)
    assert "Knowing the right people is part of an ML engineer's success." in quote.text


@pytest.mark.parametrize(
    ("header", "cells", "text"),
    [
        (("State", "Annual salary (US dollars)"), ("Ohio", "$1"), "Ohio: $1 a year"),
        (("Shift", "Hourly pay"), ("Night", "$24.50"), "Night: $24.50 an hour"),
        (("Room", "Rent per month"), ("Attic", "$300"), "Attic: $300 a month"),
        (("Town", "Inhabitants"), ("Alby", "300"), "Alby: 300"),
        (("Season", "Task", "Hours"), ("Spring", "Sowing", "48"), "Spring – Task: Sowing, Hours 48"),
        (("Season", "Task", "Hours"), ("Winter", "", "12"), "Winter: Hours 12"),
        (("Season", "Task"), ("Autumn", ""), "Autumn"),
        (("Colour",), ("Red",), "Red"),
    ],
)
def test_a_row_as_a_person_says_it(header: tuple[str, ...], cells: tuple[str, ...], text: str) -> None:
    assert quoting.row_text(header, Unit("row", 0, 9, "", cells)) == text


@pytest.mark.parametrize("question", ["what does the pay depend on?", "which things decide the pay?"])
def test_a_word_of_the_topic_does_not_choose_the_sentence(real_bot: Chatbot, question: str) -> None:
    """Half of all ask of pay: that "paying" stands in the last sentence of "Salary" tells nothing."""
    assert "organization size" in real_bot.ask(question).text


def test_only_many_alternates_make_a_word_one_of_the_topic(real_bot: Chatbot, manual: Chatbot) -> None:
    salary = real_bot.retriever.topics[topic(real_bot, "salary")]
    assert {"pay", "salari"} <= salary
    assert "educ" not in salary
    outlook = real_bot.retriever.topics[topic(real_bot, "outlook")]
    assert "demand" in outlook
    assert {"python", "java"}.isdisjoint(outlook)  # of names each has its sentence
    assert manual.retriever.topics == manual.retriever.titles


def test_a_short_table_is_said_with_its_lead(bot: Chatbot) -> None:
    answer = bot.ask("Which states pay a baker the most?")
    assert answer.text == (
        "Hawaii pays bakers the most, ahead of Ohio and Maine. "
        "Hawaii: $41,200; Ohio: $38,900; Maine: $35,400 (a year)."
    )
    assert answer.sources[0].quote.startswith("Hawaii pays bakers")


# More of the same ---------------------------------------------------------------------------------


def test_what_is_beyond_a_quote_is_all_the_rest_of_its_section(real_bot: Chatbot) -> None:
    asked = set()
    for section, question, quote in every_quote(real_bot):
        if (section, quote.start) in asked:
            continue
        asked.add((section, quote.start))
        told = quoting.beyond(real_bot.retriever, [(section, quote.start, quote.end)])
        left = [each for other, each in told if other == section]
        said = [(quote.start, quote.end), *((each.start, each.end) for each in left)]
        passages = [real_bot.index.passages[n] for n in real_bot.index.passages_of[section]]
        for unit in (unit for passage in passages for unit in passage.units):
            assert any(start <= unit.start <= unit.end <= end for start, end in said), (question, unit.text)
        follows = [each.start for each in left if each.start >= quote.start]
        before = [each.start for each in left if each.start < quote.start]
        assert [each.start for each in left] == [*sorted(follows), *sorted(before)]
        for each in left:
            quoted = real_bot.guides[each.passage.guide].text[each.start : each.end]
            assert is_made_of(each.text, quoted, each.passage.header), each.text


def test_going_on_reads_a_section_and_those_below_it_to_the_end(real_bot: Chatbot) -> None:
    history = ["How do I become a machine learning engineer?"]
    answers = [real_bot.ask(history[0])]
    asks = ["tell me more", "OK, go on please", "continue", "more", "more details", "go on", "elaborate"] * 4
    while answers[-1].kind == "answer":
        answers.append(real_bot.ask(asks[len(history)], history))
        history.append(answers[-1].question)
    assert len({answer.text for answer in answers}) == len(answers), "nothing is said twice"
    read = [answer.sources[0].ref.partition("#")[2] for answer in answers[:-1]]
    steps = [section.id for section in real_bot.index.sections if section.id.startswith("step-")]
    assert list(dict.fromkeys(read)) == ["how-to-become", *steps]
    assert (answers[-1].kind, answers[-1].sources) == ("small_talk", ()), "no gap of the guide"
    assert all(answer.missing == () for answer in answers)
    chips = [answer.suggestions for answer in answers[1:-1]]
    assert len(set(chips)) > 5, "what to ask next moves on, too"
    assert answers[-1].text == "That is all that the guide says in “How to become an ML engineer”."
    verify_answer("\n".join(json.dumps(answer.to_dict()) for answer in answers), ROOT / "corpus")


def test_more_of_what_was_not_answered_is_not_answered_either(real_bot: Chatbot) -> None:
    before = real_bot.ask("what is the capital of France?")
    more = real_bot.ask("tell me more", ["what is the capital of France?"])
    assert (more.kind, more.text, more.reason) == (before.kind, before.text, before.reason)


def test_asking_for_more_in_between_changes_nothing(real_bot: Chatbot) -> None:
    asked = "How much do ML engineers make in California?"
    plain_one = real_bot.ask("and in Washington?", [asked])
    after_more = real_bot.ask("and in Washington?", [asked, "tell me more", "go on"])
    assert (after_more.text, after_more.confidence) == (plain_one.text, plain_one.confidence)
    assert real_bot.ranking("tell me more", [asked, "go on"]) == real_bot.ranking(asked)


def test_going_on_after_two_answers_reads_both_sections(real_bot: Chatbot) -> None:
    history = ["Is remote work possible and what do ML engineers do?"]
    first = real_bot.ask(history[0])
    both = [source.ref for source in first.sources[:2]]
    assert first.text.count("\n\n") == 1
    read = []
    while (answer := real_bot.ask("go on", history)).kind == "answer":
        read.append(answer.sources[0].ref)
        history.append("go on")
    assert set(read) == set(both)


def test_going_on_stays_in_the_guide_and_goes_down_all_headings(handbook: Chatbot) -> None:
    index = handbook.index
    parents = [n for n, below in enumerate(handbook.retriever.below) if below]
    for section in parents:
        read = {other for other, _ in quoting.beyond(handbook.retriever, [(section, 0, 0)])}
        title = (*index.sections[section].parents, index.sections[section].title)
        under = {n for n, found in enumerate(index.sections) if found.parents[: len(title)] == title}
        assert read - {section} == {n for n in under if index.passages_of[n]}


def test_what_was_told_of_a_section_below_is_not_read_again(real_bot: Chatbot) -> None:
    """Both were quoted, the section and one below it: more of the first is not the second once again."""
    above, below = topic(real_bot, "salary"), topic(real_bot, "salary-states")
    assert below in real_bot.retriever.below[above]
    table = max(unit.end for unit in real_bot.index.sections[below].units)
    told = [(above, 0, 10**6), (below, 0, table)]
    assert below not in {section for section, _ in quoting.beyond(real_bot.retriever, told)}


@pytest.mark.parametrize(
    ("question", "text"),
    [
        # no part of the steps that follow it
        ("when should I clean the burrs", "Clean the burrs once a month, or when the coffee tastes bitter."),
        # the only one of a long list that says so, without a sentence that does not announce it
        ("my coffee is sour", "The coffee tastes sour: choose a finer dial, and let it brew for longer."),
        (
            "Can I run the mill for more than two minutes?",
            "Mind these rules whenever you use the mill: Do not run the mill for more than two minutes at a "
            "stretch, for the motor gets hot.",
        ),
    ],
)
def test_of_a_list_no_more_is_quoted_than_is_asked(manual: Chatbot, question: str, text: str) -> None:
    answer = manual.ask(question)
    assert (answer.kind, answer.text) == ("answer", text)


def test_a_list_is_quoted_whole_to_whom_asks_for_all(manual: Chatbot) -> None:
    answer = manual.ask("which rules are there?")
    assert answer.text.startswith("Mind these rules whenever you use the mill: Keep fingers")
    assert answer.text.endswith("long hair away from them.")


def test_how_often_after_how_asks_for_no_list(manual: Chatbot) -> None:
    answer = manual.ask("how often do I do that?", ["How do I clean the burrs?"])
    assert answer.text == "Clean the burrs once a month, or when the coffee tastes bitter."


def test_items_that_hold_commas_do_not_run_into_each_other() -> None:
    items = tuple(Unit("item", n, n + 1, text) for n, text in enumerate(["a passport, or an ID", "a key"]))
    passage = Passage(0, 0, 0, 2, items)
    quote = quoting._lists(passage, passage.runs)
    assert quote.text == "a passport, or an ID; a key."


def test_an_item_of_a_long_list_stands_alone_where_no_other_holds_the_word() -> None:
    texts = [
        "Mind that:",
        *[f"Item {n} goes on for quite some words, so that the list is a long one" for n in "abcd"],
    ]
    units = tuple(Unit("item" if n else "sentence", n, n + 1, text) for n, text in enumerate(texts))
    passage = Passage(0, 0, 0, 6, (*units, Unit("sentence", 5, 6, "A picnic ends at dusk.")))
    (run,) = passage.runs
    assert quoting._is_the_only_one(passage, run, 2, {"b": 1.0})
    assert quoting._one_of(passage, run, units[2]).text.startswith("Mind that: Item b goes")
    assert not quoting._is_the_only_one(passage, run, 2, {"item": 1.0})


@pytest.mark.parametrize(("before", "reason"), [
    ("Is the demand for ML engineers growing?", "as demand increases"),
    ("should I network", "new career opportunities"),
    ("what does a data scientist do", "uses machine learning"),
])  # fmt: skip
def test_why_gets_a_sentence_that_gives_a_reason(real_bot: Chatbot, before: str, reason: str) -> None:
    assert reason in real_bot.ask("why is that?", [before]).text
