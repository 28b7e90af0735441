"""What the guide teaches the ranking at build time: classifier, weights and detector, as plain arrays.

In: an `Index` with vectors. Out: the arrays that `chatbot.ranking` applies. Everything is fitted on
questions left out: an alternate never sees itself. Chance has fixed seeds. The confidence is the business of
`chatbot.calibration`. No one who only answers needs scikit-learn or SciPy.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from chatbot import lexical
from chatbot.index import Index
from chatbot.letters import Letters
from chatbot.lexical import fold_phrase
from chatbot.ranking import (
    FEATURES,
    JUDGED,
    LOUD,
    NEAREST,
    OF_DECLINED,
    Array,
    Ranker,
    default_weights,
    log_softmax,
)

FOLDS = 5
# The classifiers: inverse strength of their ridge (3 to 100 differ by less than 0.01 in hit@1), and how small
# a slope ends the fit.
CLASSIFIER = {"C": 10.0, "tol": 3e-4, "max_iter": 150}
NEVER = -1e9  # the score of a section that does not compete
LABEL = 15  # words of its own that a section has at the median, below which its guides hold labels
# The border between answered and declined questions: so many networks with so many inner units, taught in so
# many rounds of so many steps, on questions that are moved by so much of their length.
NETWORKS, HIDDEN, ROUNDS, STEPS, MOVED = 3, 128, 20, 27, 0.5
FEW = 40  # below this many questions nothing is fitted on them


@contextlib.contextmanager
def numerics() -> Iterator[None]:
    """Keeps the numerical libraries to one thread, and silent where a fit stops before its last digit.

    The matrices are small: more threads only wait for each other, ten times as long as the work takes.
    Whatever runs in a thread of its own opens its own, for OpenMP counts by thread; and one is around them
    all, for warnings, and the threads of NumPy's library, are settings of the process.
    """
    import scipy.optimize  # noqa: F401 - only libraries that are there already can be limited
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


def fit_ranker(index: Index) -> dict[str, npt.NDArray[np.generic]]:
    """Fits classifier and feature weights on the alternates, each left out in its turn.

    Also what the classifier says of each alternate without it, `JUDGED` [views, sections]: for the
    calibrator, not to be stored.
    """
    rows, sections = alternates(index)
    untold, of = alternates(index, untold=True)
    if len(untold) < FEW:
        return {"ranker.weights": default_weights(index)}
    fitted: dict[str, npt.NDArray[np.generic]] = {}
    judged = np.zeros((len(index.views), len(index.sections)), np.float32)
    taught, counts = np.unique(sections, return_counts=True)
    if classified := len(taught) > 1 and float(np.median(counts)) >= 3:
        inputs, fitted = _inputs(index, rows)
        weights, bias, left_out = _fit_classifier(inputs, sections)
        fitted |= {"classifier.weights": weights, "classifier.bias": bias, "classifier.sections": taught}
        judged[rows] = left_out.min(axis=1, keepdims=True)
        judged[np.ix_(rows, taught)] = left_out
        fitted[JUDGED] = judged
    features = _left_out_features(index, untold, judged[untold])
    answerable = Ranker(index).answerable
    fitted["ranker.weights"] = _fit_weights(
        features[:, :, answerable],
        _renumber(of, answerable),
        _rivals(index, of)[:, answerable],
        classified,
    )
    return fitted


def alternates(index: Index, untold: bool = False) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The views that are alternates, and their sections.

    With `untold` without those that their section bears as its title, too: these cannot be left out.
    """
    titles = [fold_phrase(section.title) for section in index.sections]
    rows = [
        n
        for n, view in enumerate(index.views)
        if view.kind == "alternate" and not (untold and fold_phrase(view.text) == titles[view.section])
    ]
    return np.array(rows, np.int64), np.array([index.views[n].section for n in rows], np.int64)


def hold_labels(index: Index) -> bool:
    """Whether the sections say hardly more than a label, as the intents of a bot."""
    words = [
        sum(len(unit.text.split()) for unit in section.units) for section in index.sections if section.blocks
    ]
    return bool(words) and float(np.median(words)) < LABEL


def _inputs(index: Index, rows: npt.NDArray[np.int64]) -> tuple[Any, dict[str, npt.NDArray[np.generic]]]:
    """What a classifier learns of alternates: their vectors, and behind these, of labels, their letters."""
    vectors = index.vectors[rows]
    if not hold_labels(index):
        return vectors, {}
    from scipy.sparse import csr_array, hstack

    texts = [index.views[row].text for row in rows]
    letters = Letters.of(texts)
    found = [letters.find(text) for text in texts]
    starts = np.cumsum([0, *(len(places) for places, _ in found)])
    values = LOUD * np.concatenate([values for _, values in found])
    places = np.concatenate([places for places, _ in found])
    table = csr_array((values, places, starts), shape=(len(rows), len(letters.known)))
    learnt = {"letters.known": letters.known, "letters.rarity": letters.rarity}
    return hstack([csr_array(vectors), table], format="csr"), learnt


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


