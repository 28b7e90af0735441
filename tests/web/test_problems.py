"""Errors: always a problem with a request id, never what was sent, never why the program broke."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
from fastapi import FastAPI, HTTPException
from fastapi.testclient import TestClient
from pydantic import BaseModel
from starlette.responses import StreamingResponse

from chatbot.web import problems
from chatbot.web.logs import HEADER
from chatbot.web.problems import KINDS, Problem, install_problems

PROBLEM = ["type", "title", "status", "detail", "instance", "request_id"]


class Numbers(BaseModel, extra="forbid"):
    numbers: list[int]


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = FastAPI()
    observed: list[tuple[str, int]] = []
    install_problems(app, lambda route, status, seconds: observed.append((route, status)))
    app.state.observed = observed

    @app.get("/raise/{slug}")
    async def raise_problem(slug: str) -> None:
        raise Problem(slug, retry_after=7)

    @app.get("/break")
    async def break_down() -> None:
        raise RuntimeError("the question was: my secret")

    @app.get("/break-midway")
    async def break_midway() -> StreamingResponse:
        def half() -> Iterator[bytes]:
            yield b"half"
            raise RuntimeError("my secret")

        return StreamingResponse(half())

    @app.get("/status/{status}")
    async def raise_status(status: int) -> None:
        raise HTTPException(status, "Sign in first.", {"WWW-Authenticate": "Basic"})

    @app.post("/numbers")
    async def take(body: Numbers) -> None: ...

    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize("slug", KINDS)
def test_every_kind_becomes_a_response_of_its_status(client: TestClient, slug: str) -> None:
    response = client.get(f"/raise/{slug}")
    assert response.status_code == KINDS[slug].status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["retry-after"] == "7"
    body = response.json()
    assert list(body) == PROBLEM
    assert body["type"] == f"/docs#{slug}"
    assert body["instance"] == f"/raise/{slug}"
    assert body["request_id"] == response.headers[HEADER]


def test_a_request_id_comes_back_and_a_forged_one_does_not(client: TestClient) -> None:
    assert client.get("/raise/busy", headers={HEADER: "Trace-1.a_B"}).headers[HEADER] == "Trace-1.a_B"
    seen = set()
    for forged in ("", "a b", 'a"}', "x" * 65, "ä".encode()):
        response = client.get("/raise/busy", headers={HEADER: forged})
        assert response.headers[HEADER] not in ("", forged)
        assert response.json()["request_id"] == response.headers[HEADER]
        seen.add(response.headers[HEADER])
    assert len(seen) == 5


def test_an_unexpected_exception_is_a_500_that_tells_nothing(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        response = client.get("/break")
    assert response.status_code == 500
    assert response.json()["type"] == "/docs#internal"
    assert "secret" not in response.text
    assert [record.message for record in caplog.records] == ["request failed"]


def test_a_response_that_breaks_midway_is_broken_off(client: TestClient) -> None:
    with pytest.raises(RuntimeError, match="my secret"), TestClient(client.app) as strict:
        strict.get("/break-midway")


def test_other_errors_of_the_framework_are_problems_too(client: TestClient) -> None:
    response = client.get("/nowhere")
    assert (response.status_code, response.json()["type"]) == (404, "/docs#not-found")
    response = client.delete("/break")
    assert (response.status_code, response.json()["type"]) == (405, "/docs#method-not-allowed")
    assert response.headers["allow"] == "GET"
    response = client.get("/status/401")
    assert response.headers["www-authenticate"] == "Basic"
    body = response.json()
    assert (body["type"], body["title"], body["detail"]) == ("about:blank", "Unauthorized", "Sign in first.")


def test_an_invalid_body_is_described_without_repeating_it(client: TestClient) -> None:
    body = {"numbers": ["my secret", 2], "a/b~c": 1}
    response = client.post("/numbers", json=body)
    assert response.status_code == 422
    assert "secret" not in response.text
    assert [error["pointer"] for error in response.json()["errors"]] == ["#/numbers/0", "#/a~1b~0c"]


def test_ten_thousand_mistakes_get_a_small_answer(client: TestClient) -> None:
    response = client.post("/numbers", json={"numbers": ["x"] * 10_000})
    assert len(response.json()["errors"]) == problems.MOST_ERRORS
    assert len(response.content) < 2000


def test_names_that_are_not_unicode_do_not_break_the_answer(client: TestClient) -> None:
    headers = {"Content-Type": "application/json"}
    half = client.post("/numbers", content=b'{"numbers": [], "\\ud800": 1}', headers=headers)
    assert (half.status_code, half.json()["errors"][0]["pointer"]) == (422, "#")
    content = b'{"numbers": [], "\\u202e\\u0000\\n' + b"x" * 5000 + b'": 1}'
    response = client.post("/numbers", content=content, headers=headers)
    assert response.status_code == 422
    [error] = response.json()["errors"]
    assert error["pointer"].startswith("#/???xxx")
    assert len(error["pointer"]) < 150


def test_each_request_is_observed_by_its_route_and_not_by_its_path(client: TestClient) -> None:
    client.get("/raise/busy")
    client.get("/my/secret")
    client.get("/break")
    assert client.app.state.observed == [("/raise/{slug}", 503), ("other", 404), ("/break", 500)]


def test_the_body_is_json_that_any_reader_takes(client: TestClient) -> None:
    response = client.get("/nowhere/%F0%9F%8D%B5%0Ax")
    assert json.loads(response.content.decode("utf-8"))["instance"] == "/nowhere/🍵?x"
