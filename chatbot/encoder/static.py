"""A static encoder: a text's vector is the sum of its tokens' and pairs' vectors, looked up in a table.

In: texts. Out: float32 vectors of length 1, as of any `Encoder`, a hundred times as fast as the
transformer's. The table is distilled from the transformer at build time (`chatbot.encoder.distilling`), so
that its sums point where the transformer's vectors of the guides' own texts do. Of context it knows the
pairs of tokens that these texts repeat: `chatbot.retrieval` looks with it first, and again with the
transformer where it is not sure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from chatbot.encoder import Vectors

Table = npt.NDArray[np.float16]  # [tokens of the vocabulary, then pairs, dimensions]
Pairs = npt.NDArray[np.int32]  # [pairs, 2], the two tokens of each


class StaticEncoder:
    """A table of vectors with the tokenizer of the model that it was distilled from."""

    def __init__(self, tokens: Callable[[str], list[int]], limit: int, table: Table, pairs: Pairs) -> None:
        self.table, self.pairs, self._limit = table, pairs, limit
        self._rows = rows_of(pairs, len(table) - len(pairs))
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
            parts = parts_of(self.tokens(text), self._rows)
            total = self.table.take(parts, axis=0).astype(np.float32).sum(axis=0)
            vectors[row] = total / max(float(np.sqrt(total @ total)), 1e-9)
        return vectors


def rows_of(pairs: Pairs, first: int) -> dict[tuple[int, int], int]:
    """Where each pair stands in a table, behind its `first` rows of single tokens."""
    return {(one, other): first + number for number, (one, other) in enumerate(pairs.tolist())}


def parts_of(tokens: Sequence[int], rows: dict[tuple[int, int], int]) -> list[int]:
    """The rows of a text's tokens, and of the pairs of neighbours that have one."""
    return [*tokens, *(rows[pair] for pair in pairwise(tokens) if pair in rows)]
