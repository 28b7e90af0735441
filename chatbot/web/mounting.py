"""How Gradio is mounted, with everything off that no page needs.

In: Gradio's own function, so that this module need not import it, the app, the Blocks and its place. What
cannot be switched off is closed by `security`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

OFF: dict[str, Any] = {
    "footer_links": [],
    "run_history": False,  # every run would be kept in the visitor's browser, with a page to see them
    "enable_monitoring": False,
    "show_error": False,  # the text of an exception would be sent to the visitor
    "max_file_size": "1b",
    "allowed_paths": [],
    "ssr_mode": False,
    "pwa": False,
    "mcp_server": False,
}


def mount(
    mount_gradio_app: Callable[..., object], app: FastAPI, blocks: Any, path: str, **looks: Any
) -> None:
    """Mounts Blocks at a path. `looks` are theme, head, icon and the like."""
    blocks.queue(api_open=False)  # whatever would wait in it can be reached in no other way
    mount_gradio_app(app, blocks, path=path, **OFF, **looks)


def in_event_loop(work: Callable[[], None]) -> None:
    """Does the work while an event loop runs: where none does, Gradio opens several, and closes none."""

    async def work_once() -> None:
        """The work, as an event loop takes it."""
        work()

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(work_once())
    else:
        work()
