"""What kind of thing a question asks for: an amount, what is not so, what a thing is, or a reason.

In: a question and a section. Out: whether the section gives that kind, whatever it is near to. Three have
a module of their own: `counting`, `denying`, `defining`.
"""

from __future__ import annotations

from dataclasses import dataclass

from chatbot.answering import counting, defining, denying
from chatbot.conversation import leaning
from chatbot.retrieval import Retriever


@dataclass(frozen=True, slots=True)
class Kind:
    """What a question asks for."""

    amount: counting.Amount
    denies: bool  # whether it asks for what is not so
    thing: str  # of which it asks the meaning, or nothing
    why: bool  # whether it asks for no more than a reason


def asked(text: str) -> Kind:
    """The kind of thing that a question asks for."""
    return Kind(counting.amount(text), denying.denies(text), defining.thing(text), leaning.asks_why(text))


def is_given(retriever: Retriever, section: int, kind: Kind) -> bool:
    """Whether a section gives what is asked for, so far as that can be told from its words."""
    if kind.denies and not denying.is_known(retriever, section):
        return False
    if kind.why and not _tells_more_than_it_lists(retriever, section):
        return False
    if kind.thing and not defining.is_told(retriever, section, kind.thing):
        return False
    return counting.is_told(retriever, section, kind.amount)


def _tells_more_than_it_lists(retriever: Retriever, section: int) -> bool:
    """Whether a section says anything besides rows or items and what leads in to them."""
    return sum(unit.kind == "sentence" for unit in retriever.index.sections[section].units) > 1
