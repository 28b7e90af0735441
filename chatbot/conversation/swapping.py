"""What replaces what: the value of a follow-up, put into the question before it.

In: a follow-up without its lead ("Washington?"), the question before it and the section that this was about.
Out: the earlier question with that value ("How much do they make in Washington?"), or asked of another role,
or nothing, where it is no other value of the same kind; and whether it is of a kind with a table's rows, but
none of them. Which follow-ups are read otherwise, `chatbot.conversation` knows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from chatbot import excepting, lexical
from chatbot.conversation import leaning, naming, numbered, sequences
from chatbot.conversation.leaning import BESIDE_IT
from chatbot.lexical import fold_phrase
from chatbot.passages import bare_title, is_step
from chatbot.retrieval import Retriever
from chatbot.roles import role_named

PLACED = re.compile(r"(?:at|for|in|of) (?:the )?$", re.I)  # before a row, which goes with it
LINKS = frozenset(["a", "an", "and", "as", "at", "for", "in", "of", "on", "or", "the", "to", "with"])
ASIDE = re.compile(r"\([^)]*\)")  # in a heading: "(optional)"
# What of a follow-up stands for what was asked for before, and sets that beside something else.
POINTER = re.compile(r"\b(?:that|this|it)\b(?! (?:one|job|role|career)\b)", re.I)
COMPARES = re.compile(r"\b(?:than|compared? (?:to|with)|diff(?:eren(?:t|ce))?|differs?|versus|vs)\b", re.I)
BARELY = re.compile(
    r"(?:(?:more|less|higher|lower|better|worse) than|compared (?:to|with)|versus|vs)\b", re.I
)
COMPARING = lexical.COMPARES | lexical.DIFFERENCE | {
    "better", "big", "differ", "different", "differs", "far", "higher", "less", "lower", "more", "worse",
}  # fmt: skip


def swap(retriever: Retriever, bare: str, before: str, topic: int) -> str:
    """The earlier question with its value replaced, where the new one is just another value.

    "How much do they make in California?", "in Washington?" → "How much do they make in Washington?"
    """
    if leaning.ASKS_ON.match(bare) or excepting.SETS_ASIDE.match(bare) or numbered.NUMBER.search(bare):
        return ""
    value = leaning.value(bare)
    every = [word.folded for word in lexical.words(value)]
    if not every or len(every) > 6 or not leaning.NO_VALUE.isdisjoint(every):
        return ""
    if is_column(retriever, value, topic) or len(sequences.named_rows(retriever, before, topic)) > 1:
        return ""  # "and for a week?" of the same row; two rows were set side by side
    if naming.set_aside(sequences.row_names(retriever, topic), before)[0]:
        return ""  # "not Ohio – and Maine?" does not ask without Maine
    folded = fold_phrase(value)
    elsewhere = any(folded in group for group in retriever.groups)
    for group in sorted(retriever.groups, key=lambda group: folded not in group):
        for old in sorted(group, key=lambda value: (-len(value), value)):
            span = lexical.find(before, old)
            if (
                span
                and old != folded
                and (folded in group or _may_replace(retriever, value, topic, old, elsewhere))
            ):
                return _put(before, span, _in_full(retriever, value, every, group, old))
    if span := _stranger_like(retriever, before, retriever.synonyms.get(folded, value)):
        return _put(before, span, value)
    part = _row_in_part(retriever, before, topic)
    if not part or not _row_in_part(retriever, value, topic):
        if other := _of_other_table(retriever, before, value, topic):
            return other
        part = _heading_in_part(retriever, before, value, topic)
    return _put(before, part, value) if part else ""


def is_column(retriever: Retriever, value: str, topic: int) -> bool:
    """Whether a value names a column of one of the topic's tables, by its whole heading."""
    names = (name for table in retriever.listings[topic] for name in table.header[1:])
    return lexical.stems(value) in map(lexical.stems, names)


def _may_replace(retriever: Retriever, value: str, topic: int, old: str, elsewhere: bool) -> bool:
    """Whether a short value that is no heading may take a place; that of a heading if it is no row either."""
    if len(lexical.words(value)) > 3 or _is_title(retriever, value, topic):
        return False
    return not (elsewhere and any(fold_phrase(found.title) == old for found in retriever.index.sections))


