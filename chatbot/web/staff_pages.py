"""What all staff pages share: templates, forms, and the headers that go with every response.

In: a request and values. Out: HTML in which everything that guides and visitors wrote is text. It knows
no route and no bot.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import jinja2
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse

from chatbot.web import quotes, staff_lookup
from chatbot.web.desk import REASONS

HERE = Path(__file__).parent
KINDS = {"answer": "Answer", "clarify": "Asks back", "no_answer": "Declines", "small_talk": "Small talk"}
FACES = {"chat": "Chat", "widget": "Widget", "api": "API", "staff": "Staff"}
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A template of templates/staff as a response."""
    values |= {
        "base": prefix(request),
        "path": request.scope["path"],
        "user": getattr(request.state, "user", None),
    }
    return HTMLResponse(_templates().get_template(template).render(values), status)


def message(request: Request, said: str, status: int) -> HTMLResponse:
    """A page that says one thing."""
    return page(request, "message.html", status, said=said)


def prefix(request: Request) -> str:
    """The path of the staff pages, with that under which the app may stand."""
    root: str = request.scope["root_path"]
    return root


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form; the values of a field that is there more than once are lines."""
    body = (await request.body()).decode("utf-8", "replace")
    try:
        fields = parse_qs(body, keep_blank_values=True, max_num_fields=50)
    except ValueError as error:
        raise HTTPException(400, "The form cannot be read.") from error
    return {name: "\n".join(values) for name, values in fields.items()}


def percent(share: float) -> str:
    """A confidence for people; nothing is ever certain.

    >>> percent(0.834), percent(0.9999), percent(0.0)
    ('83 %', '99 %', '0 %')
    """
    return f"{min(99, round(100 * share))} %"


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates" / "staff"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "percent": percent,
        "time": lambda moment: moment.strftime("%Y-%m-%d %H:%M"),
        "highlight": staff_lookup.highlight,
        "mark": lambda source, question: Markup(quotes.mark(source.passage, source.quote, question)),
        "address": staff_lookup.recorded_address,
    }
    environment.globals |= {"kinds": KINDS, "faces": FACES, "reasons": REASONS}
    return environment
