"""How an answer looks: what is shown for each kind, and that nothing but our own mark-up is in it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.web import reply
from tests.web.tea import TeaBot


@pytest.fixture
def bot(tmp_path: Path) -> TeaBot:
    return TeaBot(tmp_path)


def test_the_introduction_leads_to_the_page_of_a_guide_whatever_its_name(bot: TeaBot) -> None:
    html = reply.introduction([replace(bot.tea, id="Tea? 100% <b>")])
    assert '<a href="/guides/Tea%3F%20100%25%20%3Cb%3E">The Tea Guide</a>' in html


def test_the_short_answer_comes_first_then_the_quote_then_its_place_then_the_rest(bot: TeaBot) -> None:
    html = reply.show(bot.ask("How long does green tea take?"))
    order = [
        '<p class="short" dir="auto">Green tea takes 2 minutes.</p>',
        "<mark><b>Green</b></mark>",
        'href="/guides/tea#brewing:~:text=',
        "Brewing",
        "The Tea Guide",
        "<details",
        "1 more place in the guide",
        "Milk goes in last.",
        "</details>",
    ]
    places = [html.index(piece) for piece in order]
    assert places == sorted(places)
    assert "Understood as" not in html


def test_what_was_understood_is_said_where_it_differs_by_more_than_signs(bot: TeaBot) -> None:
    answer = bot.ask("and black tea?", ["green tea?"])
    assert '<q dir="auto">How long does black tea take?</q>' in reply.show(answer)
    same = replace(answer, question="how long does BLACK tea take")
    assert "Understood as" not in reply.show(same)


@pytest.mark.parametrize("question", ["green", "coffee", "hello"])
def test_what_was_understood_is_said_right_after_the_short_answer(bot: TeaBot, question: str) -> None:
    html = reply.show(replace(bot.ask(question), understood_as="Something else"))
    assert re.findall(r'class="(\w+)', html)[1:3] == ["short", "understood"]


def test_an_answer_in_two_parts_shows_both_quotes(bot: TeaBot) -> None:
    answer = replace(bot.ask("green"), text="Two minutes.\n\nMilk goes in last.")
    html = reply.show(answer)
    assert html.count('class="short"') == html.count("<figure") == 2
    assert "<details" not in html


def test_no_answer_offers_the_nearest_sections_and_a_person_and_claims_no_quote(bot: TeaBot) -> None:
    html = reply.show(bot.ask("coffee?"), "help@example.org")
    assert "The guide does not say." in html
    assert re.findall(r'<span class="section">([^<]+)</span>', html) == ["Milk &amp; sugar", "Brewing"]
    assert '<a href="mailto:help@example.org">help@example.org</a>' in html
    assert "<mark>" not in html
    assert "<blockquote" not in html


def test_sections_and_a_person_that_the_text_names_are_linked_there_and_not_said_twice(bot: TeaBot) -> None:
    text = "It does not say. The nearest: “Milk & sugar”, “Brewing”. Ask here: https://a.org/help"
    html = reply.show(replace(bot.ask("coffee?"), text=text), "https://a.org/help")
    assert '“<a href="/guides/tea#milk' in html
    assert '<a href="https://a.org/help">https://a.org/help</a>' in html
    assert re.findall(r'<p class="(short|rest)"[^>]*>(It does not say\.|The nearest)', html) == [
        ("short", "It does not say."),
        ("rest", "The nearest"),
    ]
    assert 'class="nearest' not in html
    assert "Ask a person" not in html


def test_a_contact_that_begins_the_address_of_a_section_leaves_its_link_whole(bot: TeaBot) -> None:
    site, published = "https://tea.example.org", "https://tea.example.org/guide#milk"
    answer = bot.ask("coffee?")
    text = f"It does not say. The nearest: “Milk & sugar”. Ask here: {site}"
    sources = (replace(answer.sources[0], url=published), *answer.sources[1:])
    html = reply.show(replace(answer, text=text, sources=sources), site)
    assert f'“<a href="{published}" target="_blank" rel="noopener">Milk &amp; sugar</a>”' in html
    assert f'<a href="{site}">{site}</a>' in html


def test_whoever_asks_for_a_person_gets_a_link(bot: TeaBot) -> None:
    answer = replace(bot.ask("hello"), text="I am a chatbot. You can ask here: a@example.org")
    assert '<a href="mailto:a@example.org">a@example.org</a></p>' in reply.show(answer, "a@example.org")


def test_without_a_contact_none_is_shown(bot: TeaBot) -> None:
    assert "person" not in reply.show(bot.ask("coffee?"))


@pytest.mark.parametrize(
    "contact", ["Room 12, <b>ask</b> Ms Fields", "javascript:alert(1)", "a@b@c", "x y@z"]
)
def test_a_contact_that_is_no_address_is_text(bot: TeaBot, contact: str) -> None:
    html = reply.show(bot.ask("coffee?"), contact)
    assert html.count("<a ") == 2  # the two nearest sections
    assert "<b>" not in html


@pytest.mark.parametrize("question", ["hello", "which one?"])
def test_small_talk_and_a_choice_show_no_source(bot: TeaBot, question: str) -> None:
    html = reply.show(bot.ask(question), "help@example.org")
    assert re.findall(r"<(\w+)", html) == ["div", "p"]


def test_hostile_text_stays_text_in_one_line(bot: TeaBot) -> None:
    html = reply.show(bot.ask("hostile"))
    ours = {"div", "p", "q", "figure", "blockquote", "figcaption", "a", "span", "details", "summary"}
    markdown = {"mark", "b", "strong", "ul", "li", "pre", "code", "h1"}
    assert set(re.findall(r"<(\w+)", html)) <= ours | markdown
    assert not re.search(r"[\r\n\u2028]", html)
    assert set(re.findall(r'href="(\w+:|/guides/)', html)) == {"/guides/"}


def test_trouble_says_what_to_do() -> None:
    html = reply.trouble("Too many <questions>", "Wait 3 s.")
    assert "Too many &lt;questions&gt;." in html
    assert "Wait 3 s." in html


@settings(deadline=None)
@given(st.text())
def test_a_question_comes_back_from_its_message_as_it_was_asked(question: str) -> None:
    message = reply.asked(question)
    assert reply.unescape(message) == re.sub(reply.LINE_ENDS, "\n", question)
    assert not re.search(r"[\r\n]", message)
