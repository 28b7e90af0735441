"""Groups the questions that got no answer by likeness: what is asked most, and where it would belong.

In: entries. Out: groups, the largest first, each with its questions and the section that came nearest.
Likeness is the cosine of vectors where the caller has an encoder, else that of words (rapidfuzz).
It decides nothing: whether the guide lacks something is for its writers to say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from chatbot import lexical
from chatbot.journal.entries import Entry, Source

Encode = Callable[[Sequence[str]], npt.NDArray[np.float32]]  # texts → unit vectors, [texts, dimensions]

# From which likeness two questions are one: it depends on what of them the guides do not know ("visa").
ALIKE = 0.7
ALIKE_IN_THE_SAME = 0.4  # a word of this kind in common
ALIKE_IN_ANOTHER = 0.85  # each has such words, and none in common


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that are alike, newest first, and the section that came nearest to most of them."""

    question: str  # the wording that stands for all
    entries: tuple[Entry, ...]
    nearest: Source | None

    @property
    def last(self) -> datetime:
        """When it was asked last."""
        return self.entries[0].asked_at


def is_unanswered(entry: Entry) -> bool:
    """Whether a question that could be understood got no answer."""
    return entry.kind == "no_answer" and entry.reason not in ("too_short", "too_long")


def group(entries: Iterable[Entry], encode: Encode | None = None) -> list[Group]:
    """The unanswered questions among the entries in groups, the most asked first."""
    wordings: dict[str, list[Entry]] = {}
    for entry in filter(is_unanswered, entries):
        wordings.setdefault(" ".join(sorted(set(lexical.stems(entry.understood_as)))), []).append(entry)
    # The most common wordings come first, so that groups form around them.
    keys = sorted(wordings, key=lambda key: (-len(wordings[key]), key))
    likeness = _likeness(keys, [wordings[key][0].understood_as for key in keys], encode)
    unknown = [_unknown_words(wordings[key]) for key in keys]
    opened: list[int] = []
    groups: dict[int, list[Entry]] = {}
    for number, key in enumerate(keys):
        needed = [_needed(unknown[number], unknown[other]) for other in opened]
        margins = likeness[number, opened] - needed
        near = opened[int(margins.argmax())] if opened and margins.max() >= 0 else number
        if near == number:
            opened.append(number)
        groups.setdefault(near, []).extend(wordings[key])
    found = [_group(members) for members in groups.values()]
    return sorted(found, key=lambda one: (len(one.entries), one.last), reverse=True)


def _likeness(keys: Sequence[str], texts: Sequence[str], encode: Encode | None) -> npt.NDArray[np.float32]:
    """How alike every two wordings are, [wordings, wordings]."""
    if encode and texts:
        vectors = encode(texts)
        return vectors @ vectors.T
    percent: npt.NDArray[np.float32] = process.cdist(
        keys, keys, scorer=fuzz.token_set_ratio, dtype=np.float32
    )
    return percent / np.float32(100)


def _unknown_words(entries: Sequence[Entry]) -> set[str]:
    return {word.stem for entry in entries for text in entry.missing for word in lexical.words(text)}


def _needed(one: set[str], other: set[str]) -> float:
    if one & other:
        return ALIKE_IN_THE_SAME
    return ALIKE_IN_ANOTHER if one and other else ALIKE


def _group(members: Sequence[Entry]) -> Group:
    newest = sorted(members, key=lambda entry: entry.asked_at, reverse=True)
    nearest = [entry.sources[0] for entry in newest if entry.sources]
    counted = Counter(source["ref"] for source in nearest).most_common(1)
    best = next((source for source in nearest if counted and source["ref"] == counted[0][0]), None)
    asked = Counter(entry.understood_as for entry in newest).most_common(1)[0][0]
    return Group(asked, tuple(newest), best)
