"""Where a quote stands: its `Source`, and a link that lands on its words (Text Fragments, WICG).

In: a hit and what is quoted of it. Out: the guide's bytes with their place. It knows no pages and no routes;
a browser that does not know text fragments goes to the section's anchor.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote as percent

from chatbot.answering.answer import Source
from chatbot.answering.quoting import Quote
from chatbot.guides import plain
from chatbot.index import Index
from chatbot.passages import markdown_of
from chatbot.retrieval import Hit

WHOLE = 10  # words up to which a text fragment holds the whole quote; longer ones name both ends
ENDS = 5  # words of each end: enough to be found once, short enough for an address


def fragment(passage: str, quote: str) -> str:
    """The text fragment directive of a quote: it names the words, or both ends of a longer run of them.

    >>> fragment("", "Pay, in Ohio, is high.")
    ':~:text=Pay%2C%20in%20Ohio%2C%20is%20high.'
    >>> fragment("| Ohio | $1 |\\n| Iowa | $2 |", "| Iowa | $2 |")
    ':~:text=%241-,Iowa,%242'
    """
    lines = [pieces for line in quote.split("\n") if (pieces := _pieces(line))]
    if not lines:
        return ""
    first, last = lines[0], lines[-1]
    if len(lines) == len(first) == 1 and len(first[0].split()) <= WHOLE:
        return ":~:text=" + _encoded(first[0])
    before = _before(passage, quote) if len(first) > 1 else ""
    start, end = first[0].split()[:ENDS], last[-1].split()[-ENDS:]
    return f":~:text={before}{_encoded(' '.join(start))},{_encoded(' '.join(end))}"


def _before(passage: str, row: str) -> str:
    """The cell before a row: the first cell of a row alone may stand elsewhere too."""
    above, found, _ = passage.partition(row)
    lines = [pieces for line in above.split("\n") if (pieces := _pieces(line))]
    return f"{_encoded(lines[-1][-1])}-," if found and lines and len(lines[-1]) > 1 else ""


def _pieces(line: str) -> list[str]:
    """What stands together in a line, as it is read: the cells of a row, else the line without its bullet."""
    if line.lstrip().startswith("|"):
        cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
        return [plain(cell) for cell in cells if re.search(r"[^\s:-]", cell)]
    text = plain(re.sub(r"^\s*(?:[-*+>]|\d+[.)])\s+", "", line))
    return [text] if text else []


def _encoded(text: str) -> str:
    """Percent-encoded, the hyphen too: it has a meaning in a text fragment."""
    return percent(text, safe="").replace("-", "%2D")


def source_of(index: Index, hit: Hit, quote: Quote) -> Source:
    """The words of a quote as they stand in the guide file, and where."""
    guide = index.guides[int(index.guide_of[hit.section])]
    section = index.sections[hit.section]
    words = guide.text[quote.start : quote.end]
    passage = markdown_of(guide, quote.passage)
    base = section.url or (f"{guide.url}#{section.id}" if guide.url else "")
    landing = f"{base}{'' if '#' in base else '#'}{fragment(passage, words)}" if base else None
    return Source(
        index.refs[hit.section],
        guide.title,
        section.title,
        landing,
        words,
        quote.start,
        quote.end,
        passage,
        round(hit.score, 4),
    )


def sources_of(index: Index, hits: Sequence[Hit], quotes: Sequence[Quote]) -> tuple[Source, ...]:
    """The same for several hits, each with its quote."""
    return tuple(source_of(index, hit, quote) for hit, quote in zip(hits, quotes, strict=True))
