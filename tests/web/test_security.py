"""Safe by default: each promise of the headers, of CORS, of what is closed in Gradio, on the whole app."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.routing import Mount

from chatbot.settings import Settings
from chatbot.web import create_app, security
from tests.web.tea import TeaBot, TeaJournal

ROOT = Path(__file__).parents[2]
FRIEND, STRANGER = "https://friend.example", "https://stranger.example"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    settings = Settings(allowed_origins=(FRIEND,), rate_limit="")
    bot: Any = TeaBot(tmp_path_factory.mktemp("tea"))
    journal: Any = TeaJournal()
    app = create_app(settings, bot, journal)

    @app.get("/fault")
    def fault() -> None:
        raise RuntimeError("secret")

    app.router.routes.insert(0, app.router.routes.pop())  # before Gradio, which takes whatever is left
    return app


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def gradio_of(app: FastAPI) -> Any:
    """Gradio's own app, mounted last."""
    mount = app.routes[-1]
    assert isinstance(mount, Mount)
    assert mount.path == ""
    return mount.app


# Headers ------------------------------------------------------------------------------------------

RESPONSES = [
    ("GET", "/", 200),
    ("GET", "/config", 200),
    ("GET", "/assets/nothing.js", 404),
    ("GET", "/gradio_api/upload", 404),
    ("GET", "/guides/tea", 200),
    ("GET", "/guides/coffee", 404),
    ("GET", "/widget.js", 200),
    ("GET", "/manifest.json", 200),
    ("GET", "/healthz", 200),
    ("GET", "/api/v1/guides", 200),
    ("POST", "/api/v1/answers", 422),
    ("DELETE", "/api/v1/answers", 405),
    ("GET", "/nowhere", 404),
    ("GET", "/fault", 500),
]


@pytest.mark.parametrize(("method", "path", "status"), RESPONSES)
def test_every_response_carries_the_promises(client: TestClient, method: str, path: str, status: int) -> None:
    response = client.request(method, path)
    assert response.status_code == status
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "same-origin"
    assert "camera=()" in response.headers["permissions-policy"]
    assert "frame-ancestors 'self'" in response.headers["content-security-policy"]
    assert "secret" not in response.text
    assert "set-cookie" not in response.headers


def directives(response: Any) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in response.headers["content-security-policy"].split(";"))
    return {name: value for name, _, value in parts}


