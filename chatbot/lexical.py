"""Words: how a text is cut into them, which of them carry no topic, rank or count, and BM25 over sections.

In: texts. Out: stems, scores. BM25 scores are computed by bm25s when a build is made;
answering only adds up the stored numbers, so it needs neither bm25s nor SciPy. It knows no meaning:
that is the encoder's business.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import Stemmer

WORD = re.compile(r"[^\W_]+(?:['’.&+-][^\W_]+)*\+*#?", re.UNICODE)

# Words that carry no topic: asking for them being "in the guide" would mean nothing.
_TOPICLESS = """
a about after all also am an and any are aren't as at be because been before being between both but by
can can't could did didn't do does doesn't doing don't down during each either else ever every few for
from get gets getting give go goes going gonna gotta got had has have haven't having he her here hers
him his how how's however i i'd i'll i'm i've if in into is isn't it it's its itself just kind know let
like likely lot lots make makes many may maybe me might mine more most mostly much must my myself need
needs neither no nor not now of off often ok okay on once one ones only onto or other others our ours
out over own per perhaps please pls put really said same say says see shall she should shouldn't so some
somebody someone something sort still stuff such take takes tell than that that's the their theirs them
then there there's these they they're thing things this those though through thx to too under until up
upon us use used uses using usually very via wanna want wants was wasn't we well were weren't what
what's whatever when where where's whether which while who who's whom whose why will with within without
won't would wouldn't yes yet you you'd you'll you're you've your yours yourself u ur r n plz hm hmm uh
um oh tbh btw lol haha anyway kinda sorta idk imo tho hey hi hello dunno nah nope yeah yep bruh bro dude
innit yall rn gimme wow whoa phew ugh omg oops ah ain't couldn't hadn't hasn't when's they've she's he's
we've they'd they'll what'll that'll who'd why's exactly precisely he'll she'll it'll we'll he'd she'd we'd
among amongst instead himself herself themselves oneself basis roughly yesterday ago til
"""
# They are typed without their apostrophes, too; "id", "ill", "shell" are words of their own.
STOP = frozenset(_TOPICLESS.split()) | (
    frozenset(_TOPICLESS.replace("'", "").split()) - {"hell", "id", "ill", "shed", "shell", "wed"}
)
HIGHEST = frozenset(
    ["highest", "most", "best", "top", "maximum", "max", "biggest", "largest", "greatest", "leading"]
    + ["dearest", "priciest", "costliest", "longest"]
)
LOWEST = frozenset(
    ["lowest", "least", "worst", "bottom", "minimum", "min", "smallest", "fewest", "cheapest", "shortest"]
)
HIGHER = frozenset(
    ["higher", "more", "better", "bigger", "larger", "greater", "dearer", "pricier", "costlier", "longer"]
)
LOWER = frozenset(["lower", "less", "worse", "fewer", "smaller", "cheaper", "shorter"])
RANKS = HIGHEST | LOWEST | HIGHER | LOWER
# What sets two things side by side.
DIFFERENCE = frozenset(["diff", "difference", "gap"])
COMPARES = frozenset(["compare", "compared", "comparison", "than", "versus", "vs"])
SHOUTED = 3  # words in capitals; of so few, each may be a short form
ORDINALS = {
    "first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "sixth": 5, "seventh": 6, "eighth": 7,
    "ninth": 8, "tenth": 9, "1st": 0, "2nd": 1, "3rd": 2, "4th": 3, "5th": 4, "6th": 5, "7th": 6, "8th": 7,
    "9th": 8, "10th": 9, "last": -1, "final": -1, "penultimate": -2,
}  # fmt: skip
# "The second to last", which is no second one.
_BEFORE_LAST = (
    r"(?:(?:second|2nd)(?:[ -](?:from|to)(?:[ -]the)?)?|next[ -]to(?:[ -]the)?)[ -]last"
    r"|last but one|one before (?:the )?last"
)
BEFORE_LAST = re.compile(rf"\b(?:{_BEFORE_LAST})\b(?! (?:month|time|week|year))", re.I)
PLACES = {word: place for word, place in ORDINALS.items() if place >= 0}  # counted from the first
STEPS = frozenset(["step", "stage", "phase"])
PAY = frozenset(["compens", "earn", "incom", "make", "money", "paid", "pay", "salari", "wage"])  # stems
CARDINALS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
ASKING = r"(?:what|which|who|how|where|when|why|do|does|did|is|are|can|could|should|will|would)\b"
HOW_MANY = re.compile(r"\bhow many\b", re.I)


class Word(NamedTuple):
    """A word of a text: as written, folded (lower case, plain letters), its stem, and where it stands.

    A tuple, since so many are made: a frozen dataclass takes three times as long.
    """

    text: str
    folded: str
    stem: str
    start: int
    end: int


@lru_cache(maxsize=1024)
def words(text: str) -> tuple[Word, ...]:
    """Cuts a text into words; kept, for a question is looked at from many sides.

    >>> [word.stem for word in words("A Ph.D. in C++? The state's salaries")]
    ['a', 'phd', 'in', 'c++', 'the', 'state', 'salari']
    """
    found = []
    for match in WORD.finditer(text):
        folded = fold(match[0])
        found.append(Word(match[0], folded, stem(folded), match.start(), match.end()))
    return tuple(found)


@lru_cache(maxsize=1024)
def every_word(text: str) -> frozenset[str]:
    """The folded words of a text, in no order; kept, like `words`."""
    return frozenset(word.folded for word in words(text))


@lru_cache(maxsize=1024)
def fold_phrase(text: str) -> str:
    """The folded words of a text, one space between; kept, like `words`.

    >>> fold_phrase("Machine-Learning  Engineers!")
    'machine learning engineers'
    """
    return " ".join(word.folded for word in words(text)).replace("-", " ")


def even(text: str) -> str:
    """A text letter by letter without accents and curly apostrophes, so that places in it stay the same.

    >>> even("Café’s"), len(even("½ ﬁn"))
    ("Cafe's", 4)
    """
    if text.isascii():
        return text
    return "".join(unicodedata.normalize("NFKD", letter)[0] for letter in text.replace("’", "'"))


def spelt(phrase: str) -> str:
    """A pattern for a folded phrase as people write it, in an `even` text: with hyphens, points, a "'s".

    >>> bool(re.fullmatch(spelt("driver mate"), "driver's-mate")), bool(re.match(spelt("ai job"), "a.i. job"))
    (True, True)
    """
    written = ("['.]?".join(map(re.escape, word)) + "(?:'s)?" for word in phrase.split())
    return r"\.?[\s-]+".join(written)


@lru_cache(maxsize=16384)
def fold(word: str) -> str:
    """Lower case, accents and inner points gone, possessive cut.

    >>> fold("Bachelor’s"), fold("Ph.D"), fold("Café")
    ('bachelor', 'phd', 'cafe')
    """
    plain = unicodedata.normalize("NFKD", word.lower().replace("’", "'"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = plain.removesuffix("'s").replace("'", "")
    return plain.replace(".", "")


@cache
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")


@lru_cache(maxsize=65536)
def stem(folded: str) -> str:
    """The Snowball stem of a folded word; words with digits or signs stay as they are."""
    return _stemmer().stemWord(folded) if folded.isalpha() else folded


@lru_cache(maxsize=1024)
def content_words(text: str) -> tuple[Word, ...]:
    """The words that carry the topic, in order."""
    return tuple(
        word
        for word in words(text)
        if word.folded not in STOP and word.text.lower().replace("’", "'") not in STOP
    )


def shouts(text: str) -> bool:
    """Whether capitals tell nothing of short forms, since more than a few words are written in them.

    >>> shouts("HOW MUCH DO THEY EARN"), shouts("AWS OR GCP")
    (True, False)
    """
    return text.isupper() and len(words(text)) > SHOUTED


def stems(text: str) -> list[str]:
    """The stems of a text's content words; of all words if it has no others."""
    return [word.stem for word in content_words(text)] or [word.stem for word in words(text)]


