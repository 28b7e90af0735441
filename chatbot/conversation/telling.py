"""What is only told before a question: "I'm a nurse. What does an ML engineer do all day?".

In: a text. Out: the same without what only reacts to an answer; and what it asks behind what is told, where
that is whole and nothing that is told may change it. Whether that is surer than the whole is for
`chatbot.conversation`.
"""

from __future__ import annotations

import re

from chatbot import asides, lexical
from chatbot.conversation import leaning, naming
from chatbot.retrieval import Retriever
from chatbot.roles import role_asked

# Where something is only told before what is asked: "I'm a nurse. What do …", "i was laid off, where do …".
TELLS = re.compile(
    r"^(?P<told>.{3,}[^\W\d_]{3,}[.!…]+)\s+(?P<asked>[^.!…]*\w[^.!…]*)$"
    r"|^(?P<tells>(?:i|i['’]?m|i['’]?ve|my|we|our|he|she|got|just)\b[^.!?]{6,}?)\s*[,;–—]\s*"
    rf"(?P<asks>{lexical.ASKING}.*)$",
    re.I,
)
PAUSE = re.compile(r"[.!…,;–—]\s+\w")
# What is told with one of these may change what is asked: "I have no degree. Can I …?", "I'm in Oslo. …"
DENIES = frozenset([
    "arent", "cannot", "cant", "couldnt", "didnt", "doesnt", "dont", "except", "hadnt", "hardly", "hasnt",
    "havent", "isnt", "neither", "never", "no", "nobody", "none", "nor", "not", "only", "shouldnt", "wasnt",
    "werent", "without", "wont", "wouldnt",
])  # fmt: skip
# Whatever is asked for oneself depends on who asks, and where; so does pay.
ONESELF = frozenset(["i", "me", "my", "mine", "myself", "we", "us", "our"])
PLACES_OF = frozenset(["at", "for", "from", "in", "near", "to"])


def asking(retriever: Retriever, text: str) -> str:
    """What of a text asks something: without "thank you, dear." and "never mind the pay:"."""
    if retriever.said(text):
        return text
    if (bare := asides.without_reaction(text)) != text:
        left = {word.folded for word in lexical.words(bare)}
        dropped = [word for word in lexical.words(text) if word.folded not in left]
        if any((word.folded,) in retriever.values for word in dropped):
            bare = text  # "Nice: what is the phone number?"
    text = _of_anyone(retriever, asides.ASIDE.sub("", bare))
    if asides.CORRECTED.match(text) and retriever.aliases.named(meant := leaning.LEAD.sub("", text)):
        return meant  # "I meant the pay of ML engineers": whole without the question that it corrects
    return text


def _of_anyone(retriever: Retriever, text: str) -> str:
    """A question for somebody as if it were for anyone, where the guides speak of all that it names."""
    if (bare := asides.of_anyone(text)) == text:
        return text
    words = lexical.content_words(retriever.aliases.without(bare))
    known = all(retriever.knows(word.stem) and (word.folded,) not in retriever.values for word in words)
    whole = bool(words or retriever.aliases.named(bare)) and not leaning.points_at_it(bare)
    return bare if known and whole else text


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
    """Whether a question leans on nothing told before.

    It names the role, or two things that guides hold, and asks neither of pay nor for whoever asks.
    """
    every = lexical.words(asked)
    if any(word.stem in lexical.PAY or word.folded in ONESELF for word in every):
        return False
    words = lexical.content_words(asked)
    known = sum(word.stem in retriever.guide_stems or word.folded in lexical.RANKS for word in words)
    role = bool(retriever.aliases.named(asked))
    return (role or known == len(words) > 1) and not leaning.points_at_it(asked)


def _restricts(retriever: Retriever, told: str, asked: str) -> bool:
    """Whether what is told may change what is asked: a place, a name, another role, or what is not so."""
    words = lexical.words(told)
    if any(word.folded in DENIES or (word.folded,) in retriever.values for word in words):
        return True
    if role_asked(retriever.aliases.without(told)) and not retriever.aliases.named(asked):
        return True
    after = [word.folded in PLACES_OF for word in words]
    return any(
        naming.is_stranger(retriever, word)
        and (naming.is_name(retriever, word, told) or any(after[max(0, n - 2) : n]))
        for n, word in enumerate(words)
    )
