"""What a question picks of what is named one after the other, or goes on to: "the second one", "step 6".

In: a question, and of a follow-up the section that the one before it was about. Out: how it is understood,
with the evidence for the section that it leads to; nothing for a question that picks none. Whether a question
follows another one is for `chatbot.conversation`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from chatbot import asides, excepting, lexical
from chatbot.conversation import leaning, naming, others, sequences, steps
from chatbot.lexical import Word, fold_phrase
from chatbot.passages import bare_title
from chatbot.ranking import Evidence
from chatbot.retrieval import Mask, Retriever

MOVES = 12.0  # what the section gains to which a question certainly leads, in units of the score

COUNTING = lexical.RANKS | {*lexical.ORDINALS, *lexical.CARDINALS}  # words that any table may be asked with
TYPE = re.compile(r"(?:(?:and|so) )?which (?:of the (?:\w+ )?)?(?:kind|sort|type)s?\b(?! of \w)", re.I)
# "The second one", after no more than two.
OF_TWO = re.compile(
    r"\bthe (?:(?P<first>former|first)|latter|second)(?: one)?"
    r"(?! (?!(?:again|earns?|exactly|gets?|instead|makes?|pays?|please|then)\b)[a-z])",
    re.I,
)
TYPES = frozenset(["kind", "sort", "type"])

# How a question is understood, the evidence, and the words that an answer has to cover.
Understood = tuple[str, Evidence, tuple[Word, ...]]


def in_sequence(
    retriever: Retriever, text: str, bare: str, before: str, topic: int, allowed: Mask
) -> Understood | None:
    """A question that picks one of what the topic names ("the second one"), or goes on in it."""
    if both := steps.both(retriever, bare, allowed, topic):
        reading = retriever.read(" and ".join(both))
        return reading.text, retriever.look([reading], [allowed])[0], reading.words
    if found := steps.next_to(retriever, steps.with_noun(retriever, bare, topic), _within(allowed)):
        section, beyond = found
        title = beyond or retriever.index.sections[section].title
        return title, _moved_to(retriever, beyond or bare, section, allowed), ()
    if (twin := _twin(retriever, bare, topic)) is not None:
        asked = bare if sequences.named_rows(retriever, bare, twin) else leaning.beside(before, bare)
        return asked, _moved_to(retriever, bare, twin, allowed), ()
    if _asks_for_a_part(retriever, bare, topic):
        return leaning.beside(before, bare), _moved_to(retriever, before, topic, allowed), ()
    if last := steps.asked_last(bare):  # "done that, and an internship. next?"
        text = bare = last
    place, row = others.meant(retriever, bare, topic, before), None
    if place is None:
        place = steps.named(retriever, bare, topic)
    if place is None and not (row := sequences.row_beside(retriever, text, before, topic)):
        place = _beside(retriever, text, bare, before, topic)
    if place is not None:
        return _at(retriever, bare, place, allowed)
    if sequences.is_asked_past_the_last(retriever, text, topic):
        beyond = steps.past_the_last(retriever, topic)
        return beyond, _moved_to(retriever, beyond, topic, allowed), ()
    if series := _of_series(retriever, bare):
        return _at(retriever, bare, series.section, allowed)
    picked = (row, "") if row else _of_two(retriever, bare, topic, before)
    if picked := picked or sequences.pick(retriever, bare, topic, before):
        return _picked(retriever, picked, bare, before, topic, allowed)
    nouns = [table.header[0] for table in retriever.listings[topic] if table.header]
    every = any(leaning.asks_for_all(noun, bare) for noun in nouns)  # "in Ohio? – which states are there?"
    if every or sequences.asks_for_a_row(retriever, bare, before, topic):
        asked = leaning.beside(before, bare)
        return asked, _moved_to(retriever, asked, topic, allowed), ()
    return None


def _asks_for_a_part(retriever: Retriever, text: str, topic: int) -> bool:
    """Whether a follow-up asks for some of the topic's rows or items, and nothing else of them.

    "The last two?", "not the first one", "without Ohio"; "so Ohio is third?" asks for all of them.
    """
    names = sequences.row_names(retriever, topic)
    aside, rest = naming.set_aside(names, text)
    if aside and not lexical.content_words(rest):
        return True
    if naming.few(len(names), text, ranked=any(table.header for table in retriever.listings[topic])):
        return True
    rows = sequences.named_rows(retriever, text, topic)
    return len(rows) == 1 and naming.asks_its_place(rows[0], text)


def step(retriever: Retriever, text: str, words: Sequence[Word], allowed: Mask) -> tuple[int, str] | None:
    """The only step that a question asks for, whatever was asked before; and the text, where that tells it.

    "What is step 6?", "what comes after high school?"; the way as a whole of "the eight steps".
    """
    if not retriever.said(text) and (series := _of_series(retriever, text)):
        return series.section, ""
    if not steps.may_be_asked(text) or retriever.said(text) or steps.both(retriever, text, allowed):
        return None
    within = _within(allowed)
    if found := steps.next_to(retriever, text, within):
        return found
    if (above := steps.every(retriever, text)) is not None:
        return above, text
    if len(asked := steps.numbered(retriever, text, within)) != 1:
        return None
    own = retriever.ranker.coverage.stems[asked[0]].issuperset(word.stem for word in words)
    alone = (own and len(lexical.words(text)) <= 5) or steps.is_asked_alone(retriever.aliases.without(text))
    return (asked[0], "") if alone else None


def _within(allowed: Mask) -> list[int]:
    """The numbers of the sections that compete."""
    return np.flatnonzero(allowed).tolist()


def _of_series(retriever: Retriever, text: str) -> sequences.Item | None:
    """The section that a text picks, and asks nothing else, of those below the only heading with its noun.

    "The third type", under "Types of machine learning engineers".
    """
    found = sequences.PLACE.search(text)
    noun = lexical.stem(lexical.fold(found["noun"])) if found and found["noun"] else ""
    if not noun or noun in lexical.STEPS:
        return None
    over = [n for n, below in enumerate(retriever.below) if len(below) > 1 and noun in retriever.titles[n]]
    picked = sequences.pick(retriever, text, over[0]) if len(over) == 1 else None
    return picked[0] if picked and not picked[1] and picked[0].section != over[0] else None


def of_types(retriever: Retriever, text: str) -> Mask | None:
    """The sections that speak of the types of which a text asks for one by rank: "which type pays most?"."""
    if lexical.RANKS.isdisjoint(lexical.every_word(text)) or not TYPE.match(retriever.aliases.without(text)):
        return None
    found = [n for n, title in enumerate(retriever.titles) if TYPES & title and sequences.items(retriever, n)]
    return sequences.among(retriever, found[0]) if len(found) == 1 else None


def spoken_of(retriever: Retriever, bare: str, topic: int) -> Mask | None:
    """The sections that speak of what a follow-up points at, or of types; None where it does neither."""
    if leaning.points_at_several(bare):
        return sequences.among(retriever, topic)
    return of_types(retriever, bare)


def ask_for_them(retriever: Retriever, bare: str, rest: str, topic: int) -> str:
    """The question for the things that a section speaks of: "which ones?", "and which frameworks?"."""
    wanted = {word.stem for word in lexical.content_words(rest)}
    titles = {n: bare_title(retriever.index.sections[n]) for n in (topic, *sequences.near(retriever, topic))}
    called = [n for n, title in titles.items() if wanted and wanted <= set(lexical.stems(title))]
    title = titles[called[0] if len(called) == 1 else topic]  # "and which employers?" after the states
    if wanted:
        return f"{bare}: {title}"
    return f"name some {title}" + ("" if title.endswith("s") else "s")


def _twin(retriever: Retriever, bare: str, topic: int) -> int | None:
    """The section with a table or list of the same rows that a follow-up asks instead.

    "Is it in the top five for jobs?", after what a state pays: it says what only the other section says.
    """
    keys = naming.keys_of(retriever, topic)
    if len(keys) < 2 or sequences.PLACE.search(bare) or leaning.points_at_them(bare):
        return None  # "the third, what does it pay?" is picked first
    twins = [n for n in retriever.others(topic) if len(keys & naming.keys_of(retriever, n)) > 1]
    words = lexical.content_words(leaning.POINTS_NOWHERE.sub(" ", retriever.aliases.without(bare)))
    names = lexical.every_stem(tuple(keys.union(*(naming.keys_of(retriever, n) for n in twins))))
    asked = {word.stem for word in words if word.folded not in COUNTING} - names
    held = {n: _held(retriever, n) for n in (topic, *twins)}
    found = [n for n in twins if asked <= held[n] and not asked <= held[topic]]
    return found[0] if len(found) == 1 else None


def of_other_table(retriever: Retriever, bare: str, before: str, topic: int) -> Understood | None:
    """A follow-up that names no more than what another table tells the same of: "in Ohio?".

    After what industries pay; not where the topic's own table has it, or others like it.
    """
    value = fold_phrase(leaning.value(bare))
    names = sequences.row_names(retriever, topic)
    if not names or tuple(value.split()) not in retriever.values or value in naming.keys_of(retriever, topic):
        return None
    told = {table.header[1:] for table in retriever.listings[topic] if table.header}
    found = [
        n
        for n in retriever.others(topic)
        for table in retriever.listings[n]
        if table.header and table.header[1:] in told
        if value in map(fold_phrase, table.keys) or retriever.is_like(value, table.keys)
    ]
    if len(found) != 1 or retriever.is_like(value, tuple(names)):
        return None
    moved = _moved_to(retriever, bare, found[0], retriever.ranker.answerable)
    return leaning.beside(before, bare), moved, ()


def _held(retriever: Retriever, section: int) -> frozenset[str]:
    """The stems of a section's own words; of one that speaks of pay in any words, all words for it."""
    own = retriever.ranker.coverage.own_stems[section]
    return own if lexical.PAY.isdisjoint(own) else own | lexical.PAY


