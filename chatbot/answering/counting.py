"""How many of what a question asks, and whether a section gives a number of that.

In: a question and a section. Out: yes or no. "How many people work in a team?" is near to all that a
guide says of teams; where no number of people stands there, that does not answer. It knows no tables:
`chatbot.answering.tables` does.
"""

from __future__ import annotations

import re

from chatbot import lexical
from chatbot.retrieval import Retriever

HOW_MANY = re.compile(r"\bhow many\b", re.I)
NUMBER = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?|thousands?|millions?"
    r"|single|several|unlimited|none)\b",
    re.I,
)


def counted(text: str) -> str:
    """The stem of what a question asks the number of; empty if it asks none.

    >>> counted("how many job openings are there?"), counted("What is a job?")
    ('open', '')
    """
    if not (asked := HOW_MANY.search(text)):
        return ""
    noun = ""
    for word in lexical.words(text[asked.end() :]):
        if word.folded in lexical.STOP:
            break
        noun = word.stem
    return noun


def gives_number(retriever: Retriever, section: int, noun: str) -> bool:
    """Whether a section holds a number beside the noun, or itself asks how many there are.

    A heading and the head of a table stand beside all the numbers below them.
    """
    found = retriever.index.sections[section]
    texts = [question for question in (found.title, *found.alternates) if HOW_MANY.search(question)]
    numbers = [unit.text for block in found.blocks for unit in block.units if NUMBER.search(unit.text)]
    if numbers:
        texts += [found.title, *numbers, *(cell for block in found.blocks for cell in block.header)]
    return any(noun == word.stem for text in texts for word in lexical.words(text))
