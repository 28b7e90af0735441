"""The widget in the real browser: a page of one origin, our server of another, a strict policy in between."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from starlette.types import ASGIApp

from chatbot.answering import Chatbot
from chatbot.guides import Guide, read_guide
from chatbot.journal import Journal
from chatbot.settings import Settings
from chatbot.web import create_app
from tests.web.foreign_site import HOSTILE, NAME, Server, Site, askguide, run, source

CORPUS = Path(__file__).parents[2] / "corpus"
PATIENCE = 15_000  # milliseconds
Violations = Callable[[Page], list[str]]
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def guide() -> Guide:
    return read_guide(CORPUS / "guides" / f"{NAME}.md", CORPUS)


@dataclass
class World:
    """A foreign site on localhost, our server on 127.0.0.1, and a visitor's browser."""

    site: Site
    server: Server
    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)  # of the browser's console
    hosts: set[str] = field(default_factory=set)

    def visit(self, path: str = "/", **options: Any) -> Page:
        """A new visitor opens a page of the site."""
        context = self.browser.new_context(**({"viewport": {"width": 1280, "height": 800}} | options))
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        context.on("request", lambda request: self.hosts.add(request.url.split("/")[2]))
        page.goto(self.site.origin + path)
        return page

    def open(self, **options: Any) -> Page:
        """A new visitor opens the panel."""
        page = self.visit(**options)
        launcher(page).click()
        return page


@pytest.fixture(scope="module")
def running(guide: Guide, serve: Callable[[ASGIApp], str]) -> tuple[Site, Server]:
    """A foreign site, and a server of ours that allows it."""
    site, app = Site(), FastAPI()

    @app.get("/{path:path}")
    def page() -> Response:
        return site.page()

    site.origin = elsewhere(serve(app))
    ours, server = askguide(guide, [site.origin])
    server.origin = serve(ours)
    return site, server


def elsewhere(url: str) -> str:
    """The same machine under another name, and so another site to a browser."""
    return url.replace("127.0.0.1", "localhost")


@pytest.fixture
def world(running: tuple[Site, Server], browser: Browser) -> Iterator[World]:
    site, server = running
    site.__dict__.update(vars(Site(origin=site.origin, ours=server.origin)))
    server.__dict__.update(vars(Server(origin=server.origin)))
    world = World(site, server, browser)
    yield world
    for context in world.contexts:
        context.close()


def launcher(page: Page) -> Locator:
    return page.locator("ask-guide .launcher")


def panel(page: Page) -> Locator:
    return page.locator("ask-guide .panel")


def box(page: Page) -> Locator:
    return page.locator("ask-guide .compose textarea")


def ask(page: Page, question: str) -> Locator:
    """Types a question, and gives its turn once it has a reply or an error."""
    box(page).fill(question)
    box(page).press("Enter")
    turn = page.locator("ask-guide .turn").last
    expect(turn.locator(".question")).to_contain_text(question)
    expect(turn.locator(".reply, .error")).to_be_visible()
    return turn


def events(page: Page) -> list[dict[str, Any]]:
    """What the widget has told the page since `listen`."""
    told: list[dict[str, Any]] = page.evaluate("window.told")
    return told


def answer_with(page: Page, *sources: dict[str, Any], text: str = "See:") -> None:
    """Makes the next answers quote these sources."""
    body = {"id": "x", "kind": "answer", "understood_as": "", "text": text, "sources": list(sources)}
    headers = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "content-type"}
    page.route("**/api/v1/answers", lambda route: route.fulfill(json=body, headers=headers))


LISTEN = """window.told = [];
for (const name of ['open', 'close', 'answer', 'error', 'vote'])
  document.addEventListener(`askguide:${name}`, ({ detail = null }) => told.push({ name, detail }));"""


# Before and at the first question ----------------------------------------------------------------------


def test_before_the_first_question_nothing_is_asked_or_kept(world: World) -> None:
    page = world.visit()
    expect(launcher(page)).to_have_accessible_name("Ask the guide")
    assert page.locator("ask-guide dialog").count() == 0
    launcher(page).click()
    expect(panel(page)).to_be_visible()
    page.keyboard.press("Escape")
    assert world.server.requests == ["GET /widget.js"]
    stores = "[document.cookie, sessionStorage.length, localStorage.length]"
    assert page.evaluate(stores) == ["", 0, 0]
    assert page.evaluate("indexedDB.databases().then((all) => all.length)") == 0


def test_answers_on_a_foreign_page_under_a_policy_that_names_our_origin_alone(world: World) -> None:
    page = world.open()
    turn = ask(page, "How much do ML engineers make in California?")
    expect(turn.locator(".text")).to_have_text("California: $139,620 a year (US dollars).")
    quote = turn.locator(".reply > figure")
    assert quote.locator("th").all_inner_texts() == ["State", "Annual salary (US dollars)"]
    assert quote.locator("td").all_inner_texts() == ["California", "$139,620"]
    expect(quote.get_by_role("link")).to_have_accessible_name(
        "Highest paying states (opens in a new tab) Machine Learning Engineer Career Guide"
    )
    assert turn.locator("details figure").count() == 2
    assert world.complaints == []
    assert world.hosts == {world.site.origin.split("/")[2], world.site.ours.split("/")[2]}
    styled = "document.querySelector('ask-guide').shadowRoot.querySelectorAll('[style], style, link').length"
    assert page.evaluate(styled) == 0
    assert page.evaluate("document.querySelectorAll('[style], style').length") == 0


