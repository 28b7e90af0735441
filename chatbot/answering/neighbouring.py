"""Which rows of a table stand beside one that a question names: "which state comes after Virginia?".

In: the table, its rows by rank, and the question. Out: the rows next to that one, or with more or less than
it. Which rows a question names or asks for by rank is for `chatbot.answering.tables`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from chatbot import lexical
from chatbot.conversation import leaning
from chatbot.guides import Unit
from chatbot.lexical import HIGHER, HIGHEST, LOWER, LOWEST, PLACES, RANKS
from chatbot.passages import Listing

# What asks for the rows beside one that it names: "which state comes after Virginia?", "… pays more than …?"
BESIDE_ROW = re.compile(
    r"\b(?:(?P<down>after|behind|below|follow(?:s|ing)|next to|second to)"
    r"|(?P<up>above|ahead of|beats?|before|preced(?:es|ing))"
    rf"|(?P<more>{'|'.join(sorted(HIGHER))})\b(?: [\w-]+)? than"
    rf"|(?P<less>{'|'.join(sorted(LOWER))})\b(?: [\w-]+)? than)(?: in)?(?: the)? (?=\w)",
    re.I,
)
AS_LISTED = frozenset(["after", "before", "following", "follows", "precedes", "preceding"])
# … but not so many of them, nor by so much, nor what is not so, or was: "no more than Virginia".
LIMITED = re.compile(
    r"\b(?:no|not|never|\w+n['’]?t|used to|twice|times|third|fourth|fifth|two|three|four|\d+)\b"
    r"|\b(?:a (?:bit|little|lot)|far|much|slightly) (?:more|less|higher|lower)\b",
    re.I,
)
ASKS_WHICH = frozenset(["any", "anybody", "anyone", "anywhere", "one", "what", "where", "which", "who"])


def beside(table: Listing, ranked: Sequence[Unit], row: Unit, text: str) -> list[Unit] | None:
    """The rows next to one, or with more or less than it, that a question names for no other purpose.

    None where it asks for the row itself ("is it more than Virginia?"), or says more of it ("after Virginia
    graduation"); no rows where it asks for so many, or for what is not so. What comes after it is told by the
    table's own order, unless a rank is spoken of.
    """
    now = leaning.now(text)
    if not (found := BESIDE_ROW.search(now)):
        return None
    before, behind = lexical.words(now[: found.start()]), lexical.content_words(now[found.end() :])
    heading = lexical.stems(table.header[0])
    nouns = {word.folded for word in before if word.stem in heading[-1:]}
    held = lexical.PAY | {*lexical.stems(row.key), *lexical.every_stem(table.header), "list", "rank", "tabl"}
    named = bool(behind) and behind[0].stem in lexical.stems(row.key)
    if not named or any(word.stem not in held for word in behind):
        return None
    if not (nouns or any(word.folded in ASKS_WHICH for word in before)):
        return None
    if LIMITED.search(now):
        return []
    says = lexical.every_word(now)
    compared = found["more"] or found["less"]
    told = lexical.every_stem(table.header[1:])
    told |= frozenset() if told.isdisjoint(lexical.PAY) else lexical.PAY
    if compared and told.isdisjoint(lexical.every_stem((text,))):
        return None  # "which state is bigger than Virginia?"
    listed = found[0].split()[0].lower() in AS_LISTED and not says & RANKS
    line = list(table.units if listed else ranked)
    place = line.index(row)
    upwards = bool(found["up"] or found["more"] or (found["down"] and says & LOWEST))
    rest = line[:place] if upwards else line[place + 1 :]
    if compared or (nouns and not one_is_asked(table.header[0], nouns)):
        return rest
    return rest[-1:] if upwards else rest[:1]


def one_is_asked(noun: str, says: Set[str]) -> bool:
    """Whether a question is about one row: "which state", "second highest", and not "which states"."""
    head = lexical.fold(noun.split()[-1]) if noun.split() else ""
    same = {word for word in says if lexical.stem(word) == lexical.stem(head)}
    if same:
        return same == {head}
    return bool(says & LOWEST) or (bool(says & HIGHEST) and not says.isdisjoint(PLACES))
