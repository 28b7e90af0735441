"""Follow-ups: swapping a value, pointing, asking on, going on in a sequence; and what stands alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatbot import conversation
from chatbot.answering import Answer, Chatbot
from chatbot.conversation import understand, understand_all
from chatbot.conversation.depending import depends

ROOT = Path(__file__).parent.parent
MAKE = "How much do ML engineers make in {}?"
CALIFORNIA = MAKE.format("California")
PATH = "How do I become an ML engineer?"
NOBODY: frozenset[int] = frozenset()


@cache
def golden() -> list[dict[str, Any]]:
    lines = (ROOT / "corpus" / "golden.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def section(answer: Answer) -> str:
    return answer.sources[0].ref.partition("#")[2]


def test_a_question_without_a_word_of_its_own_leans_on_the_one_before(real_bot: Chatbot) -> None:
    (source, *_) = real_bot.ask("how many are there?", ["which states have the most ml jobs"]).sources
    assert source.ref.endswith("#jobs-states")


@pytest.mark.parametrize(
    ("history", "question", "found"),
    [
        (["What is a machine learning engineer?"], "what do they earn in Virginia?", "salary-states"),
        (["Do I need a master's degree?"], "is it required?", "step-masters"),
        (["Are certifications useful for ML engineers?"], "can you name a few?", "faq-certifications"),
        (["Are there associations for ML engineers?"], "what are they called?", "tips-network"),
        (["What types exist?", "what does a deep learning engineer do?"], "which others are there?", "types"),
        (
            ["What are the highest paying industries?"],
            "which of those pays second best?",
            "salary-industries",
        ),
        (["what are good job sites"], "besides websites, does it help to know people?", "tips-network"),
        (["What are the hours of ML engineers?"], "is it flexible?", "work-hours"),
        (["Which certifications are useful for ML engineers?"], "why?", "faq-certifications"),
        (["do i need a masters"], "why would i bother then", "step-masters"),
        (["Which states are best for ML jobs?"], "and which employers?", "jobs-employers"),
        ([CALIFORNIA], "sorry i meant top employers", "jobs-employers"),
        ([CALIFORNIA], "no i meant the skills", "skills"),
        (["Are there associations for ML engineers?"], "which ones?", "tips-network"),
        (
            ["Should an ML engineer join associations to build a network?"],
            "Which ones exactly?",
            "tips-network",
        ),
        (["Does a certification help ML engineers?"], "which ones for example", "faq-certifications"),
        (["Which job sites are best for ML engineers?"], "name them", "jobs-sites"),
        (["Who are the top employers of ML engineers?"], "who else?", "jobs-employers"),
        (["Do certifications help an ML engineer?"], "which ones?", "faq-certifications"),
        (["Do certifications help an ML engineer?"], "any in particular you'd name?", "faq-certifications"),
        (["Is mathematics important for an ML engineer?"], "what kind exactly", "skills-math"),
        (["Should I join associations as an ML engineer?"], "can you give me some names", "tips-network"),
        (["do ML engineers need to be good at communication"], "why's that?", "skills-communication"),
    ],
)
def test_pointing_and_asking_on(real_bot: Chatbot, history: list[str], question: str, found: str) -> None:
    answer = real_bot.ask(question, history)
    assert (answer.kind, section(answer)) == ("answer", found)


@pytest.mark.parametrize(
    ("history", "question", "found"),
    [
        ([PATH], "what is the first step?", "step-high-school"),
        ([PATH], "what is the last step?", "step-job-application"),
        ([PATH], "step 6?", "step-languages"),
        ([PATH], "whats the 6th one", "step-languages"),
        ([PATH], "and the second step?", "step-bachelors"),
        ([PATH], "and what is step 3?", "step-specialized-study"),
        ([PATH, "what is the first step?"], "what comes next?", "step-bachelors"),
        ([PATH, "what is the first step?", "what comes next?"], "and then?", "step-specialized-study"),
        ([PATH, "step 4?"], "what comes before that?", "step-specialized-study"),
        (["What does gaining practical experience for ML mean?"], "and after that?", "step-languages"),
        ([], "What is step 7?", "step-certification"),
        (["How much do ML engineers make?"], "what is the first step then?", "step-high-school"),
    ],
)  # fmt: skip
def test_a_sequence(real_bot: Chatbot, history: list[str], question: str, found: str) -> None:
    answer = real_bot.ask(question, history)
    assert (answer.kind, section(answer)) == ("answer", found)
    assert answer.understood_as == answer.sources[0].section


@pytest.mark.parametrize(
    ("history", "question", "missing"),
    [([PATH], "step 9?", "Step 9"), ([], "What is step 12?", "Step 12"),
     (["What is step 8?"], "what comes next?", "Step 9")],
)  # fmt: skip
def test_a_step_that_is_not_there(real_bot: Chatbot, history: list[str], question: str, missing: str) -> None:
    answer = real_bot.ask(question, history)
    assert (answer.kind, answer.reason, answer.missing) == ("no_answer", "not_in_guide", (missing,))
    assert "Step 8: Job application" in answer.text


def test_a_step_of_which_there_are_several_is_that_of_the_conversation(trades: Chatbot) -> None:
    assert trades.ask("what is step 2?").kind != "answer"
    answer = trades.ask("what is step 2?", ["How do I become a bookbinder?"])
    assert (answer.kind, answer.sources[0].ref) == ("answer", "bookbinder#step-apprenticeship")


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("What are the typical work hours of an ML engineer?", "work-hours"),
        ("Which skills does an ML engineer need?", "skills"),
        ("Do ML engineers need a master's degree?", "step-masters"),
        ("Is there a job site for ML engineers?", "jobs-sites"),
    ],
)
def test_a_switch_of_topic_drops_the_history(real_bot: Chatbot, question: str, found: str) -> None:
    answer = real_bot.ask(question, [CALIFORNIA, "and in Washington?"])
    assert (answer.kind, section(answer)) == ("answer", found)
    assert answer.understood_as == question


@pytest.mark.parametrize(
    ("history", "question", "understood", "found"),
    [
        ([CALIFORNIA], "ok forget the money, are the hours decent?", "are the hours decent?", "work-hours"),
        ([CALIFORNIA], "leaving pay aside: is remote work possible?", "is remote work possible?", "work-"),
        ([CALIFORNIA], "great, got it. Which skills do I need?", "Which skills do I need?", "skills"),
        ([], "thanks! what does a typical day look like", "what does a typical day look like", "faq-workday"),
    ],
)
def test_what_is_said_aside_is_left_out(
    real_bot: Chatbot, history: list[str], question: str, understood: str, found: str
) -> None:
    answer = real_bot.ask(question, history)
    assert answer.understood_as == understood
    assert section(answer).startswith(found)


def test_a_topic_of_long_ago_is_forgotten(real_bot: Chatbot) -> None:
    recent = ["What is a machine learning engineer?"] * conversation.MOST
    with_old = real_bot.ask("why?", [CALIFORNIA, *recent])
    assert with_old.understood_as == real_bot.ask("why?", recent).understood_as
    assert "California" not in with_old.understood_as


def test_standalone_golden_questions_are_the_same_with_and_without_any_history(real_bot: Chatbot) -> None:
    """Every question that does not say "they" or the like, after random conversations."""
    retriever = real_bot.retriever
    rows = [row for row in golden() if row["kind"] not in ("followup", "small_talk") and "history" not in row]
    whole = [row["question"] for row in rows if not depends(retriever, retriever.read(row["question"]))]
    assert len(whole) >= 0.85 * len(rows), "most questions stand alone"
    chance = np.random.default_rng(5)
    whole = list(map(str, chance.choice(whole, 250, replace=False)))
    histories = [tuple(map(str, chance.choice(whole, 3))) for _ in whole]
    alone = understand_all(retriever, [(question, (), NOBODY) for question in whole])
    after = understand_all(
        retriever, [(q, history, NOBODY) for q, history in zip(whole, histories, strict=True)]
    )
    found_after = 0
    for one, other in zip(alone, after, strict=True):
        if not conversation._is_answered(retriever, one) and other.understood_as != one.understood_as:
            found_after += 1  # what nothing answers may have meant the topic after all
            continue
        assert one.understood_as == other.understood_as
        assert not one.follows
        assert not other.follows
        np.testing.assert_array_equal(one.evidence.scores, other.evidence.scores)
    assert found_after <= 2


@pytest.mark.parametrize(("history", "question", "found"), [
    ("What does an NLP engineer do?", "example projects?", "type-nlp"),
    ("Are communication skills important?", "Really? For an engineer? How come?", "skills-communication"),
    ("Is a postgraduate degree mandatory to enter this profession?", "u got a girlfriend?", ""),
    ("How much do ML engineers make in California?", "What is the pay of nurses in Peru?", ""),
])  # fmt: skip
def test_what_finds_nothing_alone_is_looked_for_after_the_history(
    real_bot: Chatbot, history: str, question: str, found: str
) -> None:
    assert real_bot.ask(question).kind != "answer"
    answer = real_bot.ask(question, [history])
    assert (answer.kind == "answer") is bool(found)
    assert not found or answer.sources[0].ref.endswith(f"#{found}")


@pytest.mark.parametrize(("earlier", "place"), [
    ("What do nurses earn?", "California?"), ("What does a plumber earn?", "in Washington"),
    ("Salary with a PhD?", "California"), ("How much per hour?", "in New York"),
])  # fmt: skip
def test_a_place_is_asked_of_what_was_asked_before_it(real_bot: Chatbot, earlier: str, place: str) -> None:
    assert real_bot.ask(place, [earlier]).kind == "no_answer"


@pytest.mark.parametrize(("history", "found"), [
    ("what do they make in california", "salary-states"),
    ("where are the jobs?", "jobs-states"),
])  # fmt: skip
def test_nothing_but_the_name_of_a_row_is_read_after_the_history(
    real_bot: Chatbot, history: str, found: str
) -> None:
    answer = real_bot.ask("new york?", [history])
    assert (answer.kind, answer.sources[0].ref) == ("answer", f"machine-learning-engineer#{found}")


@pytest.mark.parametrize(("history", "question", "found"), [
    ("What courses can I take to keep learning?", "any online ones?", "tips-continuous-learning"),
])  # fmt: skip
def test_what_is_far_surer_after_the_history_is_read_after_it(
    real_bot: Chatbot, history: str, question: str, found: str
) -> None:
    alone, after = real_bot.ask(question), real_bot.ask(question, [history])
    assert not alone.sources[0].ref.endswith(f"#{found}")
    assert (after.kind, after.sources[0].ref) == ("answer", f"machine-learning-engineer#{found}")
    assert after.confidence > alone.confidence


def test_golden_questions_that_seem_to_need_a_history_find_their_section_after_any(
    real_bot: Chatbot,
) -> None:
    """ "do they work weekends?" is asked alone, too: a strange history must not lead it astray."""
    retriever = real_bot.retriever
    rows = [row for row in golden() if row["relevant"] and row["kind"] != "followup" and "history" not in row]
    rows = [row for row in rows if depends(retriever, retriever.read(row["question"]))]
    right = [real_bot.ranking(row["question"], k=1)[0] in row["relevant"] for row in rows]
    history = ["Who painted the Mona Lisa?"]
    still = [real_bot.ranking(row["question"], history, k=1)[0] in row["relevant"] for row in rows]
    assert sum(still) >= 0.85 * sum(right)


def test_golden_follow_ups(real_bot: Chatbot) -> None:
    rows = [row for row in golden() if row["kind"] == "followup"]
    assert len(rows) >= 40
    found = [real_bot.ranking(row["question"], row["history"], k=1)[0] in row["relevant"] for row in rows]
    assert sum(found) >= 0.9 * len(rows)


TURNS = [
    "and in Ohio?", "why?", "which ones?", "How much do bakers make in Maine?", "what comes next?", "step 2?",
    "What is a gardener?", "they", "", "  ", "???", "and", "what about Peru", "thanks", "the last step",
    "How do I become a baker?", "and then?", "😀", "x" * 999, "who else, and why, and which?", "and and and",
]  # fmt: skip
texts = st.lists(st.sampled_from(TURNS), max_size=6)


@given(history=texts, question=st.one_of(texts.map(" ".join), st.text(max_size=60)))
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_conversation_gets_an_answer(bot: Chatbot, history: list[str], question: str) -> None:
    answer = bot.ask(question, history)
    assert answer.kind in ("answer", "clarify", "no_answer", "small_talk")
    for source in answer.sources:
        guide = next(guide for guide in bot.guides if source.ref.startswith(f"{guide.id}#"))
        assert guide.text[source.start : source.end] == source.quote


def test_many_are_understood_as_each_alone(bot: Chatbot) -> None:
    retriever = bot.retriever
    asks = [
        ("How much do bakers make in Ohio?", (), NOBODY),
        ("and in Maine?", ("How much do bakers make in Ohio?",), NOBODY),
        ("What are the hours?", (), frozenset([0])),
    ]
    for turn, ask in zip(understand_all(retriever, asks), asks, strict=True):
        single = understand(retriever, *ask)
        assert turn.understood_as == single.understood_as
        assert turn.guides == single.guides
        np.testing.assert_array_equal(turn.evidence.scores, single.evidence.scores)
        np.testing.assert_array_equal(turn.allowed, single.allowed)


def test_the_role_of_the_conversation_is_the_one_last_named(bot: Chatbot) -> None:
    retriever = bot.retriever
    ids = [guide.id for guide in bot.guides]
    history = ("How do I become a baker?", "What is a gardener?", "why?")
    turn = understand(retriever, "Which tools are needed for the work in parks and nurseries?", history)
    assert turn.guides == {ids.index("gardener")}
    assert turn.allowed.sum() == sum(retriever.allowed({ids.index("gardener")}))


BEST_STATE = "Which state pays ML engineers the most?"


@pytest.mark.parametrize(
    ("history", "question", "text"),
    [
        ([BEST_STATE], "And which one comes right after that?", "Washington: $138,400 a year."),
        ([BEST_STATE], "who is at the bottom of those five", "Massachusetts: $136,700 a year."),
        (["Which states pay best?"], "and the lowest of them?", "Massachusetts: $136,700 a year."),
        (["How much do they pay in Virginia?"], "and the one after that?", "Massachusetts: $136,700 a year."),
        (
            ["What is the best paying industry for ML engineers?"],
            "how much is that a year?", "Information Services and Data Processing: $139,170 a year.",
        ),
        (
            ["Which industry pays the highest salary?"],
            "who is right behind the top one?", "Computer Systems Design: $138,200 a year.",
        ),
        (
            ["what are the highest paying industries", "which one is on top"],
            "number three, how much exactly?",
            "Scientific Research and Development Services: $136,040 a year.",
        ),
        (["highest paying states"], "what's the figure for the last?", "Massachusetts: $136,700 a year."),
    ],
)  # fmt: skip
def test_a_row_is_asked_for_by_rank_by_place_and_for_its_figure(
    real_bot: Chatbot, history: list[str], question: str, text: str
) -> None:
    answer = real_bot.ask(question, history)
    assert (answer.kind, answer.text) == ("answer", text)


@pytest.mark.parametrize(
    ("before", "question"),
    [
        ("Highest paying states?", "is the first one expensive"),
        ("Highest paying states?", "what's the best for beginners?"),
        ("Which states pay best?", "how much is rent there?"),
        ("How much do they pay in Massachusetts?", "and the next one?"),
        ("Which states have the most jobs?", "and the lowest?"),  # of a list without figures
    ],
)
def test_a_row_does_not_answer_what_is_asked_of_it_besides(
    real_bot: Chatbot, before: str, question: str
) -> None:
    assert real_bot.ask(question, [before]).kind != "answer"


@pytest.mark.parametrize(
    ("before", "question", "found", "text"),
    [
        (
            "What are the highest paying states?",
            "sorry i meant industries not states",
            "salary-industries",
            "",
        ),
        (
            "What is the salary in Virginia?",
            "sorry i meant the industries, not the states",
            "salary-industries",
            "",
        ),
        ("which states have the most jobs", "sorry i meant the employers", "jobs-employers", "Google"),
        (
            "how much in california",
            "no, Washington, not California",
            "salary-states",
            "Washington: $138,400 a year.",
        ),
        ("Highest paying states?", "no, not pay. where most jobs are", "jobs-states", "Texas"),
        ("what do nlp engineers do", "no not nlp, the deep learning one", "type-deep-learning", ""),
    ],
)
def test_a_correction_leaves_out_what_was_not_meant(
    real_bot: Chatbot, before: str, question: str, found: str, text: str
) -> None:
    answer = real_bot.ask(question, [before])
    assert (answer.kind, section(answer)) == ("answer", found)
    assert text in answer.text


@pytest.mark.parametrize(
    ("before", "question", "found"),
    [
        ("What career tips do you have for ML engineers?", "tell me more about networking", "tips-network"),
        ("how do I become an ML engineer", "more on certification please", "step-certification"),
        ("is networking a tip", "what are the others", "tips"),
        ("what is step 5", "and 6?", "step-languages"),
    ],
)
def test_more_of_one_or_of_all(real_bot: Chatbot, before: str, question: str, found: str) -> None:
    answer = real_bot.ask(question, [before])
    assert (answer.kind, section(answer)) == ("answer", found)


def test_a_turn_is_kept_for_the_follow_ups_to_it(real_bot: Chatbot, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was understood of a question is what would be understood of it again."""
    conversations = [
        (PATH, "and then?"),
        (CALIFORNIA, "and in Ohio?"),
        ("which states pay best", "why there?"),
    ]
    fresh, warm = (replace(real_bot, index=real_bot.index) for _ in range(2))
    for before, question in conversations:
        warm.ask(before)
        assert (before, (), NOBODY) in warm.retriever.turns
        with monkeypatch.context() as patch:
            patch.setattr(conversation, "understand", None)  # is not needed again
            kept = warm.ask(question, [before])
        anew = fresh.ask(question, [before])
        assert replace(kept, id="", took_ms=0.0) == replace(anew, id="", took_ms=0.0)


