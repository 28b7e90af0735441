"""What is only told before or behind a question: "I was a nurse. What does an ML engineer do all day?".

In: a text. Out: the same without what only reacts to an answer; and what it asks besides what is told, where
that is whole and nothing that is told may change it. Whether that is surer than the whole is for
`chatbot.conversation`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from chatbot import asides, lexical, measures
from chatbot.conversation import leaning, naming
from chatbot.lexical import Word
from chatbot.retrieval import Retriever
from chatbot.roles import is_any_told

# Where something is only told: "I was a nurse. What …?", "What …? My son asks.", "got laid off, where …".
TELLS = re.compile(
    r"^(?P<told>.{3,}(?:[^\W\d_]{3,}|\b(?:do|in|it|me|on|so|to|up|us))[.!…]+)\s+(?P<asked>[^.!…]*\w[^.!…]*)$"
    r"|^(?P<first>[^.!?…]*\w[^.!?…]*\?+)\s+(?P<then>(?:i|i['’]?m|i['’]?ve|my|we|our|he|she|just)\b[^?]{6,})$"
    r"|^(?P<tells>(?:i|i['’]?m|i['’]?ve|my|we|our|he|she|got|just)\b[^.!?]{6,}?)\s*[,;–—]\s*"
    rf"(?P<asks>{lexical.ASKING}.*)$",
    re.I,
)
PAUSE = re.compile(r"[.!?…,;–—]\s+\w")
# What is told with one of these may change what is asked: "I have no degree. Can I …?", "I'm in Oslo. …"
DENIES = frozenset([
    "arent", "cannot", "cant", "couldnt", "didnt", "doesnt", "dont", "except", "hadnt", "hardly", "hasnt",
    "havent", "isnt", "neither", "never", "no", "nobody", "none", "nor", "not", "only", "shouldnt", "wasnt",
    "werent", "without", "wont", "wouldnt",
])  # fmt: skip
# Whether somebody can, may or should depends on who asks; what there is to do, hardly.
OPEN = re.compile(
    r"^\W*(?:(?:and|but|ok|so|then)\W+)*(?:how(?! (?:far|long|many|much|old))|what|where|which|who)\b", re.I
)
TELL_ME = re.compile(r"\b(?:explain(?: to)?|give|let|show|tell) (?:me|us)\b", re.I)
# Stems of what depends on where somebody is, unless that is asked for.
PLACED = lexical.PAY | {"compani", "demand", "employ", "hire", "job", "market", "outlook", "state", "visa"}
DENIED = 4  # words after a denial that may be what is denied
ONESELF = frozenset(["i", "me", "my", "mine", "myself", "we", "us", "our"])
PLACES_OF = frozenset(["at", "for", "from", "in", "near", "to"])
_ABROAD = "abroad|european?|foreign(?:er)?|home country|immigrant|indian|outside|overseas|sponsorship|visa"
ABROAD = re.compile(rf"\b(?:{_ABROAD})\b", re.I)
# What is told of a life; of pay nothing else may be left out: "I mean after tax. …", "I'd work half days. …".
LIFE = re.compile(
    r"\b(?:born|child(?:ren)?|famil(?:y|ies)|from|grew|grown?|husband|kids?|liv(?:e|ed|es|ing)|married|mortgage"
    r"|mov(?:e|ed|es|ing)|parents?|sta(?:y|yed|ying)|wife)\b",
    re.I,
)
# Of these the figures of pay are, or are not.
_MEASURED = "after day half hour mean month night now tax time week year"
MEASURED = measures.WHOSE.union(_MEASURED.split())
SAYS_LITTLE = lexical.RANKS | {"lot", "lots"}
# A role that somebody had: what is asked then is of the guides' own.
HAD = re.compile(r"\b(?:been|former(?:ly)?|laid off|left|quit|used to|was|were|worked)\b", re.I)


def asking(retriever: Retriever, text: str) -> str:
    """What of a text asks something: without "thank you, dear." and "never mind the pay:"."""
    if retriever.said(text) or retriever.declines(text):
        return text
    if (bare := asides.without_reaction(text)) != text:
        left = lexical.every_word(bare)
        dropped = [word for word in lexical.words(text) if word.folded not in left]
        if naming.names_a_value(retriever, dropped):
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
    """What is asked besides what is only told; nothing where all is asked, or that may change what is."""
    told, rest = _told(text)
    whole = told and _says_enough(retriever, rest) and not _restricts(retriever, told, rest)
    return rest if whole else ""


def without_told(retriever: Retriever, text: str) -> str:
    """An earlier question without what was only told and does not change it, for those that follow it."""
    if not may_tell(text):
        return text
    told, asked = _told(text)
    if not told or _restricts(retriever, told, asked) or _is_placed(retriever, told):
        return text
    return asked if measures.WHOSE.isdisjoint(word.stem for word in lexical.words(told)) else text


def tells_of_strangers(retriever: Retriever, text: str) -> bool:
    """Whether words that no guide knows are only told, with a question for the guides' role or a row."""
    told, asked = _told(text)
    if not (retriever.aliases.named(asked) or naming.names_a_value(retriever, lexical.words(asked))):
        return False
    return any(naming.is_stranger(retriever, word) for word in lexical.content_words(told))


