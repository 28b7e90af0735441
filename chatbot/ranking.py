"""How well each section answers a question: evidence from the nearest views, weighed as the guide taught.

In: a question's vector and terms, and an `Index`. Out: `Evidence`, five numbers a section and their
weighed sum, and its traits, the few numbers from which a confidence is computed. The weights are fitted at
build time by `chatbot.fitting`; here they are only applied, in NumPy. It knows nothing of conversations
and writes no words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from chatbot import lexical
from chatbot.coverage import Coverage
from chatbot.encoder import Vectors
from chatbot.index import Index
from chatbot.letters import Letters
from chatbot.lexical import Word

Array = npt.NDArray[np.float32]

# How a title begins that asks, though it lacks the mark.
ASKS = re.compile(r"(?:what|which|who|when|where|why|how|is|are|do|does|can|could|should|will|i)\b", re.I)

# Nearest views looked at for a question. Sections without any among them count as no nearer than the last.
NEAREST = 64
COMPANY = 3  # nearest alternates of a section that count
KINDS = ("title", "passage", "unit", "alternate")  # of views that belong to a section
FURTHER = 1024  # without alternates: then title, passage and units count together, not the nearest alone

# The cosine to everything below which a question is about something else altogether, where there are no
# declined questions to tell: one in so many of these lies lower.
FAR, OF_DECLINED = 0.4, 10

# How long the vector of a question's letters is, beside one of length 1: half of it brings half as much,
# twice no more.
LOUD = 0.9

# The name under which a build being fitted keeps what its classifier says of each alternate without it.
JUDGED = "classifier.judged"

# What is known of a section for a question, in the order of the weights:
#   closest     cosine to the nearest alternate question (to the nearest view where there is none)
#   company     mean cosine to the three nearest alternates (where there is none: to the nearest title,
#               passage and unit)
#   own         cosine to the nearest of title, passage and units
#   classifier  log-probability by a linear classifier on the question's vector, taught by the alternates;
#               where guides hold labels, on its letters, too
#               (without one: cosine to the nearest passage, which stands behind its title)
#   lexical     BM25 over the section's own words, as a share of the most that the question could get
FEATURES = ("closest", "company", "own", "classifier", "lexical")

# What a confidence is computed from, for the best section:
TRAITS = (
    "closest",
    "company",
    "own",
    "share",  # the section's probability among all sections, from the weighed sums
    "covered",  # share of the question's words, weighed by rarity, that the section's texts hold
    "refused",  # cosine to the nearest question that the guide is known not to answer
    "refused_company",  # mean of the three nearest
    "detector",  # log-odds by a linear classifier that the guides answer rather than decline
    "unknown",  # words that no text of the corpus holds
    "said",  # as "covered", but by the guide's own words: alternates tell stories
    "row",  # whether the question names a row of the section's tables
    "margin",  # distance from a curved border between what the guides answer and what they decline
    "apart",  # how far the section's log-probability by the classifier is above their mean, 0 without one
)

# Without alternates there is nothing to learn from: these weights were chosen on doc2dial, for prose, and on
# paraphrases of FAQ pairs, for answers to questions (docs/log.md). "closest" then is "own", and "classifier"
# is of the passage. Words count for more in prose: a long text blurs in its vector.
PROSE_WEIGHTS = np.array([0.0, 20.0, 5.0, 0.0, 10.0], np.float32)
QUESTION_WEIGHTS = np.array([0.0, 12.0, 6.0, 12.0, 0.6], np.float32)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of every section for one question; rows in the order of `FEATURES`."""

    ranker: Ranker  # that weighed it, and in whose space the vectors are
    features: Array  # [features, sections]
    scores: Array  # [sections], the weighed sum
    refused: tuple[float, float, float, float]  # nearest refused question, mean of three, detector, margin
    vector: Array  # of the question
    views: npt.NDArray[np.int64]  # the nearest views, best first
    cosines: Array  # of these views
    places: npt.NDArray[np.int64]  # where each of them belongs, see `Ranker.places`
    averaged: bool = False  # over several readings of one question

    def closest(self, section: int | None = None) -> float:
        """The cosine to the nearest view of a section, or of any."""
        near = self.features[[0, 2]]
        return float(near.max() if section is None else near[:, section].max())


