"""Logs: one JSON object a line, tied by a request id, without questions and addresses unless allowed."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from chatbot.web.logs import HEADER, configure_logs
from tests.web.fakes import FakeBot, FakeJournal, app_of

SECRET = "my sister's salary"


@pytest.fixture(autouse=True)
def unchanged() -> Iterator[None]:
    """Puts the logging of the process back as it was."""
    names = ["", "uvicorn", "uvicorn.error", "uvicorn.access"]
    names += ["httpx", "httpx2", "httpcore", "asyncio", "gradio"]
    loggers = [logging.getLogger(name) for name in names]
    before = [(logger.handlers[:], logger.level, logger.propagate) for logger in loggers]
    yield
    for logger, (handlers, level, propagate) in zip(loggers, before, strict=True):
        logger.handlers[:] = handlers
        logger.setLevel(level)
        logger.propagate = propagate


def lines_of(log_questions: bool, questions: list[str]) -> tuple[str, list[dict[str, Any]]]:
    stream = io.StringIO()
    configure_logs(log_questions, stream)
    app = app_of(FakeBot(refuse="break " + SECRET), FakeJournal(broken=True))
    with TestClient(app, raise_server_exceptions=False, client=("198.51.100.77", 9)) as client:
        for question in questions:
            client.post("/api/v1/answers?q=sister", json={"question": question}, headers={HEADER: "r1"})
        vote = {"answer_id": "answer-0", "rating": "up", "comment": SECRET}
        client.post("/api/v1/feedback", json=vote, headers={HEADER: "r2"})
    text = stream.getvalue()
    return text, [json.loads(line) for line in text.splitlines()]


def test_a_question_leaves_an_answer_line_and_a_request_line() -> None:
    _, (answer, request, *_) = lines_of(False, [SECRET])
    assert answer["message"] == "answer"
    assert (answer["kind"], answer["ref"], answer["face"]) == ("answer", "tea#brewing", "api")
    assert request["message"] == "request"
    assert (request["route"], request["status"]) == ("/api/v1/answers", 200)
    assert request["took_ms"] >= 0
    for line in (answer, request):
        assert list(line)[:5] == ["time", "level", "logger", "message", "request_id"]
        assert line["request_id"] == "r1"
        assert line["time"].endswith("+00:00")


def test_no_question_and_no_address_is_logged_by_default_whatever_breaks() -> None:
    text, lines = lines_of(False, [SECRET, "break " + SECRET])
    [failure] = [line for line in lines if line["message"] == "request failed"]
    assert failure["exception"] == "ValueError"
    assert any("fakes.py" in frame and "ask_many" in frame for frame in failure["frames"])
    assert any(line["message"] == "a vote could not be recorded" for line in lines)
    assert "sister" not in text
    assert "198.51.100" not in text


def test_questions_are_logged_where_the_settings_allow_it() -> None:
    text, lines = lines_of(True, [SECRET, "break " + SECRET])
    assert lines[0]["question"] == SECRET
    assert any(line.get("exception_message") == f"cannot answer break {SECRET}" for line in lines)
    assert "198.51.100" not in text


def test_no_text_can_forge_a_line() -> None:
    stream = io.StringIO()
    configure_logs(True, stream)
    hostile = 'a\n{"level": "info"}\u2028\x85\ud800\x00'
    logging.getLogger("chatbot").info("answer", extra={"question": hostile, "odd": {1, 2}.__class__})
    assert stream.getvalue().isascii()
    [line] = stream.getvalue().splitlines()
    assert json.loads(line)["question"] == hostile


def test_uvicorn_speaks_json_and_keeps_visitors_to_itself() -> None:
    stream = io.StringIO()
    configure_logs(stream=stream)
    logging.getLogger("uvicorn.access").info("198.51.100.77 - GET /?q=secret")
    logging.getLogger("uvicorn.error").info("Started server process")
    logging.getLogger("uvicorn.error").debug("unasked")
    [line] = stream.getvalue().splitlines()
    assert json.loads(line)["message"] == "Started server process"
