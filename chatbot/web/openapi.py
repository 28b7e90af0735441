"""Describes the HTTP API: the OpenAPI 3.1 document, and the same as an HTML page without any script.

In: the routes. Out: the document as a dict, and a page rendered from nothing but the document. It adds
to what FastAPI derives: the headers that every response carries, and the ids of the guides there are.
"""

from __future__ import annotations

import html
import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from chatbot import __version__
from chatbot.web.logs import HEADER
from chatbot.web.problems import KINDS, MEDIA_TYPE, Kind

TITLE = "Askguide"
SUMMARY = "Answers in a guide's own words, with the place where they stand."
DESCRIPTION = (
    "Every answer is a quote with a reference; when the guides do not say, the reply says so. "
    "Bodies are JSON in UTF-8. Errors are problem details (RFC 9457). Every response carries an "
    f"{HEADER}; one that you send (up to 64 letters, digits, dots, dashes) is used."
)
TAGS = {
    "questions": "Ask, search, vote",
    "guides": "What the answers come from",
    "operation": "For those who run the server",
}
PROBLEMS = "x-problems"  # in what a route tells FastAPI of a response: the slugs of its problems
Json = Mapping[str, Any]


def describe(routes: Sequence[BaseRoute], guide_ids: Sequence[str]) -> dict[str, Any]:
    """The OpenAPI document of the routes. The guides are named, so that a client can choose one."""
    document = get_openapi(
        title=TITLE,
        version=__version__,
        summary=SUMMARY,
        description=DESCRIPTION,
        routes=routes,
        tags=[{"name": name, "description": text} for name, text in TAGS.items()],
    )
    for _, _, operation in _operations(document):
        operation["summary"] = operation["description"].partition("\n")[0].rstrip(".")
        if operation["responses"].get("422", {}).get("description") == "Validation Error":
            del operation["responses"]["422"]  # FastAPI's guess: no path of ours is invalid, only unknown
        for status, response in operation["responses"].items():
            _describe_response(int(status), response)
    schemas = document["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    if guide_ids:
        for name in ("Question", "Search"):
            schemas[name]["properties"]["guide"]["anyOf"][0]["enum"] = list(guide_ids)
        parameter = document["paths"]["/api/v1/guides/{id}"]["get"]["parameters"][0]
        parameter["example"] = guide_ids[0]
    return document


def _describe_response(status: int, response: dict[str, Any]) -> None:
    """Adds the headers, and what FastAPI cannot know of a problem: its media type and its kinds."""
    response["headers"] = {HEADER: {"schema": {"type": "string"}, "description": "Id of the request."}}
    if status in (429, 503):
        seconds = {"schema": {"type": "integer", "minimum": 1}, "description": "Seconds to wait."}
        response["headers"]["Retry-After"] = seconds
    if status < 400:
        return
    kinds = [KINDS[slug] for slug in response.pop(PROBLEMS)]
    response["description"] = "; ".join(kind.title for kind in kinds)
    examples = {kind.slug: {"value": _example(kind)} for kind in kinds}
    schema = response["content"]["application/json"]["schema"]
    response["content"] = {MEDIA_TYPE: {"schema": schema, "examples": examples}}


def _example(kind: Kind) -> dict[str, Any]:
    told = {"type": kind.type, "title": kind.title, "status": kind.status, "detail": kind.meaning}
    return told | {"instance": "/api/v1/answers", "request_id": "b7c1f0d2a9e84c53"}


def _operations(document: Json) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


# The page -----------------------------------------------------------------------------------------


def render(document: Json) -> str:
    """The document as a page to read: operations, objects, kinds of problems."""
    info = document["info"]
    operations = "".join(_operation(document, *each) for each in _operations(document))
    objects = "".join(_object(name, schema) for name, schema in document["components"]["schemas"].items())
    problems = "".join(
        f'<tr id="{kind.slug}"><td><code>{kind.slug}</code></td><td>{kind.status}</td>'
        f"<td>{_text(kind.title)}</td><td>{_prose(kind.meaning)}</td></tr>"
        for kind in KINDS.values()
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{_text(info["title"])} HTTP API</title><link rel="icon" href="data:,">'
        '<link rel="stylesheet" href="/docs.css"></head>'
        f"<body><main><h1>{_text(info['title'])} HTTP API</h1><p>{_text(info['summary'])}</p>"
        f"<p>{_prose(info['description'])} The same as a document for programs: "
        '<a href="/openapi.json">openapi.json</a>.</p>'
        f"<h2>Operations</h2>{operations}<h2>Objects</h2>{objects}"
        f"<h2>Problems</h2>{_table(('Kind', 'Status', 'Title', 'What to do'), problems)}"
        "</main></body></html>"
    )


def _operation(document: Json, path: str, method: str, operation: Json) -> str:
    parts = [
        f'<section id="{_text(operation["operationId"])}">'
        f"<h3><code>{method.upper()} {_text(path)}</code></h3>"
        f"<p>{_prose(operation.get('description', operation['summary']))}</p>"
    ]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body:
        name = body["schema"]["$ref"].rpartition("/")[2]
        example = document["components"]["schemas"][name]["examples"][0]
        parts.append(f"<p>Body: {_type(body['schema'])}</p>{_code(_curl(path, example))}")
    rows = "".join(
        f"<tr><td>{status}</td><td>{_text(response['description'])}</td><td>{_content(response)}</td></tr>"
        for status, response in operation["responses"].items()
    )
    return "".join([*parts, _table(("Status", "Meaning", "Body"), rows), "</section>"])


def _object(name: str, schema: Json) -> str:
    required = schema.get("required", ())
    rows = "".join(
        f"<tr><td><code>{_text(field)}</code>{'' if field in required else ' (optional)'}</td>"
        f"<td>{_type(value)}</td><td>{_prose(value.get('description', ''))}</td></tr>"
        for field, value in schema.get("properties", {}).items()
    )
    examples = "".join(
        _code(json.dumps(example, indent=2, ensure_ascii=False)) for example in schema.get("examples", ())[:1]
    )
    return (
        f'<section id="{_text(name)}"><h3>{_text(name)}</h3><p>{_prose(schema.get("description", ""))}</p>'
        f"{_table(('Field', 'Type', 'Meaning'), rows)}{examples}</section>"
    )


def _type(schema: Json) -> str:
    """A schema in a few words, with links to the objects.

    >>> _type({"type": "array", "items": {"$ref": "#/components/schemas/Source"}})
    'list of <a href="#Source">Source</a>'
    >>> _type({"anyOf": [{"type": "string"}, {"type": "null"}]})
    'string or null'
    """
    if "$ref" in schema:
        name = _text(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(f"<code>{_text(json.dumps(value))}</code>" for value in schema["enum"])
    if "const" in schema:
        return f"<code>{_text(json.dumps(schema['const']))}</code>"
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    return _text(str(schema.get("type", "anything")))


def _content(response: Json) -> str:
    kinds = (
        f"{_type(content['schema'])} <small>{_text(media_type)}</small>"
        for media_type, content in response.get("content", {}).items()
    )
    return "<br>".join(kinds) or "none"


def _curl(path: str, example: Any) -> str:
    return (
        f"curl http://127.0.0.1:7860{path} -H 'Content-Type: application/json' \\\n"
        f"  -d {shlex.quote(json.dumps(example, ensure_ascii=False))}"
    )


def _table(heads: Sequence[str], rows: str) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    # Wide tables scroll by themselves, and can be scrolled with the keyboard.
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div class="wide" tabindex="0">{table}</div>'


def _code(text: str) -> str:
    return f'<pre tabindex="0"><code>{_text(text)}</code></pre>'


def _prose(text: str) -> str:
    """Escaped text with `code` marked as such."""
    parts = _text(text).split("`")
    return "".join(f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))


def _text(text: str) -> str:
    return html.escape(text)
