"""The chat in the real browser: what a visitor sees and does, on a phone, by keyboard, in the dark, by ear.

Every page here is watched (see `visit`): a request to another host, or an error in the console, fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.sync_api import Browser, Locator, Page, expect

from chatbot.settings import Settings
from chatbot.web import create_app
from tests.web.tea import EXAMPLES, HOSTILE, TeaBot, TeaJournal

Visit = Callable[..., Page]
Violations = Callable[[Page], list[str]]
LOOKS = [(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")]


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> TeaBot:
    return TeaBot(tmp_path_factory.mktemp("tea"))


@pytest.fixture(scope="module")
def journal() -> TeaJournal:
    return TeaJournal()


@pytest.fixture(scope="module")
def url(bot: Any, journal: Any, serve: Callable[[FastAPI], str]) -> str:
    settings = Settings(contact="help@example.org", rate_limit="")
    return serve(create_app(settings, bot, journal))


def question_of(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Your question")


def wait_until_made(page: Page) -> None:
    """Waits until no part of a page has come or gone for half a second: what goes takes the focus along."""
    page.wait_for_load_state("networkidle")
    page.evaluate(
        """() => new Promise(made => {
            const still = () => { watch.disconnect(); made(); };
            let timer = setTimeout(still, 500);
            const changed = () => { clearTimeout(timer); timer = setTimeout(still, 500); };
            const watch = new MutationObserver(changed);
            watch.observe(document.body, { childList: true, subtree: true });
        })"""
    )


def last_reply(page: Page, count: int) -> Locator:
    """The newest reply, once there are so many."""
    expect(page.locator(".reply")).to_have_count(count)
    return page.locator(".reply").last


def ask(page: Page, question: str) -> Locator:
    """Types a question and sends it; gives the reply to it."""
    count = page.locator(".reply").count()
    question_of(page).fill(question)
    question_of(page).press("Enter")
    return last_reply(page, count + 1)


def is_seen(locator: Locator) -> bool:
    """Whether all of an element comes into the window, with nothing over it."""
    expect(locator).to_be_in_viewport(ratio=1)
    return bool(
        locator.evaluate(
            """element => {
                const box = element.getBoundingClientRect();
                const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
                return element.contains(top) || top?.contains(element);
            }"""
        )
    )


def comes_into_view(locator: Locator) -> bool:
    """Whether all of it can be seen once the page has done its scrolling."""
    for _ in range(50):
        if is_seen(locator):
            return True
        locator.page.wait_for_timeout(100)
    return False


# What a visitor sees ------------------------------------------------------------------------------


def test_an_empty_chat_says_what_it_is_and_offers_questions(url: str, visit: Visit) -> None:
    page = visit(url)
    expect(page).to_have_title("Askguide")
    expect(page.get_by_role("heading", level=1)).to_have_text("Askguide")
    expect(page.get_by_text("or a plain “the guide does not say”")).to_be_visible()
    for example in EXAMPLES:
        expect(page.get_by_role("button", name=example)).to_be_visible()
    offered = page.get_by_role("button").all_inner_texts()
    assert [text for text in offered if text in EXAMPLES] == list(EXAMPLES)  # in their order, each once
    expect(question_of(page)).to_be_focused()


def test_an_answer_is_short_first_with_its_marked_quote_its_place_and_the_rest_folded(
    url: str, visit: Visit
) -> None:
    page = visit(url)
    page.get_by_role("button", name=EXAMPLES[0]).click()
    reply = last_reply(page, 1)
    expect(page.locator(".asked")).to_have_text(EXAMPLES[0])
    expect(reply.locator(".short")).to_have_text("Green tea takes 2 minutes.")
    quote_of = reply.locator("figure").first
    expect(quote_of.locator("mark")).to_have_text(["Green", "2"])
    expect(quote_of.get_by_role("link")).to_have_text("Brewing The Tea Guide")
    rest = reply.locator("details")
    expect(rest.locator("summary")).to_have_text("1 more place in the guide")
    expect(rest.get_by_text("Milk goes in last.")).to_be_hidden()
    rest.locator("summary").click()
    expect(rest.get_by_text("Milk goes in last.")).to_be_visible()
    tops = reply.evaluate(
        """reply => [".short", "figure", "details"]
            .map(part => reply.querySelector(part).getBoundingClientRect().top)"""
    )
    assert tops == sorted(set(tops))  # one below the other
    expect(page.get_by_role("button", name=EXAMPLES[0])).to_be_hidden()
    expect(question_of(page)).to_have_value("")


def test_a_chip_asks_its_question_and_the_earlier_ones_go_along(url: str, visit: Visit, bot: TeaBot) -> None:
    page = visit(url)
    ask(page, "green tea?")
    ask(page, "does milk go <in>  first & last?")
    ask(page, "green tea again?")
    page.get_by_role("button", name="and black tea?").click()
    reply = last_reply(page, 4)
    expect(reply.locator(".short")).to_have_text("Black tea takes 4 minutes.")
    expect(reply.locator(".understood")).to_have_text("Understood as: How long does black tea take?")
    assert bot.asked[-1].question == "and black tea?"
    assert bot.asked[-1].history == ("green tea?", "does milk go <in>  first & last?", "green tea again?")


def test_where_the_guide_does_not_say_it_is_said_with_the_nearest_sections_and_a_person(
    url: str, visit: Visit
) -> None:
    reply = ask(visit(url), "coffee?")
    expect(reply.locator(".short")).to_have_text("The guide does not say.")
    nearest = reply.locator(".nearest").get_by_role("link")
    expect(nearest).to_have_count(2)
    places = [(link.get_attribute("href") or "").split(":~:")[0] for link in nearest.all()]
    assert places == ["/guides/tea#milk", "/guides/tea#brewing"]
    expect(reply.get_by_role("link", name="help@example.org")).to_have_attribute(
        "href", "mailto:help@example.org"
    )
    expect(reply.locator("mark")).to_have_count(0)


def test_a_choice_is_a_row_of_chips(url: str, visit: Visit) -> None:
    page = visit(url)
    ask(page, "which?")
    page.get_by_role("button", name="black tea").click()
    expect(last_reply(page, 2).locator(".short")).to_be_visible()
    assert page.locator(".asked").last.inner_text() == "black tea"


def test_a_question_in_the_address_is_asked_on_arrival(url: str, visit: Visit, bot: TeaBot) -> None:
    earlier = len(bot.asked)
    page = visit(f"{url}/?q={quote('How long does green tea take?')}")
    expect(last_reply(page, 1).locator(".short")).to_have_text("Green tea takes 2 minutes.")
    expect(page.locator(".asked")).to_have_text("How long does green tea take?")
    assert [ask.question for ask in bot.asked[earlier:]] == ["How long does green tea take?"]


def test_the_link_lands_on_the_quoted_words(url: str, visit: Visit) -> None:
    page = visit(url, width=360, height=500)
    link = ask(page, "milk?").get_by_role("link")
    assert comes_into_view(link)  # so low a page scrolls, and a click must not meet what has moved on
    with page.context.expect_page() as opened:
        link.click()
    guide = opened.value
    guide.wait_for_url("**/guides/tea#milk**")
    words = guide.get_by_text("Milk goes in last.")
    expect(words).to_be_in_viewport()
    assert guide.evaluate("scrollY") > 0  # it was not there from the start
    expect(page.locator(".reply")).to_have_count(1)  # the conversation stays open


def test_emptying_the_conversation_forgets_it(url: str, visit: Visit, bot: TeaBot) -> None:
    page = visit(url)
    ask(page, "green tea?")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".reply")).to_have_count(0)
    expect(page.get_by_role("button", name=EXAMPLES[0])).to_be_visible()
    ask(page, "and black tea?")
    assert bot.asked[-1].history == ()


def test_a_chip_that_is_pressed_twice_asks_once(url: str, visit: Visit, bot: TeaBot) -> None:
    page = visit(url)
    earlier = len(bot.asked)
    ask(page, "green tea?")
    page.get_by_role("button", name="and black tea?").dblclick()
    expect(last_reply(page, 2).locator(".short")).to_have_text("Black tea takes 4 minutes.")
    ask(page, "coffee?")
    questions = ["green tea?", "and black tea?", "coffee?"]
    expect(page.locator(".asked")).to_have_text(questions)
    assert [ask.question for ask in bot.asked[earlier:]] == questions


def test_an_empty_question_changes_nothing(url: str, visit: Visit, bot: TeaBot) -> None:
    page = visit(url)
    ask(page, "green tea?")
    asked = len(bot.asked)
    question_of(page).fill("   ")
    question_of(page).press("Enter")
    expect(question_of(page)).to_have_value("")
    expect(page.locator(".reply")).to_have_count(1)
    expect(page.get_by_role("button", name="and black tea?")).to_be_visible()
    assert len(bot.asked) == asked


def test_a_failure_is_said_without_its_cause_and_the_chat_goes_on(url: str, visit: Visit) -> None:
    page = visit(url)
    reply = ask(page, "explode")
    expect(reply.locator(".short")).to_have_text("The server made a mistake.")
    assert "secret" not in page.content()
    expect(ask(page, "green tea?").locator(".short")).to_have_text("Green tea takes 2 minutes.")


def test_too_many_questions_are_told_to_wait(bot: Any, serve: Callable[[FastAPI], str], visit: Visit) -> None:
    page = visit(serve(create_app(Settings(rate_limit="1/hour"), bot)))
    earlier = len(bot.asked)
    ask(page, "green tea?")
    expect(ask(page, "green tea?")).to_contain_text("Too many requests")
    assert len(bot.asked) == earlier + 1  # the second question got no further


# The real guide -----------------------------------------------------------------------------------

REAL = [
    ("How much do ML engineers make in California?", "$139,620", "Highest paying states"),
    ("Do I need a master's degree?", "optional", "Step 4"),
    ("Which companies hire the most ML engineers?", "Google", "Top employers"),
    ("is it a nine to five?", "9 am to 5 pm", "Typical work hours"),
]


def test_the_real_guide_answers_in_its_own_words(
    real_bot: Any, serve: Callable[[FastAPI], str], visit: Visit, violations: Violations
) -> None:
    page = visit(serve(create_app(Settings(), real_bot)), width=360)
    for question, words, section in REAL:
        reply = ask(page, question)
        expect(reply.locator(".short")).to_contain_text(words)
        expect(reply.locator("figure").first.locator("mark").filter(has_text=words)).not_to_have_count(0)
        expect(reply.locator("figcaption").first).to_contain_text(section)
    assert violations(page) == []


# Votes --------------------------------------------------------------------------------------------


def test_a_thumb_up_is_recorded_and_thanked_for(url: str, visit: Visit, journal: TeaJournal) -> None:
    page = visit(url)
    ask(page, "green tea?")
    page.get_by_role("button", name="Like", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Thank you")).to_be_visible()
    assert journal.votes[-1][1:] == ("up", (), "")
    assert page.get_by_text("What was wrong?").count() == 0


def test_a_thumb_down_is_recorded_at_once_and_again_with_its_reasons(
    url: str, visit: Visit, journal: TeaJournal
) -> None:
    page = visit(url)
    ask(page, "green tea?")
    ask(page, "coffee?")
    page.get_by_role("button", name="Dislike").first.click()
    expect(page.get_by_text("What was wrong?")).to_be_visible()
    first, rating, reasons, comment = journal.votes[-1]
    assert (rating, reasons, comment) == ("down", (), "")
    for reason in ("outdated", "hard to read"):
        page.get_by_role("checkbox", name=reason).check()
    page.get_by_role("textbox", name="Tell us more").fill("It takes <b>3</b>.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("What was wrong?")).to_be_hidden()
    expect(page.get_by_role("status").filter(has_text="Thank you")).to_be_visible()
    assert journal.votes[-1] == (first, "down", ("outdated", "hard to read"), "It takes <b>3</b>.")
    assert first == f"answer-{int(journal.records and first.removeprefix('answer-'))}"


def test_closing_the_question_why_or_asking_on_puts_it_away(
    url: str, visit: Visit, journal: TeaJournal
) -> None:
    page = visit(url)
    ask(page, "green tea?")
    page.get_by_role("button", name="Dislike").click()
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_text("What was wrong?")).to_be_hidden()
    page.get_by_role("button", name="Like", exact=True).click()
    expect(page.get_by_role("button", name="Liked", exact=True)).to_be_visible()  # not at once undone
    page.get_by_role("button", name="Dislike", exact=True).click()  # at once: the last thumb counts
    expect(page.get_by_text("What was wrong?")).to_be_visible()
    assert [vote[1] for vote in journal.votes[-2:]] == ["up", "down"]
    expect(page.get_by_text("Thank you")).to_be_visible()
    ask(page, "coffee?")
    expect(page.get_by_text("What was wrong?")).to_be_hidden()
    expect(page.get_by_text("Thank you")).to_have_count(0)


def test_without_a_record_there_are_no_thumbs(
    bot: Any, serve: Callable[[FastAPI], str], visit: Visit
) -> None:
    page = visit(serve(create_app(Settings(), bot)))
    ask(page, "green tea?")
    assert page.get_by_role("button", name=re.compile("like", re.I)).count() == 0


# On a phone, by keyboard, by ear, in the dark --------------------------------------------------------


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_axe_finds_nothing_in_any_state(
    url: str, visit: Visit, violations: Violations, width: int, scheme: str
) -> None:
    page = visit(url, width=width, scheme=scheme, reduced_motion="reduce")
    expect(page.get_by_role("button", name=EXAMPLES[0])).to_be_visible()
    expect(page.get_by_text("Loading...")).to_have_count(0)  # Gradio's own, while the page is being made
    assert violations(page) == []
    ask(page, "green tea?").locator("summary").click()
    assert violations(page) == []
    ask(page, "coffee?")
    assert violations(page) == []
    ask(page, "which?")
    assert violations(page) == []
    page.get_by_role("button", name="Dislike").last.click()
    expect(page.get_by_text("What was wrong?")).to_be_visible()
    page.get_by_role("checkbox", name="outdated").check()
    assert violations(page) == []


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_axe_finds_nothing_in_a_guides_page(
    url: str, visit: Visit, violations: Violations, width: int, scheme: str
) -> None:
    assert violations(visit(f"{url}/guides/tea#milk", width=width, scheme=scheme)) == []


@pytest.mark.parametrize("width", [320, 360])
def test_nothing_is_wider_than_a_phone(url: str, visit: Visit, width: int) -> None:
    page = visit(url, width=width, height=640)
    for question in ("green tea?", "coffee?", "which?", "milk " + "x" * 300):
        ask(page, question)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(f"{url}/guides/tea")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_phone_a_reply_is_seen_from_its_start_and_the_question_field_stays(
    url: str, visit: Visit
) -> None:
    page = visit(url, width=360, height=560, reduced_motion="reduce")
    for question in ("green tea?", "coffee?", "green tea?"):
        reply = ask(page, question)
        expect(page.get_by_role("button", name="Dislike")).to_have_count(page.locator(".reply").count())
        assert comes_into_view(page.locator(".asked").last)
        assert comes_into_view(reply.locator(".short"))
        assert comes_into_view(question_of(page))


def test_what_is_pressed_on_a_phone_is_large_enough(url: str, visit: Visit) -> None:
    page = visit(url, width=360)
    expect(page.get_by_role("button", name=EXAMPLES[0])).to_be_visible()
    sizes = [button.bounding_box() for button in page.get_by_role("button").all()]
    ask(page, "green tea?")
    sizes += [button.bounding_box() for button in page.get_by_role("button").all() if button.is_visible()]
    assert len(sizes) >= 8
    assert all(box is None or min(box["width"], box["height"]) >= 36 for box in sizes)


def test_everything_can_be_done_by_keyboard_alone(url: str, visit: Visit, bot: TeaBot) -> None:
    page = visit(url)
    wait_until_made(page)
    expect(question_of(page)).to_be_focused()

    def tab_to(locator: Locator) -> None:
        for _ in range(25):
            page.keyboard.press("Tab")
            if locator.evaluate("element => element === document.activeElement"):
                assert is_seen(locator)
                return
        pytest.fail(f"{locator} is not reached by the tabulator key")

    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name=EXAMPLES[1])).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    reply = last_reply(page, 1)
    expect(question_of(page)).to_be_focused()  # the button that was pressed is gone
    tab_to(page.get_by_role("link", name="The Tea Guide").first)
    tab_to(reply.locator("summary"))
    page.keyboard.press("Enter")
    expect(reply.get_by_text("Milk goes in last.")).to_be_visible()
    tab_to(page.get_by_role("button", name="Dislike"))
    page.keyboard.press("Space")
    tab_to(page.get_by_role("checkbox", name="wrong", exact=True))
    page.keyboard.press("Space")
    tab_to(page.get_by_role("button", name="Close"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("What was wrong?")).to_be_hidden()
    tab_to(page.get_by_role("button", name="and black tea?"))
    page.keyboard.press("Enter")
    last_reply(page, 2)
    expect(question_of(page)).to_be_focused()
    page.keyboard.type("coffee?")
    page.keyboard.press("Enter")
    last_reply(page, 3)
    assert bot.asked[-1].history == (EXAMPLES[0], "and black tea?")


def test_a_reply_is_announced_as_text_and_not_as_mark_up(url: str, visit: Visit) -> None:
    page = visit(url)
    log = page.get_by_role("log")
    expect(log).to_have_attribute("aria-live", "polite")
    ask(page, "green tea?")
    snapshot = log.aria_snapshot()
    assert "Green tea takes 2 minutes." in snapshot
    assert "<" not in snapshot
    assert "class=" not in snapshot


@pytest.mark.parametrize(("scheme", "is_dark"), [("light", False), ("dark", True)])
def test_light_and_dark_follow_the_visitor(url: str, visit: Visit, scheme: str, is_dark: bool) -> None:
    for path in ("/?q=green", "/guides/tea"):
        page = visit(url + path, scheme=scheme)
        page.get_by_text("Green").first.wait_for()
        colours = page.evaluate(
            """() => ["body", "main"].map(name => getComputedStyle(document.querySelector(name)))
                .map((style, number) => number ? style.color : style.backgroundColor)"""
        )
        paper, ink = (sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in colours)
        assert (paper < ink) is is_dark


# Strangers' text ----------------------------------------------------------------------------------

LOADING = "img, script, iframe, object, embed, video, audio, link, form, input, svg image"


def test_hostile_guides_and_questions_stay_text(url: str, visit: Visit) -> None:
    page = visit(url)
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog: {dialog.message}"))
    reply = ask(page, f"evil {HOSTILE}"[:990])
    reply.locator("summary").click()
    expect(page.locator(".asked")).to_contain_text("<script>document.title='hacked'</script>")
    expect(reply.locator(".short").first).to_contain_text("![t](https://evil.example/i.png)")
    page.get_by_role("button", name="<script>").click()  # the chip is hostile too
    last_reply(page, 2)
    page.wait_for_timeout(300)  # for whatever would load or run late
    assert page.locator("#conversation").locator(LOADING).count() == 0
    links = page.locator("#conversation a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert links
    assert all(link.startswith(("/guides/poison#poison", "mailto:")) for link in links)
    assert page.title() == "Askguide"
    on = page.locator("#conversation .prose *").evaluate_all(
        "all => all.flatMap(one => one.getAttributeNames()).filter(name => name.startsWith('on'))"
    )
    assert on == []


HOSTILE_QUESTIONS = ["<img src=x onerror=alert(1)>", "[a](javascript:alert(1))", "$$x$$ `c` **b**"]


@pytest.mark.parametrize("hostile", HOSTILE_QUESTIONS)
def test_a_hostile_question_in_the_address_stays_text(url: str, visit: Visit, hostile: str) -> None:
    page = visit(f"{url}/?q={quote(hostile)}")
    expect(page.locator(".asked")).to_have_text(hostile)
    assert page.locator("#conversation").locator(LOADING).count() == 0
    assert page.locator(".asked *").count() == 0


def test_a_hostile_guides_page_stays_text(url: str, visit: Visit) -> None:
    page = visit(f"{url}/guides/poison")
    expect(page.locator("main")).to_contain_text("document.title='hacked'")
    assert page.locator("main").locator(LOADING).count() == 0
    assert page.title() != "hacked"


def test_hostile_titles_and_examples_stay_text(
    tmp_path: Path, serve: Callable[[FastAPI], str], visit: Visit
) -> None:
    bot: Any = TeaBot(tmp_path)
    bot.examples = ("</script><script>document.title='hacked'</script>", HOSTILE)
    bot.guides = (bot.poison,)
    page = visit(serve(create_app(Settings(), bot)))
    expect(page.get_by_role("button", name="</script><script>")).to_be_visible()
    assert page.locator("main").locator("img, script, iframe, form").count() == 0
    assert page.title() == "Askguide"


# Frames -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_listed", [True, False])
def test_the_chat_is_framed_by_listed_sites_only(
    bot: Any, serve: Callable[[FastAPI], str], browser: Browser, is_listed: bool
) -> None:
    site = FastAPI()
    origin = serve(site)
    settings = Settings(allowed_origins=(origin if is_listed else "https://other.example",))
    chat = serve(create_app(settings, bot))

    @site.get("/")
    def host() -> HTMLResponse:
        return HTMLResponse(f'<title>Host</title><iframe src="{chat}" title="Chat"></iframe>')

    page = browser.new_page()
    page.goto(origin)
    heading = page.frame_locator("iframe").get_by_role("heading", name="Askguide")
    if is_listed:
        expect(heading).to_be_visible(timeout=15_000)
    else:
        page.wait_for_load_state("networkidle")
        expect(heading).to_have_count(0)
    policy = page.request.get(chat).headers["content-security-policy"]
    assert (origin in policy.partition("frame-ancestors")[2].split()) is is_listed
    page.close()
