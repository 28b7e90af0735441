"""What a question says of a row besides its name: "… in Virginia after tax", "… with a PhD in California".

In: a question and a section. Out: whether a row of its table is asked for under a condition of which
the section says nothing: its figure then is of something else. Which rows are asked for is for
`chatbot.answering.tables`.
"""

from __future__ import annotations

import re

from chatbot import asides, leaning, lexical, naming
from chatbot.answering import tables
from chatbot.retrieval import Retriever

WHY = re.compile(r"^(?:(?:and|but|hm+|ok(?:ay)?|oh|so|well)\W+)*(?:how come|why)\b(?! not\b)", re.I)
GENERAL = 0.25  # the share of sections from which on what their texts say tells of no topic


def is_of_something_else(retriever: Retriever, section: int, text: str) -> bool:
    """Whether a text asks for rows of a section's table, and also says what belongs to another topic.

    That is a word which the section and its alternates lack, and which another section says, or of which the
    build learnt that it is asked in vain. No figure tells why it is so.
    """
    asked = asides.without_frame(leaning.now(text))  # what was asked before may have been of another section
    if not (WHY.match(asked) or _strangers(retriever, section, asked)):
        return False
    tables_of = [listing for listing in retriever.listings[section] if listing.header]
    return any(tables.asked_rows(retriever, table, text) for table in tables_of)


def _strangers(retriever: Retriever, section: int, text: str) -> list[str]:
    """The words of a text that belong to other topics than a section's."""
    coverage, sections = retriever.ranker.coverage, len(retriever.index.sections)
    here = coverage.stems[section] | lexical.PAY
    found = []
    for word in lexical.content_words(retriever.aliases.without(text)):
        if word.stem in here or word.folded in naming.OPERATORS or word.folded in lexical.ORDINALS:
            continue
        spread = sum(word.stem in stems for stems in coverage.stems)
        elsewhere = any(word.stem in stems for stems in coverage.own_stems)
        if spread < GENERAL * sections and (elsewhere or word.stem in retriever.index.words["in_vain"]):
            found.append(word.text)
    return found
