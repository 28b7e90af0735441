"""Which role a question asks about, where it names one: "how much do welders make?", "What does a CTO do?".

In: a question, or a follow-up with the question before it. Out: the stems of the role's name, in order.
What a guide says of its own role does not answer a question about another. Occupations are known by a list
(`occupations.txt`; a "data-engineer" is more than an engineer); which of them is a guide's own, its aliases
tell: that is for `chatbot.conversation`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from chatbot import lexical

# "They", "he", "that job" after the name of a role ("What does an algorithm specialist do?") mean that role;
# "which pays more?" is asked of it and another.
MEANS_IT = re.compile(
    r"\b(?:they|them|their|those|he|she|his|her|him)\b"
    r"|\b(?:that|this|such a) (?:job|role|position|one)\b(?! called\b)"
    r"|\b(?:does|do|will|would|can|might) (?:it|that|one) (?:earn|make|pay)s?\b"
    r"|\b(?:pay|paid|salary) (?:for|of) (?:it|one|that)\b|\b(?:then|that|there)\W*$"
    r"|^(?:(?:so|and|but|ok(?:ay)?),? )?(?:which|who)(?: one)?(?: of the two)? "
    r"(?:(?:is (?:better|more|less) (?:highly )?paid|earns|gets|makes|pays)(?: (?:paid|me|you))?"
    r" (?:better|less|more)(?: money)?(?: of (?:the two|them|those))?"
    r"|(?:gets|has) (?:a |the )?(?:better|higher|more) (?:pay|salary))\W*$",
    re.I,
)
HEAD_OF = re.compile(r"\bheads? of [\w-]+(?: [\w-]+)?", re.I)
# What stands before it where people tell of themselves: "I am a nurse, is it too late?"
SELF = re.compile(
    r"(?:\bmy (?:career|job|position|role|work) as an?\b"
    r"|\b(?:i am|i'm|im|i was|i've been|ha(?:s|ve) been|i work as|worked as|being|former|ex|my)\b"
    r"|^as\b|[,;:.] ?as\b)"
    r"(?: [\w-]+){0,3} ?$",
    re.I,
)
# … and where the question is not about it: "switch from nurse", "these specialists", "a hiring manager".
ASIDE = re.compile(r"\b(?:from|like|with|by|to|into)\b(?: [\w-]+){0,2} ?$|\bhiring ?$", re.I)
POINTED_AT = re.compile(r"\b(?:this|these|those|such)(?: an?)? $", re.I)  # those named before

NO_NAME = lexical.STOP | {"become", "becomes", "becoming", "became"}  # no part of a role's name


@cache
def _occupations() -> frozenset[str]:
    names = Path(__file__).with_name("occupations.txt").read_text(encoding="utf-8").split()
    return frozenset(names) | frozenset(map(lexical.plural, names))


@cache
def _heads() -> frozenset[str]:
    """The last words of their names: hardly any question holds one."""
    return frozenset(name.rpartition("-")[2] for name in _occupations()) | _occupations()


def role_asked(text: str) -> tuple[str, ...]:
    """The role that a question asks about, in as few words as tell it from others.

    >>> role_asked("What does an algorithm specialist do?"), role_asked("How much does a data engineer make?")
    (('specialist',), ('data', 'engin'))
    >>> role_asked("I am a nurse, is it too late?")
    ()
    """
    role = _last_role(text)
    before = text[: role.start]
    return () if any(known.search(before) for known in (SELF, ASIDE, POINTED_AT)) else role.core


def role_meant(text: str, before: str) -> tuple[str, ...]:
    """The role that a follow-up means, where the question before it names one, in full.

    >>> role_meant("how much would I make in that job?", "Can I switch to product manager?")
    ('product', 'manag')
    """
    if not MEANS_IT.search(text):
        return ()
    role = _last_role(before)
    told = before[: role.start]
    return () if SELF.search(told) or POINTED_AT.search(told) else role.name


def is_any_told(text: str) -> bool:
    """Whether a text names any role at all, whoever has it or wants it."""
    return bool(_last_role(text).name)


def role_named(text: str) -> tuple[str, ...]:
    """The role, in full, of a text that says nothing else.

    >>> role_named("data scientists"), role_named("a principal engineer in Texas")
    (('data', 'scientist'), ())
    """
    name = _last_role(text).name
    return name if len(name) == len(lexical.content_words(text)) else ()


def named_in(texts: Iterable[str], role: Sequence[str]) -> bool:
    """Whether one of the texts names a role, its words in order, with at most one other between two of them.

    >>> named_in(["Product or project managers lead."], ("product", "manag"))
    True
    >>> named_in(["With data scientists, ML engineers build models."], ("data", "engin"))
    False
    """
    name = re.compile(rf" {r' (?:[^ ]+ )?'.join(map(re.escape, role))} ")
    return any(name.search(f" {' '.join(lexical.stems(text))} ") for text in texts)


@dataclass(frozen=True, slots=True)
class _Role:
    """A role that a text names: where its last word starts, and its stems in full and at the least."""

    start: int = 0
    name: tuple[str, ...] = ()
    core: tuple[str, ...] = ()


@lru_cache(maxsize=1024)  # a question is asked for its role from several sides
def _last_role(text: str) -> _Role:
    """The last occupation of a text."""
    if found := HEAD_OF.search(text):
        name = tuple(lexical.stems(found[0]))
        return _Role(found.start(), name, name[:1])
    words = lexical.words(text)
    for end in range(len(words), 0, -1):
        last = words[end - 1]
        if last.folded not in _heads():
            continue
        kind = words[end - 2] if end > 1 else None
        special = kind is not None and f"{kind.folded}-{last.folded}" in _occupations()
        if special or last.folded in _occupations():
            start = end - 1
            while start > max(0, end - 3) and words[start - 1].folded not in NO_NAME:
                start -= 1
            name = tuple(word.stem for word in words[start:end])
            return _Role(last.start, name, name[-2:] if special else name[-1:])
    return _Role()