def test_only_so_many_turns_are_kept(bot: Chatbot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "KEPT", 3)
    fresh = replace(bot, index=bot.index)
    for number in range(10):
        fresh.ask(f"What does baker {number} do?")
        assert 1 <= len(fresh.retriever.turns) <= 3


def test_after_a_switch_of_topic_nothing_points_back(real_bot: Chatbot) -> None:
    history = ["How much is paid in Massachusetts?"]
    answer = real_bot.ask("thx. different topic, do they work in an office", history)
    assert answer.understood_as == "do they work in an office"
    assert (answer.kind, section(answer)) == ("answer", "work-environment")


@pytest.mark.parametrize(
    "question",
    ["no I meant the NLP engineer, what do they work on?", "and NLP engineers, what are they good at"],
)
def test_they_are_those_that_the_question_itself_names(real_bot: Chatbot, question: str) -> None:
    answer = real_bot.ask(question, ["What does an algorithm specialist do?"])
    assert (answer.kind, section(answer)) == ("answer", "type-nlp")


@pytest.mark.parametrize(
    ("before", "question"),
    [
        ("What does an algorithm specialist do?", "no, i mean how much do they make?"),
        ("Who are the top employers?", "no, I mean which of them pays most"),
    ],
)
def test_a_correction_that_points_back_is_read_after_the_history(
    real_bot: Chatbot, before: str, question: str
) -> None:
    assert real_bot.ask(question, [before]).kind == "no_answer"