@lru_cache(maxsize=4096)
def every_stem(texts: tuple[str, ...]) -> frozenset[str]:
    """The stems of all words of some texts; kept, for rows are looked at again and again."""
    return frozenset(word.stem for text in texts for word in words(text))


def apart(texts: Sequence[str]) -> list[frozenset[str]]:
    """For each of some texts the stems of its content words that no other one holds.

    >>> [sorted(stems) for stems in apart(["Indoor pool", "Outdoor pool"])]
    [['indoor'], ['outdoor']]
    """
    found = [{word.stem for word in content_words(text)} for text in texts]
    return [frozenset(own.difference(*found[:n], *found[n + 1 :])) for n, own in enumerate(found)]


def one_ordinal(text: str) -> str:
    """A text with one word for the place before the last, of whatever is counted.

    >>> one_ordinal("the second to last step"), one_ordinal("the last but one")
    ('the penultimate step', 'the penultimate')
    """
    return BEFORE_LAST.sub("penultimate", text)


def plural(noun: str) -> str:
    """More than one of what a noun names.

    >>> [plural(noun) for noun in ("nurse", "actuary", "coach", "salesman", "midwife")]
    ['nurses', 'actuaries', 'coaches', 'salesmen', 'midwives']
    """
    for ending, others in (("man", "men"), ("fe", "ves"), ("y", "ies")):
        if noun.endswith(ending):
            return noun.removesuffix(ending) + others
    return noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")


