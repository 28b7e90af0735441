"""The steps of a sequence that a guide describes: by number, by name, and which comes next to which.

In: a question, and sections. Out: the steps that it asks for ("step 6", "what comes after high school?"), or
that there are not so many. Whatever else is named one after the other is for `sequences`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np

from chatbot import asides, lexical
from chatbot.conversation import leaning
from chatbot.lexical import CARDINALS, ORDINALS, PLACES, STEPS, number_of
from chatbot.passages import is_step, place_of
from chatbot.retrieval import Mask, Retriever

_NUMBER = rf"(?:\d+|{'|'.join(CARDINALS)})"
NOUNS = "|".join(sorted(STEPS))
STEP = re.compile(rf"\b({NOUNS}|part) ({_NUMBER})\b", re.I)
# "the fifth step", which is step 5; the last ones have no number of their own.
NTH_STEP = re.compile(rf"\b(?:the )?(?P<ordinal>{'|'.join(PLACES)}) (?P<noun>{NOUNS})\b", re.I)
LAST_STEP = re.compile(
    rf"\b(?P<place>last|final|penultimate) (?:{NOUNS})\b(?! (?:before|after))"
    rf"|\b(?:{NOUNS}) (?:comes|goes|is) (?:the )?last\b",
    re.I,
)
# "What comes after high school?", "which step precedes certification?", "after step 4, what?"
NEXT_TO = re.compile(
    r"\b(?:what(?:['’]?s)?|which|next|step|stage|then)\b(?P<between>.*)\b(?P<later>after|follows?|following)\b"
    r"|\b(?P<first>after)\b.*\b(?:what|whats|which|next|then)\b"
    r"|\b(?:comes?|goes|is|step|stage|one) (?:right |just |immediately )?before\b|\bprecedes?\b",
    re.I,
)
NUMBERS = frozenset([*CARDINALS, *map(str, range(1, len(CARDINALS) + 1))])
WHICH = re.compile(rf"\b(?:which|what|the) (?:{NOUNS}|number)\b(?! (?:\d|one\b|after|before))", re.I)
ANY = STEPS | {"one", "tip", "part", "item", "option", "type", "kind", "sort", "point"}
# What is said around an item when nothing else is asked of it: "tell me more about the third".
AROUND = frozenset([
    "again", "bit", "called", "come", "comes", "describe", "detail", "details", "explain", "hear",
    "list", "name", "next", "right", "show",
])  # fmt: skip
# What is said around a step that one has taken: "what do I study after I have finished high school?"
TAKEN = AROUND | ANY | {
    "complete", "completing", "directly", "done", "earning", "finish", "finished", "finishing",
    "follow", "following", "follows", "gaining", "happen", "happens", "immediately", "learning",
    "passed", "precede", "precedes", "study", "already", "completed", "earned", "finally", "gained",
    "graduated", "hold", "just", "skip", "skipped",
}  # fmt: skip
BECOMING = re.compile(
    r"\b(?:(?:on|along) (?:the|your|my) (?:way|road|path) )?(?:of|to|in|for|towards?) (?:be|becom)[a-z]*",
    re.I,
)
# "And after the bachelor's?", "before step 3?": nothing but what it comes next to.
BESIDE = re.compile(
    r"(?:(?:and|but|so|ok|then) )*(?:right )?(?P<side>after|before) (?P<named>[^,.;:?!]+)", re.I
)
AFTER_NTH = re.compile(rf"\b(?:after|before) the (?:{'|'.join(ORDINALS)})(?=(?: one)?\W*$)", re.I)
# "What should I do next?", said after what one has done: "I finished high school", "high school -> bachelor".
WHAT_NEXT = re.compile(
    r"(?:(?:and|but|so|ok|then) )*(?:then what|what then|and then|then|next"
    r"|(?:what(?:['’]?s| is| comes| (?:do|should|can|must|shall|will) i (?:do|study|take))?"
    r"|which (?:step|one)(?: is| comes)?)(?: the)?"
    r"(?: (?:next|now|then)(?: step| one)?| (?:next )?(?:step )?after(?:wards?| that| this| it)?))"
    r"(?: (?:for me|to do))?",
    re.I,
)
TELL_STEP = re.compile(rf"(?:(?:tell|give)(?: me)? |(?:what(?:['’]?s| is) ))(?:about )?step {_NUMBER}", re.I)
# "After all eight steps, what then?" asks for none of them.
ALL = re.compile(
    rf"\b(?:all|every|the whole)\b(?! of (?:that |this |the )?(?:{NOUNS})\b).*\b(?:{NOUNS})"
    rf"|\ball (?:of )?(?:that|them|these|this|those)\b(?! (?:{NOUNS})\b)|\beverything\b",
    re.I,
)
ARROW = re.compile(r"->|=>|→")
HAS = re.compile(
    r"\b(?:have|has|had|hold|got|did|done|passed|finish(?:ed)?|complet(?:ed?|ing)|graduated?|earned"
    r"|skip(?:ped)?)\b|^after\b",
    re.I,
)
# … and where it is not done, or by somebody else: "I still have to finish school", "my dad has a degree".
NOT_DONE = re.compile(
    r"\b(?:no|not|never|zero|without|lack|cannot|yet|still|almost|nearly|soon|will|going|want|plan|hope|need"
    r"|if|when|unless|until|(?:have|has|had|got) to"
    r"|(?:my|his|her|their) [\w-]+ (?:has|have|had|got|did|finished)"
    r"|(?:do|did|have|has|had|is|are|was|were|can|could|wo|would|should)n['’]?t)\b",
    re.I,
)
# What is said of where, or in what, it was done: "a bachelor's in physics".
OF_WHAT = re.compile(r"\b(?:in|of|from|at|on|with)\b.*", re.I)
AND = re.compile(r"\band\b|,", re.I)
# "What are the eight steps?": all of them.
EVERY = re.compile(
    r"(?:(?:what|which) are |list |name |tell me |show me |give me )?(?:me )?(?:all )?(?:of )?"
    rf"(?:the |those |these )?(?P<number>{_NUMBER}) (?P<noun>{NOUNS})s",
    re.I,
)
_AND = r"(?:,? and|,? then| ?&|,? or| ?\+)"
PAIR = re.compile(
    rf"\b(?:what (?:is|are)|what['’]?s|explain|tell me about|describe)?(?: the)? ?"
    rf"(?P<noun>{NOUNS})s? (?P<one>{_NUMBER}){_AND}"
    rf" (?:(?P<again>{NOUNS})s? )?(?P<other>{_NUMBER})",
    re.I,
)
PAIR_ALONE = re.compile(rf"(?P<one>{_NUMBER}){_AND} (?P<other>{_NUMBER})", re.I)
# Parts of words without which a text names no step, and nothing that comes next to one.
MARKS = (
    "step", "stage", "phase", "part", "after", "before", "follow", "precede", "next", "then what", "what now",
)  # fmt: skip
HOW = re.compile(r"\b(?:how(?! about)|why|when|where)\b", re.I)


def may_be_asked(text: str) -> bool:
    """Whether a text has any word by which a step is asked for: most have none, and all else takes longer."""
    lower = text.lower()
    return any(mark in lower for mark in MARKS)


def says_step(said: Iterable[str]) -> bool:
    """Whether one of some words is what steps are called by."""
    return any(word.removesuffix("s") in STEPS for word in said)


def numbered(retriever: Retriever, text: str, within: Sequence[int], loosely: bool = False) -> list[int]:
    """The sections that a text names by number ("step 6"), or as the last one ("the final step").

    Within one sequence "step 2" is also, `loosely`, what the headings call "2." or "Day 2".
    """
    if found := LAST_STEP.search(text):
        place = from_last(found)
        steps = _among(retriever, within)
        lines = [beside(retriever, step) for step in steps]
        return sorted({line[place] for line in lines if len(line) >= -place}.intersection(steps))
    if not (wanted := STEP.search(by_number(text))):
        return []
    noun, number = wanted[1].lower(), number_of(wanted[2])
    places = [(n, *place_of(retriever.index.sections[n])) for n in _among(retriever, within)]
    there = [(n, own) for n, own, place in places if place == number]
    named = [n for n, own in there if own == noun]
    return named or [n for n, own in there if loosely and (noun in STEPS or not own)]


def from_last(found: re.Match[str]) -> int:
    """The place of a step that `LAST_STEP` found, from -1 backwards."""
    return ORDINALS[(found["place"] or "last").lower()]


def is_asked_which(retriever: Retriever, text: str, section: int) -> bool:
    """Whether a text asks which step something is, where the section is one: its heading tells."""
    return is_step(retriever.index.sections[section]) and WHICH.search(text) is not None


def is_asked_alone(text: str) -> bool:
    """Whether a text asks for the step that it names, and nothing of it ("what is step 4 of becoming one?").

    >>> is_asked_alone("the fourth step to becoming one?"), is_asked_alone("how much does step 4 cost?")
    (True, False)
    """
    text = by_number(text)
    if len(STEP.findall(text)) > 1:  # "can I do step 5 before step 3?"
        return False
    rest = LAST_STEP.sub(" ", STEP.sub(" ", text))
    return rest != text and not asks(BECOMING.sub(" ", rest))


def named(retriever: Retriever, text: str, topic: int) -> int | None:
    """The step of a section's sequence that a text names by number; after a step the number will do."""
    if is_step(retriever.index.sections[topic]) and text.strip(" ?!.").lower() in NUMBERS:
        text = f"step {text.strip(' ?!.')}"
    found = numbered(retriever, text, line_of(retriever, topic))
    if not found and not any(listing.steps for listing in retriever.listings[topic]):
        found = numbered(retriever, text, _below_or_beside(retriever, topic), loosely=True)
    return next(iter(found), None)


