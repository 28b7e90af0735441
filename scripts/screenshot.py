"""Takes the README's pictures anew: docs/chat.png here, docs/widget.png by widget_picture.py beside it.

In: the index (`chatbot build` has made it). Out: two pictures of what a visitor sees after a question. It
starts servers on free ports of this machine, and stops them.
"""

from __future__ import annotations

import runpy
from pathlib import Path

from playwright.sync_api import ViewportSize, sync_playwright

HERE = Path(__file__).resolve().parent
PICTURE = HERE.parent / "docs" / "chat.png"
SIZE: ViewportSize = {"width": 960, "height": 860}
QUESTION = "How much do ML engineers make in California?"
widget = runpy.run_path(str(HERE / "widget_picture.py"))


def take(server: str, picture: Path = PICTURE) -> None:
    """Asks in the chat, and writes the picture."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=widget["CHROMIUM"])
        page = browser.new_page(viewport=SIZE, device_scale_factor=2, reduced_motion="reduce")
        page.goto(server)
        page.get_by_role("textbox", name="Your question").fill(QUESTION)
        page.keyboard.press("Enter")
        page.locator(".reply").wait_for()
        page.wait_for_timeout(500)  # the page comes to rest
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    with widget["serve_askguide"]("https://www.example.org") as server:
        take(server)
    with widget["serve_examples"]() as site, widget["serve_askguide"](site) as server:
        widget["take"](site, server)
