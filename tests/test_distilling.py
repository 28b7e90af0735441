"""Distilling: the table's sums point where the transformer's vectors do, also for texts not learnt."""

from __future__ import annotations

import numpy as np

from chatbot.encoder.distilling import distil
from chatbot.encoder.static import StaticEncoder


def unit(rows: np.ndarray) -> np.ndarray:
    found: np.ndarray = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return found


def likeness(rows: np.ndarray) -> np.ndarray:
    """The cosines of the last hundred to the others."""
    found: np.ndarray = rows[-100:] @ rows[:-100].T
    return found.ravel()


def encoded(table: np.ndarray, pairs: np.ndarray, texts: list[list[int]]) -> np.ndarray:
    """Texts of tokens, by a distilled table."""
    encoder = StaticEncoder(lambda word: [int(word)], 256, table, pairs)
    return encoder.encode([" ".join(map(str, text)) for text in texts])


def test_distilling_finds_the_map_that_made_the_vectors() -> None:
    """Vectors made from the tokens by a linear map, of texts that it has not seen."""
    chance = np.random.default_rng(0)
    embeddings = chance.standard_normal((60, 20))
    map_ = chance.standard_normal((20, 30))
    texts = [chance.choice(60, 6, replace=False).tolist() for _ in range(400)]
    table = unit(embeddings - embeddings.mean(axis=0)) @ map_
    wanted = unit(np.stack([table[text].sum(axis=0) for text in texts])).astype(np.float32)
    distilled, pairs, _ = distil(embeddings, texts[:300], wanted[:300])
    found = encoded(distilled, pairs, texts)
    assert np.corrcoef(likeness(wanted), likeness(found))[0, 1] > 0.97


def test_what_tokens_and_pairs_mean_besides_is_learnt() -> None:
    """Vectors that no linear map of the embeddings makes: each token has one, and each before the first."""
    chance = np.random.default_rng(0)
    embeddings = chance.standard_normal((40, 4))
    own, before = chance.standard_normal((2, 40, 30))
    texts = [chance.permutation(40)[:5].tolist() for _ in range(700)]
    sums = [own[text].sum(axis=0) for text in texts]
    for total, text in zip(sums, texts, strict=True):
        if 0 in text[1:]:
            total += 3 * before[text[text.index(0) - 1]]
    wanted = unit(np.stack(sums)).astype(np.float32)
    table, pairs, held = distil(embeddings, texts[:600], wanted[:600])
    assert held.shape == (600, table.shape[1])
    found, without = encoded(table, pairs, texts), encoded(table[:40], pairs[:0], texts)
    fits = [np.corrcoef(likeness(wanted), likeness(rows))[0, 1] for rows in (found, without)]
    assert fits[0] > 0.85
    assert fits[0] > fits[1] + 0.03


def test_vectors_are_held_by_tables_that_have_not_learnt_them() -> None:
    """A token that one text alone holds tells nothing of that text, though the whole table has learnt it."""
    chance = np.random.default_rng(0)
    embeddings = chance.standard_normal((220, 8))
    texts = [[n % 20, 20 + n] for n in range(200)]  # a common token and one of its own each
    vectors = unit(chance.standard_normal((200, 16))).astype(np.float32)
    table, pairs, held = distil(embeddings, texts, vectors)
    learnt = encoded(table, pairs, texts)
    fits = [
        np.corrcoef((rows @ rows.T).ravel(), (vectors @ vectors.T).ravel())[0, 1] for rows in (learnt, held)
    ]
    assert fits[0] > fits[1] + 0.2


def test_a_common_token_that_tells_nothing_weighs_little() -> None:
    embeddings = np.random.default_rng(0).standard_normal((50, 16))
    texts = [[0, 1 + n % 49] for n in range(200)]
    vectors = unit(np.stack([embeddings[rare] for _, rare in texts])).astype(np.float32)
    lengths = np.linalg.norm(distil(embeddings, texts, vectors)[0][:50].astype(np.float32), axis=1)
    assert lengths[0] < 0.5 * np.median(lengths[1:])
