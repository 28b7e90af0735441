"""Which rows of a table or items of a list a text names: "West Virginia" does not name the row of Virginia.

In: the rows' names, and a text. Out: those that it names, and the longer names of which one is a part only.
What is asked of a row, or in vain, is for `chatbot.answering.tables`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from chatbot import excepting, lexical
from chatbot.lexical import COMPARES, HIGHEST, LOWEST, PLACES, RANKS, Word, fold_phrase
from chatbot.retrieval import Retriever

OPERATORS = RANKS | PLACES.keys() | COMPARES  # never the topic of a question
PAUSE = re.compile(r"[,:;?!–(]")  # ends what is named
PLAIN = lexical.STOP | OPERATORS  # never a name
# What is said with a place among others: "so Ohio comes in third place?"
OF_PLACES = lexical.ORDINALS.keys() | RANKS | {
    "come", "comes", "correct", "list", "place", "position", "rank", "ranked", "ranks", "right", "true",
}  # fmt: skip
QUARTERS = frozenset(["north", "south", "east", "west", "northern", "southern", "eastern", "western"])
COUNTRY = frozenset(["us", "usa", "america"])  # after a state it adds nothing
AMERICAN = re.compile(r"\b(?:USA?\b|U\.S\.(?!\w)|United States\b|(?<!South )(?<!Latin )America\b)")
# "Without the first two": of the keys in their order.
_NUMBER = r"(?P<number>one\b(?! ones?)|two|three|four|five|[2-5])"
AT_THE_END = re.compile(
    rf"(?:the )?(?:(?P<first>first|top)|bottom|last)(?: {_NUMBER})?(?: ones?)?(?=\W*(?:$|[,.;:?!]))", re.I
)
ENDS = HIGHEST | LOWEST
MANY = 9  # rows, of which few are any that `FEW` names
# "The top two", of a table; of a list, which tells no figures, by fewer words.
FEW = re.compile(
    r"\b(?:(?P<first>first|top|(?P<ranks>best|highest))|bottom|last|(?P<low>lowest|worst))(?P<pays> paying)? "
    r"(?P<number>two|three|four|five|[2-5])\b",
    re.I,
)
# What makes others of them, or somebody's own: "not the top two", "my last two".
NOT_THOSE = frozenset([
    "after", "before", "behind", "besides", "but", "did", "do", "does", "except", "excluding", "her", "his",
    "minus", "my", "neither", "next", "no", "none", "not", "other", "our", "than", "their", "without", "your",
])  # fmt: skip
GIVER = re.compile(r"(?:\b(?:by|from) |\()(\w+)")  # "Certificate from IBM"
ONES = frozenset(["one", "ones", "s"])  # "the IBM one", "not IBM's"
DISTRICT = frozenset(["dc"])  # after a state's name it makes another place


def named(retriever: Retriever, keys: Sequence[str], text: str) -> list[int]:
    """The numbers of the keys that a question names; a name inside a longer one does not count."""
    asked = [word.stem for word in lexical.words(text)]
    spans = {n: _spans(key, asked) for n, key in enumerate(keys) if lexical.names(key, asked)}
    if not spans:
        return []
    every = [span for places in spans.values() for span in places]
    parts = {span for span, _ in longer_names(retriever, keys, text)}
    parts.update(span for span in every if any(_inside(span, other) for other in every))
    return [n for n, places in spans.items() if not places or not parts.issuperset(places)]


def _spans(key: str, asked: list[str]) -> list[tuple[int, int]]:
    """Where the words of a key stand one after the other in a question."""
    stems = [word.stem for word in lexical.words(key)]
    if not stems:  # "–" stands nowhere
        return []
    starts = range(len(asked) - len(stems) + 1)
    return [(n, n + len(stems)) for n in starts if asked[n : n + len(stems)] == stems]


def _inside(span: tuple[int, int], other: tuple[int, int]) -> bool:
    return other[0] <= span[0] and span[1] <= other[1] and span != other


def longer_names(
    retriever: Retriever, keys: Sequence[str], text: str
) -> Iterator[tuple[tuple[int, int], str]]:
    """Where a key is only a part of the name that a question gives ("West Virginia", "Washington DC")."""
    words = lexical.words(text)
    asked = [word.stem for word in words]
    every = [span for key in keys for span in _spans(key, asked)]
    for span in every:
        if any(_inside(span, other) for other in every):
            continue
        start, end = whole_name(retriever, words, text, *span)
        if (start, end) != span:
            yield span, text[words[start].start : words[end - 1].end]


def whole_name(
    retriever: Retriever, words: Sequence[Word], text: str, start: int, end: int
) -> tuple[int, int]:
    """A span of words with the capitalised strangers around it, and quarters of the compass before it."""

    def beside(number: int, other: int) -> bool:
        """Whether two words are there with one space between them."""
        first, second = sorted((number, other))
        return first >= 0 and second < len(words) and text[words[first].end : words[second].start] == " "

    def capital(number: int) -> bool:
        """Whether a word that does not begin the text looks like a name."""
        return number > 0 and is_name(retriever, words[number], text)

    while beside(start - 1, start) and (words[start - 1].folded in QUARTERS or capital(start - 1)):
        start -= 1
    while beside(end - 1, end) and (words[end].folded in DISTRICT or capital(end)):
        end += 1
    return start, end


def whole_value(retriever: Retriever, words: Sequence[Word], text: str, place: int) -> tuple[int, int]:
    """The same of one word, and "New" before it: "New Jersey"."""
    start, end = whole_name(retriever, words, text, place, place + 1)
    return start - (start > 0 and words[start - 1].folded == "new"), end


def set_aside(keys: Sequence[str], text: str) -> tuple[set[int], str]:
    """The numbers of the keys that a question sets aside, and the question without that.

    Only what is named right behind such words is: "not Ohio or Maine", but not "not sure about Ohio".
    """
    aside, rest, at = set[int](), [], 0
    for start, behind in excepting.asides(text):
        if start < at:
            continue
        found, end = _named_first(keys, text, behind)
        more = set(found)
        while more and (beside := excepting.AND.match(text, end)):
            more, last = _named_first(keys, text, beside.end())
            end = last if more else end
            found |= more
        if found:
            rest.append(text[at:start])
            aside, at = aside | found, end
    return aside, "".join((*rest, text[at:]))


def _named_first(keys: Sequence[str], text: str, start: int) -> tuple[set[int], int]:
    """The key that the first words from `start` name, by as many as are its own, and where these end.

    Who gives it, or where, names it, too, where no more is said: "the IBM one".
    """
    if counted := AT_THE_END.match(text, start):
        number, places = lexical.number_of(counted["number"] or "one"), range(len(keys))
        return set(places[:number] if counted["first"] else places[-number:]), counted.end()
    phrase = PAUSE.split(text[start:], 1)[0]
    words, whole = lexical.words(phrase), lexical.words(excepting.AND.split(phrase, 1)[0])
    best: tuple[int, set[int]] = (0, set())
    for n, key in enumerate(keys):
        own = {word.stem for word in lexical.words(key)}
        first = next((at for at, word in enumerate(words) if word.stem not in own), len(words))
        said = [word.stem for word in words[:first]]
        givers = {lexical.stem(lexical.fold(name)) for name in GIVER.findall(key)}
        more = any(word.folded not in ONES for word in whole[first:])
        alone = not more and not givers.isdisjoint(said[:2])
        if first > best[0] and (alone or lexical.names(key, said)):
            best = (len(whole) if alone else first, {n})
    return best[1], start + words[best[0] - 1].end if best[0] else start


def few(size: int, text: str, about: Collection[str] = (), ranked: bool = True) -> range:
    """Which of so many rows a text asks for, where these are a few from either end, and for nothing else.

    `about` are the stems of what they are called and tell. Where they are not `ranked` by a figure, the
    lowest are not the last ones.

    >>> few(5, "the last two?"), few(5, "top three states", ["state"]), few(5, "first two years")
    (range(3, 5), range(0, 3), range(0, 0))
    >>> few(5, "not the last two?"), few(5, "the worst two", ranked=False)
    (range(0, 0), range(0, 0))
    """
    found = FEW.search(text)
    if not found or not NOT_THOSE.isdisjoint(lexical.every_word(text)):
        return range(0)
    if not ranked and (found["ranks"] or found["low"] or found["pays"]):
        return range(0)
    number = lexical.number_of(found["number"])
    rest = lexical.content_words(f"{text[: found.start()]} {text[found.end() :]}")
    if number > size or any(word.stem not in about and word.folded not in ENDS for word in rest):
        return range(0)
    return range(number) if found["first"] else range(size - number, size)


def asks_its_place(row: str, text: str) -> bool:
    """Whether a text asks no more than whether a row has some place among the others.

    >>> asks_its_place("Ohio", "so Ohio is third, right?"), asks_its_place("Ohio", "Ohio in the first group?")
    (True, False)
    """
    own = set(lexical.stems(row))
    rest = {word.folded for word in lexical.content_words(text) if word.stem not in own}
    if not {"how", "why"}.isdisjoint(lexical.every_word(text)):
        return False
    return not rest.isdisjoint(lexical.ORDINALS) and rest <= OF_PLACES


def keys_of(retriever: Retriever, section: int) -> frozenset[str]:
    """The names of the rows and items of a section's tables and lists, folded."""
    return frozenset(fold_phrase(key) for table in retriever.listings[section] for key in table.keys)


def names_a_value(retriever: Retriever, words: Sequence[Word]) -> bool:
    """Whether one of some words is a row or an item of the guides."""
    return any((word.folded,) in retriever.values for word in words)


def is_name(retriever: Retriever, word: Word, text: str) -> bool:
    """Whether a word looks like a name that no text of the corpus holds. In "All Capitals" nothing does."""
    plain = any(other.text[0].islower() for other in lexical.content_words(text))
    return plain and word.text[0].isupper() and word.folded not in COUNTRY and is_stranger(retriever, word)


def is_at_home(retriever: Retriever, word: Word, text: str) -> bool:
    """Whether a word of a text names the country of which the guides speak, by another of its names."""
    named = word.folded in COUNTRY or AMERICAN.match(text.title(), word.start)
    return bool(named) and any(AMERICAN.search(guide.text) for guide in retriever.index.guides)


def is_stranger(retriever: Retriever, word: Word) -> bool:
    """Whether a word may be a value that no text of the corpus holds."""
    known = word.folded in PLAIN or word.folded in retriever.synonyms
    return not known and not retriever.knows(word.stem)
