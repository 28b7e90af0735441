"""Follow-ups: what a question means after the ones before it.

In: a question and the earlier questions, oldest first. Out: a `Turn`: the reading(s) of the question, the
evidence averaged over them, and the question as it was understood. A question that is whole by itself means
the same after any history. No model is asked; what is understood are a handful of moves that people make:
swapping a value ("and in Washington?"), pointing ("how much do they make?"), asking on ("why?",
"which ones?"), picking one of several ("the second one"), and leaving a topic ("never mind the pay, …").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from chatbot import asides, excepting, lexical
from chatbot.conversation import leaning, naming, picking, returning, sequences, staying, swapping, telling
from chatbot.conversation.depending import depends, is_whole
from chatbot.conversation.picking import MOVES
from chatbot.conversation.staying import MOST
from chatbot.lexical import Word
from chatbot.ranking import ASKS, Evidence, average, softmax
from chatbot.retrieval import CERTAIN, Hit, Mask, Reading, Retriever
from chatbot.roles import role_asked, role_meant

AND = re.compile(r",? (?:and|or) |, ")
KEPT = 256  # turns that are kept for the follow-ups to them

# How much the earlier topic gains for a follow-up, and what lies below or beside it, as a log-probability.
STAYS, BESIDE = 1.5, 1.0

# How many times the odds of being answered that a question has by itself it must have after those before it,
# so as to mean these; PLAINLY where it is answered by itself. What is less likely than STRANGE to be answered
# by itself asks of something else. ALONE is sure enough to leave out what was asked or told before.
SURER, PLAINLY, STRANGE, ALONE = 2.0, 5.0, 0.03, 0.9
# How many times the odds by itself outweigh an answer after the question before it, if that is DOUBTFUL.
FAR_SURER, DOUBTFUL = 20.0, 0.8


@dataclass(frozen=True, slots=True)
class Turn:
    """A question, understood: how it was read, what speaks for each section, and what it names."""

    understood_as: str
    evidence: Evidence
    words: tuple[Word, ...]  # the content words that an answer has to cover
    allowed: Mask  # the sections that compete
    guides: frozenset[int]  # the guides that the conversation is about; empty if none was named
    follows: bool = False  # whether the history was needed
    role: tuple[str, ...] = ()  # the stems of the role asked about, if it is not a guide's own
    about: Mask | None = None  # the sections that speak of what the question points at, where that is known


Asked = tuple[str, Sequence[str], frozenset[int]]  # a question, its history, the guides it is restricted to


def understand(
    retriever: Retriever, question: str, history: Sequence[str] = (), guides: frozenset[int] = frozenset()
) -> Turn:
    """Understands a question after its history. `guides` restricts it; empty means all."""
    return next(understand_all(retriever, [(question, history, guides)]))


def understand_all(retriever: Retriever, asks: Sequence[Asked]) -> Iterator[Turn]:
    """Understands many questions; those that stand alone are looked up together."""
    ordered = [(*_in_order(retriever, *ask[:2]), ask[2]) for ask in asks]
    texts = [telling.asking(retriever, " ".join(question.split())) for question, _, _ in ordered]
    turns = _understood(retriever, ordered, texts)
    for ask, (question, history, guides), text, turn in zip(asks, ordered, texts, turns, strict=True):
        if telling.may_tell(question) and not retriever.declines(text):
            turn = _by_its_end(retriever, text, turn, guides)
        if len(retriever.turns) >= KEPT:
            retriever.turns.clear()  # at once: threads may do so together
        if len(history) < MOST:  # further on in a conversation not all that came before is looked at
            retriever.turns[ask[0], tuple(ask[1]), guides] = turn
        yield turn


def _in_order(retriever: Retriever, question: str, history: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """A question and those that it leans on, without what these only told."""
    question, before = returning.returned(question, history)
    return question, tuple(telling.without_told(retriever, text) for text in before)


def _understood(retriever: Retriever, asks: Sequence[Asked], texts: Sequence[str]) -> Iterator[Turn]:
    """The same by all that they say; `texts` are what of each asks something."""
    readings = list(map(retriever.read, texts))
    switched = [leaning.switches(question) for question, _, _ in asks]
    alone = [
        number
        for number, (_, history, _) in enumerate(asks)
        if not history or switched[number] or not _needs(retriever, readings[number], history[-1])
    ]
    about = {
        n: asks[n][2]
        or frozenset(retriever.aliases.named(readings[n].text))
        or staying.guides_of(retriever, asks[n][1])
        for n in alone
    }
    allowed = [_but_for_left_out(retriever, retriever.allowed(about[n]), readings[n].text) for n in alone]
    looked = retriever.look([readings[n] for n in alone], allowed) if alone else []
    evidence = dict(zip(alone, zip(looked, allowed, strict=True), strict=True))
    for number, (_, history, guides) in enumerate(asks):
        if number in evidence:
            reading = readings[number]
            seen, mask = evidence[number]
            if not about[number] and softmax(seen.scores).max() < staying.CLEAR:
                seen = staying.stay(retriever, seen, history)
            role = _role(retriever, reading.text)
            of_types = picking.of_types(retriever, reading.text)
            turn = Turn(reading.text, seen, reading.words, mask, about[number], role=role, about=of_types)
            turn = _at_step(retriever, turn)
            leans = history and not switched[number]
            yield _surer(retriever, reading, turn, history, guides) if leans else turn
        else:
            yield _after(retriever, readings[number], history, guides)


def _but_for_left_out(retriever: Retriever, allowed: Mask, text: str) -> Mask:
    """But for sections whose headings hold only what a text leaves out: "besides certificates, what else …?".

    "Frameworks and languages" is asked for by "which frameworks besides languages?".
    """
    words = [lexical.words(part) for part in AND.split(excepting.left_out(text)) if part]
    own = [" ".join(retriever.synonyms.get(word.folded, word.text) for word in part) for part in words]
    left_out = [set(lexical.stems(part)) for part in own]  # "maths" is the guide's "mathematics"
    if not left_out or retriever.said(text):
        return allowed
    asked = {word.stem for word in lexical.content_words(text)}.difference(*left_out)
    kept = [bool(asked & title) or not any(part <= title for part in left_out) for title in retriever.titles]
    left = np.asarray(allowed & np.array(kept))
    return left if left.any() else allowed


def _after(retriever: Retriever, reading: Reading, history: Sequence[str], guides: frozenset[int]) -> Turn:
    """A question that leans on those before it."""
    before = last(retriever, history, guides)
    if sequences.PLACE.search(reading.text):  # "the third one" is of what was named
        before = _answered_before(retriever, before, history, guides) or before
    if len(history) > 1 and sequences.compares(reading.text):  # "which of the two?"
        earlier = last(retriever, history[-MOST:-1], guides)
        topic = first(before.evidence, before.allowed)
        if both := swapping.with_both(retriever, before.understood_as, earlier.understood_as, topic):
            before = replace(before, understood_as=both)
    turn = _follow(retriever, reading, before, guides)
    says = reading.words or leaning.means_the_role(reading.text)
    if says and not leaning.points_at_it(reading.text) and not _is_answered(retriever, turn):
        answered = _answered_before(retriever, before, history, guides)
        other = _follow(retriever, reading, answered, guides) if answered else turn
        turn = other if _is_answered(retriever, other) else turn
    people = leaning.means_the_role(reading.text) and retriever.aliases.names and not turn.role
    if people and turn.follows and not _is_answered(retriever, turn):  # they are the guide's own
        alone = understand(retriever, reading.text, (), guides)
        if _is_answered(retriever, alone):
            return alone
    return turn if turn.guides else replace(turn, evidence=staying.stay(retriever, turn.evidence, history))


def last(retriever: Retriever, history: Sequence[str], guides: frozenset[int]) -> Turn:
    """The last question of a history after those before it; as it was kept, if it was asked a moment ago."""
    asked = (history[-1], tuple(history[-MOST:-1]), guides)
    kept: Turn | None = retriever.turns.get(asked)
    return kept or understand(retriever, *asked)


def _answered_before(
    retriever: Retriever, before: Turn, history: Sequence[str], guides: frozenset[int]
) -> Turn | None:
    """The last question but one, if it had an answer and the last one, `before`, had none: that is no topic.

    Not after one that named a place, another role or what no guide knows: more may be asked of that.
    """
    now = lexical.content_words(leaning.now(before.understood_as))
    named = naming.names_a_value(retriever, now) or any(not retriever.knows(word.stem) for word in now)
    named |= bool(before.role) and not any(title.issuperset(before.role) for title in retriever.titles)
    if len(history) < 2 or named or _is_answered(retriever, before):
        return None
    earlier = last(retriever, history[:-1], guides)
    return earlier if _is_answered(retriever, earlier) else None


def _by_its_end(retriever: Retriever, text: str, turn: Turn, guides: frozenset[int]) -> Turn:
    """What is asked besides what is only told, if that is surer: "I'm shy. Is there much teamwork?"."""
    if not (asked := telling.asked(retriever, text)):
        return turn
    by_itself = understand(retriever, asked, (), guides or turn.guides)
    found = _best(retriever, by_itself).confidence
    if telling.tells_of_strangers(retriever, text):  # for them the whole is declined
        return by_itself if found >= DOUBTFUL else turn
    whole = _best(retriever, turn).confidence
    surer = _odds(found) > (PLAINLY if whole >= retriever.threshold else SURER) * _odds(whole)
    return by_itself if surer and found >= ALONE else turn


def _surer(
    retriever: Retriever, reading: Reading, turn: Turn, history: Sequence[str], guides: frozenset[int]
) -> Turn:
    """A question that does not say that it leans: by itself, or after those before it, if that is surer.

    "Would I still code?", after what product managers do. Whoever names the role, says much, or asks what a
    writer has written means no more than that; so does who is plainly answered, or plainly asks of something
    else.
    """
    if is_whole(retriever, reading):
        return turn
    alone = _best(retriever, turn)
    if not STRANGE < alone.confidence < CERTAIN:
        return turn
    after = _after(retriever, reading, history, guides)
    if not after.follows:
        return turn
    found, enough = _best(retriever, after), retriever.threshold
    answered = alone.confidence >= enough
    surer = _odds(found.confidence) > (PLAINLY if answered else SURER) * _odds(alone.confidence)
    gains = found.section != alone.section or not answered
    return after if gains and surer and found.confidence >= enough else turn


def _odds(confidence: float) -> float:
    return confidence / max(1.0 - confidence, 1e-9)


def _best(retriever: Retriever, turn: Turn) -> Hit:
    """The best section and how sure it is to answer; certain in a build that is being fitted."""
    if "calibrator.threshold" not in retriever.index.fitted:
        return Hit(-1, 0.0, 1.0)
    hits = retriever.hits(turn.evidence, turn.words, turn.allowed, 1, turn.understood_as)
    return hits[0] if hits else Hit(-1, 0.0, 0.0)


def _is_answered(retriever: Retriever, turn: Turn) -> bool:
    """Whether a section is sure enough to answer."""
    best = _best(retriever, turn)
    about = turn.about is None or best.section < 0 or bool(turn.about[best.section])
    of_role = not turn.role or retriever.speaks_of(best.section, turn.role)
    return about and of_role and best.confidence >= retriever.threshold


def _needs(retriever: Retriever, reading: Reading, before: str) -> bool:
    """Whether a question needs the one before it: for itself or, if it is short, for a role named there."""
    short = len(reading.words) <= 5
    return depends(retriever, reading) or (short and bool(_role_meant(retriever, reading.text, before)))


def _follow(retriever: Retriever, reading: Reading, before: Turn, guides: frozenset[int]) -> Turn:
    """The question after one that was understood as `before`."""
    named = guides or frozenset(retriever.aliases.named(reading.text)) or before.guides
    allowed = retriever.allowed(named)
    topic = first(before.evidence, allowed)
    reading, allowed = _of_those(retriever, reading, allowed, topic)
    bare = leaning.plainly(leaning.LEAD.sub("", reading.text) or reading.text)
    bare = _corrected(retriever, reading.text, bare)
    if asides.CORRECTED.match(reading.text) and ASKS.match(bare) and not leaning.points(bare):
        turn = understand(retriever, bare, (), named)  # "no, I mean which state has the most jobs"
        if _is_answered(retriever, turn):
            return turn
    if led := _led(retriever, reading, bare, before, allowed, named):
        return led
    asks_on = leaning.ASKS_ON.match(bare)  # "name them" brings no word that an answer would have to cover
    rest = leaning.TRAILS.sub("", bare[asks_on.end() :]) if asks_on else bare
    about = picking.spoken_of(retriever, bare, topic)
    asked_of_it, other = swapping.of_other_role(retriever, bare, before.understood_as)
    own = _role(retriever, bare)
    role = other or (() if own else _role_before(retriever, reading, bare, before))
    of_one = np.count_nonzero(allowed) == 1
    swapped = asked_of_it or ("" if of_one else swapping.swap(retriever, bare, before.understood_as, topic))
    if not swapped and (found := picking.of_other_table(retriever, bare, before.understood_as, topic)):
        return Turn(*found, allowed, named, follows=True, role=role)
    understood = swapped or leaning.beside(before.understood_as, bare)
    if swapped or (leaning.asks_on(bare) and leaning.ASKS_FOR_THEM.match(bare)):
        asked = retriever.read(swapped or picking.ask_for_them(retriever, bare, rest, topic))
        (evidence,) = retriever.look([asked], [allowed])
        words = lexical.content_words(rest) if asks_on else asked.words
        turn = Turn(understood, evidence, words, allowed, named, follows=True, role=role, about=about)
        if swapped or _is_answered(retriever, turn):
            return turn  # else "which ones?" asks for more than what the heading calls them
    readings = [retriever.read(bare), retriever.read(understood)]
    drawn = np.zeros(len(allowed), np.float32)
    drawn[list(sequences.near(retriever, topic))] = BESIDE
    row = swapping.is_row(retriever, bare, before.understood_as, topic)  # "Ohio?" is of this table alone
    drawn[topic] = MOVES if row else STAYS
    words = lexical.content_words(rest) if asks_on else readings[0].words
    seen = retriever.look_together(readings, words, allowed, drawn)
    evidence = average(seen if words else seen[::-1], drawn)  # "why?" has no words to quote by
    if words and not role and about is None and not row and _agree(seen[0], evidence, allowed):
        glanced = seen[0].ranker is retriever.glance  # sure of both together, maybe not of this one
        (alone,) = retriever.look(readings[:1], [allowed]) if glanced else seen[:1]
        turn = Turn(readings[0].text, alone, words, allowed, named)
        meant = before if leaning.GLUE.match(bare) else turn  # "how much an hour? – in Ohio" is of that
        if not leaning.named(bare) or (_is_answered(retriever, turn) and _is_answered(retriever, meant)):
            return turn  # else "and Ohio?" means no more than after what was asked before
    turn = Turn(understood, evidence, words, allowed, named, follows=True, role=role or own, about=about)
    return _as_declined(retriever, bare, before, turn) or _alone_if_sure(retriever, bare, turn, guides)


def _corrected(retriever: Retriever, text: str, bare: str) -> str:
    """A follow-up without what it takes back: "no, not Maine, Ohio", "Ohio, not Maine"."""
    kept = leaning.REJECTED.sub("", bare) or bare
    return kept if asides.CORRECTED.match(text) or swapping.is_value(retriever, kept) else bare


def _of_those(retriever: Retriever, reading: Reading, allowed: Mask, topic: int) -> tuple[Reading, Mask]:
    """A follow-up and the sections that compete: "does that include Ohio?" is of the topic's rows."""
    if (member := leaning.member(reading.text)) and retriever.listings[topic]:
        reading = retriever.read(f"and {member}?")
        allowed = allowed & (np.arange(len(allowed)) == topic)  # a row of this table, or none
    return reading, _but_for_left_out(retriever, allowed, reading.text)


