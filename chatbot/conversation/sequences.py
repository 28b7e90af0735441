"""What a guide names one after the other, and which a question picks: "the second one", "what comes next?".

In: a question and the section it is about. Out: an `Item`: a step, a row of a table, an item of a list, or a
section below a heading. Which question comes before is for `chatbot.conversation`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chatbot import excepting, lexical
from chatbot.conversation import leaning, naming, numbered, steps
from chatbot.conversation.steps import ANY, AROUND, STEP
from chatbot.lexical import HIGHER, HIGHEST, LOWER, LOWEST, ORDINALS, STEPS, fold_phrase
from chatbot.passages import is_step
from chatbot.retrieval import Mask, Retriever

NEXT = re.compile(
    r"\b(?:next(?! (?:decade|month|summer|time|week|winter|year)s?\b)"
    r"|after (?:that|this|those|it|them)|(?:comes|do|goes|study|take) after(?=\W*$)|afterwards?"
    r"|follow(?:s|ing)(?: (?:it|that))?|what then"
    r"|then what(?! (?:is|are|was|were) (?:the|a|an|my|your)\b)"
    r"|and then(?! (?:what|which|who|where|how) (?:is|are) (?:the|a|an|my|your)\b)"
    r"|the (?:one|step) after|behind (?:that|it|them|the (?:top|first|best) one))\b",
    re.I,
)
BEFORE = re.compile(
    r"\b(?:before (?:that|this|it)|(?:comes|goes|is) before(?=\W*$)|previous|prior|preceding)\b", re.I
)
_NOUN = r"\b(?: (?!(?:and|or|to|versus|vs|with)\b)(?P<noun>[a-z]+)\b)?"
PLACE = re.compile(
    r"\b(?!(?:the first (?:place|things?)|first (?:of all|things)|second (?:that|thoughts?))\b)"
    r"(?<!\bat )(?<!\bone )(?<!\bi )(?<!\bthings )"
    rf"(?P<the>(?:the|that|its|their) (?:very )?)?(?P<ordinal>{'|'.join(ORDINALS)}){_NOUN}"
    rf"|\b(?:number|no\.?|nr\.?) (?P<number>[1-9]\d*|{'|'.join(lexical.CARDINALS)})\b|#(?P<hash>[1-9]\d*)\b"
    r"|\b(?P<second>(?:the )?runner[- ]?up|(?:in )?second place)\b",
    re.I,
)
# "Give me the data one", "the one for databases": picked by a word of its name.
KNOWN_BY = re.compile(
    r"\bthe (?:(?P<word>[\w+#-]+) one|one (?:about|for|on|with|in) (?:the )?(?P<words>[\w+# -]+?))"
    r"(?=\s*(?:[?.,!]|$))",
    re.I,
)
LISTED = re.compile(
    r"^ (?:of (?:them|those|these|(?:all )?(?:the|those|these) (?:kinds|list|sorts|types))"
    r"|(?:in|on) (?:that|the|this|your) (?:list|table))\b",
    re.I,
)
AND_PLACE = re.compile(
    rf"(?:,|,? (?:and|or|to|versus|vs\.?|with)) (?:the )?(?P<ordinal>{'|'.join(ORDINALS)}){_NOUN}", re.I
)
# "who's third on that list", "which comes second?": a place without "the".
WHO = re.compile(r"^(?:who|what|which)(?: one)?(?:['’]?s| is| was| are| comes?| ranks?) $", re.I)
ONE_IN = re.compile(r"^(?:the |which |what )?one (?:at|in|on)(?: the)? $", re.I)
# What is said when a table's figure is asked for: "the third one, how much exactly?"
PAID = frozenset(["earn", "paid", "pay"])  # stems
FIGURE = frozenset(["figure", "amount", "number", "exact", "year"])
# What sets two rows side by side: "which is higher?", "what's the difference?"
BETWEEN_TWO = HIGHER | LOWER | lexical.DIFFERENCE | (lexical.COMPARES - {"than"})
PAIR = frozenset(["two", "both", "pair"])
SPOT = frozenset(["place", "position", "rank", "spot"])  # "third place?"
SUBJECT = frozenset(["job", "career", "role", "profess", "work", "field", "guid"])  # stems
TELLS = frozenset(["cost", "costs", "earn", "earns", "pay", "pays"])  # "what does the third pay?"
ASKED = re.compile(rf"\W+{lexical.ASKING}(?P<of>.*)", re.I)
DONE = re.compile(r"\b(?:done|finished|completed|over|passed|behind)\b", re.I)


@dataclass(frozen=True, slots=True)
class Item:
    """One of what is named one after the other, and the section that speaks of it."""

    name: str
    section: int


def items(retriever: Retriever, topic: int) -> list[Item]:
    """What a section names one after the other: its rows, its list's items, or the sections below it."""
    return rows(retriever, topic) or _sections(retriever, retriever.below[topic])


