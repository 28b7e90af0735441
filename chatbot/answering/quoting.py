"""Which words of a section are quoted: the units that answer, and enough around them to stand alone.

In: a section, the question's vector and words. Out: a `Quote`: consecutive units of one passage, the
offsets of exactly those characters in the guide file, and the short answer made of nothing else. For
tables it picks the rows that are asked for; a row that is not there is said to be missing, never
replaced by another.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chatbot import lexical
from chatbot.guides import Unit
from chatbot.passages import Passage
from chatbot.ranking import Array
from chatbot.retrieval import Retriever, fold_phrase

# The most words of a short answer of sentences: at 55, 0.98 of replies state the fact, and the median is 44.
WORDS = 55
LEADS = 0.1  # what the first unit of a section gains: writers answer their heading first
SAME_WORDS = 0.6  # what a unit gains that holds all of the question's content words
HIGHEST = frozenset(
    [
        "highest",
        "most",
        "best",
        "top",
        "maximum",
        "max",
        "biggest",
        "largest",
        "greatest",
        "leading",
        "better",
        "higher",
        "more",
    ]
)
LOWEST = frozenset(
    ["lowest", "least", "worst", "bottom", "minimum", "min", "smallest", "fewest", "lower", "less"]
)
PLACES = {
    "first": 0,
    "second": 1,
    "third": 2,
    "fourth": 3,
    "fifth": 4,
    "2nd": 1,
    "3rd": 2,
    "4th": 3,
    "5th": 4,
}
BEFORE_VALUE = frozenset(
    ["in", "at", "for", "from", "of", "within", "near", "around", "to", "about", "by", "with"]
)
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


@dataclass(frozen=True, slots=True)
class Absent:
    """A value that a table or list does not hold, e.g. "Texas" among the states with salaries."""

    value: str
    listed: tuple[str, ...]  # what it does hold
    noun: str  # what these are: the header of the first column, or "entries"


def quote(retriever: Retriever, section: int, text: str, vector: Array) -> Quote:
    """The words of a section that answer a question best."""
    index = retriever.index
    passages = [index.passages[n] for n in index.passages_of[section]]
    for passage in passages:
        if passage.header and (rows := asked_rows(passage, text)):
            return _rows(passage, rows)
    weights = _unit_scores(retriever, section, text, vector)
    best = max(passages, key=lambda passage: max(weights[unit] for unit in passage.units))
    if best.header:
        rows = [unit for unit in best.units if unit.kind == "row"]
        return _rows(best, rows, [unit for unit in best.units if unit.kind != "row"])
    top = max(best.units, key=lambda unit: weights[unit])
    if top.kind == "item" or (len(best.units) > 2 and any(unit.kind == "item" for unit in best.units)):
        return _list(best, top, [weights[unit] for unit in best.units])
    return _window(best, [weights[unit] for unit in best.units])


def _unit_scores(retriever: Retriever, section: int, text: str, vector: Array) -> dict[Unit, float]:
    """How well each unit fits: cosines to the question and to the alternates nearest to it, shared words."""
    index = retriever.index
    rows, units = retriever.unit_rows[section]
    vectors = index.vectors[rows]
    scores = vectors @ vector
    alternates = retriever.ranker.alternates[section]
    alternates = alternates[alternates >= 0]
    if len(alternates):
        known = index.vectors[alternates]
        near = known[np.argsort(-(known @ vector))[:3]]
        scores = scores + (vectors @ near.T).mean(axis=1)
    asked = {word.stem: retriever.ranker.rarity(word.stem) for word in lexical.content_words(text)}
    total = sum(asked.values()) or 1.0
    for number, unit in enumerate(units):
        held = {word.stem for word in lexical.words(unit.text)}
        scores[number] += SAME_WORDS * sum(weight for stem, weight in asked.items() if stem in held) / total
    scores[0] += LEADS
    return {unit: float(score) for unit, score in zip(units, scores, strict=True)}


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


def asked_rows(passage: Passage, text: str) -> list[Unit]:
    """The rows that a question names, or asks for by rank; none if it asks for the table at large."""
    rows = [unit for unit in passage.units if unit.kind == "row" and unit.cells]
    asked = [word.stem for word in lexical.words(text)]
    named = [row for row in rows if names(row.cells[0], asked)]
    says = {word.folded for word in lexical.words(text)}
    ranked = sorted((row for row in rows if _number(row) is not None), key=_number, reverse=True)  # type: ignore[arg-type]
    if len(named) == 1 or (named and not says & (HIGHEST | LOWEST)):
        return named
    pool = [row for row in ranked if row in named] or ranked
    if len(named) > 1:
        return [pool[0], *pool[1:]] if says & HIGHEST else pool[::-1]
    if not pool or "states" in says or "industries" in says or "ones" in says or "list" in says:
        return []
    place = next((PLACES[word] for word in says if word in PLACES), None)
    if place is not None and place < len(pool):
        return [pool[::-1][place] if says & LOWEST else pool[place]]
    if says & LOWEST:
        return [pool[-1]]
    return []


def names(key: str, asked: Sequence[str]) -> bool:
    """Whether a question (as stems) names a row: at least half of the key's words, all of a short key's.

    >>> names("Software Publishers", ["softwar", "publish"]), names("New York", ["new"])
    (True, False)
    """
    stems = [word.stem for word in lexical.content_words(key)]
    held = sum(stem in asked for stem in stems)
    return bool(stems) and (held == len(stems) or (len(stems) > 2 and 2 * held >= len(stems) and held > 1))


def _number(row: Unit) -> float | None:
    """The figure of a row: the last cell that is one."""
    for cell in reversed(row.cells[1:]):
        digits = re.sub(r"[^\d.]", "", cell)
        if digits and re.fullmatch(r"\d+(?:\.\d+)?", digits):
            return float(digits)
    return None


def absent(retriever: Retriever, section: int, text: str) -> Absent | None:
    """The value that a question asks of a table or list which does not hold it, if there is one.

    A value is a word that no text of the corpus holds and that is used like one ("in Oregon", "Netflix"),
    or one that stands in another table or list but not in this ("Texas").
    """
    index = retriever.index
    for number in index.passages_of[section]:
        passage = index.passages[number]
        listed = [unit for unit in passage.units if unit.kind in ("row", "item")]
        if not listed:
            continue
        keys = [unit.cells[0] if unit.cells else unit.text for unit in listed]
        asked = [word.stem for word in lexical.words(text)]
        if any(names(key, asked) for key in keys):
            return None
        noun = passage.header[0].lower() if passage.header else "entry"
        for value in _values_in(retriever, section, text):
            return Absent(value, tuple(keys), noun)
    return None


def _values_in(retriever: Retriever, section: int, text: str) -> list[str]:
    found = []
    words = lexical.words(text)
    held = retriever.ranker.stems[section]
    folded = f" {fold_phrase(text)} "
    for value in retriever.values:
        if f" {value} " in folded and not all(lexical.stem(part) in held for part in value.split()):
            start = folded.index(f" {value} ")
            found.append(
                " ".join(part.text for part in words[folded[:start].count(" ") :][: len(value.split())])
            )
    for position, word in enumerate(words):
        if word.stem in retriever.index.words["stems"] or word.folded in lexical.STOP:
            continue
        before = words[position - 1].folded if position else ""
        if before in BEFORE_VALUE or (position and word.text[0].isupper()):
            found.append(word.text)
    return found
