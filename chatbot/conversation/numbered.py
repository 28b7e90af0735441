"""The items of a section's numbered list: by number, the first and the last, and which comes next to which.

In: a question, and a section. Out: the item that it asks for ("step 3 of descaling", "what do I do after
rinsing the tank?"), or that there are not so many. Steps that have a section each are for `steps`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from chatbot import lexical
from chatbot.conversation import leaning
from chatbot.conversation.steps import LAST_STEP, NEXT_TO, NOUNS, WHICH, by_number, from_last, named_stems
from chatbot.guides import Unit
from chatbot.lexical import number_of
from chatbot.retrieval import Retriever

_NUMBER = rf"(\d+|{'|'.join(lexical.CARDINALS)})\b"
# "Step 3"; "number 3" only where nothing is asked of another thing that has a number ("room number 3").
NUMBER = re.compile(
    rf"\b(?:{NOUNS}) {_NUMBER}"
    rf"|^(?:and |what is |whats |what about )*(?:number|no\.) {_NUMBER}",
    re.I,
)
# Asks something of a step, rather than for it: "how long does step 3 take?"
OF_IT = re.compile(r"\W*(?:and |so |then )*(?:how (?!about|can|do|does|should|to\b)|why|when|where)\b", re.I)
_AT = (
    r"\b(?:do|does|happens|comes)\b.*(?<!the )(?<!or )\b{0}\b"
    r"(?=\W*(?:$|(?:when|if|to|in|for|with|during)\b))|\b{0} thing\b"
)
FIRST = re.compile(
    _AT.format("first")
    + r"|\b(?:what|which)\b.*\bstarts? with\b"
    + r"|\b(?:how|where) (?:do|does|should|can) (?:i|we|you|one|it) (?:start|begin)"
    r"(?=\W*(?:$|(?:with|when|if)\b))",
    re.I,
)
LAST = re.compile(_AT.format("(?:last|final)") + r"|\b(?:what|which)\b.*\bends? with\b", re.I)
COUNTED = re.compile(rf"\bhow many (?:[\w-]+ )?(?:{NOUNS})s\b", re.I)
# … and of nothing that is named: "how many steps are there?"
COUNTED_ALONE = re.compile(
    rf"{COUNTED.pattern}(?:\W+(?:are|is|there|it|does|do|that|this|have|take|need|in|all|total|to))*\W*$",
    re.I,
)


def items(retriever: Retriever, section: int) -> Sequence[Unit]:
    """The items of a section's numbered list; none where it has no such list, or several."""
    return next((listing.steps for listing in retriever.listings[section] if listing.steps), ())


def name(number: int | None) -> str:
    """What a follow-up calls an item: it is found by that name again."""
    return f"step {number}"


def beside(retriever: Retriever, section: int, before: str, later: bool) -> str:
    """The name of the item after the one that a text asks for, or before it; empty where it asks for none.

    After the last comes one that the list does not have, which is then said.
    """
    asked = item(retriever, section, before)
    if asked is None or asked.number is None:
        return ""
    number = asked.number + (1 if later else -1)
    return name(number) if number > 0 else ""


def item(retriever: Retriever, section: int, text: str) -> Unit | None:
    """The item of a section's numbered list that a text asks for, if it asks for one."""
    if not (line := items(retriever, section)):
        return None
    text = by_number(text)
    wanted = _number(text)
    if found := NEXT_TO.search(text):
        if OF_IT.match(text) or named_stems(found["between"] or ""):  # "what can I drink after …"
            return None
        before = _at(line, wanted) if wanted else _named(retriever, section, text, line)
        place = None if before is None else before + (1 if found["later"] or found["first"] else -1)
    elif wanted:
        place = None if OF_IT.match(text) else _at(line, wanted)
    elif found := LAST_STEP.search(text):
        place = len(line) + from_last(found)
    elif LAST.search(text):
        place = len(line) - 1
    elif FIRST.search(text):
        place = 0
    else:
        place = _named(retriever, section, text, line) if WHICH.search(text) else None
    return line[place] if place is not None and 0 <= place < len(line) else None


def not_there(retriever: Retriever, section: int, text: str) -> tuple[str, tuple[str, ...]] | None:
    """The step that a text asks for by number and that a section's list lacks, with the numbers it has."""
    line = items(retriever, section)
    wanted = _number(by_number(leaning.now(text))) if line else 0
    numbers = [unit.number for unit in line]
    return (name(wanted).capitalize(), tuple(map(str, numbers))) if wanted and wanted not in numbers else None


def _number(text: str) -> int:
    """The number of the step that a text names, or 0."""
    found = NUMBER.search(text)
    return number_of(found[1] or found[2]) if found else 0


def _at(line: Sequence[Unit], number: int) -> int | None:
    """The place of an item in its list, by its number."""
    return next((place for place, unit in enumerate(line) if unit.number == number), None)


def _named(retriever: Retriever, section: int, text: str, line: Sequence[Unit]) -> int | None:
    """The place of the only item that holds all that a text names besides the section's heading."""
    named = named_stems(retriever.aliases.without(text)) - retriever.titles[section]
    found = [place for place, unit in enumerate(line) if named <= set(lexical.stems(unit.text))]
    return found[0] if named and len(found) == 1 else None
