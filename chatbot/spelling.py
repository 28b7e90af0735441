"""Typing errors, repaired towards the guides' own words.

In: a question. Out: the same with its slips put right. A good word of the language is never touched, and
what is not near to a word of the guides stays as it is. It knows no meaning and no grammar.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import OSA

from chatbot.lexical import STOP, shouts, stem, words

LONG = 8  # letters from which two slips are forgiven, or one in the first letter
# Times that the guides use a word which is taken for meant where what is typed might be something else:
# three letters, or a rare word ("sates", for "states").
OFTEN = 30
VOWELS = frozenset("aeiouy")
# What makes an adjective of another word: "SQL-related" is about SQL, and names nothing of its own.
OF_ANOTHER = re.compile(r"-(?=(?:related|specific|based|focused|oriented|centric|driven|like|style)$)", re.I)
# What is typed for the sound of it: "what r the hours", "do I need 2 know …"; R is a language, too.
TEXTED = (
    (re.compile(r"\br(?= (?:my|our|some|the|their|there|these|they|those|u|we|you|your)\b)"), "are"),
    (re.compile(r"\b(?P<before>able|from|going|have|how|like|need|ready|try|want|what|where) 2 (?=[a-z]{2})"),
     r"\g<before> to "),
    (re.compile(r"\bu(?![\w.'’-])"), "you"),
)  # fmt: skip
CUT = 6  # letters from which two words are one that a space cuts
ENDLESS = 40  # letters from which nothing is looked for in a word
RARELY = 20  # times as often two words stand apart as with a hyphen, that are none with one
COMMON = 20  # times that the guides use a word which is seen in what lacks a space
SHORT_FORM = 5  # letters up to which capitals are a short form ("COPD") and no slip


@dataclass(frozen=True)
class Spelling:
    """The words that a slip may have been meant for, and those that are none."""

    vocabulary: Mapping[str, int]  # the folded words of the guides, with their counts
    language: Collection[str]  # good words of the language
    rare: Collection[str] = ()  # good words, too, but more often slips of others
    # How often the guides put words side by side: "new" → "york".
    pairs: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def repair(self, text: str) -> str:
        """Puts right typing errors, but only towards the guides' own words; everything else stays.

        >>> Spelling({"salary": 9, "course": 2}, {"nurse"}).repair("wat is the salery of a nurse, in Peru?")
        'wat is the salary of a nurse, in Peru?'
        """
        shouted = shouts(text)
        for typed, meant in TEXTED:
            text = typed.sub(meant, text)
        text = self._hyphened(self._closed(text))
        for word in reversed(words(text)):
            if self._is_good(word.folded):
                continue
            if word.text.isupper() and not shouted and len(word.text) <= SHORT_FORM:
                continue
            if "-" in word.text:
                better = OF_ANOTHER.sub(" ", word.text)
            else:
                better = self._parted(word.folded) or self._meant(word.folded) or self._halved(word.folded)
            if better:
                text = text[: word.start] + better + text[word.end :]
        return text

    def _is_good(self, folded: str) -> bool:
        """Whether a word is none that has to be put right."""
        return folded in self.vocabulary or folded in STOP or folded in self.language

    def _stand(self, one: str, other: str) -> int:
        """How often the guides put two words side by side."""
        return self.pairs.get(one, {}).get(other, 0)

    def _closed(self, text: str) -> str:
        """The guides' own words for those that a space cuts in two: "soft ware", "certifi cation"."""
        found = words(text)
        for one, other in reversed(list(pairwise(found))):
            joined = one.folded + other.folded
            if len(joined) < CUT or joined not in self.vocabulary or other.start - one.end != 1:
                continue
            typed = one.folded, other.folded
            apart = self._stand(*typed) or STOP.intersection(typed) or self.vocabulary[joined] < COMMON
            if not all(map(self._is_good, typed)) or not apart:
                return self._closed(text[: one.start] + joined + text[other.end :])
        return text

    def _parted(self, typed: str) -> str:
        """The words that the guides put side by side, and that lack their spaces: "newyork", "howmuchdo"."""
        if not typed.isalpha() or len(typed) > ENDLESS:
            return ""
        ways: list[dict[str, str]] = [{} for _ in typed]  # for each start: the last word before it → all
        for end in range(1, len(typed)):
            ways[end][typed[:end]] = typed[:end]
        found = []
        for start in range(1, len(typed)):
            for end in range(start + 1, len(typed) + 1):
                word = typed[start:end]
                for last, way in ways[start].items():
                    if self._stand(last, word):
                        if end == len(typed):
                            found.append(f"{way} {word}")
                        else:
                            ways[end].setdefault(word, f"{way} {word}")
        return min(found, key=lambda way: way.count(" "), default="")

    def _halved(self, typed: str) -> str:
        """Two words that the guides often use, though not side by side: "mathscourses"."""
        for cut in range(3, len(typed) - 2):
            parts = typed[:cut], typed[cut:]
            if min(self.vocabulary.get(part, 0) for part in parts) >= COMMON:
                return " ".join(parts)
        return ""

    def _hyphened(self, text: str) -> str:
        """The guides' own words for those that lack a hyphen ("wifi", "check in") or have one too many."""
        found = words(text)
        for word in reversed(found):
            if "-" in word.text and self._are_two(word.folded):
                text = text[: word.start] + word.text.replace("-", " ") + text[word.end :]
                return self._hyphened(text)
        strange = [n for n, word in enumerate(found) if word.folded not in self.vocabulary]
        for start in reversed(strange):
            for last in (start + 1, start):
                if last == len(found):
                    continue
                typed = text[found[start].start : found[last].end]
                if own := self._joined.get(stem(re.sub("[ -]", "", typed.lower()))):
                    return self._hyphened(text[: found[start].start] + own + text[found[last].end :])
        return text

    @cached_property
    def _joined(self) -> dict[str, str]:
        """The words with hyphens, by the stem of what they are without."""
        hyphened = (word for word in self.vocabulary if "-" in word and not self._are_two(word))
        return {stem(word.replace("-", "")): word for word in hyphened}

    def _are_two(self, hyphened: str) -> bool:
        """Whether the guides hardly ever write the hyphen: "new-york", "machine-learning"."""
        parts = hyphened.split("-")
        written = self._stand(*parts) if len(parts) == 2 else 0
        return written > RARELY * self.vocabulary.get(hyphened, 0) and STOP.isdisjoint(parts)

    def _meant(self, typed: str) -> str:
        """The word of the guides that was meant, or nothing."""
        if len(typed) == 3:
            return self._of_three(typed)
        found = self._nearest(typed)
        if typed in self.rare and (self.vocabulary.get(found, 0) < OFTEN or stem(typed) == stem(found)):
            return ""
        return found

    def _of_three(self, typed: str) -> str:
        """The word "how" for "hwo", "job" for "jbo", "earn" for "ern"; of so few letters no more can be told.

        As there are many words of four, a letter is filled in only to make one that the guides use often.
        """
        back = typed[0] + typed[:0:-1]
        if self.vocabulary.get(back, 0) >= (1 if back in STOP else OFTEN):
            return back
        longer = [
            (self.vocabulary[other], other)
            for other in self._by_letter.get(typed[0], ())
            if len(other) == 4 and other[0] == typed[0] and other not in STOP and _within(typed, other)
        ]
        count, filled = max(longer, default=(0, ""))
        return filled if count >= OFTEN else ""

    def _nearest(self, folded: str) -> str:
        """The commonest of the nearest words within the edits that the length allows, or nothing.

        Up to seven letters one edit, up to eleven two, then three; a swap of neighbours is one edit
        (optimal string alignment). Of those with as few edits swapped letters go first, then missing ones,
        then other vowels ("moniter": "monitor", not "monster").
        A word that goes on where the other ends ("coder", "code") is a form of its own, not a typing error.
        """
        if len(folded) < 4 or not folded.isalpha():
            return ""
        allowed = 1 + (len(folded) >= LONG) + (len(folded) >= 12)
        found = self._within_edits(folded, self._by_letter.get(folded[0], ()), allowed)
        if not found and len(folded) >= LONG:  # nothing but its first letter is wrong ("sertification")
            found = self._within_edits(folded, self.vocabulary.keys(), 1)
        return min(found)[3] if found else ""

    def _within_edits(
        self, folded: str, others: Collection[str], edits: int
    ) -> list[tuple[int, int, int, str]]:
        """The words within so many edits, with what they are sorted by."""
        near = process.extract(folded, others, scorer=OSA.distance, score_cutoff=edits, limit=None)
        return [
            (distance, _strangeness(folded, other), -self.vocabulary[other], other)
            for other, distance, _ in near
            if not _goes_on(folded, other)
        ]

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
    """0 for swapped letters, 1 for some left out or added ("typs": "types", not "tips"), 2 and 3 for others.

    2 if only vowels were mistaken for each other.
    """
    if sorted(typed) == sorted(word):
        return 0
    if _within(typed, word) or _within(word, typed):
        return 1
    odd = (Counter(typed) - Counter(word)) + (Counter(word) - Counter(typed))
    return 2 if odd.keys() <= VOWELS else 3


def _within(part: str, whole: str) -> bool:
    """Whether one word is the other with letters left out."""
    rest = iter(whole)
    return all(letter in rest for letter in part)


def _goes_on(typed: str, word: str) -> bool:
    """Whether what is typed is a longer form of the word."""
    return typed.startswith(word) and stem(typed) == stem(word)
