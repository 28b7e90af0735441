"""The API's description: one document, one page, nothing from elsewhere, and text that stays text."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from chatbot.web import schemas
from chatbot.web.openapi import render
from chatbot.web.problems import KINDS
from tests.web.fakes import FakeBot, app_of


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(app_of(FakeBot())) as client:
        yield client


def test_the_document_is_openapi_3_1_with_stable_ids_and_an_example_for_every_operation(
    client: TestClient,
) -> None:
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1.")
    operations = {
        operation["operationId"]: operation
        for methods in document["paths"].values()
        for operation in methods.values()
    }
    assert set(operations) == {
        "createAnswer", "searchPassages", "createFeedback", "listGuides", "getGuide", "isAlive", "isReady",
        "getMetrics",
    }  # fmt: skip
    models = document["components"]["schemas"]
    for name, operation in operations.items():
        for content in (operation.get("requestBody"), *operation["responses"].values()):
            for media_type, body in (content or {}).get("content", {}).items():
                reference = body["schema"].get("$ref", "").rpartition("/")[2]
                shown = body.get("examples") or models.get(reference, {}).get("examples")
                assert shown or media_type == "text/plain", (name, media_type)
    assert models["Question"]["properties"]["guide"]["anyOf"][0]["enum"] == ["tea"]


def test_each_operation_names_its_own_problems(client: TestClient) -> None:
    text = client.get("/openapi.json").text
    assert "x-problems" not in text
    paths = client.get("/openapi.json").json()["paths"]
    named = {
        path: {
            slug
            for response in operation["responses"].values()
            for slug in response.get("content", {}).get("application/problem+json", {}).get("examples", ())
        }
        for path, methods in paths.items()
        for operation in methods.values()
    }
    assert named["/api/v1/answers"] == {
        "malformed", "too-large", "invalid", "unknown-guide", "too-many-requests", "loading", "busy",
    }  # fmt: skip
    assert named["/healthz"] == set()
    general = {"not-found", "method-not-allowed", "internal"}  # of every path, so of no operation
    assert set.union(*named.values()) | general == set(KINDS)


def test_the_examples_are_what_they_are_examples_of() -> None:
    for name in ("Question", "Search", "Feedback", "Answer", "Results", "Guide", "Guides", "Alive", "Ready"):
        model = getattr(schemas, name)
        assert model.model_json_schema()["examples"], name
        for example in model.model_json_schema()["examples"]:
            model.model_validate(example, strict=True, extra="forbid")


def test_the_docs_page_stands_alone_and_names_everything(client: TestClient) -> None:
    response = client.get("/docs")
    page = response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "<script" not in page
    assert set(re.findall(r'(?:src|href)="([^"#][^"]*)"', page)) == {"data:,", "/docs.css", "/openapi.json"}
    assert client.get("/docs.css").headers["content-type"].startswith("text/css")
    ids = set(re.findall(r'id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= ids
    assert KINDS.keys() <= ids  # the type of every problem leads to its description
    for path in client.get("/openapi.json").json()["paths"]:
        assert path in page


def test_names_from_the_corpus_cannot_become_markup(client: TestClient) -> None:
    hostile = "<script>alert(1)</script>\"'`&"
    document = client.get("/openapi.json").json()
    document["components"]["schemas"]["Question"]["properties"]["guide"]["anyOf"][0]["enum"] = [hostile]
    document["info"]["summary"] = hostile
    page = render(document)
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2


def test_the_commands_on_the_page_are_safe_to_paste(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    document["components"]["schemas"]["Question"]["examples"][0]["question"] = "what's a $(reboot)"
    assert "what&#x27;&quot;&#x27;&quot;&#x27;s a $(reboot)" in render(document)
