"""What is asked and what is replied: `Ask`, `Answer` and `Source`, as every face has them.

The fields of an `Answer` are those of the public contract. How a reply comes about is no concern of theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Source:
    """A quote and where it stands. `start` and `end` are character offsets in the guide file."""

    ref: str  # guide#section
    guide: str  # title
    section: str  # title
    url: str | None  # lands on the words, where the guide is published
    quote: str  # byte-exact text of the guide file
    start: int
    end: int
    passage: str  # the whole passage, Markdown
    score: float  # higher is better

    def to_dict(self) -> dict[str, Any]:
        """The Source as JSON values. (`dataclasses.asdict` copies every value: ten times as slow.)"""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply, as every face shows it. The fields are those of the contract."""

    id: str
    kind: str  # "answer", "clarify", "no_answer" or "small_talk"
    question: str
    understood_as: str
    text: str
    confidence: float
    sources: tuple[Source, ...]
    suggestions: tuple[str, ...]
    reason: str | None  # None, "not_in_guide", "off_topic", "ambiguous", "too_short" or "too_long"
    missing: tuple[str, ...]
    build: str
    took_ms: float

    def to_dict(self) -> dict[str, Any]:
        """The Answer as JSON values."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return values | {
            "sources": [source.to_dict() for source in self.sources],
            "suggestions": list(self.suggestions),
            "missing": list(self.missing),
        }


@dataclass(frozen=True, slots=True)
class Ask:
    """A question with what was asked before it (oldest first) and, if it is restricted, a guide's id."""

    question: str
    history: tuple[str, ...] = ()
    guide: str | None = None
