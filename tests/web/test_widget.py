"""The widget's script as it is served and as it is written: headers, hash, size, tag, words."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from chatbot.errors import SettingsError
from chatbot.web import widget

ROOT = Path(__file__).parents[2]
SCRIPT = widget.SCRIPT.read_text(encoding="utf-8")
LANGUAGES = {
    language: dict(re.findall(r"^      (\w+): '(.*)',$", words, re.M))
    for language, words in re.findall(r"^    (\w\w): \{$(.*?)^    \},$", SCRIPT, re.M | re.S)
}


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()
    app.include_router(widget.router())
    return TestClient(app)


# Served ------------------------------------------------------------------------------------------------


def test_it_is_at_most_15_kib_on_the_wire(client: TestClient) -> None:
    response = client.get("/widget.js", headers={"Accept-Encoding": "gzip"})
    assert response.headers["content-encoding"] == "gzip"
    assert int(response.headers["content-length"]) <= 15 * 1024
    assert response.text == SCRIPT


def test_without_gzip_it_is_sent_plain(client: TestClient) -> None:
    response = client.get("/widget.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in response.headers
    assert int(response.headers["content-length"]) == len(SCRIPT.encode())
    assert response.text == SCRIPT


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_any_page_may_load_and_keep_it(client: TestClient, method: str) -> None:
    response = client.request(method, "/widget.js", headers={"Origin": "https://www.example.org"})
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/javascript; charset=utf-8"
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["cross-origin-resource-policy"] == "cross-origin"
    assert response.headers["cache-control"].startswith("public, max-age=")
    assert response.headers["vary"] == "Accept-Encoding"
    assert (response.content == b"") is (method == "HEAD")


def test_an_unchanged_script_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/widget.js")
    for sent in (first.headers["etag"], f'"other", {first.headers["etag"]}', "*"):
        again = client.get("/widget.js", headers={"If-None-Match": sent})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert again.headers["access-control-allow-origin"] == "*"
    assert client.get("/widget.js", headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_packed_script_is_the_same_in_every_process() -> None:
    assert gzip.decompress(widget.compressed()) == widget.source()
    assert widget.compressed() == gzip.compress(widget.source(), 9, mtime=0)


# The tag -----------------------------------------------------------------------------------------------


class Tag(HTMLParser):
    """Reads a tag as a browser does."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_tag_names_the_script_and_its_hash() -> None:
    assert Tag(widget.snippet("https://help.example.org/")).tags == [
        (
            "script",
            {
                "async": None,
                "src": "https://help.example.org/widget.js",
                "integrity": widget.integrity(),
                "crossorigin": "anonymous",
            },
        )
    ]


def test_the_hash_is_that_of_the_script_as_served(client: TestClient) -> None:
    digest = hashlib.sha384(client.get("/widget.js").content).digest()
    assert widget.integrity() == f"sha384-{base64.b64encode(digest).decode()}"


def test_the_tag_can_be_left_unpinned() -> None:
    assert widget.snippet("https://a.org", False) == '<script async src="https://a.org/widget.js"></script>'


@pytest.mark.parametrize("value", ['"><script>alert(1)</script>', "Ask & learn", "¿Qué?", "a'b"])
def test_values_cannot_leave_their_attribute(value: str) -> None:
    tags = Tag(widget.snippet("https://a.org", title=value, z_index="5")).tags
    assert len(tags) == 1
    assert tags[0][1]["data-title"] == value
    assert tags[0][1]["data-z-index"] == "5"


def test_an_unknown_attribute_is_refused_with_the_nearest_known_one() -> None:
    with pytest.raises(SettingsError, match="'colour'.*color"):
        widget.snippet("https://a.org", colour="red")
    with pytest.raises(SettingsError, match="'zzzzzz'.*title, color"):
        widget.snippet("https://a.org", zzzzzz="1")


# Written -----------------------------------------------------------------------------------------------


BANNED = "innerHTML outerHTML insertAdjacentHTML document.write DOMParser eval( Function( import( @import"
STORES = "@font-face localStorage indexedDB document.cookie"


@pytest.mark.parametrize("banned", [*BANNED.split(), *STORES.split(), "'style'", ".style.cssText"])
def test_what_a_strict_policy_or_a_careful_visitor_minds_is_not_there(banned: str) -> None:
    assert banned not in SCRIPT


def test_it_names_no_host() -> None:
    assert set(re.findall(r"https?://[\w./-]+", SCRIPT)) == {
        "http://www.w3.org/2000/svg"
    }  # a name, not a place


def test_every_attribute_is_read_and_documented() -> None:
    read = set(re.findall(r"this\.dataset\.(\w+)", SCRIPT))
    for names in re.findall(r"const \{([^}]*)\} = this\.dataset;", SCRIPT):
        read |= {name.strip() for name in names.split(",")}
    read |= set(re.findall(r"this\.link\('(\w+)'", SCRIPT))
    read |= set(re.findall(r":host\(\[data-([\w-]+)=", SCRIPT))
    kebab = {re.sub(r"[A-Z]", lambda letter: "-" + letter[0].lower(), name) for name in read}
    assert kebab == set(widget.ATTRIBUTES)
    manual = (ROOT / "docs" / "widget.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `data-([\w-]+)`", manual, re.M)) == set(widget.ATTRIBUTES)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_says_everything(language: str) -> None:
    english, words = LANGUAGES["en"], LANGUAGES[language]
    assert words.keys() == english.keys()
    assert {key for key in words if "{}" in words[key]} == {key for key in english if "{}" in english[key]}
    assert all(words.values())
    if language != "en":
        same = {key for key in words if words[key] == english[key]}
        assert same <= {"down", "log"}  # No and Conversation are the same word in some


def test_the_languages_are_those_documented() -> None:
    assert set(LANGUAGES) == {"en", "de", "es", "fr"}
    manual = (ROOT / "docs" / "widget.md").read_text(encoding="utf-8")
    assert all(f"`{language}`" in manual for language in LANGUAGES)


def test_every_word_is_used() -> None:
    code = SCRIPT[SCRIPT.index("// Elements") :]
    reasons = re.findall(r"(\w+): '", re.findall(r"const REASONS = \{(.*)\};", SCRIPT)[0])
    said = set(re.findall(r"'(\w+)'", code)) | set(re.findall(r"words\.(\w+)", code)) | set(reasons)
    said |= set(re.findall(r"\b\d+: '(\w+)'", code))
    assert set(LANGUAGES["en"]) <= said