def test_more_of_the_whole_subject_is_no_heading(real_bot: Chatbot) -> None:
    for question in ("tell me more about the job", "no I meant the job", "more about machine learning"):
        assert not real_bot.ask(question, [PATH]).understood_as.startswith("Step"), question


def test_late_in_a_conversation_no_turn_is_kept_that_is_never_looked_for(bot: Chatbot) -> None:
    fresh = replace(bot, index=bot.index)
    history: list[str] = []
    for question in ("What does a baker do?", "why?", "and then?", "where?", "how long?", "what for?"):
        fresh.ask(question, history)
        history.append(question)
    assert all(len(earlier) < conversation.MOST for _, earlier, _ in fresh.retriever.turns)
    assert ("and then?", ("What does a baker do?", "why?"), NOBODY) in fresh.retriever.turns


@pytest.mark.parametrize(
    ("history", "question"),
    [
        (["Do they get free lunch?"], "do they lead teams"),
        (["What is overfitting?"], "what do they do all day"),
    ],
)
def test_they_are_the_guides_own_where_what_was_asked_before_has_no_answer(
    real_bot: Chatbot, history: list[str], question: str
) -> None:
    answer = real_bot.ask(question, history)
    assert (answer.kind, answer.text) == ("answer", real_bot.ask(question).text)