def number_of(number: str) -> int:
    """The number that a figure or a word up to ten writes."""
    return int(number) if number.isdigit() else CARDINALS.index(number.lower()) + 1


def find(text: str, phrase: str) -> tuple[int, int] | None:
    """Where a folded phrase stands in a text, word by word; nowhere if it has no word.

    >>> find("Pay in New York?", "new york")
    (7, 15)
    """
    found = words(text)
    parts = phrase.split()
    for start in range(len(found) - len(parts) + 1 if parts else 0):
        if [word.folded for word in found[start : start + len(parts)]] == parts:
            return found[start].start, found[start + len(parts) - 1].end
    return None


def names(key: str, asked: Collection[str]) -> bool:
    """Whether a question (as stems) names a row: at least half of the key's words, all of a short key's.

    >>> names("Software Publishers", ["softwar", "publish"]), names("New York", ["new"])
    (True, False)
    """
    stems = [word.stem for word in content_words(key)]
    held = sum(stem in asked for stem in stems)
    return bool(stems) and (held == len(stems) or (len(stems) > 2 and 2 * held >= len(stems) and held > 1))


@dataclass(frozen=True, slots=True)
class Bm25:
    """Scores of terms in documents, as bm25s computed them: a sparse matrix, a term a column."""

    terms: Mapping[str, int]
    starts: npt.NDArray[np.int64]  # [terms + 1], where a term's scores start
    documents: npt.NDArray[np.int32]  # [scores]
    scores: npt.NDArray[np.float32]  # [scores]
    size: int  # number of documents

    @classmethod
    def build(cls, documents: Sequence[Sequence[str]]) -> Bm25:
        """Indexes documents given as lists of terms (Lucene's BM25, k1 1.5, b 0.75)."""
        import bm25s

        logging.getLogger("bm25s").setLevel(logging.WARNING)  # it tells of its progress on standard error
        retriever = bm25s.BM25(method="lucene")
        filled = [list(terms) or [""] for terms in documents]
        retriever.index(filled, show_progress=False)
        matrix, number = retriever.scores, retriever.vocab_dict
        terms = sorted(str(term) for term in number if term)  # bm25s' own order differs from run to run
        ends = matrix["indptr"]
        columns = [np.arange(ends[number[term]], ends[number[term] + 1]) for term in terms]
        order = np.concatenate(columns) if columns else np.zeros(0, np.int64)
        return cls(
            {term: column for column, term in enumerate(terms)},
            np.cumsum([0, *map(len, columns)], dtype=np.int64),
            np.asarray(matrix["indices"], np.int32)[order],
            np.asarray(matrix["data"], np.float32)[order],
            len(filled),
        )

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Bm25:
        """What `to_arrays` made arrays of."""
        terms = {term: column for column, term in enumerate(arrays["terms"].tolist())}
        return cls(terms, arrays["starts"], arrays["documents"], arrays["scores"], int(arrays["size"]))

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """All of it as plain arrays by name, to be stored."""
        return {
            "terms": np.array(list(self.terms), dtype=np.str_),
            "starts": self.starts,
            "documents": self.documents,
            "scores": self.scores,
            "size": np.array(self.size),
        }

    def score(self, terms: Iterable[str]) -> npt.NDArray[np.float32]:
        """The score of every document for a question's terms, [documents]."""
        total = np.zeros(self.size, np.float32)
        for term in terms:
            if (number := self.terms.get(term)) is not None:
                span = slice(self.starts[number], self.starts[number + 1])
                total[self.documents[span]] += self.scores[span]
        return total
