"""Follow-ups: what a question means after the ones before it.

In: a question and the earlier questions, oldest first. Out: a `Turn`: the reading(s) of the question, the
evidence averaged over them, and the question as it was understood. A question that stands alone never
looks at its history. No model is asked; what is understood are a handful of moves that people make:
swapping a value ("and in Washington?"), pointing ("how much do they make?"), asking on ("why?",
"which ones?"), and going on in a sequence ("what comes next?").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from chatbot import lexical
from chatbot.lexical import Word
from chatbot.passages import is_step
from chatbot.ranking import Evidence, average, softmax
from chatbot.retrieval import Mask, Reading, Retriever, fold_phrase
from chatbot.roles import role_asked, role_meant

BESIDE_IT = " – "  # between an earlier question and a follow-up that only both together make clear
MOST = 4  # earlier questions that are looked at; further back nobody refers to

LEAD = re.compile(
    r"^(?:(?:and|or|but|so|also|plus|then|ok|okay|well|now|nice|great|good|cool|thanks|sorry|hm+|oh|ah|yes|no"
    r"|what about|how about|what of|same for)\b[\s,.!:…-]*)+",
    re.I,
)
GOES_ON = re.compile(
    r"^(?:and|or|but|also|plus|then|what about|how about|what of|same for|ok(?:ay)? and|so)\b", re.I
)
POINTS = frozenset([
    "they", "them", "their", "theirs", "it", "its", "that", "those", "these", "this", "there", "he", "she",
    "his", "her", "one", "ones", "others", "former", "latter",
])  # fmt: skip
# Where such a word points at nothing that was said: "is there …", "worth it", "this job", "one should".
POINTS_NOWHERE = re.compile(
    r"\b(?:is|are|was|were|will) there\b|\bthere (?:is|are|was|were)\b|\bone (?:day|of)\b|\bworth it\b"
    r"|\b(?:this|that|these|those) (?:kind of |line of |sort of )?(?:careers?|domain|fields?|guide|industry"
    r"|jobs?|occupations?|people|positions?|professions?|roles?|trade|works?)\b"
    r"|\b(?:can|could|does|has|is|may|might|must|should|to|would) one\b|\bone['’]s\b",
    re.I,
)
ASKS_ON = re.compile(
    r"^(?:why(?: (?:not|so|is that))?|how come|how so|what for|which(?: ones?)?|which are (?:they|those)"
    r"|who else|what else|name (?:them|some|all)|list (?:them|all|some)|(?:name|list) (?:them )?all"
    r"|for example|for instance|examples?|such as|like what|more|tell me more|details?|really"
    r"|is that (?:all|so))\b",
    re.I,
)
NEXT = re.compile(
    r"\b(?:next|after (?:that|this|those|it|them)|afterwards?|follow(?:s|ing)(?: (?:it|that))?|then what"
    r"|and then|what then)\b",
    re.I,
)
BEFORE = re.compile(r"\b(?:before (?:that|this|it)|previous|prior|preceding)\b", re.I)
STEP = re.compile(r"\b(step|stage|phase|part) (\d+)\b", re.I)
ORDINALS = {
    "first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "sixth": 5, "seventh": 6, "eighth": 7,
    "1st": 0, "2nd": 1, "3rd": 2, "4th": 3, "5th": 4, "6th": 5, "7th": 6, "8th": 7, "last": -1, "final": -1,
}  # fmt: skip
GLUE = re.compile(r"^(?:(?:in|for|at|from|with|to|on|of|about|the|a|an|only|just)\b\s*)+", re.I)
QUESTION_WORDS = frozenset([
    "what", "which", "who", "whom", "whose", "when", "where", "why", "how", "is", "are", "was", "were",
    "do", "does", "did", "can", "could", "should", "would", "will",
])  # fmt: skip

# How much a reading that lies beside the earlier topic gains, in units of the score (a log-probability).
STAYS, CLINGS, BESIDE, MOVES = 0.6, 1.4, 0.6, 12.0

# Among many guides, how strongly a question that names none is drawn to those of the earlier ones: the
# weight of their logarithmic share, what a question further back is worth, and what any guide keeps. A
# question one of whose sections has a share above CLEAR stands alone. Chosen on doc2dial (docs/log.md).
DRAWS, FADES, KEEPS, CLEAR = 2.0, 0.8, 0.01, 0.7


@dataclass(frozen=True, slots=True)
class Turn:
    """A question, understood: how it was read, what speaks for each section, and what it names."""

    understood_as: str
    evidence: Evidence
    words: tuple[Word, ...]  # the content words that an answer has to cover
    allowed: Mask  # the sections that compete
    guides: frozenset[int]  # the guides that the conversation is about; empty if none was named
    follows: bool = False  # whether the history was needed
    role: frozenset[str] = frozenset()  # the stems of the role asked about, if it is not a guide's own


def understand(
    retriever: Retriever, question: str, history: Sequence[str] = (), guides: frozenset[int] = frozenset()
) -> Turn:
    """Understands a question after its history. `guides` restricts it; empty means all."""
    return next(understand_all(retriever, [(question, history, guides)]))


def understand_all(
    retriever: Retriever, asks: Sequence[tuple[str, Sequence[str], frozenset[int]]]
) -> Iterator[Turn]:
    """Understands many questions; those that stand alone are encoded together."""
    readings = [retriever.read(question) for question, _, _ in asks]
    alone = [
        number
        for number, (question, history, _) in enumerate(asks)
        if not history or not _needs(retriever, readings[number], history[-1])
    ]
    about = {
        n: asks[n][2]
        or frozenset(retriever.named_guides(readings[n].text))
        or _guides_of(retriever, asks[n][1])
        for n in alone
    }
    allowed = [retriever.allowed(set(about[n])) for n in alone]
    looked = retriever.look([readings[n] for n in alone], allowed) if alone else []
    evidence = dict(zip(alone, zip(looked, allowed, strict=True), strict=True))
    for number, (_, history, guides) in enumerate(asks):
        if number in evidence:
            reading = readings[number]
            seen, mask = evidence[number]
            if not about[number] and softmax(seen.scores).max() < CLEAR:
                seen = _stay(retriever, seen, history)
            role = _role(retriever, reading.text)
            turn = Turn(reading.text, seen, reading.words, mask, about[number], role=role)
            yield _at_step(retriever, turn)
        else:
            before = understand(retriever, history[-1], history[-MOST:-1], guides)
            turn = _follow(retriever, readings[number], before, guides)
            yield turn if turn.guides else replace(turn, evidence=_stay(retriever, turn.evidence, history))


def _needs(retriever: Retriever, reading: Reading, before: str) -> bool:
    """Whether a question needs the one before it: for itself or, if it is short, for a role named there."""
    short = len(reading.words) <= 3
    return depends(reading, retriever) or (short and bool(_role(retriever, reading.text, before)))


def depends(reading: Reading, retriever: Retriever) -> bool:
    """Whether a question needs the ones before it. Naming the role makes a question whole.

    "and in Washington?", "why?", "how much do they make?" do; "What hours do ML engineers work?" does not.
    """
    text = reading.text
    every = [word.folded for word in lexical.words(text)]
    if not every:
        return False
    whole = bool(retriever.named_guides(text)) or len(reading.words) > 5
    goes_on = GOES_ON.match(text) is not None
    points = _points(text)
    if whole:
        return goes_on and len(every) <= 4
    if goes_on or points or _asks_on(text):
        return True
    if NEXT.search(text) or BEFORE.search(text) or STEP.search(text) or not ORDINALS.keys().isdisjoint(every):
        return len(every) <= 8
    return len(every) <= 3 and len(reading.words) <= 1


def _points(text: str) -> bool:
    """Whether a word points back at what was said ("they", "that", "there")."""
    rest = lexical.words(POINTS_NOWHERE.sub(" ", text))
    for number, word in enumerate(rest):
        relative = (
            word.folded == "that"
            and 0 < number < len(rest) - 1
            and rest[number - 1].folded not in lexical.STOP
        )
        if word.folded in POINTS and not relative:
            return True
    return False


def _asks_on(text: str) -> bool:
    """Whether hardly more is said than "why?" or "which ones?"."""
    bare = LEAD.sub("", text)
    found = ASKS_ON.match(bare)
    return (
        found is not None
        and len(lexical.words(bare[found.end() :])) <= 3
        and len(lexical.content_words(bare)) <= 1
    )


def _follow(retriever: Retriever, reading: Reading, before: Turn, guides: frozenset[int]) -> Turn:
    """The question after one that was understood as `before`."""
    named = guides or frozenset(retriever.named_guides(reading.text)) or before.guides
    allowed = retriever.allowed(set(named))
    topic = int(np.argmax(np.where(allowed, before.evidence.scores, -np.inf)))
    bare = LEAD.sub("", reading.text) or reading.text
    swapped = _swap(retriever, bare, before.understood_as, topic)
    merged = swapped or f"{before.understood_as.rstrip('?. ')}{BESIDE_IT}{bare}"
    texts = [swapped] if swapped else [bare, merged]
    readings = [retriever.read(text) for text in texts]
    seen = retriever.look(readings, [allowed]) if swapped else retriever.evidence(readings)
    evidence = average(seen)
    asks_on = ASKS_ON.match(bare)  # "name them" brings no word that an answer would have to cover
    words = lexical.content_words(bare[asks_on.end() :]) if asks_on else readings[0].words
    moved = _move(retriever, reading.text, topic)
    bonus = np.zeros(len(allowed), np.float32)
    if moved is not None:
        bonus[moved] = MOVES
    elif not swapped:
        bonus[topic] = STAYS if words else CLINGS
        bonus[list(_beside(retriever, topic))] += BESIDE
    evidence = replace(evidence, scores=evidence.scores + bonus)
    role = _role(retriever, reading.text, before.understood_as)
    if moved is None and not swapped and not role and _agree(seen[0], evidence, allowed):
        return Turn(readings[0].text, seen[0], words, allowed, named)
    if moved is not None:
        merged = retriever.index.sections[moved].title
        words = ()
    elif NEXT.search(reading.text) and is_step(retriever.index.sections[topic]):
        merged = f"What comes after the last? Step {len(_family(retriever, topic)) + 1}"
    return Turn(merged, evidence, words, allowed, named, follows=True, role=role)


def _role(retriever: Retriever, text: str, before: str = "") -> frozenset[str]:
    """The role that a question asks about, or means after the one before it; empty for a guide's own.

    "What does an algorithm specialist do?", "How much do they get paid?": what the guide says of the pay of
    engineers at large does not answer that.
    """
    role = role_meant(text, before) if before else role_asked(text)
    own = role and (retriever.named_guides(text) or retriever.named_guides(before))
    return frozenset() if own else role


def _agree(alone: Evidence, together: Evidence, allowed: Mask) -> bool:
    """Whether a question clearly finds alone what it finds with the earlier one: then it stood alone."""
    shares = softmax(np.where(allowed, alone.scores, -np.inf))
    first = int(np.argmax(np.where(allowed, together.scores, -np.inf)))
    return int(np.argmax(shares)) == first and float(shares[first]) >= CLEAR


def _stay(retriever: Retriever, evidence: Evidence, history: Sequence[str]) -> Evidence:
    """The evidence, drawn towards the guides that the earlier questions were about."""
    guide_of, guides = retriever.index.guide_of, len(retriever.index.guides)
    if guides == 1 or not history:
        return evidence
    earlier = retriever.evidence([retriever.read(text) for text in history[-MOST:]])
    shares = [np.bincount(guide_of, softmax(seen.scores), guides) for seen in earlier]
    near = np.average(shares, axis=0, weights=FADES ** np.arange(len(shares))[::-1])
    drawn = DRAWS * np.log((KEEPS + near) / (KEEPS + near.max()))
    return replace(evidence, scores=evidence.scores + drawn[guide_of].astype(np.float32))


def _guides_of(retriever: Retriever, history: Sequence[str]) -> frozenset[int]:
    """The guide that the conversation is about: the one last named."""
    for question in reversed(history):
        if named := retriever.named_guides(retriever.read(question).text):
            return frozenset(named)
    return frozenset()


def _swap(retriever: Retriever, bare: str, before: str, topic: int) -> str:
    """The earlier question with its value replaced, where the new one is just another value.

    "How much do they make in California?", "in Washington?" → "How much do they make in Washington?"
    """
    value = GLUE.sub("", bare).strip(" ?!.…,")
    every = [word.folded for word in lexical.words(value)]
    if not every or len(every) > 6 or not QUESTION_WORDS.isdisjoint(every) or not POINTS.isdisjoint(every):
        return ""
    folded = fold_phrase(value)
    for group in sorted(retriever.groups, key=lambda group: folded not in group):
        for old in sorted(group, key=lambda value: (-len(value), value)):
            span = _find(before, old)
            if span and old != folded and (folded in group or len(every) <= 3):
                return before[: span[0]] + value + before[span[1] :]
    return ""


def _find(text: str, phrase: str) -> tuple[int, int] | None:
    """Where a folded phrase stands in a text, word by word."""
    words = lexical.words(text)
    parts = phrase.split()
    for start in range(len(words) - len(parts) + 1):
        if [word.folded for word in words[start : start + len(parts)]] == parts:
            return words[start].start, words[start + len(parts) - 1].end
    return None


def _family(retriever: Retriever, section: int) -> list[int]:
    """The sections under the same heading, in order."""
    sections, guide_of = retriever.index.sections, retriever.index.guide_of
    here = sections[section]
    return [
        number
        for number, other in enumerate(sections)
        if guide_of[number] == guide_of[section]
        and other.parents == here.parents
        and other.level == here.level
    ]


def _children(retriever: Retriever, section: int) -> list[int]:
    """The sections right below a heading, in order."""
    sections, guide_of = retriever.index.sections, retriever.index.guide_of
    above = (*sections[section].parents, sections[section].title)
    return [
        n for n, other in enumerate(sections) if guide_of[n] == guide_of[section] and other.parents == above
    ]


def _numbered(retriever: Retriever, text: str, among: Sequence[int]) -> list[int]:
    """The sections that a text names by number ("step 6")."""
    wanted = STEP.search(text)
    if not wanted:
        return []
    title = re.compile(rf"{wanted[1]} {wanted[2]}\b", re.I)
    return [n for n in among if title.match(retriever.index.sections[n].title)]


def step_beyond(retriever: Retriever, section: int, text: str) -> tuple[str, tuple[str, ...]] | None:
    """The step that a text names by number and that is not in the section's sequence, with those that are."""
    if not (wanted := STEP.search(text)):
        return None
    line = _children(retriever, section) or _family(retriever, section)
    steps = [n for n in line if is_step(retriever.index.sections[n])]
    if not steps or _numbered(retriever, text, steps):
        return None
    return wanted[0].capitalize(), tuple(retriever.index.sections[n].title for n in steps)