@pytest.mark.parametrize("before", ["What does a product manager do?", "can ML engineers become CTOs"])
def test_they_are_another_role_where_one_was_named(real_bot: Chatbot, before: str) -> None:
    assert real_bot.ask("what do they earn?").kind == "answer"
    assert real_bot.ask("what do they earn?", [before]).kind != "answer"


@pytest.mark.parametrize(
    ("history", "question"),
    [
        (
            ["What are the main duties of an ML engineer?"],
            "thanks. And what about language translation, who does that?",
        ),
        (["promotion senior principal architect"], "and is machine learning engineering a growing field?"),
    ],
)
def test_what_after_the_history_has_no_answer_and_alone_a_sure_one_is_asked_alone(
    real_bot: Chatbot, history: list[str], question: str
) -> None:
    answer = real_bot.ask(question, history)
    assert (answer.kind, answer.text) == ("answer", real_bot.ask(question).text)


@pytest.mark.parametrize(
    ("history", "question"),
    [
        ([], "which type pays the most?"),
        ([], "Which kind of ML engineer earns best?"),
        (
            ["What kinds of machine learning engineers are there?", "and the last one?"],
            "Which one pays the most?",
        ),
        (["who are the top employers?"], "which one pays the most?"),
        ([], "Which sort of ML engineer gets the highest pay?"),
    ],
)
def test_the_pay_of_states_is_not_that_of_types_or_firms(
    real_bot: Chatbot, history: list[str], question: str
) -> None:
    assert real_bot.ask(question, history).kind != "answer"


