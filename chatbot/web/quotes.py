"""Guide text as safe HTML: rendered, with the quote and the question's words marked, and links to its place.

In: Markdown of a guide, a `Source`. Out: HTML that holds no markup but ours, and addresses that land on the
quoted words. Everything here treats a guide as a stranger's text: of raw HTML only the text is shown, an
image is replaced by its description, and only http, https and mailto links stay links. It knows no routes
but the one of our own guide page, and no Gradio.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote as percent

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

from chatbot import lexical
from chatbot.answering import Source
from chatbot.answering.linking import fragment


class _Renderer(RendererHTML):
    """HTML without anything that loads or that a guide brings itself."""

    def image(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        """An image as the words that describe it."""
        return html.escape(tokens[index].content)

    def html_inline(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        """Of the tags within a line, only the line break."""
        return "<br>" if re.match(r"<br\b", tokens[index].content, re.I) else ""

    def html_block(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        """A block of HTML as its text alone."""
        text = re.sub(r"<!--.*?-->|<[^>]*>", " ", tokens[index].content, flags=re.DOTALL)
        return f"<p>{html.escape(text)}</p>\n" if text.strip() else ""

    def marked(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        """Marked words as they are: `mark` has made and escaped them."""
        return tokens[index].content


@cache
def parser() -> MarkdownIt:
    """The Markdown of the guides, with raw HTML reduced to its text."""
    markdown = MarkdownIt("commonmark", renderer_cls=_Renderer).enable("table")
    markdown.use(front_matter_plugin)
    markdown.validateLink = _is_safe  # type: ignore[method-assign, assignment]
    return markdown


def _is_safe(address: str) -> bool:
    """Whether a link may stay a link: to the web, to a mailbox, or within the guide.

    >>> [_is_safe(a) for a in ("https://a.org", "#pay", "javascript:alert(1)", "data:text/html,x", "//a.org")]
    [True, True, False, False, False]
    """
    return re.match(r"https?://|mailto:|#", address.strip(), re.I) is not None


def render(markdown: str) -> str:
    """Markdown of a guide as HTML.

    >>> render("<b>Pay</b> ![tracker](https://a.org/t.gif) [x](javascript:alert)")
    '<p>Pay tracker [x](javascript:alert)</p>\\n'
    """
    rendered: str = parser().render(markdown)
    return rendered


@dataclass(frozen=True, slots=True)
class _Word:
    """A word, and where it stands: in which text, from where to where."""

    text: int
    start: int
    end: int
    folded: str


def mark(passage: str, quote: str, question: str = "") -> str:
    """The passage as HTML, the quote in `<mark>`, and within it the question's words in `<b>`.

    Links are shown as their text: in a quote, the one link that counts is the one to its place.

    >>> mark("It varies. **Pay** in Ohio is $1.", "**Pay** in Ohio is $1.", "what is the pay?")
    '<p>It varies. <strong><mark><b>Pay</b></mark></strong><mark> in Ohio is $1.</mark></p>\\n'
    """
    tokens = parser().parse(_headed(passage))
    texts = list(_texts(tokens))
    wanted = _texts(parser().parse(_headed(quote)))
    if span := _find(_words([text.content for text in texts]), _words([text.content for text in wanted])):
        first, last = span
        stems = {word.stem for word in lexical.content_words(question)}
        for number in range(first.text, last.text + 1):
            text = texts[number]
            start = first.start if number == first.text else 0
            end = _with_stop(text.content, last.end) if number == last.text else len(text.content)
            inner = _marked(text.content, start, end, stems)
            text.type, text.content = "marked", _FRAMES.get(text.type, "{}").format(inner)
    rendered: str = parser().renderer.render(list(_without_links(tokens)), parser().options, {})
    return rendered


_FRAMES = {"code_inline": "<code>{}</code>", "fence": "<pre>{}</pre>", "code_block": "<pre>{}</pre>"}


def _headed(passage: str) -> str:
    """The rows of a table that was cut before them need a header, or they are no rows to Markdown."""
    rows = passage.split("\n")
    if not rows[0].startswith("|") or (len(rows) > 1 and re.fullmatch(r"[|\s:-]+", rows[1])):
        return passage
    columns = len(re.findall(r"(?<!\\)\|", rows[0].strip())) - 1
    return f"{'| ' * columns}|\n{'|---' * columns}|\n{passage}"


def _texts(tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens that hold text, in the order of reading."""
    for token in tokens:
        if token.children:
            yield from _texts(token.children)
        elif token.type in ("text", "text_special", *_FRAMES):
            yield token


def _words(texts: Sequence[str]) -> list[_Word]:
    return [
        _Word(number, word.start(), word.end(), word[0].casefold())
        for number, text in enumerate(texts)
        for word in re.finditer(r"\w+", text)
    ]


def _find(words: Sequence[_Word], quote: Sequence[_Word]) -> tuple[_Word, _Word] | None:
    """The first and the last word of the quote in the passage, Markdown's marks left aside."""
    found, wanted = [word.folded for word in words], [word.folded for word in quote]
    for at in range(len(found) - len(wanted) + 1):
        if wanted and found[at : at + len(wanted)] == wanted:
            return words[at], words[at + len(wanted) - 1]
    return None


def _with_stop(text: str, end: int) -> int:
    """The full stop or bracket after the last word belongs to the quote."""
    stop = re.compile(r"[^\w\s(\[{“‘]*").match(text, end)
    return stop.end() if stop else end


def _marked(text: str, start: int, end: int, stems: Collection[str]) -> str:
    """The text as HTML, with `<mark>` from start to end and the wanted words in it in `<b>`."""
    pieces, at = [], start
    for word in lexical.words(text):
        if start <= word.start and word.end <= end and word.stem in stems:
            pieces += [html.escape(text[at : word.start]), f"<b>{html.escape(word.text)}</b>"]
            at = word.end
    pieces.append(html.escape(text[at:end]))
    inner = "".join(pieces)
    marked = f"<mark>{inner}</mark>" if inner.strip() else inner
    return html.escape(text[:start]) + marked + html.escape(text[end:])


def _without_links(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.children:
            token.children = list(_without_links(token.children))
        if token.type not in ("link_open", "link_close"):
            yield token


def link(source: Source) -> str:
    """The address that lands on the quoted words: where the guide is published, else our own page of it."""
    if source.url and re.match(r"https?://", source.url, re.I):
        return source.url
    return own_address(source.ref) + fragment(source.passage, source.quote)


def own_address(ref: str) -> str:
    """The address of a guide, or of a section in it, on our own page.

    >>> own_address("50% off?#a b"), own_address("tea")
    ('/guides/50%25%20off%3F#a%20b', '/guides/tea')
    """
    guide, hashed, section = ref.partition("#")
    return f"/guides/{percent(guide)}{hashed}{percent(section)}"
