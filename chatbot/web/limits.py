"""What a visitor may send: so many questions in so much time, and bodies of so many bytes.

`RateLimiter` counts by the `limits` library (a moving window; counters in memory, Redis or Valkey).
A visitor is the address of the peer; only a keyed hash of it is kept, and only while the window lasts.
Behind a proxy the server's `--forwarded-allow-ips` decides what the peer is, not this module.
A store that is away does not stop answers: everything is allowed until it is back, and the log says so.
"""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import logging
import math
import os
import re
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, cast

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute
from limits import parse_many
from limits.errors import ConfigurationError, StorageError
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import MovingWindowRateLimiter
from starlette.types import Message, Receive

from chatbot.errors import SettingsError

MEMORY = "memory://"
LARGEST_BODY = 64 * 1024  # bytes: a question of 1,000 characters and a long conversation before it
DRAINED = 16 * 1024 * 1024  # of a body that is too large, so much is read before the refusal
PATIENCE = 0.5  # seconds that a question waits for the store of the counters
RETRY = 10  # seconds that a store which was away is left alone
SWEEP = 1000  # hits between two sweeps of the visitors who have left

logger = logging.getLogger(__name__)


class RateLimiter:
    """Says whether a visitor may go on, and if not, for how long to wait.

    `limit` is in the notation of `limits` ("120/minute; 2000/day"), empty for no limit; `store` is a URL.
    Raises `SettingsError` when either cannot be used.
    """

    def __init__(self, limit: str, store: str = MEMORY) -> None:
        try:
            self._limits = parse_many(limit) if limit.strip() else []
        except ValueError as error:
            raise SettingsError(f"rate_limit is {limit!r}", remedy="write it as 120/minute") from error
        self._storage = _open_store(store)
        self._window = MovingWindowRateLimiter(self._storage)
        # The URL of a shared store holds its password: a key that all processes have and nobody else.
        secret = os.urandom(32) if isinstance(self._storage, MemoryStorage) else store.encode()
        self._key = hashlib.sha256(secret).digest()
        self._hits = 0
        self._away_until = 0.0

    async def wait(self, address: str, action: str) -> int:
        """Counts one use of `action` by the visitor; 0, or the seconds to wait if it was one too many."""
        if not self._limits or time.monotonic() < self._away_until:
            return 0
        visitor = hashlib.blake2b(_network(address).encode(), key=self._key, digest_size=16).hexdigest()
        try:
            if isinstance(self._storage, MemoryStorage):
                return self._hit(visitor, action)
            return await asyncio.to_thread(self._hit, visitor, action)
        except StorageError as error:
            self._away_until = time.monotonic() + RETRY
            logger.warning("the rate store is away, nothing is limited", extra={"cause": repr(error)})
            return 0

    def _hit(self, visitor: str, action: str) -> int:
        self._hits += 1
        if isinstance(self._storage, MemoryStorage) and self._hits % SWEEP == 0:
            _sweep(self._storage)
        for limit in self._limits:
            if not self._window.hit(limit, action, visitor):
                reset = self._window.get_window_stats(limit, action, visitor).reset_time
                return max(1, math.ceil(reset - time.time()))
        return 0


def _open_store(store: str) -> Storage:
    remedy = "use memory://, redis://host:6379 or valkey://host:6379"
    if store == MEMORY:
        return _open_memory()
    if not re.match(r"(redis|valkey)s?://", store):
        raise SettingsError("rate_store is no store of counters", remedy=remedy)
    try:
        url = re.sub("^valkey", "redis", store)  # Valkey speaks Redis' protocol: one client for both
        waits = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
        return cast(Storage, storage_from_string(url, wrap_exceptions=True, **waits))
    except (ConfigurationError, ValueError) as error:
        raise SettingsError(f"rate_store cannot be used: {error}", remedy=remedy) from error


def _open_memory() -> MemoryStorage:
    """The library's counters in memory, without the thread that it starts again and again to sweep them.

    The event loop waits for that thread to start, and the thread keeps an empty list of every visitor
    for ever. We sweep instead, see `_sweep`.
    """
    storage: Any = MemoryStorage()
    storage.timer.join()
    storage.timer = threading.main_thread()  # is alive, so that the library starts no other
    return cast(MemoryStorage, storage)


def _sweep(storage: MemoryStorage) -> None:
    """Forgets questions that no window holds any more, and visitors who have asked no others."""
    now = time.time()
    for key, events in list(storage.events.items()):
        if events and events[0].expiry > now:  # newest first
            storage.events[key] = [event for event in events if event.expiry > now]
        else:
            storage.clear(key)


def _network(address: str) -> str:
    """What counts as one visitor: an IPv4 address, or the network that a provider gives a customer.

    >>> _network("2001:db8:1:2:3:4:5:6"), _network("::ffff:192.0.2.7"), _network("a socket")
    ('2001:db8:1:2::/64', '192.0.2.7', 'a socket')
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


class LimitedRoute(APIRoute):
    """A route that refuses a body over `LARGEST_BODY` with 413, whether its length was announced or not."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, reading through a counter."""
        handler = super().get_route_handler()

        async def limited(request: Request) -> Response:
            """Refuses by the announced length, or else by what really comes."""
            announced = request.headers.get("content-length", "")
            if announced.isdecimal() and int(announced) > LARGEST_BODY:
                if request.headers.get("expect", "").lower() != "100-continue":
                    await drain(request.receive)
                raise HTTPException(413)
            return await handler(Request(request.scope, _counted(request.receive)))

        return limited


def _counted(receive: Receive) -> Receive:
    received = 0

    async def count() -> Message:
        """Passes a part of the body on, until the parts are too much."""
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > LARGEST_BODY:
            if message.get("more_body", False):
                await drain(receive)
            # FastAPI takes any other exception for a body that it cannot parse.
            raise HTTPException(413)
        return message

    return count


async def drain(receive: Receive) -> None:
    """Reads on for a while: closing a connection with unread bytes would destroy the refusal on its way."""
    drained, more = 0, True
    while more and drained < DRAINED:
        message = await receive()
        drained += len(message.get("body", b""))
        more = message["type"] == "http.request" and message.get("more_body", False)
