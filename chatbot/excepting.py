"""What a question leaves out of what it asks: "besides coding, what else …?", "which state, but not Ohio?".

In: a text. Out: what it leaves out, the text without that, and where words stand behind which a row or an
item may be set aside. It knows no guide: what is named there is for `chatbot.conversation.naming`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from chatbot import lexical
from chatbot.lexical import ASKING

_BUT_FOR = (
    r"besides|apart from|aside from|other than|except(?:ing)?(?: for)?|in addition to|with the exception of"
)
_NAME = rf"(?!{ASKING})[^,.;:?!]{{1,50}}"
# Of "anything besides coding?" nothing would be left.
EXCEPT = re.compile(
    rf"(?<!thing )(?<!thing else )\b(?:{_BUT_FOR}) (?!(?:that|this|it|them|those|these)\b)"
    rf"(?P<left_out>{_NAME}(?:, {_NAME})*,? (?:and|or) {_NAME}?|{_NAME}?)"
    rf"(?:,\s*|\s*(?=[.?!]|$)|\s+(?={ASKING}))",
    re.I,
)
# "Which state": what that one does stands behind what is left out.
STUMP = re.compile(r"\W*(?:which|what|who)(?: [\w-]+){0,2}\W*", re.I)
# What sets a row or an item aside that is named right behind it: "but not Ohio", "I can't move to Ohio"; not
# "why not Ohio?", "don't forget Ohio", "I don't work in Ohio".
_GO = r"(?:be|go|live|move|relocate|use|work)"
# "I already use Monster, any others?"; who asks for no other one, or for something else, may ask of it.
_OTHERS = r"(?:another(?: one)?|else|others?(?: ones?)?|other \w+)"
_HAD = (
    r"(?:already(?: am| have)? (?:applied|at|checked|did|do|done|finished|got|have|live|looked|on|took|tried"
    r"|use|used|work)|tried|(?:fired|laid off|rejected|turned down) (?:by|from))"
    rf"(?=.*\b(?:any(?:one|where)?|some(?:one|where)?|what|where|which|who|the|\W) ?{_OTHERS}"
    r"(?: (?:(?:are|is) there|exist|(?:can|could|should) i (?:try|use)"
    r"|(?:is )?hir(?:es?|ing)(?: [\w-]+){0,3}))?\W*$)"
)
SETS_ASIDE = re.compile(
    rf"\b(?:{_BUT_FOR}|(?:all|any(?:one|thing)?|every(?:one|thing)?) but"
    r"|exclud(?:e|ing)|excl\.?|minus|outside(?: of)?|without|not (?:counting|including)"
    r"|(?<!not )(?<!n['’]t )(?<!never )"
    r"(?:forget(?: about)?|hate|ignor(?:e|ing)|leav(?:e|ing) out|skip(?:ping)?)"
    r"|(?:(?:ca|wo|would)n['’]?t|cannot|(?:will|would) not|(?:don['’]?t|do not|never) (?:want|like) to)"
    rf" {_GO}"
    r"|(?:don['’]?t|do not|wouldn['’]?t) (?:care about|care for|like|use|want)"
    rf"|{_HAD}"
    r"|(?:that|which|who) (?:is|are)n['’]?t|(?:that|which|who)(?: is| are|['’]s) not"
    r"|(?<!is )(?<!it )(?<!or )(?<!why )not|(?<=[,;.] )no)"
    r"(?: (?:at|by|for|(?<!m not )from|in|on|to|with))?(?: the)?"
    r"(?: state of| ones? (?:at|by|from|in|of))? +(?=\w)",
    re.I,
)
AND = re.compile(r",?\s*\b(?:and|n?or)\s+(?:(?:at|in|the)\s+)?|,\s*|\s*&\s*", re.I)  # between two of them
# Where a question points at what it names, that is not set aside: "I can't use LinkedIn. Is it any good?"
POINTS = re.compile(r"\bit\b|(?<!\bis )(?<!\bare )\bthere\b(?! (?:is|are)\b)", re.I)


@lru_cache(maxsize=1024)
def left_out(text: str) -> str:
    """What a question leaves out of what it asks: "coding and maths", or nothing; kept, as it is asked often.

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


@lru_cache(maxsize=1024)
def asides(text: str) -> tuple[tuple[int, int], ...]:
    """Where words stand behind which something may be set aside; kept, for each table is asked about it.

    >>> asides("Which state, but not Ohio?"), asides("why not Ohio?")
    (((17, 21),), ())
    """
    return tuple(found.span() for found in SETS_ASIDE.finditer(text))


def is_set_aside(text: str, at: int) -> bool:
    """Whether what stands at a place of a text is set aside by the words with which it begins.

    >>> is_set_aside("without the first", 8), is_set_aside("Not tea. The first one.", 9)
    (True, False)
    """
    return any(start == 0 and at <= end for start, end in asides(text))
