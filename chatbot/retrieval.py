"""From one question to the sections that may answer it, each with a calibrated confidence.

In: a question (already standing alone) and an `Index`. Out: `Reading`, the question as it is searched,
and `Hit`s, sections with a score and the probability that they answer. Conversations are resolved by
`chatbot.conversation`, words are written by `chatbot.answering`.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from chatbot import asides, excepting, lexical
from chatbot.aliases import Aliases
from chatbot.encoder import Vectors
from chatbot.guides import Section
from chatbot.index import Index
from chatbot.lexical import Word, fold_phrase
from chatbot.passages import Listing, below, families, listings, title_text
from chatbot.ranking import Array, Evidence, Ranker, average, calibrated
from chatbot.roles import named_in, role_asked
from chatbot.spelling import Spelling

Mask = npt.NDArray[np.bool_]  # [sections]
LIKE_KEYS = 0.4  # the cosine to a key from which a word may be of its kind
STORIES = 3  # alternates at least that hold a word of which the corpus speaks
VERBATIM = 100.0  # what a section's score gains that holds the question as an alternate
CERTAIN = 0.99  # and the confidence that it then has at least
CELL = 2.0  # what it gains for a row and a column of its table that are named
ENOUGH = 5  # hits that are found at once: an answer shows no more
NEARLY = 1.0  # how much less than the first one scores that comes nearly first

# A glance, by the static encoder, suffices where its own calibrated confidence is as high as SURE, or below
# UNLIKELY: nine in ten of the questions that stand alone, and no fewer of them are answered rightly. Of a
# follow-up that is read in two ways it has to be surer: three in five of them.
# Whoever uses the words of a section is not turned away at a glance: "job outlook for ML engineers" is near
# to "job outlook in Germany", which is declined.
SURE, SURE_OF_TWO, UNLIKELY, COVERED = 0.80, 0.90, 0.05, 0.8


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as it is read: spelling repaired, short forms written out."""

    text: str
    searched: str  # the same with the guide's own words for those that no text holds
    words: tuple[Word, ...]  # the content words of that
    terms: tuple[str, ...]  # their stems, all synonyms replaced by the guide's own word


@dataclass(frozen=True, slots=True)
class Hit:
    """A section that may answer: its number, its score (higher is better), and its confidence (0 to 1)."""

    section: int
    score: float
    confidence: float


