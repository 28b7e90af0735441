"""What the staff page shows of a question: the ranked passages and why each was found, and how to cite them.

In: a bot, a question, and where to look. Out: `Match`es, each a source with its confidence, the view of
its section that came nearest, and its quote ready to be pasted. Ranking and quoting are the bot's own, the
same that a visitor's answer is made of; nothing is ranked here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup, escape

from chatbot import lexical
from chatbot.answering import Chatbot, Source
from chatbot.conversation import Turn
from chatbot.guides import Block, Guide, Unit
from chatbot.web import quotes

MOST = 10  # passages, unless a section was chosen
HTTP = re.compile(r"https?://", re.IGNORECASE)
VIEWS = {
    "title": "its heading",
    "passage": "the passage as a whole",
    "alternate": "a question written for it",
    "sentence": "a sentence",
    "item": "an item of its list",
    "row": "a row of its table",
}


@dataclass(frozen=True, slots=True)
class Match:
    """A passage, how sure the bot is that it answers, and by what it was found."""

    source: Source
    parents: tuple[str, ...]
    confidence: float
    found_by: str  # one of the values of VIEWS, or nothing: by its words alone
    view: str  # the text of that view
    likeness: float  # its cosine to the question


@dataclass(frozen=True, slots=True)
class Cited:
    """A match with what a browser needs of it: where it stands, and what its keys copy."""

    match: Match
    link: str  # nothing where the guide names no address that is safe
    text: str
    markdown: str


def look_up(bot: Chatbot, question: str, within: str = "") -> list[Match]:
    """The passages for a question, best first; `within` is a guide's id or a reference, empty for everywhere.

    Raises `QuestionError` for a guide that is not there; a section that is not there holds nothing.
    """
    guide, _, section = within.partition("#")
    wanted = sections_below(bot, guide, section) if section else None
    most = len(bot.index.sections) if wanted is not None else MOST
    turn, hits, sources = bot.find(question, most, guide or None)
    found = []
    for hit, source in zip(hits, sources, strict=True):
        if wanted is None or source.ref in wanted:
            parents = bot.index.sections[hit.section].parents
            found.append(Match(source, parents, hit.confidence, *_nearest_view(bot, turn, hit.section)))
    return found[:MOST]


def sections_below(bot: Chatbot, guide_id: str, section_id: str) -> set[str]:
    """The references of a section and of those that its heading stands above."""
    found: set[str] = set()
    level = 0
    for guide in bot.guides:
        for section in guide.sections if guide.id == guide_id else ():
            if section.id == section_id:
                level = section.level
            elif section.level <= level:
                level = 0
            if level:
                found.add(f"{guide.id}#{section.id}")
    return found


def _nearest_view(bot: Chatbot, turn: Turn, section: int) -> tuple[str, str, float]:
    """By what a section was found: kind, text and cosine of the nearest of its views."""
    for row, cosine in zip(turn.evidence.views, turn.evidence.cosines, strict=True):
        view = bot.index.views[int(row)]
        if view.section == section and view.kind in ("title", "passage", "unit", "alternate"):
            units = bot.index.passages[view.passage].units if view.kind == "unit" else ()
            kind = units[view.unit].kind if units else view.kind
            return VIEWS[kind], view.text, float(np.clip(cosine, 0.0, 1.0))
    return "", "", 0.0


def highlight(text: str, question: str) -> Markup:
    """The text with the words of the question in `<b>`, safe as HTML.

    >>> highlight("Pay <in> Ohio", "what does it pay?")
    Markup('<b>Pay</b> &lt;in&gt; Ohio')
    """
    asked = {word.stem for word in lexical.content_words(question)}
    pieces, at = [], 0
    for word in lexical.words(text):
        if word.stem in asked:
            pieces += [escape(text[at : word.start]), Markup("<b>{}</b>").format(word.text)]
            at = word.end
    return Markup("").join([*pieces, escape(text[at:])])


def cite(bot: Chatbot, match: Match, base: str) -> Cited:
    """A match with its address and citations; `base` is our own address."""
    source = match.source
    link = address(source, base)
    return Cited(match, link, as_text(bot, source, link), as_markdown(bot, source, link))


def address(source: Source, base: str) -> str:
    """The full address of a source; nothing if its guide names one that is not safe."""
    link = quotes.link(source)
    if link.startswith("/guides/"):
        return base.rstrip("/") + link
    return link if HTTP.match(link) else ""


def recorded_address(source: Mapping[str, Any]) -> str:
    """Where a recorded source stands: where its guide is published, or on our own page of it.

    >>> recorded_address({"ref": "tea#brew", "url": "javascript:alert(1)"})
    '/guides/tea#brew'
    """
    if HTTP.match(source.get("url") or ""):
        return str(source["url"])
    return quotes.own_address(str(source["ref"]))


def as_text(bot: Chatbot, source: Source, link: str) -> str:
    """The quote with its citation, plain: what was said, by which section of which guide, and where."""
    text, last = "", ""
    for _, unit in _quoted(bot, source):
        apart = " " if last == unit.kind == "sentence" else "\n" if text else ""
        text += f"{apart}{'– ' if unit.kind == 'item' else ''}{unit.text}"
        last = unit.kind
    cited = f"— {source.guide}, {source.section}" + (f"\n{link}" if link else "")
    return f"“{text or source.quote}”\n{cited}"


def as_markdown(bot: Chatbot, source: Source, link: str) -> str:
    """The quote with its citation as a block quote in Markdown; rows of a table come with its header."""
    quote = source.quote
    quoted = _quoted(bot, source)
    if quoted and quoted[0][1].kind == "row":
        block = quoted[0][0]
        quote = _guide_of(bot, source).text[block.start : block.units[0].start] + quote
    name = re.sub(r"([\\\[\]*_`<])", r"\\\1", f"{source.guide}, {source.section}")
    cited = f"[{name}](<{link}>)" if link else name
    return "\n".join(f"> {line}".rstrip() for line in f"{quote}\n\n— {cited}".splitlines())


def _guide_of(bot: Chatbot, source: Source) -> Guide:
    return next(guide for guide in bot.guides if guide.id == source.ref.partition("#")[0])


def _quoted(bot: Chatbot, source: Source) -> list[tuple[Block, Unit]]:
    """The sentences, items and rows that a quote is made of, each with the block that it stands in."""
    return [
        (block, unit)
        for section in _guide_of(bot, source).sections
        for block in section.blocks
        for unit in block.units
        if source.start <= unit.start and unit.end <= source.end
    ]