def test_the_chat_loads_from_here_only_and_is_framed_by_the_listed_sites_only(client: TestClient) -> None:
    policy = directives(client.get("/"))
    sources = {name: set(value.split()) for name, value in policy.items() if name != "frame-ancestors"}
    assert set.union(*sources.values()) <= {"'self'", "'none'", "'unsafe-inline'", "data:", "blob:"}
    assert policy["default-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert "'unsafe-eval'" not in policy["script-src"]
    assert policy["frame-ancestors"] == f"'self' {FRIEND}"


def test_a_guides_page_runs_no_script_at_all(client: TestClient) -> None:
    assert directives(client.get("/guides/tea"))["script-src"] == "'none'"


@pytest.mark.parametrize("path", ["/staff", "/staff/", "/staff/nowhere"])
def test_the_staff_page_is_framed_by_nobody(client: TestClient, path: str) -> None:
    assert directives(client.get(path))["frame-ancestors"] == "'none'"


# CORS ---------------------------------------------------------------------------------------------

SHARED = ["/", "/config", "/gradio_api/info", "/api/v1/guides", "/guides/tea", "/healthz", "/manifest.json"]


@pytest.mark.parametrize("path", SHARED)
def test_a_listed_site_may_read_and_a_stranger_may_not(client: TestClient, path: str) -> None:
    friend = client.get(path, headers={"Origin": FRIEND})
    assert friend.headers["access-control-allow-origin"] == FRIEND
    stranger = client.get(path, headers={"Origin": STRANGER})
    assert "access-control-allow-origin" not in stranger.headers
    for response in (friend, stranger):
        assert "access-control-allow-credentials" not in response.headers
        assert "origin" in response.headers["vary"].lower()


@pytest.mark.parametrize("path", ["/api/v1/answers", "/gradio_api/run/predict"])
def test_a_preflight_is_granted_to_listed_sites_only(client: TestClient, path: str) -> None:
    wish = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    friend = client.options(path, headers={"Origin": FRIEND} | wish)
    assert (friend.status_code, friend.headers["access-control-allow-origin"]) == (200, FRIEND)
    stranger = client.options(path, headers={"Origin": STRANGER} | wish)
    assert stranger.status_code == 400
    assert "access-control-allow-origin" not in stranger.headers


def test_without_listed_sites_nobody_is_granted_anything(tmp_path: Path) -> None:
    bot: Any = TeaBot(tmp_path)
    client = TestClient(create_app(Settings(), bot))
    assert "access-control-allow-origin" not in client.get("/", headers={"Origin": FRIEND}).headers
    assert directives(client.get("/"))["frame-ancestors"] == "'self'"


# What is closed in Gradio -------------------------------------------------------------------------

NEEDED = {  # what the page was seen to ask for
    ("GET", "/gradio_api/info"), ("GET", "/gradio_api/startup-events"), ("GET", "/gradio_api/theme.css"),
    ("GET", "/gradio_api/heartbeat/{session_hash}"), ("POST", "/gradio_api/run/{api_name}"),
    ("GET", "/"), ("GET", "/config"), ("GET", "/theme.css"), ("GET", "/robots.txt"),
    ("GET", "/manifest.json"),
    ("GET", "/favicon.ico"), ("GET", "/svelte/{path:path}"), ("GET", "/static/{path:path}"),
    ("GET", "/assets/{path:path}"),
}  # fmt: skip


def gradio_routes(app: FastAPI) -> set[tuple[str, str]]:
    """Every method and path of Gradio's own app, whatever its version brings."""
    found: set[tuple[str, str]] = set()
    waiting = list(gradio_of(app).routes)
    for route in waiting:
        for context in getattr(route, "effective_route_contexts", lambda: ())():
            found |= {(method, context.path) for method in context.methods or ()}
        if getattr(route, "methods", None):
            found |= {(method, route.path) for method in route.methods}
    return {(method, re.sub(r"(?<=.)/$", "", path)) for method, path in found if method != "HEAD"}


def test_of_all_of_gradios_routes_only_the_needed_are_open(client: TestClient, app: FastAPI) -> None:
    routes = gradio_routes(app)
    assert len(routes) > 50
    filled = {
        (method, path): re.sub(r"{[^}]*}", "x", path.replace("run/{api_name}", "run/predict"))
        for method, path in routes
    }
    opened = {route for route, path in filled.items() if not security.is_closed(route[0], path)}
    assert opened - {("GET", "/openapi.json")} <= NEEDED  # which is ours, routed before Gradio
    assert client.get("/openapi.json").json()["openapi"].startswith("3.1")
    assert routes >= NEEDED


CLOSED = [
    ("POST", "/gradio_api/upload"),
    ("POST", "/gradio_api/upload/"),
    ("POST", "http://testserver//gradio_api/upload"),
    ("GET", "/gradio_api/upload_progress?upload_id=1"),
    ("GET", "/gradio_api/file=/etc/passwd"),
    ("GET", "/gradio_api/file=README.md"),
    ("GET", "/gradio_api/file=https://example.org/x"),
    ("HEAD", "/gradio_api/file=https://example.org/x"),
    ("GET", "/gradio_api/file/README.md"),
    ("GET", "/gradio_api/proxy=https://huggingface.co/x"),
    ("GET", "/gradio_api/runs"),
    ("GET", "/gradio_api/run-history/records"),
    ("GET", "/gradio_api/deep_link?session_hash=x"),
    ("GET", "/?deep_link=x"),
    ("GET", "/gradio_api/info?all_endpoints=true"),
    ("GET", "/?all_endpoints=true"),
    ("GET", "/gradio_api/openapi.json"),
    ("POST", "/gradio_api/run/respond"),
    ("POST", "/gradio_api/api/predict"),
    ("POST", "/gradio_api/queue/join"),
    ("GET", "/gradio_api/queue/data?session_hash=x"),
    ("POST", "/gradio_api/cancel"),
    ("POST", "/gradio_api/reset"),
    ("POST", "/gradio_api/api/respond"),
    ("POST", "/gradio_api/call/respond"),
    ("POST", "/gradio_api/call/v2/respond"),
    ("POST", "/gradio_api/component_server"),
    ("POST", "/gradio_api/process_recording"),
    ("POST", "/gradio_api/vibe-edit"),
    ("GET", "/gradio_api/queue/status"),
    ("GET", "/gradio_api/stream/x/1/1/playlist.m3u8"),
    ("GET", "/gradio_api/dev/reload"),
    ("GET", "/monitoring"),
    ("GET", "/monitoring/summary"),
    ("POST", "/login"),
    ("GET", "/logout"),
    ("GET", "/staff/gradio_api/file=/etc/passwd"),
    ("POST", "/staff/gradio_api/upload"),
]


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_a_closed_route_is_not_found(client: TestClient, method: str, path: str) -> None:
    response = client.request(method, path, files={"files": b"x"} if method == "POST" else None)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"  # ours, and not Gradio's own


def test_no_handler_is_listed(client: TestClient, app: FastAPI) -> None:
    listed = client.get("/gradio_api/info").json()
    assert listed == {"named_endpoints": {}, "unnamed_endpoints": {}}
    assert len(gradio_of(app).get_blocks().fns) >= 5  # though there are some


def test_gradios_switches_are_off(app: FastAPI) -> None:
    blocks = gradio_of(app).get_blocks()
    assert not blocks.analytics_enabled
    assert not blocks.run_history
    assert not blocks.enable_monitoring
    assert not blocks.show_error
    assert not blocks.api_open
    assert not blocks.ssr_mode
    assert not blocks.pwa
    assert not blocks.mcp_server
    assert blocks.max_file_size == 1
    assert blocks.allowed_paths == []
    assert blocks.footer_links == []


# What visitors send -------------------------------------------------------------------------------


def ask(client: TestClient, app: FastAPI, data: list[Any], handler: str = "respond") -> str:
    """Runs a handler as Gradio's page does; returns what the page is told."""
    fns = gradio_of(app).get_blocks().fns
    number = next(number for number, fn in fns.items() if fn.name == handler)
    body = {"data": data, "fn_index": number, "session_hash": "session"}
    return client.post("/gradio_api/run/predict", json=body).text


def test_a_question_is_answered_through_the_open_routes(client: TestClient, app: FastAPI) -> None:
    assert "Green tea takes 2 minutes." in ask(client, app, ["green tea?", []])


def test_nothing_is_monitored(client: TestClient, app: FastAPI) -> None:
    for _ in range(3):
        ask(client, app, ["green tea?", []])
    queue = gradio_of(app).get_blocks()._queue
    assert queue.cached_event_analytics_summary == {"functions": {}}
    assert queue.event_analytics == {}


def test_why_an_answer_failed_is_told_to_nobody(client: TestClient, app: FastAPI) -> None:
    stream = ask(client, app, ["explode", []])
    assert "The server made a mistake" in stream
    assert "secret" not in stream
    assert "passwd" not in stream


def test_why_a_handler_failed_is_told_to_nobody(client: TestClient, app: FastAPI) -> None:
    said = ask(client, app, ["nothing is shown"], handler="respond")
    assert json.loads(said)["error"] is None
    assert "Traceback" not in said
    assert "ValueError" not in said


def test_no_handler_waits_in_gradios_queue(app: FastAPI) -> None:
    # Its stream of events closes while the next question joins it, and the reply is lost.
    assert not [fn.name for fn in gradio_of(app).get_blocks().fns.values() if fn.queue]


FILES = [
    {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}},
    {
        "path": "https://example.org/x.png",
        "url": "https://example.org/x.png",
        "meta": {"_type": "gradio.FileData"},
    },
    {"role": "user", "content": [{"type": "file", "file": {"path": "/etc/passwd", "meta": {}}}]},
]


