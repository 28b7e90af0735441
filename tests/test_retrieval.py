"""Reading a question: spelling, short forms, synonyms, roles; and the hits with their confidence."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatbot.answering import Ask, Chatbot
from chatbot.conversation import understand
from chatbot.lexical import fold_phrase
from chatbot.passages import is_step
from chatbot.ranking import NEAREST
from chatbot.retrieval import (
    CERTAIN,
    COVERED,
    SURE,
    SURE_OF_TWO,
    UNLIKELY,
    Retriever,
    calibrated,
)
from tests.conftest import ROOT

NO_HARM = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

# Good words that the guide does not hold: people ask about such things, and must be told so.
GOOD_WORDS = [
    "accountant", "bicycle", "bonus", "bootcamp", "cabbage", "carpenter", "chef", "climate", "comedy",
    "commute", "contractor", "cookie", "dentist", "divorce", "doctor", "dragon", "election", "equity",
    "farmer", "fashion", "fever", "freelance", "guitar", "hospital", "hotel", "insurance", "introvert",
    "island", "kitchen", "lawyer", "lottery", "mentor", "museum", "music", "nurse", "ocean", "overtime",
    "painter", "pension", "pilot", "plumber", "police", "potato", "prison", "rabbit", "recipe", "recruiter",
    "religion", "relocation", "restaurant", "river", "rocket", "sailor", "scarf", "sister", "soldier",
    "sponsorship", "stipend", "surgeon", "teacher", "ticket", "tiger", "tourist", "umbrella", "vacation",
    "vaccine", "village", "violin", "visa", "waiter", "weather", "wedding", "winter", "wizard",
]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("How much is the salery in Califronia?", "How much is the salary in california?"),
        ("machne lerning enginer", "machine learning engineer"),
        ("wich programing langauges are needed", "which programming languages are needed"),
        ("is a certifcation or a bachlors degre needed", "is a certification or a bachelors degree needed"),
        ("pyhton or jvaa?", "python or java?"),
    ],
)
def test_typing_errors_are_repaired_and_shown(real_bot: Chatbot, typed: str, read: str) -> None:
    assert real_bot.retriever.read(typed).text == read
    assert real_bot.ask(typed).understood_as == read


@pytest.mark.parametrize("word", GOOD_WORDS)
def test_good_words_are_never_touched(real_bot: Chatbot, word: str) -> None:
    for question in (f"what about the {word}?", f"What about {word.title()}?", word):
        assert real_bot.retriever.read(question).text == question


def test_repairs_go_only_towards_the_guides_words(real_bot: Chatbot) -> None:
    retriever = real_bot.retriever
    typed = ["salery", "enginer", "masachusetts", "vidoe", "kubernets", "qwertz", "netflx", "algoritms"]
    for word in typed:
        read = retriever.read(f"what about {word}").text.removeprefix("what about ")
        assert read == word or fold_phrase(read) in retriever.spelling.vocabulary
    assert retriever.read("kubernets and zalnado").text == "kubernets and zalnado"


@given(st.data())
@NO_HARM
def test_one_slip_in_a_long_word_of_the_guide_is_put_right_or_left(
    real_bot: Chatbot, data: st.DataObject
) -> None:
    """Two letters swapped or one dropped: the repair gives a word of the guide, mostly the same one."""
    retriever = real_bot.retriever
    words = sorted(word for word in retriever.spelling.vocabulary if len(word) >= 6 and word.isalpha())
    word = data.draw(st.sampled_from(words))
    place = data.draw(st.integers(1, len(word) - 2))
    slips = (
        word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        word[:place] + word[place + 1 :],
    )
    typed = data.draw(st.sampled_from(slips))
    read = retriever.read(typed).text
    assert read == typed or fold_phrase(read) in retriever.spelling.vocabulary or typed in retriever.synonyms


@given(st.text(max_size=80))
@NO_HARM
def test_reading_twice_changes_no_more(real_bot: Chatbot, text: str) -> None:
    once = real_bot.retriever.read(text).text
    assert real_bot.retriever.read(once).text == once


@pytest.mark.parametrize(
    ("short", "written_out"),
    [
        ("CA salary", "California salary"),
        ("ca salary", "California salary"),
        ("pay in NY", "pay in New York"),
        ("wfh?", "remote work?"),
        ("CV tips", "resume tips"),
        ("is cpp needed", "is C++ needed"),
        ("DL engineer", "deep learning engineer"),
        ("WHAT IS THE PAY IN CA", "WHAT IS THE PAY IN California"),
        ("MATHS IS MY THING", "MATHS IS MY THING"),
    ],
)
def test_short_forms_of_the_front_matter_are_written_out(
    real_bot: Chatbot, short: str, written_out: str
) -> None:
    assert real_bot.retriever.read(short).text == written_out


@pytest.mark.parametrize("text", ["NLP", "CTO", "APIs", "ML", "PhD", "What does IT mean to us?"])
def test_short_forms_that_the_guide_uses_itself_stay(real_bot: Chatbot, text: str) -> None:
    assert real_bot.retriever.read(text).text == text


def test_synonyms_search_for_the_guides_own_word(real_bot: Chatbot) -> None:
    retriever = real_bot.retriever
    own = retriever.read("salary").terms
    for other in ("pay", "wage", "compensation", "earnings"):
        assert retriever.read(other).terms == own
        assert retriever.read(other).text == other, "the question itself stays as it was asked"


@pytest.mark.parametrize(
    ("question", "section"),
    [
        ("CA pay", "salary-states"),
        ("what's the wage in NY for an MLE", "salary-states"),
        ("is wfh common for ML engineers", "work-environment"),
        ("what does an NLP engineer do", "type-nlp"),
        ("maths needed for MLE", "skills-math"),
        ("which job boards list ML jobs", "jobs-sites"),
    ],
)
def test_acronyms_and_synonyms_find_their_section(real_bot: Chatbot, question: str, section: str) -> None:
    answer = real_bot.ask(question)
    assert (answer.kind, answer.sources[0].ref.partition("#")[2]) == ("answer", section)


def test_only_sections_that_say_something_compete(bot: Chatbot) -> None:
    retriever = bot.retriever
    allowed = retriever.allowed(())
    said = [bool(section.blocks) for section in bot.index.sections]
    assert allowed.tolist() == said
    for number in range(len(bot.guides)):
        mask = retriever.allowed({number})
        assert mask.any()
        assert set(bot.index.guide_of[mask]) == {number}


def test_hits_are_ordered_and_within_what_is_allowed(bot: Chatbot) -> None:
    retriever = bot.retriever
    reading = retriever.read("How much do bakers make in Ohio?")
    (evidence,) = retriever.evidence([reading])
    for guides in (None, {0}, {1, 2}):
        allowed = retriever.allowed(guides)
        hits = retriever.hits(evidence, reading.words, allowed, 7)
        scores = [hit.score for hit in hits]
        assert scores == sorted(scores, reverse=True)
        assert all(allowed[hit.section] for hit in hits)
        assert all(0 <= hit.confidence <= 1 for hit in hits)
        assert len({hit.section for hit in hits}) == len(hits) == min(7, int(allowed.sum()))
    nothing = np.zeros(len(bot.index.sections), bool)
    assert retriever.hits(evidence, reading.words, nothing, 3) == []


def test_an_alternate_word_for_word_comes_first_and_is_certain(bot: Chatbot) -> None:
    retriever = bot.retriever
    section = bot.index.refs.index("baker#duties")
    other = retriever.read("How much do bakers make in Ohio?")
    (evidence,) = retriever.evidence([other])
    alternate = bot.index.sections[section].alternates[0]
    hit = retriever.hits(evidence, other.words, retriever.allowed(()), 1, alternate.upper() + "??")[0]
    assert hit.section == section
    assert hit.confidence >= CERTAIN


def test_a_batch_gives_each_its_own_evidence(bot: Chatbot) -> None:
    retriever = bot.retriever
    readings = [
        retriever.read(text) for text in ("What is a gardener?", "pay in Ohio", "When do bakers start?")
    ]
    for together, reading in zip(retriever.evidence(readings), readings, strict=True):
        (alone,) = retriever.evidence([reading])
        np.testing.assert_array_equal(together.scores, alone.scores)
        np.testing.assert_array_equal(together.features, alone.features)


@given(
    st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=9).flatmap(
        lambda weights: st.tuples(
            st.just(weights),
            st.lists(st.floats(-1e3, 1e3), min_size=len(weights) - 1, max_size=len(weights) - 1),
        )
    )
)
def test_a_confidence_is_a_probability_whatever_the_weights(both: tuple[list[float], list[float]]) -> None:
    weights, traits = (np.array(values, np.float32) for values in both)
    odds = float(weights[:-1] @ traits + weights[-1])
    value = calibrated(weights, traits)
    assert 0 < value < 1
    assert (value > 0.5) == (odds > 0) or abs(odds) < 1e-3


def test_values_that_can_stand_for_each_other(real_bot: Chatbot) -> None:
    groups = real_bot.retriever.groups
    assert frozenset(["california", "washington", "new york", "virginia", "massachusetts"]) in groups
    assert frozenset(["google", "facebook", "microsoft", "amazon", "apple"]) in groups
    assert any({"data scientist", "deep learning engineer"} <= group for group in groups), "a family's titles"
    assert {("texas",), ("zengig",), ("software", "publishers")} <= set(real_bot.retriever.values)


# At a glance ------------------------------------------------------------------------------------


def golden(split: str) -> list[dict[str, Any]]:
    """The golden questions of a split, without small talk."""
    rows = map(json.loads, (ROOT / "corpus" / "golden.jsonl").read_text().splitlines())
    return [row for row in rows if row["split"] == split and row["kind"] != "small_talk"]


def standing_alone(split: str) -> list[dict[str, Any]]:
    """Those of them that need no history."""
    return [row for row in golden(split) if not row.get("history")]


def test_a_glance_is_taken_where_it_is_sure_and_only_there(real_bot: Chatbot) -> None:
    retriever = real_bot.retriever
    glance = retriever.glance
    assert glance
    readings = [retriever.read(row["question"]) for row in standing_alone("test")]
    allowed = [retriever.allowed(())] * len(readings)
    looked = retriever.look(readings, allowed)
    whole = retriever.evidence(readings)
    for reading, mask, seen, full in zip(readings, allowed, looked, whole, strict=True):
        assert full.ranker is retriever.ranker
        vector = glance.index.encoder.encode([reading.searched])
        (quick,) = glance.evidence(vector, [reading.terms])
        (hit,) = retriever.hits(quick, reading.words, mask, 1, reading.text)
        covered = glance.coverage.of([hit.section], reading.words)[0][0]
        sure = hit.confidence >= SURE or (hit.confidence < UNLIKELY and covered < COVERED)
        expected = quick if sure else full
        assert seen.ranker is expected.ranker
        np.testing.assert_allclose(seen.scores, expected.scores, atol=1e-4)


def test_what_is_answered_at_a_glance_is_right_and_most_is(real_bot: Chatbot) -> None:
    """On questions that nothing was fitted on: as surely as the confidence says."""
    retriever = real_bot.retriever
    rows = standing_alone("test")
    readings = [retriever.read(row["question"]) for row in rows]
    allowed = retriever.allowed(())
    looked = retriever.look(readings, [allowed] * len(rows))
    glanced = [seen.ranker is retriever.glance for seen in looked]
    assert sum(glanced) > 0.6 * len(rows)
    right = []
    for row, reading, seen, quick in zip(rows, readings, looked, glanced, strict=True):
        (hit,) = retriever.hits(seen, reading.words, allowed, 1, reading.text)
        if quick and hit.confidence >= SURE:
            right.append(real_bot.index.refs[hit.section] in row["relevant"])
    assert sum(right) > 0.97 * len(right)


def test_what_is_not_allowed_is_not_seen_at_a_glance_either(real_bot: Chatbot) -> None:
    retriever = real_bot.retriever
    reading = retriever.read("How much do ML engineers make in California?")
    first = real_bot.index.refs.index("machine-learning-engineer#salary-states")
    allowed = retriever.allowed(())
    (seen,) = retriever.look([reading], [allowed])
    assert seen.ranker is retriever.glance
    allowed = allowed.copy()  # all share it
    allowed[first] = False
    (seen,) = retriever.look([reading], [allowed])
    assert retriever.hits(seen, reading.words, allowed, 1)[0].section != first


def test_families_and_what_is_below(bot: Chatbot) -> None:
    numbered = list(enumerate(zip(bot.index.sections, bot.index.guide_of, strict=True)))
    families, below = bot.retriever.families, bot.retriever.below
    for number, (section, guide) in numbered:
        for other, (there, its_guide) in numbered:
            same = guide == its_guide
            beside = same and (there.parents, there.level) == (section.parents, section.level)
            under = same and there.parents == (*section.parents, section.title)
            assert (other in families[number], other in below[number]) == (beside, under)
    assert all(list(numbers) == sorted(numbers) for numbers in (*families, *below))
    assert any(below)


def test_two_readings_are_both_seen_at_a_glance_or_both_in_full(real_bot: Chatbot) -> None:
    retriever = real_bot.retriever
    glances = []
    for row in (row for row in golden("test") if row.get("history")):
        turn = understand(retriever, row["question"], row["history"])
        if not turn.evidence.averaged:
            continue
        (hit,) = retriever.hits(turn.evidence, turn.words, turn.allowed, 1, turn.understood_as)
        glances.append(turn.evidence.ranker is retriever.glance)
        assert not glances[-1] or hit.confidence >= SURE_OF_TWO or hit.confidence < UNLIKELY
    assert 0.1 < sum(glances) / len(glances) < 0.6


def test_a_follow_up_that_stood_alone_is_only_seen_at_a_glance_that_is_sure_of_it(real_bot: Chatbot) -> None:
    retriever = real_bot.retriever
    steps = {
        section.title for section in real_bot.index.sections if is_step(section)
    }  # are led to, not found
    glances = 0
    for row in (row for row in golden("test") if row.get("history")):
        turn = understand(retriever, row["question"], row["history"])
        alone = not turn.follows and turn.understood_as not in steps
        if alone and turn.evidence.ranker is retriever.glance:
            bare = understand(retriever, turn.understood_as, guides=turn.guides)
            np.testing.assert_allclose(turn.evidence.scores, bare.evidence.scores, atol=1e-4)
            glances += 1
    assert glances > 10


def test_views_shortened_for_the_glance_are_found_as_by_going_through_all(real_bot: Chatbot) -> None:
    index = real_bot.index.glance
    assert index
    asked = index.encoder.encode([row["question"] for row in golden("test")])
    cosines, rows = index.nearest(asked, NEAREST)
    assert all(view.kind == "declined" for view in index.views[index.faiss.ntotal :])
    held = index.vectors[: index.faiss.ntotal]
    exact = np.sort(asked @ held.T, axis=1)[:, ::-1][:, :NEAREST]
    np.testing.assert_allclose(cosines[:, :20], exact[:, :20], atol=2e-2)
    assert (np.take_along_axis(asked @ held.T, rows, 1) >= exact[:, -1:]).mean() > 0.98


def test_without_golden_questions_there_is_no_glance(bot: Chatbot, trades: Chatbot) -> None:
    for found in (bot, trades):
        assert found.index.glance is None
        reading = found.retriever.read("What does a baker do?")
        (seen,) = found.retriever.look([reading], [found.retriever.allowed(())])
        assert seen.ranker is found.retriever.ranker


def test_the_blind_take_no_glance(real_bot: Chatbot) -> None:
    assert Retriever(real_bot.index, blind=True).glance is None


def test_what_no_text_says_is_covered_in_the_guides_own_word(real_bot: Chatbot) -> None:
    """The question itself stays as it was asked, where the language has the word; "e-mail" is one word."""
    words = real_bot.index.words
    synonyms = {"pillow": "salary", "e mail": "network", "or": "Oregon", "pay": "network"}
    bot = Chatbot(replace(real_bot.index, words=words | {"synonyms": synonyms}))
    assert "pillow" in words["language"]
    reading = bot.retriever.read("what pillow or pay do they get?")
    assert reading.text == "what pillow or pay do they get?"
    assert reading.searched == "what salary or pay do they get?"
    assert [word.text for word in reading.words] == ["salary", "pay"]
    assert bot.retriever.write_out("by e-mail?") == "by network?"


@pytest.mark.parametrize(
    ("question", "searched"),
    [
        ("besides coding what else do i gotta be good at", "what else do i gotta be good at"),
        ("Which skills should I have besides programming?", "Which skills should I have ?"),
        # what is left out answers something else than the question
        (
            "Which degree is needed, apart from a portfolio?",
            "Which degree is needed, apart from a portfolio?",
        ),
        ("Do I need anything besides a degree?", "Do I need anything besides a degree?"),
        ("besides that, what is needed?", "besides that, what is needed?"),
    ],
)
def test_what_a_question_leaves_out_is_not_searched(real_bot: Chatbot, question: str, searched: str) -> None:
    reading = real_bot.retriever.read(question)
    assert (reading.text, reading.searched) == (question, searched)


def test_what_a_writer_declines_is_declined_word_for_word(real_bot: Chatbot) -> None:
    """Whatever it comes near to."""
    declined = [text for guide in real_bot.guides for text in guide.declined]
    answers = real_bot.ask_many([Ask(text) for text in declined])
    assert not [answer.question for answer in answers if answer.kind == "answer"]
    follow_up = real_bot.ask("who sets the deadlines", ["Do ML engineers work weekends?"])
    assert follow_up.kind == "no_answer"


def test_a_guide_declines_what_stands_in_its_own_list(real_bot: Chatbot) -> None:
    retriever = Retriever(real_bot.index)
    text = real_bot.guides[0].declined[0]
    assert retriever.declines(text) == {0}
    assert not retriever.declines("what do ML engineers do")
