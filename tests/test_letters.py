"""Letters: runs as they stand in words, vectors of length 1, slips that share most of them."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from chatbot.letters import Letters, runs

TEXTS = ["where is my order", "my order is late", "cash on delivery", "is cash fine"]


def dense(letters: Letters, text: str) -> np.ndarray:
    places, values = letters.find(text)
    vector = np.zeros(len(letters.known), np.float32)
    vector[places] = values
    return vector


def test_runs_never_reach_over_a_word() -> None:
    found = Counter(runs("ab ab"))
    assert found == {" a": 2, "ab": 2, "b ": 2, " ab": 2, "ab ": 2, " ab ": 2}
    assert list(runs("Café!")) == list(runs("cafe"))
    assert not list(runs("?!"))


def test_what_few_texts_hold_counts_for_more() -> None:
    letters = Letters.of(TEXTS)
    assert letters.known.tolist() == sorted({run for text in TEXTS for run in runs(text)})
    rarity = dict(zip(letters.known.tolist(), letters.rarity.tolist(), strict=True))
    assert rarity["late"] > rarity["orde"] > rarity["is"]


def test_a_slip_shares_most_runs_with_the_word() -> None:
    letters = Letters.of(TEXTS)
    asked = dense(letters, "cash on delivary")
    near = [float(asked @ dense(letters, text)) for text in TEXTS]
    assert int(np.argmax(near)) == 2
    assert near[2] > 0.7


@given(st.text())
def test_a_vector_has_length_one_or_is_empty(text: str) -> None:
    places, values = Letters.of(TEXTS).find(text)
    assert places.dtype == np.int64
    assert len(places) == len(values)
    assert (np.diff(places) > 0).all()
    assert not len(values) or np.isclose(np.sqrt(values @ values), 1.0, atol=1e-5)


def test_two_makings_are_alike() -> None:
    one, other = Letters.of(TEXTS), Letters.of(TEXTS[::-1])
    np.testing.assert_array_equal(one.known, other.known)
    np.testing.assert_array_equal(one.rarity, other.rarity)
