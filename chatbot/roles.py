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
    r"\b(?:they|them|their|those|he|she|his|her|him)\b|\bthat (?:job|role|position)\b|\b(?:then|that)\W*$",
    re.I,
)
HEAD_OF = re.compile(r"\bheads? of [\w-]+(?: [\w-]+)?", re.I)
# What stands before it where people tell of themselves: "I am a nurse, is it too late?"
SELF = re.compile(
    r"(?:\b(?:i am|i'm|im|i was|i've been|i work as|worked as|being|former|ex|my)\b|^as\b|[,;:.] ?as\b)"
    r"(?: [\w-]+){0,2} ?$",
    re.I,
)
# … and where the question is not about it: "switch from nurse", "these specialists", "a hiring manager".
ASIDE = re.compile(
    r"\b(?:from|like|with|by|to|into)\b(?: [\w-]+){0,2} ?$|\b(?:this|these|those|such) $|\bhiring ?$", re.I
)


@cache
def _occupations() -> frozenset[str]:
    names = Path(__file__).with_name("occupations.txt").read_text(encoding="utf-8").split()
    return frozenset(names) | frozenset(map(_plural, names))


def _plural(name: str) -> str:
    """More than one of them.

    >>> [_plural(name) for name in ("nurse", "actuary", "coach", "salesman", "midwife")]
    ['nurses', 'actuaries', 'coaches', 'salesmen', 'midwives']
    """
    for ending, others in (("man", "men"), ("fe", "ves"), ("y", "ies")):
        if name.endswith(ending):
            return name.removesuffix(ending) + others
    return name + ("es" if name.endswith(("s", "x", "ch", "sh")) else "s")


def role_asked(text: str) -> frozenset[str]:
    """The stem of the role that a question asks about; the words beside it may be anything.

    >>> sorted(role_asked("What does an algorithm specialist do?"))
    ['specialist']
    >>> role_asked("I am a nurse, is it too late?")
    frozenset()
    """
    start, stems = _last_role(text)
    before = text[:start]
    return frozenset() if SELF.search(before) or ASIDE.search(before) else frozenset(stems[-1:])


def role_meant(text: str, before: str) -> frozenset[str]:
    """The stems of the role that a follow-up means, where the question before it names one, in full.

    >>> sorted(role_meant("how much would I make in that job?", "Can I switch to product manager?"))
    ['manag', 'product']
    """
    if not MEANS_IT.search(text):
        return frozenset()
    start, stems = _last_role(before)
    return frozenset() if SELF.search(before[:start]) else frozenset(stems)


def _last_role(text: str) -> tuple[int, list[str]]:
    """Where the last occupation of a text starts, and the stems of its whole name, the occupation last."""
    if found := HEAD_OF.search(text):
        head, *field = lexical.stems(found[0])
        return found.start(), [*field, head]
    words = lexical.words(text)
    for end in range(len(words), 0, -1):
        if words[end - 1].folded in _occupations():
            start = end - 1
            while start > max(0, end - 3) and words[start - 1].folded not in lexical.STOP:
                start -= 1
            return words[end - 1].start, [word.stem for word in words[start:end]]
    return 0, []
