"""Measures of ranking, refusing and calibration, as pure functions on arrays.

In: ranks, confidences, outcomes. Out: numbers. Ranking measures are checked against ir-measures in the
tests. It knows no bot and no files.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]


def hit(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """1 if one of the first `k` is relevant, else 0."""
    return float(any(ref in relevant for ref in ranked[:k]))


def reciprocal_rank(ranked: Sequence[str], relevant: Collection[str]) -> float:
    """One over the place of the first relevant one, 0 if there is none.

    >>> reciprocal_rank(["a", "b", "c"], {"b"})
    0.5
    """
    return next((1 / place for place, ref in enumerate(ranked, 1) if ref in relevant), 0.0)


def ndcg(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """Normalised discounted cumulative gain at `k`, every relevant one worth the same.

    >>> ndcg(["a", "b"], {"a"}, 10)
    1.0
    """
    gain = sum(1 / np.log2(place + 1) for place, ref in enumerate(ranked[:k], 1) if ref in relevant)
    best = sum(1 / np.log2(place + 1) for place in range(1, min(len(relevant), k) + 1))
    return float(gain / best) if best else 0.0


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The probability that a positive scores higher than a negative; ties count half.

    >>> auroc([0.9, 0.4], [0.4, 0.1])
    0.875
    """
    high, low = np.asarray(positive)[:, None], np.asarray(negative)[None, :]
    return float((high > low).mean() + 0.5 * (high == low).mean()) if high.size and low.size else float("nan")


def calibration_error(confidence: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Expected calibration error: the mean gap between confidence and share right, over equal bins.

    Of no confidences there is none: not a number.
    Naeini et al., Obtaining well calibrated probabilities using Bayesian binning, AAAI 2015.

    >>> round(calibration_error([0.8, 0.8, 0.8, 0.8, 0.8], [True, True, True, True, False]), 6)
    0.0
    """
    gaps = sum(n * abs(mean - share) for mean, share, n in reliability(confidence, right, bins))
    return float(gaps / len(right)) if right else float("nan")


def reliability(
    confidence: Sequence[float], right: Sequence[bool], bins: int = 10
) -> list[tuple[float, float, int]]:
    """For each filled bin of confidence: its mean, the share right, and how many."""
    values, outcomes = np.asarray(confidence, float), np.asarray(right, float)
    place = np.minimum((values * bins).astype(int), bins - 1)
    return [
        (float(values[place == n].mean()), float(outcomes[place == n].mean()), int((place == n).sum()))
        for n in range(bins)
        if (place == n).any()
    ]


def risk_coverage(confidence: Sequence[float], right: Sequence[bool]) -> list[tuple[float, float]]:
    """Share answered and share wrong of these, for every threshold from the highest confidence down."""
    order = np.argsort(-np.asarray(confidence), kind="stable")
    wrong = np.cumsum(~np.asarray(right, bool)[order])
    return [(n / len(order), float(wrong[n - 1] / n)) for n in range(1, len(order) + 1)]


def interval(
    values: Sequence[float] | Values,
    of: Callable[[Values], float] = lambda chosen: float(chosen.mean()),
    draws: int = 500,
) -> tuple[float, float]:
    """The 95 % bootstrap interval of a statistic (percentiles; the same draws every time)."""
    table = np.asarray(values, float)
    if not len(table):
        return float("nan"), float("nan")
    chance = np.random.default_rng(0)
    drawn = [of(table[chance.integers(0, len(table), len(table))]) for _ in range(draws)]
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return float(low), float(high)
