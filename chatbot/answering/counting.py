"""How many of what a question asks, how much money in what time, or what share, and whether a section says.

In: a question and a section. Out: yes or no. "How many people work in a team?" is near to all that a
guide says of teams; where no number of people stands there, that does not answer. Nor does what architects
do answer what they make, or a table of annual pay what somebody makes an hour. It knows no tables' rows:
`chatbot.answering.tables` does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from chatbot import lexical
from chatbot.conversation import numbered
from chatbot.retrieval import Retriever

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
MONEY = (lexical.PAY - {"make", "money"}) | {"cost", "price", "fee", "free"}  # stems
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
AMOUNT = re.compile(r"[$£€¥]\s?\d")
# "By how much?", "what percentage?": a difference or a share in figures.
SHARE = re.compile(r"\bby how much\b|\bper ?cent(?:ages?)?\b", re.I)
# "Annual salary", "what is that an hour?"; not "in a year", "a day in the life".
PERIOD = re.compile(
    r"\b(?:(?P<of>annual|yearly|monthly|weekly|daily|hourly)(?:ly)?"
    r"|(?<!in )(?:per|an?|each|every) (?P<one>year|annum|month|week|day|hour)(?! in the life))\b",
    re.I,
)
PERIODS = {
    "annual": "a year", "annum": "a year", "yearly": "a year", "monthly": "a month", "weekly": "a week",
    "daily": "a day", "hourly": "an hour", "hour": "an hour",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Amount:
    """What a question asks an amount of: the stem of what is counted, whether it is money, in what time."""

    noun: str
    money: bool
    period: str
    years: frozenset[str]  # "what was it in 2019?"
    share: bool  # "by how much?"


def amount(text: str) -> Amount:
    """What amounts a question asks for."""
    share = SHARE.search(text) is not None
    return Amount(counted(text), asks_money(text), period(text), frozenset(YEAR.findall(text)), share)


def is_told(retriever: Retriever, section: int, asked: Amount) -> bool:
    """Whether a section gives the amounts that are asked for, so far as that can be told from its words."""
    if asked.noun and not gives_number(retriever, section, asked.noun):
        return False
    if asked.money and not tells_money(retriever, section):
        return False
    if asked.share and not any(map(NUMBER.search, _texts(retriever, section))):
        return False
    tables = [table for table in retriever.listings[section] if table.header]
    if asked.years and tables:
        told = YEAR.findall(" ".join(_texts(retriever, section)))
        if asked.years.isdisjoint(told):
            return False
    periods = {period_of(table.header) for table in tables} - {""}
    return not (asked.period and periods) or asked.period in periods


def _texts(retriever: Retriever, section: int) -> list[str]:
    """What a section says, unit by unit."""
    return [unit.text for unit in retriever.index.sections[section].units]


def period(text: str) -> str:
    """The time that an amount is asked for or given in.

    >>> period("Annual salary (US dollars)"), period("what is that per hour?"), period("a day in the life")
    ('a year', 'an hour', '')
    """
    found = PERIOD.search(text)
    said = (found["of"] or found["one"]).lower() if found else ""
    return PERIODS.get(said, f"a {said}") if said else ""


def period_of(header: Sequence[str]) -> str:
    """The time that a table's figures, in its last column, are given in."""
    return period(header[-1]) if header else ""


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
    return any(map(AMOUNT.search, _texts(retriever, section)))


def counted(text: str) -> str:
    """What a question asks the number of (a stem), the first plural after "how many"; empty if it asks none.

    >>> counted("how many job openings are there?"), counted("how many industries hire"), counted("a job?")
    ('open', 'industri', '')
    """
    if not (asked := lexical.HOW_MANY.search(text)):
        return ""
    nouns = list(takewhile(lambda word: word.folded not in lexical.STOP, lexical.words(text[asked.end() :])))
    plural = (
        word for word in nouns if word.folded.endswith("s") or word.folded in ("people", "men", "women")
    )
    return next(plural, nouns[0]).stem if nouns else ""


def gives_number(retriever: Retriever, section: int, noun: str) -> bool:
    """Whether a section's heading holds the noun, or a number stands beside it, or alternates count it."""
    found = retriever.index.sections[section]
    if noun in lexical.STEPS and numbered.items(retriever, section):
        return True
    if any(noun == counted(question) for question in found.alternates):
        return True
    texts = [found.title]
    numbers = [text for text in _texts(retriever, section) if NUMBER.search(text)]
    if numbers:
        texts += [*numbers, *(cell for block in found.blocks for cell in block.header)]
    return any(noun == word.stem for text in texts for word in lexical.words(text))
