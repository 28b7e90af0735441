"""What a question says of pay besides whose it is: "in Virginia after tax", "why does California pay most?".

In: a question and a section. Out: whether a row of the section's table of pay is asked for under a condition,
or for another purpose, of which the section says nothing: its figure then is of something else. Which rows
are asked for is for `chatbot.answering.tables`.
"""

from __future__ import annotations

import re

from chatbot import asides, lexical, measures
from chatbot.answering import counting, tables
from chatbot.conversation import leaning
from chatbot.passages import Listing
from chatbot.retrieval import Retriever

WHY = re.compile(
    r"\b(?:why(?! not\b)|how come|how is it that|what(?:['’]s| is)? the reason|for what reason|what causes"
    r"|what makes(?! (?:the )?(?:better|less|more|most)\b)|(?:because of|due to|owing to) what|wherefore)\b",
    re.I,
)
# Another time, or another step on the way up; a year or "an hour" is for `chatbot.answering.counting`.
TIME = re.compile(
    r"\b(?:used to|(?:last|next|previous|coming) (?:decade|month|year|years)|ago|in (?:the )?(?:future|past)"
    r"|over the years|over time|starting (?:out|pay|salary|wage)|pay (?:rises?|raises?))\b",
    re.I,
)
# Stems of what is said of pay, besides those of `lexical.PAY`, and of a list in which it may stand.
MONEY = lexical.PAY | {
    "amount", "annual", "bag", "bank", "bring", "buck", "cash", "cost", "cough", "dollar", "dough", "fetch",
    "figur", "get", "grand", "list", "lucrat", "number", "offer", "packag", "paycheck", "pocket", "price",
    "profit", "pull", "rake", "rate", "remuner", "rich", "row", "shell", "sum", "tabl", "valu", "worth",
    "year",
}  # fmt: skip
# Words that ask for a sum, or for the one that has most or least of it.
MUCH = lexical.HIGHEST | lexical.LOWEST | {
    "among", "gets", "higher", "home", "lower", "make", "makes", "making", "many", "much", "take", "takes",
}  # fmt: skip
SUM = re.compile(rf"{measures.CURRENCY.pattern}|\d{{3}}", re.I)
ASKS = re.compile(rf"\b{lexical.ASKING}", re.I)
BETWEEN_ROWS = re.compile(
    r"\b(?:above|ahead of|behind|below|better|compared?|difference|gap|higher|less|lower|more|versus|vs"
    r"|worse)\b",
    re.I,
)
# "Which city pays most in Virginia?" asks for no row of a table of states; "which average salary" for any.
_USUAL = "average|current|exact|mean|normal|typical|usual"
_OTHERS = (
    "cit(?:y|ies)|compan(?:y|ies)|countr(?:y|ies)|degrees?|employers?|firms?|jobs?|languages?|roles?|skills?"
)
WHICH = re.compile(
    rf"\b(?:which (?:(?:{_USUAL}) )?(?P<noun>[^\W\d]+)(?: (?P<next>[^\W\d]+))?|what (?P<other>{_OTHERS}))\b",
    re.I,
)
NO_KIND = lexical.STOP | lexical.RANKS | lexical.ORDINALS.keys() | {"kind", "part", "place", "sort", "type"}


def is_of_something_else(retriever: Retriever, section: int, text: str) -> bool:
    """Whether a text asks for rows of a section's table of pay, under a condition, or for no pay at all.

    A condition is one of `measures.CONDITIONS` that neither the section nor its alternates hold, another
    time, or a reason. Of a follow-up that asks no whole question what was asked before it counts, too.
    """
    listings = [each for each in retriever.listings[section] if each.header and _is_of_pay(each)]
    if not listings:
        return False
    now = leaning.now(text)
    asked = asides.without_frame(now if _speaks_of_money(now) else text)
    conditions = (
        measures.CONDITIONS.intersection(lexical.stems(asked)) - retriever.ranker.coverage.stems[section]
    )
    other = bool(conditions or WHY.search(asked) or TIME.search(asked))
    other = other or not counting.is_told(retriever, section, counting.amount(asked))
    unpaid = _asks_for_no_pay(text)
    for listing in listings:
        something_else = other or _names_another_kind(retriever, listing, now)
        if something_else or unpaid:
            rows = tables.asked_rows(retriever, listing, text)
            compared = len(rows) > 1 and BETWEEN_ROWS.search(asked)
            if rows and (something_else or not compared):
                return True
    return False


def _is_of_pay(listing: Listing) -> bool:
    """Whether the figures of a table are what somebody is paid."""
    return measures.PAY.search(listing.header[-1]) is not None


def _names_another_kind(retriever: Retriever, listing: Listing, text: str) -> bool:
    """Whether "which …" is asked of a kind of things that the table has none of."""
    if not (found := WHICH.search(retriever.aliases.without(text))):
        return False
    word = next(iter(lexical.words(found["noun"] or found["other"])), None)
    if word is None or word.folded in NO_KIND:
        return False
    heading = set(lexical.stems(listing.header[0]))
    if heading.intersection(lexical.stems(found["next"] or "")):  # "which single state"
        return False
    return word.stem not in heading | lexical.every_stem(listing.keys) | MONEY


def _asks_for_no_pay(text: str) -> bool:
    """Whether a text asks a whole question, and speaks of no money: "what do software publishers do?".

    >>> _asks_for_no_pay("which firms are in Ohio?"), _asks_for_no_pay("how much is it in Ohio?")
    (True, False)
    >>> _asks_for_no_pay("what about Ohio?"), _asks_for_no_pay("Is Ohio on the list?")
    (False, False)
    """
    bare = leaning.LEAD.sub("", leaning.now(text))
    return ASKS.search(bare) is not None and not leaning.points(bare) and not _speaks_of_money(text)


def _speaks_of_money(text: str) -> bool:
    """Whether a text names a sum, or asks for one."""
    words = lexical.words(text)
    return SUM.search(text) is not None or any(word.stem in MONEY or word.folded in MUCH for word in words)
