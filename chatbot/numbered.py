"""The items of a section's numbered list: by number, the first and the last, and which comes next to which.

In: a question, and a section. Out: the item that it asks for ("step 3 of descaling", "what do I do after
rinsing the tank?"), or that there are not so many. Steps that have a section each are for `chatbot.steps`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from chatbot import leaning, lexical
from chatbot.guides import Unit
from chatbot.lexical import number_of
from chatbot.retrieval import Retriever
from chatbot.steps import LAST_STEP, NEXT_TO, STEPS, WHICH, by_number, named_stems

NUMBER = re.compile(
    rf"\b(?:{'|'.join(sorted(STEPS))}|number|no\.) (\d+|{'|'.join(lexical.CARDINALS)})\b", re.I
)
MANNER = re.compile(r"\W*(?:and |so |then )*(?:how(?! about)|why|when|where)\b", re.I)
_AT = (
    r"(?:\b(?:do|does|happens|comes)\b.*\b{0}\b(?=\W*(?:$|(?:when|if|to|in|for|with|during)\b))"
    r"|\b{0} thing\b)"
)
COUNTED = re.compile(r"\bhow many (?:[\w-]+ )?(?:steps|stages|phases)\b", re.I)
FIRST = re.compile(
    _AT.format("first")
    + r"|\bstarts? with\b|\bhow (?:do|does|should|can) (?:i|we|you|one|it) (?:start|begin)\b",
    re.I,
)
LAST = re.compile(_AT.format("(?:last|final)") + r"|\bends? with\b", re.I)


def items(retriever: Retriever, section: int) -> Sequence[Unit]:
    """The items of a section's numbered list; none where it has no such list, or several."""
    return next((listing.steps for listing in retriever.listings[section] if listing.steps), ())


def name(item: Unit) -> str:
    """What a follow-up calls an item: it is found by that name again."""
    return f"step {item.number}"


def beside(retriever: Retriever, section: int, before: str, later: bool) -> str:
    """The name of the item after the one that a text asks for, or before it; empty where it asks for none.

    After the last it is that of one which is not there.
    """
    if not (asked := item(retriever, section, before)):
        return ""
    line = items(retriever, section)
    if asked is line[-1] and later:
        return f"step {(asked.number or 0) + 1}"
    place = line.index(asked) + (1 if later else -1)
    return name(line[place]) if place >= 0 else ""


def item(retriever: Retriever, section: int, text: str) -> Unit | None:
    """The item of a section's numbered list that a text asks for, if it asks for one."""
    if not (line := items(retriever, section)):
        return None
    text = by_number(text)
    wanted = NUMBER.search(text)
    if found := NEXT_TO.search(text):
        if MANNER.match(text) or named_stems(found["between"] or ""):  # "what can I drink after …"
            return None
        before = _at(line, number_of(wanted[1])) if wanted else _named(retriever, section, text, line)
        place = None if before is None else before + (1 if found["later"] or found["first"] else -1)
    elif wanted:
        place = _at(line, number_of(wanted[1]))
    elif LAST_STEP.search(text) or LAST.search(text):
        place = len(line) - 1
    elif FIRST.search(text):
        place = 0
    else:
        place = _named(retriever, section, text, line) if WHICH.search(text) else None
    return line[place] if place is not None and 0 <= place < len(line) else None


def not_there(retriever: Retriever, section: int, text: str) -> tuple[str, tuple[str, ...]] | None:
    """The step that a text asks for by number and that a section's list lacks, with the numbers it has."""
    text = leaning.now(text)
    line = items(retriever, section)
    wanted = NUMBER.search(by_number(text)) if line else None
    numbers = [unit.number for unit in line]
    if not wanted or number_of(wanted[1]) in numbers:
        return None
    return wanted[0].capitalize(), tuple(map(str, numbers))


def _at(line: Sequence[Unit], number: int) -> int | None:
    """The place of an item in its list, by its number."""
    return next((place for place, unit in enumerate(line) if unit.number == number), None)


def _named(retriever: Retriever, section: int, text: str, line: Sequence[Unit]) -> int | None:
    """The place of the only item that holds all that a text names besides the section's heading."""
    named = named_stems(retriever.aliases.without(text)) - retriever.titles[section]
    found = [place for place, unit in enumerate(line) if named <= set(lexical.stems(unit.text))]
    return found[0] if named and len(found) == 1 else None
