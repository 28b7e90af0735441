"""What can go wrong, as one small tree. Every error carries what was wrong, where, and what to do.

    ChatbotError
    ├── SettingsError    a setting is unknown, malformed, or has no effect here
    ├── CorpusError      a guide, its questions, or the golden questions cannot be read
    ├── IndexError       the index folder is missing, damaged, or of another format
    ├── ModelError       the model cannot be found, or is not the one expected
    └── QuestionError    a question, or a line of a batch, cannot be used

This module prints nothing and decides nothing: faces (command line, web) turn an error into words.
"""

from __future__ import annotations

from pathlib import Path


class ChatbotError(Exception):
    """Something the person who runs the program can put right.

    >>> str(CorpusError("the anchor 'pay' is used twice", Path("a.md"), 7, "give each heading its own"))
    "a.md:7: the anchor 'pay' is used twice; give each heading its own"
    """

    def __init__(
        self, problem: str, file: Path | str | None = None, line: int | None = None, remedy: str = ""
    ) -> None:
        self.problem, self.file, self.line, self.remedy = problem, file, line, remedy
        where = f"{file}:{line}: " if file and line else f"{file}: " if file else ""
        super().__init__(where + problem + (f"; {remedy}" if remedy else ""))


class SettingsError(ChatbotError):
    """A setting is unknown, malformed, or has no effect in the chosen set-up."""


class CorpusError(ChatbotError):
    """A file of the corpus cannot be read as what it should be."""


class IndexError(ChatbotError):
    """The index folder is missing, damaged, or written by another version."""


class ModelError(ChatbotError):
    """The sentence-transformers model cannot be found, or is not the expected one."""


class QuestionError(ChatbotError):
    """A question cannot be used: its guide is not there, or its line in a batch is not what it should be."""