def _led(
    retriever: Retriever, reading: Reading, bare: str, before: Turn, allowed: Mask, named: frozenset[int]
) -> Turn | None:
    """A follow-up that sets two things side by side, picks one of several, or goes on in a sequence."""
    topic, asked = first(before.evidence, allowed), before.understood_as
    if (both := swapping.compared(retriever, bare, asked, topic)) and _is_answered(retriever, before):
        turn = understand(retriever, both, (), named)
        if first(turn.evidence, allowed) in {topic, *retriever.families[topic]}:
            return replace(turn, follows=True)
    if found := picking.in_sequence(retriever, reading.text, bare, asked, topic, allowed):
        understood, evidence, words = found
        role = _role(retriever, understood) if words else ()
        return Turn(understood, evidence, words, allowed, named, follows=True, role=role)
    return None


def _as_declined(retriever: Retriever, bare: str, before: Turn, turn: Turn) -> Turn | None:
    """What had no answer, its reason, or a value added where that has none either: "leave? – in Ohio"."""
    why = leaning.WHY.fullmatch(bare)
    added = leaning.GLUE.match(bare) and swapping.is_value(retriever, bare)
    if not (why or added) or _is_answered(retriever, before):
        return None
    if why:
        return replace(turn, evidence=before.evidence, words=before.words)
    one = understand(retriever, f"{before.understood_as.rstrip('?. ')} {bare}", (), turn.guides)
    return None if _is_answered(retriever, one) else replace(one, follows=True)


