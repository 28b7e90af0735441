"""Questions for what a thing is: "what is a portfolio?", "what does pre-processing mean?".

In: a question and a section. Out: the thing, and whether the section says what it is. One that only mentions
it, beside others or for another purpose, comes nearest to such a question, and does not answer it.
"""

from __future__ import annotations

import re

from chatbot import lexical
from chatbot.retrieval import Retriever
from chatbot.roles import role_named

_NOT = r"(?!(?:the|that|this|these|those|it|they|there|my|your|their|its|an?|some)\b)"
_NAME = rf"{_NOT}[\w+#-]+(?: [\w+#-]+){{0,2}}?"
_EXACTLY = r"(?: (?:actually|exactly))?"
# With an article, or of two words at least: "what is growth?" asks how much there is.
ASKS = re.compile(
    r"^(?:(?:and|but|hm+|hey|ok(?:ay)?|oh|or|right|so|sorry|wait|well)\W+)*(?:then )?"
    rf"(?:what{_EXACTLY}(?:['’]?s| is){_EXACTLY} (?:an? (?P<one>{_NAME})|(?P<some>(?=\S+ \w){_NAME}))"
    rf"|what (?:does|do) (?:an? )?(?P<means>{_NAME}) (?:mean|stand for)"
    rf"|(?:.*\b)?(?:what an? (?P<said>{_NAME}) (?:is|means)|meaning of (?:an? |the )?(?P<meaning>{_NAME}))"
    rf"|(?:define|what is meant by|what do you mean by) (?:an? |the )?(?P<meant>{_NAME}))"
    r"(?:,? (?:actually|anyway|exactly|please|then|though))*\W*$",
    re.I,
)
# Words with which no thing is named ("what is it like"), or how much there is of one.
NO_THING = lexical.STOP | lexical.RANKS | lexical.ORDINALS.keys() | {"good", "common", "important", "typical"}
NO_THING |= {"cost", "demand", "growth", "level", "price", "rate"}


def thing(text: str) -> str:
    """What a question asks the meaning of; nothing if it asks something else.

    >>> thing("So what's a portfolio exactly?"), thing("What are the hours?"), thing("What does an owl eat?")
    ('portfolio', '', '')
    """
    if not (found := ASKS.match(text.strip())):
        return ""
    named = next(filter(None, found.groups()))
    words = lexical.words(named)
    said = words[-1].folded.endswith("ed") or any(word.stem in lexical.PAY for word in words)
    return "" if said or any(word.folded in NO_THING for word in words) else named  # "what is included?"


def is_told(retriever: Retriever, section: int, named: str) -> bool:
    """Whether a section says what a thing is, or does not mention it: then it is asked for in other words.

    Its heading speaks of it, or one of its sentences begins with it, or says what it is, or is an example of.
    """
    stems = set(lexical.stems(named))
    if stems & retriever.titles[section] or retriever.aliases.named(named) or role_named(named):
        return True  # of roles `chatbot.roles` knows
    if tuple(word.folded for word in lexical.words(named)) in retriever.values:
        return True  # "what are software publishers?", after what they pay
    singular = re.escape(re.sub(r"(?<=\w{3})s$", "", named))
    tells = re.compile(
        rf"^(?:an?|the|such|each) {singular}s?\b|^{singular}s?\b"
        rf"|\b{singular}s?,? (?:who|which|that)\b"
        rf"|\b{singular}s?\b.{{0,50}}\b(?:is|are|can be|means?|refers?)\b"
        rf"|\b(?:such as\b.*|called (?:an? |the )?)\b{singular}s?\b",
        re.I,
    )
    units = retriever.index.sections[section].units
    mentions = [unit for unit in units if _mentions(unit.text, stems)]
    return not mentions or any(tells.search(unit.text) for unit in mentions)


def _mentions(text: str, stems: set[str]) -> bool:
    """Whether a text holds some words close together: "data exploration and cleaning"."""
    said = lexical.stems(text)
    wide = len(stems) + 2
    return any(stems.issubset(said[n : n + wide]) for n in range(max(1, len(said) - wide + 1)))
