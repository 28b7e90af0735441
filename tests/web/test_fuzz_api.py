"""Random and hostile questions against the real server: a reply or a clean refusal, and memory stays flat.

Four hundred in the tests; `FUZZ_QUESTIONS=100000` asks more. They are the same in every run.
"""

from __future__ import annotations

import http.client
import json
import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.hostile import PLANES, attack, judge, requests, send, texts
from benchmarks.serve import server

QUESTIONS = int(os.environ.get("FUZZ_QUESTIONS", "400"))
GROWTH = 32  # MB that the server may grow after the first quarter, however many questions follow


@pytest.fixture(scope="module")
def running(real_index: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The port of the real server, and the text of each guide by title."""
    with server(real_index) as (port, _):
        yield port, texts(real_index)


@pytest.mark.timeout(120 + QUESTIONS)
def test_hostile_questions_get_a_reply_or_a_clean_refusal_and_memory_stays_flat(
    running: tuple[int, dict[str, str]],
) -> None:
    outcome = attack(*running, QUESTIONS)
    assert outcome.wrong == []
    assert outcome.statuses.total() == QUESTIONS
    assert {200, 400, 422} <= set(outcome.statuses)
    assert outcome.grown < GROWTH


def test_a_question_of_two_megabytes_is_refused(running: tuple[int, dict[str, str]]) -> None:
    port, guides = running
    body = json.dumps({"question": "x" * (2 << 20)}).encode()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for _ in range(5):  # on one connection: a refusal must not spoil what follows
        assert judge(body, {413}, send(connection, body), guides) == ""
        assert send(connection, b'{"question": "pay?"}')[0] == 200
    connection.close()


@pytest.mark.parametrize("number", range(PLANES))
def test_every_plane_of_unicode_is_a_question(running: tuple[int, dict[str, str]], number: int) -> None:
    port, guides = running
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    step = 31 if number else 7
    codes = [code for code in range(number << 16, (number + 1) << 16, step) if not 0xD800 <= code < 0xE000]
    for start in range(0, len(codes), 900):
        text = "".join(map(chr, codes[start : start + 900]))
        body = json.dumps({"question": text}).encode()
        assert judge(body, {200}, send(connection, body), guides) == ""
    connection.close()


def test_the_hostile_questions_are_what_they_are_called() -> None:
    bodies = list(requests(2000))
    valid = [json.loads(body)["question"] for body, right in bodies if right == {200}]
    assert len(valid) > 1700
    text = "".join(valid)
    assert {ord(character) >> 16 for character in text} == set(range(PLANES))
    assert {"Cc", "Cf", "Mn", "Co", "Cn", "Zl"} <= {unicodedata.category(character) for character in text}
    assert any(len(question) > 1000 for question in valid)
    assert {400, 413, 422} <= {status for _, right in bodies for status in right}