def _told(text: str) -> tuple[str, str]:
    """What a text only tells, and what it asks then; of one that asks all the time nothing is told.

    >>> _told("I'm a nurse. What are the hours?"), _told("What do they earn? Is it much?")
    (("I'm a nurse.", 'What are the hours?'), ('', 'What do they earn? Is it much?'))
    """
    found = TELLS.match(text)
    tells = (found["told"] or found["then"] or found["tells"]) if found else ""
    if not found or "?" in tells:
        return "", text
    return tells, found["first"] or found["asked"] or found["asks"]


def _says_enough(retriever: Retriever, asked: str) -> bool:
    """Whether a question leans on nothing told before.

    It names the role, or two things that guides hold, and does not ask whether whoever asks can or should; of
    pay it names the role as well, or a row.
    """
    bare = TELL_ME.sub("", asked)
    every = lexical.words(bare)
    pay = any(word.stem in lexical.PAY for word in every)
    if any(word.folded in ONESELF for word in every) and (pay or not OPEN.match(bare)):
        return False
    ranked = any(word.folded in lexical.RANKS for word in every)
    if pay and not (naming.names_a_value(retriever, every) or (ranked and retriever.aliases.named(asked))):
        return False
    words = lexical.content_words(bare)
    known = sum(word.stem in retriever.guide_stems or word.folded in SAYS_LITTLE for word in words)
    role = pay or bool(retriever.aliases.named(asked))
    return (role or known == len(words) > 1) and not leaning.points_at_it(asked)


def _restricts(retriever: Retriever, told: str, asked: str) -> bool:
    """Whether what is told may change what is asked.

    That is another role that somebody has, or that somebody lacks what the guides speak of; where pay or jobs
    are asked for, a place or a name, unless one is asked for, too; where pay is, all but how somebody lives.
    """
    words, asking = lexical.words(told), lexical.words(asked)
    role = is_any_told(retriever.aliases.without(told)) and not HAD.search(told)
    if role and not retriever.aliases.named(asked):
        return True
    if any(
        word.folded in DENIES and _is_known(retriever, words[n + 1 :][:DENIED])
        for n, word in enumerate(words)
    ):
        return True
    stems = {word.stem for word in asking}
    if not stems.isdisjoint(lexical.PAY):
        measured = not MEASURED.isdisjoint(word.stem for word in words)
        if measured or not LIFE.search(told):
            return True
    if stems.isdisjoint(PLACED) or naming.names_a_value(retriever, asking):
        return False
    return _is_placed(retriever, told)


def _is_placed(retriever: Retriever, told: str) -> bool:
    """Whether a place or a name is told, or a row of the guides."""
    words = lexical.words(told)
    after = [word.folded in PLACES_OF for word in words]
    return (
        ABROAD.search(told) is not None
        or naming.names_a_value(retriever, words)
        or any(
            naming.is_stranger(retriever, word)
            and (naming.is_name(retriever, word, told) or any(after[max(0, n - 2) : n]))
            for n, word in enumerate(words)
        )
    )


def _is_known(retriever: Retriever, words: Sequence[Word]) -> bool:
    """Whether the guides speak of one of some words."""
    return any(word.folded not in lexical.STOP and retriever.knows(word.stem) for word in words)