def test_works_on_an_isolated_page(world: World) -> None:
    world.site.headers = {
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    world.site.pinned = False  # such a page loads the script without CORS only if a header of ours says so
    page = world.open()
    assert page.evaluate("crossOriginIsolated")
    expect(ask(page, "what hours?").locator(".text")).to_contain_text("Monday through Friday")


def test_a_changed_script_is_refused_by_its_hash(world: World) -> None:
    page = world.browser.new_page()
    page.route(
        "**/widget.js",
        lambda route: route.fulfill(body="window.tampered = 1", headers={"Access-Control-Allow-Origin": "*"}),
    )
    page.goto(world.site.origin)
    assert page.evaluate("window.tampered") is None
    page.close()


# Conversation ------------------------------------------------------------------------------------------


def test_two_follow_ups_carry_the_earlier_questions(world: World) -> None:
    page = world.open()
    ask(page, "How much do ML engineers make in California?")
    second = ask(page, "and in washington?")
    expect(second).to_contain_text("Understood as: How much do ML engineers make in Washington?")
    expect(second.locator(".text")).to_contain_text("$138,400")
    expect(ask(page, "new york").locator(".text")).to_contain_text("$137,900")
    first = "How much do ML engineers make in California?"
    assert [asked["history"] for asked in world.server.asked] == [[], [first], [first, "and in washington?"]]
    assert all(asked.keys() == {"question", "history"} for asked in world.server.asked)


TABLE = "Two states pay the most.\n\n| State | Salary |\n|---|---|\n| Ohio | $2 |\n| Maine | $1 |"


@pytest.mark.parametrize(
    ("text", "quote", "once"),
    [
        ("Keep **tea** dry.", "Keep **tea** dry.", False),  # the words are the same, the text has marks
        ("Keep tea dry.", "Keep **tea**\ndry.", True),
        ("Two states pay the most. Ohio: $2; Maine: $1 (a year).", TABLE, True),
        ("Ohio: $2 a year.", TABLE, False),
        ("Ohio: $2 a year.", "| Ohio | $2 |", False),
    ],
)
def test_a_reply_that_is_its_quote_is_shown_once(world: World, text: str, quote: str, once: bool) -> None:
    page = world.open()
    answer_with(page, source("pay", "Pay", quote, TABLE), text=text)
    turn = ask(page, "pay?")
    assert turn.locator("blockquote").count() == 1
    assert turn.locator("p.text").count() == (0 if once else 1)


def test_what_was_understood_is_said_only_where_it_differs(world: World) -> None:
    page = world.open()
    assert "Understood" not in ask(page, "how much do ML engineers make in California").inner_text()


def test_clarify_offers_choices_and_asks_the_chosen_one(world: World) -> None:
    page = world.open()
    turn = ask(page, "languages")
    choices = turn.get_by_role("group", name="What do you mean?")
    assert turn.locator("figure, .vote").count() == 0
    choices.get_by_role("button", name="Which languages are a top skill?").click()
    expect(page.locator("ask-guide .reply")).to_have_count(2)
    expect(box(page)).to_be_focused()
    assert world.server.asked[1]["question"] == "Which languages are a top skill?"
    assert world.server.asked[1]["history"] == ["languages"]


def test_no_answer_offers_the_nearest_sections_and_the_contact_without_claiming_them(world: World) -> None:
    world.site.attributes = {"contact": "help@example.org"}
    turn = ask(world.open(), "How much do they make in Germany?")
    expect(turn.locator(".text")).to_have_text("The guide says nothing about Germany.")
    assert turn.locator("blockquote").count() == 0
    nearest = [link.get_attribute("href") or "" for link in turn.locator(".near a").all()]
    assert [href.split("#")[1].split(":~:")[0] for href in nearest] == ["salary", "salary-industries"]
    expect(turn.get_by_role("link", name="Contact a person")).to_have_attribute(
        "href", "mailto:help@example.org"
    )


def test_small_talk_has_neither_sources_nor_votes(world: World) -> None:
    turn = ask(world.open(), "hello")
    expect(turn.locator(".text")).to_have_text("Hello! Ask me about the career.")
    expect(turn.get_by_role("button", name="What is it?")).to_be_visible()
    assert turn.locator("figure, .vote, .near").count() == 0


def test_hostile_text_stays_text(world: World) -> None:
    page = world.open()
    turn = ask(page, "hostile <b>bold</b>")
    expect(turn.locator("blockquote.text")).to_have_text(HOSTILE)
    assert turn.locator("img, script, b").count() == 0
    href = turn.locator("figure a").get_attribute("href") or ""
    assert href.startswith(f"{world.site.ours}/guides/{NAME}#")
    assert page.evaluate("window.hacked") is None
    assert world.complaints == []


def test_the_talk_lasts_from_page_to_page_and_is_forgotten_on_request(world: World) -> None:
    page = world.open()
    ask(page, "How much do ML engineers make in California?")
    page.goto(world.site.origin + "/another")
    assert world.server.requests.count("POST /api/v1/answers") == 1
    launcher(page).click()
    expect(page.locator("ask-guide .turn .text")).to_have_text("California: $139,620 a year (US dollars).")
    expect(ask(page, "and in washington?").locator(".text")).to_contain_text("$138,400")
    page.get_by_role("button", name="Start over").click()
    expect(page.locator("ask-guide .turn")).to_have_count(0)
    expect(box(page)).to_be_focused()
    assert page.evaluate("[sessionStorage.length, localStorage.length]") == [0, 0]
    ask(page, "what hours?")
    assert world.server.asked[-1]["history"] == []


def test_works_where_the_page_may_keep_nothing(world: World) -> None:
    page = world.visit()
    page.evaluate(
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('no'); } })"
    )
    launcher(page).click()
    ask(page, "How much do ML engineers make in California?")
    expect(ask(page, "and in washington?").locator(".text")).to_contain_text("$138,400")
    first = "How much do ML engineers make in California?"
    assert [asked["history"] for asked in world.server.asked] == [[], [first]]
    page.get_by_role("button", name="Start over").click()
    expect(page.locator("ask-guide .turn")).to_have_count(0)