def _alone_if_sure(retriever: Retriever, bare: str, turn: Turn, guides: frozenset[int]) -> Turn:
    """A follow-up, or by itself if it has a sure answer then, and after the question before it hardly any.

    Not a value that nothing answers after it: "how much an hour? – in Ohio".
    """
    if turn.about is not None or leaning.points_at_it(bare):
        return turn
    joined = _best(retriever, turn).confidence
    answered = joined >= retriever.threshold
    if joined > DOUBTFUL or len(turn.words) < (1 if answered else 2):
        return turn
    if not answered and leaning.GLUE.match(bare) and swapping.is_value(retriever, bare):
        return turn
    alone = understand(retriever, bare, (), guides)
    sure = _best(retriever, alone).confidence
    far_surer = not answered or _odds(sure) > FAR_SURER * _odds(joined)
    return alone if sure >= ALONE and far_surer and alone.role == turn.role else turn


def _role(retriever: Retriever, text: str) -> tuple[str, ...]:
    """The role that a question asks about; none for a guide's own ("what does a specialist do?")."""
    return role_asked(retriever.aliases.without(text))


def _role_meant(retriever: Retriever, text: str, before: str) -> tuple[str, ...]:
    """The role that a question means after the one before it: "how much do they get paid?"."""
    return () if retriever.aliases.named(text) else role_meant(text, retriever.aliases.without(before))


