"""Typing errors, repaired towards the guides' own words.

In: a question. Out: the same with its slips put right. A good word of the language is never touched, and
what is not near to a word of the guides stays as it is. It knows no meaning and no grammar.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import process
from rapidfuzz.distance import OSA

from chatbot.lexical import STOP, Word, stem, words


@dataclass(frozen=True)
class Spelling:
    """The words that a slip may have been meant for, and those that are none."""

    vocabulary: Mapping[str, int]  # the folded words of the guides, with their counts
    language: Collection[str]  # good words of the language

    def repair(self, text: str) -> str:
        """Puts right typing errors, but only towards the guides' own words; everything else stays.

        >>> Spelling({"salary": 9, "course": 2}, {"nurse"}).repair("wat is the salery of a nurse, in Peru?")
        'wat is the salary of a nurse, in Peru?'
        """
        for word in reversed(words(text)):
            if word.folded in self.vocabulary or word.folded in STOP or word.folded in self.language:
                continue
            if better := self._swapped_back(word) or self._nearest(word.folded):
                text = text[: word.start] + better + text[word.end :]
        return text

    def _swapped_back(self, word: Word) -> str:
        """The word "how" for "hwo": of three letters no more can be told, and capitals are a short form."""
        back = word.folded[:1] + word.folded[:0:-1]
        short = len(word.folded) == 3 and not word.text.isupper()
        return back if short and back in STOP and back in self.vocabulary else ""

    def _nearest(self, folded: str) -> str:
        """The commonest of the nearest words within the edits that the length allows, or nothing.

        Up to seven letters one edit, up to eleven two, then three; a swap of neighbours is one edit
        (optimal string alignment). Of those with as few edits swapped letters go first, then missing ones.
        A word that merely begins with the other ("coder", "code") is a form of its own, not a typing error.
        """
        if len(folded) < 4 or not folded.isalpha():
            return ""
        allowed = 1 + (len(folded) >= 8) + (len(folded) >= 12)
        likely = self._by_letter.get(folded[0], ())
        found = process.extract(folded, likely, scorer=OSA.distance, score_cutoff=allowed, limit=None)
        near = [
            (edits, _strangeness(folded, other), -self.vocabulary[other], other)
            for other, edits, _ in found
            if not _same_word(folded, other)
        ]
        return min(near)[3] if near else ""

    @cached_property
    def _by_letter(self) -> dict[str, list[str]]:
        """The words that have a letter first or second: it may be swapped, hardly anyone mistypes it."""
        found: dict[str, list[str]] = {}
        for word in self.vocabulary:
            if len(word) > 2:
                for letter in set(word[:2]):
                    found.setdefault(letter, []).append(word)
        return found


def _strangeness(typed: str, word: str) -> int:
    """0 for swapped letters, 1 for some left out or added ("typs": "types", not "tips"), 2 for others."""
    if sorted(typed) == sorted(word):
        return 0
    return 1 if _within(typed, word) or _within(word, typed) else 2


def _within(part: str, whole: str) -> bool:
    """Whether one word is the other with letters left out."""
    rest = iter(whole)
    return all(letter in rest for letter in part)


def _same_word(one: str, other: str) -> bool:
    return stem(one) == stem(other) and (one.startswith(other) or other.startswith(one))