@pytest.mark.parametrize("kept", ["{", "null", "[1]", '[{"question": "a"}]'])
def test_a_damaged_store_is_no_obstacle(world: World, kept: str) -> None:
    page = world.visit()
    key = f"askguide {world.site.ours} "
    page.evaluate("([key, kept]) => sessionStorage.setItem(key, kept)", [key, kept])
    launcher(page).click()
    expect(page.locator("ask-guide .turn")).to_have_count(0)
    expect(ask(page, "what hours?").locator(".text")).to_contain_text("Monday")
    assert world.complaints == []


# Votes -------------------------------------------------------------------------------------------------


def test_a_thumb_up_counts_at_once(world: World) -> None:
    page = world.open()
    page.evaluate(LISTEN)
    turn = ask(page, "what hours?")
    turn.get_by_role("button", name="Yes").click()
    expect(page.get_by_role("status")).to_have_text("Thank you.")
    expect(turn.get_by_role("button", name="Yes")).to_have_attribute("aria-pressed", "true")
    assert world.server.votes == [{"answer_id": "a1", "rating": "up"}]
    assert events(page)[-1] == {"name": "vote", "detail": {"answer_id": "a1", "rating": "up"}}


def test_a_thumb_down_counts_at_once_and_may_be_explained(world: World) -> None:
    page = world.open()
    turn = ask(page, "what hours?")
    turn.get_by_role("button", name="No", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("Thank you.")
    reasons = turn.get_by_role("group", name="What was wrong with it?")
    expect(reasons.get_by_role("checkbox").first).to_be_focused()
    reasons.get_by_label("It is out of date").check()
    reasons.get_by_label("It is not what I asked").check()
    turn.get_by_label("Comment").fill(" It is less now. ")
    with page.expect_response("**/api/v1/feedback"):
        turn.get_by_role("button", name="Send").click()
    expect(turn.locator("form")).to_have_count(0)
    expect(turn.get_by_role("button", name="No", exact=True)).to_be_focused()
    down = {"answer_id": "a1", "rating": "down"}
    why = {"reasons": ["outdated", "not what I asked"], "comment": "It is less now."}
    assert world.server.votes == [down, down | why]


def test_a_vote_that_is_not_saved_says_so_and_can_be_given_again(world: World) -> None:
    page = world.open()
    page.evaluate(LISTEN)
    turn = ask(page, "what hours?")
    world.server.fault = 404
    turn.get_by_role("button", name="Yes").click()
    expect(page.get_by_role("status")).to_contain_text("could not be saved")
    expect(turn.get_by_role("button", name="Yes")).to_have_attribute("aria-pressed", "false")
    assert events(page)[-1] == {"name": "error", "detail": {"reason": "fault", "status": 404}}
    world.server.fault = 0
    turn.get_by_role("button", name="Yes").click()
    expect(page.get_by_role("status")).to_have_text("Thank you.")


def test_an_explanation_that_is_not_saved_is_kept(world: World) -> None:
    page = world.open()
    turn = ask(page, "what hours?")
    with page.expect_response("**/api/v1/feedback"):
        turn.get_by_role("button", name="No", exact=True).click()
    turn.get_by_label("Comment").fill("It is less now.")
    turn.get_by_role("button", name="No", exact=True).click()  # pressed already: nothing happens
    world.server.fault = 503
    turn.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("could not be saved")
    expect(turn.get_by_label("Comment")).to_have_value("It is less now.")
    world.server.fault = 0
    turn.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_have_text("Thank you.")
    expect(turn.locator("form")).to_have_count(0)
    assert [vote.get("comment") for vote in world.server.votes] == [
        None,
        "It is less now.",
        "It is less now.",
    ]


# Faults ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "reason", "words"),
    [
        (500, "fault", "Something went wrong"),
        (429, "busy", "Too many questions"),
        (503, "busy", "Too many questions"),
    ],
)
def test_a_server_in_trouble_gets_a_retry_and_the_contact(
    world: World, status: int, reason: str, words: str
) -> None:
    world.site.attributes = {"contact": "https://example.org/contact"}
    page = world.open()
    page.evaluate(LISTEN)
    world.server.fault = status
    turn = ask(page, "How much do ML engineers make in California?")
    expect(turn.locator(".error")).to_contain_text(words)
    expect(turn.get_by_role("link", name="Contact a person")).to_have_attribute(
        "href", "https://example.org/contact"
    )
    assert events(page)[-1]["detail"] == {
        "question": world.server.asked[0]["question"],
        "reason": reason,
        "status": status,
    }
    world.server.fault = 0
    turn.get_by_role("button", name="Try again").click()
    expect(turn.locator(".text")).to_contain_text("$139,620")
    expect(box(page)).to_be_focused()
    assert turn.locator(".error").count() == 0
    assert [asked["history"] for asked in world.server.asked] == [[], []]


