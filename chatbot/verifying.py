"""Proves that the quotes of an answer stand in the guide files, character for character.

In: an answer's JSON and the corpus. Out: what was checked, or a `QuestionError` naming the first quote
that does not stand where it says. It trusts nothing but the files: no index is read.
"""

from __future__ import annotations

import json
from pathlib import Path

from chatbot.errors import QuestionError
from chatbot.guides import GUIDES, guide_files, read_text


def verify_answer(text: str, corpus: Path) -> list[tuple[str, int, int]]:
    """Checks every quote of an answer, or of answers a line each. Returns (reference, start, end) of each."""
    checked = []
    for line, row in enumerate(_answers(text), 1):
        if not isinstance(row, dict) or not isinstance(row.get("sources"), list):
            raise QuestionError(
                "is not an answer", line=line, file="answer", remedy="give what `ask --json` printed"
            )
        for source in row["sources"]:
            try:
                ref, quote = str(source["ref"]), source["quote"]
                start, end = int(source["start"]), int(source["end"])
            except (KeyError, TypeError, ValueError) as error:
                raise QuestionError(
                    "a source lacks a field", "answer", line, "give what `ask --json` printed"
                ) from error
            found = _guide_text(corpus, ref.partition("#")[0])[start:end]
            if found != quote or not quote or start < 0:
                raise QuestionError(
                    f"the quote of {ref} does not stand at characters {start} to {end}",
                    "answer",
                    line,
                    "the guide has changed since, or the answer was altered",
                )
            checked.append((ref, start, end))
    return checked


def _answers(text: str) -> list[object]:
    """One JSON value, or one a line."""
    try:
        return [json.loads(text)]
    except ValueError:
        pass
    try:
        rows = [json.loads(line) for line in text.split("\n") if line.strip()]
    except ValueError:
        rows = []
    if not rows:
        raise QuestionError("is not JSON", "answer", remedy="give what `ask --json` printed")
    return rows


def _guide_text(corpus: Path, guide: str) -> str:
    for file in guide_files(corpus):
        if file.stem == guide:
            return read_text(file)
    raise QuestionError(f"there is no guide {guide!r}", corpus / GUIDES, remedy="set --corpus")
