"""A static encoder: a text's vector is the sum of its tokens' vectors, looked up in a table.

In: texts. Out: float32 vectors of length 1, as of any `Encoder`, a hundred times as fast as the
transformer's. The table is distilled from the transformer at build time (`distil`), so that its sums
point where the transformer's vectors of the guides' own texts do. It knows no order of words and nothing
of context: `chatbot.retrieval` looks with it first, and again with the transformer where it is not sure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from chatbot.encoder import Vectors

DIMENSIONS = 128  # 384 put the right section first as often, and are read three times as long
COMMON = 0.1  # the share of texts from which on a token counts less than half (SIF: Arora et al., 2017)
RIDGE = 0.1  # 0.01 to 1 differ by less than 0.01 in hit@1

Table = npt.NDArray[np.float16]  # [tokens of the vocabulary, dimensions]


class StaticEncoder:
    """A table of token vectors with the tokenizer of the model that it was distilled from."""

    def __init__(self, tokens: Callable[[str], list[int]], table: Table, limit: int) -> None:
        self.table, self._limit = table, limit
        self._tokens_of_word = lru_cache(maxsize=16384)(tokens)  # tokens never reach over a blank

    @property
    def dimensions(self) -> int:
        """The length of its vectors."""
        return int(self.table.shape[1])

    @property
    def limit(self) -> int:
        """The most tokens of a text that it reads."""
        return self._limit

    def count(self, text: str) -> int:
        """The number of tokens of a text, at most the limit."""
        return len(self.tokens(text))

    def tokens(self, text: str) -> list[int]:
        """The numbers of a text's tokens, word by word: most words have been seen before."""
        found = [token for word in text.split() for token in self._tokens_of_word(word)]
        return found[: self._limit]

    def encode(self, texts: list[str]) -> Vectors:
        """One unit vector a text, [texts, dimensions]; zeros for a text without tokens."""
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in enumerate(texts):
            total = self.table[self.tokens(text)].sum(axis=0, dtype=np.float32)
            vectors[row] = total / max(float(np.sqrt(total @ total)), 1e-9)
        return vectors


def distil(embeddings: npt.NDArray[np.floating], texts: Sequence[Sequence[int]], vectors: Vectors) -> Table:
    """The table whose sums over the tokens of `texts` come nearest to their `vectors`.

    `embeddings` [tokens, any] are the model's own input vectors of its tokens. A common token weighs little
    (smooth inverse frequency), a linear map fitted by ridge regression leads to the space of `vectors`
    [texts, dimensions], and their principal directions are kept.
    """
    seen = np.zeros(len(embeddings))
    for tokens in texts:
        seen[list(set(tokens))] += 1
    weights = COMMON / (COMMON + seen / max(1, len(texts)))
    table = _unit(embeddings.astype(np.float32) - embeddings.mean(axis=0, dtype=np.float32))
    table *= weights[:, None].astype(np.float32)
    sums = _sums(table, texts)
    gram = sums.T @ sums + RIDGE * np.eye(sums.shape[1], dtype=np.float32)
    table = table @ np.linalg.solve(gram, sums.T @ vectors)
    sums = _sums(table, texts)
    _, directions = np.linalg.eigh(sums.T @ sums)  # in ascending order
    return np.asarray(table @ directions[:, ::-1][:, :DIMENSIONS], np.float16)


def _sums(table: npt.NDArray[np.float32], texts: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
    """The unit vector of each text by a table, [texts, columns of the table]."""
    return _unit(np.stack([table[list(tokens)].sum(axis=0) for tokens in texts]))


def _unit(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Each row with length 1; a row of zeros stays."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9))
