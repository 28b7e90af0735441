"""Rate limits: a moving window for each visitor, whose address is kept nowhere; and the size of bodies."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import fakeredis
import pytest
import redis
import uvicorn
from limits.storage import MemoryStorage

from chatbot.errors import SettingsError
from chatbot.web import limits
from chatbot.web.limits import RateLimiter
from tests.web.fakes import FakeBot, app_of

AWAY = "the rate store is away, nothing is limited"


def wait(limiter: RateLimiter, address: str = "192.0.2.1", action: str = "ask") -> int:
    return asyncio.run(limiter.wait(address, action))


def test_so_many_in_so_much_time_then_a_wait_in_whole_seconds() -> None:
    limiter = RateLimiter("2/minute")
    assert [wait(limiter) for _ in range(2)] == [0, 0]
    assert 1 <= wait(limiter) <= 60
    assert wait(limiter, action="vote") == 0
    assert wait(limiter, address="192.0.2.2") == 0


def test_the_window_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    limiter, now = RateLimiter("2/minute"), time.time()
    times = [0, 50, 59, 61, 62, 111]
    expected = [True, True, False, True, False, True]  # a fixed window would let the one at 62 pass
    allowed = []
    for moment in times:
        monkeypatch.setattr(time, "time", lambda moment=moment: now + moment)
        allowed.append(wait(limiter) == 0)
    assert allowed == expected


def test_several_limits_hold_at_once() -> None:
    limiter = RateLimiter("10/second; 3/hour")
    assert [wait(limiter) > 0 for _ in range(5)] == [False] * 3 + [True] * 2
    assert wait(limiter) > 3000


def test_no_limit_means_none() -> None:
    limiter = RateLimiter("")
    assert {wait(limiter) for _ in range(1000)} == {0}


def test_an_ipv6_network_is_one_visitor() -> None:
    limiter = RateLimiter("1/minute")
    assert wait(limiter, "2001:db8:1:2::1") == 0
    assert wait(limiter, "2001:db8:1:2:ffff::9") > 0
    assert wait(limiter, "2001:db8:1:3::1") == 0


def test_no_address_is_kept() -> None:
    limiter = RateLimiter("5/minute")
    wait(limiter, "198.51.100.77")
    assert isinstance(limiter._storage, MemoryStorage)
    kept = repr((limiter._storage.events, limiter.__dict__))
    assert len(limiter._storage.events) == 1
    assert "198.51.100" not in kept


def test_visitors_who_left_are_forgotten_and_so_are_old_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SWEEP", 50)
    limiter, now = RateLimiter("30/second"), time.time()
    storage = limiter._storage
    assert isinstance(storage, MemoryStorage)
    for moment in range(100):  # one visitor stays, the others ask once
        monkeypatch.setattr(time, "time", lambda moment=moment: now + moment / 10)
        assert wait(limiter, "192.0.2.1") == 0
        assert wait(limiter, f"198.51.100.{moment}") == 0
    assert len(storage.events) <= 1 + 10 + 25  # who came in the last second, or since the last sweep
    assert max(map(len, storage.events.values())) <= 10 + 25


def test_no_thread_is_started_to_count() -> None:
    limiter = RateLimiter("1000/minute")
    before = set(threading.enumerate())
    for number in range(200):
        wait(limiter, f"192.0.2.{number}")
        time.sleep(0.0002)
        assert {thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)} <= before


@pytest.mark.parametrize(
    ("limit", "store", "named"),
    [
        ("many", "memory://", "rate_limit is 'many'"),
        ("5/fortnight", "memory://", "rate_limit"),
        ("5/minute", "cassandra://localhost", "rate_store"),
        ("5/minute", "async+memory://", "rate_store"),
        ("5/minute", "redis://localhost:port", "rate_store"),
    ],
)
def test_settings_that_cannot_be_used_are_refused_at_start(limit: str, store: str, named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        RateLimiter(limit, store)


# Redis and Valkey ---------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["redis", "valkey"])
def test_two_processes_share_one_store(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    # The client's own code and the scripts of `limits` run; only the server behind them is a stand-in.
    monkeypatch.setattr(redis, "from_url", fakeredis.FakeRedis.from_url)
    store = f"{scheme}://:password@{scheme}.example:6379"
    one, other = RateLimiter("3/minute", store), RateLimiter("3/minute", store)
    assert [wait(one), wait(other), wait(one)] == [0, 0, 0]
    assert 1 <= wait(other) <= 60
    assert wait(other, "192.0.2.2") == 0
    kept = redis.from_url(f"redis://:password@{scheme}.example:6379").keys()
    assert len(kept) == 2
    assert b"192.0.2" not in b" ".join(kept)


def test_a_store_that_is_away_stops_nobody_and_is_left_alone_for_a_while(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the connection, never answers
        limiter = RateLimiter("1/minute", f"redis://127.0.0.1:{silent.getsockname()[1]}")
        started = time.perf_counter()
        with caplog.at_level(logging.WARNING):
            assert [wait(limiter) for _ in range(100)] == [0] * 100
        assert time.perf_counter() - started < 10
    assert [record.message for record in caplog.records] == [AWAY]
    assert "192.0.2.1" not in caplog.text
    back = fakeredis.FakeRedis.from_url
    monkeypatch.setattr(redis, "from_url", back)
    limiter._window = RateLimiter("1/minute", "redis://back.example")._window
    limiter._away_until = 0.0  # as after ten seconds
    assert [wait(limiter) > 0 for _ in range(2)] == [False, True]


# Bodies, on a real socket -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def address() -> Iterator[tuple[str, int]]:
    server = uvicorn.Server(uvicorn.Config(app_of(FakeBot()), port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()
    server.should_exit = True
    thread.join()


def exchange(address: tuple[str, int], head: bytes, body: bytes) -> bytes:
    """Sends all of a request before it reads anything, as a plain client does."""
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(
            b"POST /api/v1/answers HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" + head
        )
        connection.sendall(body)
        response = b""
        while b"\r\n\r\n" not in response or not response.rstrip().endswith(b"}"):
            received: Any = connection.recv(65536)
            if not received:
                break
            response += received
    return response


@pytest.mark.parametrize("megabytes", [2, 8])
@pytest.mark.parametrize("announced", [True, False])
def test_the_refusal_of_a_large_body_arrives(
    address: tuple[str, int], megabytes: int, announced: bool
) -> None:
    body = b'{"question": "' + b"x" * (megabytes << 20) + b'"}'
    if announced:
        head = b"Content-Length: %d\r\n\r\n" % len(body)
    else:
        head = b"Transfer-Encoding: chunked\r\n\r\n"
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    response = exchange(address, head, body)
    assert response.startswith(b"HTTP/1.1 413 ")
    assert b"application/problem+json" in response


def test_who_asks_before_sending_is_refused_before_sending(address: tuple[str, int]) -> None:
    head = b"Content-Length: 5000000\r\nExpect: 100-continue\r\n\r\n"
    assert exchange(address, head, b"").startswith(b"HTTP/1.1 413 ")
