"""Which words of a section are quoted: the units that answer, and enough around them to stand alone.

In: a section, the question's vector and words. Out: a `Quote`: consecutive units of one passage, the
offsets of exactly those characters in the guide file, and the short answer made of nothing else, but for the
heading where somebody asks which step it is. Which rows of a table are asked for is found by
`chatbot.answering.tables`.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from chatbot import asides, excepting, lexical
from chatbot.answering import tables
from chatbot.answering.counting import period_of
from chatbot.conversation import leaning, numbered, steps
from chatbot.guides import Unit
from chatbot.passages import Passage, Run
from chatbot.ranking import ASKS, Evidence
from chatbot.retrieval import Retriever

# A short answer of sentences is filled up to WORDS, and to at most MOST with sentences that fit NEARLY as
# well as the best: 0.98 of the replies from the right section state the fact, and the median is 43 words.
# Filled up to 55 with whatever stands there, it was 0.967.
WORDS, MOST, NEARLY = 45, 70, 0.7
LEADS = 0.1  # what the first unit of a section gains: writers answer their heading first
SAME_WORDS = 0.6  # what a unit gains that holds all that the question asks of the section
BECAUSE = 0.3  # what a unit gains that gives a reason, where that is asked for
EARLIER = 0.3  # what words of the question before count for one that asks something itself
LIST = 0.1  # a list is quoted, too, if its leading sentence fits by so little worse than the best one
REASON = re.compile(
    r"\b(?:because|due to|since|thanks to|owe[sd]?|owing to|so that|follow(?:s|ing)? from|driven by"
    r"|results? from|reasons?|causes?|therefore)\b|, as ",
    re.I,
)
# Asks for all that a section lists, rather than for a figure: "what tools …?", "how do I …?"
SEVERAL = re.compile(
    r"\b(?:which|who are|what (?:are|do|kinds?|sorts?|(?!is|was|has)[^\W\d]+s)"
    r"|how (?:can|do|should|to|would)|list|name)\b",
    re.I,
)

FIGURE = re.compile(r"\W{0,2}\d")  # how a cell begins that measures or counts
WIDE = 4  # columns of a table of which no more are said than are asked for
ENDS = (".", "!", "?", ":", "…", ".)", ".”", '."')  # of a sentence


@dataclass(frozen=True, slots=True)
class Quote:
    """What a section says to a question. `start` and `end` are character offsets in the guide file."""

    text: str  # the short answer, plain
    start: int
    end: int
    passage: Passage


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a question asks, whatever section is quoted."""

    text: str
    turns: tuple[str, ...]  # the question, and before it what it adds to the one before: rows are named by it
    words: Mapping[str, float]  # the stems of its words, but for the role's, and how rare they are
    why: bool  # whether it asks for the reason of what was asked before
    several: bool  # whether it asks for all that is listed
    counted: bool  # whether it asks how many steps there are: the last one has their number


def quotes(retriever: Retriever, sections: Sequence[int], text: str, evidence: Evidence) -> list[Quote]:
    """The words of each of some sections that answer a question best."""
    now = leaning.now(text)  # goes first, unless it is compared with what was asked before
    turns = (text,) if now == text or tables.compares(now) else (now, text)
    rarity = retriever.ranker.coverage.rarity
    asked = excepting.without_exception(asides.without_frame(text))
    words = {stem: rarity(stem) for stem in retriever.terms(retriever.aliases.without(asked))}
    asks_itself = now != text and ASKS.match(leaning.LEAD.sub("", now))  # "how do I … – how often?"
    asking = now if asks_itself else text
    if asks_itself and (own := words.keys() & set(retriever.terms(now))):
        words = {stem: worth * (1.0 if stem in own else EARLIER) for stem, worth in words.items()}
    counted = numbered.COUNTED.search(turns[0]) is not None
    why = now != text and leaning.asks_why(now)
    words = {} if why else words  # a reason need not repeat what it is for
    whole = _Asked(text, turns, words, why, SEVERAL.search(asking) is not None, counted)
    return [_quote(retriever, section, whole, evidence) for section in sections]


