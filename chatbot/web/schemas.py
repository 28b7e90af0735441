"""What the HTTP API takes and gives, as pydantic models: requests are checked by them, replies described.

Requests are strict: a name that is not known, or a number written as text, is an error and not a guess.
Replies are made by the bot (`Answer.to_dict`), not by these models; a test holds the two together.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from chatbot.answering import LONGEST
from chatbot.web.desk import REASONS

QUESTION = "How much do machine learning engineers make in California?"
SOURCE: dict[str, Any] = {
    "ref": "machine-learning-engineer#salary-states",
    "guide": "Machine learning engineer",
    "section": "Highest paying states",
    "url": None,
    "quote": "| California | $166,000 |",
    "start": 5210,
    "end": 5235,
    "passage": "| State | Annual salary |\n|---|---|\n| California | $166,000 |",
    "score": 0.94,
}
ANSWER: dict[str, Any] = {
    "id": "0199c2a41f6e7a3c9d5e8b1f2a4c6e80",
    "kind": "answer",
    "question": QUESTION,
    "understood_as": QUESTION,
    "text": "California: $166,000 a year.",
    "confidence": 0.97,
    "sources": [SOURCE],
    "suggestions": ["Which industries pay the most?"],
    "reason": None,
    "missing": [],
    "build": "7f3a9c21d0b4",
    "took_ms": 3.2,
}
GUIDE: dict[str, Any] = {
    "id": "machine-learning-engineer",
    "title": SOURCE["guide"],
    "aliases": ["ML engineer"],
    "url": None,
    "updated": "2026-10-01",
    "language": "en",
    "sections": [
        {
            "id": "salary-states",
            "ref": SOURCE["ref"],
            "title": SOURCE["section"],
            "level": 3,
            "parents": ["How much do machine learning engineers make?"],
        }
    ],
}


def _whole(value: Any) -> Any:
    """JSON knows no whole numbers: 3.0 is 3."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _like(*examples: dict[str, Any]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": list(examples)})


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Question(_Request):
    """A question, with the earlier questions of the conversation where it is a follow-up."""

    model_config = _like({"question": QUESTION}, {"question": "and in Washington?", "history": [QUESTION]})
    question: Annotated[
        str,
        Field(
            max_length=5 * LONGEST,
            description=f"The question, as typed. Over {LONGEST:,} characters the reply is "
            "`no_answer` with the reason `too_long`; empty, `too_short`.",
        ),
    ]
    history: Annotated[
        list[str],
        Field(description="Earlier questions of the same visitor, oldest first. The last 20 are looked at."),
    ] = []
    guide: Annotated[
        str | None, Field(description="Id of the guide to answer from; by default all of them.")
    ] = None


class Search(_Request):
    """A question to find passages for."""

    model_config = _like({"question": "salary by state", "k": 3})
    question: Annotated[str, Field(min_length=1, max_length=LONGEST, description="What to look for.")]
    k: Annotated[
        int, Field(ge=1, le=50, description="How many passages, at most."), BeforeValidator(_whole)
    ] = 5
    guide: Annotated[str | None, Field(description="Id of the guide to search; by default all.")] = None


class Feedback(_Request):
    """A vote on an answer."""

    model_config = _like(
        {"answer_id": ANSWER["id"], "rating": "up"},
        {"answer_id": ANSWER["id"], "rating": "down", "reasons": ["outdated"], "comment": "It has changed."},
    )
    answer_id: Annotated[str, Field(min_length=1, max_length=64, description="The `id` of the answer.")]
    rating: Annotated[Literal["up", "down"], Field(description="Whether it helped.")]
    reasons: Annotated[
        list[Annotated[str, Field(max_length=100)]],
        Field(
            max_length=10,
            description=f"Why, each in a few words: {', '.join(REASONS)}.",
        ),
    ] = []
    comment: Annotated[str, Field(max_length=2000, description="Anything else.")] = ""