def _beside(retriever: Retriever, text: str, bare: str, before: str, topic: int) -> int | None:
    """The section near the topic that a follow-up goes on to, or calls by its name: "more on networking"."""
    found = sequences.beside(retriever, text, before, topic)
    if found is None and (asides.CORRECTED.match(text) or leaning.MORE.match(bare)):
        asked = leaning.TRAILS.sub("", leaning.MORE.sub("", bare))
        found = sequences.called(retriever, asked, topic)
    return found


def _of_two(retriever: Retriever, text: str, topic: int, before: str) -> tuple[sequences.Item, str] | None:
    """Of the only two rows or items that were named just before, the one that a question picks.

    Not of two that were set aside, or that others were to have more than.
    """
    found = OF_TWO.search(text)
    if not found or excepting.asides(before):
        return None
    names = sequences.named_rows(retriever, before, topic)
    if len(names) != 2:
        return None
    said = [word.stem for word in lexical.words(before)]
    apart = lexical.apart(names)
    first, other = (min(map(said.index, own.intersection(said)), default=0) for own in apart)
    if "than" in said[: min(first, other)]:
        return None  # "which pay more than Ohio and Maine?"
    item = sequences.Item(names[(first < other) != bool(found["first"])], topic)
    item, asked = sequences.in_its_stead(item, text, *found.span())
    return (item, asked) if not asked or sequences.only_its_figure(retriever, asked, topic) else None


