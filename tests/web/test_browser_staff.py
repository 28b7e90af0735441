"""The staff pages in the real browser: by keyboard, at all widths, judged by axe, attacked, scriptless."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Error, Page, expect
from starlette.types import ASGIApp

from chatbot.answering import Chatbot
from chatbot.journal import Journal
from chatbot.settings import Settings
from chatbot.web import pages, security, staff
from tests.web.fakes import bot_on

OHIO = "How much do bakers make in Ohio?"
QUESTIONS = (
    OHIO,
    "Do bakers need a visa?",
    "is a visa needed for bakers",
    "hi",
    "salary",
    "What is a gardener?",
)
ATTACK = "<script>window.attacked=1</script><img src=/x onerror='window.attacked=1'>"
Visit = Callable[..., Page]
Violations = Callable[[Page], list[str]]


def app_of(bot: Chatbot, journal: Journal | None) -> FastAPI:
    """The staff pages and the guides' pages, behind the headers of the whole app."""
    app = FastAPI(openapi_url=None)
    app.state.bot, app.state.journal = bot, journal
    security.promise(app)
    staff.mount_staff(app, Settings(staff_users=("ada:correct horse",)))
    app.include_router(pages.router())
    return app


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory, bot: Chatbot) -> Iterator[Journal]:
    opened = Journal.open(f"sqlite:///{tmp_path_factory.mktemp('staff') / 'journal.db'}", Settings())
    for number, question in enumerate(QUESTIONS):
        answer = bot.ask(question)
        opened.record(answer, ["What is a baker?"], ("chat", "widget", "api")[number % 3])
        opened.vote(answer.id, ("up", "down")[number % 2], ["wrong"], "Is this still so?")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def address(serve: Callable[[ASGIApp], str], bot: Chatbot, journal: Journal) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staff, "TRIES", "1000/minute")  # these tests sign in more often than people do
        yield serve(app_of(bot, journal))


@pytest.fixture
def refused(browser: Browser) -> Iterator[Page]:
    """A page whose console may say that a request was refused."""
    with browser.new_context() as context:
        yield context.new_page()


def sign_in(page: Page) -> None:
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Question")).to_be_focused()


def enter(visit: Visit, address: str, **options: Any) -> Page:
    """The look-up page, signed in."""
    page = visit(f"{address}/staff/", **options)
    sign_in(page)
    return page


def look_up(page: Page, question: str) -> None:
    page.get_by_label("Question").fill(question)
    expect(page.locator(".passage").first).to_be_visible()


def test_everything_can_be_done_by_keyboard(visit: Visit, address: str) -> None:
    page = visit(f"{address}/staff/")
    keys = page.keyboard
    expect(page.get_by_label("Name")).to_be_focused()
    keys.type("ada")
    keys.press("Tab")
    keys.type("correct horse")
    keys.press("Enter")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    expect(page.get_by_label("Question")).to_be_focused()
    with page.expect_response(lambda response: "Ohio%3F" in (response.request.post_data or "")):
        keys.type(OHIO)  # the passages come while typing, without Enter
    passages = page.locator(".passage")
    expect(passages.first.get_by_role("heading")).to_have_text("Highest paying states")
    expect(page.get_by_role("status")).to_contain_text("10 passages. Reply:")

    keys.press("Enter")  # what is shown is up to date: on to the first passage
    expect(passages.first).to_be_focused()
    keys.press("c")
    expect(page.get_by_role("status")).to_have_text("Copied as text")
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.startswith("“State: Ohio, Annual salary (US dollars): $38,900”\n— Baker Career Guide, ")
    assert f"\n{address}/guides/baker#salary-states:~:text=" in text
    keys.press("m")
    expect(page.get_by_role("status")).to_have_text("Copied as Markdown")
    markdown = page.evaluate("navigator.clipboard.readText()")
    assert markdown.startswith(
        "> | State | Annual salary (US dollars) |\n> |---|---|\n> | Ohio | $38,900 |\n>\n"
    )

    keys.press("ArrowDown")
    expect(passages.nth(1)).to_be_focused()
    assert passages.nth(1).get_attribute("tabindex") == "0"
    assert passages.first.get_attribute("tabindex") == "-1"
    keys.press("ArrowUp")
    expect(passages.first).to_be_focused()
    with page.context.expect_page() as opened:
        keys.press("o")
    expect(opened.value.get_by_role("heading", name="Highest paying states")).to_be_visible()
    opened.value.close()
    keys.press("ArrowUp")
    expect(page.get_by_label("Question")).to_be_focused()
    page.locator("#main").focus()
    keys.press("/")
    expect(page.get_by_label("Question")).to_be_focused()
    keys.press("ArrowDown")
    expect(passages.first).to_be_focused()
    keys.press("Escape")
    expect(page.get_by_label("Question")).to_be_focused()
    keys.type("cmo/")  # what is typed is typed
    expect(page.get_by_label("Question")).to_have_value(re.compile("cmo/$"))


