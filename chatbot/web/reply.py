"""How an answer looks in the chat: the short answer, the quote with its place, and the rest folded away.

In: an `Answer`. Out: HTML in one line, which Gradio's Markdown passes on as it is. Questions and guides are
strangers' text: all of it is escaped here or in `quotes`, so that no mark-up is in a message but ours.
It decides nothing about an answer: it shows it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from chatbot.answering import Answer, Source
from chatbot.guides import Guide, sentences
from chatbot.web.quotes import link, mark, own_address

LINE_ENDS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
OFFERED = 3  # sections at most under a reply that is no answer


def introduction(guides: Sequence[Guide]) -> str:
    """What this is, in one line under the name."""
    names = [f'<a href="{_text(own_address(guide.id))}">{_text(guide.title)}</a>' for guide in guides]
    named = f"the {names[0]}" if len(names) == 1 else f"{len(names)} guides"
    return (
        f"<h1>Askguide</h1><p>Ask {named}: you get the guide’s own words and the place where they stand, "
        "or a plain “the guide does not say”.</p>"
    )


def asked(question: str) -> str:
    """A visitor's question."""
    return f'<div class="asked" dir="auto">{_text(question)}</div>'


def unescape(message: str) -> str:
    """The question that `asked` has made a message of.

    >>> unescape(asked("a <b>\\n & c"))
    'a <b>\\n & c'
    """
    return html.unescape(re.sub(r"<[^>]*>", "", message))


def trouble(title: str, remedy: str) -> str:
    """A reply when there is none: what happened, and what to do."""
    return f'<div class="reply trouble"><p class="short">{_text(title)}.</p><p>{_text(remedy)}</p></div>'


def show(answer: Answer, contact: str = "") -> str:
    """An answer as HTML. `contact` is where a person is sent when the guide does not say."""
    paragraphs = [text for text in answer.text.split("\n\n") if text.strip()]
    if answer.kind == "no_answer":
        parts = _no_answer(answer, contact)
    else:
        person = contact if answer.kind == "small_talk" else ""
        parts = [f'<p class="short" dir="auto">{_linked(text, (), person)}</p>' for text in paragraphs]
    if answer.understood_as and _bare(answer.understood_as) != _bare(answer.question):
        understood = f'<q dir="auto">{_text(answer.understood_as)}</q>'
        parts.insert(len(paragraphs), f'<p class="understood">Understood as: {understood}</p>')
    if answer.kind == "answer":
        quoted = len(paragraphs)  # a question that asks two things has a quote for each
        parts += [_quote(source, answer.understood_as) for source in answer.sources[:quoted]]
        parts.append(_fold(answer.sources[quoted:], answer.understood_as))
    return f'<div class="reply {_text(answer.kind)}">{"".join(parts)}</div>'


def _no_answer(answer: Answer, contact: str) -> list[str]:
    """The honest no, then where to look instead: in the answer's own words, or else after them."""
    named = [source for source in answer.sources if f"“{source.section}”" in answer.text]
    help_at = len(answer.text)
    for start, end in reversed(sentences(answer.text)):
        sentence = answer.text[start:end]
        if any(source.section in sentence for source in named) or (contact and contact in sentence):
            help_at = start
    lead, rest = answer.text[: help_at or None].strip(), answer.text[help_at:] if help_at else ""
    parts = [f'<p class="short" dir="auto">{_linked(lead, named, contact)}</p>']
    if rest:
        parts.append(f'<p class="rest" dir="auto">{_linked(rest, named, contact)}</p>')
    parts.append(_nearest([source for source in answer.sources[:OFFERED] if source not in named]))
    if contact and contact not in answer.text:
        parts.append(f'<p class="contact">Ask a person: {_person(contact)}</p>')
    return parts


def _linked(text: str, named: Sequence[Source], contact: str) -> str:
    """The text; the sections that it names, and the person, are links."""
    linked = _text(text)
    if contact:  # first: the address of a section may begin with the contact's
        linked = linked.replace(_text(contact), _person(contact))
    for source in named:
        section = _text(source.section)
        linked = linked.replace(f"“{section}”", f"“{_anchor(source, section)}”", 1)
    return linked


def _quote(source: Source, question: str) -> str:
    """The passage with the quote marked; below it the section and the guide, as a link to the words."""
    passage = LINE_ENDS.sub("&#10;", mark(source.passage, source.quote, question).strip())
    return (
        f'<figure class="quote"><blockquote dir="auto">{passage}</blockquote>'
        f"<figcaption>{_link(source)}</figcaption></figure>"
    )


def _link(source: Source) -> str:
    section, guide = _text(source.section), _text(source.guide)
    return _anchor(source, f'<span class="section">{section}</span> <span class="guide">{guide}</span>')


def _anchor(source: Source, shown: str) -> str:
    return f'<a href="{_text(link(source))}" target="_blank" rel="noopener">{shown}</a>'


def _fold(sources: Sequence[Source], question: str) -> str:
    if not sources:
        return ""
    count = "1 more place" if len(sources) == 1 else f"{len(sources)} more places"
    quotes = "".join(_quote(source, question) for source in sources)
    return f'<details class="more"><summary>{count} in the guide</summary>{quotes}</details>'


def _nearest(sources: Sequence[Source]) -> str:
    items = "".join(f"<li>{_link(source)}</li>" for source in sources)
    same = "one-guide" if len({source.guide for source in sources}) == 1 else ""
    return f'<div class="nearest {same}"><p>The nearest sections:</p><ul>{items}</ul></div>' if items else ""


def _person(contact: str) -> str:
    """Where a person is to be found: an address on the web, a mailbox, or words."""
    address = contact if re.match(r"https?://", contact) else ""
    address = address or (f"mailto:{contact}" if re.fullmatch(r"[^\s@]+@[^\s@]+", contact) else "")
    return f'<a href="{_text(address)}">{_text(contact)}</a>' if address else _text(contact)


def _text(text: str) -> str:
    """Escaped, and in one line: Markdown leaves an HTML block alone until a line is empty."""
    return LINE_ENDS.sub("&#10;", html.escape(text))


def _bare(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().casefold()
