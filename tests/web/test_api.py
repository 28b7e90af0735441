"""The HTTP API: every route of the contract, its limits, its description, and what schemathesis finds."""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import hypothesis
import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.types import ASGIApp

from chatbot import index
from chatbot.answering import Ask, Chatbot
from chatbot.journal import Journal
from chatbot.settings import Settings
from chatbot.web import create_app, schemas
from chatbot.web.limits import LARGEST_BODY
from tests.web.fakes import GUIDE, SOURCE, FakeBot, FakeJournal, app_of
from tests.words import WordEncoder

ANSWERS, SEARCH, FEEDBACK, GUIDES = (
    f"/api/v1/{name}" for name in ("answers", "search", "feedback", "guides")
)  # fmt: skip


@pytest.fixture
def bot() -> FakeBot:
    return FakeBot()


@pytest.fixture
def journal() -> FakeJournal:
    return FakeJournal()


@pytest.fixture
def client(bot: FakeBot, journal: FakeJournal) -> Iterator[TestClient]:
    with TestClient(app_of(bot, journal), raise_server_exceptions=False) as client:
        yield client


def slug_of(response: Any) -> str:
    assert response.headers["content-type"] == "application/problem+json"
    return response.json()["type"].removeprefix("/docs#")


# Answers ------------------------------------------------------------------------------------------


def test_a_question_gets_the_bots_answer_as_the_contract_has_it(client: TestClient, bot: FakeBot) -> None:
    response = client.post(ANSWERS, json={"question": "How is tea made?"})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert schemas.Answer.model_validate(body, strict=True, extra="forbid").id == "answer-0"
    assert body["sources"] == [dataclasses.asdict(SOURCE)]
    assert list(body) == list(schemas.Answer.model_fields)
    assert bot.asked == [Ask("How is tea made?")]


def test_history_and_guide_reach_bot_and_journal_and_only_the_last_twenty_questions(
    client: TestClient, bot: FakeBot, journal: FakeJournal
) -> None:
    history = [f"question {number}" for number in range(50)]
    body = {"question": "and green?", "history": history, "guide": "tea"}
    assert client.post(ANSWERS, json=body).status_code == 200
    assert bot.asked == [Ask("and green?", tuple(history[-20:]), "tea")]
    assert journal.records[0][1] == tuple(history[-20:])


@pytest.mark.parametrize(("headers", "face"), [({}, "api"), ({"Origin": "https://shop.example"}, "widget")])
def test_an_answer_is_recorded_with_its_history_and_face(
    client: TestClient, journal: FakeJournal, headers: dict[str, str], face: str
) -> None:
    client.post(ANSWERS, json={"question": "and green?", "history": ["Tea?"]}, headers=headers)
    [(answer, history, recorded_face)] = journal.records
    assert (answer.question, tuple(history), recorded_face) == ("and green?", ("Tea?",), face)


def test_no_answer_is_a_reply_and_not_an_error() -> None:
    bot = FakeBot(kind="no_answer", reason="too_long", sources=())
    with TestClient(app_of(bot)) as client:
        response = client.post(ANSWERS, json={"question": "x" * 5000})
    assert response.status_code == 200
    assert response.json()["reason"] == "too_long"


def test_a_question_of_more_than_five_thousand_characters_never_reaches_the_bot(
    client: TestClient, bot: FakeBot
) -> None:
    response = client.post(ANSWERS, json={"question": "x" * 5001})
    assert (response.status_code, slug_of(response)) == (422, "invalid")
    assert response.json()["errors"][0]["pointer"] == "#/question"
    assert bot.asked == []


@pytest.mark.parametrize("path", [ANSWERS, SEARCH])
def test_an_unknown_guide_is_422_and_never_reaches_the_bot(
    client: TestClient, bot: FakeBot, path: str
) -> None:
    response = client.post(path, json={"question": "How?", "guide": "coffee"})
    assert (response.status_code, slug_of(response)) == (422, "unknown-guide")
    assert (bot.asked, bot.searches) == ([], [])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"question": None},
        {"question": 1},
        {"question": "a", "history": "b"},
        {"question": "a", "historie": []},
        {"question": "a", "guide": 1},
        [],
        "text",
        None,
    ],
)
def test_a_wrong_body_is_422_and_says_where(client: TestClient, bot: FakeBot, body: object) -> None:
    response = client.post(ANSWERS, json=body)
    assert (response.status_code, slug_of(response)) == (422, "invalid")
    assert response.json()["errors"][0]["pointer"].startswith("#")
    assert bot.asked == []


def test_what_is_not_json_is_a_clean_error(client: TestClient) -> None:
    headers = {"Content-Type": "application/json"}
    for content, status in ((b'{"question": ', 422), (b"\xff\xfe\x00", 400), (b"[" * 60_000, 400)):
        response = client.post(ANSWERS, content=content, headers=headers)
        assert (response.status_code, slug_of(response)) == (
            status,
            {422: "invalid", 400: "malformed"}[status],
        )
    told = client.post(ANSWERS, content="question=How", headers={"Content-Type": "text/plain"}).json()
    assert told["errors"][0]["detail"] == "Send a JSON object, with Content-Type: application/json"


