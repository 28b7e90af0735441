"""Reads the synonyms of a corpus: a plain file of the guides' words and what people write instead.

In: `synonyms.txt`, a word of the guides a line. Out: the words with their synonyms, for all guides alike;
what a guide's front matter says goes first. It replaces nothing: `chatbot.retrieval` does.
"""

from __future__ import annotations

from pathlib import Path

from chatbot.errors import CorpusError
from chatbot.guides.text import MARK, read_text

REMEDY = "write `word of the guides: what people write, another`"


def read_synonyms(file: Path) -> dict[str, tuple[str, ...]]:
    """The synonyms of each word; none where there is no such file. Lines that begin with # say nothing.

    Raises `CorpusError` for a line that is not what it should be.
    """
    if not file.exists():
        return {}
    synonyms: dict[str, tuple[str, ...]] = {}
    for line, text in enumerate(read_text(file).removeprefix(MARK).splitlines(), 1):
        if not text.strip() or text.lstrip().startswith("#"):
            continue
        word, colon, rest = text.partition(":")
        word, others = word.strip(), tuple(other.strip() for other in rest.split(",") if other.strip())
        if not (word and colon and others):
            raise CorpusError("is not a word with its synonyms", file, line, REMEDY)
        if word in synonyms:
            raise CorpusError(f"{word!r} stands there twice", file, line, "join the two lines")
        synonyms[word] = others
    return synonyms