def not_there(retriever: Retriever, section: int, text: str) -> tuple[str, tuple[str, ...]] | None:
    """The step that a text names by number and that is not in the section's sequence, with those that are."""
    now = leaning.now(text)  # "Step 7: Certification – step 9"
    text = now if STEP.search(by_number(now)) else text
    if not (wanted := STEP.search(by_number(text))):
        return None
    steps = _among(retriever, retriever.below[section] or retriever.families[section])
    if not steps or numbered(retriever, text, steps, loosely=True):
        return None
    return wanted[0].capitalize(), tuple(retriever.index.sections[n].title for n in steps)


def next_to(retriever: Retriever, text: str, within: Sequence[int]) -> tuple[int, str] | None:
    """The step that comes after the only one whose heading holds all that a text names, or before it.

    "What comes after high school?", "I finished high school. What next?" After the last it is that one, and
    how the question is understood.
    """
    text = by_number(BECOMING.sub(" ", retriever.aliases.without(text)))
    *before, asked = asides.clauses(text) or [""]
    if before and BESIDE.fullmatch(before[-1]):  # "and after high school, what should she study?"
        asked = f"{before[-1]} {asked}"
    if HOW.search(asked):
        return None
    among, later = _among(retriever, within), True
    if WHAT_NEXT.fullmatch(asked) and (done := _done(retriever, text, among)) is not None:
        chosen = [done]
    elif found := BESIDE.fullmatch(asked):
        later = found["side"].lower() == "after"
        chosen = _called(retriever, named_stems(found["named"]), among)
    elif (found := NEXT_TO.search(asked)) and not named_stems(found["between"] or ""):
        later = bool(found["later"] or found["first"])
        behind = named_stems(asked[found.end("later") :]) if found["later"] else set()
        chosen = _called(retriever, behind or named_stems(asked), among)
    else:  # "what can I earn after …"
        return None
    if len(chosen) != 1:
        return None
    line = beside(retriever, chosen[0])
    place = line.index(chosen[0]) + (1 if later else -1)
    if place == len(line):
        told = WHAT_NEXT.fullmatch(asked) or BESIDE.fullmatch(asked)  # then nobody counts on a further step
        return None if told else (chosen[0], past_the_last(retriever, chosen[0]))
    return (line[place], "") if place >= 0 else None