def _role_before(retriever: Retriever, reading: Reading, bare: str, before: Turn) -> tuple[str, ...]:
    """The role of the question before a follow-up that means it, or is no more than a value.

    "In Washington?" is still asked of plumbers.
    """
    meant = _role_meant(retriever, reading.text, before.understood_as)
    return before.role if not meant and swapping.is_value(retriever, bare) else meant


def first(evidence: Evidence, allowed: Mask) -> int:
    """The section that comes first of those that compete."""
    return int(np.argmax(np.where(allowed, evidence.scores, -np.inf)))


def _agree(alone: Evidence, together: Evidence, allowed: Mask) -> bool:
    """Whether a question clearly finds alone what it finds with the earlier one: then it stood alone."""
    shares = alone.ranker.shares(alone, allowed)
    best = first(together, allowed)
    return int(np.argmax(shares)) == best and float(shares[best]) >= staying.CLEAR


def _at_step(retriever: Retriever, turn: Turn) -> Turn:
    """The turn of "what is step 6?" or "what comes after high school?", where there is but one such step."""
    found = picking.step(retriever, turn.understood_as, turn.words, turn.allowed)
    if found is None:
        return turn
    section, understood = found
    scores = turn.evidence.scores.copy()
    scores[section] += MOVES
    title = understood or retriever.index.sections[section].title
    return replace(turn, understood_as=title, evidence=replace(turn.evidence, scores=scores), words=())