def test_a_bot_that_breaks_is_a_500_that_says_nothing_and_the_next_question_is_answered(
    client: TestClient,
) -> None:
    response = client.post(ANSWERS, json={"question": "break"})
    assert (response.status_code, slug_of(response)) == (500, "internal")
    assert "cannot answer" not in response.text
    assert client.post(ANSWERS, json={"question": "How?"}).status_code == 200


def test_the_event_loop_is_free_while_the_bot_thinks_and_a_journal_writes() -> None:
    class SlowJournal(FakeJournal):
        def vote(self, *values: object) -> bool:
            time.sleep(2)
            return True

    with TestClient(app_of(FakeBot(pace=2), SlowJournal())) as client:
        vote = {"answer_id": "a", "rating": "up"}
        waiting = [
            threading.Thread(target=client.post, args=(ANSWERS,), kwargs={"json": {"question": "How?"}}),
            threading.Thread(target=client.post, args=(FEEDBACK,), kwargs={"json": vote}),
        ]
        for thread in waiting:
            thread.start()
        time.sleep(0.2)
        assert client.get("/healthz").status_code == 200
        assert all(thread.is_alive() for thread in waiting)  # neither has its answer yet
        for thread in waiting:
            thread.join()


# Search, feedback, guides -------------------------------------------------------------------------


def test_search_gives_sources_best_first(client: TestClient, bot: FakeBot) -> None:
    response = client.post(SEARCH, json={"question": "water", "k": 3.0, "guide": "tea"})
    assert response.json() == {"results": [dataclasses.asdict(SOURCE)]}
    assert bot.searches == [("water", 3, "tea")]
    schemas.Results.model_validate(response.json(), strict=True, extra="forbid")


@pytest.mark.parametrize(
    "change", [{"k": 0}, {"k": 51}, {"k": "3"}, {"k": True}, {"question": ""}, {"question": "x" * 1001}]
)
def test_search_refuses_what_it_cannot_do(client: TestClient, change: dict[str, object]) -> None:
    assert client.post(SEARCH, json={"question": "water"} | change).status_code == 422


def test_a_vote_is_204_once_it_is_on_disk(client: TestClient, journal: FakeJournal) -> None:
    body = {"answer_id": "answer-0", "rating": "down", "reasons": ["outdated"], "comment": "It has changed."}
    response = client.post(FEEDBACK, json=body)
    assert (response.status_code, response.content) == (204, b"")
    assert journal.votes == [("answer-0", "down", ("outdated",), "It has changed.")]


def test_a_vote_on_an_unknown_answer_is_404(client: TestClient, journal: FakeJournal) -> None:
    response = client.post(FEEDBACK, json={"answer_id": "nobody's", "rating": "up"})
    assert (response.status_code, slug_of(response)) == (404, "unknown-answer")
    assert journal.votes == []


def test_without_a_journal_every_vote_is_404() -> None:
    with TestClient(app_of(FakeBot())) as client:
        response = client.post(FEEDBACK, json={"answer_id": "answer-0", "rating": "up"})
    assert (response.status_code, slug_of(response)) == (404, "unknown-answer")


def test_a_vote_that_cannot_be_written_is_never_acknowledged() -> None:
    with TestClient(app_of(FakeBot(), FakeJournal(broken=True))) as client:
        response = client.post(FEEDBACK, json={"answer_id": "answer-0", "rating": "up"})
    assert (response.status_code, slug_of(response)) == (503, "not-recorded")
    assert int(response.headers["retry-after"]) > 0


@pytest.mark.parametrize("change", [{"rating": "sideways"}, {"reasons": ["x"] * 11}, {"comment": "x" * 2001}])
def test_feedback_is_bounded(client: TestClient, journal: FakeJournal, change: dict[str, object]) -> None:
    body = {"answer_id": "answer-0", "rating": "up"} | change
    assert client.post(FEEDBACK, json=body).status_code == 422
    assert journal.votes == []


def test_guides_are_listed_with_their_sections(client: TestClient) -> None:
    listed = client.get(GUIDES).json()
    schemas.Guides.model_validate(listed, strict=True, extra="forbid")
    [guide] = listed["guides"]
    assert guide == client.get(f"{GUIDES}/tea").json()
    assert (guide["id"], guide["title"], guide["url"]) == (GUIDE.id, GUIDE.title, None)
    assert guide["sections"] == [
        {"id": "brewing", "ref": "tea#brewing", "title": "Brewing", "level": 2, "parents": ["Tea"]}
    ]


@pytest.mark.parametrize("name", ["coffee", "..%2f..%2fetc%2fpasswd", "%00", "tea/brewing"])
def test_an_unknown_guide_is_404(client: TestClient, name: str) -> None:
    response = client.get(f"{GUIDES}/{name}")
    assert (response.status_code, slug_of(response)) == (404, "not-found")


# Operation ----------------------------------------------------------------------------------------


def test_alive_and_ready(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}
    assert client.get("/readyz").json() == {"status": "ready", "build": "build-1", "guides": 1}
    response = client.head("/readyz")
    assert (response.status_code, response.content) == (200, b"")