@pytest.mark.parametrize("file", FILES)
def test_a_message_that_names_a_file_is_refused(client: TestClient, file: dict[str, Any]) -> None:
    for data in ([file, []], ["green tea?", [file]], [[[{"deep": [file]}]], []]):
        response = client.post(
            "/gradio_api/run/predict", json={"data": data, "session_hash": "s", "fn_index": 0}
        )
        assert response.status_code == 400
        assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
def test_a_message_that_is_no_message_is_refused(client: TestClient, body: bytes) -> None:
    assert client.post("/gradio_api/run/predict", content=body).status_code == 400


@pytest.mark.parametrize(
    "path", ["/gradio_api/run/predict", "/gradio_api/cancel", "/api/v1/answers", "/nowhere"]
)
def test_a_body_over_the_limit_is_refused_announced_or_not(client: TestClient, path: str) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(20):
            yield b"x" * (security.BODY // 10)

    large = b"x" * (security.BODY + 1)
    for content in (large, pieces()):
        response = client.post(path, content=content)
        assert response.status_code == 413
        assert response.headers["content-type"] == "application/problem+json"


def test_a_body_at_the_limit_arrives_whole() -> None:
    async def count(scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        assert not message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": str(len(message["body"])).encode()})

    client = TestClient(security.limit_body(count, limit=100))
    assert client.post("/", content=b"x" * 100).text == "100"
    assert client.post("/", content=iter([b"x" * 60, b"x" * 40])).text == "100"
    assert client.post("/", content=iter([b"x" * 60, b"x" * 41])).status_code == 413


# Nothing leaves the machine -----------------------------------------------------------------------

GUARD = """
import json, os, socket, sys

LOCAL = ("127.0.0.1", "::1", "localhost", "0.0.0.0", "::", "", None)

def watch(event, arguments):
    if event == "socket.connect":
        address = arguments[1]
        local = isinstance(address, (str, bytes)) or address[0] in LOCAL
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        address = arguments[:2]
        local = arguments[0] in LOCAL
    elif event in ("socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        local = address is None or isinstance(address, (str, bytes)) or address[0] in LOCAL
    else:
        return
    if not local:
        with open(os.environ["GUARD_LOG"], "a") as log:
            log.write(json.dumps([event, str(address)]) + "\\n")
        raise OSError(f"the network is closed: {address}")

sys.addaudithook(watch)
"""


@pytest.fixture
def guard(tmp_path: Path) -> dict[str, str]:
    """An environment in which Python refuses, and notes, every connection but to this machine."""
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(GUARD)
    path = os.pathsep.join([str(tmp_path / "guard"), str(ROOT)])
    return os.environ | {"PYTHONPATH": path, "GUARD_LOG": str(tmp_path / "attempts")}


def attempts(guard: dict[str, str]) -> list[Any]:
    """What was noted."""
    log = Path(guard["GUARD_LOG"])
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def test_the_guard_sees_and_stops_what_leaves_the_machine(guard: dict[str, str]) -> None:
    code = "import socket\nfor a in (('192.0.2.1', 80), ('api.gradio.app', 443)):\n"
    code += "    try: socket.create_connection(a, 1)\n    except OSError as error: print(error)"
    done = subprocess.run([sys.executable, "-c", code], env=guard, capture_output=True, text=True, check=True)
    assert done.stdout.count("the network is closed") == 2
    assert len(attempts(guard)) == 2


@contextmanager
def served(index: Path, environment: dict[str, str], folder: Path) -> Iterator[str]:
    """`chatbot serve`, as a user starts it; gives its URL once it is ready."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "chatbot", "serve", "--index", str(index), "--port", str(port)]
    url = f"http://127.0.0.1:{port}"
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(command, env=environment, cwd=folder, stderr=log) as server,
    ):
        try:
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline:
                assert server.poll() is None, (folder / "log").read_text()
                try:
                    httpx.get(f"{url}/readyz").raise_for_status()
                    break
                except httpx.HTTPError:
                    time.sleep(0.2)
            yield url
        finally:
            server.terminate()


def test_with_the_network_closed_the_server_starts_and_answers_and_never_tries_it(
    real_index: Path, guard: dict[str, str], tmp_path: Path, visit: Any
) -> None:
    environment = guard | {"CHATBOT_JOURNAL": f"sqlite:///{tmp_path / 'journal.db'}"}
    with served(real_index, environment, tmp_path) as url:
        for path in ("/docs", "/metrics", "/widget.js", "/staff/", "/guides/machine-learning-engineer"):
            assert httpx.get(url + path).status_code in (200, 404)
        asked = httpx.post(f"{url}/api/v1/answers", json={"question": "What do they make in California?"})
        assert "$139,620" in asked.json()["text"]
        page = visit(f"{url}/?q=How much do ML engineers make in Washington?")
        page.locator(".reply", has_text="$138,400").wait_for()
        page.get_by_role("button", name="Like", exact=True).click()
        page.get_by_text("Thank you").wait_for()
        page.close()
    assert attempts(guard) == []
