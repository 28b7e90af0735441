"""Greetings, thanks and the like: said before anything is looked up, and never quoted from a guide.

In: a question. Out: a short reply, or nothing. The phrases and what is replied to them stand in
`smalltalk.json`, where {guides} becomes the titles of the guides and {person} whom to ask instead. It only
knows whole utterances; anything with a topic in it goes on to the guide, and so does what the guides
themselves speak of: a shop's guide may well say how to reach a person.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from rapidfuzz import fuzz, process

from chatbot import leaning, lexical
from chatbot.lexical import fold_phrase

TOPIC = 4  # words that no small talk has, and that are hardly all slips of the finger: there is a topic
MOST = 9  # words of the longest phrase
NEARLY = 88.0  # per cent of likeness that a whole utterance needs: one slip of the finger is forgiven
ALIKE = 60.0  # per cent of likeness to a word of the phrase that a pronoun needs to be its slip

# Words that may stand beside small talk without making it anything else.
FILLERS = frozenset(
    "oh well um uh hmm hey hi hello ok okay so please dear yo lol haha man bro dude bot there again everyone "  # noqa: SIM905
    "sir friend then now today all mate buddy guys my just really very much too a lot and the this one you "
    "sorry cheers yeah".split()
)

SHORT_FORMS = {
    "u": "you", "ya": "you", "r": "are", "re": "are", "youre": "you are", "ur": "you are",
    "whats": "what is", "hows": "how is", "pls": "please", "plz": "please",
}  # fmt: skip
SPOKEN = re.compile(r"\b(how|what|who|that|it|where)['’]s\b", re.IGNORECASE)
DRAWN_OUT = re.compile(r"(.)\1{2,}")
SHORT_FORM = re.compile(rf"\b(?:{'|'.join(SHORT_FORMS)})\b")


@cache
def _rows() -> list[dict[str, Any]]:
    """What is replied, to which `phrases`; `unless` a guide has one of some words; only at `first`."""
    text = resources.files("chatbot.answering").joinpath("smalltalk.json").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = json.loads(text)
    return [row | {"phrases": [_plain(phrase) for phrase in row["phrases"]]} for row in rows]


@cache
def _words() -> frozenset[str]:
    """The words of all phrases, and what may stand beside or for them."""
    phrases = (phrase for row in _rows() for phrase in row["phrases"])
    return FILLERS | SHORT_FORMS.keys() | {word for phrase in phrases for word in phrase.split()}


@cache
def _replies(without: frozenset[str], first: bool) -> Mapping[str, str]:
    """The reply to each phrase."""
    rows = [row for row in _rows() if row["reply"] not in without and (first or "first" not in row)]
    return {phrase: row["reply"] for row in rows for phrase in row["phrases"]}


@cache
def _long(without: frozenset[str], first: bool) -> Mapping[int, Sequence[str]]:
    """The phrases by how many letters they have."""
    found = defaultdict(list)
    for phrase in _replies(without, first):
        found[len(phrase)].append(phrase)
    return found


def left_to_guides(said: Collection[str], stems: Collection[str]) -> frozenset[str]:
    """The replies that are not given, since the guides speak of it: in folded questions or in their words."""
    return frozenset(
        row["reply"]
        for row in _rows()
        if any(phrase in said for phrase in row["phrases"])
        or any(stem in stems for word in row.get("unless", ()) for stem in lexical.stems(word))
    )


def reply_to(
    question: str, guides: str, person: str = "", without: frozenset[str] = frozenset(), first: bool = True
) -> str:
    """The reply to small talk; empty when it is something else.

    `without` are replies left to the guides; `first` is a question that has none before it: "tell me more".

    >>> reply_to("Thanks a lot, that helped!!", "")
    'You are welcome. Is there anything else that you would like to know?'
    >>> reply_to("thanks, and what do they earn?", "")
    ''
    """
    strange = sum(word.folded not in _words() for word in lexical.words(question))
    if strange >= TOPIC and not DRAWN_OUT.search(question):
        return ""  # three in five questions end here
    folded = _plain(question)
    if not folded:
        signs = any(unicodedata.category(character) == "So" for character in question)  # emoji and the like
        return f"I can read words only. Ask me anything about: {guides}." if signs else ""
    replies = _replies(without, first)
    if folded not in replies and folded in _replies(frozenset(), True):
        return ""
    single = re.sub(r"(.)\1\b", r"\1", folded)  # "heyyy"
    phrase = _phrase(folded, replies) or (single != folded and _phrase(single, replies))
    phrase = phrase or _nearly(folded, _long(without, first))
    return replies[phrase].format(guides=guides, person=person) if phrase else ""


def _plain(question: str) -> str:
    """Folded, with drawn-out letters and texting's short forms put right."""
    spoken = SPOKEN.sub(r"\1 is", question)
    folded = DRAWN_OUT.sub(r"\1\1", fold_phrase(spoken))
    return SHORT_FORM.sub(lambda match: SHORT_FORMS[match[0]], folded)


def _phrase(folded: str, replies: Collection[str]) -> str:
    """The longest phrase of an utterance that is made of such phrases and fillers alone."""
    left, found = folded.split(), ""
    if len(left) > 2 * MOST:
        return ""
    while left:
        for size in range(min(MOST, len(left)), 0, -1):
            if (phrase := " ".join(left[:size])) in replies:
                found = max(found, phrase, key=len)
                left = left[size:]
                break
        else:
            if left[0] not in FILLERS:
                return ""
            left = left[1:]
    return found


def _nearly(text: str, phrases: Mapping[int, Sequence[str]]) -> str:
    """The phrase that an utterance is but for a slip of the finger."""
    if not 5 <= len(text) <= 40:
        return ""
    near = [phrase for size in range(len(text) - 2, len(text) + 3) for phrase in phrases.get(size, ())]
    found = process.extractOne(text, near, scorer=fuzz.ratio, score_cutoff=NEARLY)
    if not found:
        return ""
    own, other = set(text.split()), set(found[0].split())
    strange = (own - other) & leaning.POINTS  # "what are they good for" is no slip of "you"
    slips = all(
        process.extractOne(word, other - own, scorer=fuzz.ratio, score_cutoff=ALIKE) for word in strange
    )
    return found[0] if slips else ""
