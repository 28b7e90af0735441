"""The guides as pages of our own: readable, printable, and every heading can be linked to.

In: the guides of the build. Out: `/guides/{id}` for each, the static files of the pages and the chat, and
`/manifest.json`. A guide is a stranger's text: of raw HTML in it only the text is shown. A guide's page needs
no script, and its policy (see `security`) allows none. It answers no questions.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Template

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse, HTMLResponse
from markdown_it.token import Token

from chatbot.guides import Guide, Section
from chatbot.guides.markdown import ANCHOR
from chatbot.guides.text import MARK
from chatbot.web.quotes import parser

STATIC = Path(__file__).parent / "static"
SERVED = ("guide.css", "chat.css", "chat.js", "icon.svg")
NAME = "Askguide"
PAGE = Template("""<!doctype html>
<html lang="$language">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>$title</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/guide.css">
</head>
<body>
<header><a href="/">Ask a question</a></header>
<div class="columns">
<nav aria-label="Contents"><details open><summary>Contents</summary><ul>
$contents
</ul></details></nav>
<main>
$heading
$updated
$body
</main>
</div>
</body>
</html>
""")


def router() -> APIRouter:
    """The routes of the guides' pages."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/guides/{name}")
    def guide_page(name: str, request: Request) -> HTMLResponse:
        """The page of one guide."""
        for guide in request.app.state.bot.guides:
            if guide.id == name:
                return HTMLResponse(page(guide))
        raise HTTPException(404, "There is no such guide.")

    @routes.get("/manifest.json")
    def manifest() -> dict[str, object]:
        """What a browser shows of a page that is put on a home screen."""
        icon = {"src": "/icon.svg", "type": "image/svg+xml", "sizes": "any"}
        return {"name": NAME, "short_name": NAME, "start_url": "/", "display": "browser", "icons": [icon]}

    for name in SERVED:
        routes.add_api_route(f"/{name}", _serve(name), methods=["GET", "HEAD"])

    return routes


def _serve(name: str) -> Callable[[], FileResponse]:
    return lambda: FileResponse(STATIC / name)


def page(guide: Guide) -> str:
    """A guide as one HTML page, with the sections' ids as anchors."""
    body = _markdown_body(guide) if guide.file.lower().endswith(".md") else "\n".join(_pairs_body(guide))
    updated = html.escape(guide.updated)
    return PAGE.substitute(
        language=html.escape(guide.language),
        title=html.escape(guide.title),
        contents="\n".join(_entry(section) for section in guide.sections if section.level > 1),
        heading="" if "<h1" in body else _heading(guide, body),
        updated=f'<p class="updated">Updated <time>{updated}</time></p>' if updated else "",
        body=body,
    )


def _heading(guide: Guide, body: str) -> str:
    """The title; where text comes before the first heading, it is the heading of that section."""
    first = html.escape(guide.sections[0].id)
    anchor = "" if f'id="{first}"' in body else f' id="{first}"'
    return f"<h1{anchor}>{html.escape(guide.title)}</h1>"


def _entry(section: Section) -> str:
    name, title = html.escape(section.id), html.escape(section.title)
    return f'<li class="level-{section.level}"><a href="#{name}">{title}</a></li>'


def _markdown_body(guide: Guide) -> str:
    tokens = parser().parse(guide.text.removeprefix(MARK))
    sections = {section.line: section for section in guide.sections}
    for token, inline in zip(tokens, tokens[1:], strict=False):
        if token.type == "heading_open" and token.map and not token.level:
            section = sections[token.map[0] + 1]
            token.attrSet("id", section.id)
            _drop_anchor(inline)
    body: str = parser().renderer.render(tokens, parser().options, {})
    return body


def _drop_anchor(heading: Token) -> None:
    """The explicit anchor is an instruction, not a part of the title."""
    last = (heading.children or [heading])[-1]
    last.content = ANCHOR.sub("", last.content)


def _pairs_body(guide: Guide) -> Iterator[str]:
    """Questions and answers, where the file is a table of them and not Markdown."""
    for section in guide.sections:
        yield f'<h2 id="{html.escape(section.id)}">{html.escape(section.title)}</h2>'
        for block in section.blocks:
            yield f"<p>{html.escape(' '.join(unit.text for unit in block.units))}</p>"