@pytest.mark.parametrize(
    "question", ["which kind of company pays most?", "which type of industry pays the most?"]
)
def test_a_type_of_something_else_is_no_type_of_engineer(real_bot: Chatbot, question: str) -> None:
    assert real_bot.ask(question).kind == "answer"


def test_what_is_left_out_leaves_something(bot_of: Callable[[str], Chatbot]) -> None:
    bot = bot_of(
        "---\ntitle: Shop\n---\n\n## Bikes\n\nBikes are red.\n\n## Bike locks\n\nBike locks are blue.\n"
    )
    assert bot.ask("besides bikes, what do you sell?").sources


def test_which_one_is_of_the_rows_that_were_named(real_bot: Chatbot) -> None:
    answer = real_bot.ask("which one pays most?", ["What are the top states for jobs?"])
    assert answer.sources[0].ref == "machine-learning-engineer#salary-states"


def test_a_correction_that_names_the_role_is_whole(real_bot: Chatbot) -> None:
    answer = real_bot.ask("i meant the hours of ML engineers", ["What is a CTO?"])
    assert (answer.kind, answer.understood_as) == ("answer", "the hours of ML engineers")


@pytest.mark.parametrize(
    ("question", "history", "found"),
    [
        ("apart from certificates, what else raises my chances?", ["Do certificates help?"], "faq-stand-out"),
        ("which states other than California?", [], "jobs-states"),
    ],
)
def test_the_heading_of_what_is_left_out_is_no_answer(
    real_bot: Chatbot, question: str, history: list[str], found: str
) -> None:
    answer = real_bot.ask(question, history)
    assert (answer.kind, answer.sources[0].ref) == ("answer", f"machine-learning-engineer#{found}")


