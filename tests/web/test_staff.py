"""The staff pages over HTTP: nothing without a session, what the look-up shows, and what the record shows."""

from __future__ import annotations

import csv
import html
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy.exc import OperationalError
from starlette.routing import Mount, Route
from starlette.websockets import WebSocketDisconnect

from chatbot.answering import Chatbot
from chatbot.errors import SettingsError
from chatbot.journal import Journal
from chatbot.settings import Settings
from chatbot.web import create_app, signin, staff_record
from chatbot.web.desk import REASONS
from chatbot.web.staff import OPEN, mount_staff
from chatbot.web.staff_lookup import VIEWS, as_markdown, as_text, cite, look_up, sections_below
from tests.web.fakes import bot_on

USERS = ("ada:correct horse", "grace:battery staple")
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><marquee>bold</marquee>{{7*7}}"


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a password costs is tested with `signin`."""
    monkeypatch.setattr(signin, "COST", 16)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal.open(f"sqlite:///{tmp_path / 'journal.db'}", Settings())
    yield opened
    opened.close()


def app_of(bot: Chatbot | None, journal: Journal | None, users: tuple[str, ...] = USERS) -> FastAPI:
    app = FastAPI(openapi_url=None)
    app.state.bot, app.state.journal = bot, journal
    mount_staff(app, Settings(staff_users=users))
    return app


@pytest.fixture
def app(bot: Chatbot, journal: Journal) -> FastAPI:
    return app_of(bot, journal)


@pytest.fixture
def stranger(app: FastAPI) -> TestClient:
    return TestClient(app, follow_redirects=False)


def signed_in(app: FastAPI, **options: Any) -> TestClient:
    client = TestClient(app, **options)
    response = client.post("/staff/sign-in", data={"name": "ada", "password": "correct horse"})
    assert response.url.path.endswith("/staff/")
    return client


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    return signed_in(app)


def text_of(response: Response) -> str:
    """What a reader sees, without markup."""
    body = re.sub(r"(?s)<(head|select)\b.*?</\1>", " ", response.text)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split()).replace("&#39;", "'").replace("&amp;", "&")


# Without a session ------------------------------------------------------------------------------


def routes_of(app: FastAPI) -> list[Route]:
    (mount,) = (route for route in app.router.routes if isinstance(route, Mount) and route.path == "/staff")
    routes = [route for route in mount.routes if isinstance(route, Route)]
    assert len(routes) == len(mount.routes)
    return routes


def test_no_route_is_open_but_the_sign_in_and_its_style(app: FastAPI, stranger: TestClient) -> None:
    paths = {route.path.format(id="a1") for route in routes_of(app)}
    assert paths >= {"/", "/found", "/vote", "/questions", "/questions/a1", "/export.csv", "/staff.js"}
    unknown = {"//sign-in", "/sign-in/", "/sign-in/x", "/Sign-In", "/x", "/gradio_api/info", "/.%2e/x"}
    for path in paths | unknown:
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "STRANGE"):
            response = stranger.request(method, f"/staff{path}")
            if path in OPEN and path in paths:
                assert response.status_code in (200, 403, 405), (method, path)
            elif method in ("GET", "HEAD"):
                assert response.status_code == 303, (method, path)
                assert response.headers["location"] == "/staff/sign-in"
                assert response.content == b""
            else:
                assert response.status_code == 401, (method, path)
                assert "ada" not in response.text
    assert {"/sign-in", "/staff.css"} == OPEN


def test_a_made_up_session_opens_nothing(app: FastAPI, client: TestClient) -> None:
    token = client.cookies["askguide_staff"]
    for forged in ("", "ada", token[:-1], token + "x", token.swapcase(), "ada|9999999999|" + token):
        response = TestClient(app, follow_redirects=False).get(
            "/staff/questions", headers={"Cookie": f"askguide_staff={forged}"}
        )
        assert response.status_code == 303


def test_a_session_of_another_server_opens_nothing(
    bot: Chatbot, journal: Journal, client: TestClient
) -> None:
    other = TestClient(app_of(bot, journal), follow_redirects=False)
    cookie = {"Cookie": f"askguide_staff={client.cookies['askguide_staff']}"}
    assert other.get("/staff/", headers=cookie).status_code == 303


def test_a_web_socket_opens_nothing(app: FastAPI) -> None:
    with pytest.raises(WebSocketDisconnect), TestClient(app).websocket_connect("/staff/"):
        pass


def test_in_the_whole_app_nothing_else_stands_below_the_path(bot: Chatbot, journal: Journal) -> None:
    app = create_app(Settings(staff_users=USERS), bot, journal)
    stranger = TestClient(app, follow_redirects=False)
    for path in ("/", "/questions", "/gradio_api/info", "/gradio_api/queue/data", "/config", "/assets/x.js"):
        assert stranger.get(f"/staff{path}").status_code in (303, 404), path
        assert stranger.post(f"/staff{path}").status_code in (401, 404), path
    response = stranger.get("/staff/", headers={"Origin": "http://evil.example"})
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
    assert "access-control-allow-origin" not in response.headers
    client = signed_in(app)
    assert "Highest paying states" in text_of(found(client, OHIO))
    assert client.post("/api/v1/answers", json={"question": OHIO}).status_code == 200
    journal.flush()
    assert ids_on(client.get("/staff/questions")) == [entry.id for entry in journal.entries()] != []


def test_the_path_without_a_slash_leads_to_the_pages(stranger: TestClient) -> None:
    assert stranger.get("/staff").headers["location"] == "/staff/"


def test_without_users_the_pages_are_closed(bot: Chatbot, journal: Journal) -> None:
    closed = TestClient(app_of(bot, journal, ()), follow_redirects=False)
    for path in ("/", "/sign-in", "/questions", "/staff.css", "/staff.js", "/x"):
        for method in ("GET", "POST"):
            response = closed.request(method, f"/staff{path}", data={"name": "", "password": ""})
            assert response.status_code == 404
            assert "The staff pages are closed" in response.text
            assert "<form" not in response.text
            assert "<input" not in response.text


def test_users_that_cannot_be_read_stop_the_start(bot: Chatbot) -> None:
    with pytest.raises(SettingsError, match="staff_users"):
        app_of(bot, None, ("ada",))


# Signing in and out -----------------------------------------------------------------------------


def test_the_right_password_opens_the_pages_and_signing_out_closes_them(stranger: TestClient) -> None:
    response = stranger.post("/staff/sign-in", data={"name": " ada ", "password": "correct horse"})
    assert (response.status_code, response.headers["location"]) == (303, "/staff/")
    token = stranger.cookies["askguide_staff"]
    assert stranger.get("/staff/").status_code == 200
    assert stranger.get("/staff/sign-in").headers["location"] == "/staff/"
    response = stranger.post("/staff/sign-out")
    assert (response.status_code, response.headers["location"]) == (303, "/staff/sign-in")
    assert "askguide_staff" not in stranger.cookies
    again = stranger.get("/staff/", headers={"Cookie": f"askguide_staff={token}"})
    assert again.status_code == 303  # the session itself is over, not only the browser's memory of it


@pytest.mark.parametrize(("base", "is_secure"), [("http://127.0.0.1", False), ("https://example.org", True)])
def test_the_cookie_is_for_these_pages_alone(app: FastAPI, base: str, is_secure: bool) -> None:
    client = TestClient(app, base_url=base, follow_redirects=False)
    cookie = client.post("/staff/sign-in", data={"name": "ada", "password": "correct horse"}).headers[
        "set-cookie"
    ]
    flags = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/staff", "max-age=43200"} <= flags
    assert ("secure" in flags) is is_secure
    assert not any(flag.startswith("domain") for flag in flags)


@pytest.mark.parametrize(
    "form",
    [
        {"name": "ada", "password": "wrong"},
        {"name": "ada", "password": "battery staple"},
        {"name": "nobody", "password": "correct horse"},
        {"name": "ada", "password": ""},
        {"name": "", "password": ""},
        {"name": "ada"},
        {},
    ],
)
def test_wrong_ones_get_no_session_and_no_hint(stranger: TestClient, form: dict[str, str]) -> None:
    response = stranger.post("/staff/sign-in", data=form)
    assert response.status_code == 403
    assert "Name and password do not belong together." in response.text
    assert "set-cookie" not in response.headers


def test_a_name_cannot_become_markup(stranger: TestClient) -> None:
    response = stranger.post("/staff/sign-in", data={"name": SCRIPT, "password": "x"})
    assert "<script>alert" not in response.text
    assert "&lt;script&gt;" in response.text


def test_trying_too_often_has_to_wait_even_with_the_right_password(stranger: TestClient) -> None:
    for _ in range(10):
        assert stranger.post("/staff/sign-in", data={"name": "eve", "password": "x"}).status_code == 403
    response = stranger.post("/staff/sign-in", data={"name": "ada", "password": "correct horse"})
    assert response.status_code == 429
    assert 0 < int(response.headers["retry-after"]) <= 60
    assert "Too many tries" in response.text


def test_trying_one_name_from_many_addresses_has_to_wait_too(app: FastAPI) -> None:
    statuses = []
    for number in range(101):
        client = TestClient(app, client=(f"192.0.2.{number}", 1), follow_redirects=False)
        statuses.append(client.post("/staff/sign-in", data={"name": "ada", "password": "x"}).status_code)
    assert statuses == [403] * 100 + [429]


@pytest.mark.parametrize(
    ("headers", "is_taken"),
    [
        ({}, True),  # no browser: it carries nobody's cookie
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Origin": "http://testserver"}, True),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://testserver", "Sec-Fetch-Site": "cross-site"}, False),
    ],
)
def test_a_form_of_another_site_does_nothing(
    client: TestClient, journal: Journal, bot: Chatbot, headers: dict[str, str], is_taken: bool
) -> None:
    journal.record(replace(bot.ask("How do I become a baker?"), id="a1"), [], "chat")
    journal.flush()
    for path in ("/staff/sign-in", "/staff/found", "/staff/questions/a1/delete", "/staff/sign-out"):
        response = client.post(path, headers=headers, data={"name": "ada", "password": "correct horse"})
        assert (response.status_code == 403) is not is_taken, path
    assert (journal.entry("a1") is None) is is_taken


def test_every_response_says_what_a_browser_must_not_do(app: FastAPI, client: TestClient) -> None:
    stranger = TestClient(app, follow_redirects=False)
    for who in (client, stranger):
        for path in ("/", "/sign-in", "/questions", "/unanswered", "/staff.css", "/staff.js", "/x"):
            headers = who.get(f"/staff{path}").headers
            policy = headers["content-security-policy"]
            assert policy.startswith("default-src 'none'; script-src 'self'; ")
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert headers["x-frame-options"] == "DENY"
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "same-origin"
            assert headers["cache-control"] == ("no-cache" if path.startswith("/staff.") and who is client or
                                                path == "/staff.css" else "no-store")  # fmt: skip


def test_no_page_needs_an_inline_script_or_style(client: TestClient, journal: Journal, bot: Chatbot) -> None:
    journal.record(replace(bot.ask("How do I become a baker?"), id="a1"), [], "chat")
    journal.flush()
    for path in ("/", "/questions", "/questions/a1", "/unanswered"):
        page = client.get(f"/staff{path}").text
        assert re.findall(r"<script[^>]*>", page) == ['<script src="/staff/staff.js" defer>']
        assert not re.search(r"<style|\sstyle=|\son\w+=", page)


# The look-up ------------------------------------------------------------------------------------

OHIO = "How much do bakers make in Ohio?"


def test_the_passages_are_the_bots_in_its_order(bot: Chatbot) -> None:
    matches = look_up(bot, OHIO)
    assert [match.source for match in matches] == bot.search(OHIO, 10)
    assert matches[0].source.ref == "baker#salary-states"
    assert len({match.source.ref for match in matches}) == len(matches) == 10


def test_the_look_up_is_as_sure_as_the_reply(bot: Chatbot) -> None:
    for question in ("What does a baker earn in Ohio?", "What does a nurse earn in Ohio?"):
        match = look_up(bot, question)[0]
        assert round(match.confidence, 6) == bot.ask(question).confidence, question


def test_the_confidence_is_the_one_of_the_reply(bot: Chatbot) -> None:
    for question in (OHIO, "What is a gardener?", "Do bakers need a visa?"):
        best, *rest = look_up(bot, question)
        answer = bot.ask(question)
        if answer.kind == "answer":
            assert best.confidence == pytest.approx(answer.confidence, abs=1e-6)
        assert all(0 <= match.confidence <= 1 for match in rest)


def test_each_passage_says_by_what_it_was_found(bot: Chatbot) -> None:
    best = look_up(bot, OHIO)[0]
    assert (best.found_by, best.view) == (VIEWS["alternate"], OHIO)
    assert best.likeness == pytest.approx(1, abs=1e-5)
    heading = look_up(bot, "Tools of a gardener")[0]
    assert (heading.found_by, heading.view) == (VIEWS["title"], "Tools of a gardener")
    row = look_up(bot, "State Oregon annual salary 44,100 dollars")[0]
    assert row.source.ref == "gardener#salary-states"
    assert row.found_by == VIEWS["row"]
    assert "Oregon" in row.view
    vectors = bot.index.encoder.encode([OHIO, best.view])
    assert float(vectors[0] @ vectors[1]) == pytest.approx(best.likeness, abs=1e-4)


def test_a_guide_or_a_section_can_be_chosen(bot: Chatbot) -> None:
    assert {match.source.ref.partition("#")[0] for match in look_up(bot, "salary", "gardener")} == {
        "gardener"
    }
    assert {match.source.ref for match in look_up(bot, "salary", "gardener#salary")} == {
        "gardener#salary", "gardener#salary-states",
    }  # fmt: skip
    assert [match.source.ref for match in look_up(bot, "tools", "gardener#salary-states")] == [
        "gardener#salary-states"
    ]
    assert look_up(bot, "salary", "gardener#none") == []
    assert look_up(bot, "", "gardener") == []
    assert look_up(bot, "x" * 1001) == []


def test_a_section_holds_those_below_its_heading(bot: Chatbot) -> None:
    assert sections_below(bot, "baker", "how-to-become") == {
        "baker#how-to-become", "baker#step-school", "baker#step-apprenticeship", "baker#step-certificate",
    }  # fmt: skip
    assert sections_below(bot, "baker", "nothing") == sections_below(bot, "nothing", "salary") == set()


def test_a_quote_is_copied_with_its_citation(bot: Chatbot) -> None:
    (source,) = bot.search("What is a gardener?", 1)
    cited = cite(bot, look_up(bot, "What is a gardener?")[0], "http://127.0.0.1/")
    assert cited.link == source.url
    assert cited.text == f"“{source.quote}”\n— Gardener Career Guide, What is a gardener?\n{source.url}"
    assert cited.markdown == (
        f"> {source.quote}\n>\n> — [Gardener Career Guide, What is a gardener?](<{source.url}>)"
    )


def test_rows_are_copied_so_that_they_can_be_understood(bot: Chatbot) -> None:
    (source,) = bot.search(OHIO, 1)
    assert source.quote.startswith("| Ohio |")
    assert as_text(bot, source, "").splitlines()[0] == "“State: Ohio, Annual salary (US dollars): $38,900”"
    assert as_markdown(bot, source, "").splitlines()[:3] == [
        "> | State | Annual salary (US dollars) |", "> |---|---|", "> | Ohio | $38,900 |",
    ]  # fmt: skip


def test_our_own_address_is_where_the_app_stands(bot: Chatbot) -> None:
    cited = cite(bot, look_up(bot, OHIO)[0], "https://example.org/prefix/")
    assert cited.link.startswith("https://example.org/prefix/guides/baker#salary-states:~:text=")


def found(client: TestClient, question: str, within: str = "") -> Response:
    return client.post("/staff/found", data={"question": question, "within": within})


def test_the_reply_beside_it_is_exactly_a_visitors(client: TestClient, bot: Chatbot) -> None:
    for question in (OHIO, "What is a gardener?", "Do bakers need a visa?", "hi", "?", "salary", "x" * 1001):
        answer = bot.ask(question)
        page = text_of(found(client, question))
        assert " ".join(answer.text.split()) in page
        assert all(source.section in page for source in answer.sources)
        assert all(suggestion in page for suggestion in answer.suggestions)
        assert f"Build {answer.build}" in page


def test_the_reply_is_the_one_of_the_chosen_guide(client: TestClient, bot: Chatbot) -> None:
    assert bot.ask("salary").kind == "clarify"
    page = text_of(found(client, "salary", "gardener#salary"))
    assert bot.ask("salary", guide="gardener").text in page
    assert "2 passages" in page


def test_the_page_works_without_the_script(client: TestClient) -> None:
    page = client.post("/staff/", data={"question": OHIO, "within": "baker"})
    assert "<!doctype html>" in page.text
    assert 'value="How much do bakers make in Ohio?"' in page.text
    assert '<option value="baker" selected>' in page.text
    assert "Highest paying states" in text_of(page)
    assert "<b>Ohio</b>" in page.text
    assert "<!doctype html>" not in found(client, OHIO).text


def test_the_words_of_the_question_are_marked(client: TestClient) -> None:
    page = found(client, "Does a gardener need a spade?").text
    assert "<mark>" in page
    assert "<b>spade</b>" in page
    assert f"Found by {VIEWS['alternate']}: <q>Does a <b>gardener</b>" in page


def test_no_question_shows_examples(client: TestClient, bot: Chatbot) -> None:
    for page in (client.get("/staff/"), found(client, ""), found(client, "  ")):
        assert all(example in text_of(page) for example in bot.examples)
        assert 'class="passage"' not in page.text


def test_an_unknown_guide_is_said_to_be_none(client: TestClient) -> None:
    response = found(client, "salary", "plumber")
    assert response.status_code == 422
    assert "There is no such guide." in response.text


@pytest.mark.parametrize(
    "form", [{}, {"question": SCRIPT, "within": SCRIPT}, {"question": "\x00\u202e\ud83d"}]
)
def test_strange_forms_are_answered(client: TestClient, form: dict[str, str]) -> None:
    body = "&".join(f"{name}={value.encode('utf-8', 'surrogatepass')!r}" for name, value in form.items())
    response = client.post("/staff/found", content=body)
    assert response.status_code in (200, 422)
    assert "<script>" not in response.text
    assert client.post("/staff/found", content="&".join("a=b" for _ in range(51))).status_code == 400
    assert client.post("/staff/found", content=b"question=\xff\xfe").status_code == 200


def test_while_the_bot_is_loading_the_page_says_so(journal: Journal) -> None:
    client = signed_in(app_of(None, journal), raise_server_exceptions=False)
    response = client.get("/staff/")
    assert response.status_code == 503
    assert "being loaded" in response.text
    assert client.get("/staff/questions").status_code == 200


def test_the_pages_work_below_a_prefix(bot: Chatbot, journal: Journal) -> None:
    outer = FastAPI(openapi_url=None)
    outer.mount("/help", app_of(bot, journal))
    client = TestClient(outer)
    page = client.post("/help/staff/sign-in", data={"name": "ada", "password": "correct horse"})
    assert page.url.path == "/help/staff/"
    assert 'src="/help/staff/staff.js"' in page.text
    assert (
        "http://testserver/help/guides/baker#"
        in client.post("/help/staff/found", data={"question": OHIO}).text
    )
    assert TestClient(outer, follow_redirects=False).get("/help/staff").headers["location"] == "/help/staff/"


# Votes of staff ---------------------------------------------------------------------------------


def test_a_vote_of_staff_goes_into_the_record(client: TestClient, journal: Journal, bot: Chatbot) -> None:
    form = {"question": OHIO, "within": "baker", "build": bot.build, "rating": "down",
            "reasons": ["outdated", "made up", "wrong"], "comment": "call 415-555-0132"}  # fmt: skip
    response = client.post("/staff/vote", data=form)
    assert "Your vote is recorded." in response.text
    (entry,) = journal.entries()
    assert (entry.face, entry.question, entry.rating) == ("staff", OHIO, "down")
    assert (entry.reasons, entry.comment) == (("outdated", "wrong"), "call [phone]")
    assert entry.text == bot.ask(OHIO, guide="baker").text
    assert (
        client.post("/staff/vote", data=form | {"rating": "up"}, headers={"X-Script": "1"}).status_code == 204
    )


def test_looking_up_alone_records_nothing(client: TestClient, journal: Journal) -> None:
    found(client, OHIO)
    journal.flush()
    assert list(journal.entries()) == []


@pytest.mark.parametrize(
    ("changes", "status"), [({"rating": "x"}, 422), ({"build": "older"}, 409), ({"within": "none"}, 422)]
)
def test_a_vote_that_cannot_be_meant_is_not_taken(
    client: TestClient, journal: Journal, bot: Chatbot, changes: dict[str, str], status: int
) -> None:
    form = {"question": OHIO, "within": "", "build": bot.build, "rating": "up"} | changes
    assert client.post("/staff/vote", data=form).status_code == status
    journal.flush()
    assert list(journal.entries()) == []


def test_where_nothing_is_recorded_there_is_no_vote_and_no_list(bot: Chatbot) -> None:
    client = signed_in(app_of(bot, None))
    assert "/staff/vote" not in found(client, OHIO).text
    form = {"question": OHIO, "build": bot.build, "rating": "up"}
    assert client.post("/staff/vote", data=form).status_code == 404
    for path in ("questions", "questions/a1", "unanswered", "export.csv", "export.json"):
        response = client.get(f"/staff/{path}")
        assert response.status_code == 404
        assert "Nothing is recorded here" in response.text


# What people ask --------------------------------------------------------------------------------


@pytest.fixture
def asked(journal: Journal, bot: Chatbot) -> dict[str, str]:
    """Questions that were asked, as id → question, the oldest first."""
    questions = {
        "ohio": (OHIO, "chat"),
        "visa": ("Do bakers need a visa?", "widget"),
        "visas": ("is a visa needed for bakers", "api"),
        "hello": ("hi", "chat"),
        "salary": ("salary", "widget"),
    }
    for id, (question, face) in questions.items():
        journal.record(replace(bot.ask(question), id=id), ["What is a baker?"], face)
    journal.record(replace(bot.ask("What is a gardener?"), id="unsure", confidence=0.6), [], "chat")
    journal.vote("ohio", "up")
    journal.vote("visa", "down", ["wrong"], "It is <b>old</b>.")
    return {id: question for id, (question, _) in questions.items()} | {"unsure": "What is a gardener?"}


def ids_on(response: Response) -> list[str]:
    return re.findall(r'class="asked"[^>]*><a href="/staff/questions/(\w+)"', response.text)


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", ["unsure", "salary", "hello", "visas", "visa", "ohio"]),
        ("?show=declined", ["visas", "visa"]),
        ("?show=down", ["visa"]),
        ("?show=up", ["ohio"]),
        ("?show=unsure", ["unsure"]),
        ("?show=clarify", ["salary"]),
        ("?face=widget", ["salary", "visa"]),
        ("?words=VISA", ["visas", "visa"]),
        ("?words=visa&face=api", ["visas"]),
        ("?show=declined&words=nothing-like-it", []),
        ("?show=unknown&face=unknown", ["unsure", "salary", "hello", "visas", "visa", "ohio"]),
    ],
)
def test_questions_are_listed_and_filtered(
    client: TestClient, asked: dict[str, str], query: str, ids: list[str]
) -> None:
    page = client.get(f"/staff/questions{query}")
    assert ids_on(page) == ids
    exported = json.loads(client.get(f"/staff/export.json{query}").text)
    assert [entry["id"] for entry in exported] == ids
    if not ids:
        assert "Nothing of this kind was asked." in page.text


def test_a_listed_question_shows_time_reply_confidence_and_vote(
    client: TestClient, asked: dict[str, str], bot: Chatbot, journal: Journal
) -> None:
    page = text_of(client.get("/staff/questions?show=down"))
    entry = journal.entry("visa")
    assert entry is not None
    for shown in (
        entry.asked_at.strftime("%Y-%m-%d %H:%M UTC"), "Widget", "Do bakers need a visa?", "Declines",
        "Voted down: wrong", "6 asked", "1 voted up", "1 voted down",
    ):  # fmt: skip
        assert shown in page
    reply = bot.ask("Do bakers need a visa?").text.replace(bot.contact, "[e-mail]")
    assert " ".join(reply.split()) in page


def test_the_filter_stays_in_links_and_fields(client: TestClient, asked: dict[str, str]) -> None:
    page = client.get("/staff/questions?show=declined&words=a%26b&face=api").text
    assert 'href="/staff/export.csv?show=declined&amp;face=api&amp;words=a%26b"' in page
    assert 'name="words" type="search" value="a&amp;b"' in page
    assert '<option value="api" selected>' in page
    assert re.search(r'show=declined[^>]*aria-current="true"', page)


def test_older_questions_are_on_the_next_page(
    client: TestClient, asked: dict[str, str], monkeypatch: pytest.MonkeyPatch, journal: Journal
) -> None:
    monkeypatch.setattr(staff_record, "PAGE", 4)
    first = client.get("/staff/questions")
    link = re.search(r'href="([^"]+)" rel="next"', first.text)
    assert link
    assert journal.delete("visas")  # the last of the page: the next one begins where it stood
    second = client.get(link[1].replace("&amp;", "&"))
    assert ids_on(first) + ids_on(second) == ["unsure", "salary", "hello", "visas", "visa", "ohio"]
    assert 'rel="next"' not in second.text
    assert ">Newest</a>" in second.text


def test_one_question_is_shown_with_all_that_is_recorded(client: TestClient, asked: dict[str, str]) -> None:
    page = text_of(client.get("/staff/questions/visa"))
    for shown in ("Do bakers need a visa?", "Asked before: What is a baker?", "not in guide", "Offered",
                  "The guides say nothing of: visa", "“It is", "answer visa"):  # fmt: skip
        assert shown in page or shown == "“It is"
    assert "It is &lt;b&gt;old&lt;/b&gt;." in client.get("/staff/questions/visa").text
    assert client.get("/staff/questions/none").status_code == 404
    assert client.get("/staff/questions/%00").status_code == 404


def test_one_question_can_be_exported_and_deleted(
    client: TestClient, asked: dict[str, str], journal: Journal
) -> None:
    (exported,) = json.loads(client.get("/staff/questions/visa/export.json").text)
    assert (exported["question"], exported["rating"]) == ("Do bakers need a visa?", "down")
    response = client.post("/staff/questions/visa/delete")
    assert response.url.path == "/staff/questions"
    assert "visa" not in ids_on(response)
    assert journal.entry("visa") is None
    assert client.post("/staff/questions/visa/delete").status_code == 404
    assert client.get("/staff/questions/ohio/delete").status_code == 405
    assert journal.entry("ohio")


def test_the_export_as_csv_opens_in_a_spreadsheet(client: TestClient, asked: dict[str, str]) -> None:
    response = client.get("/staff/export.csv?show=declined")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="questions.csv"'
    assert response.content.startswith(b"\xef\xbb\xbf")
    table = list(csv.DictReader(response.content.decode("utf-8-sig").splitlines()))
    assert [row["question"] for row in table] == [asked["visas"], asked["visa"]]
    assert table[1]["reasons"] == "wrong"
    empty = client.get("/staff/export.json?words=nothing-like-it")
    assert json.loads(empty.text) == []


def test_unanswered_questions_are_grouped_with_the_nearest_section(
    client: TestClient, asked: dict[str, str], bot: Chatbot
) -> None:
    page = client.get("/staff/unanswered")
    groups = re.findall(
        r'(?s)<p class="count">(\d+).*?<h2[^>]*>(.*?)</h2>(.*?)</li>\n(?=<li>\n<p|</ol>\n</main>)', page.text
    )
    assert [int(count) for count, _, _ in groups] == [2]
    assert groups[0][1] in (bot.ask(asked["visa"]).understood_as, bot.ask(asked["visas"]).understood_as)
    nearest = bot.ask(asked["visa"]).sources[0]
    assert nearest.section in text_of(page)
    assert all(question in text_of(page) for question in (asked["visa"], asked["visas"]))


def test_without_a_bot_unanswered_questions_are_grouped_by_their_words(
    journal: Journal, asked: dict[str, str]
) -> None:
    client = signed_in(app_of(None, journal))
    assert re.findall(r'class="count">(\d+)', client.get("/staff/unanswered").text) == ["2"]


def test_a_record_that_is_away_is_said_to_be_away(
    client: TestClient, asked: dict[str, str], journal: Journal, monkeypatch: pytest.MonkeyPatch, bot: Chatbot
) -> None:
    def refuse() -> None:
        raise OperationalError("SELECT", {}, Exception("away"))

    monkeypatch.setattr(journal._engine, "connect", refuse)
    for path in ("questions", "questions/visa", "unanswered", "export.csv", "export.json"):
        response = client.get(f"/staff/{path}")
        assert response.status_code == 503, path
        assert "The record cannot be reached now." in response.text
    form = {"question": OHIO, "build": bot.build, "rating": "up"}
    assert client.post("/staff/vote", data=form, headers={"X-Script": "1"}).status_code == 503
    assert found(client, OHIO).status_code == 200


# Hostile guides and questions -------------------------------------------------------------------


@pytest.fixture(scope="module")
def hostile_bot(tmp_path_factory: pytest.TempPathFactory) -> Chatbot:
    guide = (
        f"---\ntitle: {json.dumps('Evil ' + SCRIPT)}\nurl: 'javascript:alert(1)'\n---\n"
        f"\n## Pay {SCRIPT} {{#pay}}\n\nThe pay is {SCRIPT} [x](javascript:alert(1)) high.\n"
        f"\n## Table {{#table}}\n\n| State | Pay |\n|---|---|\n| {SCRIPT} | $1 |\n"
        f"| Ohio | [y](data:text/html,x) |\n"
    )
    return bot_on(tmp_path_factory.mktemp("hostile"), guide, f"What is the pay {SCRIPT}?")


class Markup(HTMLParser):
    """The tags of a page with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def assert_harmless(page: str) -> None:
    tags = Markup(page).tags
    scripts = [attributes for tag, attributes in tags if tag == "script"]
    assert scripts == [{"src": "/staff/staff.js", "defer": None}]
    assert {tag for tag, _ in tags}.isdisjoint({"img", "marquee", "iframe", "object", "style", "base"})
    for _, attributes in tags:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        for name in ("href", "src", "action", "formaction"):
            assert re.match(r"/|https?://|#", attributes.get(name) or "/"), attributes
    assert "49" not in re.sub(r"[0-9a-f]{12,}|&#\d+;|[\d.]+ (?:ms|%)|[\d:-]+ UTC|T[\d:.+]+", "", page)