def rows(retriever: Retriever, topic: int) -> list[Item]:
    """The rows of a section's tables, and its list's items."""
    return [
        Item(unit.key if unit.number is None else numbered.name(unit.number), topic)
        for block in retriever.index.sections[topic].blocks
        if block.kind in ("table", "list")
        for unit in block.units
    ]


def row_names(retriever: Retriever, topic: int) -> list[str]:
    """What these are called."""
    return [item.name for item in rows(retriever, topic)]


def among(retriever: Retriever, topic: int) -> Mask | None:
    """The sections that speak of what a section names: itself, those below it, and those that name one too.

    None where it names nothing one after the other.
    """
    several, over = items(retriever, topic), above(retriever, topic)
    if not several and over is not None and is_series(retriever, topic):
        topic, several = over, items(retriever, over)  # after one of them all are meant
    named = [fold_phrase(item.name) for item in several]
    if len(named) < 2:
        return None
    name = re.compile(rf" (?:{'|'.join(map(re.escape, named))})s? ")
    mask = np.array([name.search(f" {text} ") is not None for text in retriever.texts])
    mask[[topic, *retriever.below[topic]]] = True
    return mask


def pick(retriever: Retriever, text: str, topic: int, before: str = "step") -> tuple[Item, str] | None:
    """The item that a question picks by its place, and the question with the item's name in its stead.

    The question is empty if nothing else is asked: "tell me more about the third". After a question `before`
    that spoke of no step, "the first one" is no step, though its topic is one.
    """
    if unit := numbered.item(retriever, topic, text):
        return Item(numbered.name(unit.number), topic), ""
    if not (found := PLACE.search(text)):
        return _picked_by_name(retriever, text, topic)
    place, noun = _place(found)
    places, at, end = [place], found.start("noun"), found.end()
    while further := AND_PLACE.match(text, end):  # "the fourth and fifth"
        places.append(ORDINALS[further["ordinal"].lower()])
        noun, at, end = (further["noun"] or "").lower(), further.start("noun"), further.end()
    if noun and noun not in ANY and not is_called(retriever, topic, noun):
        if noun not in lexical.STOP | TELLS:  # "the first interview": of something else
            return None
        noun, end = "", at - 1
    said = lexical.every_word(before)
    if noun in ("", "one") and is_step(retriever.index.sections[topic]) and not steps.says_step(said):
        return None
    listed = LISTED.match(text[end:])
    lead = ONE_IN.sub("", leaning.LEAD.sub("", text[: found.start()]))  # "the one in last place?"
    bare = not lexical.words(lead + text[end:])  # "and 2nd?"
    told = found["the"] or noun in ANY or listed or WHO.match(text[: found.start()])
    told = told or (bare and retriever.listings[topic]) or (len(places) > 1 and compares(text))
    if found["ordinal"] and not told:  # "what should I learn first"
        return None
    end += listed.end() if listed else 0
    alone = not steps.besides(f"{text[: found.start()]} {text[end:]}")
    whole = alone and (not noun or (noun == "one" and is_series(retriever, topic)))
    line = _line(retriever, topic, noun, listed=bool(listed) or whole)
    aside, _ = naming.set_aside([item.name for item in line], before)
    line = [item for n, item in enumerate(line) if n not in aside]
    if not all(-len(line) <= place < len(line) for place in places):
        return None
    upwards = LOWEST & said and not HIGHEST & said  # "the lowest? – the second?"
    chosen = [line[-1 - place if upwards and place >= 0 else place] for place in places]
    if len(chosen) > 1 and any(item.section != topic for item in chosen):
        return None  # sections of their own: no single one answers
    item = Item(" and ".join(item.name for item in chosen), chosen[0].section)
    if excepting.is_set_aside(text, found.start()):  # "not the first one"
        return (Item(text[: found.start()] + item.name, topic), "") if item.section == topic else None
    item, asked = in_its_stead(item, text, found.start(), end)
    if asked and noun not in STEPS and is_step(retriever.index.sections[topic]):
        return None  # "how do I write a loop in the first one?": not of the steps
    return item, asked


def named_rows(retriever: Retriever, text: str, topic: int) -> list[str]:
    """The rows of the topic's table that a text names."""
    names = row_names(retriever, topic)
    return [names[n] for n in naming.named(retriever, names, text)]