def beyond(retriever: Retriever, told: Sequence[tuple[int, int, int]]) -> list[tuple[int, Quote]]:
    """What sections say beyond some words of each, from one offset to another, then what those below say.

    With the number of its section, each is a quote of lists, tables and sentences, as many as there is room
    for. What follows the words goes before what precedes them; a table of which a row was told is read whole.
    """
    found = [
        (section, quote) for section, start, end in told for quote in _beyond(retriever, section, start, end)
    ]
    known = {section for section, _, _ in told}
    for section, _, _ in told:
        below = [other for other in retriever.below[section] if other not in known]
        found += beyond(retriever, [(other, 0, 0) for other in below])
    return found


def _beyond(retriever: Retriever, section: int, start: int, end: int) -> list[Quote]:
    left = [
        piece
        for number in retriever.index.passages_of[section]
        for piece in _pieces(retriever.index.passages[number])
        if not start <= piece.start <= piece.end <= end
    ]
    found: list[Quote] = []
    for piece in sorted(left, key=lambda piece: piece.start < start):
        last = found[-1] if found else piece
        joined = f"{last.text} {piece.text}"
        if last.passage is piece.passage and last.end < piece.start and len(joined.split()) <= WORDS:
            found[-1] = replace(last, text=joined, end=piece.end)
        else:
            found.append(piece)
    return found


def _pieces(passage: Passage) -> list[Quote]:
    """The sentences of a passage, its lists and its tables, as quotes in their order."""
    runs = {run.start: run for run in passage.runs}
    pieces, number = [], 0
    while number < len(passage.units):
        unit, run = passage.units[number], runs.get(number)
        if not run:
            pieces.append(Quote(unit.text, unit.start, unit.end, passage))
        elif run.kind == "row":
            table = _rows(passage, passage.units[run.first : run.end], run.lead(passage.units))
            long = [lead for lead in run.lead(passage.units) if lead.start < table.start]  # left out of it
            pieces += [*(Quote(lead.text, lead.start, lead.end, passage) for lead in long), table]
        else:
            pieces.append(_lists(passage, [run]))
        number = run.end if run else number + 1
    return pieces


def _quote(retriever: Retriever, section: int, asked: _Asked, evidence: Evidence) -> Quote:
    quote = _said(retriever, section, asked, evidence)
    if steps.is_asked_which(retriever, asked.turns[0], section):
        title = retriever.index.sections[section].title.rstrip(".:?! ")
        return replace(quote, text=f"{title}. {quote.text}")
    return quote


def _said(retriever: Retriever, section: int, asked: _Asked, evidence: Evidence) -> Quote:
    passages = [retriever.index.passages[n] for n in retriever.index.passages_of[section]]
    for turn in asked.turns:
        if item := numbered.item(retriever, section, turn):
            return Quote(_item_text(item), item.start, item.end, _around(passages, [item]))
        for table in retriever.listings[section]:
            if table.header and (rows := tables.asked_rows(retriever, table, turn, asked.text)):
                columns = _columns(retriever, section, table.header, rows, asked.turns)
                return _rows(_around(table.passages, rows), rows, columns=columns)
            if not table.header and (left := tables.but_for(retriever, table, turn, asked.text)):
                rest = left[0].units
                around = _around(table.passages, rest)
                return Quote(_list_text((), rest), rest[0].start, rest[-1].end, around)
    topic = retriever.topics[section]
    words = {stem: rarity for stem, rarity in asked.words.items() if stem not in topic}
    fits = _unit_scores(section, words, evidence)
    best, scores = _best(passages, _with_reasons(passages, fits) if asked.why else fits)
    top = scores.index(max(scores))
    runs = best.runs
    at_large = [
        run
        for run in runs
        if (asked.several and words.keys() <= _leading_stems(run, best))
        or (asked.counted and best.units[run.first].number is not None)
    ]
    if at_large:
        chosen = [run for run in at_large if run.kind == at_large[0].kind]
    else:
        chosen = [run for run in runs if run.holds(top) or (not asked.why and _leads(run, scores, top))]
    if not chosen:
        return _window(best, scores)
    listed = next((run for run in chosen if run.first <= top < run.end), None)
    if listed and not (at_large or asked.several) and _is_the_only_one(best, listed, top, words):
        return _one_of(best, listed, best.units[top])
    if chosen[0].kind == "row":
        return _rows(best, best.units[chosen[0].first : chosen[0].end], chosen[0].lead(best.units))
    return _lists(best, chosen)


