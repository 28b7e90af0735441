"""What a question leaves out of what it asks: "besides coding, what else …?", "which state, but not Ohio?".

In: a text. Out: what it leaves out, or the text without that. It knows no guide: whether what is left out is
a row of a table is for `chatbot.answering.tables`.
"""

from __future__ import annotations

import re

from chatbot import lexical
from chatbot.lexical import ASKING

_NAME = rf"(?!{ASKING})[^,.;:?!]{{1,50}}"
# Of "anything besides coding?" nothing would be left.
EXCEPT = re.compile(
    r"(?<!thing )(?<!thing else )"
    r"\b(?:besides|apart from|aside from|other than|except(?: for)?|in addition to)"
    r" (?!(?:that|this|it|them|those|these)\b)"
    rf"(?P<left_out>{_NAME}(?:, {_NAME})*,? (?:and|or) {_NAME}?|{_NAME}?)"
    rf"(?:,\s*|\s*(?=[.?!]|$)|\s+(?={ASKING}))",
    re.I,
)
# "Which state": what that one does stands behind what is left out.
STUMP = re.compile(r"\W*(?:which|what|who)(?: [\w-]+){0,2}\W*", re.I)
# What else sets a row or an item aside that is named right behind it, but for "why not Ohio?", "… or not".
_NOT = r"(?:(?:ca|do|wo|would)n['’]?t|cannot|(?:can|do|will|would) not|never|not)"
_WANT = r"(?:care|counting|go|including|interested|like|live|mean|move|relocate|use|want|work)"
SETS_ASIDE = re.compile(
    r"\b(?:besides|apart from|aside from|other than|except(?:ing)?(?: for)?|in addition to|exclud(?:e|ing)"
    r"|excl\.?|forget|hate|ignor(?:e|ing)|leav(?:e|ing) out|minus|skip(?:ping)?|without"
    rf"|{_NOT}(?: really| ever)? {_WANT}"
    r"|(?:(?:that|which)(?: is| are|['’]s) |(?<!is )(?<!it )(?<!or )(?<!why ))not)"
    rf"(?: (?:about|at|be|for|from|in|of|on|state|the|to|{_WANT}))* +(?=\w)",
    re.I,
)
ENDS = re.compile(rf"[.;:?!]|,(?! ?(?:and|n?or)\b)|\b(?:but\b|than\b|{ASKING})", re.I)


def left_out(text: str) -> str:
    """What a question leaves out of what it asks: "coding and maths", or nothing.

    >>> left_out("Which state pays best, apart from Ohio and Maine?")
    'Ohio and Maine'
    """
    found = EXCEPT.search(text)
    return found["left_out"] if found else ""


def without_exception(text: str) -> str:
    """A question without what it leaves out.

    >>> without_exception("Besides coding, what is needed?"), without_exception("What is free except tea?")
    ('what is needed?', 'What is free except tea?')
    >>> without_exception("which state other than Ohio pays best?")
    'which state other than Ohio pays best?'
    """
    found = EXCEPT.search(text) if left_out(text) else None
    if not found or (STUMP.fullmatch(text[: found.start()]) and not lexical.words(text[found.end() :])):
        return text
    return " ".join(f"{text[: found.start()]} {text[found.end() :]}".split())


def set_aside(text: str) -> str:
    """What a question may set aside of a list, as far as it is named there, or nothing.

    >>> set_aside("I can't move to Ohio. Which state pays best?"), set_aside("why not Ohio?")
    ('Ohio', '')
    >>> set_aside("which sites, but not Monster and Indeed"), set_aside("not in Ohio but in Maine")
    ('Monster and Indeed', 'Ohio')
    """
    found: list[str] = []
    at = 0
    for sets in SETS_ASIDE.finditer(text):
        if sets.start() >= at:
            ends = ENDS.search(text, sets.end())
            at = ends.start() if ends else len(text)
            found.append(text[sets.end() : at].strip())
    return ", ".join(found)