def compares(text: str) -> bool:
    """Whether a text sets two things that were named side by side, as "which of the two is higher?"."""
    return not BETWEEN_TWO.isdisjoint(lexical.every_word(text))


def asks_for_a_row(retriever: Retriever, text: str, before: str, topic: int) -> bool:
    """Whether a follow-up asks for a row of the topic's table by rank, for its figure, or for their number.

    "And the lowest of them?", "how much is that a year?", after two rows "which is higher?"; not "which is
    best for beginners?".
    """
    bare = not lexical.content_words(text)  # "how many are there?"
    if lexical.HOW_MANY.search(text) and (bare or numbered.COUNTED.search(text)):
        return any(item.section == topic for item in items(retriever, topic))
    says = lexical.every_word(text)
    ranks = bool(says & (HIGHEST | LOWEST))
    ranks |= compares(text) and len(named_rows(retriever, before, topic)) > 1
    return (ranks or "how much" in text.lower()) and only_its_figure(retriever, text, topic)


def only_its_figure(retriever: Retriever, text: str, topic: int) -> bool:
    """Whether a text asks for no more than what the topic's table holds."""
    if not any(block.kind == "table" for block in retriever.index.sections[topic].blocks):
        return False
    known = HIGHEST | LOWEST | BETWEEN_TWO | PAIR | AROUND | FIGURE | {*lexical.CARDINALS, *ORDINALS}
    held = retriever.ranker.coverage.own_stems[topic]
    if not PAID.isdisjoint(held):
        held = held | PAID
    return all(word.folded in known or word.stem in held for word in lexical.content_words(text))


def rows_asked(retriever: Retriever, text: str, topic: int) -> list[int]:
    """The places of the rows of the topic's table that a text names, else of the first or last by rank."""
    names = row_names(retriever, topic)
    says = lexical.every_word(text)
    aside, rest = naming.set_aside(names, text)
    named = naming.named(retriever, names, rest)
    line = [n for n in range(len(names)) if n not in aside]
    return named or line[:1] * bool(says & HIGHEST) or line[-1:] * bool(says & LOWEST)


def row_beside(retriever: Retriever, text: str, before: str, topic: int) -> Item | None:
    """The row of the topic's table that follows the one asked for before, or precedes it."""
    later = NEXT.search(text)
    found = later or BEFORE.search(text)
    line = rows(retriever, topic)
    if not found or not line or not _asks_for_it_alone(retriever, text, found, topic):
        return None
    if name := numbered.beside(retriever, topic, leaning.now(before), later is not None):
        return Item(name, topic)
    asked = rows_asked(retriever, before, topic)
    place = asked[-1] + (1 if later else -1) if asked else -1
    return line[place] if 0 <= place < len(line) else None


def in_its_stead(item: Item, text: str, start: int, end: int) -> tuple[Item, str]:
    """An item, and the question with its name from `start` to `end`; empty if nothing else is asked."""
    asks = steps.asks(f"{text[:start]} {text[end:]}")
    return item, f"{text[:start]}{item.name}{text[end:]}" if asks else ""


def _picked_by_name(retriever: Retriever, text: str, topic: int) -> tuple[Item, str] | None:
    """The only item whose name holds the word that picks it."""
    if not (found := KNOWN_BY.search(text)) or excepting.is_set_aside(text, found.start()):
        return None  # "without the IBM one"
    wanted = set(lexical.stems(found["word"] or found["words"]))
    chosen = [
        item
        for item in _line(retriever, topic, "", is_series(retriever, topic))
        if wanted <= set(lexical.stems(item.name))
    ]
    return in_its_stead(chosen[0], text, *found.span()) if wanted and len(chosen) == 1 else None


def _place(found: re.Match[str]) -> tuple[int, str]:
    """The place that is named, from 0, or from -1 backwards; and the noun after it."""
    if found["second"]:
        return 1, ""
    if number := found["number"] or found["hash"]:
        return lexical.number_of(number) - 1, ""
    noun = (found["noun"] or "").lower()
    return ORDINALS[found["ordinal"].lower()], "" if noun in SPOT else noun


def is_called(retriever: Retriever, topic: int, noun: str) -> bool:
    """Whether the items of a section go by this noun: "state", "skill"."""
    found = retriever.index.sections[topic]
    names = [found.title, *found.parents, *(cell for block in found.blocks for cell in block.header[:1])]
    return any(lexical.stem(lexical.fold(noun)) in lexical.stems(name) for name in names)


