"""What is only told before a question: "I'm a nurse. What does an ML engineer do all day?".

In: a text. Out: what it asks, where that is whole and nothing that is told may change it; else nothing.
Whether that is surer than the whole is for `chatbot.conversation`.
"""

from __future__ import annotations

import re

from chatbot import leaning, lexical, naming
from chatbot.retrieval import Retriever
from chatbot.roles import role_asked

# Where something is only told before what is asked: "I'm a nurse. What do …", "i was laid off, where do …".
TELLS = re.compile(
    r"^(?P<told>.{3,}[^\W\d_]{3,}[.!…]+)\s+(?P<asked>[^.!…]*\w[^.!…]*)$"
    r"|^(?P<tells>(?:i|i['’]?m|i['’]?ve|my|we|our|he|she|got|just)\b[^.!?]{6,}?)\s*[,;–—]\s*"
    r"(?P<asks>(?:what|which|who|where|when|why|how|do|does|did|is|are|can|could|should|will|would)\b.*)$",
    re.I,
)
PAUSE = re.compile(r"[.!…,;–—]\s+\w")
# What is told with one of these may change what is asked: "I have no degree. Can I …?", "I'm in Oslo. …"
DENIES = frozenset([
    "cannot", "don't", "dont", "except", "hardly", "neither", "never", "no", "nobody", "none", "nor", "not",
    "only", "without",
])  # fmt: skip
PLACES_OF = frozenset(["at", "for", "from", "in", "near", "to"])


def may_tell(text: str) -> bool:
    """Whether a text has two clauses: most have one, and all else takes longer."""
    return PAUSE.search(text) is not None


def asked(retriever: Retriever, text: str) -> str:
    """What is asked behind what is only told; nothing where all is asked, or that may change what is."""
    told, asked = _told(text)
    whole = told and _says_enough(retriever, asked) and not _restricts(retriever, told, asked)
    return asked if whole else ""


def _told(text: str) -> tuple[str, str]:
    """What a text only tells, and what it asks then; of one that asks all the time nothing is told.

    >>> _told("I'm a nurse. What are the hours?"), _told("What do they earn? Is it much?")
    (("I'm a nurse.", 'What are the hours?'), ('', 'What do they earn? Is it much?'))
    """
    found = TELLS.match(text)
    tells = (found["told"] or found["tells"]) if found else ""
    if not found or "?" in tells:
        return "", text
    return tells, found["asked"] or found["asks"]


def _says_enough(retriever: Retriever, asked: str) -> bool:
    """Whether a question leans on nothing told before: it names the role, or two things that guides hold."""
    words = lexical.content_words(asked)
    known = sum(word.stem in retriever.guide_stems or word.folded in lexical.RANKS for word in words)
    role = bool(retriever.aliases.named(asked))
    return (role or known == len(words) > 1) and not leaning.points_at_it(asked)


def _restricts(retriever: Retriever, told: str, asked: str) -> bool:
    """Whether what is told may change what is asked: a place, a name, another role, or what is not so."""
    words = lexical.words(told)
    if any(word.folded in DENIES or word.folded.endswith("n't") for word in words):
        return True
    if role_asked(retriever.aliases.without(told)) and not retriever.aliases.named(asked):
        return True
    after = [word.folded in PLACES_OF for word in words]
    return any(
        naming.is_stranger(retriever, word)
        and (naming.is_name(retriever, word, told) or any(after[max(0, n - 2) : n]))
        for n, word in enumerate(words)
    )
