"""What is measured: golden questions, what the bot made of each, and the figures of them all.

It measures nothing: that is for `chatbot.evaluation`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from chatbot.answering import Answer


@dataclass(frozen=True, slots=True)
class Question:
    """A golden question: the references that answer it (none: to be declined), and what must be stated."""

    question: str
    relevant: tuple[str, ...]
    history: tuple[str, ...] = ()
    must: tuple[str, ...] = ()  # each has to occur in the reply; "a|b" means either
    kind: str = "question"
    guide: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the bot made of a golden question."""

    question: Question
    answer: Answer
    ranked: tuple[str, ...]  # references, best first
    by_bm25: tuple[str, ...]
    by_cosine: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether the first section is one that answers."""
        return bool(self.ranked) and self.ranked[0] in self.question.relevant

    @property
    def answered(self) -> bool:
        """Whether the reply claims to answer."""
        return self.answer.kind == "answer"

    @property
    def stated(self) -> bool:
        """Whether the reply states every fact that it must."""
        text = " ".join([self.answer.text, *(s.quote for s in self.answer.sources[:1])]).lower()
        return all(any(word in text for word in fact.lower().split("|")) for fact in self.question.must)


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one kind of question. Shares from 0 to 1; None where it does not apply."""

    kind: str
    questions: int
    hit1: float | None = None
    hit3: float | None = None
    mrr: float | None = None
    ndcg10: float | None = None
    answered: float | None = None
    right: float | None = None  # of those answered
    stated: float | None = None  # of those answered that must state something
    hit1_interval: tuple[float, float] | None = None
    answered_interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that was measured."""

    build: str
    rows: tuple[Row, ...]  # all in-scope questions, then by kind, then the kinds outside
    baselines: tuple[Row, ...]  # BM25 and plain cosine on the same index, in-scope questions
    near_auroc: float
    near_auroc_interval: tuple[float, float]
    far_auroc: float
    calibration_error: float
    median_words: float
    outcomes: tuple[Outcome, ...]

    def to_dict(self) -> dict[str, Any]:
        """The figures as JSON values, without the single outcomes."""
        return {
            name: getattr(self, name)
            for name in self.__slots__
            if name not in ("outcomes", "rows", "baselines")
        } | {"rows": [asdict(row) for row in self.rows], "baselines": [asdict(row) for row in self.baselines]}

    def row(self, kind: str) -> Row:
        """The figures of one kind; "all" for every question in scope."""
        return next(row for row in self.rows if row.kind == kind)
