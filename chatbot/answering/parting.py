"""A question that asks two things: "What do they earn and which states pay best?", "A vs B".

In: a question. Out: the two that it is made of. Whether both have an answer, and what is said if only one
has, is for `Chatbot`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from chatbot.answering.answer import Ask
from chatbot.conversation import Turn
from chatbot.lexical import ASKING
from chatbot.retrieval import Hit

SPLIT = re.compile(
    r"(?<=\?)\s+(?=\w)|[,;]?\s+(?:and|plus|also)\s+(?:also\s+)?(?=(?:what|which|who|where|when|why|how|do|does|is|are|can|should|will)\b)",
    re.I,
)
VERB = rf"(?:{ASKING}|(?:was|were|has|have)\b)"
# Not "I barely passed maths", said after a question.
ASKS = re.compile(
    r"\?\W*$|^\W*(?:(?:and|also|plus|so|then) )*"
    rf"(?:{ASKING}|(?:was|were|explain|give|list|name|show|tell)\b)",
    re.I,
)

# Two things that are asked for, or set side by side, in one breath.
TOGETHER = (
    re.compile(
        r"^(?P<asks>(?:what|which|who|where) are|list|name|tell me|show me) (?:the |your )?(?P<one>[^,?]+?)"
        r" (?:and|&|plus) (?:the |your )?(?P<other>[^,?]+?)\W*$",
        re.I,
    ),
    re.compile(
        r"^(?P<asks>)(?:.*\b(?:diff|differences?) between|compare|.*\bcomparison (?:of|between))"
        r" (?:an? |the )?"
        r"(?P<one>.+?) (?:and|with|to|vs\.?|versus) (?:an? |the )?(?P<other>[^,?]+?)\W*$",
        re.I,
    ),
    re.compile(
        r"^(?P<asks>)(?P<one>[^,?]+?) (?:vs\.?|versus|compared (?:with|to)) (?P<other>[^,?]+?)\W*$", re.I
    ),
    re.compile(
        rf"^(?P<asks>)(?:(?:which|what) is better,? )?(?!{VERB})(?P<one>[^\W\d][\w+#-]*(?: [\w+#-]+){{0,2}})"
        r" or (?P<other>[^\W\d][\w+#-]*(?: [\w+#-]+){0,2})\W*$",
        re.I,
    ),
)


@dataclass(frozen=True, slots=True)
class Part:
    """One of the two things that a question asks, and whether the guides answer it."""

    ask: Ask
    turn: Turn
    hits: list[Hit]
    answered: bool


def split(question: str) -> list[str]:
    """The parts of a question that asks two things; nothing if it asks one.

    >>> split("What do they earn and which states pay best?")
    ['What do they earn', 'which states pay best?']
    """
    parts = [part.strip(" ,;") for part in SPLIT.split(question) if part.strip(" ,;?")]
    two = len(parts) == 2 and all(len(part.split()) > 2 and ASKS.search(part) for part in parts)
    return parts if two else []


def together(question: str) -> list[str]:
    """The two things that a question asks for or compares in one breath, each asked for alone; else nothing.

    >>> together("What are the top employers and the best states?"), together("compare a cook with a baker")
    (['What are top employers', 'What are best states'], ['cook', 'baker'])
    """
    found = next((match for each in TOGETHER if (match := each.search(question))), None)
    return [f"{found['asks']} {found[name]}".strip() for name in ("one", "other")] if found else []
