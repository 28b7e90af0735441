"""What the guide teaches at build time: classifier, ranker weights, detector and calibrator, as plain arrays.

In: an `Index` with vectors, and golden questions marked `fit`. Out: the arrays that `chatbot.ranking` and
`chatbot.retrieval` apply. Everything is fitted on questions left out: an alternate never sees itself.
scikit-learn and SciPy are needed here and nowhere else; nothing is random.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from chatbot import lexical
from chatbot.conversation import Turn, understand_all
from chatbot.index import Fitted, Index
from chatbot.ranking import (
    BEND,
    FEATURES,
    NEAREST,
    OF_DECLINED,
    TRAITS,
    Array,
    Ranker,
    default_weights,
    log_softmax,
)
from chatbot.retrieval import Retriever, calibrated

FOLDS = 5
SMOOTH = 10.0  # inverse strength of the classifiers' ridge; 3 to 100 differ by less than 0.01 in hit@1
NEVER = -1e9  # the score of a section that does not compete
FEW = 40  # below this many questions a calibrator is not fitted on them
EVEN = 0.5  # the confidence below which an answer is more likely wrong than right
LET_THROUGH = 0.9  # with alternates alone: the share of those, left out, that get an answer

# Without any questions to learn from: own 12, share 1, covered 3, unknown -0.5, and the bias. Chosen on
# doc2dial and SQuAD 2.0 (docs/quality.md); a careful start, not a calibrated one.
DEFAULT_CALIBRATOR = np.array([0, 0, 12, 1, 3, 0, 0, 0, -0.5, 0, 0, 0, -9], np.float32)
DEFAULT_THRESHOLD = 0.5

# With alternates alone there is nobody who is declined, and nobody who asks in words of another hand: only
# the scale of this sum (closest, company, 0.3 share) is fitted. Free weights lean on the share, which any
# question has: MCC on Curekart (HINT3) 0.58 instead of 0.69.
PLAIN_SUM = np.array([[1, 1, 0, 0.3, 0, 0, 0, 0, 0, 0, 0, 0]], np.float32).T


@dataclass(frozen=True, slots=True)
class Promise:
    """What the threshold costs: the share of answers that are wrong, and of questions that get one."""

    threshold: float
    wrong: float  # share of answered questions whose answer is wrong, on the fitting questions, left out
    coverage: float  # share of the answerable fitting questions that get an answer
    low: float  # of coverage, 95 % bootstrap interval
    high: float


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Keeps the numerical libraries to one thread.

    The matrices are small: more threads only wait for each other, ten times as long as the work takes.
    """
    import scipy.optimize  # noqa: F401 - only libraries that are there already can be limited
    import sklearn.linear_model  # noqa: F401
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        yield


def fit_ranker(index: Index) -> dict[str, npt.NDArray[np.generic]]:
    """Fits classifier and feature weights on the alternates, each left out in its turn."""
    rows = np.array([n for n, view in enumerate(index.views) if view.kind == "alternate"], np.int64)
    sections = np.array([index.views[n].section for n in rows], np.int64)
    fitted: dict[str, npt.NDArray[np.generic]] = {}
    if len(rows) < FEW:
        return fitted | {"ranker.weights": default_weights(index)}
    taught, counts = np.unique(sections, return_counts=True)
    log_odds = np.zeros((len(rows), len(index.sections)), np.float32)
    classified = len(taught) > 1 and float(np.median(counts)) >= 3
    if classified:
        weights, bias, left_out = _fit_classifier(index.vectors[rows], sections)
        fitted |= {"classifier.weights": weights, "classifier.bias": bias, "classifier.sections": taught}
        log_odds[:] = left_out.min(axis=1, keepdims=True)
        log_odds[:, taught] = left_out
    features = _left_out_features(index, rows, log_odds)
    answerable = Ranker(index).answerable
    fitted["ranker.weights"] = _fit_weights(
        features[:, :, answerable],
        _renumber(sections, answerable),
        _rivals(index, sections)[:, answerable],
        classified,
    )
    return fitted