def _fit_classifier(inputs: Any, labels: npt.NDArray[np.int64]) -> tuple[Array, Array, Array]:
    """Multinomial logistic regression; also the log-probabilities of each row from the folds without it.

    `inputs` are an array or a sparse one, [rows, numbers].
    """
    from sklearn.linear_model import LogisticRegression

    order = np.unique(labels)
    number = np.searchsorted(order, labels)
    place = place_in_class(number)

    def fit(keep: npt.NDArray[np.bool_]) -> tuple[Array, Array]:
        """Weights and bias from the rows that are kept; a class without rows gets next to no chance."""
        model = LogisticRegression(**CLASSIFIER)
        model.fit(inputs[keep], number[keep])
        weights = np.zeros((len(order), inputs.shape[1]), np.float32)
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
        left_out[inside] = log_softmax(inputs[inside] @ weights.T + bias)
    weights, bias = fit(np.ones(len(labels), bool))
    return weights, bias, left_out


def place_in_class(labels: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
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

    rows, own = alternates(index)
    declined = np.array([n for n, view in enumerate(index.views) if view.kind == "declined"], np.int64)
    if len(declined) < FEW or len(rows) < FEW:
        return {}
    size = len(index.sections)
    texts = [index.views[n].text for n in declined]
    seen = Ranker(index).evidence(index.vectors[declined], [lexical.stems(text) for text in texts], texts)
    near = [int(each.scores.argmax()) for each in seen]
    closest = [each.closest() for each in seen]
    model = LogisticRegression(**CLASSIFIER)
    model.fit(index.vectors[np.concatenate([rows, declined])], np.concatenate([own, size + np.array(near)]))
    return _fit_border(index, rows, declined) | {
        "detector.weights": model.coef_.astype(np.float32),
        "detector.bias": model.intercept_.astype(np.float32),
        "detector.answers": model.classes_ < size,
        "far": np.quantile(closest, 1 / OF_DECLINED).astype(np.float32),
    }


def _fit_border(
    index: Index, rows: npt.NDArray[np.int64], declined: npt.NDArray[np.int64]
) -> dict[str, npt.NDArray[np.generic]]:
    """A curved border between answered and declined questions: networks of one hidden layer, averaged.

    They see each question anew in each of their rounds, moved by chance (always the same) by half of its
    length, so that they learn how far its surroundings go, not where it lies.
    """
    from sklearn.neural_network import MLPClassifier

    vectors = index.vectors[np.concatenate([rows, declined])]
    answered = np.arange(len(vectors)) < len(rows)
    # Evenly spread numbers, with the variance that each axis is due: drawn ten times as fast as normal ones.
    reach = np.float32(MOVED * np.sqrt(12 / vectors.shape[1]))
    batch = max(8, len(vectors) // STEPS)
    networks = []
    for seed in range(NETWORKS):
        chance = np.random.default_rng(seed)
        network = MLPClassifier(HIDDEN, learning_rate_init=0.02, batch_size=batch, random_state=seed)
        for _ in range(ROUNDS):
            moved = vectors + reach * (chance.random(vectors.shape, np.float32) - np.float32(0.5))
            network.partial_fit(moved, answered, classes=(False, True))
        networks.append(network)
    return {
        "border.inner": np.concatenate([network.coefs_[0].T for network in networks]),
        "border.edges": np.concatenate([network.intercepts_[0] for network in networks]),
        "border.outer": np.concatenate([network.coefs_[1][:, 0] for network in networks]) / NETWORKS,
        "border.bias": np.array(np.mean([network.intercepts_[1] for network in networks]), np.float32),
    }


def _left_out_features(index: Index, rows: npt.NDArray[np.int64], log_odds: Array) -> Array:
    """The features of every alternate as if it were not in the index, [alternates, features, sections]."""
    ranker = Ranker(index)
    cosines, near = index.nearest(index.vectors[rows], NEAREST + 1)
    features = []
    for number, row in enumerate(rows):
        keep = near[number] >= 0
        terms = lexical.stems(index.views[row].text)
        seen = ranker.weigh(
            index.vectors[row], terms, cosines[number][keep], near[number][keep], log_odds[number], [row]
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
