"""Serves the widget, one script that works on any page, and prints the tag that puts it there.

In: nothing but `static/widget.js`, read once. Out: `GET /widget.js` with ETag, caching, and headers that let
foreign pages load it; `snippet` and `integrity` for the command line. Every page may load the script; which
sites may ask is decided by CORS on the API (see `security`): so a site that is not listed can still say so
in words. It answers no questions and writes no script at run time: the same bytes for everybody.
"""

from __future__ import annotations

import base64
import difflib
import gzip
import hashlib
import html
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request, Response

from chatbot.errors import SettingsError

SCRIPT = Path(__file__).parent / "static" / "widget.js"
ATTRIBUTES = (
    "title", "color", "lang", "position", "examples", "guide", "guide-page", "contact", "privacy",
    "placeholder", "theme", "z-index", "endpoint",
)  # fmt: skip
HEADERS = {
    "Cache-Control": "public, max-age=3600, stale-while-revalidate=86400",
    "Access-Control-Allow-Origin": "*",  # `integrity` on the tag needs it
    "Cross-Origin-Resource-Policy": "cross-origin",  # for pages that isolate themselves
    "Vary": "Accept-Encoding",
}


@cache
def source() -> bytes:
    """The script, as it stands in the package."""
    return SCRIPT.read_bytes()


@cache
def compressed() -> bytes:
    """The script as most browsers ask for it; the same bytes in every process."""
    return gzip.compress(source(), 9, mtime=0)


def integrity() -> str:
    """The hash of the script for the tag's `integrity`: a browser refuses any other script then."""
    return "sha384-" + base64.b64encode(hashlib.sha384(source()).digest()).decode()


def snippet(base_url: str, pinned: bool = True, /, **attributes: str) -> str:
    """The tag to paste into a page. Attributes are those of docs/widget.md, `z_index` for `data-z-index`.

    `pinned` adds the hash: then a page must be given the new tag when the server is updated.
    Raises `SettingsError` for an attribute that the widget does not know.

    >>> print(snippet("https://help.example.org/", False, title="Ask us", z_index="50"))
    <script async src="https://help.example.org/widget.js"
      data-title="Ask us"
      data-z-index="50"></script>
    """
    lines = [f'<script async src="{html.escape(base_url.rstrip("/"))}/widget.js"']
    if pinned:
        lines.append(f'integrity="{integrity()}" crossorigin="anonymous"')
    for key, value in attributes.items():
        name = key.replace("_", "-")
        if name not in ATTRIBUTES:
            near = difflib.get_close_matches(name, ATTRIBUTES, 1) or [", ".join(ATTRIBUTES)]
            raise SettingsError(f"the widget has no attribute {name!r}", remedy=f"known: {near[0]}")
        lines.append(f'data-{name}="{html.escape(value)}"')
    return "\n  ".join(lines) + "></script>"


def router() -> APIRouter:
    """The route of the script."""
    routes = APIRouter(include_in_schema=False)
    # Weak: one name for the script, however its bytes are packed on the way.
    tag = f'W/"{hashlib.sha256(source()).hexdigest()[:16]}"'

    @routes.api_route("/widget.js", methods=["GET", "HEAD"])
    def script(request: Request) -> Response:
        """The script, packed for whoever unpacks it; nothing for whoever has it."""
        headers = HEADERS | {"ETag": tag}
        asked = [one.strip() for one in request.headers.get("if-none-match", "").split(",")]
        if tag in asked or "*" in asked:
            return Response(status_code=304, headers=headers)
        body = source()
        if "gzip" in request.headers.get("accept-encoding", ""):
            body, headers["Content-Encoding"] = compressed(), "gzip"
        return Response(body, media_type="text/javascript", headers=headers)

    return routes
