"""Takes docs/widget.png anew: examples/embed.html in a browser, with a real server that is asked a question.

In: the index (`chatbot build` has made it). Out: the picture. It starts a server and a site on free ports of
this machine and stops both; the fixed address in the example is led to the server by the browser.
"""

from __future__ import annotations

import http.server
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "widget.png"
ADDRESS = "http://127.0.0.1:7860"  # in the example
QUESTION = "How much do ML engineers make in California?"
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Says nothing of each request."""


@contextmanager
def serve_examples() -> Iterator[str]:
    """A site with the example on it; gives its origin."""
    handler = partial(_Quiet, directory=str(ROOT / "examples"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        yield f"http://localhost:{site.server_port}"
        site.shutdown()


@contextmanager
def serve_askguide(allowed: str) -> Iterator[str]:
    """Our server, for one allowed site; gives its origin once it is ready."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"CHATBOT_ALLOWED_ORIGINS": allowed, "CHATBOT_JOURNAL": "off"}
    command = [sys.executable, "-m", "chatbot", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=os.environ | settings, cwd=ROOT) as server:
        origin = f"http://127.0.0.1:{port}"
        try:
            _wait(f"{origin}/readyz")
            yield origin
        finally:
            server.terminate()


def _wait(url: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise TimeoutError(f"{url} does not answer")


def take(site: str, server: str, picture: Path = PICTURE) -> None:
    """Opens the example, asks, and writes the picture."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        page = browser.new_page(viewport={"width": 1200, "height": 720}, reduced_motion="reduce")
        page.route(
            f"{ADDRESS}/**", lambda route: route.continue_(url=route.request.url.replace(ADDRESS, server))
        )
        page.goto(f"{site}/embed.html")
        page.get_by_role("button", name="Ask about this career").click()
        page.get_by_role("textbox").fill(QUESTION)
        page.keyboard.press("Enter")
        page.locator("ask-guide .reply").wait_for()
        page.screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    with serve_examples() as site, serve_askguide(site) as server:
        take(site, server)
