"""Which words of a section are quoted: the units that answer, and enough around them to stand alone.

In: a section, the question's vector and words. Out: a `Quote`: consecutive units of one passage, the
offsets of exactly those characters in the guide file, and the short answer made of nothing else. Which
rows of a table are asked for is found by `chatbot.answering.tables`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from chatbot import lexical
from chatbot.answering import tables
from chatbot.guides import Unit
from chatbot.passages import Passage
from chatbot.ranking import Evidence
from chatbot.retrieval import Retriever

# The most words of a short answer of sentences: at 55, 0.98 of replies state the fact, and the median is 44.
WORDS = 55
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
    index = retriever.index
    passages = [index.passages[n] for n in index.passages_of[section]]
    for table in tables.listings(retriever, section):
        if table.header and (rows := tables.asked_rows(retriever, table, text)):
            return _rows(_around(table.passages, rows), rows)
    weights = _unit_scores(retriever, section, text, evidence)
    best = max(passages, key=lambda passage: max(weights[unit] for unit in passage.units))
    if best.header:
        rows = [unit for unit in best.units if unit.kind == "row"]
        return _rows(best, rows, [unit for unit in best.units if unit.kind != "row"])
    top = max(best.units, key=lambda unit: weights[unit])
    if top.kind == "item" or (len(best.units) > 2 and any(unit.kind == "item" for unit in best.units)):
        return _list(best, top, [weights[unit] for unit in best.units])
    return _window(best, [weights[unit] for unit in best.units])


def _unit_scores(retriever: Retriever, section: int, text: str, evidence: Evidence) -> dict[Unit, float]:
    """How well each unit fits: cosines to the question and to the alternates nearest to it, shared words."""
    vectors, units = evidence.ranker.units[section]
    scores = vectors @ evidence.vector
    near = evidence.views[retriever.ranker.alternate_of[evidence.views] == section][:3]
    if len(near):
        scores = scores + vectors @ evidence.ranker.index.vectors[near].mean(axis=0)
    asked = {word.stem: retriever.ranker.rarity(word.stem) for word in lexical.content_words(text)}
    total = sum(asked.values()) or 1.0
    weights = {}
    for unit, score in zip(units, scores.tolist(), strict=True):
        held = lexical.all_stems(unit.text)
        weights[unit] = score + SAME_WORDS * sum(asked[stem] for stem in asked.keys() & held) / total
    weights[units[0]] += LEADS
    return weights


def _window(passage: Passage, weights: Sequence[float]) -> Quote:
    """The best unit, and its better neighbours in turn, up to `WORDS` words."""
    units = passage.units
    first = last = int(np.argmax(weights))
    size = len(units[first].text.split())
    while True:
        sides = [n for n in (first - 1, last + 1) if 0 <= n < len(units)]
        sides = [n for n in sides if size + len(units[n].text.split()) <= WORDS]
        if not sides:
            break
        step = max(sides, key=lambda n: weights[n])
        first, last = min(first, step), max(last, step)
        size += len(units[step].text.split())
    chosen = units[first : last + 1]
    return Quote(" ".join(unit.text for unit in chosen), chosen[0].start, chosen[-1].end, passage)


def _list(passage: Passage, top: Unit, weights: Sequence[float]) -> Quote:
    """The whole list with the sentence that leads in, or, where sentences fit better, those."""
    units = list(passage.units)
    items = [n for n, unit in enumerate(units) if unit.kind == "item"]
    lead = items[0] - 1
    if top.kind != "item" and units.index(top) != lead and weights[units.index(top)] > weights[lead] + 0.1:
        return _window(passage, weights)
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