def test_a_server_that_is_gone(world: World, guide: Guide) -> None:
    app, _ = askguide(guide, [world.site.origin])
    world.site.ours, stop = run(app)
    page = world.open()
    page.evaluate(LISTEN)
    stop()
    turn = ask(page, "what hours?")
    expect(turn.locator(".error")).to_contain_text("cannot be reached")
    expect(turn.get_by_role("button", name="Try again")).to_be_visible()
    assert events(page)[-1]["detail"] == {"question": "what hours?", "reason": "gone", "status": 0}


def test_a_proxy_that_answers_for_a_server_that_is_gone(world: World) -> None:
    page = world.open()
    page.evaluate(LISTEN)
    world.server.gone = True
    expect(ask(page, "what hours?").locator(".error")).to_contain_text("cannot be reached")
    assert events(page)[-1]["detail"]["reason"] == "gone"
    assert world.server.asked == []


def test_a_server_that_is_slow(world: World) -> None:
    page = world.visit()
    page.clock.install()
    launcher(page).click()
    world.server.wait = 2
    box(page).fill("what hours?")
    box(page).press("Enter")
    page.clock.run_for(500)
    expect(page.get_by_role("status")).to_have_text("Searching the guide…")
    expect(page.get_by_role("button", name="Send")).to_have_attribute("aria-disabled", "true")
    page.clock.run_for(10_000)
    turn = page.locator("ask-guide .turn")
    expect(turn.locator(".error")).to_contain_text("taking too long")
    expect(page.get_by_role("status")).to_have_text("")
    world.server.wait = 0
    turn.get_by_role("button", name="Try again").click()
    expect(turn.locator(".text")).to_contain_text("Monday")
    assert world.server.asked[-1] == {"question": "what hours?", "history": []}


@pytest.mark.parametrize("body", ["<h1>Log in to the Wi-Fi</h1>", "null", "{}", '"text"'])
def test_a_reply_that_is_no_answer(world: World, body: str) -> None:
    page = world.open()
    page.evaluate(LISTEN)
    allow = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "content-type"}
    page.route("**/api/v1/answers", lambda route: route.fulfill(body=body, headers=allow))
    expect(ask(page, "what hours?").locator(".error")).to_contain_text("Something went wrong")
    assert [(one["name"], one["detail"]["reason"]) for one in events(page)] == [("error", "fault")]


def test_a_site_that_is_not_allowed_is_told_so(
    world: World, guide: Guide, serve: Callable[[ASGIApp], str]
) -> None:
    app, other = askguide(guide, ["https://www.example.org"])
    world.site.ours = serve(app)
    page = world.open()
    page.evaluate(LISTEN)
    turn = ask(page, "what hours?")
    host = world.site.origin.removeprefix("http://")
    expect(turn.locator(".error")).to_contain_text(f"not set up for {host}")
    assert other.asked == []
    assert events(page)[-1]["detail"]["reason"] == "forbidden"
    remedy = f"CHATBOT_ALLOWED_ORIGINS={world.site.origin}"
    assert any(remedy in complaint for complaint in world.complaints)


# Links to the words ------------------------------------------------------------------------------------

SENTENCES = (
    "A bachelor's degree should bring you a broad understanding of data structures, algorithms and coding "
    "languages.",
    "Because the work is highly technical, ML engineers usually have state-of-the-art software tools and "
    "powerful computing resources.",
)
PLACES = [
    ("| New York | $137,900 |", "$137,900"),
    ("| Software Publishers | $135,330 |", "$135,330"),
    (SENTENCES[0], "broad understanding of data structures"),
    (SENTENCES[1], "state-of-the-art"),
]
IN_VIEW = """(words) => {
  const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.data.includes(words)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    return box.top >= 0 && box.bottom <= innerHeight && scrollY > 0;
  }
}"""


def passage(guide: Guide, quote: str) -> str:
    """The paragraph or table that holds the quote."""
    return next(block for block in guide.text.split("\n\n") if quote in block)


@pytest.mark.parametrize(("quote", "words"), PLACES)
def test_a_source_lands_on_the_exact_words(world: World, guide: Guide, quote: str, words: str) -> None:
    page = world.open(viewport={"width": 800, "height": 430})
    # The section named is another one: what is found is found by its words, not by the anchor.
    answer_with(page, source("definition", "A section", quote, passage(guide, quote)))
    link = ask(page, "where?").locator("figure a")
    with page.context.expect_page() as opened:
        link.click()
    opened.value.wait_for_function(IN_VIEW, arg=words)
    assert opened.value.url.startswith(f"{world.site.ours}/guides/{NAME}#definition")
    assert opened.value.evaluate("window.opener") is None