class Source(BaseModel):
    """A passage of a guide, with the words that answer."""

    ref: Annotated[str, Field(description="The reference, `guide#section`. References never change.")]
    guide: Annotated[str, Field(description="Title of the guide.")]
    section: Annotated[str, Field(description="Title of the section.")]
    url: Annotated[str | None, Field(description="Link to these words where the guide is published.")]
    quote: Annotated[str, Field(description="The answering words, exactly as in the guide file.")]
    start: Annotated[int, Field(ge=0, description="Where the quote starts in the file, in characters.")]
    end: Annotated[int, Field(ge=0, description="Where it ends.")]
    passage: Annotated[str, Field(description="The whole passage, Markdown, the quote included.")]
    score: Annotated[float, Field(description="Ranking score; higher is better.")]


class Answer(BaseModel):
    """A reply. `no_answer` is one as well: the guides do not say, and the nearest sections are offered."""

    model_config = _like(ANSWER)
    id: Annotated[str, Field(description="Unique; feedback refers to it.")]
    kind: Annotated[
        Literal["answer", "clarify", "no_answer", "small_talk"], Field(description="What the reply is.")
    ]
    question: Annotated[str, Field(description="As asked.")]
    understood_as: Annotated[str, Field(description="The complete, corrected question that was searched.")]
    text: Annotated[str, Field(description="The reply that a person reads, plain text.")]
    confidence: Annotated[
        float, Field(ge=0, le=1, description="Probability that the first source answers the question.")
    ]
    sources: Annotated[list[Source], Field(description="Best first. For `no_answer` offered, not claimed.")]
    suggestions: Annotated[list[str], Field(description="Questions to ask next; for `clarify`, the choices.")]
    reason: Annotated[
        Literal["not_in_guide", "off_topic", "ambiguous", "too_short", "too_long"] | None,
        Field(description="Why it is not an `answer`."),
    ]
    missing: Annotated[list[str], Field(description="Words of the question that the guides say nothing of.")]
    build: Annotated[str, Field(description="Id of the index build that answered.")]
    took_ms: Annotated[float, Field(ge=0, description="Time spent, in milliseconds.")]


class Results(BaseModel):
    """Passages, best first."""

    model_config = _like({"results": [SOURCE]})
    results: list[Source]


class Section(BaseModel):
    """A section of a guide."""

    id: Annotated[str, Field(description="Its anchor in the guide.")]
    ref: Annotated[str, Field(description="The reference, `guide#section`.")]
    title: str
    level: Annotated[int, Field(ge=1, le=6, description="Level of its heading.")]
    parents: Annotated[list[str], Field(description="Titles of the headings above it, outermost first.")]


class Guide(BaseModel):
    """A guide and its sections."""

    model_config = _like(GUIDE)
    id: str
    title: str
    aliases: Annotated[list[str], Field(description="Other names for what the guide is about.")]
    url: Annotated[str | None, Field(description="Where the guide is published.")]
    updated: Annotated[str | None, Field(description="ISO date.")]
    language: str
    sections: list[Section]


class Guides(BaseModel):
    """All guides."""

    model_config = _like({"guides": [GUIDE]})
    guides: list[Guide]


class Alive(BaseModel):
    """The process lives."""

    model_config = _like({"status": "alive"})
    status: Literal["alive"]


class Ready(BaseModel):
    """Questions are answered."""

    model_config = _like({"status": "ready", "build": ANSWER["build"], "guides": 1})
    status: Literal["ready"]
    build: Annotated[str, Field(description="Id of the index build.")]
    guides: Annotated[int, Field(ge=0, description="How many guides it holds.")]


class FieldError(BaseModel):
    """What is wrong where."""

    pointer: Annotated[str, Field(description="JSON pointer into the body.")]
    detail: Annotated[str, Field(description="What to change.")]


class Problem(BaseModel):
    """An error (RFC 9457). The kinds are listed on the docs page."""

    type: Annotated[str, Field(description="Names the kind; the address of its description.")]
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    instance: Annotated[str, Field(description="Path of the request.")]
    request_id: Annotated[str, Field(description="As in the header X-Request-ID, for reports.")]
    errors: list[FieldError] = []
