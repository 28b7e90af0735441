"""How many of what a question asks, or how much money, and whether a section gives that.

In: a question and a section. Out: yes or no. "How many people work in a team?" is near to all that a
guide says of teams; where no number of people stands there, that does not answer. Nor does what architects
do answer what they make. It knows no tables: `chatbot.answering.tables` does.
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

# "What does a CTO make?", "how much are they?": a question that these words end asks for an amount of money.
ASKS_MONEY = re.compile(
    r"\b(?:what|how much)(?: money)? (?:do|does|did|would|will|can|could|should|might)\b[^?]*"
    r"\b(?:make|earn|get paid|be paid)(?: (?:then|there|exactly|roughly|usually|at|per"
    r"|in (?!an? (?!year|month|week)|the\b)|(?:an?|each) (?:year|month|week|hour))\b[^?]*)?\W*$"
    r"|\bhow much (?:is|are|was|were) (?:it|that|this|they|those|these|the [a-z]+ one)\W*$",
    re.I,
)
MONEY = frozenset(  # stems
    ["salari", "pay", "paid", "earn", "wage", "compens", "incom", "cost", "price", "fee", "free"]
)
AMOUNT = re.compile(r"[$£€¥]\s?\d")


def asks_money(text: str) -> bool:
    """Whether a question asks what somebody is paid, or what something costs.

    >>> asks_money("what do those make?"), asks_money("What would make a manager remember it?")
    (True, False)
    """
    return ASKS_MONEY.search(text) is not None


def tells_money(retriever: Retriever, section: int) -> bool:
    """Whether a section speaks of pay or prices."""
    if not MONEY.isdisjoint(retriever.ranker.coverage.own_stems[section]):
        return True
    blocks = retriever.index.sections[section].blocks
    return any(AMOUNT.search(unit.text) for block in blocks for unit in block.units)


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
    if any(noun == counted(question) for question in found.alternates):
        return True
    texts = [found.title]
    numbers = [unit.text for block in found.blocks for unit in block.units if NUMBER.search(unit.text)]
    if numbers:
        texts += [*numbers, *(cell for block in found.blocks for cell in block.header)]
    return any(noun == word.stem for text in texts for word in lexical.words(text))