@pytest.mark.parametrize("question", ["What is the pay?", "state table ohio pay", SCRIPT, f"pay {SCRIPT}"])
def test_no_guide_and_no_question_becomes_script(
    hostile_bot: Chatbot, journal: Journal, question: str
) -> None:
    client = signed_in(app_of(hostile_bot, journal))
    for within in ("", "evil", "evil#pay"):
        page = client.post("/staff/", data={"question": question, "within": within})
        assert "<script>alert(1)</script>" in html.unescape(text_of(page))  # it is there, as text
        assert_harmless(page.text)
    journal.record(
        replace(hostile_bot.ask(question), id="a1", kind="no_answer", missing=(SCRIPT,)), [SCRIPT], "widget"
    )
    journal.vote("a1", "down", [SCRIPT], SCRIPT)
    for path in ("questions", "questions/a1", "unanswered", f"questions?words={SCRIPT}"):
        assert_harmless(client.get(f"/staff/{path}").text)


def test_all_reasons_of_the_contract_are_offered(client: TestClient) -> None:
    page = found(client, OHIO).text
    assert REASONS == ("wrong", "outdated", "not what I asked", "hard to read")
    assert all(f'name="reasons" value="{reason}"' in page for reason in REASONS)


def test_a_filter_with_markup_is_text(client: TestClient, asked: dict[str, str]) -> None:
    page = client.get("/staff/questions", params={"words": SCRIPT, "show": SCRIPT, "face": SCRIPT}).text
    assert "<script>alert" not in page
