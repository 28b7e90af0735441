"""The honest no: which kind of no it is, what the guides do not speak of, and where to go instead.

In: a question that no section answers well enough, with the nearest sections. Out: a `Refusal`, ready to
be shown. Also tells when two guides answer alike, and words the questions that are offered; which of them a
message picks is for `chatbot.answering.offers`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from chatbot import asides, lexical
from chatbot.answering import tables
from chatbot.answering.answer import Ask
from chatbot.answering.tables import Absent
from chatbot.conversation import Turn, first, last, naming
from chatbot.conversation.naming import OPERATORS
from chatbot.conversation.steps import AROUND
from chatbot.passages import question_of
from chatbot.retrieval import Hit, Retriever

NOTHING = "The guide does not say anything about that."
OTHER_LANGUAGE = "It answers only in the language that it is written in."
LATIN = "\u024f"  # the last letter of Latin scripts
# Small words of other languages, which English lacks and which stand in few names.
_ELSEWHERE = """
aber auf auch bei bin brauche das dem der ein eine einen gibt haben ich ihr ist kann mit muss nicht oder sein
sind und viel von wann warum welche wenn werden wie wieviel wird wo zu
che con cosa costa dei del della dove gli nel nella piu quale quali quando quanto quanti qual sono uno
avec combien comment dans des du elle est et faut ils je les mais ne nous ou pas peut pourquoi quand que quel
quelle quels qui sont une vous
al como cual cuales cuando cuanto cuanta donde en es esta hay hola los las mi muy para pero por porque puedo
quien quiero se si soy tiene un una yo
da fazer nao onde os eu ganha posso preciso quais sao uma voce
"""
ELSEWHERE = frozenset(_ELSEWHERE.split())
# The share of the threshold from which a miss is a close call, and choices are offered; and where the build
# was not taught what to decline: then nothing tells that the guide does not say what its own words hold.
CLOSE, CLOSE_UNTAUGHT = 0.5, 0.1
RIVAL = 3.0  # log-odds by which one guide must lead another to be taken without asking
CHOICES = 4  # guides that are offered at most
HYPHENED = re.compile(r"[^\W\d]+(?:-[^\W\d]+)+")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is said when there is no answer."""

    kind: str  # "no_answer" or "clarify"
    text: str
    reason: str  # "not_in_guide", "off_topic" or "ambiguous"
    choices: tuple[str, ...]
    missing: tuple[str, ...]


def refuse(
    retriever: Retriever,
    ask: Ask,
    turn: Turn,
    hits: Sequence[Hit],
    absent: Absent | None,
    contact: str,
) -> Refusal:
    """Says no, and helps: what is missing, the nearest sections as choices, whom to ask."""
    index = retriever.index
    choices = questions_for(retriever, [hit.section for hit in hits[:3]])
    person = whom_to_ask(contact)
    nearest = ", ".join(f"“{index.sections[hit.section].title}”" for hit in hits[:3])
    if absent and tables.is_of_its_kind(retriever, hits[0].section, absent.value):
        return Refusal("no_answer", _not_listed(absent) + person, "not_in_guide", choices, (absent.value,))
    if absent:
        text = f"The guide does not say. The nearest it has: {nearest}.{person}"
        return Refusal("no_answer", text, "not_in_guide", choices, ())
    missing = missing_words(retriever, ask, turn, hits[0].section)
    foreign = _is_foreign(retriever, ask.question)
    if foreign:
        person = f" {OTHER_LANGUAGE}{person}"
    closest = turn.evidence.closest()
    if closest < turn.evidence.ranker.far and _is_strange(retriever, turn):
        text = "That is not what the guide is about, so it does not say." + person
        return Refusal("no_answer", text, "off_topic", choices, missing)
    refused = turn.evidence.refused[0]
    close = CLOSE if _is_taught(retriever) else CLOSE_UNTAUGHT
    if hits[0].confidence >= close * retriever.threshold and not missing and closest > refused:
        text = "I am not sure what you mean. Is it one of these?"
        return Refusal("clarify", text, "ambiguous", choices, ())
    quoted = [f"“{word}”" for word in missing]
    named = f" It says nothing of {_listed(quoted)}." if missing and not foreign else ""
    text = f"The guide does not say.{named} The nearest it has: {nearest}.{person}"
    return Refusal("no_answer", text, "not_in_guide", choices, missing)


