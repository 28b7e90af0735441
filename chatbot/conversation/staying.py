"""Which of many guides a conversation stays with, where a question names none.

In: the evidence for a question, and the earlier ones. Out: the evidence drawn towards the guides that these
were about, or the guide last named. With one guide there is nothing to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from chatbot.ranking import Evidence, softmax
from chatbot.retrieval import Retriever

MOST = 4  # earlier questions that are looked at; further back nobody refers to
# Among many guides, how strongly a question that names none is drawn to those of the earlier ones: the
# weight of their logarithmic share, what a question further back is worth, and what any guide keeps. A
# question one of whose sections has a share above CLEAR stands alone. Chosen on doc2dial (docs/log.md).
DRAWS, FADES, KEEPS, CLEAR = 2.0, 0.8, 0.01, 0.7


def stay(retriever: Retriever, evidence: Evidence, history: Sequence[str]) -> Evidence:
    """The evidence, drawn towards the guides that the earlier questions were about."""
    guide_of, guides = retriever.index.guide_of, len(retriever.index.guides)
    if guides == 1 or not history:
        return evidence
    earlier = retriever.evidence([retriever.read(text) for text in history[-MOST:]])
    shares = [np.bincount(guide_of, softmax(seen.scores), guides) for seen in earlier]
    near = np.average(shares, axis=0, weights=FADES ** np.arange(len(shares))[::-1])
    drawn = DRAWS * np.log((KEEPS + near) / (KEEPS + near.max()))
    return replace(evidence, scores=evidence.scores + drawn[guide_of].astype(np.float32))


def guides_of(retriever: Retriever, history: Sequence[str]) -> frozenset[int]:
    """The guide that the conversation is about: the one last named."""
    named = (retriever.aliases.named(retriever.read(question).text) for question in reversed(history))
    return frozenset(next(filter(None, named), ()))
