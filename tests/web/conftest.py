"""What the browser tests share: one Chromium, servers on free ports, and pages that are watched.

A page that `visit` opens is judged when the test ends: a request to any other host than 127.0.0.1, or an
error in its console, fails the test.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright
from starlette.types import ASGIApp

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 15.0  # seconds for a server to start, or a page to change


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, for one module: while Playwright runs, no other test can run an event loop."""
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[[ASGIApp], str]]:
    """Serves an app on 127.0.0.1 until the module's tests are done; returns its URL."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(app: ASGIApp) -> str:
        config = uvicorn.Config(app, port=0, log_level="critical", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        deadline = time.monotonic() + PATIENCE
        while not server.started:
            assert thread.is_alive(), "the server stopped while starting"
            assert time.monotonic() < deadline, "the server does not start"
            time.sleep(0.02)
        running.append((server, thread))
        return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"

    yield start
    for server, _ in running:
        server.should_exit = True
    for _, thread in running:
        thread.join(PATIENCE)


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page: `visit(url, width=360, scheme="dark")`; further options are those of a context."""
    contexts, faults = [], []

    def watch_request(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.hostname != "127.0.0.1":
            faults.append(f"requested {request.url}")

    def watch_console(message: ConsoleMessage) -> None:
        # A page that is left breaks off what it was waiting for, and Gradio says so.
        if message.type in ("error", "warning") and "AbortError" not in message.text:
            faults.append(f"{message.type} in the console: {message.text}")

    def go(url: str, width: int = 1280, height: int = 800, scheme: str = "light", **options: Any) -> Page:
        size = {"width": width, "height": height}
        context = browser.new_context(viewport=size, color_scheme=scheme, **options)
        context.set_default_timeout(PATIENCE * 1000)
        context.on("request", watch_request)
        context.on("console", watch_console)
        contexts.append(context)
        page = context.new_page()
        page.goto(url)
        return page

    yield go
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture(scope="session")
def violations() -> Callable[[Page], list[str]]:
    """Gives what axe-core finds wrong with a page as it is now: each rule, and the elements that break it."""

    def judge(page: Page) -> list[str]:
        found = Axe().run(page).response["violations"]
        return [f"{one['id']}: {', '.join(node['html'] for node in one['nodes'])}" for one in found]

    return judge
