"""Measures, held against ir-measures, a textbook definition, or arithmetic written out."""

import math

import ir_measures
import numpy as np
import pytest

from chatbot.evaluation import metrics

RUNS = [
    (["a", "b", "c", "d"], {"a"}),
    (["b", "a", "c", "d"], {"a", "d"}),
    (["d", "c", "b", "a"], {"a", "z"}),
    (["b", "c"], {"a"}),
]


@pytest.mark.parametrize(("ranked", "relevant"), RUNS)
def test_ranking_measures_are_those_of_ir_measures(ranked: list[str], relevant: set[str]) -> None:
    qrels = [ir_measures.Qrel("q", ref, 1) for ref in relevant]
    run = [ir_measures.ScoredDoc("q", ref, float(-place)) for place, ref in enumerate(ranked)]
    theirs = {
        str(value.measure): value.value
        for value in ir_measures.iter_calc(
            [ir_measures.Success @ 1, ir_measures.Success @ 3, ir_measures.RR, ir_measures.nDCG @ 10],
            qrels,
            run,
        )
    }
    assert metrics.hit(ranked, relevant, 1) == theirs["Success@1"]
    assert metrics.hit(ranked, relevant, 3) == theirs["Success@3"]
    assert metrics.reciprocal_rank(ranked, relevant) == pytest.approx(theirs["RR"])
    assert metrics.ndcg(ranked, relevant, 10) == pytest.approx(theirs["nDCG@10"])


def test_auroc_counts_pairs() -> None:
    assert metrics.auroc([0.9, 0.4], [0.4, 0.1]) == (1 + 1 + 0.5 + 1) / 4
    assert math.isnan(metrics.auroc([], [0.1]))


def test_calibration_error_is_the_mean_gap_over_bins() -> None:
    confidence, right = [0.95, 0.95, 0.15, 0.15], [True, False, False, False]
    assert metrics.calibration_error(confidence, right) == pytest.approx((2 * 0.45 + 2 * 0.15) / 4)


def test_calibration_error_of_nothing_is_no_number() -> None:
    assert math.isnan(metrics.calibration_error([], []))


def test_calibration_error_of_the_perfectly_calibrated_is_small() -> None:
    chance = np.random.default_rng(1)
    confidence = chance.random(20_000)
    assert (
        metrics.calibration_error(confidence.tolist(), (chance.random(20_000) < confidence).tolist()) < 0.02
    )


def test_risk_coverage_goes_from_the_surest_down() -> None:
    points = metrics.risk_coverage([0.2, 0.9, 0.5, 0.7], [False, True, True, False])
    assert points == [(0.25, 0.0), (0.5, 0.5), (0.75, pytest.approx(1 / 3)), (1.0, 0.5)]


def test_the_interval_holds_the_mean_and_is_the_same_every_time() -> None:
    values = [1.0] * 80 + [0.0] * 20
    low, high = metrics.interval(values)
    assert low < 0.8 < high
    assert metrics.interval(values) == (low, high)
    assert 0.1 < high - low < 0.25  # about 4 standard errors of 0.04
