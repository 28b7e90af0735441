"""Calibration: examples as they come, the promise kept on what it was made on, odds found again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot import calibration, fitting
from chatbot.answering import Chatbot
from chatbot.calibration import EVEN, Example, fit_calibrator, keep_promise
from chatbot.fitting import fit_ranker
from chatbot.retrieval import Retriever, calibrated
from tests.test_fitting import draft, labelled


def test_examples_of_golden_questions_are_used_when_there_are_enough(bot: Chatbot) -> None:
    index = draft(bot)
    index = replace(index, fitted=fit_ranker(index))
    own = calibration.default_examples(index)
    strict = [Example(example.question, frozenset()) for example in own]
    assert len(own) >= fitting.FEW
    plain, _ = fit_calibrator(index, own, 0.05)
    few, _ = fit_calibrator(index, strict[: fitting.FEW - 1], 0.05)
    alone, _ = fit_calibrator(index, (), 0.05)
    np.testing.assert_array_equal(few["calibrator.weights"], alone["calibrator.weights"])
    assert not np.array_equal(plain["calibrator.weights"], alone["calibrator.weights"])


def test_alternates_alone_only_give_the_scale(bot: Chatbot) -> None:
    """The mean alternate, left out, gets the odds that the fixed sum is worth there."""
    index = draft(bot)
    index = replace(index, fitted=fit_ranker(index))
    fitted, promise = fit_calibrator(index, (), 0.05)
    weights = fitted["calibrator.weights"]
    scale = weights[:-1] @ calibration.OF_TAUGHT / (calibration.OF_TAUGHT @ calibration.OF_TAUGHT)
    np.testing.assert_allclose(weights[:-1], scale * calibration.OF_TAUGHT, 1e-4)
    seen = calibration._observe(Retriever(index, blind=True), calibration.default_examples(index), free=False)
    odds = seen.traits @ weights[:-1] + weights[-1]
    assert odds.mean() == pytest.approx(calibration.ODDS[1], abs=0.01)
    assert odds.std() == pytest.approx(calibration.ODDS[0], abs=0.01)
    assert promise.threshold == EVEN


def test_labels_have_a_sum_of_their_own_and_most_alternates_pass(trades: Chatbot) -> None:
    index = labelled(trades)
    index = replace(index, fitted=fit_ranker(index))
    fitted, promise = fit_calibrator(index, (), 0.05)
    weights = fitted["calibrator.weights"][:-1]
    np.testing.assert_allclose(weights / weights[0], calibration.OF_LABELS, rtol=1e-4)
    seen = calibration._observe(Retriever(index, blind=True), calibration.default_examples(index), free=False)
    passed = calibrated(fitted["calibrator.weights"], seen.traits) >= promise.threshold
    assert passed.mean() == pytest.approx(calibration.LET_THROUGH, abs=0.02)


def test_default_examples_are_few_of_each_section_and_know_their_guide(trades: Chatbot) -> None:
    for example in calibration.default_examples(trades.index):
        (section,) = example.relevant
        assert example.guides == {int(trades.index.guide_of[section])}
        assert example.question in trades.index.sections[section].alternates


def test_a_promise_on_hand_made_numbers() -> None:
    confidence = np.array([0.99, 0.98, 0.97, 0.96, 0.95, 0.94])
    right = np.array([1.0, 1.0, 1.0, 0.0, 1.0, 0.0])
    answerable = np.array([True, True, True, False, True, False])
    never_wrong = keep_promise(confidence, right, answerable, 0.03)
    assert (never_wrong.threshold, never_wrong.wrong, never_wrong.coverage) == (0.97, 0.0, 0.75)
    a_fifth = keep_promise(confidence, right, answerable, 0.2)
    assert (a_fifth.threshold, a_fifth.wrong, a_fifth.coverage) == (0.95, 0.2, 1.0)
    all_of_it = keep_promise(confidence, right, answerable, 0.4)
    assert (all_of_it.threshold, all_of_it.coverage) == (0.94, 1.0)
    assert all_of_it.low == all_of_it.coverage == all_of_it.high


def test_what_is_more_likely_wrong_than_right_is_no_answer() -> None:
    kept = keep_promise(np.array([0.9, 0.6, 0.4]), np.ones(3), np.ones(3, bool), 0.3)
    assert (kept.threshold, kept.wrong) == (0.6, 0.0)


def test_a_promise_that_cannot_be_kept_answers_nothing() -> None:
    nothing = keep_promise(np.array([0.9, 0.5]), np.array([0.0, 0.0]), np.array([True, True]), 0.05)
    assert (nothing.threshold, nothing.coverage, nothing.wrong) == (1.0, 0.0, 0.0)


def test_a_promise_with_nobody_who_can_be_answered() -> None:
    nobody = keep_promise(np.array([0.9, 0.5]), np.array([0.0, 0.0]), np.array([False, False]), 0.05)
    assert (nobody.coverage, nobody.low, nobody.high) == (0.0, 0.0, 0.0)


rows = st.lists(
    st.tuples(st.integers(1, 19).map(lambda n: n / 20), st.booleans(), st.booleans()), min_size=1, max_size=60
)


@given(rows, st.floats(0.01, 0.6))
def test_a_promise_holds_on_the_questions_that_it_was_made_on(
    table: list[tuple[float, bool, bool]], promise: float
) -> None:
    confidence, right, answerable = (np.array(column) for column in zip(*table, strict=True))
    kept = keep_promise(confidence, right.astype(float), answerable, promise)
    answered = confidence >= kept.threshold
    if answered.any():
        assert 1 - right[answered].mean() <= promise + 1e-9
        assert kept.wrong == pytest.approx(1 - right[answered].mean())
    for lower in set(confidence[confidence < kept.threshold].tolist()):  # no lower threshold would keep it
        assert lower < EVEN or 1 - right[confidence >= lower].mean() > promise
    assert 0 <= kept.low <= kept.high <= 1


def test_a_logistic_regression_finds_the_odds_again() -> None:
    chance = np.random.default_rng(3)
    inputs = chance.uniform(0, 1, (4000, 3)).astype(np.float32)
    inputs[:, 2] = 0.5  # never varies, so tells nothing
    odds = 6 * inputs[:, 0] - 4 * inputs[:, 1] - 1
    labels = (chance.uniform(size=4000) < 1 / (1 + np.exp(-odds))).astype(float)
    weights = calibration._fit_logistic(inputs, labels, np.ones(4000))
    assert weights[0] == pytest.approx(6, abs=0.7)
    assert weights[1] == pytest.approx(-4, abs=0.7)
    assert weights[2] == 0.0
    mean = np.mean([calibrated(weights, row) for row in inputs])
    assert mean == pytest.approx(labels.mean(), abs=0.01)