def test_a_published_guide_is_linked_where_it_is_published(world: World) -> None:
    page = world.open()
    url = "https://careers.example.org/guide#pay:~:text=Pay%20varies"
    answer_with(page, source("pay", "Pay", "Pay varies.", url=url))
    link = ask(page, "pay?").locator("figure a")
    expect(link).to_have_attribute("href", url)
    assert link.get_attribute("target") == "_blank"


HERE = """<main><h1>Guide</h1><p>Pay varies.</p><div class="gap">%s</div>
<h2 id="pay">Pay</h2><details><summary>Figures</summary><p>Some <b>pay</b>  varies.
It’s <em>so</em>.</p></details><table><tr><td>Ohio</td><td>$1</td></tr></table></main>""" % ("<p>…</p>" * 80)
MARKED = (
    "() => [...CSS.highlights.get('askguide') ?? []].map((range) => range.toString().replace(/\\s+/g, ' '))"
)


@pytest.mark.parametrize(
    ("quote", "marked"),
    [
        ("Some **pay** varies. It's *so*.", "Some pay varies. It’s so."),
        ("| Ohio | $1 |", "Ohio$1"),
        ("Gone.", ""),
    ],
)
def test_a_guide_that_is_the_page_is_opened_in_place(world: World, quote: str, marked: str) -> None:
    world.site.body = HERE
    world.site.attributes = {"guide_page": "careers"}
    page = world.open()
    answer_with(page, source("pay", "Pay", quote) | {"ref": "careers#pay"})
    link = ask(page, "pay?").locator("figure a")
    assert link.get_attribute("target") is None
    link.click()
    expect(page.get_by_role("status")).to_have_text("Shown on the page: Pay")
    page.wait_for_function("() => scrollY > 500")
    assert page.evaluate(MARKED) == ([marked] if marked else [])
    expect(panel(page)).to_be_visible()  # there is room for both
    assert page.url == world.site.origin + "/"


def test_a_published_guide_knows_itself_by_its_address(world: World) -> None:
    world.site.body = HERE
    page = world.open(viewport={"width": 360, "height": 640})
    answer_with(
        page, source("pay", "Pay", "Pay varies.", url=world.site.origin + "/#pay:~:text=Pay%20varies.")
    )
    ask(page, "pay?").locator("figure a").click()
    expect(panel(page)).to_be_hidden()  # it would cover the words
    # They stand before the section that is named: they are sought from there, then from the top.
    assert page.evaluate(MARKED) == ["Pay varies."]
    assert len(page.context.pages) == 1


# Accessibility -----------------------------------------------------------------------------------------


def test_everything_by_keyboard(world: World) -> None:
    page = world.visit()
    page.get_by_role("button", name="Elsewhere").focus()
    page.keyboard.press("Tab")
    expect(launcher(page)).to_be_focused()
    expect(launcher(page)).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Ask the guide")).to_be_visible()
    expect(box(page)).to_be_focused()
    page.keyboard.type("How much do ML engineers")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("make in California?")
    page.keyboard.press("Enter")
    turn = page.locator("ask-guide .turn").last
    expect(turn.locator(".reply")).to_be_visible()
    reached = []
    for _ in range(8):
        page.keyboard.press("Shift+Tab")
        reached.append(
            page.evaluate("document.querySelector('ask-guide').shadowRoot.activeElement?.textContent")
        )
    wanted = [
        "No",
        "Yes",
        "What does the pay depend on?",
        "Which industries pay the most?",
        "More places in the guide (2)",
    ]
    assert [one for one in reached if one in wanted] == wanted
    expect(page.get_by_role("button", name="Close")).to_be_visible()
    box(page).focus()
    page.keyboard.press("Escape")
    expect(panel(page)).to_be_hidden()
    expect(launcher(page)).to_be_focused()


def test_focus_goes_back_to_whatever_opened_the_panel(world: World) -> None:
    page = world.visit()
    button = page.get_by_role("button", name="Elsewhere")
    button.focus()
    page.evaluate("Askguide.open()")
    expect(box(page)).to_be_focused()
    page.get_by_role("button", name="Close").click()
    expect(button).to_be_focused()
    assert page.evaluate("document.activeElement.textContent") == "Elsewhere"


def test_a_small_screen_is_filled_and_keeps_the_focus_inside(world: World) -> None:
    page = world.open(viewport={"width": 360, "height": 640}, reduced_motion="reduce")
    assert panel(page).bounding_box() == {"x": 0, "y": 0, "width": 360, "height": 640}
    inside = "[document.querySelector('ask-guide'), document.body].includes(document.activeElement)"
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(inside)
    box(page).focus()
    page.keyboard.press("Escape")
    expect(panel(page)).to_be_hidden()
    expect(launcher(page)).to_be_focused()


def test_on_a_touch_screen_no_keyboard_slides_in_by_itself(world: World) -> None:
    world.site.attributes = {"examples": "What hours?"}
    page = world.open(viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True)
    heading = page.get_by_role("heading", name="Ask the guide")
    expect(heading).to_be_focused()
    page.get_by_role("button", name="What hours?").tap()
    expect(page.locator("ask-guide .reply")).to_be_visible()
    expect(heading).to_be_focused()
    focused = "document.querySelector('ask-guide').shadowRoot.activeElement.localName"
    assert page.evaluate(focused) == "h2"  # and not the field, now that there is a reply


