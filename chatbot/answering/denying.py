"""Questions for what is not so: "which skills are not needed?", "who doesn't hire them?".

In: a question and a section. Out: whether it asks that, and whether the section is known to answer such
questions. A list of what is needed comes nearest to them, and answers none. It knows no other negation: "what
if I don't have a degree?" asks for something that is so.
"""

from __future__ import annotations

import re

from chatbot.retrieval import Retriever

_MAY = "do|does|did|is|are|was|were|should|can|could|would|will|need|must"
DENIES = re.compile(
    r"^(?:(?:so|and|ok(?:ay)?|but|well)\W+)*(?:which|what|who|where)\b(?!.*\b(?:that|if|only)\b)[^?.,;]{0,40}?"
    rf"\b(?:(?:{_MAY})(?:n['’]?t| not| never)|(?:{_MAY}) (?!i\b|we\b)[\w' -]{{1,30}}? (?:not|never))\b",
    re.I,
)


def denies(text: str) -> bool:
    """Whether a question asks for what is not so.

    >>> denies("Which skills are not needed?"), denies("What can I do if I don't have a degree?")
    (True, False)
    """
    return DENIES.search(text) is not None


def is_known(retriever: Retriever, section: int) -> bool:
    """Whether an alternate of a section asks for what is not so, too: "which step isn't mandatory?"."""
    return any(map(denies, retriever.index.sections[section].alternates))
