"""The others, or all, where one of several was spoken of: "and the others?", "give me all of them".

In: a follow-up, and the section that the question before it was about. Out: the section that names them all.
What comes next to one of them, or has a place among them, is for `chatbot.conversation.sequences`.
"""

from __future__ import annotations

import re

from chatbot import asides, lexical
from chatbot.conversation.sequences import above, is_called, is_series, items, rows
from chatbot.conversation.steps import ANY
from chatbot.passages import is_step
from chatbot.retrieval import Retriever

OTHERS = re.compile(
    r"^(?:(?:(?:what|which|who)(?: are|['’]?s| is)? )?(?:all )?the (?:others?|other ones|rest)(?: called)?"
    r"|(?:any |the )?other (?P<noun>[a-z]+)"
    r"|(?:what|which) (?:other (?:ones|types|kinds|sorts)|others) (?:are there|exist))\W*$",
    re.I,
)
# "Give me all of them", after one of several.
EVERYONE = re.compile(
    r"^(?:i (?:want|need) |wh\w+ are "
    r"|(?:(?:can|could) you )?(?:please )?(?:give|list|name|show|tell) (?:me |us )?)?(?:them all"
    rf"|all(?: (?:the )?(?P<number>\d|{'|'.join(lexical.CARDINALS)}))?"
    r"(?: of (?:them|those|these)| called| names)?"
    r"|(?:steps? )?(?P<start>\d) (?:through|to|until) (?P<end>\d)|the (?:complete|entire|full|whole) list)"
    r"(?:,? (?:please|pls|plz))?\W*$",
    re.I,
)


def meant(retriever: Retriever, text: str, topic: int, before: str = "") -> int | None:
    """The section that names all of them, if a text asks for "the others", or all, after one of several.

    All of them is asked after a question `before` for one of them.
    """
    asked = (asides.clauses(text) or [""])[-1]
    rest, every = OTHERS.match(asked), EVERYONE.match(asked)
    noun = rest["noun"] if rest else None
    if every and not _are_so_many(retriever, topic, every):
        return None  # "9 to 5"
    if not (rest or every) or (noun and not is_called(retriever, topic, noun)):
        return None  # "other costs?"
    if (not rest or noun) and rows(retriever, topic):
        return topic
    if not rest and not _is_spoken_of(retriever, topic, before):
        return None  # "all of them", after which languages to learn
    if is_series(retriever, topic) or is_step(retriever.index.sections[topic]):
        return above(retriever, topic)
    return topic if items(retriever, topic) else None


def _are_so_many(retriever: Retriever, topic: int, every: re.Match[str]) -> bool:
    """Whether there are as many of them as a text says, or counts up to."""
    over = above(retriever, topic) if is_step(retriever.index.sections[topic]) else None
    size = len(items(retriever, topic if over is None else over))
    if every["number"]:
        return lexical.number_of(every["number"]) == size
    return not every["start"] or int(every["start"]) < int(every["end"]) <= size


def _is_spoken_of(retriever: Retriever, topic: int, before: str) -> bool:
    """Whether a question was asked for a section as one of several: by its heading, or as a step, a type."""
    said = {word.folded.removesuffix("s") for word in lexical.words(before)}
    title = set(lexical.stems(retriever.aliases.without(retriever.index.sections[topic].title)))
    return not before or not ANY.isdisjoint(said) or title <= set(lexical.stems(before))