def test_turning_the_screen_keeps_panel_and_focus(world: World) -> None:
    page = world.open()
    page.evaluate(LISTEN)
    box(page).fill("half a quest")
    modal = "document.querySelector('ask-guide').shadowRoot.querySelector('dialog').matches(':modal')"
    for width, expected in ((360, True), (1280, False)):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_function(f"() => {modal} === {json.dumps(expected)}")
        expect(box(page)).to_be_focused()
        expect(box(page)).to_have_value("half a quest")
    assert events(page) == []


def test_a_reply_is_announced_once_when_it_is_whole(world: World) -> None:
    page = world.open()
    log = page.get_by_role("log", name="Conversation")
    log.evaluate("""(log) => {
      window.announced = [];
      new MutationObserver((changes) => {
        for (const change of changes) {
          if (change.target.closest?.('[aria-live=off]')) continue;
          for (const node of change.addedNodes) announced.push(node.className ?? node.data);
        }
      }).observe(log, { childList: true, subtree: true, characterData: true });
    }""")
    turn = ask(page, "How much do ML engineers make in California?")
    turn.get_by_role("button", name="No", exact=True).click()
    expect(turn.locator("form")).to_be_visible()
    assert page.evaluate("window.announced") == ["turn", "reply"]
    assert log.get_by_role("status").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing(world: World, violations: Violations, scheme: str, width: int) -> None:
    world.site.attributes = {
        "examples": "What is it?|What hours?",
        "contact": "help@example.org",
        "privacy": "/privacy",
    }
    page = world.visit(
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        bypass_csp=True,
        reduced_motion="reduce",
    )
    assert violations(page) == []
    launcher(page).click()
    assert violations(page) == []
    turn = ask(page, "How much do ML engineers make in California?")
    turn.locator("summary").click()
    turn.get_by_role("button", name="No", exact=True).click()
    expect(turn.locator("form")).to_be_visible()
    ask(page, "and in washington?")
    ask(page, "in Germany?")
    ask(page, "languages")
    world.server.fault = 500
    ask(page, "what now?")
    assert violations(page) == []


def test_axe_finds_nothing_with_forced_colours(world: World, violations: Violations) -> None:
    page = world.visit(forced_colors="active", bypass_csp=True)
    edge = "(element) => [getComputedStyle(element).borderStyle, getComputedStyle(element).borderColor]"
    assert launcher(page).evaluate(edge) == [
        "solid",
        launcher(page).evaluate("() => getComputedStyle(document.querySelector('button')).borderColor"),
    ]
    launcher(page).click()
    ask(page, "How much do ML engineers make in California?")
    assert violations(page) == []


@pytest.mark.parametrize(("width", "height"), [(320, 640), (320, 256), (256, 256)])
def test_narrow_and_zoomed_screens_lose_nothing(world: World, width: int, height: int) -> None:
    """320 by 256 is what is left of 1280 by 1024 at 400 %."""
    page = world.open(viewport={"width": width, "height": height})
    turn = ask(page, "How much do ML engineers make in California?")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    too_wide = """(all) => all.filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
      .map((one) => one.outerHTML.slice(0, 99))"""
    assert panel(page).locator("*:not(.away)").evaluate_all(too_wide) == []
    for target in (
        turn.locator(".text"),
        turn.get_by_role("button", name="Yes"),
        box(page),
        page.get_by_role("button", name="Close"),
    ):
        target.scroll_into_view_if_needed()
        expect(target).to_be_in_viewport(ratio=0.9)


def test_targets_are_large_enough_and_typing_does_not_zoom(world: World) -> None:
    world.site.attributes = {"examples": "What is it?", "contact": "help@example.org", "privacy": "/privacy"}
    page = world.open(viewport={"width": 360, "height": 800})
    turn = ask(page, "How much do ML engineers make in California?")
    turn.locator("summary").click()
    turn.get_by_role("button", name="No", exact=True).click()
    ask(page, "in Germany?")
    small = """(all) => all.filter((one) => one.checkVisibility() && !one.hidden)
      .map((one) => [one.textContent, one.getBoundingClientRect()])
      .filter(([, box]) => box.width < 44 || box.height < 44).map(([text]) => text)"""
    targets = panel(page).locator("button, a, summary, textarea, label:has(input)")
    assert targets.count() > 20
    assert targets.evaluate_all(small) == []
    assert box(page).evaluate("(input) => parseFloat(getComputedStyle(input).fontSize)") >= 16


@pytest.mark.parametrize(("page_size", "size"), [("62.5%", 16), ("100%", 16), ("200%", 32)])
def test_a_page_with_tiny_or_huge_type_keeps_it_readable(world: World, page_size: str, size: int) -> None:
    page = world.open()
    page.evaluate(
        """(size) => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(`html { font-size: ${size} }`);
          document.adoptedStyleSheets = [sheet];
        }""",
        page_size,
    )
    assert page.get_by_role("log").evaluate("(log) => parseFloat(getComputedStyle(log).fontSize)") == size