def with_noun(retriever: Retriever, text: str, topic: int) -> str:
    """A follow-up to steps with what it counts by number: "and after the fifth?" is after the fifth step."""
    counted = AFTER_NTH.search(text) if _below_or_beside(retriever, topic) else None
    return f"{text[: counted.end()]} step{text[counted.end() :]}" if counted else text


def asked_last(text: str) -> str:
    """What a text asks last, if that is no more than what comes next, or a number.

    >>> asked_last("done that, and an internship. next?"), asked_last("step 5 I did. So 6?")
    ('next', '6')
    >>> asked_last("step 1 I have. Tell me step 2")
    'Tell me step 2'
    """
    last = "" if ALL.search(text) else leaning.LEAD.sub("", (asides.clauses(text) or [""])[-1])
    asked = WHAT_NEXT.fullmatch(last) or TELL_STEP.fullmatch(last)
    return last if asked or last.lower() in NUMBERS else ""


def _called(retriever: Retriever, named: set[str], steps: Sequence[int]) -> list[int]:
    """The steps whose headings hold all that is named."""
    return [n for n in steps if named <= retriever.titles[n]] if named else []


def _done(retriever: Retriever, text: str, among: Sequence[int]) -> int | None:
    """The last step that somebody says to have taken: what is named is in its heading alone; or nothing."""
    arrows = ARROW.search(text) is not None
    for told in asides.clauses(text)[-2::-1]:
        if NOT_DONE.search(told) or not (arrows or HAS.search(told)):
            continue
        if len(found := numbered(retriever, told, among)) == 1:
            return found[0]
        for part in reversed(AND.split(told)):
            if len(found := _called(retriever, named_stems(OF_WHAT.sub("", part)), among)) == 1:
                return found[0]
    return None


