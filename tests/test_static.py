"""The static encoder: sums of token vectors that point where the transformer's vectors do."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.answering import Chatbot
from chatbot.encoder import OnnxEncoder
from chatbot.encoder.distilling import DIMENSIONS
from chatbot.encoder.static import StaticEncoder
from tests.conftest import ROOT

GOLDEN = [json.loads(line) for line in (ROOT / "corpus" / "golden.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def static(real_bot: Chatbot) -> StaticEncoder:
    assert real_bot.index.glance
    encoder = real_bot.index.glance.encoder
    assert isinstance(encoder, StaticEncoder)
    return encoder


@pytest.fixture(scope="module")
def transformer(real_bot: Chatbot) -> OnnxEncoder:
    encoder = real_bot.index.encoder
    assert isinstance(encoder, OnnxEncoder)
    return encoder


def test_a_vector_has_length_one(static: StaticEncoder) -> None:
    vectors = static.encode(["What do bakers earn in Ohio?", "in Ohio, what earn bakers do?"])
    assert vectors.shape == (2, static.dimensions) == (2, DIMENSIONS)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_of_the_order_of_words_it_knows_the_pairs_that_the_guide_repeats(static: StaticEncoder) -> None:
    strange, turned = static.encode(["giraffe trombone", "trombone giraffe"])
    np.testing.assert_allclose(strange, turned, atol=1e-6)
    known, turned = static.encode(["machine learning", "learning machine"])
    assert known @ turned < 0.99


def test_a_text_without_tokens_is_all_zeros(static: StaticEncoder) -> None:
    assert not static.encode(["", " \n"]).any()
    assert static.encode([]).shape == (0, DIMENSIONS)


def test_like_meaning_is_near_without_a_word_in_common(static: StaticEncoder) -> None:
    texts = ["How much does it pay?", "What is your salary?", "Which tools are needed?"]
    salary, tools = static.encode(texts)[1:] @ static.encode(texts)[0]
    assert salary > tools + 0.1


def test_word_by_word_the_tokens_are_those_of_the_whole_text(
    static: StaticEncoder, transformer: OnnxEncoder
) -> None:
    for row in GOLDEN:
        assert static.tokens(row["question"]) == transformer.tokens(row["question"])
        assert static.count(row["question"]) == transformer.count(row["question"]) - 2


@given(st.text(st.characters(exclude_categories=["C"]), max_size=80))
@settings(deadline=None, max_examples=300)
def test_so_they_are_for_any_text(static: StaticEncoder, transformer: OnnxEncoder, text: str) -> None:
    text = " ".join(text.split())  # as `Retriever.read` gives it
    assert static.tokens(text) == transformer.tokens(text)


def test_a_text_is_read_up_to_the_limit(static: StaticEncoder) -> None:
    assert static.limit == 256
    np.testing.assert_array_equal(*static.encode(["pay " * 256, "pay " * 999]))