def test_right_to_left(world: World) -> None:
    world.site.html = '<html lang="ar" dir="rtl">'
    page = world.open()
    place = panel(page).bounding_box()
    assert place
    assert place["x"] < 50
    turn = ask(page, "California")
    asked, answered = turn.locator(".question").bounding_box(), turn.locator(".text").bounding_box()
    assert asked
    assert answered
    assert asked["x"] < answered["x"] + answered["width"] / 2
    assert turn.locator("figure").first.evaluate("(one) => getComputedStyle(one).borderRightWidth") == "3px"


@pytest.mark.parametrize(("motion", "expected"), [("reduce", "none"), ("no-preference", "rise")])
def test_motion_only_where_it_is_liked(world: World, motion: str, expected: str) -> None:
    page = world.open(reduced_motion=motion)
    assert panel(page).evaluate("(one) => getComputedStyle(one).animationName") == expected


# Attributes and the page -------------------------------------------------------------------------------


def test_attributes(world: World) -> None:
    world.site.attributes = {
        "title": "Ask <us>", "color": "#ffd400", "position": "left", "examples": "One?|Two?", "guide": NAME,
        "placeholder": "Go on", "theme": "dark", "z_index": "77", "privacy": "/privacy",
        "contact": "javascript:alert(1)",
    }  # fmt: skip
    page = world.visit()
    look = "(one, name) => getComputedStyle(one)[name]"
    assert launcher(page).evaluate(look, "backgroundColor") == "rgb(255, 212, 0)"
    assert launcher(page).evaluate(look, "color") == "rgb(0, 0, 0)"  # white could not be read on yellow
    assert page.locator("ask-guide").evaluate(look, "zIndex") == "77"
    place = launcher(page).bounding_box()
    assert place
    assert place["x"] == 16
    launcher(page).click()
    expect(page.get_by_role("dialog", name="Ask <us>")).to_be_visible()
    assert panel(page).evaluate(look, "backgroundColor") == "rgb(22, 25, 31)"
    assert box(page).get_attribute("placeholder") == "Go on"
    expect(page.get_by_role("link", name="Privacy")).to_have_attribute("href", f"{world.site.origin}/privacy")
    expect(page.get_by_role("link", name="Contact a person")).to_have_count(0)
    page.get_by_role("group", name="For example").get_by_role("button", name="Two?").click()
    expect(page.locator("ask-guide .reply")).to_be_visible()
    assert world.server.asked == [{"question": "Two?", "history": [], "guide": NAME}]


@pytest.mark.parametrize(
    ("page_language", "attribute", "language", "title"),
    [
        ("en", "", "en", "Ask the guide"),
        ("de-AT", "", "de", "Den Ratgeber fragen"),
        ("en", "es", "es", "Preguntar a la guía"),
        ("it", "fr-CA", "fr", "Interroger le guide"),
        ("pt", "", "en", "Ask the guide"),
    ],
)  # fmt: skip
def test_language(world: World, page_language: str, attribute: str, language: str, title: str) -> None:
    world.site.html = f'<html lang="{page_language}">'
    world.site.attributes = {"lang": attribute} if attribute else {}
    page = world.open()
    expect(page.get_by_role("dialog", name=title)).to_have_attribute("lang", language)
    assert launcher(page).text_content() == title


@pytest.mark.parametrize("color", ["#777", "#0b5", "black", "white", "no colour", "red;}*{display:none"])
def test_any_colour_can_be_read_on(world: World, violations: Violations, color: str) -> None:
    world.site.attributes = {"color": color}
    page = world.visit(bypass_csp=True)
    assert violations(page) == []
    expect(launcher(page)).to_be_visible()


def test_inline_where_the_page_puts_it(world: World) -> None:
    world.site.attributes = {"position": "inline"}
    world.site.body = "<main><h1>Careers</h1><p id=before>Before.</p>TAG<p id=after>After.</p></main>"
    page = world.visit()
    expect(page.get_by_role("region", name="Ask the guide")).to_be_visible()
    before, chat, after = (page.locator(one).bounding_box() for one in ("#before", "ask-guide", "#after"))
    assert before
    assert chat
    assert after
    assert before["y"] < chat["y"] < chat["y"] + chat["height"] <= after["y"]
    expect(box(page)).not_to_be_focused()
    assert page.get_by_role("button", name="Close").count() == 0
    assert world.server.requests == ["GET /widget.js"]


def test_the_page_writes_the_element_itself(world: World, violations: Violations) -> None:
    element = '<ask-guide data-position="inline" data-title="Here"></ask-guide>'
    world.site.body = f"<main><h1>Careers</h1>{element}<p>After.</p></main>"
    page = world.visit(bypass_csp=True)
    expect(page.get_by_role("region", name="Here")).to_be_visible()
    assert page.locator("ask-guide").count() == 1
    assert page.locator("main > ask-guide").count() == 1
    expect(ask(page, "what hours?").locator(".text")).to_contain_text("Monday")
    box(page).press("Escape")
    expect(panel(page)).to_be_visible()
    assert page.evaluate("scrollY") == 0
    assert violations(page) == []


