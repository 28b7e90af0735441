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
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from rapidfuzz import fuzz, process

from chatbot import lexical
from chatbot.lexical import fold_phrase

TOPIC = 4  # words that no small talk has, and that are hardly all slips of the finger: there is a topic
MOST = 9  # words of the longest phrase
NEARLY = 88.0  # per cent of likeness that a whole utterance needs: one slip of the finger is forgiven
ALIKE = 60.0  # per cent of likeness to a word of the phrase that another word needs to be its slip
LONG = 80  # letters of the longest utterance that is compared with patterns

# Words that may stand beside small talk without making it anything else.
FILLERS = frozenset(
    "oh well um uh hmm hey hi hello ok okay so please dear yo lol haha man bro dude bot there again everyone "  # noqa: SIM905
    "sir friend then now today all mate buddy guys my just really very much too a lot and the this one you "
    "sorry cheers yeah".split()
)

LEADING = re.compile(rf"^(?:(?:{'|'.join(sorted(FILLERS))}) )+")
TRAILING = re.compile(rf"(?: (?:{'|'.join(sorted(FILLERS))}))+$")

SHORT_FORMS = {
    "u": "you", "ya": "you", "r": "are", "re": "are", "youre": "you are", "ur": "you are",
    "whats": "what is", "hows": "how is", "pls": "please", "plz": "please",
}  # fmt: skip
SPOKEN = re.compile(r"\b(how|what|who|that|it|where)['’]s\b", re.IGNORECASE)
DRAWN_OUT = re.compile(r"(.)\1{2,}")
SHORT_FORM = re.compile(rf"\b(?:{'|'.join(SHORT_FORMS)})\b")


@cache
def _rows() -> list[dict[str, Any]]:
    """What is replied to `phrases` and `patterns`, `unless` guides have some words; some only at `first`."""
    text = resources.files("chatbot.answering").joinpath("smalltalk.json").read_text(encoding="utf-8")
    known = json.loads(text)

    def whole(pattern: str) -> re.Pattern[str]:
        """A pattern with its {parts}."""
        return re.compile(re.sub(r"\{(\w+)\}", lambda part: f"(?:{known['parts'][part[1]]})", pattern))

    return [
        row
        | {
            "phrases": [_plain(phrase) for phrase in row["phrases"]],
            "patterns": [whole(pattern) for pattern in row.get("patterns", ())],
        }
        for row in known["rows"]
    ]


@cache
def _words() -> frozenset[str]:
    """The words of all phrases and patterns, and what may stand beside or for them."""
    texts = [
        text for row in _rows() for text in (*row["phrases"], *(each.pattern for each in row["patterns"]))
    ]
    return FILLERS | SHORT_FORMS.keys() | {word for text in texts for word in re.findall(r"\w+", text)}


@cache
def _courtesies() -> frozenset[str]:
    """The replies to greetings, thanks and the like, which people say beside anything else."""
    return frozenset(row["reply"] for row in _rows() if "courtesy" in row)


@cache
def _said(first: bool) -> list[dict[str, Any]]:
    """The rows that there is a reply to."""
    return [row for row in _rows() if first or "first" not in row]


@cache
def _replies(first: bool) -> Mapping[str, str]:
    """The reply to each phrase."""
    return {phrase: row["reply"] for row in _said(first) for phrase in row["phrases"]}


@cache
def _by_length(first: bool) -> Mapping[int, Sequence[str]]:
    """The phrases by how many letters they have."""
    found = defaultdict(list)
    for phrase in _replies(first):
        found[len(phrase)].append(phrase)
    return found


def of_guides(said: Collection[str], stems: Collection[str]) -> frozenset[str]:
    """The replies that send to a person where guides speak of that themselves."""
    return frozenset(
        row["reply"]
        for row in _rows()
        if "{person}" in row["reply"]
        and (
            any(phrase in said for phrase in row["phrases"])
            or any(stem in stems for word in row.get("unless", ()) for stem in lexical.stems(word))
            or any(each.fullmatch(text) for text in said for each in row["patterns"])
        )
    )


