"""How many of what a question asks, and whether a section gives a number of that.

In: a question and a section. Out: yes or no. "How many people work in a team?" is near to all that a
guide says of teams; where no number of people stands there, that does not answer. It knows no tables:
`chatbot.answering.tables` does.
"""

from __future__ import annotations

import re
from itertools import takewhile

from chatbot import lexical
from chatbot.retrieval import Retriever

HOW_MANY = re.compile(r"\bhow many\b", re.I)
NUMBER = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?|thousands?|millions?"
    r"|single|several|unlimited|none)\b",
    re.I,
)


def counted(text: str) -> str:
    """What a question asks the number of (a stem), the first plural after "how many"; empty if it asks none.

    >>> counted("how many job openings are there?"), counted("how many industries hire"), counted("a job?")
    ('open', 'industri', '')
    """
    if not (asked := HOW_MANY.search(text)):
        return ""
    nouns = list(takewhile(lambda word: word.folded not in lexical.STOP, lexical.words(text[asked.end() :])))
    plural = (
        word for word in nouns if word.folded.endswith("s") or word.folded in ("people", "men", "women")
    )
    return next(plural, nouns[0]).stem if nouns else ""


def gives_number(retriever: Retriever, section: int, noun: str) -> bool:
    """Whether a section's heading holds the noun, or a number stands beside it, or alternates count it."""
    found = retriever.index.sections[section]
    texts = [found.title, *(question for question in found.alternates if HOW_MANY.search(question))]
    numbers = [unit.text for block in found.blocks for unit in block.units if NUMBER.search(unit.text)]
    if numbers:
        texts += [*numbers, *(cell for block in found.blocks for cell in block.header)]
    return any(noun == word.stem for text in texts for word in lexical.words(text))