def _at_step(retriever: Retriever, turn: Turn) -> Turn:
    """The turn of "what is step 6?", where there is but one sequence."""
    if len(lexical.words(turn.understood_as)) > 5:
        return turn
    found = _numbered(retriever, turn.understood_as, np.flatnonzero(turn.allowed).tolist())
    if len(found) != 1:
        return turn
    scores = turn.evidence.scores.copy()
    scores[found] += MOVES
    title = retriever.index.sections[found[0]].title
    return replace(turn, understood_as=title, evidence=replace(turn.evidence, scores=scores), words=())


def _only_steps(retriever: Retriever, topic: int) -> list[int]:
    """The steps of the topic's guide, if it has but one sequence of them."""
    sections, guide_of = retriever.index.sections, retriever.index.guide_of
    steps = [n for n in np.flatnonzero(guide_of == guide_of[topic]).tolist() if is_step(sections[n])]
    return steps if len({sections[n].parents for n in steps}) == 1 else []


def _beside(retriever: Retriever, topic: int) -> set[int]:
    """The sections that a follow-up is likely to be about: below the topic, or beside it."""
    family = set(_family(retriever, topic)) if retriever.index.sections[topic].parents else set()
    return (family | set(_children(retriever, topic))) - {topic}


def _move(retriever: Retriever, text: str, topic: int) -> int | None:
    """Where a question goes that moves along a sequence ("what comes next?"), or None."""
    sections = retriever.index.sections
    steps = [n for n in _children(retriever, topic) if is_step(sections[n])]
    family = _family(retriever, topic)
    says = {word.folded for word in lexical.words(text)}
    names_it = not says.isdisjoint({"step", "steps", "stage", "phase", "tip", "one", "part"})
    if STEP.search(text):
        return next(iter(_numbered(retriever, text, steps or family)), None)
    in_sequence = is_step(sections[topic]) or (names_it and len(family) > 1 and bool(sections[topic].parents))
    ordinal = next((ORDINALS[word] for word in says if word in ORDINALS), None)
    if ordinal is not None and names_it:
        line = steps or [n for n in family if is_step(sections[n])]
        if not line and says & {"step", "stage", "phase"}:
            line = _only_steps(retriever, topic)
        if line and ordinal < len(line):
            return line[ordinal]
    if in_sequence and (NEXT.search(text) or BEFORE.search(text)):
        place = family.index(topic) + (1 if NEXT.search(text) else -1)
        return family[place] if 0 <= place < len(family) else None
    return None