def test_a_row_by_itself_is_asked_of_what_was_asked_before(real_bot: Chatbot) -> None:
    assert real_bot.ask("does Virginia have many?").kind == "answer"  # of pay
    assert real_bot.ask("does Virginia have many?", ["Which states have the most jobs?"]).kind != "answer"


def test_such_an_engineer_is_the_one_of_the_question_before(real_bot: Chatbot) -> None:
    answer = real_bot.ask("Which languages does such an engineer use?", ["Tell me about deep learning"])
    assert answer.sources[0].ref == "machine-learning-engineer#type-deep-learning"


@pytest.mark.parametrize(
    ("history", "question", "section"),
    [
        (["What types of ML engineers are there?", "Which of these pays the most?"],
         "Tell me about the third one then.", "type-deep-learning"),
        (["What types of ML engineers are there?"], "and the third one of the types", "type-deep-learning"),
        (["What's an API?"], "Okay, no matter. How do I become an ML engineer?", "how-to-become"),
    ],
)  # fmt: skip
def test_what_is_asked_of_something_else_than_what_was_declined(
    real_bot: Chatbot, history: list[str], question: str, section: str
) -> None:
    answer = real_bot.ask(question, history)
    assert (answer.kind, answer.sources[0].ref.partition("#")[2]) == ("answer", section)