def _picked(
    retriever: Retriever,
    picked: tuple[sequences.Item, str],
    bare: str,
    before: str,
    topic: int,
    allowed: Mask,
) -> Understood:
    """One of several, and what is asked of it."""
    item, asked = picked
    if asked and not (item.section == topic and sequences.only_its_figure(retriever, asked, topic)):
        reading = retriever.read(asked)
        (seen,) = retriever.look([reading], [allowed])
        own = set(lexical.stems(item.name))  # an answer has to hold what is asked of it
        words = tuple(word for word in reading.words if word.stem not in own)
        return reading.text, seen, words or reading.words
    if item.section == topic:
        named = leaning.beside(before, item.name)
        names = not any(listing.header or listing.steps for listing in retriever.listings[topic])
        asked = item.name if names else named  # "does Netflix hire? – the fourth one": no more of Netflix
        return named, _moved_to(retriever, asked, topic, allowed), ()
    return _at(retriever, bare, item.section, allowed)


def _at(retriever: Retriever, text: str, section: int, allowed: Mask) -> Understood:
    """A question that leads to a certain section."""
    return retriever.index.sections[section].title, _moved_to(retriever, text, section, allowed), ()


def _moved_to(retriever: Retriever, text: str, section: int, allowed: Mask) -> Evidence:
    """The evidence of a question that leads to a certain section, whatever its words are."""
    drawn = np.zeros(len(allowed), np.float32)
    drawn[section] = MOVES
    (seen,) = retriever.look([replace(retriever.read(text), words=())], [allowed], drawn)
    return seen
