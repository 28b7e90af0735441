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

ALIKE = 0.7  # cosine from which two questions are one
SAME_WORDS = 75.0  # token_set_ratio of their content words, from which they are


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
    leaders = _by_vectors(wordings, keys, encode) if encode else _by_words(keys)
    groups: dict[int, list[Entry]] = {}
    for key, leader in zip(keys, leaders, strict=True):
        groups.setdefault(leader, []).extend(wordings[key])
    found = [_group(members) for members in groups.values()]
    return sorted(found, key=lambda one: (len(one.entries), one.last), reverse=True)


def _by_words(keys: Sequence[str]) -> list[int]:
    """For each key the number of the group that it joins or opens."""
    opened: list[str] = []
    leaders = []
    for key in keys:
        near = process.extractOne(key, opened, scorer=fuzz.token_set_ratio, score_cutoff=SAME_WORDS)
        leaders.append(near[2] if near else len(opened))
        if not near:
            opened.append(key)
    return leaders


def _by_vectors(wordings: dict[str, list[Entry]], keys: Sequence[str], encode: Encode) -> list[int]:
    if not keys:
        return []
    vectors = encode([wordings[key][0].understood_as for key in keys])
    opened = np.zeros((0, vectors.shape[1]), np.float32)
    leaders = []
    for vector in vectors:
        cosines = opened @ vector
        near = int(cosines.argmax()) if len(cosines) else 0
        if not len(cosines) or cosines[near] < ALIKE:
            near, opened = len(opened), np.vstack([opened, vector])
        leaders.append(near)
    return leaders


def _group(members: Sequence[Entry]) -> Group:
    newest = sorted(members, key=lambda entry: entry.asked_at, reverse=True)
    nearest = [entry.sources[0] for entry in newest if entry.sources]
    counted = Counter(source["ref"] for source in nearest).most_common(1)
    best = next((source for source in nearest if counted and source["ref"] == counted[0][0]), None)
    asked = Counter(entry.understood_as for entry in newest).most_common(1)[0][0]
    return Group(asked, tuple(newest), best)