def every(retriever: Retriever, text: str) -> int | None:
    """The section above so many steps as a text asks for at once: "what are the eight steps?"."""
    if not (found := EVERY.fullmatch(retriever.aliases.without(BECOMING.sub(" ", text)).strip(" ?!."))):
        return None
    number, noun = number_of(found["number"]), found["noun"].lower()

    def has_all(below: Sequence[int]) -> bool:
        """Whether so many steps of that name stand below a section."""
        called = [place_of(retriever.index.sections[n])[0] or "step" for n in _among(retriever, below)]
        return called == [noun] * number

    above = [n for n, below in enumerate(retriever.below) if has_all(below)]
    return above[0] if len(above) == 1 else None


def pair(text: str) -> list[str]:
    """The two steps that a text asks for at once, or nothing.

    >>> pair("what are steps 5 and 6?"), pair("is step 5 harder than step 6?"), pair("step 2 and stage 3")
    (['step 5', 'step 6'], [], [])
    """
    found = PAIR.fullmatch(text.strip(" ?!."))
    if not found or (found["again"] or found["noun"]).lower() != found["noun"].lower():
        return []
    return [f"{found['noun']} {found[which]}".lower() for which in ("one", "other")]


def both(retriever: Retriever, text: str, allowed: Mask, topic: int | None = None) -> list[str]:
    """The same where both are there, and once; after a step of that `topic` numbers alone will do."""
    found = pair(text)
    after = None if topic is None else retriever.index.sections[topic]
    if after and is_step(after) and (alone := PAIR_ALONE.fullmatch(text.strip(" ?!."))):
        noun = place_of(after)[0]
        found = [f"{noun if noun in STEPS else 'step'} {alone[which]}" for which in ("one", "other")]
    places = [numbered(retriever, each, np.flatnonzero(allowed).tolist()) for each in found]
    return found if all(len(place) == 1 for place in places) and places[:1] != places[1:] else []


def beside(retriever: Retriever, step: int) -> list[int]:
    """The steps of the same sequence, itself among them; not what leads in or closes beside them."""
    return _among(retriever, retriever.families[step])


def _among(retriever: Retriever, sections: Iterable[int]) -> list[int]:
    """Those of some sections that are steps."""
    return [n for n in sections if is_step(retriever.index.sections[n])]


def named_stems(text: str) -> set[str]:
    """The stems of what is named, besides what is said around a step that one has taken."""
    return {word.stem for word in lexical.content_words(text) if word.folded not in TAKEN}


def past_the_last(retriever: Retriever, step: int) -> str:
    """How it is understood if somebody asks what comes after the last step."""
    noun, number = place_of(retriever.index.sections[beside(retriever, step)[-1]])
    return f"What comes after the last? {noun.capitalize() if noun in STEPS else 'Step'} {number + 1}"


def line_of(retriever: Retriever, topic: int) -> list[int]:
    """The steps below a section, beside it, or else those of its guide, if it has but one sequence."""
    if steps := _below_or_beside(retriever, topic):
        return steps
    steps = _among(retriever, retriever.others(topic))
    return steps if len({retriever.index.sections[n].parents for n in steps}) == 1 else []


def _below_or_beside(retriever: Retriever, topic: int) -> list[int]:
    """The steps below a section, or else those beside it."""
    return _among(retriever, retriever.below[topic]) or beside(retriever, topic)


@lru_cache(maxsize=1024)
def by_number(text: str) -> str:
    """A text with "the fifth step" as "step 5"."""
    return NTH_STEP.sub(lambda found: f"{found['noun']} {PLACES[found['ordinal'].lower()] + 1}", text)


def asks(around: str) -> bool:
    """Whether the words around an item ask something of it, rather than for the item itself."""
    return bool(besides(around)) or HOW.search(around) is not None


def besides(around: str) -> set[str]:
    """The words around an item that bring in something else."""
    return {word.folded for word in lexical.content_words(around)} - AROUND