def _rivals(index: Index, sections: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Which sections each alternate competes with, [alternates, sections].

    A guide that has a role's names is chosen by name or by the conversation, so that its alternates
    ("what are the hours?") need not beat those of another guide's section on the same.
    """
    role = np.array([bool(guide.aliases) for guide in index.guides])
    own = index.guide_of[sections]
    return np.asarray((own[:, None] == index.guide_of[None, :]) | ~role[own][:, None])


def _renumber(sections: npt.NDArray[np.int64], kept: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    return (np.cumsum(kept) - 1)[sections]


def _fit_classifier(vectors: Array, labels: npt.NDArray[np.int64]) -> tuple[Array, Array, Array]:
    """Multinomial logistic regression; also the log-probabilities of each row from the folds without it."""
    from sklearn.linear_model import LogisticRegression

    order = np.unique(labels)
    number = np.searchsorted(order, labels)
    place = _place_in_class(number)

    def fit(keep: npt.NDArray[np.bool_]) -> tuple[Array, Array]:
        """Weights and bias from the rows that are kept; a class without rows gets next to no chance."""
        model = LogisticRegression(C=SMOOTH, max_iter=150)
        with warnings.catch_warnings():  # a fold may stop before its last digit: harmless here
            warnings.simplefilter("ignore")
            model.fit(vectors[keep], number[keep])
        weights = np.zeros((len(order), vectors.shape[1]), np.float32)
        bias = np.full(len(order), -20.0, np.float32)
        if len(model.classes_) == 2:  # scikit-learn keeps one row for two classes
            weights[model.classes_] = np.concatenate([-model.coef_ / 2, model.coef_ / 2])
            bias[model.classes_] = np.concatenate([-model.intercept_ / 2, model.intercept_ / 2])
        else:
            weights[model.classes_], bias[model.classes_] = model.coef_, model.intercept_
        return weights, bias

    left_out = np.zeros((len(labels), len(order)), np.float32)
    for fold in range(FOLDS):
        inside = place % FOLDS == fold
        weights, bias = fit(~inside)
        left_out[inside] = log_softmax(vectors[inside] @ weights.T + bias)
    weights, bias = fit(np.ones(len(labels), bool))
    return weights, bias, left_out


def _place_in_class(labels: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """How many earlier rows have the same label: folds cut every class alike, without chance."""
    seen: dict[int, int] = {}
    places = []
    for label in labels.tolist():
        places.append(seen.get(label, 0))
        seen[label] = places[-1] + 1
    return np.array(places, np.int64)


def fit_detector(index: Index) -> dict[str, npt.NDArray[np.generic]]:
    """Tells questions that the guides answer from those that they are known not to, topic by topic.

    Each declined question is put beside the section that it would have got; the classes of one
    multinomial regression then are "answered by s" and "declined near s". Two plain classes did worse
    (near-miss AUROC 0.974 against 0.981).
    """
    from sklearn.linear_model import LogisticRegression

    rows = np.array([n for n, view in enumerate(index.views) if view.kind == "alternate"], np.int64)
    declined = np.array([n for n, view in enumerate(index.views) if view.kind == "declined"], np.int64)
    if len(declined) < FEW or len(rows) < FEW:
        return {}
    size = len(index.sections)
    own = np.array([index.views[n].section for n in rows])
    terms = [lexical.stems(index.views[n].text) for n in declined]
    seen = Ranker(index).evidence(index.vectors[declined], terms)
    near = [int(each.scores.argmax()) for each in seen]
    closest = [each.closest() for each in seen]
    model = LogisticRegression(C=SMOOTH, max_iter=150)
    with warnings.catch_warnings():  # stopping before the last digit is harmless here
        warnings.simplefilter("ignore")
        model.fit(
            index.vectors[np.concatenate([rows, declined])], np.concatenate([own, size + np.array(near)])
        )
    return _fit_border(index, rows, declined) | {
        "detector.weights": model.coef_.astype(np.float32),
        "detector.bias": model.intercept_.astype(np.float32),
        "detector.answers": model.classes_ < size,
        "far": np.quantile(closest, 1 / OF_DECLINED).astype(np.float32),
    }


def _fit_border(
    index: Index, rows: npt.NDArray[np.int64], declined: npt.NDArray[np.int64]
) -> dict[str, npt.NDArray[np.generic]]:
    """A curved border between answered and declined questions: a support vector machine.

    On a quarter of the axes, the principal ones, scaled to a mean length of 1: on all of them it is hardly
    better, and four times as slow to ask.
    """
    from sklearn.svm import SVC

    vectors = index.vectors[np.concatenate([rows, declined])].astype(np.float64)
    mean = vectors.mean(axis=0)
    _, axes = np.linalg.eigh(np.cov(vectors, rowvar=False))  # the last ones are the longest
    axes = axes[:, -max(1, vectors.shape[1] // 4) :]
    axes /= max(float(np.sqrt((((vectors - mean) @ axes) ** 2).sum(axis=1).mean())), 1e-9)
    places = (vectors - mean) @ axes
    model = SVC(C=SMOOTH, gamma=BEND, cache_size=500)
    model.fit(places, np.arange(len(vectors)) < len(rows))
    return {
        "border.axes": axes.astype(np.float32),
        "border.centre": (mean @ axes).astype(np.float32),
        "border.vectors": model.support_vectors_.astype(np.float32),
        "border.duals": model.dual_coef_[0].astype(np.float32),
        "border.bias": model.intercept_[0].astype(np.float32),
    }


def _left_out_features(index: Index, rows: npt.NDArray[np.int64], log_odds: Array) -> Array:
    """The features of every alternate as if it were not in the index, [alternates, features, sections]."""
    ranker = Ranker(replace(index, fitted={}))
    cosines, near = index.nearest(index.vectors[rows], NEAREST + 1)
    features = []
    for number, row in enumerate(rows):
        keep = near[number] >= 0
        terms = index.words["terms"][number]
        seen = ranker.weigh(
            index.vectors[row], terms, cosines[number][keep], near[number][keep], log_odds[number], 0.0, [row]
        )
        features.append(seen.features)
    return np.stack(features)


def _fit_weights(
    features: Array, labels: npt.NDArray[np.int64], rivals: npt.NDArray[np.bool_], classified: bool
) -> Array:
    """Weights under which the right section has the highest softmax (a conditional logit), none negative."""
    from scipy.optimize import minimize

    used = [n for n, name in enumerate(FEATURES) if classified or name != "classifier"]
    inputs = features[:, used].astype(np.float64)  # [questions, features, sections]
    rows = np.arange(len(labels))

    def loss(weights: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        """How unlikely the right sections are under the weights, and its gradient."""
        logs = log_softmax(np.where(rivals, np.einsum("f,qfs->qs", weights, inputs), NEVER))
        gradient = np.einsum("qs,qfs->f", np.exp(logs), inputs) - inputs[rows, :, labels].sum(axis=0)
        ridge = 1e-3 * float(weights @ weights)
        return -float(logs[rows, labels].sum()) + ridge, gradient + 2e-3 * weights

    start = np.ones(len(used))
    result = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * len(used))
    weights = np.zeros(len(FEATURES), np.float32)
    weights[used] = result.x
    return weights


# The calibrator ---------------------------------------------------------------------------------


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
    examples the alternates serve, left out. Alone they cannot tell what wrong answers a threshold costs:
    it then lets `LET_THROUGH` of them pass (on Curekart, HINT3, within 0.015 of the best MCC).
    """
    own = len(examples) < FEW  # too few: the alternates have to judge, each blind to itself
    examples = default_examples(index) if own else examples
    if len(examples) < FEW:
        return {"calibrator.weights": DEFAULT_CALIBRATOR}, Promise(DEFAULT_THRESHOLD, promise, 0.0, 0.0, 0.0)
    free = sum(not example.relevant for example in examples) < FEW
    seen = _observe(Retriever(index, blind=own), examples, free)
    sums = PLAIN_SUM.copy() if own and free else np.eye(len(TRAITS), dtype=np.float32)
    if own:
        sums[TRAITS.index("margin")] = 0  # the border knows its own questions by heart
    weight = {"in": 1.0, "out": 1.0, "without": 0.25, "unrelated": len(examples) / len(unrelated())}
    importance = np.array([weight[name] for name in seen.kinds])
    fitted = {}
    left_out = np.zeros(len(seen.right))
    apart = min(np.bincount(seen.right[seen.averaged].astype(int), minlength=2)) >= FEW
    for name, rows in {
        "calibrator.averaged.weights": np.flatnonzero(seen.averaged if apart else []),
        "calibrator.weights": np.flatnonzero(~seen.averaged | (not apart)),
    }.items():
        if len(rows):
            weights, left_out[rows] = _fit_calibrator(seen, rows, sums, importance[rows])
            fitted[name] = weights
    asked = (seen.kinds == "in") | (seen.kinds == "out")
    judged = left_out[asked], seen.right[asked], seen.kinds[asked] == "in"
    return fitted, let_through(*judged) if own and free else keep_promise(*judged, promise)


@dataclass(frozen=True, slots=True)
class Observations:
    """What is seen of the fitting questions. Kinds: "in" and "out" of the guides, "without", "unrelated"."""

    traits: Array  # [observations, traits], of the best section
    right: npt.NDArray[np.float64]  # [observations], whether that section answers
    kinds: npt.NDArray[np.str_]
    averaged: npt.NDArray[np.bool_]  # whether several readings were averaged, as for follow-ups


def _fit_calibrator(
    seen: Observations, rows: npt.NDArray[np.int64], sums: Array, importance: npt.NDArray[np.float64]
) -> tuple[Array, npt.NDArray[np.float64]]:
    """The weights for some observations, and the confidence of each from the folds without it."""
    table, right = seen.traits[rows] @ sums, seen.right[rows]
    left_out = np.zeros(len(rows))
    folds = _place_in_class((right * 2 + (seen.kinds[rows] == "out")).astype(np.int64)) % FOLDS
    for fold in range(FOLDS):
        inside = folds == fold
        weights = _fit_logistic(table[~inside], right[~inside], importance[~inside])
        left_out[inside] = calibrated(weights, table[inside])
    weights = _fit_logistic(table, right, importance)
    return np.append(sums @ weights[:-1], weights[-1]), left_out


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


def let_through(
    confidence: npt.NDArray[np.float64], right: npt.NDArray[np.float64], answerable: npt.NDArray[np.bool_]
) -> Promise:
    """The threshold that a share `LET_THROUGH` of the answerable questions passes."""
    threshold = float(np.quantile(confidence[answerable], 1 - LET_THROUGH))
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
    """What stands in for golden questions: alternates, and the refused questions."""
    taken: dict[int, list[Example]] = {}
    for view in index.views:
        if view.kind == "declined":
            taken.setdefault(-1, []).append(Example(view.text, frozenset()))
        elif view.kind == "alternate":
            guide = int(index.guide_of[view.section])
            named = frozenset([guide]) if index.guides[guide].aliases else frozenset()
            taken.setdefault(view.section, []).append(
                Example(view.text, frozenset([view.section]), guides=named)
            )
    return [example for group in taken.values() for example in group[:6]]


def thresholds(promise: Promise) -> Fitted:
    """The threshold as arrays of a build."""
    return {"calibrator.threshold": np.array(promise.threshold, np.float32)}