def test_everything_can_be_reached_with_the_tabulator(visit: Visit, address: str) -> None:
    page = enter(visit, address)
    look_up(page, OHIO)
    page.locator(".skip").focus()
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.textContent.trim() || document.activeElement.id"))
        if "Keys" in seen[-1]:
            break
    for wanted in (
        "Look-up", "What people ask", "Unanswered", "Sign out", "question", "This reply is right",
        "It is not…", "Highest paying states", "Copy as text c", "Copy as Markdown m", "Keys",
    ):  # fmt: skip
        assert wanted in seen, seen
    assert sum(text.startswith("Highest paying states\n") for text in seen) == 1  # one passage is a stop


def test_a_place_to_look_in_can_be_chosen(visit: Visit, address: str) -> None:
    page = enter(visit, address)
    look_up(page, "salary")
    expect(page.locator(".reply .badge")).to_have_text("Asks back")
    page.get_by_label("Look in").select_option("gardener#salary")
    expect(page.locator("#passages-title")).to_have_text("2 passages")
    expect(page.locator(".reply .badge")).to_have_text("Answer")
    expect(page.locator(".where").first).to_contain_text("Gardener Career Guide")
    places = page.locator(".where").all_inner_texts()
    assert ["Gardener Career Guide" in place for place in places] == [True, True]


def test_examples_and_suggestions_are_asked_when_pressed(visit: Visit, address: str, bot: Chatbot) -> None:
    page = enter(visit, address)
    page.get_by_role("button", name=bot.examples[0]).click()
    expect(page.get_by_label("Question")).to_have_value(bot.examples[0])
    suggestion = page.locator(".suggestions .example").first
    text = suggestion.inner_text()
    suggestion.click()
    expect(page.get_by_label("Question")).to_have_value(text)
    expect(page.locator(".vote [name=question]")).to_have_value(text)  # what came is what it was asked for
    assert text != bot.examples[0]
    expect(page.locator(".passage").first).to_be_visible()


def test_only_the_last_of_fast_questions_is_shown(visit: Visit, address: str) -> None:
    page = enter(visit, address)
    for question in ("What is a gardener?", "salary", OHIO):
        page.get_by_label("Question").fill(question)
        page.keyboard.press("Enter")
    expect(page.locator(".passage h3").first).to_have_text("Highest paying states")
    page.wait_for_timeout(500)
    assert page.locator(".passage h3").first.inner_text() == "Highest paying states"
    page.get_by_label("Question").fill("")
    expect(page.locator(".passage")).to_have_count(0)


def test_staff_can_say_that_a_reply_is_wrong(visit: Visit, address: str, journal: Journal) -> None:
    page = enter(visit, address)
    look_up(page, "What is a gardener?")
    page.get_by_text("It is not…").click()
    page.get_by_label("outdated").check()
    page.get_by_label("hard to read").check()
    page.get_by_label("Comment").fill("Gardeners also mow.")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".vote")).to_have_text("Your vote is recorded.")
    entry = next(entry for entry in journal.entries() if entry.face == "staff")
    assert (entry.rating, entry.reasons, entry.comment) == (
        "down", ("outdated", "hard to read"), "Gardeners also mow.",
    )  # fmt: skip
    assert journal.delete(entry.id)


def test_signing_out_closes_the_pages_also_in_an_open_tab(refused: Page, address: str) -> None:
    refused.goto(f"{address}/staff/")
    sign_in(refused)
    other = refused.context.new_page()
    other.goto(f"{address}/staff/questions")
    other.get_by_role("button", name="Sign out").click()
    expect(other.get_by_role("heading", name="Staff sign-in")).to_be_visible()
    other.go_back()
    expect(other.get_by_role("heading", name="Staff sign-in")).to_be_visible()  # nothing was kept
    refused.get_by_label("Question").fill("salary")
    expect(refused.get_by_role("heading", name="Staff sign-in")).to_be_visible()
    assert refused.context.cookies() == []


def test_a_wrong_password_is_said_and_the_name_stays(
    refused: Page, address: str, violations: Violations
) -> None:
    refused.goto(f"{address}/staff/")
    refused.get_by_label("Name").fill("ada")
    refused.get_by_label("Password").fill("wrong")
    refused.keyboard.press("Enter")
    expect(refused.get_by_role("alert")).to_have_text("Name and password do not belong together.")
    expect(refused.get_by_label("Password")).to_be_focused()
    assert refused.get_by_label("Name").input_value() == "ada"
    assert violations(refused) == []
    refused.keyboard.type("correct horse")
    refused.keyboard.press("Enter")
    expect(refused.get_by_label("Question")).to_be_focused()
    refused.goto(f"{address}/staff/questions/none")
    assert violations(refused) == []


