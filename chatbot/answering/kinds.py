"""What kind of thing a question asks for: an amount, what is not so, or what a thing is.

In: a question and a section. Out: whether the section gives that kind, whatever it is near to. Each kind has
a module of its own: `counting`, `denying`, `defining`.
"""

from __future__ import annotations

from dataclasses import dataclass

from chatbot.answering import counting, defining, denying
from chatbot.retrieval import Retriever


@dataclass(frozen=True, slots=True)
class Kind:
    """What a question asks for."""

    amount: counting.Amount
    denies: bool  # whether it asks for what is not so
    thing: str  # of which it asks the meaning, or nothing


def asked(text: str) -> Kind:
    """The kind of thing that a question asks for."""
    return Kind(counting.amount(text), denying.denies(text), defining.thing(text))


def is_given(retriever: Retriever, section: int, kind: Kind) -> bool:
    """Whether a section gives what is asked for, so far as that can be told from its words."""
    if kind.denies and not denying.is_known(retriever, section):
        return False
    if kind.thing and not defining.is_told(retriever, section, kind.thing):
        return False
    return counting.is_told(retriever, section, kind.amount)
