"""The static encoder: sums of token vectors that point where the transformer's vectors do."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.answering import Chatbot
from chatbot.encoder import OnnxEncoder
from chatbot.encoder.static import DIMENSIONS, StaticEncoder, distil
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


def test_a_vector_has_length_one_and_does_not_know_the_order_of_words(static: StaticEncoder) -> None:
    vectors = static.encode(["What do bakers earn in Ohio?", "in Ohio, what earn bakers do?"])
    assert vectors.shape == (2, static.dimensions) == (2, DIMENSIONS)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    same = static.encode(["pay in ohio", "ohio in pay"])
    np.testing.assert_allclose(same[0], same[1], atol=1e-6)


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


def test_distilling_finds_the_map_that_made_the_vectors() -> None:
    """Vectors made from the tokens by a linear map, of texts that it has not seen."""
    chance = np.random.default_rng(0)
    embeddings = chance.standard_normal((60, 20))
    map_ = chance.standard_normal((20, 30))
    texts = [chance.choice(60, 6, replace=False).tolist() for _ in range(400)]

    def vectors_of(table: np.ndarray, texts: list[list[int]]) -> np.ndarray:
        sums = np.stack([table[text].sum(axis=0) for text in texts])
        return sums / np.linalg.norm(sums, axis=1, keepdims=True)

    unit = embeddings - embeddings.mean(axis=0)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    wanted = vectors_of(unit @ map_, texts).astype(np.float32)
    found = vectors_of(distil(embeddings, texts[:300], wanted[:300]).astype(np.float32), texts)
    wanted_likeness, likeness = (rows[300:] @ rows[:300].T for rows in (wanted, found))
    assert np.corrcoef(wanted_likeness.ravel(), likeness.ravel())[0, 1] > 0.97


def test_a_common_token_weighs_little() -> None:
    embeddings = np.random.default_rng(0).standard_normal((50, 16))
    texts = [[0, 1 + n % 49] for n in range(200)]
    sums = np.stack([embeddings[text].sum(axis=0) for text in texts])
    vectors = (sums / np.linalg.norm(sums, axis=1, keepdims=True)).astype(np.float32)
    lengths = np.linalg.norm(distil(embeddings, texts, vectors).astype(np.float32), axis=1)
    assert lengths[0] < 0.5 * np.median(lengths[1:])
