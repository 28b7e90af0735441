"""Guide text as HTML: what is marked, what stays text, and where links land."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.answering.linking import fragment
from chatbot.guides import plain, read_corpus
from chatbot.passages import cut, markdown_of
from chatbot.web.quotes import link, mark, render
from tests.web.tea import HOSTILE, POISON, TeaBot

CORPUS = Path(__file__).parents[2] / "corpus"
TABLE = "Tea differs.\n\n| Tea | Minutes |\n|---|---|\n| Green | 2 |\n| Black | 4 |"
INLINE = {"mark", "b", "strong", "em", "code", "a"}
BLOCKS = {"p", "pre", "ul", "ol", "li", "blockquote", "hr", "br", "h1", "h2", "h3", "h4", "h5", "h6"}
HARMLESS = INLINE | BLOCKS | {"table", "thead", "tbody", "tr", "th", "td"}


class Tags(HTMLParser):
    """Collects the tags and attributes of some HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str | None]] = set()
        self.marked, self.depth = "", 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= set(attrs)
        self.depth += tag == "mark"
        self.marked += "" if tag in INLINE else " "

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == "mark"
        self.marked += "" if tag in INLINE else " "

    def handle_data(self, data: str) -> None:
        self.marked += data if self.depth else ""


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def test_a_sentence_is_marked_with_its_full_stop_and_nothing_else() -> None:
    html = mark("One thing. Another thing. A third.", "Another thing.")
    assert html == "<p>One thing. <mark>Another thing.</mark> A third.</p>\n"


def test_the_first_of_two_equal_runs_of_words_is_marked_whole() -> None:
    assert mark("go go gone go gone", "go gone") == "<p>go <mark>go gone</mark> go gone</p>\n"


def test_the_words_of_the_question_are_bold_inside_the_quote_only() -> None:
    html = mark("Pay varies. Pay in Ohio pays.", "Pay in Ohio pays.", "What is the pay?")
    assert html == "<p>Pay varies. <mark><b>Pay</b> in Ohio <b>pays</b>.</mark></p>\n"


def test_a_row_is_marked_in_its_table() -> None:
    html = mark(TABLE, "| Black | 4 |")
    assert "<td><mark>Black</mark></td>\n<td><mark>4</mark></td>" in html
    assert html.count("<mark>") == 2


def test_rows_that_were_cut_from_their_header_are_a_table_still() -> None:
    html = mark("| Green | 2 |\n| Black | 4 |", "| Black | 4 |")
    assert html.count("<td>") == 4
    assert words(Tags(html).marked) == ["Black", "4"]


def test_a_quote_from_a_sentence_to_the_last_row_is_marked_through() -> None:
    assert words(Tags(mark(TABLE, TABLE)).marked) == words(TABLE)


def test_nothing_is_marked_where_the_quote_does_not_stand() -> None:
    assert mark("One thing.", "Another thing.") == "<p>One thing.</p>\n"
    assert mark("One thing.", "***") == "<p>One thing.</p>\n"


def test_links_in_a_quote_are_their_text_and_images_their_description() -> None:
    html = mark("See [the list](#jobs) and ![a chart](https://a.org/c.png).", "See [the list](#jobs)")
    assert html == "<p><mark>See </mark><mark>the list</mark> and a chart.</p>\n"


def test_every_unit_of_the_real_guides_is_marked_whole_and_alone() -> None:
    guides = read_corpus(CORPUS)
    for passage in cut(guides, lambda text: len(text.split()), 100):
        guide = guides[passage.guide]
        for unit in passage.units:
            marked = Tags(mark(markdown_of(guide, passage), guide.text[unit.start : unit.end])).marked
            wanted = " ".join(unit.cells) if unit.cells else unit.text
            assert words(marked) == words(wanted)


def test_of_raw_html_only_the_text_is_shown() -> None:
    assert render("a<br/>b <b onclick='x'>c</b> <!-- d -->") == "<p>a<br>b c </p>\n"
    assert render("<div><script>e</script> & f</div>").split() == ["<p>", "e", "&amp;", "f", "</p>"]
    assert words(Tags(mark("a<br>b <i>c</i>. D.", "a<br>b <i>c</i>.")).marked) == ["a", "b", "c"]


@pytest.mark.parametrize("html", [render(POISON), mark(POISON, HOSTILE, HOSTILE), mark(HOSTILE, POISON)])
def test_hostile_text_brings_no_element_of_its_own(html: str) -> None:
    found = Tags(html)
    assert found.tags <= HARMLESS
    assert {name for name, _ in found.attributes} <= {"href"}
    assert not any(str(value).lower().startswith("javascript") for _, value in found.attributes)


@settings(deadline=None)
@given(st.text(alphabet="<>/\"'=&;!-[](){}*_`|#\n abimgscriptonerror:javascript", max_size=200))
def test_no_text_whatever_brings_an_element_that_loads_or_runs(text: str) -> None:
    for html in (render(text), mark(text, text[:20], text)):
        assert Tags(html).tags <= HARMLESS


def test_a_guide_without_an_address_is_linked_on_our_own_page(tmp_path: Path) -> None:
    bot = TeaBot(tmp_path)
    assert link(bot.milk) == "/guides/tea#milk:~:text=Milk%20goes%20in%20last."
    assert link(bot.black) == "/guides/tea#brewing:~:text=2-,Black,4"


def test_only_addresses_of_the_web_are_linked(tmp_path: Path) -> None:
    milk = TeaBot(tmp_path).milk
    assert link(replace(milk, url="https://a.org/tea#milk")) == "https://a.org/tea#milk"
    assert link(replace(milk, url="javascript:alert(1)")).startswith("/guides/tea#milk")


def test_a_long_quote_is_named_by_its_ends() -> None:
    quote = "One two three four five six seven, eight nine ten eleven-twelve."
    assert fragment("", quote) == (
        ":~:text=One%20two%20three%20four%20five,seven%2C%20eight%20nine%20ten%20eleven%2Dtwelve."
    )


def test_a_quote_of_several_lines_runs_from_its_first_to_its_last_words() -> None:
    assert fragment(TABLE, TABLE) == ":~:text=Tea%20differs.,4"
    assert fragment(TABLE, "| Green | 2 |\n| Black | 4 |") == ":~:text=Minutes-,Green,4"
    assert fragment("", "- *first* thing\n- last thing") == ":~:text=first%20thing,last%20thing"


def test_a_quote_without_words_has_no_fragment() -> None:
    assert fragment("", "|---|---|") == ""


def test_every_fragment_of_the_real_guides_names_words_that_stand_there() -> None:
    guides = read_corpus(CORPUS)
    for passage in cut(guides, lambda text: len(text.split()), 100):
        guide = guides[passage.guide]
        for unit in passage.units:
            directive = fragment(markdown_of(guide, passage), guide.text[unit.start : unit.end])
            ends = [unquote(end) for end in directive.removeprefix(":~:text=").split(",") if end[-1:] != "-"]
            shown = " ".join(unit.cells) if unit.cells else plain(unit.text)
            assert ends
            assert all(end in shown for end in ends)
            assert shown.startswith(ends[0])
            assert shown.endswith(ends[-1])
