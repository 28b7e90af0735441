"""What a confidence means: the calibrator, and the threshold that keeps the owner's promise.

In: an `Index` whose ranking is fitted, and golden questions marked `fit`. Out: the weights that
`chatbot.retrieval` applies to a section's traits, and a `Promise`. Each question is judged by folds without
it; nothing is random. It ranks nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from chatbot.conversation import Turn, understand_all
from chatbot.fitting import FEW, FOLDS, alternates, hold_labels, place_in_class
from chatbot.index import Index
from chatbot.ranking import TRAITS, Array, calibrated
from chatbot.retrieval import Retriever

EVEN = 0.5  # the confidence below which an answer is more likely wrong than right

# Without golden questions nobody who is declined teaches the weights, and left-out alternates alone lean
# on the share, which any question has. These sums hold for guides at large; chosen on three (docs/log.md),
# in the order of `TRAITS`.
# Of prose without alternates: closest 1, company 1, share 3, covered 1.5, refused -2, detector 0.2.
OF_PROSE = np.array([1, 1, 0, 3, 1.5, -2, 0, 0.2, 0, 0, 0, 0, 0], np.float32)
# Of prose with them: closest 1, company 1, share 2, covered 1.5, refused -2, detector 0.2, unknown -0.3,
# apart 0.3.
OF_TAUGHT = np.array([1, 1, 0, 2, 1.5, -2, 0, 0.2, -0.3, 0, 0, 0, 0.3], np.float32)
# Of labels, as a bot has for answers, whose words tell nothing: closest 1, company 1, apart 0.2.
OF_LABELS = np.array([1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.2], np.float32)
# The log-odds of a sum, slope and bias: in standard deviations from the mean of the alternates, left out;
# and where there are none, of the sum itself.
ODDS, ODDS_AT_ALL = (1.5, 0.45), (1.2, -5.7)
LET_THROUGH = 0.9  # of labels: the share of the alternates, left out, that get an answer


@dataclass(frozen=True, slots=True)
class Promise:
    """What the threshold costs: the share of answers that are wrong, and of questions that get one."""

    threshold: float
    wrong: float  # share of answered questions whose answer is wrong, on the fitting questions, left out
    coverage: float  # share of the answerable fitting questions that get an answer
    low: float  # of coverage, 95 % bootstrap interval
    high: float


@dataclass(frozen=True, slots=True)
class Example:
    """A fitting question: how it is asked and which sections answer it (none: it must be declined)."""

    question: str
    relevant: frozenset[int]
    history: tuple[str, ...] = ()
    guides: frozenset[int] = frozenset()  # to which the question is restricted; empty: all


def fit_calibrator(
    index: Index, examples: Sequence[Example], promise: float
) -> tuple[dict[str, Array], Promise]:
    """Fits P(the best section answers) and the threshold that keeps the promise.

    Follow-ups that are read in two ways have weights of their own, where there are enough of them.

    Where the examples hold hardly any that must be declined, there are two kinds of free ones: each
    answerable one a second time with its own sections taken away, when whatever ranks first is wrong, and
    `unrelated` ones. (With real ones at hand the former do harm: calibration error 0.025 → 0.058.) Without
    examples there are fixed sums, scaled by the alternates.
    """
    if len(examples) < FEW:
        return _scale(index)
    free = sum(not example.relevant for example in examples) < FEW
    seen = _observe(Retriever(index), examples, free)
    seen.traits[:, TRAITS.index("apart")] = 0.0  # beside weights that are learnt it brings nothing
    weight = {"in": 1.0, "out": 1.0, "without": 0.25, "unrelated": len(examples) / len(unrelated())}
    importance = np.array([weight[name] for name in seen.kinds])
    fitted = {}
    left_out = np.zeros(len(seen.right))
    kinds = seen.right[seen.averaged], seen.right[~seen.averaged]
    apart = min(min(kind.sum(), (1 - kind).sum()) for kind in kinds) >= FEW
    for name, rows in {
        "calibrator.averaged.weights": np.flatnonzero(seen.averaged if apart else []),
        "calibrator.weights": np.flatnonzero(~seen.averaged | (not apart)),
    }.items():
        if len(rows):
            weights, left_out[rows] = _fit_calibrator(seen, rows, importance[rows])
            fitted[name] = weights
    asked = (seen.kinds == "in") | (seen.kinds == "out")
    return fitted, keep_promise(left_out[asked], seen.right[asked], seen.kinds[asked] == "in", promise)


def _scale(index: Index) -> tuple[dict[str, Array], Promise]:
    """The weights without golden questions: a fixed sum, its scale from the alternates, each left out.

    These cannot tell what wrong answers a threshold costs. Of prose it is `EVEN`; of labels it lets
    `LET_THROUGH` of them pass (on Curekart, HINT3, within 0.015 of the best MCC).
    """
    examples = default_examples(index)
    if len(examples) < FEW:
        weights = np.append(ODDS_AT_ALL[0] * OF_PROSE, ODDS_AT_ALL[1]).astype(np.float32)
        return {"calibrator.weights": weights}, Promise(EVEN, 0.0, 0.0, 0.0, 0.0)
    labels = hold_labels(index)
    weights = OF_LABELS if labels else OF_TAUGHT
    seen = _observe(Retriever(index, blind=True), examples, free=False)
    sums = seen.traits @ weights
    slope = ODDS[0] / max(float(sums.std()), 1e-6)
    weights = np.append(slope * weights, ODDS[1] - slope * sums.mean()).astype(np.float32)
    confidence = calibrated(weights, seen.traits)
    threshold = float(np.quantile(confidence, 1 - LET_THROUGH)) if labels else EVEN
    promise = _cost(threshold, confidence, seen.right, np.ones(len(confidence), bool))
    return {"calibrator.weights": weights}, promise


@dataclass(frozen=True, slots=True)
class Observations:
    """What is seen of the fitting questions. Kinds: "in" and "out" of the guides, "without", "unrelated"."""

    traits: Array  # [observations, traits], of the best section
    right: npt.NDArray[np.float64]  # [observations], whether that section answers
    kinds: npt.NDArray[np.str_]
    averaged: npt.NDArray[np.bool_]  # whether several readings were averaged, as for follow-ups


def _fit_calibrator(
    seen: Observations, rows: npt.NDArray[np.int64], importance: npt.NDArray[np.float64]
) -> tuple[Array, npt.NDArray[np.float64]]:
    """The weights for some observations, and the confidence of each from the folds without it."""
    table, right = seen.traits[rows], seen.right[rows]
    left_out = np.zeros(len(rows))
    folds = place_in_class((right * 2 + (seen.kinds[rows] == "out")).astype(np.int64)) % FOLDS
    for fold in range(FOLDS):
        inside = folds == fold
        weights = _fit_logistic(table[~inside], right[~inside], importance[~inside])
        left_out[inside] = calibrated(weights, table[inside])
    return _fit_logistic(table, right, importance), left_out


def _observe(retriever: Retriever, examples: Sequence[Example], free: bool) -> Observations:
    """The best section for each example; if `free` also "without" its own sections, and "unrelated" ones."""
    traits, labels, kinds, averaged = [], [], [], []
    asks = [(example, "in" if example.relevant else "out") for example in examples]
    if free:
        asks += [(Example(question, frozenset()), "unrelated") for question in unrelated()]
    turns = understand_all(retriever, [(ask.question, ask.history, ask.guides) for ask, _ in asks])
    for (example, kind), turn in zip(asks, turns, strict=True):
        found, section = _best_traits(retriever, turn, frozenset())
        traits.append(found)
        labels.append(section in example.relevant)
        kinds.append(kind)
        averaged.append(turn.evidence.averaged)
        if free and kind == "in":
            traits.append(_best_traits(retriever, turn, example.relevant)[0])
            labels.append(False)
            kinds.append("without")
            averaged.append(turn.evidence.averaged)
    return Observations(np.stack(traits), np.array(labels, float), np.array(kinds), np.array(averaged))


@cache
def unrelated() -> tuple[str, ...]:
    """Everyday questions of which hardly any guide speaks (`unrelated.txt`)."""
    return tuple(Path(__file__).with_name("unrelated.txt").read_text(encoding="utf-8").splitlines())


def _best_traits(retriever: Retriever, turn: Turn, without: frozenset[int]) -> tuple[Array, int]:
    allowed = turn.allowed.copy()
    allowed[list(without)] = False
    shares = retriever.ranker.shares(turn.evidence, allowed)
    section = int(np.argmax(shares))
    return retriever.ranker.traits(turn.evidence, [section], turn.words, shares)[0], section


def _fit_logistic(
    inputs: Array, labels: npt.NDArray[np.float64], importance: npt.NDArray[np.float64]
) -> Array:
    """Ridge logistic regression on standardised traits, folded back into weights for the plain ones."""
    from sklearn.linear_model import LogisticRegression

    mean, spread = inputs.mean(axis=0), inputs.std(axis=0)
    spread[spread < 1e-6] = np.inf  # a trait that never varies tells nothing
    model = LogisticRegression(C=1.0, max_iter=1000)
    model.fit((inputs - mean) / spread, labels, sample_weight=importance)
    weights = model.coef_[0] / spread
    bias = model.intercept_[0] - float(weights @ mean)
    return np.append(weights, bias).astype(np.float32)


def keep_promise(
    confidence: npt.NDArray[np.float64],
    right: npt.NDArray[np.float64],
    answerable: npt.NDArray[np.bool_],
    promise: float,
) -> Promise:
    """The lowest threshold under which at most a share `promise` of what is answered is wrong.

    Whatever the promise, what is more likely wrong than right is no answer (`EVEN`).
    """
    order = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum(1 - right[order]) / np.arange(1, len(order) + 1)
    last_of_equals = np.append(np.diff(confidence[order]) < 0, True)  # a threshold cannot part equals
    kept = np.flatnonzero((wrong <= promise) & last_of_equals & (confidence[order] >= EVEN))
    threshold = float(confidence[order[kept[-1]]]) if len(kept) else 1.0
    return _cost(threshold, confidence, right, answerable)


def _cost(
    threshold: float,
    confidence: npt.NDArray[np.float64],
    right: npt.NDArray[np.float64],
    answerable: npt.NDArray[np.bool_],
) -> Promise:
    """What a threshold costs on judged questions."""
    answered = confidence >= threshold
    wrong = float((1 - right[answered]).mean()) if answered.any() else 0.0
    passed = answered[answerable]
    chance = np.random.default_rng(0)
    means = [chance.choice(passed, len(passed)).mean() for _ in range(500)] if len(passed) else [0.0]
    low, high = np.quantile(means, [0.025, 0.975])
    coverage = float(passed.mean()) if len(passed) else 0.0
    return Promise(threshold, wrong, coverage, float(low), float(high))


def default_examples(index: Index) -> list[Example]:
    """What stands in for golden questions: some alternates of each section, none that is its title."""
    taken: dict[int, list[Example]] = {}
    for row, section in zip(*alternates(index, untold=True), strict=True):
        guide = int(index.guide_of[section])
        named = frozenset([guide]) if index.guides[guide].aliases else frozenset()
        taken.setdefault(int(section), []).append(
            Example(index.views[row].text, frozenset([int(section)]), guides=named)
        )
    return [example for group in taken.values() for example in group[:6]]