def test_while_loading_the_server_lives_and_says_to_come_back() -> None:
    with TestClient(app_of(None)) as client:
        assert client.get("/healthz").status_code == 200
        assert client.get("/openapi.json").status_code == 200
        asked = {"question": "How?"}
        for response in (
            client.get("/readyz"),
            client.get(GUIDES),
            client.post(ANSWERS, json=asked),
            client.post(SEARCH, json=asked),
        ):
            assert (response.status_code, slug_of(response)) == (503, "loading")
            assert response.headers["retry-after"] == "1"


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", ANSWERS, "POST"),
        ("DELETE", ANSWERS, "POST"),
        ("BREW", "/healthz", "GET, HEAD"),
        ("POST", f"{GUIDES}/tea", "GET, HEAD"),
        ("OPTIONS", SEARCH, "POST"),
    ],
)
def test_other_methods_are_405_and_fall_through_to_no_other_app(method: str, path: str, allow: str) -> None:
    app = app_of(FakeBot())
    app.mount("/", FastAPI())
    with TestClient(app) as client:
        response = client.request(method, path)
        assert (response.status_code, slug_of(response)) == (405, "method-not-allowed")
        assert response.headers["allow"] == allow
        assert slug_of(client.request(method, "/api/v2/answers")) == "not-found"


def test_a_body_that_is_too_large_is_413_announced_or_not(client: TestClient, bot: FakeBot) -> None:
    body = json.dumps({"question": "x" * LARGEST_BODY}).encode()
    chunks = (body[start : start + 1000] for start in range(0, len(body), 1000))
    headers = {"Content-Type": "application/json"}
    for content in (body, chunks):
        response = client.post(ANSWERS, content=content, headers=headers)
        assert (response.status_code, slug_of(response)) == (413, "too-large")
    assert bot.asked == []
    within = {"question": "x", "history": ["y" * (LARGEST_BODY - 40)]}
    assert client.post(ANSWERS, json=within).status_code == 200


def test_a_visitor_who_asks_too_much_waits_and_others_do_not() -> None:
    app = app_of(FakeBot(), FakeJournal(), limit="3/minute")
    with TestClient(app, client=("192.0.2.1", 1)) as greedy:
        asked = {"question": "How?"}
        statuses = [greedy.post(ANSWERS, json=asked).status_code for _ in range(2)]
        statuses.append(greedy.post(SEARCH, json=asked).status_code)
        assert statuses == [200, 200, 200]
        response = greedy.post(ANSWERS, json=asked)
        assert (response.status_code, slug_of(response)) == (429, "too-many-requests")
        assert 1 <= int(response.headers["retry-after"]) <= 60
        # A vote is no question, and reading the guides is free.
        assert greedy.post(FEEDBACK, json={"answer_id": "answer-0", "rating": "up"}).status_code == 204
        assert greedy.get(GUIDES).status_code == 200
        other = TestClient(app, client=("192.0.2.2", 1))
        assert other.post(ANSWERS, json=asked).status_code == 200


# Random requests ----------------------------------------------------------------------------------

described = schemathesis.openapi.from_asgi("/openapi.json", app_of(FakeBot(), FakeJournal()))


@described.parametrize()
@hypothesis.settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(hypothesis.HealthCheck)
)
def test_schemathesis_finds_nothing(case: schemathesis.Case) -> None:
    response = case.call_and_validate()
    assert response.status_code < 500


# The whole app, with a real bot on small guides ---------------------------------------------------


@pytest.fixture(scope="module")
def whole(small_index: Path) -> FastAPI:
    small = Chatbot(index.load(small_index, encoder=WordEncoder()))
    return create_app(Settings(rate_limit="", journal="off"), small, cast(Journal, FakeJournal()))


def test_schemathesis_finds_nothing_in_the_whole_app(
    whole: FastAPI, serve: Callable[[ASGIApp], str], tmp_path: Path
) -> None:
    options = ["--max-examples", "20", "--seed", "1", "--no-color", "--request-timeout", "30"]
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{serve(whole)}/openapi.json", *options]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=280)
    assert run.returncode == 0, run.stdout
    assert "Tested: 8" in run.stdout
    cases = re.search(r"(\d+) generated, (\d+) passed", run.stdout)
    assert cases, run.stdout
    assert int(cases[1]) == int(cases[2]) > 200


def test_in_the_whole_app_nothing_of_the_api_falls_through_to_the_chat(whole: FastAPI) -> None:
    with TestClient(whole) as client:
        asked = client.post(ANSWERS, json={"question": "What does a beekeeper do?"}).json()
        assert schemas.Answer.model_validate(asked, strict=True, extra="forbid").build
        assert client.get("/openapi.json").json()["info"]["title"] == "Askguide"
        assert "HTTP API" in client.get("/docs").text
        assert slug_of(client.put(ANSWERS)) == "method-not-allowed"
        assert slug_of(client.get("/api/v1/nothing")) == "not-found"
        assert "askguide_replies_total" in client.get("/metrics").text