def _leading_stems(run: Run, passage: Passage) -> frozenset[str]:
    """The stems of the sentence before a list or table; of steps, which say what is done, their own, too."""
    before = passage.units[max(0, run.first - 1) : run.first]
    own = passage.units[run.first : run.end] if passage.units[run.first].number is not None else ()
    return lexical.every_stem(tuple(unit.text for unit in (*before, *own)))


def _is_the_only_one(passage: Passage, run: Run, top: int, words: Mapping[str, float]) -> bool:
    """Whether the item that fits best is the only one of a long list that holds some word of the question."""
    if run.kind != "item" or sum(passage.sizes[run.first : run.end]) <= WORDS:
        return False
    others = (unit.text for unit in passage.units[run.first : run.end] if unit is not passage.units[top])
    held = lexical.every_stem((passage.units[top].text,)) & words.keys()
    return bool(held - lexical.every_stem(tuple(others)))


def _leads(run: Run, scores: Sequence[float], top: int) -> bool:
    """Whether the sentence that leads in fits hardly worse than the best one."""
    return run.start < run.first and scores[top] <= scores[run.start] + LIST


def _unit_scores(section: int, words: Mapping[str, float], evidence: Evidence) -> list[float]:
    """How well each unit of a section fits.

    Its cosines to the question and to the alternates nearest to it, and the words that it shares.
    """
    ranker = evidence.ranker
    vectors, holding = ranker.units[section]
    near = evidence.views[evidence.places == ranker.first_alternates + section][:3]
    asking = evidence.vector
    if len(near):
        asking = asking + ranker.index.vectors[near].sum(axis=0) / len(near)
    scores: list[float] = (vectors @ asking).tolist()
    worth = SAME_WORDS / (sum(words.values()) or 1.0)
    for stem, rarity in words.items():
        for number in holding.get(stem, ()):
            scores[number] += worth * rarity
    scores[0] += LEADS
    return scores


def _with_reasons(passages: Sequence[Passage], scores: Sequence[float]) -> list[float]:
    """The scores of some passages' units, more for the best of those that give a reason."""
    units = (unit for passage in passages for unit in passage.units)
    more = [
        score + BECAUSE * bool(REASON.search(unit.text)) for unit, score in zip(units, scores, strict=True)
    ]
    top = more.index(max(more))
    return [*scores[:top], more[top], *scores[top + 1 :]]


def _best(passages: Sequence[Passage], scores: Sequence[float]) -> tuple[Passage, Sequence[float]]:
    """The passage of the unit that fits best, and the scores of its units."""
    if len(passages) == 1:
        return passages[0], scores
    ends = list(accumulate(len(passage.units) for passage in passages))
    number = bisect(ends, max(range(len(scores)), key=scores.__getitem__))
    passage = passages[number]
    return passage, scores[ends[number] - len(passage.units) : ends[number]]


def _window(passage: Passage, scores: Sequence[float]) -> Quote:
    """The best sentence, and its better neighbours in turn, as far as there is room for them."""
    units, sizes, runs = passage.units, passage.sizes, passage.runs
    best = max(scores)
    first = last = scores.index(best)
    words = sizes[first]

    def fits(number: int) -> bool:
        """Whether there is such a unit, and room for it."""
        if not 0 <= number < len(units) or (runs and any(run.holds(number) for run in runs)):
            return False
        return words + sizes[number] <= (MOST if scores[number] > best - NEARLY else WORDS)

    while sides := [number for number in (first - 1, last + 1) if fits(number)]:
        step = max(sides, key=scores.__getitem__)
        first, last = min(first, step), max(last, step)
        words += sizes[step]
    chosen = units[first : last + 1]
    return Quote(" ".join(unit.text for unit in chosen), chosen[0].start, chosen[-1].end, passage)


