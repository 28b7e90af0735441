"""Distils the transformer into the table of a static encoder, at build time only.

In: the model's input vectors of its tokens, texts as tokens, and the transformer's vectors of these texts.
Out: the table whose sums point where these vectors do. Applying it is for `chatbot.encoder.static`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain, pairwise

import numpy as np
import numpy.typing as npt

from chatbot.encoder import Vectors
from chatbot.encoder.static import Pairs, Table, parts_of, rows_of

DIMENSIONS = 128  # 384 put the right section first as often, and are read three times as long
COMMON = 0.1  # the share of texts from which on a token counts less than half (SIF: Arora et al., 2017)
RIDGE = 0.1  # 0.01 to 1 differ by less than 0.01 in hit@1
REPEATED = 2  # texts that hold a pair of tokens which gets a vector of its own
TRUST = 2.0  # what a token or pair learns for itself counts half where so many texts hold it
STEPS = 25  # of conjugate gradients: 200 change no vector by more than a cosine of 0.995
FOLDS = 4  # each text's vector is by a table that learns from the other three


def distil(
    embeddings: npt.NDArray[np.floating], texts: Sequence[Sequence[int]], vectors: Vectors
) -> tuple[Table, Pairs, Vectors]:
    """The table whose sums over `texts` come nearest to their `vectors`, and the pairs that have a row in it.

    `embeddings` [tokens, any] are the model's own input vectors of its tokens. A common token weighs little
    (smooth inverse frequency), a linear map fitted by ridge regression leads to the space of `vectors`
    [texts, any], and their principal directions are kept. What the sums still lack, each token and
    each pair of neighbours learns for itself, as far as enough texts hold it.

    Also a vector for each text, [texts, dimensions], by a table that has not learnt that text: what is then
    learnt from these holds for questions that nobody has seen.
    """
    seen = np.bincount([token for tokens in texts for token in set(tokens)], minlength=len(embeddings))
    weights = COMMON / (COMMON + seen / max(1, len(texts)))
    table = _unit(embeddings.astype(np.float32) - embeddings.mean(axis=0, dtype=np.float32))
    table *= weights[:, None].astype(np.float32)
    sums = _unit(_sums(table, texts))
    gram = sums.T @ sums + RIDGE * np.eye(sums.shape[1], dtype=np.float32)
    table = table @ np.linalg.solve(gram, sums.T @ vectors)
    sums = _unit(_sums(table, texts))
    _, directions = np.linalg.eigh(sums.T @ sums)  # in ascending order
    kept = directions[:, ::-1][:, :DIMENSIONS]
    pairs = _repeated(texts)
    rows = rows_of(pairs, len(table))
    table = np.concatenate([table @ kept, np.zeros((len(pairs), kept.shape[1]), np.float32)])
    parts = [parts_of(tokens, rows) for tokens in texts]
    wanted = vectors @ kept
    held = np.empty_like(wanted)
    fold = np.arange(len(texts)) % FOLDS
    for number in range(FOLDS):
        others, own = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        learnt = table + _lacking(table, [parts[n] for n in others], wanted[others])
        held[own] = _unit(_sums(learnt, [parts[n] for n in own]))
    table += _lacking(table, parts, wanted)
    return table.astype(np.float16), pairs, held


def _repeated(texts: Sequence[Sequence[int]]) -> Pairs:
    """The pairs of neighbouring tokens that more than one text holds."""
    counts = Counter(pair for tokens in texts for pair in set(pairwise(tokens)))
    pairs = sorted(pair for pair, count in counts.items() if count >= REPEATED)
    return np.array(pairs, np.int32).reshape(-1, 2)


def _lacking(table: Vectors, parts: Sequence[Sequence[int]], vectors: Vectors) -> Vectors:
    """What is to be added to each row of a table, for its sums over the `parts` to point along `vectors`.

    Ridge regression on which rows a text holds, by conjugate gradients: all dimensions at once.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.linalg import LinearOperator, cg

    sums = _sums(table, parts)
    lengths = np.maximum(np.linalg.norm(sums, axis=1), 1e-9)
    usual = np.median(lengths)
    text = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    used, row = np.unique(np.fromiter(chain.from_iterable(parts), np.int64), return_inverse=True)
    holds = csr_matrix(((usual / lengths)[text], (text, row)), (len(parts), len(used)), np.float32)
    left = np.asarray(holds.T @ (vectors - sums / lengths[:, None]))
    diagonal = np.asarray(holds.power(2).sum(axis=0)).ravel()[:, None] + np.float32(TRUST)

    def normal(flat: Vectors) -> Vectors:
        """The left side of the normal equations."""
        rows = flat.reshape(left.shape)
        return np.asarray(holds.T @ (holds @ rows) + np.float32(TRUST) * rows).ravel()

    def scaled(flat: Vectors) -> Vectors:
        """Divided by the diagonal: rows differ in how many texts hold them."""
        return np.asarray(flat.reshape(left.shape) / diagonal).ravel()

    size = (left.size, left.size)
    equations = LinearOperator(size, normal, dtype=np.float32)
    found, _ = cg(equations, left.ravel(), maxiter=STEPS, M=LinearOperator(size, scaled, dtype=np.float32))
    lacking = np.zeros_like(table)
    lacking[used] = found.reshape(left.shape) * usual
    return lacking


def _sums(table: Vectors, parts: Sequence[Sequence[int]]) -> Vectors:
    """The sum of a table's rows for each text, [texts, columns of the table]."""
    return np.stack([table[list(part)].sum(axis=0) for part in parts])


def _unit(rows: Vectors) -> Vectors:
    """Each row with length 1; a row of zeros stays."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9))