@pytest.mark.parametrize(
    ("history", "question", "section"),
    [
        (["tell me about NLP engineers", "do they earn more than computer vision ones?"],
         "what do they need to know", "type-nlp"),
        (["What types of ML engineers are there?", "Which of these pays the most?"],
         "what about the third one then", "type-deep-learning"),
    ],
)  # fmt: skip
def test_what_was_declined_is_no_topic(
    real_bot: Chatbot, history: list[str], question: str, section: str
) -> None:
    assert real_bot.ask(history[-1], history[:-1]).kind != "answer"
    answer = real_bot.ask(question, history)
    assert (answer.kind, answer.sources[0].ref.partition("#")[2]) == ("answer", section)


def test_what_is_left_out_is_known_by_its_synonyms(real_bot: Chatbot) -> None:
    answer = real_bot.ask("ok what else do i need apart from maths", ["which maths exactly?"])
    assert (answer.kind, answer.sources[0].ref) == ("answer", "machine-learning-engineer#skills")


@pytest.mark.parametrize(
    ("history", "question"),
    [
        (["how much do they make in Virginia?", "and in Texas?"], "what do they make there?"),
        (["how much in California?", "and in Ohio?"], "how much is it there?"),
        (["how much in California?", "and for nurses?"], "do they need a degree?"),
        (["how much in California?", "what about taxes?"], "how much are they?"),
        (["do I need a certification?", "do I need a visa?"], "where do I get one?"),
        (["which programming languages do I need?", "who invented Python?"], "and Java?"),
        (["which states pay the most?", "which cities are most expensive?"], "and the lowest?"),
    ],
)
def test_after_what_was_named_in_vain_nothing_is_asked_of_what_came_before(
    real_bot: Chatbot, history: list[str], question: str
) -> None:
    assert real_bot.ask(question, history).kind != "answer"


@pytest.mark.parametrize(
    ("before", "question", "reply"),
    [
        (
            "Which states pay ML engineers best?",
            "does that include California?",
            "California: $139,620 a year.",
        ),
        ("Which states pay ML engineers best?", "isn't Texas on that list?", "Texas is not among them."),
        (
            "Which industry pays ML engineers best?",
            "and healthcare isnt on that list?",
            "Healthcare is not among",
        ),
        (
            "Which companies hire ML engineers?",
            "is Amazon one of them?",
            "Google, Facebook, Microsoft, Amazon",
        ),
        ("Which companies hire ML engineers?", "do these include Netflix", "Netflix is not among them."),
    ],
)
def test_whether_something_is_one_of_those_is_asked_of_them(
    real_bot: Chatbot, before: str, question: str, reply: str
) -> None:
    assert reply in real_bot.ask(question, [before]).text