def _lists(passage: Passage, runs: Sequence[Run]) -> Quote:
    """Whole lists, each with the sentence that leads in."""
    units = passage.units
    texts = [_list_text(run.lead(units), units[run.first : run.end]) for run in runs]
    return Quote(" ".join(texts), units[runs[0].start].start, units[runs[-1].end - 1].end, passage)


def _list_text(lead: Sequence[Unit], items: Sequence[Unit]) -> str:
    """Steps behind their numbers, other items with a comma between them, and what leads in."""
    if items[0].number is not None:
        return " ".join([*(unit.text for unit in lead), *map(_item_text, items)])
    said = [item.text.rstrip(".;, ") for item in items]
    many = any(re.search(r"[,.] ", item) for item in said)  # by commas they would run into each other
    head = "".join(f"{unit.text.rstrip(':. ')}: " for unit in lead)
    return f"{head}{('; ' if many else ', ').join(said)}."


def _one_of(passage: Passage, run: Run, item: Unit) -> Quote:
    """One item of a list, behind the sentence that leads in."""
    lead = run.lead(passage.units)
    return Quote(_list_text(lead, [item]), (*lead, item)[0].start, item.end, passage)


def _item_text(item: Unit) -> str:
    """An item of a numbered list with its number: "3. Rinse the tank."."""
    return f"{item.number}. {item.text.rstrip(';, ')}{'' if item.text.endswith(ENDS) else '.'}"


def _around(passages: Sequence[Passage], rows: Sequence[Unit]) -> Passage:
    """The passage of the rows; where a long table was cut between them, the passages as one."""
    held = [passage for passage in passages if not set(rows).isdisjoint(passage.units)]
    units = tuple(unit for passage in held for unit in passage.units)
    return replace(held[0], end=held[-1].end, units=units)


def _rows(
    passage: Passage, rows: Sequence[Unit], lead: Sequence[Unit] = (), columns: Sequence[int] = ()
) -> Quote:
    """Rows as "California: $139,620 a year", of all columns or some. The quote runs from first to last."""
    start, end = min(row.start for row in rows), max(row.end for row in rows)
    parts = [row_text(passage.header, row, columns) for row in rows]
    period = period_of(passage.header)
    if len(parts) > 2 and period:
        text = "; ".join(part.removesuffix(f" {period}") for part in parts) + f" ({period})."
    else:
        text = "; ".join(parts) + "."
    if lead and len(text.split()) + len(lead[-1].text.split()) <= WORDS:
        text, start = f"{lead[-1].text} {text}", lead[-1].start
    return Quote(text, start, end, passage)


def _columns(
    retriever: Retriever, section: int, header: Sequence[str], rows: Sequence[Unit], turns: Sequence[str]
) -> list[int]:
    """The columns of a wide table that a question names; none for all."""
    found = (tables.asked_columns(retriever, section, header, rows, text) for text in turns)
    return next(filter(None, found), []) if len(header) >= WIDE else []


def row_text(header: Sequence[str], row: Unit, columns: Sequence[int] = ()) -> str:
    """A row as a person would say it, with all that it says, or of some columns.

    >>> row_text(["State", "Annual salary (US dollars)"], Unit("row", 0, 9, "", ("Ohio", "$1,000")))
    'Ohio: $1,000 a year'
    >>> row_text(["Member", "Annual fee"], Unit("row", 0, 9, "", ("Child", "free")))
    'Child: free'
    >>> row_text(["Code", "Meaning", "Beeps"], Unit("row", 0, 9, "", ("E5", "Too hot", "2")))
    'E5 – Meaning: Too hot, Beeps 2'
    """
    cells = list(zip(header, row.cells, strict=False))
    told = [cells[n] for n in columns or range(1, len(cells)) if n < len(cells) and cells[n][1]]
    if len(header) == 2:
        period = period_of(header)
        told = [
            ("", f"{cell} {period}" if period and any(map(str.isdecimal, cell)) else cell) for _, cell in told
        ]
    named = any(name and not FIGURE.match(cell) for name, cell in told)
    figures = ", ".join(
        f"{name} {cell}".strip() if not name or FIGURE.match(cell) else f"{name}: {cell}"
        for name, cell in told
    )
    return (" – " if named else ": ").join(filter(None, (row.cells[0], figures)))
