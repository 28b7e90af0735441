"""Which role a question asks about, where it names one: "how much do welders make?", "What does a CTO do?".

In: a question, or a follow-up with the question before it. Out: the stems of the role's name. What a guide
says of its own role does not answer a question about another. Occupations are known by a list
(`occupations.txt`); which of them is a guide's own, its aliases tell: that is for `chatbot.conversation`.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from chatbot import lexical

# "They", "he", "that job" after the name of a role ("What does an algorithm specialist do?") mean that role.
MEANS_IT = re.compile(
    r"\b(?:they|them|their|he|she|his|her|him)\b|\bthat (?:job|role|position)\b|\b(?:then|that)\W*$", re.I
)
HEAD_OF = re.compile(r"\bheads? of [\w-]+(?: [\w-]+)?", re.I)
# What stands before it where people tell of themselves ("I am a nurse, is it too late?"), or where it is but
# another word for the guide's own role ("these specialists").
TOLD = re.compile(
    r"(?:\b(?:i am|i'm|im|i was|i've been|i work as|worked as|being|former|ex|my|from|like|with|by|to|into)\b"
    r"|^as\b|[,;:.] ?as\b)(?: [\w-]+){0,2} ?$|\b(?:this|these|those|such) $",
    re.I,
)


@cache
def _occupations() -> frozenset[str]:
    names = Path(__file__).with_name("occupations.txt").read_text(encoding="utf-8").split()
    return frozenset(names) | {f"{name}s" for name in names}


def role_asked(text: str) -> frozenset[str]:
    """The stems of the role that a question asks about, with the words that belong to it.

    >>> sorted(role_asked("What does an algorithm specialist do?"))
    ['algorithm', 'specialist']
    >>> role_asked("I am a nurse, is it too late?")
    frozenset()
    """
    start, stems = _last_role(text)
    return frozenset() if TOLD.search(text[:start]) else stems


def role_meant(text: str, before: str) -> frozenset[str]:
    """The stems of the role that a follow-up means, where the question before it names one.

    >>> sorted(role_meant("how much would I make in that job?", "Can I switch to product manager?"))
    ['manag', 'product']
    """
    return _last_role(before)[1] if MEANS_IT.search(text) else frozenset()


def _last_role(text: str) -> tuple[int, frozenset[str]]:
    """Where the name of the last role in a text starts, and its stems; none if there is no such name."""
    if head := HEAD_OF.search(text):
        return head.start(), frozenset(lexical.stems(head[0]))
    words = lexical.words(text)
    for end in range(len(words), 0, -1):
        if words[end - 1].folded in _occupations():
            start = end - 1
            while start > 0 and words[start - 1].folded not in lexical.STOP:
                start -= 1
            return words[start].start, frozenset(word.stem for word in words[start:end])
    return 0, frozenset()
