"""The guides' pages: every heading has its anchor, links within resolve, hostile text stays text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from chatbot.guides import read_corpus
from chatbot.web import pages
from tests.web.tea import TeaBot, read

CORPUS = Path(__file__).parents[2] / "corpus"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    app = FastAPI()
    app.state.bot = TeaBot(tmp_path)
    app.include_router(pages.router())
    with TestClient(app) as client:
        yield client


def ids(html: str) -> list[str]:
    return re.findall(r'<h\d id="([^"]+)"', html)


def test_a_guide_has_its_title_its_date_and_its_sections_under_their_anchors(client: TestClient) -> None:
    html = client.get("/guides/tea").text
    assert "<title>The Tea Guide</title>" in html
    assert "<h1>The Tea Guide</h1>" in html
    assert "2026-02-03" in html
    assert ids(html) == ["brewing", "milk", "storing"]
    assert '<h3 id="milk">Milk &amp; sugar</h3>' in html
    assert "{#" not in html
    assert "title: The Tea Guide" not in html


def test_the_contents_lead_to_every_section(client: TestClient) -> None:
    html = client.get("/guides/tea").text
    contents = html[html.index("<nav") : html.index("</nav>")]
    assert re.findall(r'href="#([^"]+)">([^<]+)<', contents) == [
        ("brewing", "Brewing"),
        ("milk", "Milk &amp; sugar"),
        ("storing", "Storing"),
    ]


def test_tables_and_emphasis_are_rendered(client: TestClient) -> None:
    html = client.get("/guides/tea").text
    assert "<td>Green</td>" in html
    assert "<em>fresh</em>" in html
    assert '<a href="#brewing">brewing</a>' in html


def test_the_real_guides_have_all_anchors_and_no_link_leads_nowhere() -> None:
    for guide in read_corpus(CORPUS):
        html = pages.page(guide)
        assert ids(html) == [section.id for section in guide.sections]
        assert {unescape(name) for name in re.findall(r'href="#([^"]+)"', html)} <= set(ids(html))


def test_a_hostile_guide_brings_no_element_that_loads_or_runs(client: TestClient) -> None:
    html = client.get("/guides/poison").text
    main = html[html.index("<main") : html.index("</main>")]
    elements = set(re.findall(r"<(\w+)", main))
    assert elements <= {"main", "h1", "p", "strong", "code", "ul", "li", "pre"}
    assert "href=" not in main
    assert "document.title='hacked'" in main.replace("&#x27;", "'")


def test_a_guide_with_a_heading_of_its_own_gets_no_second(tmp_path: Path) -> None:
    guide = read("own.md", "# Own {#own}\n\nText.\n\n## Below\n\nMore.\n", tmp_path)
    assert re.findall(r"<h1[^>]*>([^<]*)", pages.page(guide)) == ["Own"]


def test_a_guide_is_markdown_however_the_end_of_its_name_is_written(tmp_path: Path) -> None:
    text = "# Own\n\n| Tea | Minutes |\n|---|---|\n| Green | 2 |\n"
    assert "<td>Green</td>" in pages.page(read("own.MD", text, tmp_path))


def test_text_before_the_first_heading_is_shown(tmp_path: Path) -> None:
    guide = read("early.md", "Early words.\n\n## Later\n\nMore.\n", tmp_path)
    html = pages.page(guide)
    assert "<p>Early words.</p>" in html
    assert ids(html) == ["introduction", "later"]


def test_questions_and_answers_are_a_page_too(tmp_path: Path) -> None:
    rows = 'question,answer,id\n"Is <b>tea</b> hot?","Yes. It said ""hot"".",hot\nCold?,No.,cold\n'
    html = pages.page(read("faq.csv", rows, tmp_path))
    assert ids(html) == ["hot", "cold"]
    assert "Is &lt;b&gt;tea&lt;/b&gt; hot?" in html
    assert "<p>Yes. It said &quot;hot&quot;.</p>" in html


def test_an_unknown_guide_is_404(client: TestClient) -> None:
    assert client.get("/guides/coffee").status_code == 404
    assert client.get("/guides/..%2f..%2fpyproject").status_code == 404


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/guide.css", "text/css"),
        ("/chat.css", "text/css"),
        ("/chat.js", "javascript"),
        ("/icon.svg", "image/svg+xml"),
    ],
)
def test_static_files_are_served_with_their_type(client: TestClient, path: str, kind: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert kind in response.headers["content-type"]


def test_the_manifest_names_an_icon_that_is_there(client: TestClient) -> None:
    manifest = client.get("/manifest.json").json()
    assert manifest["name"] == "Askguide"
    assert all(client.get(icon["src"]).status_code == 200 for icon in manifest["icons"])
