"""Whether a question needs the ones before it: "and in Washington?", "which ones?", "what comes next?".

In: a question as it is read, and the guides' own words. Out: yes or no. What it then means after them is for
`chatbot.conversation`; how such questions are worded for its `leaning` and `sequences`.
"""

from __future__ import annotations

from chatbot import excepting, lexical
from chatbot.conversation import leaning, naming, numbered, others, sequences, steps, swapping
from chatbot.retrieval import Reading, Retriever

IN_ORDER = (
    others.OTHERS, others.EVERYONE, sequences.NEXT, sequences.BEFORE, steps.STEP, sequences.PLACE,
    numbered.COUNTED_ALONE,
)  # fmt: skip


def depends(retriever: Retriever, reading: Reading) -> bool:
    """Whether a question needs the ones before it. Naming the role makes a question whole.

    "and in Washington?", "why?", "how much do they make?" do; "What hours do ML engineers work?" does not.
    "Do ML engineers need both of them?" names the role, but not what they need.
    """
    text = reading.text
    every = lexical.words(text)
    if not every:
        return False
    if steps.may_be_asked(text) and steps.asked_last(text):  # "done that, and an internship. next?"
        return True
    goes_on = leaning.GOES_ON.match(text) is not None
    back = leaning.points(text) or leaning.points_at_them(text)
    if is_whole(retriever, reading):
        beside_it = lexical.content_words(retriever.aliases.without(text))
        return (goes_on and len(every) <= 4) or (leaning.points_at_them(text) and len(beside_it) <= 1)
    aside = excepting.SETS_ASIDE.search(text)
    if aside and not lexical.content_words(text[: aside.start()]):  # "not in Ohio", "I can't move to Ohio"
        parts = excepting.AND.split(text[aside.end() :].rstrip(" .!?"))
        goes_on |= swapping.is_value(retriever, parts[0])
    if goes_on or back or leaning.member(text) or leaning.asks_on(text) or swapping.BARELY.match(text):
        return True
    if naming.few(naming.MANY, text):  # "only the top three"
        return True
    if any(asked.search(text) for asked in IN_ORDER):
        return len(every) <= 8
    few = len(reading.words) <= 1
    value = swapping.is_value(retriever, leaning.REJECTED.sub("", text))  # "Maine, not Ohio"
    value |= few and naming.names_a_value(retriever, reading.words)
    return not reading.words or value or (few and len(every) <= 3)  # "how many are there?", "any in Ohio?"


def is_whole(retriever: Retriever, reading: Reading) -> bool:
    """Whether a question is complete by itself: it names the role, or says much."""
    return bool(retriever.aliases.named(reading.text)) or len(reading.words) > 5