def reply_to(question: str, first: bool = True, is_good: Callable[[str], bool] = lambda word: False) -> str:
    """The reply to small talk, with its {guides} and {person}; empty when it is something else.

    `first` is a question that has none before it ("tell me more"); a word that `is_good` is no slip.

    >>> reply_to("Thanks a lot, that helped!!")
    'You are welcome. Is there anything else that you would like to know?'
    >>> reply_to("thanks, and what do they earn?")
    ''
    """
    known = _words()
    strange = sum(word.folded not in known for word in lexical.words(question))
    if strange >= TOPIC and not DRAWN_OUT.search(question):
        return ""  # three in five questions end here
    folded = _plain(question)
    if not folded:
        signs = any(unicodedata.category(character) == "So" for character in question)  # emoji and the like
        return "I can read words only. Ask me anything about: {guides}." if signs else ""
    replies = _replies(first)
    if folded not in replies and folded in _replies(True):
        return ""  # "anything else?" after a question is no slip of "nothing else"
    single = re.sub(r"(.)\1\b", r"\1", folded)  # "heyyy"
    phrase = _phrase(folded, replies) or (single != folded and _phrase(single, replies))
    phrase = phrase or _nearly(folded, _by_length(first), is_good)
    return replies[phrase] if phrase else _like(folded, _said(first))


def _like(folded: str, rows: Sequence[dict[str, Any]]) -> str:
    """The reply to an utterance that a pattern describes: "could I please speak to a real person"."""
    if len(folded) > LONG:
        return ""
    late = LEADING.sub("", folded)
    texts = dict.fromkeys([folded, late, TRAILING.sub("", folded), TRAILING.sub("", late)])
    found = (row["reply"] for row in rows for each in row["patterns"] if any(map(each.fullmatch, texts)))
    return next(found, "")


def _plain(question: str) -> str:
    """Folded, with drawn-out letters and texting's short forms put right."""
    spoken = SPOKEN.sub(r"\1 is", question)
    folded = DRAWN_OUT.sub(r"\1\1", fold_phrase(spoken))
    return SHORT_FORM.sub(lambda match: SHORT_FORMS[match[0]], folded)


def _phrase(folded: str, replies: Mapping[str, str]) -> str:
    """The longest phrase of an utterance made of fillers, courtesies and phrases of one other kind."""
    left, found, others = folded.split(), "", set()
    if len(left) > 2 * MOST:
        return ""
    while left:
        for size in range(min(MOST, len(left)), 0, -1):
            if (phrase := " ".join(left[:size])) in replies:
                found = max(found, phrase, key=len)
                others |= {replies[phrase]} - _courtesies()
                left = left[size:]
                break
        else:
            if left[0] not in FILLERS:
                return ""
            left = left[1:]
    return found if len(others) <= 1 else ""  # "what test?" is neither of the two


def _nearly(text: str, phrases: Mapping[int, Sequence[str]], is_good: Callable[[str], bool]) -> str:
    """The phrase that an utterance is but for a slip of the finger."""
    if not 5 <= len(text) <= 40:
        return ""
    near = [phrase for size in range(len(text) - 2, len(text) + 3) for phrase in phrases.get(size, ())]
    found = process.extractOne(text, near, scorer=fuzz.ratio, score_cutoff=NEARLY)
    if not found:
        return ""
    own, other = set(text.split()), set(found[0].split())
    stems = set(lexical.stems(found[0]))

    def is_slip(word: str) -> bool:
        """Whether a word may be meant for one of the phrase: not "NLP" for "life", nor a good word."""
        if is_good(word) and lexical.stem(word) not in stems:
            return False
        return bool(process.extractOne(word, other - own, scorer=fuzz.ratio, score_cutoff=ALIKE))

    return found[0] if all(map(is_slip, own - other)) else ""