def _line(retriever: Retriever, topic: int, noun: str, listed: bool) -> list[Item]:
    """The items among which a place is meant."""
    if noun in STEPS or is_step(retriever.index.sections[topic]):
        return _sections(retriever, steps.line_of(retriever, topic))
    line = items(retriever, topic)
    told = line and (line[0].section == topic or is_step(retriever.index.sections[line[0].section]))
    if told or (len(line) > 1 and _is_plural(retriever, topic)):
        return line
    if not retriever.index.sections[topic].parents or not (listed or noun in ANY - {"one"}):
        return []
    family = _sections(retriever, retriever.families[topic])
    return [] if any(item.name.endswith("?") for item in family) else family  # nobody counts questions


def is_series(retriever: Retriever, topic: int) -> bool:
    """Whether a section is one of several that the heading above announces: a type, a tip, no question."""
    sections = retriever.index.sections
    over = above(retriever, topic)
    asking = any(sections[n].title.endswith("?") for n in retriever.families[topic])
    return over is not None and not asking and _is_plural(retriever, over)


def above(retriever: Retriever, topic: int) -> int | None:
    """The section whose heading stands above, where it says anything itself."""
    over = (n for n, below in enumerate(retriever.below) if topic in below)
    return next((n for n in over if retriever.ranker.answerable[n]), None)


def _is_plural(retriever: Retriever, topic: int) -> bool:
    """Whether a heading announces several things: "Top skills for machine learning engineers"."""
    title = fold_phrase(retriever.aliases.without(retriever.index.sections[topic].title))
    return any(word.endswith("s") and word not in lexical.STOP for word in title.split())


def near(retriever: Retriever, topic: int) -> set[int]:
    """The sections that a follow-up is likely to be about: below the topic, or beside it."""
    family = retriever.families[topic] if retriever.index.sections[topic].parents else ()
    return {*family, *retriever.below[topic]} - {topic}


def _sections(retriever: Retriever, numbers: Sequence[int]) -> list[Item]:
    return [Item(retriever.index.sections[n].title, n) for n in numbers]


def beside(retriever: Retriever, text: str, before: str, topic: int) -> int | None:
    """The section that comes next in the sequence, or the one before, if that is asked."""
    later = NEXT.search(text)
    if not (found := later or BEFORE.search(text)):
        return None
    sections = retriever.index.sections
    if not _asks_for_it_alone(retriever, text, found, topic):
        return None
    if not is_step(sections[topic]):  # the topic may be the whole way, and the step named in its question
        line = steps.line_of(retriever, topic) if STEP.search(before) else []
        named = steps.numbered(retriever, before, line)
        chosen = pick(retriever, before, topic)
        named = named or ([chosen[0].section] if chosen and is_step(sections[chosen[0].section]) else [])
        says = lexical.every_word(text)
        if named:
            topic = named[0]
        elif later and (first := next((n for n in retriever.below[topic] if is_step(sections[n])), None)):
            return first  # after the way as a whole its first step
        elif not sections[topic].parents or (says.isdisjoint(ANY) and not is_series(retriever, topic)):
            return None
    line = steps.beside(retriever, topic) or list(retriever.families[topic])
    place = line.index(topic) + (1 if later else -1)
    return line[place] if 0 <= place < len(line) else None


def _asks_for_it_alone(retriever: Retriever, text: str, found: re.Match[str], topic: int) -> bool:
    """Whether hardly more is asked than what comes next, or before.

    Not by "how am I noticed before that", nor by "before that, what is in a portfolio?".
    """
    asked = ASKED.match(text, found.end())
    if steps.ALL.search(text) or (asked and steps.named_stems(asked["of"])):
        return False
    rest = f"{text[: found.start()]} {text[found.end() :]}"
    words = lexical.content_words(rest)
    if found.re is NEXT and DONE.search(rest):  # "high school is done, what next?"
        title = retriever.titles[topic]
        words = tuple(word for word in words if word.stem not in title and not DONE.fullmatch(word.text))
    return len({word.folded for word in words} - AROUND - ANY) <= 1


def called(retriever: Retriever, text: str, topic: int) -> int | None:
    """The only section near the topic whose heading holds all of a text's words: "about networking".

    Words of the whole subject call none: "more about the job", "about machine learning".
    """
    of_all = {stem for alias, _ in retriever.aliases.names for stem in lexical.stems(alias)} | SUBJECT
    wanted = {word.stem for word in lexical.content_words(text)} - of_all
    found = [n for n in sorted(near(retriever, topic)) if wanted <= retriever.titles[n]]
    return found[0] if wanted and len(found) == 1 else None


def is_asked_past_the_last(retriever: Retriever, text: str, topic: int) -> bool:
    """Whether what comes after the last step is asked."""
    last = steps.beside(retriever, topic)[-1:] == [topic]
    found = NEXT.search(text)
    return last and found is not None and _asks_for_it_alone(retriever, text, found, topic)
