"""Evaluation: what is counted, what is shown, and what the page of the figures holds."""

import json
from pathlib import Path

import pytest

from chatbot.answering import Chatbot
from chatbot.errors import CorpusError
from chatbot.evaluation import Question, evaluate, read_questions, table, write_report

ROOT = Path(__file__).parent.parent


def some(bot: Chatbot) -> tuple[str, str]:
    """A question that the bot's guide answers, and the reference that does."""
    number = next(n for n, section in enumerate(bot.index.sections) if section.alternates)
    return bot.index.sections[number].alternates[0], bot.index.refs[number]


def test_a_right_answer_counts_as_right_and_stated(bot: Chatbot) -> None:
    question, ref = some(bot)
    quote = bot.ask(question).sources[0].quote.split()[0]
    figures = evaluate(bot, [Question(question, (ref,), must=(f"{quote.lower()}|never",), kind="direct")])
    assert figures.row("all").hit1 == 1.0
    assert figures.row("direct").questions == 1
    assert figures.outcomes[0].stated


def test_a_fact_that_is_not_stated_is_noticed(bot: Chatbot) -> None:
    question, ref = some(bot)
    figures = evaluate(bot, [Question(question, (ref,), must=("no such words stand there",))])
    assert not figures.outcomes[0].stated


def test_questions_outside_are_counted_by_how_many_are_answered(bot: Chatbot) -> None:
    question, ref = some(bot)
    far = Question("how do I unclog a drain", (), kind="far")
    talk = Question("thanks!", (), kind="small_talk")
    figures = evaluate(bot, [Question(question, (ref,)), far, talk])
    assert figures.row("far").hit1 is None
    assert figures.row("far").answered in (0.0, 1.0)
    assert figures.row("small_talk").right == 1.0


def test_outside_a_kind_counts_only_those_that_nothing_answers(bot: Chatbot) -> None:
    question, ref = some(bot)
    far = Question("how do I unclog a drain", (), kind="near_miss")
    figures = evaluate(bot, [Question(question, (ref,), kind="near_miss"), far])
    inside, outside = (row for row in figures.rows if row.kind == "near_miss")
    assert (inside.questions, inside.answered) == (1, 1.0)
    assert (outside.questions, outside.answered) == (1, 0.0)
    assert figures.near_auroc == 1.0


def test_small_talk_alone_can_be_measured(bot: Chatbot, tmp_path: Path) -> None:
    figures = evaluate(bot, [Question("thanks!", (), kind="small_talk")])
    assert (figures.row("all").questions, figures.row("small_talk").right) == (0, 1.0)
    assert "small_talk" in table(figures)
    write_report(figures, tmp_path)
    assert "0 questions" in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_the_table_and_the_json_hold_every_kind(bot: Chatbot) -> None:
    question, ref = some(bot)
    figures = evaluate(
        bot, [Question(question, (ref,), kind="direct"), Question("xyzzy plugh", (), kind="far")]
    )
    shown = table(figures)
    held = json.loads(json.dumps(figures.to_dict()))
    for kind in ("all", "direct", "far", "BM25", "plain cosine"):
        assert kind in shown
        assert kind in [row["kind"] for row in [*held["rows"], *held["baselines"]]]


def test_only_questions_marked_test_count_unless_all_are_wanted(bot: Chatbot, tmp_path: Path) -> None:
    _, ref = some(bot)
    file = tmp_path / "golden.jsonl"
    rows = [
        {"question": f"q{n}", "relevant": [ref], "split": split} for n, split in enumerate(("fit", "test"))
    ]
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    assert [q.question for q in read_questions(file, bot, everything=False)] == ["q1"]
    assert [q.question for q in read_questions(file, bot, everything=True)] == ["q0", "q1"]


def test_a_missing_file_is_said_by_name(bot: Chatbot, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="golden.jsonl: there is no such file"):
        read_questions(tmp_path / "golden.jsonl", bot, everything=False)


def test_the_page_holds_both_curves_and_the_misses_and_loads_nothing(bot: Chatbot, tmp_path: Path) -> None:
    question, _ = some(bot)
    other = bot.index.refs[-1]
    figures = evaluate(
        bot, [Question(f"<script>{question}", (other,), kind="direct"), Question("zz", (), kind="far")]
    )
    write_report(figures, tmp_path / "report")
    page = (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 2
    assert "Risk and coverage" in page
    assert "Reliability" in page
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")


def test_the_golden_questions_of_the_repository_can_be_read(real_bot: Chatbot) -> None:
    questions = read_questions(ROOT / "corpus" / "golden.jsonl", real_bot, everything=False)
    assert sum(bool(question.relevant) for question in questions) > 200
