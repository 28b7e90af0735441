"""How good the answers are, measured on golden questions: ranking, refusing, facts, calibration.

In: a bot and golden questions. Out: `Figures`, as a table, as JSON or as a page. Only questions that the
build was not fitted on count, unless asked for. The same questions are ranked by BM25 and by plain cosine
over the same index, to be seen beside. It changes nothing.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from chatbot.answering import Ask, Chatbot
from chatbot.errors import CorpusError
from chatbot.evaluation import metrics
from chatbot.evaluation.figures import Figures, Outcome, Question, Row
from chatbot.evaluation.report import write_report as write_report
from chatbot.guides import read_golden

DEPTH = 10  # sections ranked for a question


def read_questions(file: Path, bot: Chatbot, everything: bool) -> list[Question]:
    """Reads golden questions; of a file with splits, those marked `test` unless `everything` is wanted."""
    if not file.exists():
        raise CorpusError("there is no such file", file, remedy="write golden questions, or name a file")
    rows = read_golden(file, bot.guides)
    chosen = [row for row in rows if everything or row.get("split", "test") == "test"]
    if not chosen:
        raise CorpusError("holds no questions marked test", file, remedy='mark some with "split": "test"')
    return [
        Question(
            row["question"],
            tuple(row["relevant"]),
            tuple(row.get("history") or ()),
            tuple(row.get("must") or ()),
            str(row.get("kind") or ("question" if row["relevant"] else "near_miss")),
            row.get("guide"),
        )
        for row in chosen
    ]


def evaluate(bot: Chatbot, questions: Sequence[Question]) -> Figures:
    """Asks every question and measures what came back."""
    outcomes = tuple(_outcome(bot, question) for question in questions)
    inside = [o for o in outcomes if o.question.relevant]
    outside = [o for o in outcomes if not o.question.relevant]
    asked = [o for o in outcomes if o.question.kind != "small_talk"]
    rows = [_row("all", inside)]
    kinds = dict.fromkeys(o.question.kind for o in inside)
    rows += [_row(kind, [o for o in inside if o.question.kind == kind]) for kind in kinds]
    kinds = dict.fromkeys(o.question.kind for o in outside)
    rows += [_outside_row(kind, [o for o in outside if o.question.kind == kind]) for kind in kinds]
    baselines = [
        _row("BM25", inside, lambda outcome: outcome.by_bm25),
        _row("plain cosine", inside, lambda outcome: outcome.by_cosine),
    ]
    inner = [o.answer.confidence for o in inside]
    near = [o.answer.confidence for o in outside if o.question.kind == "near_miss"]
    far = [o.answer.confidence for o in outside if o.question.kind == "far"]
    words = [len(o.answer.text.split()) for o in inside if o.answered]
    return Figures(
        bot.build,
        tuple(rows),
        tuple(baselines),
        metrics.auroc(inner, near),
        _auroc_interval(inner, near),
        metrics.auroc(inner, far),
        metrics.calibration_error([o.answer.confidence for o in asked], [o.right for o in asked]),
        statistics.median(words) if words else 0.0,
        outcomes,
    )


def _outcome(bot: Chatbot, question: Question) -> Outcome:
    answer = bot.ask_many([Ask(question.question, question.history, question.guide)])[0]
    ranked = bot.ranking(question.question, question.history, question.guide, DEPTH)
    index = bot.index
    reading = bot.retriever.read(question.question)
    lexical = index.bm25.score(reading.terms)
    passages = [n for n, view in enumerate(index.views) if view.kind == "passage"]
    cosine = index.vectors[passages] @ index.encoder.encode([question.question])[0]
    by_cosine = [index.refs[index.views[passages[n]].section] for n in np.argsort(-cosine, kind="stable")]
    by_bm25 = [index.refs[n] for n in np.argsort(-lexical, kind="stable")]
    return Outcome(
        question, answer, tuple(ranked), tuple(by_bm25[:DEPTH]), tuple(dict.fromkeys(by_cosine))[:DEPTH]
    )


def _row(
    kind: str, outcomes: Sequence[Outcome], ranking: Callable[[Outcome], Sequence[str]] = lambda o: o.ranked
) -> Row:
    pairs = [(ranking(o), o.question.relevant) for o in outcomes]
    if not pairs:
        return Row(kind, 0)
    first = [metrics.hit(ranked, relevant, 1) for ranked, relevant in pairs]
    figures = Row(
        kind,
        len(pairs),
        float(np.mean(first)),
        float(np.mean([metrics.hit(ranked, relevant, 3) for ranked, relevant in pairs])),
        float(np.mean([metrics.reciprocal_rank(ranked, relevant) for ranked, relevant in pairs])),
        float(np.mean([metrics.ndcg(ranked, relevant, DEPTH) for ranked, relevant in pairs])),
        hit1_interval=metrics.interval(first),
    )
    if kind in ("BM25", "plain cosine"):
        return figures
    answered = [o for o in outcomes if o.answered]
    with_facts = [o for o in answered if o.question.must]
    return Row(
        **asdict(figures)
        | {
            "answered": len(answered) / len(outcomes),
            "right": float(np.mean([o.right for o in answered])) if answered else None,
            "stated": float(np.mean([o.stated for o in with_facts])) if with_facts else None,
            "answered_interval": metrics.interval([float(o.answered) for o in outcomes]),
        }
    )


def _outside_row(kind: str, outcomes: Sequence[Outcome]) -> Row:
    """Questions that must not be answered: how many are. Small talk is right as small talk."""
    answered = [float(o.answered) for o in outcomes]
    right = [o.answer.kind == "small_talk" for o in outcomes] if kind == "small_talk" else None
    return Row(
        kind,
        len(outcomes),
        answered=float(np.mean(answered)),
        right=float(np.mean(right)) if right else None,
        answered_interval=metrics.interval(answered),
    )


def _auroc_interval(inner: Sequence[float], outer: Sequence[float]) -> tuple[float, float]:
    if not inner or not outer:
        return float("nan"), float("nan")
    marked = np.array([(value, 1.0) for value in inner] + [(value, 0.0) for value in outer])
    return metrics.interval(
        marked, lambda t: metrics.auroc(t[t[:, 1] == 1, 0].tolist(), t[t[:, 1] == 0, 0].tolist())
    )


def table(figures: Figures) -> str:
    """The figures for people, as a table in plain text."""
    names = ("", "n", "hit@1", "95 %", "hit@3", "MRR", "nDCG@10", "answered", "right", "states fact")
    lines = [[*names]]
    for row in (*figures.rows, *figures.baselines):
        between = f"{row.hit1_interval[0]:.2f}–{row.hit1_interval[1]:.2f}" if row.hit1_interval else ""
        values = (row.hit1, between, row.hit3, row.mrr, row.ndcg10, row.answered, row.right, row.stated)
        lines.append([row.kind, str(row.questions), *(_cell(value) for value in values)])
    widths = [max(len(line[column]) for line in lines) for column in range(len(names))]
    text = [
        "  ".join(
            cell.ljust(width) if not n else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    ]
    low, high = figures.near_auroc_interval
    return "\n".join(
        [
            *text,
            "",
            f"near-miss AUROC {figures.near_auroc:.3f} ({low:.3f}–{high:.3f}), far {figures.far_auroc:.3f}, "
            f"calibration error {figures.calibration_error:.3f}, "
            f"median reply {figures.median_words:.0f} words, build {figures.build}",
        ]
    )


def _cell(value: float | str | None) -> str:
    return value if isinstance(value, str) else "" if value is None else f"{value:.3f}"