def absent_in(retriever: Retriever, turn: Turn, hits: Sequence[Hit]) -> tuple[Absent, list[Hit]] | None:
    """The value that is asked for in vain, and the sections, the one that lists others like it first.

    Where nothing is sure to answer, a row of another table may be meant, unless one section alone is asked;
    what a writer has written is asked for whatever it names.
    """
    best = hits[0]
    answered = best.confidence >= retriever.threshold
    alone = np.count_nonzero(turn.allowed) == 1  # "is Ohio one of them?"
    for hit in () if retriever.said(turn.understood_as) else hits[: 1 if answered else 3]:
        missing = tables.absent if hit is best else tables.absent_beside
        absent = missing(retriever, hit.section, turn.understood_as)
        if absent and not (answered or alone) and _may_be_beside(retriever, hit.section, turn, absent.value):
            continue
        if absent and (alone or _is_about(retriever, hit.section, turn, absent.value)):
            return absent, sorted(hits, key=lambda other: other is not hit)
    return None


def _may_be_beside(retriever: Retriever, section: int, turn: Turn, value: str) -> bool:
    """Whether another table has the row, and the question names nothing of this section's heading."""
    named = not _besides(turn, value).isdisjoint(retriever.titles[section])
    return not named and tables.is_row_beside(retriever, section, value)


def _is_about(retriever: Retriever, section: int, turn: Turn, value: str) -> bool:
    """Whether a section comes near a question, or holds what it asks but for a value."""
    rest = _besides(turn, value)
    topics = rest - {word.stem for word in turn.words if word.folded in OPERATORS}
    if topics and not any(map(retriever.knows, topics)):
        return False  # "the capital of Mongolia"
    if turn.evidence.closest(section) >= turn.evidence.ranker.far:
        return True
    return bool(rest) and rest <= retriever.ranker.coverage.own_stems[section]


def _besides(turn: Turn, value: str) -> set[str]:
    """The stems of what a question asks besides a value."""
    return {word.stem for word in turn.words} - set(lexical.stems(value))


def whom_to_ask(contact: str) -> str:
    """The sentence that sends to a person, where there is one."""
    return f" You can ask here: {contact}" if contact else ""


def not_said(question: str) -> str:
    """What is said of the half of a question that has no answer.

    >>> not_said("do they get stock options?")
    'The guide does not say: “do they get stock options?”'
    """
    return f"The guide does not say: “{question.rstrip('?. ')}?”"


def _not_listed(absent: Absent) -> str:
    """What is said of a value that is not there: what is, and that it is not among them."""
    noun = f", by {absent.noun}" if absent.noun != "entry" else ""
    listed = f"The guide lists {len(absent.listed)}{noun}: {_listed(absent.listed)}."
    return f"{listed} {absent.value[:1].upper()}{absent.value[1:]} is not among them."


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _is_taught(retriever: Retriever) -> bool:
    """Whether the build learnt what to decline."""
    return "detector.weights" in retriever.index.fitted


def missing_words(retriever: Retriever, ask: Ask, turn: Turn, nearest: int) -> tuple[str, ...]:
    """The content words of the question that the guides do not speak of, as written.

    Those of the questions before it count only where it has no others ("how often?"). Where few alternates
    tell stories, the nearest section speaks of what its own ask with.
    """
    taught = _is_taught(retriever)
    asked = frozenset[str]() if taught else lexical.every_stem(retriever.index.sections[nearest].alternates)
    said = {stem for earlier in ask.history for stem in lexical.stems(earlier)}
    said -= set(lexical.stems(ask.question))
    words = lexical.content_words(asides.without_frame(turn.understood_as))
    missing = [
        word
        for word in [word for word in words if word.stem not in said] or words
        if not retriever.knows(word.stem)
        and word.stem not in asked
        and word.folded not in OPERATORS | AROUND
        and word.folded not in retriever.synonyms
        and len(word.folded) > 2
        and not naming.is_at_home(retriever, word, turn.understood_as)
    ]
    halves = _halves(tuple(guide.text for guide in retriever.index.guides)) if missing else frozenset()
    return tuple(dict.fromkeys(word.text for word in missing if word.stem not in halves))[:3]


@lru_cache(maxsize=8)
def _halves(guides: tuple[str, ...]) -> frozenset[str]:
    """The stems of what hyphens join in the guides' texts: of "entry-level" they say something of "entry"."""
    joined = (word for text in guides for word in HYPHENED.findall(text))
    return frozenset(lexical.stem(lexical.fold(part)) for word in joined for part in word.split("-"))