def test_the_page_drives_it(world: World) -> None:
    page = world.visit()
    page.evaluate(LISTEN)
    answer = page.evaluate("Askguide.ask('How much do ML engineers make in California?')")
    assert answer["id"] == "a1"
    assert answer["sources"][0]["ref"] == f"{NAME}#salary-states"
    both = page.evaluate("Promise.all([Askguide.ask('and in washington?'), Askguide.ask('new york')])")
    assert [one["text"][:8] for one in both] == ["Washingt", "New York"]  # one after the other, in order
    page.evaluate("Askguide.close()")
    expect(panel(page)).to_be_hidden()
    page.wait_for_function("() => told.length === 5")
    assert [one["name"] for one in events(page)] == ["open", "answer", "answer", "answer", "close"]
    page.evaluate("Askguide.destroy()")
    assert page.evaluate("[document.querySelector('ask-guide'), window.Askguide]") == [None, None]


def test_destroyed_while_asking(world: World) -> None:
    page = world.visit()
    world.server.wait = 0.5
    page.evaluate("void (window.pending = Askguide.ask('what hours?'))")
    page.evaluate("Askguide.destroy()")
    assert page.evaluate("window.pending") is None
    assert world.complaints == []


def test_one_widget_however_often_the_script_stands_there(world: World) -> None:
    world.site.head = (
        f'<script src="{world.site.ours}/widget.js"></script>'  # first, and before there is a body
    )
    page = world.visit()
    expect(launcher(page)).to_have_count(1)
    assert world.complaints == []


def test_a_page_that_replaces_its_body_can_call_it_back(world: World) -> None:
    page = world.visit()
    page.evaluate("document.body.replaceChildren(document.createElement('main'))")
    expect(launcher(page)).to_have_count(0)
    page.evaluate("Askguide.open()")
    expect(panel(page)).to_be_visible()
    assert page.locator("body > ask-guide").count() == 1
    assert world.complaints == []


def test_it_can_come_back_after_it_was_destroyed(world: World) -> None:
    page = world.visit(bypass_csp=True)
    page.evaluate("Askguide.destroy()")
    expect(launcher(page)).to_have_count(0)
    page.add_script_tag(url=world.site.ours + "/widget.js")
    launcher(page).click()
    expect(ask(page, "what hours?").locator(".text")).to_contain_text("Monday")
    assert page.locator("ask-guide").count() == 1


def test_with_the_real_server(
    world: World, bot: Chatbot, serve: Callable[[ASGIApp], str], tmp_path: Path
) -> None:
    settings = Settings(journal=f"sqlite:///{tmp_path}/journal.db", allowed_origins=(world.site.origin,))
    journal = Journal.open(settings.journal_url, settings)
    world.site.ours = serve(create_app(settings, bot, journal))
    page = world.open()
    turn = ask(page, "How much do bakers make in Ohio?")
    expect(turn.locator(".text")).to_have_text("Ohio: $38,900 a year.")
    assert turn.locator(".reply > figure td").all_inner_texts() == ["Ohio", "$38,900"]
    turn.get_by_role("button", name="No", exact=True).click()
    turn.get_by_label("It is out of date").check()
    with page.expect_response("**/api/v1/feedback") as vote:
        turn.get_by_role("button", name="Send").click()
    assert vote.value.status == 204
    expect(ask(page, "and in Hawaii?").locator(".text")).to_have_text("Hawaii: $41,200 a year.")
    with page.context.expect_page() as opened:
        page.locator("ask-guide .turn").last.locator(".reply > figure a").click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Baker Career Guide")
    journal.close()
    entry = next(one for one in journal.entries() if one.question == "How much do bakers make in Ohio?")
    assert (entry.face, entry.rating, list(entry.reasons)) == ("widget", "down", ["outdated"])
    assert world.complaints == []


def test_the_real_server_tells_a_foreign_site_so(
    world: World, bot: Chatbot, serve: Callable[[ASGIApp], str]
) -> None:
    settings = Settings(journal="off", allowed_origins=("https://www.example.org",))
    world.site.ours = serve(create_app(settings, bot))
    turn = ask(world.open(), "How much do bakers make in Ohio?")
    expect(turn.locator(".error")).to_contain_text("not set up for localhost")
    remedy = f"CHATBOT_ALLOWED_ORIGINS={world.site.origin}"
    assert any(remedy in complaint for complaint in world.complaints)


def test_the_example_page(world: World, guide: Guide, serve: Callable[[ASGIApp], str]) -> None:
    examples = Path(__file__).parents[2] / "examples"
    site = FastAPI()
    site.mount("/", StaticFiles(directory=examples))
    origin = elsewhere(serve(site))
    ours, server = askguide(guide, [origin])
    address = serve(ours)
    page = world.visit()
    there = "http://127.0.0.1:7860"  # what the example says, and its policy
    page.route(f"{there}/**", lambda route: route.continue_(url=route.request.url.replace(there, address)))
    page.goto(f"{origin}/embed.html")
    page.get_by_role("button", name="Ask what it comes to").click()
    expect(page.locator("ask-guide .reply .text")).to_contain_text("Monday")
    expect(page.locator(".heard")).to_have_text(f"The widget answered (answer): {NAME}#work-hours")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Ask what it comes to")).to_be_focused()
    assert [asked["question"] for asked in server.asked] == ["How much do ML engineers make?"]
    assert world.complaints == []