def _stranger_like(retriever: Retriever, before: str, value: str) -> tuple[int, int] | None:
    """Where a question names the only thing that no guide knows, if a value that is known is like it.

    "Does Oracle hire them?", "and Apple?": as if Apple had been asked for.
    """
    strange = [word for word in lexical.content_words(before) if not retriever.knows(word.stem)]
    groups = [tuple(sorted(group)) for group in retriever.groups if fold_phrase(value) in group]
    if len(strange) != 1 or not any(retriever.is_like(strange[0].text, group) for group in groups):
        return None
    words = lexical.words(before)
    place = words.index(strange[0])
    start, end = naming.whole_value(retriever, words, before, place)
    return words[start].start, words[end - 1].end


def with_both(retriever: Retriever, before: str, earlier: str, topic: int) -> str:
    """A question that also names the row of the one before it, where each names one: "… and Virginia"."""
    row, other = (sequences.named_rows(retriever, text, topic) for text in (before, earlier))
    if not len(row) == len(other) == 1 or row == other:
        return ""
    span = lexical.find(before, fold_phrase(row[0]))
    end = span[1] if span else len(before.rstrip("?. "))
    return f"{before[:end]} and {other[0]}{before[end:]}"


def compared(retriever: Retriever, bare: str, before: str, topic: int) -> str:
    """A follow-up that sets what was asked for before beside something else, with its name; else nothing.

    "Is that more than Virginia?", after what Ohio pays, asks whether Ohio pays more than Virginia.
    """
    bare = BARELY.sub("is that more than", bare, 1) if BARELY.match(bare) else bare
    pointer = POINTER.search(bare)
    if not pointer or not COMPARES.search(bare):
        return ""
    asked = {word.stem for word in lexical.content_words(bare) if word.folded not in COMPARING}
    if rows := sequences.named_rows(retriever, bare, topic):
        line = sequences.rows(retriever, topic)
        one = [line[place].name for place in sequences.rows_asked(retriever, before, topic)]
        asked -= sequences.PAID | set(lexical.stems(rows[0]))
        whole = not asked and len(rows) == len(one) == 1 and rows != one  # not "is it warmer than in Ohio?"
        figures = any(table.header for table in retriever.listings[topic])
        return f"{bare[: pointer.start()]}{one[0]}{bare[pointer.end() :]}" if whole and figures else ""
    if is_step(retriever.index.sections[topic]) or "than" in bare:
        return ""
    titles, own = retriever.titles, retriever.titles[topic]
    family = [n for n in retriever.families[topic] if n != topic]
    found = [n for n in family if asked & (titles[n] - own)]
    rest = asked - own.union(*(titles[n] for n in found))
    if len(found) != 1 or rest or not asked.isdisjoint(own.difference(*(titles[n] for n in family))):
        return ""
    return f"difference between {_title(retriever, topic)} and {_title(retriever, found[0])}"


def _title(retriever: Retriever, section: int) -> str:
    return ASIDE.sub("", bare_title(retriever.index.sections[section])).strip()


def _put(before: str, span: tuple[int, int], value: str) -> str:
    """A question with another value in a span; what was added to it was said of the old one."""
    return before[: span[0]] + value + before[span[1] :].partition(BESIDE_IT)[0]


def _row_in_part(retriever: Retriever, text: str, topic: int) -> tuple[int, int] | None:
    """Where a text names a single row of the topic's table by some of its words: "information services"."""
    rows = sequences.named_rows(retriever, text, topic)
    return _together(text, set(lexical.stems(rows[0]))) if len(rows) == 1 else None


def _of_other_table(retriever: Retriever, before: str, value: str, topic: int) -> str:
    """A question of the topic's table, asked of another one, if a value says what its rows are; else nothing.

    "Salaries by state", or "How much in Ohio?", and "by industry?": that table tells the same of industries.
    """
    name = value.removeprefix("by ")
    told = {table.header[1:]: table.header[0] for table in retriever.listings[topic] if table.header}
    nouns = [
        told[table.header[1:]]
        for other in retriever.others(topic)
        for table in retriever.listings[other]
        if table.header and table.header[1:] in told and lexical.stems(table.header[0]) == lexical.stems(name)
    ]
    if not nouns:
        return ""
    if span := _together(before, set(lexical.stems(nouns[0]))):
        several = before[slice(*span)].endswith("s") and not name.endswith("s")
        return _put(before, span, lexical.plural(name) if several else name)
    rows = sequences.named_rows(retriever, before, topic)
    span = lexical.find(before, fold_phrase(rows[0])) if len(rows) == 1 else None
    return f"{PLACED.sub('', before[: span[0]])}by {name}" if span else ""


