"""What a question says of a row besides its name: "… in Virginia after tax", "… with a PhD in California".

In: a question and a section. Out: whether a row of its table is asked for under a condition of which
the section says nothing: its figure then is of something else. Which rows are asked for is for
`chatbot.answering.tables`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from chatbot import asides, leaning, lexical, naming
from chatbot.answering import tables
from chatbot.lexical import Word
from chatbot.retrieval import Retriever

WHY = re.compile(r"^(?:(?:and|but|hm+|ok(?:ay)?|oh|so|well)\W+)*(?:how come|why)\b(?! not\b)", re.I)
IN = re.compile(r"\b(?:from|in|near|of) (?:[A-Z][\w.]* )*$")
NAME = re.compile(r"[A-Z][\w.]*(?: [A-Z][\w.]*)*")
TOWNS = frozenset(["city", "town"])
GENERAL = 0.25  # the share of sections from which on a word that their texts hold tells of no topic


def is_of_something_else(retriever: Retriever, section: int, text: str) -> bool:
    """Whether a text asks for rows of a section's table, and also says what belongs to another topic.

    That is a word which the section and its alternates lack, and of which the build learnt that it is asked
    in vain; no place that lies in a row's ("Albany, New York"). No figure tells why it is so.
    """
    listings = [listing for listing in retriever.listings[section] if listing.header]
    asked = asides.without_frame(leaning.now(text))  # what was asked before may have been of another section
    if not listings or not (WHY.match(asked) or _is_strange(retriever, section, asked)):
        return False
    return any(tables.asked_rows(retriever, listing, text) for listing in listings)


def _is_strange(retriever: Retriever, section: int, text: str) -> bool:
    """Whether a text holds a word that belongs to another topic than a section's."""
    text = retriever.aliases.without(text)
    stems, in_vain = retriever.ranker.coverage.stems, retriever.index.words["in_vain"]
    strange = [
        word
        for word in lexical.content_words(text)
        if word.stem in in_vain
        and word.stem not in stems[section]
        and word.stem not in lexical.PAY
        and word.folded not in naming.OPERATORS
        and word.folded not in lexical.ORDINALS
        and sum(word.stem in other for other in stems) < GENERAL * len(stems)
    ]
    keys = [key for listing in retriever.listings[section] for key in listing.keys]
    return not all(_is_place(keys, text, word) for word in strange)


def _is_place(keys: Sequence[str], text: str, word: Word) -> bool:
    """Whether a word is, or belongs to, the name of a place that lies in that of a row."""
    if word.folded in TOWNS:
        return True
    name = NAME.match(text, word.start) if IN.search(text, 0, word.start) else None
    end = name.end() if name else word.end
    return bool(name or text.startswith(",", end)) and tables.lies_in_one(keys, text, end)
