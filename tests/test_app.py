"""app.py: what a Space starts. It serves on every address, and builds the index first where there is none."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

ROOT = Path(__file__).parent.parent


def start(index: Path, **settings: str) -> tuple[subprocess.Popen[str], str]:
    """Starts app.py on a free port."""
    with socket.socket() as free:
        free.bind(("", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"PORT": str(port), "CHATBOT_INDEX": str(index)} | settings
    command = [sys.executable, str(ROOT / "app.py")]
    server = subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    return server, f"http://127.0.0.1:{port}"


def test_it_serves_the_chat_from_the_index_that_is_there(real_index: Path, tmp_path: Path) -> None:
    server, url = start(real_index, CHATBOT_JOURNAL=f"sqlite:///{tmp_path / 'journal.db'}")
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and server.poll() is None:
            try:
                if httpx.get(f"{url}/readyz").status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.2)
        assert "Askguide" in httpx.get(url).text
        answer = httpx.post(f"{url}/api/v1/answers", json={"question": "Do I need a master's degree?"}).json()
        assert answer["kind"] == "answer"
    finally:
        server.terminate()
        said = server.communicate(timeout=30)[1]
    assert server.returncode in (0, -15), said
    assert "0.0.0.0" in said


def test_without_an_index_it_sets_out_to_build_one(tmp_path: Path) -> None:
    server, _ = start(tmp_path / "index", CHATBOT_CORPUS=str(tmp_path / "nothing"))
    said = server.communicate(timeout=60)[1]
    assert server.returncode != 0
    assert "CorpusError" in said
