"""Letters: the runs of letters in a text, weighed by how rare they are.

In: texts. Out: sparse vectors of length 1, which a classifier may learn beside the encoder's. Where a guide
holds labels rather than prose, the letters of what people have typed are all the words that there are, and
slips, short forms and the names of products are known by them. It learns nothing itself, and no meaning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log

import numpy as np
import numpy.typing as npt

from chatbot import lexical

RUNS = (2, 3, 4)  # letters a run; 2 to 5, 3 to 5 and 1 to 3 are no better


def runs(text: str) -> Iterator[str]:
    """The runs of letters in each word, whose ends are blanks.

    >>> list(runs("My id"))
    [' m', 'my', 'y ', ' my', 'my ', ' my ', ' i', 'id', 'd ', ' id', 'id ', ' id ']
    """
    for word in lexical.words(text):
        framed = f" {word.folded} "
        for length in RUNS:
            for start in range(len(framed) - length + 1):
                yield framed[start : start + length]


@dataclass(frozen=True)
class Letters:
    """The runs that are known, and how much each counts."""

    known: npt.NDArray[np.str_]  # [runs], sorted
    rarity: npt.NDArray[np.float32]  # [runs], the smoothed logarithm of the inverse share of texts with it

    @classmethod
    def of(cls, texts: Sequence[str]) -> Letters:
        """Those of some texts."""
        held = Counter(run for text in texts for run in set(runs(text)))
        known = sorted(held)
        rarity = [log((1 + len(texts)) / (1 + held[run])) + 1 for run in known]
        return cls(np.array(known, np.str_), np.array(rarity, np.float32))

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {run: place for place, run in enumerate(self.known.tolist())}

    def find(self, text: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """The places of a text's known runs, ascending, and their values, a vector of length 1 (or empty)."""
        counts = Counter(place for run in runs(text) if (place := self._places.get(run)) is not None)
        places = np.array(sorted(counts), np.int64)
        times = np.array([counts[place] for place in places.tolist()], np.float32)
        values = (1 + np.log(times)) * self.rarity[places]
        return places, values / max(float(np.sqrt(values @ values)), 1e-9)