def _is_foreign(retriever: Retriever, question: str) -> bool:
    """Whether a question is in another language than the guides, as far as they are in English.

    It is in another script, or holds two small words of other languages, or one among words that are strange.
    """
    if any(guide.language != "en" for guide in retriever.index.guides):
        return False
    letters = [letter for letter in question if letter.isalpha()]
    if 2 * sum(letter > LATIN for letter in letters) > len(letters):
        return True
    words = lexical.words(question)
    small = sum(word.folded in ELSEWHERE for word in words)
    strange = sum(
        word.folded not in lexical.STOP
        and word.folded not in retriever.language
        and not retriever.knows(word.stem)
        for word in words
    )
    return (small > 1 and 2 * small + strange > len(words)) or (small == 1 and 2 * strange > len(words))


def _is_strange(retriever: Retriever, turn: Turn) -> bool:
    """Whether the guides' own texts hold less than half of the question's content words."""
    words = lexical.content_words(turn.understood_as)
    return 2 * sum(word.stem in retriever.guide_stems for word in words) < len(words) or not words


def rival_guides(retriever: Retriever, ask: Ask, turn: Turn) -> tuple[str, ...]:
    """A choice of guides, where each answers for itself and nothing tells which is meant.

    What two of them say word for word is no surer of one because its writer wrote more alternates; after a
    question that one of these answers, that one is meant.
    """
    index = retriever.index
    if turn.guides or turn.role or len(index.guides) < 2:
        return ()
    scores = np.where(turn.allowed, turn.evidence.scores, -np.inf)
    said = sorted(retriever.said(turn.understood_as), key=lambda section: -scores[section])
    twins = list(dict.fromkeys(int(index.guide_of[section]) for section in said))
    if len(twins) > 1 and _guide_before(retriever, ask) not in twins:
        return _asked_of_each(retriever, turn, twins[:CHOICES])
    best = np.full(len(index.guides), -np.inf)
    np.maximum.at(best, index.guide_of, scores)
    near = np.argsort(-best, kind="stable")[:CHOICES]
    rivals = []
    for guide in near[best[near] > best.max() - RIVAL].tolist():
        mask = turn.allowed & (index.guide_of == guide)
        hits = retriever.hits(turn.evidence, turn.words, mask, 1, turn.understood_as)
        if hits and hits[0].confidence >= retriever.threshold:
            rivals.append(guide)
    return _asked_of_each(retriever, turn, rivals) if len(rivals) > 1 else ()


def _guide_before(retriever: Retriever, ask: Ask) -> int:
    """The guide that comes first for the question before, or -1."""
    if not ask.history:
        return -1
    before = last(retriever, ask.history, frozenset())
    return int(retriever.index.guide_of[first(before.evidence, before.allowed)])


def _asked_of_each(retriever: Retriever, turn: Turn, guides: Sequence[int]) -> tuple[str, ...]:
    return tuple(_asked_of(retriever, turn.understood_as, guide) for guide in guides)


def _asked_of(retriever: Retriever, question: str, guide: int) -> str:
    """A question as it is offered of one guide: "When are you open (Mill Lane)?"."""
    return f"{question.rstrip('?. ')} ({_role(retriever, guide)})?"


def without_guide(
    retriever: Retriever, texts: Sequence[str], guide: str | None
) -> tuple[list[str], str | None]:
    """Questions without the guide of which they were offered (see `_asked_of`), and its id.

    It stays that guide until another one is named. `guide` is the one that is asked whatever is named.
    """
    if len(retriever.index.guides) < 2:
        return list(texts), guide
    roles = {f"{_role(retriever, n)})?": other.id for n, other in enumerate(retriever.index.guides)}
    found, meant = [], guide
    for text in texts:
        bare, _, name = text.strip().rpartition(" (")
        named = roles.get(name) if bare else None
        if named or retriever.aliases.named(text):
            meant = guide or named
        found.append(f"{bare}?" if named and named == meant else text)
    return found, meant


def questions_for(retriever: Retriever, sections: Sequence[int]) -> tuple[str, ...]:
    """A question that each section answers: its first alternate, else its title. No two are the same.

    Where the sections are of several guides, or another guide answers the same, a question that does not name
    its guide's role gets it.
    """
    guide_of = retriever.index.guide_of
    guides = [int(guide_of[section]) for section in sections]
    questions = []
    for section, guide in zip(sections, guides, strict=True):
        question = question_of(retriever.index.sections[section])
        several = {*guides, *(int(guide_of[n]) for n in retriever.said(question))}
        if len(several) > 1 and guide not in retriever.aliases.named(question):
            question = _asked_of(retriever, question, guide)
        questions.append(question)
    return tuple(dict.fromkeys(questions))


def _role(retriever: Retriever, guide: int) -> str:
    found = retriever.index.guides[guide]
    return found.aliases[0] if found.aliases else found.title
