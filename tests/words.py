"""An encoder for tests: texts that share words are near each other, and it starts in no time.

Each stem has a vector of its own, made from its hash; a text is the sum of its stems, stop words and
question words counting little. It stands in for a model wherever meaning beyond words does not matter.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from chatbot import lexical
from chatbot.encoder import Vectors

DIMENSIONS = 256
LIMIT = 128  # words: small enough that long sections are cut
LIGHT = 0.15  # the weight of a word that carries no topic


class WordEncoder:
    """Overlap of words gives similarity. Counts what it is asked to embed."""

    def __init__(self) -> None:
        self.encoded: list[str] = []  # every text it was ever given, in order

    @property
    def dimensions(self) -> int:
        return DIMENSIONS

    @property
    def limit(self) -> int:
        return LIMIT

    def count(self, text: str) -> int:
        return len(lexical.words(text))

    def encode(self, texts: list[str]) -> Vectors:
        self.encoded += texts
        return np.stack([_text_vector(text) for text in texts])


@lru_cache(maxsize=8192)
def _text_vector(text: str) -> npt.NDArray[np.float32]:
    total = np.zeros(DIMENSIONS)
    for word in lexical.words(text):
        total += (LIGHT if word.folded in lexical.STOP else 1.0) * _word_vector(word.stem)
    length = float(np.linalg.norm(total)) or 1.0
    return (total / length).astype(np.float32)


@lru_cache(maxsize=8192)
def _word_vector(stem: str) -> npt.NDArray[np.float64]:
    seed = int.from_bytes(hashlib.sha256(stem.encode()).digest()[:8])
    vector = np.random.default_rng(seed).standard_normal(DIMENSIONS)
    return vector / np.linalg.norm(vector)
