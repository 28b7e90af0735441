"""Which words of a section are quoted: the units that answer, and enough around them to stand alone.

In: a section, the question's vector and words. Out: a `Quote`: consecutive units of one passage, the
offsets of exactly those characters in the guide file, and the short answer made of nothing else. Which
rows of a table are asked for is found by `chatbot.answering.tables`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from chatbot import lexical
from chatbot.answering import tables
from chatbot.conversation import BESIDE_IT
from chatbot.guides import Unit
from chatbot.passages import Passage
from chatbot.ranking import Evidence
from chatbot.retrieval import Retriever

# A short answer of sentences is filled up to WORDS, and to at most MOST with sentences that fit NEARLY as
# well as the best: 0.98 of the replies from the right section state the fact, and the median is 43 words.
# Filled up to 55 with whatever stands there, it was 0.967.
WORDS, MOST, NEARLY = 45, 70, 0.7
LEADS = 0.1  # what the first unit of a section gains: writers answer their heading first
SAME_WORDS = 0.6  # what a unit gains that holds all of the question's content words
PERIODS = {
    "annual": "a year",
    "yearly": "a year",
    "per year": "a year",
    "a year": "a year",
    "monthly": "a month",
    "per month": "a month",
    "hourly": "an hour",
    "per hour": "an hour",
}


@dataclass(frozen=True, slots=True)
class Quote:
    """What a section says to a question. `start` and `end` are character offsets in the guide file."""

    text: str  # the short answer, plain
    start: int
    end: int
    passage: Passage


def quote(retriever: Retriever, section: int, text: str, evidence: Evidence) -> Quote:
    """The words of a section that answer a question best."""
    passages = [retriever.index.passages[n] for n in retriever.index.passages_of[section]]
    listings = [table for table in tables.listings(retriever, section) if table.header]
    for asked in dict.fromkeys([text.rpartition(BESIDE_IT)[2], text]):  # what is asked now goes first
        for table in listings:
            if rows := tables.asked_rows(retriever, table, asked):
                return _rows(_around(table.passages, rows), rows)
    every = _unit_scores(passages, section, text, evidence)
    best, scores = max(zip(passages, every, strict=True), key=lambda pair: max(pair[1]))
    if best.header:
        rows = [unit for unit in best.units if unit.kind == "row"]
        return _rows(best, rows, [unit for unit in best.units if unit.kind != "row"])
    top = scores.index(max(scores))
    items = [n for n, unit in enumerate(best.units) if unit.kind == "item"]
    if top in items or (items and len(best.units) > 2):
        return _list(best, items, top, scores)
    return _window(best, scores)


def _unit_scores(
    passages: Sequence[Passage], section: int, text: str, evidence: Evidence
) -> list[list[float]]:
    """How well each unit of each passage fits.

    Its cosines to the question and to the alternates nearest to it, and the words that it shares.
    """
    ranker = evidence.ranker
    vectors, holding = ranker.units[section]
    near = evidence.views[ranker.alternate_of[evidence.views] == section][:3]
    asking = evidence.vector
    if len(near):
        asking = asking + ranker.index.vectors[near].sum(axis=0) / len(near)
    scores = (vectors @ asking).tolist()
    asked = {word.stem: ranker.coverage.rarity(word.stem) for word in lexical.content_words(text)}
    worth = SAME_WORDS / (sum(asked.values()) or 1.0)
    for stem, rarity in asked.items():
        for number in holding.get(stem, ()):
            scores[number] += worth * rarity
    scores[0] += LEADS
    rest = iter(scores)
    return [[next(rest) for _ in passage.units] for passage in passages]


def _window(passage: Passage, scores: Sequence[float]) -> Quote:
    """The best unit, and its better neighbours in turn, as far as there is room for them."""
    units = passage.units
    best = max(scores)
    first = last = scores.index(best)
    words = _size(units[first].text)

    def fits(number: int) -> bool:
        """Whether there is such a unit, and room for it."""
        if not 0 <= number < len(units):
            return False
        return words + _size(units[number].text) <= (MOST if scores[number] > best - NEARLY else WORDS)

    while sides := [number for number in (first - 1, last + 1) if fits(number)]:
        step = max(sides, key=lambda number: scores[number])
        first, last = min(first, step), max(last, step)
        words += _size(units[step].text)
    chosen = units[first : last + 1]
    return Quote(" ".join(unit.text for unit in chosen), chosen[0].start, chosen[-1].end, passage)


@lru_cache(maxsize=65536)
def _size(text: str) -> int:
    """The number of words of a unit; kept, for the same units are looked at again and again."""
    return len(text.split())


def _list(passage: Passage, items: Sequence[int], top: int, scores: Sequence[float]) -> Quote:
    """The whole list with the sentence that leads in, or, where sentences fit better, those.

    `items` are the numbers of the units that are items, `top` that of the unit that fits best.
    """
    units = passage.units
    lead = items[0] - 1
    if top not in items and top != lead and scores[top] > scores[lead] + 0.1:
        return _window(passage, scores)
    chosen = units[max(lead, 0) : items[-1] + 1]
    head = f"{chosen[0].text.rstrip(':. ')}: " if lead >= 0 else ""
    listed = chosen[1:] if lead >= 0 else chosen
    text = head + ", ".join(unit.text for unit in listed if unit.kind == "item") + "."
    return Quote(text, chosen[0].start, chosen[-1].end, passage)


def _around(passages: Sequence[Passage], rows: Sequence[Unit]) -> Passage:
    """The passage of the rows; where a long table was cut between them, the passages as one."""
    held = [passage for passage in passages if not set(rows).isdisjoint(passage.units)]
    units = tuple(unit for passage in held for unit in passage.units)
    return replace(held[0], end=held[-1].end, units=units)


def _rows(passage: Passage, rows: Sequence[Unit], lead: Sequence[Unit] = ()) -> Quote:
    """Rows as "California: $139,620 a year". The quote runs from the first to the last of them."""
    ordered = sorted(rows, key=lambda unit: unit.start)
    parts = [row_text(passage.header, row) for row in rows]
    period = _period(passage.header)
    if len(parts) > 2 and period:
        text = "; ".join(part.removesuffix(f" {period}") for part in parts) + f" ({period})."
    else:
        text = "; ".join(parts) + "."
    if lead and len(text.split()) + len(lead[-1].text.split()) <= WORDS:
        text = f"{lead[-1].text} {text}"
        return Quote(text, lead[-1].start, ordered[-1].end, passage)
    return Quote(text, ordered[0].start, ordered[-1].end, passage)


def row_text(header: Sequence[str], row: Unit) -> str:
    """A row as a person would say it.

    >>> row_text(["State", "Annual salary (US dollars)"], Unit("row", 0, 9, "", ("Ohio", "$1,000")))
    'Ohio: $1,000 a year'
    """
    if len(row.cells) == 2:
        period = _period(header)
        return f"{row.cells[0]}: {row.cells[1]}{' ' + period if period else ''}"
    named = [f"{name} {cell}" for name, cell in zip(header[1:], row.cells[1:], strict=False)]
    return f"{row.cells[0]}: {', '.join(named)}"


def _period(header: Sequence[str]) -> str:
    last = header[-1].lower() if header else ""
    return next((period for word, period in PERIODS.items() if word in last), "")