def test_without_the_script_all_still_works(visit: Visit, address: str) -> None:
    page = enter(visit, address, java_script_enabled=False)
    page.get_by_label("Question").fill("What is a gardener?")
    page.get_by_label("Look in").select_option("gardener")
    page.get_by_role("button", name="Look up").click()
    expect(page.locator(".passage").first).to_contain_text("waters and prunes")
    expect(page.get_by_label("Question")).to_have_value("What is a gardener?")
    page.get_by_role("link", name="What people ask").click()
    page.get_by_role("link", name="Declined").click()
    expect(page.locator(".entries > li")).to_have_count(2)
    declined = page.locator(".entries .asked").all_inner_texts()
    assert declined == ["is a visa needed for bakers", "Do bakers need a visa?"]


def test_a_file_is_downloaded(visit: Visit, address: str) -> None:
    page = enter(visit, address)
    page.goto(f"{address}/staff/questions?show=declined")
    with page.expect_download() as started:
        page.get_by_role("link", name="CSV").click()
    assert started.value.suggested_filename == "questions.csv"
    assert OHIO not in Path(started.value.path()).read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_the_pages_are_accessible_at_every_width(
    visit: Visit, address: str, violations: Violations, width: int, scheme: str, journal: Journal
) -> None:
    page = visit(f"{address}/staff/", width=width, scheme=scheme)
    assert faults(page, violations) == []
    sign_in(page)
    assert faults(page, violations) == []
    look_up(page, "Do bakers need a visa?" if width == 768 else OHIO)
    page.get_by_text("It is not…").click()
    page.locator(".passage").first.focus()
    assert faults(page, violations) == []
    newest = next(journal.entries(limit=1)).id
    for path in ("questions", f"questions/{newest}", "unanswered"):
        page.goto(f"{address}/staff/{path}")
        for summary in page.locator("summary").all():
            summary.click()
        assert faults(page, violations) == []


def faults(page: Page, violations: Violations) -> list[str]:
    """What axe finds wrong with the page, and whether it scrolls sideways."""
    fits = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return violations(page) + ([] if fits else ["it scrolls sideways"])


def test_at_four_times_the_size_nothing_is_cut_off(visit: Visit, address: str) -> None:
    page = enter(visit, address, width=320, height=256)  # what 400 % make of 1280 by 1024
    look_up(page, OHIO)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_nothing_hostile_runs(visit: Visit, serve: Callable[[ASGIApp], str], tmp_path: Path) -> None:
    guide = (
        f"---\ntitle: {json.dumps(ATTACK)}\nurl: 'javascript:window.attacked=1'\n---\n"
        f"\n## Pay {ATTACK} {{#pay}}\n\nThe pay is {ATTACK} [high](javascript:window.attacked=1).\n"
        f"\n## Table {ATTACK} {{#table}}\n\n| State | Pay |\n|---|---|\n| Ohio {ATTACK} | $1 |\n"
    )
    bot = bot_on(tmp_path, guide, f"What is the pay {ATTACK}?")
    journal = Journal.open(f"sqlite:///{tmp_path / 'journal.db'}", Settings())
    journal.record(replace(bot.ask(f"visa {ATTACK}"), kind="no_answer"), [ATTACK], "widget")
    answer = bot.ask(f"pay {ATTACK}")
    journal.record(answer, [ATTACK], "chat")
    journal.vote(answer.id, "down", [ATTACK], ATTACK)
    page = enter(visit, serve(app_of(bot, journal)))
    for question in ("What is the pay?", f"pay {ATTACK}", ATTACK):
        look_up(page, question)
        expect(page.locator(".passage").first).to_contain_text("window.attacked=1")
        for link in page.locator("h3 a").all():
            assert re.match(r"https?://", link.get_attribute("href") or "")
        assert page.evaluate("window.attacked") is None
    page.locator(".passage").first.focus()
    page.keyboard.press("c")
    base = page.url.rstrip("/")
    for path in ("questions", f"questions/{answer.id}", "unanswered"):
        page.goto(f"{base}/{path}")
        expect(page.locator("main")).to_contain_text("window.attacked=1")
        assert page.evaluate("window.attacked") is None
        assert page.locator("main img, main script").count() == 0
    journal.close()


def test_text_that_became_markup_would_still_not_run(refused: Page, address: str) -> None:
    """The policy is a second wall: markup is not made of text, and a script in it is not run."""
    refused.goto(f"{address}/staff/")
    sign_in(refused)
    attack = "<img src=x onerror=window.attacked=1>"
    with pytest.raises(Error, match="TrustedHTML"):
        refused.evaluate("text => { document.body.innerHTML = text; }", attack)
    with pytest.raises(Error, match="TrustedScript"):
        refused.evaluate("() => document.body.setAttribute('onclick', 'window.attacked=1')")
    assert refused.evaluate("window.attacked") is None
