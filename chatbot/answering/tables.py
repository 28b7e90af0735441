"""Which rows of a table or items of a list a question asks for, and which value it asks for in vain.

In: a section and a question. Out: the rows that it names or asks for by rank ("the second highest"), or
`Absent`, the value that is not there. Another row never stands in for the one that was asked for: "West
Virginia" does not name the row of Virginia. It writes no words; that is the business of
`chatbot.answering.quoting`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from chatbot import excepting, lexical, measures
from chatbot.answering import neighbouring
from chatbot.answering.neighbouring import one_is_asked
from chatbot.conversation import leaning, naming, numbered, steps
from chatbot.conversation.leaning import BESIDE_IT
from chatbot.guides import Unit
from chatbot.lexical import (
    COMPARES,
    DIFFERENCE,
    HIGHER,
    HIGHEST,
    LOWER,
    LOWEST,
    ORDINALS,
    PLACES,
    RANKS,
    fold_phrase,
)
from chatbot.passages import Listing
from chatbot.retrieval import Retriever

LAST = re.compile(r"\b(?:comes?|is|are|ranks?|ranked|in) last\b|\blast (?:of|on|place)\b", re.I)
AT_LARGE = frozenset(["ones", "list", "all", "every", "each", "range"])  # of the table as a whole
APART = DIFFERENCE | {"apart", "between"}
OF_LIST = re.compile(r"\b(?:in|of|on) (?:that|the|this|your) (?:list|table)\b", re.I)
ONE_OF = re.compile(r"\b(?:what|which|who)(?: one)? of (?:the|these|those)\b", re.I)
BEFORE_VALUE = frozenset(
    ["in", "at", "for", "from", "of", "within", "near", "around", "to", "about", "by", "with"]
)
OF_VALUE = frozenset(["is", "are", "does", "do", "has", "have", "did"])  # "does Netflix hire them"
BETWEEN_VALUES = frozenset(["or", "vs", "versus", "than"])
WITHIN = re.compile(r",? (?:in |of )?")  # between a place and the one in which it lies
REGION = re.compile(r"\b(?:canton|county|country|district|province|region|state)\b", re.I)
SIDE_BY_SIDE = COMPARES | RANKS | DIFFERENCE | {"or", "and", "both"}  # no place and its region
HOW = re.compile(r"\bhow [^\W\d]+", re.I)
NO_RANK = re.compile(r"\b(?:last but not least|not least|at (?:the very )?(?:best|least|most))\b", re.I)
THRESHOLD = re.compile(r"\d{3}|\dk\b", re.I)
THEY = re.compile(r"\b(?:they|them)\b", re.I)
NUMBER = re.compile(rf"\b(?:number|no\.) (\d{{1,3}}|{'|'.join(lexical.CARDINALS)})\b", re.I)  # "number six"


@dataclass(frozen=True, slots=True)
class Absent:
    """A value that a table or list does not hold, e.g. "Texas" among the states with salaries."""

    value: str
    listed: tuple[str, ...]  # what it does hold
    noun: str  # what these are: the header of the first column, or "entry"


def asked_rows(retriever: Retriever, table: Listing, text: str, topic: str = "") -> list[Unit]:
    """The rows that a question names, or asks for by rank; none if it asks for the table at large.

    Of several columns of figures the rank is by the one whose heading the question or its topic names.
    """
    if left := but_for(retriever, table, text, topic):  # "which state pays best but for California?"
        return asked_rows(retriever, *left) or list(left[0].units)
    if naming.set_aside(table.keys, text)[0] and THRESHOLD.search(text):
        return []  # "over 100,000, but not Ohio": no one has compared them
    text = NO_RANK.sub(" ", HOW.sub("how", text))  # "how soon" names no row that is called "Soon"
    text = measures.in_one_word(text)
    text = _by_rank(text) or text
    says = lexical.every_word(text)
    if (counted := _numbered(table, text)) is not None:
        return [table.units[n] for n in counted]
    named = [table.units[n] for n in naming.named(retriever, table.keys, text) or _held(table, text)]
    figures = _figures(table, text, topic)
    if not figures:
        return named
    ranked = [table.units[n] for n in sorted(range(len(figures)), key=lambda n: -figures[n])]
    if not named and (few := _few(retriever, table, text)):
        return [ranked[n] for n in few]
    if len(named) > 1 and says & (HIGHEST | HIGHER | LOWEST | LOWER):
        return [row for row in (ranked[::-1] if says & (LOWEST | LOWER) else ranked) if row in named]
    if len(named) == 1 and naming.asks_its_place(named[0].key, leaning.now(text)):
        return []  # "so Ohio is third?": all of them show it
    if len(named) == 1 and (found := neighbouring.beside(table, ranked, named[0], text)) is not None:
        return found
    if named:
        return named
    if says & AT_LARGE or not (ONE_OF.search(text) or one_is_asked(table.header[0], says)):
        return []
    places = [ORDINALS.get(word.folded, -1) for word in lexical.words(text)]
    places = [place for place in places if place != -1]  # the last row is told by `LAST`
    if not places and not says & (HIGHEST | LOWEST):
        return []
    if says & HIGHEST and says & LOWEST:  # "between the top and the bottom one"; "most pay for least work"
        return [ranked[0], ranked[-1]] if says & APART else []
    line = ranked[::-1] if says & LOWEST or LAST.search(text) else ranked
    place = places[-1] if places else 0  # "second? – and the sixth?" asks for the one named last
    return line[place : place + 1]


def but_for(retriever: Retriever, listing: Listing, text: str, topic: str) -> tuple[Listing, str] | None:
    """A table or list without what a question sets aside of it, and the question without that.

    Or the few of a list that are asked for from either end. None where that is nothing, or all, or where the
    question asks of it ("I can't move to Ohio. What do they pay there?"), or for more than a figure. A
    follow-up goes on from what was set aside before, but for what it names itself.
    """
    if not listing.header and (few := _few(retriever, listing, text)):
        return replace(listing, units=listing.units[few.start : few.stop]), text
    if not naming.set_aside(listing.keys, text)[0]:
        return None
    without, said = set[int](), []
    for turn in (topic or text).split(BESIDE_IT):
        aside, rest = naming.set_aside(listing.keys, turn)
        asks_of_it = excepting.POINTS.search(rest) or THRESHOLD.search(rest)
        if asks_of_it or (not listing.header and THEY.search(rest)):  # "I don't use Monster. Do they …?"
            aside = set()
        without = (without | aside).difference(naming.named(retriever, listing.keys, rest))
        said.append(rest)
    kept = [n for n in range(len(listing.units)) if n not in without]
    if not without or not kept:
        return None
    units, keys = tuple(listing.units[n] for n in kept), tuple(listing.keys[n] for n in kept)
    return replace(listing, units=units, keys=keys), BESIDE_IT.join(said)


def _few(retriever: Retriever, listing: Listing, text: str) -> range:
    """Which rows or items a question asks for, where it is a few from either end: "the top two states"."""
    if not naming.FEW.search(text):  # hardly any question does
        return range(0)
    titles = (retriever.titles[passage.section] for passage in listing.passages)
    about = lexical.PAY.union(lexical.every_stem(listing.header), *titles)
    found = naming.few(len(listing.units), leaning.now(text), about, ranked=bool(listing.header))
    return found if len(found) < len(listing.units) else range(0)  # else the whole of it is told


def _by_rank(text: str) -> str:
    """What a follow-up asks by rank, and so of no row that was named before: "the lowest on that list"."""
    now = OF_LIST.sub("", leaning.now(text))
    says = lexical.every_word(now)
    return now if says & (HIGHEST | LOWEST) and not leaning.points(now) else ""


def asked_columns(
    retriever: Retriever, section: int, header: Sequence[str], rows: Sequence[Unit], text: str
) -> list[int]:
    """The columns that a question names by words which no other heading has; none for all of them.

    Of all it is told where the question says any more than the rows, these headings and the title do: "what
    does the sauna cost on Saturday?" asks for no hours.
    """
    names = {stem for row in rows for stem in lexical.stems(row.key)}
    asked = {word.stem for word in lexical.content_words(retriever.aliases.without(text))} - names
    found = [n for n, own in enumerate(lexical.apart(header[1:]), 1) if not own.isdisjoint(asked)]
    cells = [row.cells[n] if n < len(row.cells) else "" for row in rows for n in found]
    said = retriever.titles[section].union(
        *(lexical.stems(header[n]) for n in found), *map(lexical.stems, cells)
    )
    return found if len(found) < len(header) - 1 and all(cells) and asked <= said else []


def compares(text: str) -> bool:
    """Whether a question sets one thing against another.

    >>> compares("how much more is that than Virginia?"), compares("and Virginia?")
    (True, False)
    """
    return not COMPARES.isdisjoint(lexical.every_word(text))


def _held(table: Listing, text: str) -> list[int]:
    """The only row that holds two or more of a question's words which no other row holds ("a burst pipe").

    None where a sentence beside the table holds more of them.
    """
    asked = set(lexical.stems(text))
    rows = [asked & lexical.every_stem(row.cells) for row in table.units]
    own = [held.difference(*rows[:n], *rows[n + 1 :]) if held else held for n, held in enumerate(rows)]
    found = [n for n, held in enumerate(own) if held]
    if len(found) != 1 or len(own[found[0]]) < 2:
        return []
    beside = [unit for passage in table.passages for unit in passage.units if unit.kind == "sentence"]
    most = max((len(asked & lexical.every_stem((unit.text,))) for unit in beside), default=0)
    return found if len(own[found[0]]) >= most else []


def _numbered(table: Listing, text: str) -> list[int] | None:
    """The rows that a question asks for by number, "the second year", where the rows are numbered years.

    None where the rows bear no numbers: then their first cells are names.
    """
    if not all(key.isdigit() for key in table.keys):
        return None
    said = lexical.words(text)
    noun = lexical.stem(lexical.fold(table.header[0].split()[-1])) if table.header[0].split() else ""
    if noun not in {word.stem for word in said}:
        return []
    numbers = {str(PLACES[word.folded] + 1) for word in said if word.folded in PLACES}
    numbers |= {word.folded for word in said}
    return [n for n, key in enumerate(table.keys) if key in numbers]


def _figures(table: Listing, text: str, topic: str) -> tuple[float, ...]:
    """The figure of each row, of the column that a question or its topic names best; none if none has any.

    "The cheapest" has to be of a column of prices.
    """
    columns: dict[int, tuple[float, ...]] = {}
    for column, cells in enumerate(table.columns):
        if column and (found := measures.figures(cells)):
            columns[column] = found
    if measure := measures.ranked_by(text):
        columns = {
            n: figures
            for n, figures in columns.items()
            if measures.of_column(table.header[n], table.columns[n]) == measure
        }
    if len(columns) < 2:
        return next(iter(columns.values()), ())
    asked = lexical.every_stem((text, topic))
    return columns[max(columns, key=lambda n: len(asked & lexical.every_stem((table.header[n],))))]


def absent(retriever: Retriever, section: int, text: str) -> Absent | None:
    """The value that a question asks of a table or list which does not hold it, if there is one.

    A value is a word that no text of the corpus holds and that is used like one ("in Oregon", "Netflix"),
    one that stands in another table or list but not in this ("Texas"), a longer name than the one that
    is there ("West Virginia"), a place past the last row ("the sixth highest"), or a step past the last.
    """
    text = excepting.without_exception(text)
    kept = leaning.REJECTED.sub("", text)
    beyond = steps.not_there(retriever, section, text) or numbered.not_there(retriever, section, text)
    if beyond:
        return Absent(*beyond, "step")
    now = leaning.now(text) if BESIDE_IT in text else ""
    text = _by_rank(text) or text  # "and Texas? – which is the lowest?" asks no more of Texas
    now = " ".join(retriever.synonyms.get(word.folded, word.text) for word in lexical.words(now))
    for listing in retriever.listings[section]:
        keys = listing.keys
        if kept != text and naming.named(retriever, keys, kept):
            text = kept  # "California, not Ohio"
        if now and naming.named(retriever, keys, now):
            text = now  # "Does Oracle hire them – Apple?" asks no more of Oracle
        noun = listing.header[0].lower() if listing.header else "entry"
        if now and leaning.asks_for_all(noun, now):
            return None  # "in Ohio – which states then?"
        named = naming.named(retriever, keys, text)
        values = chain(  # what is asked now goes first: "and Ohio? – what about Maine?"
            _values_in(retriever, section, listing, now, ()),
            (name for _, name in naming.longer_names(retriever, keys, text)),
            _values_in(retriever, section, listing, text, named),
            _added(retriever, section, keys, noun, text),
            _past_the_end(listing, text),
        )
        if (value := next(values, None)) is not None:
            return Absent(value, tuple(key for key in keys if lexical.words(key)) or keys, noun)
        if named:
            return None
    return None


def is_row_beside(retriever: Retriever, section: int, value: str) -> bool:
    """Whether a table of another section of the guide has a row of that name."""
    return any(
        table.header and naming.named(retriever, table.keys, value)
        for other in retriever.others(section)
        for table in retriever.listings[other]
    )


def is_of_its_kind(retriever: Retriever, section: int, value: str) -> bool:
    """Whether a value might stand in a section's tables and lists: no list without any item of theirs has it.

    Texas, of the states with jobs, might be a state with a salary; Microsoft, an employer, no industry.
    """
    folded = fold_phrase(value)
    own = naming.keys_of(retriever, section)
    having = [
        keys
        for listed in retriever.listings
        for listing in listed
        if folded in (keys := {fold_phrase(key) for key in listing.keys})
    ]
    return not having or any(not own.isdisjoint(keys) for keys in having)


def _is_listed(retriever: Retriever, section: int, parts: tuple[str, ...]) -> bool:
    """Whether a value is a row or an item of the section's own guide, or of a table with its heading.

    "Oregon" in the states of another trade is a state here, too; what else other guides list denies nothing.
    """
    guide_of = retriever.index.guide_of
    headings = {listing.header[0] for listing in retriever.listings[section] if listing.header}
    return any(
        tuple(word.folded for word in lexical.words(key)) == parts
        for other, listed in enumerate(retriever.listings)
        for listing in listed
        if guide_of[other] == guide_of[section] or not headings.isdisjoint(listing.header[:1])
        for key in listing.keys
    )


def absent_beside(retriever: Retriever, section: int, text: str) -> Absent | None:
    """The same where the section is not the best: only of tables, and of a value like their rows.

    Oregon is like states, and not like industries.
    """
    if not any(listing.header for listing in retriever.listings[section]):
        return None
    missing = absent(retriever, section, text)
    if missing is None or missing.noun in ("entry", "step"):
        return None
    return missing if retriever.is_like(missing.value, missing.listed) else None


def _values_in(
    retriever: Retriever, section: int, listing: Listing, text: str, named: Sequence[int]
) -> Iterator[str]:
    """The values of a question that the section does not hold. Beside a named row only plain cases count."""
    keys, words = listing.keys, lexical.words(text)
    held = retriever.ranker.coverage.own_stems[section]
    folded = [word.folded for word in words]
    says = set(folded)
    is_of_regions = listing.header and REGION.search(listing.header[0])
    one_region = is_of_regions and len(named) == 1 and not says & SIDE_BY_SIDE
    for parts in retriever.values:
        if parts[0] not in says or all(lexical.stem(part) in held for part in parts):
            continue
        starts = [n for n in range(len(folded)) if tuple(folded[n : n + len(parts)]) == parts]
        if starts and _is_listed(retriever, section, parts):
            yield from (" ".join(word.text for word in words[n : n + len(parts)]) for n in starts)
    compares = frozenset(["and"]) if says & (COMPARES | HIGHER | LOWER) else frozenset()
    used_like_one = BETWEEN_VALUES | compares | (frozenset() if named else BEFORE_VALUE | OF_VALUE)
    for position, word in enumerate(words):
        if not naming.is_stranger(retriever, word) or naming.is_at_home(retriever, word, text):
            continue
        start, end = naming.whole_value(retriever, words, text, position)
        before = words[start - 1].folded if start else ""
        value = text[words[start].start : words[end - 1].end]
        if one_region and _lies_in_one(keys, text, words[end - 1].end):
            continue
        told = not start and end < len(words) and words[end].folded in OF_VALUE  # "Netflix is one of them"
        if (position and naming.is_name(retriever, word, text)) or (
            (told or before in used_like_one) and retriever.is_like(value, keys)
        ):
            yield value


def _lies_in_one(keys: Sequence[str], text: str, end: int) -> bool:
    """Whether a region is named, right behind a value that ends there: "San Francisco, California"."""
    if not (between := WITHIN.match(text, end)):
        return False
    rest = fold_phrase(text[between.end() :])
    return any(f"{rest} ".startswith(f"{fold_phrase(key)} ") for key in keys)


def _added(retriever: Retriever, section: int, keys: Sequence[str], noun: str, text: str) -> Iterator[str]:
    """The value that a follow-up adds, and says nothing else: "which states pay most – Ohio?"."""
    _, beside, added = text.rpartition(BESIDE_IT)
    value = leaning.named(added) if beside else ""
    if not value:
        return
    stems = set(lexical.stems(value))
    if any(stems <= title for title in retriever.titles):
        return  # "and the employers?": another topic
    held = retriever.ranker.coverage.own_stems[section]
    if held.isdisjoint(stems) and retriever.is_like(value, (*keys, noun)):
        yield value


def _past_the_end(listing: Listing, text: str) -> Iterator[str]:
    """The ordinal that asks for a row after the last: "the sixth highest" of five, "which state is sixth"."""
    says, rows = lexical.every_word(text), len(listing.units)
    if listing.header and (says & (HIGHEST | LOWEST) or one_is_asked(listing.header[0], says)):
        yield from (word.folded for word in lexical.words(text) if PLACES.get(word.folded, 0) >= rows)
        yield from (found[0] for found in NUMBER.finditer(text) if lexical.number_of(found[1]) > rows)