def _heading_in_part(retriever: Retriever, before: str, value: str, topic: int) -> tuple[int, int] | None:
    """Where a question names a heading by what tells it from the one beside it which a value names.

    "Do I need a bachelor's degree?", "and a master's?": both are steps. All but one of these words must be
    there: nobody says "earn" of a degree. "By state" names no heading.
    """
    wanted = {word.stem for word in lexical.content_words(value)}
    named = [n for n in (topic, *retriever.others(topic)) if wanted <= retriever.titles[n]]
    if len(named) != 1 or len(lexical.words(value)) > len(lexical.content_words(value)):
        return None
    spans = set()
    for other in sequences.near(retriever, named[0]) - set(retriever.below[named[0]]):
        own = set(lexical.stems(_title(retriever, other))) - retriever.titles[named[0]]
        there = own.intersection(lexical.stems(before))
        if there and len(own - there) <= 1:
            spans.add(_together(before, there))
    return spans.pop() if len(spans) == 1 else None


def _together(text: str, stems: set[str]) -> tuple[int, int] | None:
    """Where the words with some stems stand, if no other word with a topic stands between them."""
    said = lexical.content_words(text)
    places = [n for n, word in enumerate(said) if word.stem in stems]
    if not places or places[-1] - places[0] >= len(places):
        return None
    start, end = said[places[0]].start, said[places[-1]].end
    between = {word.folded for word in lexical.words(text[start:end]) if word.stem not in stems}
    return (start, end) if between <= LINKS else None  # "does the fork need service": a verb is no part of it


def of_other_role(retriever: Retriever, bare: str, before: str) -> tuple[str, tuple[str, ...]]:
    """After "and data scientists?" the earlier question asked of them, and their role; else nothing."""
    value, said = leaning.value(bare), leaning.value(bare, leaning.PREPOSITION)
    role = () if retriever.aliases.named(value) else role_named(value)
    asked = retriever.aliases.replaced(before.partition(BESIDE_IT)[0], said) if role else ""
    return asked, role if asked else ()


def is_value(retriever: Retriever, bare: str) -> bool:
    """Whether a follow-up says no more than the name of a row or an item, of whichever table or list."""
    return tuple(fold_phrase(leaning.value(bare)).split()) in retriever.values


def is_row(retriever: Retriever, bare: str, before: str, topic: int) -> bool:
    """Whether a follow-up says no more than the name of a row of the topic's table, or of one like them.

    After what states pay best, "Virginia?", and also "Texas?" and "Ohio?", which the guide names elsewhere or
    nowhere; after what one of them pays, whatever is like it.
    """
    rows = tuple(sequences.row_names(retriever, topic))
    value = leaning.value(excepting.SETS_ASIDE.sub("", bare))
    folded = fold_phrase(value)
    if folded in map(fold_phrase, rows):
        return True
    words = lexical.content_words(value)
    if not rows or not 0 < len(words) <= 3 or not leaning.NO_VALUE.isdisjoint(folded.split()):
        return False
    strange = not all(retriever.knows(word.stem) for word in words)
    meant = strange or is_value(retriever, value) or _row_in_part(retriever, before, topic)
    nouns = [table.header[0] for table in retriever.listings[topic] if table.header]  # "Industry"
    return bool(meant) and retriever.is_like(value, (*rows, *nouns))


def _in_full(retriever: Retriever, value: str, words: Sequence[str], group: frozenset[str], old: str) -> str:
    """A value as the only heading of a group that holds its words: "industries", "highest paying industries".

    Or, of a key, with the words in which the old one ends: "and technology?" after an activity fee is the
    technology fee. Else no key is ever filled up: "York" is not New York.
    """
    ends = old.split()
    alike = (f"{' '.join(words)} {' '.join(ends[n:])}" for n in range(1, len(ends)))
    if found := next((other for other in alike if other in group), ""):
        return found
    longer = [other for other in group if set(words) <= set(other.split())]
    titles = (fold_phrase(section.title) for section in retriever.index.sections)
    return longer[0] if len(longer) == 1 and longer[0] in titles else value


def _is_title(retriever: Retriever, value: str, topic: int) -> bool:
    """Whether a heading away from the topic bears these words: then they ask for that, and are no value."""
    wanted = set(lexical.stems(value))
    near = {topic, *sequences.near(retriever, topic)}
    return any(wanted <= title for n, title in enumerate(retriever.titles) if n not in near)