@dataclass(frozen=True)
class Ranker:
    """The fitted weights, and tables for looking sections up, made once a load."""

    index: Index
    blind: bool = False  # to views that are the question itself: for judging alternates as if left out

    @cached_property
    def coverage(self) -> Coverage:
        """Which of a question's words each section holds."""
        return Coverage(self.index, self.blind)

    @cached_property
    def places(self) -> npt.NDArray[np.int64]:
        """Where each view belongs in a table [kinds, sections] that is read row by row; -1 if declined."""
        size = len(self.index.sections)
        kinds = {kind: size * row for row, kind in enumerate(KINDS)}
        return np.array(
            [kinds[view.kind] + view.section if view.kind in kinds else -1 for view in self.index.views],
            np.int64,
        )

    @cached_property
    def counts(self) -> npt.NDArray[np.int64]:
        """How many views belong in each place, [kinds * sections]."""
        return self._count(self.places)

    def _count(self, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return np.bincount(places[places >= 0], minlength=len(KINDS) * len(self.index.sections))

    @cached_property
    def first_alternates(self) -> int:
        """The place of alternates of the first section."""
        return KINDS.index("alternate") * len(self.index.sections)

    @cached_property
    def _refuses(self) -> bool:
        """Whether there are questions that the guides are known not to answer."""
        return bool((self.places < 0).any())

    @cached_property
    def answerable(self) -> npt.NDArray[np.bool_]:
        """Which sections say anything, [sections]: a bare heading is never an answer."""
        found = self.counts[: len(self.index.sections)] > 0  # every other has a title
        found.flags.writeable = False  # all share it
        return found

    @cached_property
    def units(self) -> list[tuple[Vectors, dict[str, list[int]]]]:
        """For each section its units' vectors, [units, dimensions], and which units hold a stem."""
        rows: list[list[int]] = [[] for _ in self.index.sections]
        holding: list[dict[str, list[int]]] = [{} for _ in self.index.sections]
        for row, view in enumerate(self.index.views):
            if view.kind == "unit":
                for stem in {word.stem for word in lexical.words(view.text)}:
                    holding[view.section].setdefault(stem, []).append(len(rows[view.section]))
                rows[view.section].append(row)
        return [(self.index.vectors[own], held) for own, held in zip(rows, holding, strict=True)]

    @cached_property
    def weights(self) -> Array:
        """The weight of each feature."""
        return self.index.fitted.get("ranker.weights", PROSE_WEIGHTS)

    @cached_property
    def far(self) -> float:
        """The cosine to everything below which a question is about something else altogether."""
        return float(self.index.fitted.get("far", FAR))

    @cached_property
    def letters(self) -> Letters | None:
        """The letters by which the classifier knows questions, behind their vectors, if it does."""
        fitted = self.index.fitted
        known = "letters.known" in fitted
        return Letters(fitted["letters.known"], fitted["letters.rarity"]) if known else None

    @cached_property
    def ceilings(self) -> dict[str, float]:
        """The highest BM25 score that each term gives to any section."""
        bm25 = self.index.bm25
        return {
            term: float(bm25.scores[bm25.starts[n] : bm25.starts[n + 1]].max(initial=0.0))
            for term, n in bm25.terms.items()
        }

    def evidence(
        self, vectors: Vectors, terms: Sequence[Sequence[str]], texts: Sequence[str] | None = None
    ) -> list[Evidence]:
        """What each section has to say for itself, for questions given as vectors and terms.

        Their texts tell the letters, for which some classifiers ask.
        """
        reach = NEAREST if self.counts[self.first_alternates :].any() else FURTHER
        cosines, rows = self.index.nearest(vectors, reach)
        found, texts = [], texts or [""] * len(terms)
        for vector, words, text, near, seen in zip(vectors, terms, texts, cosines, rows, strict=True):
            there = int((seen >= 0).sum())  # FAISS fills up with -1 at the end
            near, seen = near[:there], seen[:there]
            itself = seen[near >= 0.9999] if self.blind else ()
            known = self._judge(itself, vector, text) if self._is_taught else None
            found.append(self.weigh(vector, words, near, seen, known, without=itself))
        return found

    def weigh(
        self,
        vector: Array,
        terms: Sequence[str],
        cosines: Array,
        rows: npt.NDArray[np.int64],
        classifier: Array | None = None,
        without: Sequence[int] | npt.NDArray[np.int64] = (),
    ) -> Evidence:
        """The evidence from the nearest views of one question.

        `classifier` [sections] is what one says of them, if there is one; the views `without` are left out,
        as if they had never been made.
        """
        floor = float(cosines[-1]) if len(cosines) else -1.0
        places, counts = self.places[rows], self.counts
        near, held = cosines, places
        if len(without):
            there = ~np.isin(rows, without)
            near, held = cosines[there], places[there]
            counts = counts - self._count(self.places[np.asarray(without)])
        nearest = np.where(counts > 0, np.float32(floor), np.float32(-1.0))
        placed = held >= 0
        nearest[held[placed][::-1]] = near[placed][::-1]  # of several in one place the last written stays
        table = nearest.reshape(len(KINDS), -1)
        kinds, closest = table[:-1], table[-1]
        own = np.maximum.reduce(kinds)
        asked = closest > -1.0  # of which sections there are alternates
        company = self._company(near, held - self.first_alternates, counts[self.first_alternates :], floor)
        closest = np.where(asked, closest, own)
        company = np.where(asked, company, np.add.reduce(kinds) / len(kinds))
        if classifier is None:
            classifier = kinds[1]
        features = np.empty((len(FEATURES), len(own)), np.float32)
        for row, feature in enumerate((closest, company, own, classifier, self.lexical(terms))):
            features[row] = feature
        scores = self.weights @ features
        scores[~self.answerable] = -np.inf
        refused = (0.0, 0.0, 0.0, 0.0)
        if self._refuses:
            declined = [*near[~placed][:3].tolist(), floor, floor, floor][:3]
            refused = (declined[0], sum(declined) / 3, self.detect(vector), self.margin(vector))
        return Evidence(self, features, scores, refused, vector, rows, cosines, places)

    def _company(
        self, cosines: Array, sections: npt.NDArray[np.int64], counts: npt.NDArray[np.int64], floor: float
    ) -> Array:
        """The mean cosine to the three nearest alternates of each section, [sections].

        `sections` are those of which the nearest views are alternates, best first, or negative; `counts` how
        many each section has: those further away count as `floor`.
        """
        wanted = np.minimum(counts, COMPANY)
        left, total = wanted.tolist(), [0.0] * len(wanted)
        for section, cosine in zip(sections.tolist(), cosines.tolist(), strict=True):
            if section >= 0 and left[section]:
                left[section] -= 1
                total[section] += cosine
        found = np.array(total) + floor * np.array(left)
        return np.asarray(found / np.maximum(wanted, 1), np.float32)

    @property
    def _is_taught(self) -> bool:
        """Whether there is a classifier."""
        return "classifier.weights" in self.index.fitted

    def _judge(self, itself: Sequence[int] | npt.NDArray[np.int64], vector: Array, text: str) -> Array:
        """As `classify`; an alternate that is to be judged as if left out, by what was learnt without it."""
        asked = [row for row in itself if self.places[row] >= self.first_alternates]
        if asked and (judged := self.index.fitted.get(JUDGED)) is not None:
            return np.asarray(judged[asked[0]])
        return self.classify(vector, text)

    def classify(self, vector: Array, text: str = "") -> Array:
        """The log-probability of each section, [sections], by the classifier of this build."""
        fitted = self.index.fitted
        weights = fitted["classifier.weights"]
        logits = weights[:, : len(vector)] @ vector + fitted["classifier.bias"]
        if self.letters:
            places, values = self.letters.find(text)
            logits += weights[:, len(vector) + places] @ (LOUD * values)
        known = log_softmax(logits)
        if len(known) == len(self.index.sections):  # all, in their order
            return known
        most, least = float(known.max()), float(known.min())
        # A section that it was taught nothing of may have what is left of the best, and no more than that.
        left = min(most, max(least, float(np.log1p(-min(np.exp(most), 0.999999)))))
        result = np.full(len(self.index.sections), left, np.float32)
        result[fitted["classifier.sections"]] = known
        return result

    def detect(self, vector: Array) -> float:
        """The log-odds that a question is one that the guides answer, 0 without a detector."""
        fitted = self.index.fitted
        if "detector.weights" not in fitted:
            return 0.0
        logs = fitted["detector.weights"] @ vector + fitted["detector.bias"]
        answered, declined = logs[: self._answers], logs[self._answers :]
        return float(np.logaddexp.reduce(answered) - np.logaddexp.reduce(declined))

    @cached_property
    def _answers(self) -> int:
        """How many of the detector's classes are answers; they are the first."""
        return int(self.index.fitted["detector.answers"].sum())

    def margin(self, vector: Array) -> float:
        """How far on the answered side of the border a question lies, in log-odds, or 0 without a border."""
        fitted = self.index.fitted
        if "border.inner" not in fitted:
            return 0.0
        inner = np.maximum(fitted["border.inner"] @ vector + fitted["border.edges"], 0.0)
        return float(inner @ fitted["border.outer"] + fitted["border.bias"])

    def lexical(self, terms: Sequence[str]) -> Array:
        """BM25 of each section as a share of the best conceivable for these terms, [sections]."""
        most = sum(self.ceilings.get(term, 0.0) for term in terms)
        return self.index.bm25.score(terms) / max(most, 1e-9)

    def traits(
        self, evidence: Evidence, sections: Sequence[int], words: Sequence[Word], shares: Array
    ) -> Array:
        """The numbers from which the confidence in sections is computed, [sections, traits].

        In the order of `TRAITS`. `words` are the question's content words, `shares` those of all sections.
        """
        table = np.empty((len(sections), len(TRAITS)), np.float32)
        table[:, :3] = evidence.features[:3, sections].T
        table[:, 3] = shares[sections]
        table[:, 5:8] = evidence.refused[:3]
        table[:, [4, 9, 10, 8]] = self.coverage.of(sections, words)
        table[:, 11] = evidence.refused[3]
        known = evidence.features[3]
        table[:, 12] = known[sections] - known.mean() if self._needs_apart else 0.0
        return table

    @cached_property
    def _needs_apart(self) -> bool:
        """Whether the confidence counts how far the classifier's word stands apart: learnt weights do not."""
        weights = self.index.fitted.get("calibrator.weights")
        return self._is_taught and (weights is None or bool(weights[TRAITS.index("apart")]))

    def shares(self, evidence: Evidence, allowed: npt.NDArray[np.bool_]) -> Array:
        """The probability of each section among the `allowed` ones, from the weighed sums, [sections]."""
        return softmax(np.where(allowed, evidence.scores, -np.inf))


def default_weights(index: Index) -> Array:
    """The weights for an index with nothing to learn from: do its titles ask, or do they head prose?"""
    titles = [section.title for section in index.sections if section.blocks]
    asking = sum(title.endswith("?") or ASKS.match(title) is not None for title in titles)
    return QUESTION_WEIGHTS if 2 * asking > len(titles) else PROSE_WEIGHTS


def log_softmax(values: Array) -> Array:
    """Logarithms of the softmax, along the last axis."""
    shifted = values - values.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def softmax(values: Array) -> Array:
    """Shares that add up to 1; minus infinity gets none."""
    raised = np.exp(values - values.max())
    return np.asarray(raised / raised.sum())


def average(evidence: Sequence[Evidence], drawn: Array) -> Evidence:
    """Several readings of a question as one: the mean, with `drawn` [sections] added to the scores."""
    parts = len(evidence)
    nearest, company, detector, margin = (
        sum(told) / parts for told in zip(*(reading.refused for reading in evidence), strict=True)
    )
    return Evidence(
        evidence[0].ranker,
        np.add.reduce([reading.features for reading in evidence]) / parts,
        np.add.reduce([reading.scores for reading in evidence]) / parts + drawn,
        (nearest, company, detector, margin),
        np.add.reduce([reading.vector for reading in evidence]) / parts,
        evidence[0].views,
        evidence[0].cosines,
        evidence[0].places,
        averaged=True,
    )


def calibrated(weights: Array, traits: Array) -> npt.NDArray[np.float64]:
    """Logistic regression: [..., traits] → [...] probabilities. One weight a trait, then the bias.

    >>> calibrated(np.array([2.0, 0.0]), np.array([[0.0], [9.0]])).round(2).tolist()
    [0.5, 1.0]
    """
    odds = (traits @ weights[:-1] + weights[-1]).astype(np.float64)
    return np.asarray(1.0 / (1.0 + np.exp(-np.minimum(np.maximum(odds, -30.0), 30.0))))