@dataclass(frozen=True)
class Retriever:
    """An index with everything that is looked up in it, prepared once a load."""

    index: Index
    blind: bool = False  # see `Ranker.blind`

    @cached_property
    def ranker(self) -> Ranker:
        """The ranker over this index."""
        return Ranker(self.index, self.blind)

    @cached_property
    def glance(self) -> Ranker | None:
        """The ranker over the same views in the vectors of the static encoder, where the build has them."""
        return Ranker(self.index.glance) if self.index.glance and not self.blind else None

    @cached_property
    def threshold(self) -> float:
        """The confidence from which a section is given as the answer; anything in a build being fitted."""
        return float(self.index.fitted.get("calibrator.threshold", 0.0))

    @cached_property
    def language(self) -> frozenset[str]:
        """Good words, which are never repaired."""
        return frozenset(self.index.words["language"])

    @cached_property
    def spelling(self) -> Spelling:
        """The words of the corpus that a typing error may be repaired to."""
        words = self.index.words
        return Spelling(words["vocabulary"], self.language, frozenset(words["rare"]), words["pairs"])

    @cached_property
    def groups(self) -> list[frozenset[str]]:
        """Folded values that can stand for each other: a table's keys, a list's items, a family's titles."""
        groups: list[frozenset[str]] = []
        for guide in self.index.guides:
            families: dict[tuple[str, ...], set[str]] = {}
            for section in guide.sections:
                family = families.setdefault(section.parents, set())
                if section.parents and len(section.title.split()) <= 4:
                    family.add(fold_phrase(section.title))
                listed = (block.units for block in section.blocks if block.kind in ("table", "list"))
                groups += [frozenset(fold_phrase(unit.key) for unit in units) for units in listed]
            groups += map(frozenset, families.values())
        return [named for group in groups if len(named := group - {""}) > 1]

    @cached_property
    def values(self) -> tuple[tuple[str, ...], ...]:
        """The folded words of rows and items short enough to be names; no name stands in a later one."""
        keys = (key for listed in self.listings for listing in listed for key in listing.keys)
        found = {tuple(word.folded for word in lexical.words(key)) for key in keys if len(key.split()) <= 3}
        return tuple(sorted(found - {()}, key=lambda words: (-len(" ".join(words)), words)))

    def is_like(self, value: str, keys: tuple[str, ...]) -> bool:
        """Whether a value comes near in meaning to one of some keys: "ohio" to states, not "advance"."""
        return float((self._encoded(keys) @ self._encoded((value,))[0]).max()) >= LIKE_KEYS

    @cached_property
    def _encoded(self) -> Callable[[tuple[str, ...]], Vectors]:
        """The vectors of some texts: of the keys of all tables and lists, and of the last values."""
        return lru_cache(maxsize=256)(lambda texts: self.index.encoder.encode(list(texts)))

    @cached_property
    def aliases(self) -> Aliases:
        """The names of the guides' own roles."""
        return Aliases(self.index.guides)

    @cached_property
    def listings(self) -> tuple[tuple[Listing, ...], ...]:
        """For each section its tables and its list."""
        passages = self.index.passages
        return tuple(listings([passages[n] for n in numbers]) for numbers in self.index.passages_of)

    @cached_property
    def families(self) -> tuple[tuple[int, ...], ...]:
        """For each section those under the same heading, itself among them, in order."""
        return families(self.index.guide_of.tolist(), self.index.sections)

    @cached_property
    def below(self) -> tuple[tuple[int, ...], ...]:
        """For each section those right below its heading, in order."""
        return below(self.index.guide_of.tolist(), self.index.sections)

    @cached_property
    def titles(self) -> tuple[frozenset[str], ...]:
        """The stems of each section's title."""
        return tuple(frozenset(lexical.stems(section.title)) for section in self.index.sections)

    @cached_property
    def topics(self) -> tuple[frozenset[str], ...]:
        """The stems that tell nothing of what a section is asked for: its title's, and its topic's."""
        return tuple(map(frozenset.union, self.titles, map(frozenset, self.index.words["topics"])))

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """What each section says in its own words, folded."""
        return tuple(fold_phrase(" ".join(_own_texts(section))) for section in self.index.sections)

    @cached_property
    def guide_stems(self) -> frozenset[str]:
        """The stems of the guides' own words, without the alternates."""
        return frozenset(self.index.words["guide_stems"])

    def knows(self, stem: str) -> bool:
        """Whether the corpus speaks of a word: a guide does, or more alternates than tell stories."""
        words = self.index.words
        return stem in self.guide_stems or words["stems"].get(stem, 0) >= max(STORIES, words["texts"] / 500)

    @cached_property
    def synonyms(self) -> dict[str, str]:
        """What people write, folded → the guide's own word."""
        words = self.index.words
        return {fold_phrase(other): word for other, word in (words["everyday"] | words["synonyms"]).items()}

    @cached_property
    def _phrases(self) -> re.Pattern[str] | None:
        """Synonyms of more than one word, wherever they stand in a text."""
        phrases = sorted((other for other in self.synonyms if " " in other), key=len, reverse=True)
        either = "|".join(map(lexical.spelt, phrases))
        return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE) if phrases else None

    def read(self, question: str) -> Reading:
        """The question as it is searched."""
        text = lexical.one_ordinal(" ".join(question.split()))
        if not (self.said(text) or self.declines(text)):  # what a writer wrote is not mended
            text = self.spelling.repair(text)
        text = self.write_out(text)
        asked = text if self.said(text) else asides.without_frame(text)
        reading = self._reading(text, asked)
        if (left_out := excepting.left_out(text)) and self._is_the_same(reading, left_out):
            return self._reading(text, excepting.without_exception(asked))
        return reading

    def _reading(self, text: str, asked: str) -> Reading:
        """A text as it is kept, and what of it is searched."""
        own, terms = self._in_own_words(asked), self.terms(asked) or lexical.stems(asked)
        return Reading(text, own, lexical.content_words(own), tuple(terms))

    def _is_the_same(self, reading: Reading, left_out: str) -> bool:
        """Whether a question would be answered by what it leaves out: "besides coding, what else …?" """
        both = _weighed(self.glance or self.ranker, [reading, self._reading(left_out, left_out)])
        whole, left = (seen.scores for seen in both)
        return bool(whole[np.argmax(left)] >= whole.max() - NEARLY)

    def terms(self, text: str) -> list[str]:
        """The stems of a text's content words in the guide's own words, as far as these are known."""
        if self._phrases:
            says = self.synonyms
            text = self._phrases.sub(lambda it: says.get(fold_phrase(it[0]), it[0]), lexical.even(text))
        own, words = self._own_words, lexical.content_words(text)
        return [lexical.stem(own.get(word.folded, word.folded)) for word in words]

    def _in_own_words(self, text: str) -> str:
        """A text with the guide's own words for those that no text holds."""
        for word in reversed(lexical.content_words(text)):
            other = word.folded.replace("-", " ")
            if word.stem not in self.index.words["stems"] and (own := self.synonyms.get(other)):
                text = text[: word.start] + own + text[word.end :]
        return text

    @cached_property
    def _own_words(self) -> dict[str, str]:
        """What people write → the guide's own word, folded, where that is a single word."""
        return {other: own for other, word in self.synonyms.items() if " " not in (own := fold_phrase(word))}

    def write_out(self, text: str) -> str:
        """Writes out short forms that the guides do not use ("CA", "wfh"): in capitals, or no good word."""
        shouted = lexical.shouts(text)
        for word in reversed(lexical.words(text)):
            own = self.synonyms.get(word.folded.replace("-", " "))
            if not own or word.folded in self.index.words["everyday"] or word.stem in self.guide_stems:
                continue
            if (word.text.isupper() and not shouted) or word.folded not in self.language:
                text = text[: word.start] + own + text[word.end :]
        return text

    def speaks_of(self, section: int, role: tuple[str, ...]) -> bool:
        """Whether a section names a role, or an alternate of it asks about that role."""
        if not self.ranker.coverage.stems[section].issuperset(role):
            return False
        if (section, role) not in self._spoken:
            found = self.index.sections[section]
            asked = map(role_asked, map(self.aliases.without, found.alternates))
            told = named_in(_own_texts(found), role)
            self._spoken[section, role] = told or any(other[-len(role) :] == role for other in asked)
        return self._spoken[section, role]

    @cached_property
    def _spoken(self) -> dict[tuple[int, tuple[str, ...]], bool]:
        """What `speaks_of` has found; only roles that a section's texts hold are kept, so it stays small."""
        return {}

    @cached_property
    def verbatim(self) -> dict[str, frozenset[int]]:
        """The sections that bear a title or hold an alternate, by its folded words."""
        found = {text: frozenset(sections) for text, sections in self.index.words["verbatim"].items()}
        for number, section in enumerate(self.index.sections):
            for title in {section.title, title_text(section)} if self.ranker.answerable[number] else ():
                folded = fold_phrase(title)
                found[folded] = found.get(folded, frozenset()) | {number}
        return found

    def said(self, text: str) -> frozenset[int]:
        """The sections that answer a text, word for word, by a writer's own word."""
        return self.verbatim.get(fold_phrase(text), frozenset())

    def declines(self, text: str) -> frozenset[int]:
        """The guides that decline a text, word for word."""
        return frozenset(self.index.words["declined"].get(fold_phrase(text), ()))

    def others(self, section: int) -> list[int]:
        """The other sections of a section's guide."""
        guide_of = self.index.guide_of
        return [n for n in np.flatnonzero(guide_of == guide_of[section]).tolist() if n != section]

    def allowed(self, guides: Collection[int]) -> Mask:
        """The sections of some guides that say anything; of all, if none is given."""
        if not guides or len(guides) == len(self.index.guides):
            return self.ranker.answerable
        return np.asarray(self.ranker.answerable & np.isin(self.index.guide_of, list(guides)))

    def evidence(self, readings: Sequence[Reading]) -> list[Evidence]:
        """What each section has to say for itself, a question each."""
        return _weighed(self.ranker, readings)

    def look(
        self, readings: Sequence[Reading], allowed: Sequence[Mask], drawn: Array | None = None
    ) -> list[Evidence]:
        """The same for questions read in one way: at a glance where that is sure, otherwise in full.

        `drawn` [sections] is added to the scores.
        """
        if self.glance is None:
            return _weighed(self.ranker, readings, drawn)
        found = _weighed(self.glance, readings, drawn)
        unsure = [
            number
            for number, (seen, reading, mask) in enumerate(zip(found, readings, allowed, strict=True))
            if not self._is_sure(seen, reading.words, mask, reading.text)
        ]
        if unsure:
            in_full = _weighed(self.ranker, [readings[n] for n in unsure], drawn)
            for number, seen in zip(unsure, in_full, strict=True):
                found[number] = seen
        return found

    def look_together(
        self, readings: Sequence[Reading], words: Sequence[Word], allowed: Mask, drawn: Array
    ) -> list[Evidence]:
        """The evidence for the readings of one question, the last of them the whole, in the same way.

        `words` are those that an answer has to cover; for `drawn` see `ranking.average`.
        """
        if self.glance is None:
            return self.evidence(readings)
        found = _weighed(self.glance, readings)
        sure = self._is_sure(average(found, drawn), words, allowed, readings[-1].text)
        return found if sure else self.evidence(readings)

    def _is_sure(self, glance: Evidence, words: Sequence[Word], allowed: Mask, text: str) -> bool:
        """Whether a glance shows a section that answers, or that none comes near."""
        hits = self.hits(glance, words, allowed, 1, text)
        if not hits or hits[0].confidence >= (SURE_OF_TWO if glance.averaged else SURE):
            return True
        covered = glance.ranker.coverage.of([hits[0].section], words)[0][0]
        return hits[0].confidence < UNLIKELY and covered < COVERED

    def hits(
        self, evidence: Evidence, words: Sequence[Word], allowed: Mask, k: int, text: str = ""
    ) -> list[Hit]:
        """The best sections, best first, how sure they answer; certain if `text` is a title or alternate.

        None of a guide that declines the text, word for word.
        """
        asked = (evidence, words, allowed, text)
        before, found = self._last.get("hits", ((), []))
        if k > ENOUGH or not (before and all(map(operator.is_, before, asked))):
            found = self._hits(evidence, words, allowed, max(k, ENOUGH), text)
            self._last["hits"] = asked, found
        return found[:k]

    @cached_property
    def turns(self) -> dict[object, Any]:
        """What `chatbot.conversation` understood of the last few hundred questions, for those that follow."""
        return {}

    @cached_property
    def _last(self) -> dict[str, tuple[tuple[object, ...], list[Hit]]]:
        """The last hits and what they were found for: first a glance asks how sure they are, then the answer.

        One entry that is replaced as a whole, so that threads do no worse than to find the same again.
        """
        return {}

    def _hits(self, evidence: Evidence, words: Sequence[Word], allowed: Mask, k: int, text: str) -> list[Hit]:
        said, declined = self.said(text), self.declines(text)
        scores = np.where(allowed, evidence.scores, -np.inf)
        if said:
            scores[list(said)] += VERBATIM
        sections = [n for n in np.argsort(-scores, kind="stable")[:k].tolist() if scores[n] > -np.inf]
        if not sections:
            return []
        ranker = evidence.ranker
        traits = ranker.traits(evidence, sections, words, ranker.shares(evidence, allowed))
        fitted = ranker.index.fitted
        weights = fitted["calibrator.weights"]
        if evidence.averaged:
            weights = fitted.get("calibrator.averaged.weights", weights)
        found = zip(sections, scores[sections].tolist(), calibrated(weights, traits).tolist(), strict=True)
        guide_of = self.index.guide_of
        return [
            Hit(section, score, max(confidence, CERTAIN if section in said else 0.0))
            if guide_of[section] not in declined
            else Hit(section, score, 0.0)
            for section, score, confidence in found
        ]


def _own_texts(section: Section) -> list[str]:
    """A section's title and what it says, sentence by sentence."""
    return [section.title, *(unit.text for unit in section.units)]


def _weighed(ranker: Ranker, readings: Sequence[Reading], drawn: Array | None = None) -> list[Evidence]:
    vectors = ranker.index.encoder.encode([reading.searched for reading in readings])
    texts = [reading.text for reading in readings]
    found = ranker.evidence(vectors, [reading.terms for reading in readings], texts)
    for reading, seen in zip(readings, found, strict=True):
        if cells := ranker.coverage.cells(reading.words):
            seen.scores[cells] += CELL
    return found if drawn is None else [replace(seen, scores=seen.scores + drawn) for seen in found]
