"""Guides are read as they are written, and everything in them can be found again at its offsets."""

from __future__ import annotations

import contextlib
import doctest
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatbot.errors import CorpusError
from chatbot.guides import (
    Guide,
    guide_files,
    markdown,
    plain,
    read_corpus,
    read_golden,
    read_synonyms,
    sentences,
    text,
)
from chatbot.guides.markdown import read_markdown
from tests.faults import FAULTS, Plant, write
from tests.places import assert_in_place, slices, texts, units

MD = Path("new.md")


@pytest.mark.parametrize("module", [markdown, text])
def test_the_examples_in_the_code_hold(module: object) -> None:
    found = doctest.testmod(module)  # type: ignore[arg-type]
    assert found.attempted
    assert not found.failed


# Markdown ---------------------------------------------------------------------------------------

GUIDE = """\
---
title: Cooks
aliases: [cook, chef]
url: https://guides.example/cook
updated: 2026-01-31
language: en
sources: ["A book, 2020"]
examples: ["Who cooks?"]
synonyms:
  no: [nope]
  pay: [wage, 2024]
---
Before *all* headings.

# Cooks

## Work {#work}

They cook. See [tools](#tools)
and the [list][1].

  A second
  paragraph.

### Pay & hours

| State | Pay (US dollars) |
|:--|--:|
| **Ohio** | $1 |
| Maine \\| all | |

- one
  - nested in one
- two **bold**

1. first

> Quoted. Twice.

```
code. Here

and on
```

<!-- a note. Never said -->

<div>In a box.</div>

Setext heading
--------------

Last.

[1]: https://guides.example/list
"""


@pytest.fixture
def guide() -> Guide:
    return read_markdown(MD, GUIDE)


def test_front_matter_becomes_fields(guide: Guide) -> None:
    assert (guide.id, guide.title, guide.url) == ("new", "Cooks", "https://guides.example/cook")
    assert (guide.aliases, guide.updated, guide.language) == (("cook", "chef"), "2026-01-31", "en")
    assert (guide.sources, guide.examples) == (("A book, 2020",), ("Who cooks?",))
    assert guide.synonyms["pay"] == ("wage", "2024")


def test_headings_become_sections_with_anchors_and_parents(guide: Guide) -> None:
    found = [(one.id, one.title, one.level, one.line, one.parents) for one in guide.sections]
    assert found == [
        ("introduction", "Cooks", 1, 13, ()),
        ("cooks", "Cooks", 1, 15, ()),
        ("work", "Work", 2, 17, ()),
        ("pay-hours", "Pay & hours", 3, 25, ("Work",)),
        ("setext-heading", "Setext heading", 2, 50, ()),
    ]


def test_what_stands_below_a_heading_is_its_own(guide: Guide) -> None:
    held = {one.id: [[unit.text for unit in block.units] for block in one.blocks] for one in guide.sections}
    assert held == {
        "introduction": [["Before all headings."]],
        "cooks": [],
        "work": [["They cook.", "See tools and the list."], ["A second paragraph."]],
        "pay-hours": [
            ["State: Ohio, Pay (US dollars): $1", "State: Maine | all"],
            ["one nested in one", "two bold"],
            ["first"],
            ["Quoted. Twice."],
            ["code. Here\nand on"],
            ["In a box."],
        ],
        "setext-heading": [["Last."]],
    }
    assert [block.kind for block in guide.sections[3].blocks] == [
        "table", "list", "list", "text", "code", "text"
    ]  # fmt: skip


def test_a_table_row_keeps_its_header_and_its_cells(guide: Guide) -> None:
    table = guide.sections[3].blocks[0]
    assert table.header == ("State", "Pay (US dollars)")
    assert [unit.cells for unit in table.units] == [("Ohio", "$1"), ("Maine | all", "")]
    assert guide.text[table.units[0].start : table.units[0].end] == "| **Ohio** | $1 |"
    assert guide.text[table.start : table.end].startswith("| State | Pay")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("- Cools down to\n  -5 degrees.", "Cools down to -5 degrees."),
        ("- Read it in\n  2019. Then stop.", "Read it in 2019. Then stop."),
        ("- One\n\n  **Note:** two", "One Note: two"),
        ("- One\n  - nested\n\n  ```\n  - x\n  ```", "One nested - x"),
        ("> - a\n> - b <br> c", "a b c"),
    ],
)
def test_what_looks_like_a_mark_stays_in_an_item_or_a_quote(source: str, text: str) -> None:
    read = read_markdown(MD, f"# Guide\n\n{source}\n")
    assert [unit.text for unit in read.sections[0].units] == [text]


def test_offsets_are_those_of_the_file(guide: Guide) -> None:
    assert_in_place(guide)
    assert slices(guide)[:4] == [
        "Before *all* headings.", "They cook.", "See [tools](#tools)\nand the [list][1].",
        "A second\n  paragraph.",
    ]  # fmt: skip
    assert "- one\n  - nested in one" in slices(guide)


@pytest.mark.parametrize("end", ["\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_marks_change_nothing_but_offsets(guide: Guide, end: str, mark: str) -> None:
    other = read_markdown(MD, mark + GUIDE.replace("\n", end))
    assert_in_place(other)
    assert texts(other) == texts(guide)
    assert [piece.replace(end, "\n") for piece in slices(other)] == slices(guide)
    assert [one.line for one in other.sections] == [one.line for one in guide.sections]
    assert other.title == "Cooks"


def test_a_guide_without_front_matter_is_named_by_its_first_heading() -> None:
    assert read_markdown(MD, "## Pay & *hours* {#pay}\n\nText.\n").title == "Pay & hours"
    assert read_markdown(MD, "Text.\n").title == "new"


@pytest.mark.parametrize(
    ("paragraph", "cut"),
    [
        ("One. Two! Three? Four… Five", ["One.", "Two!", "Three?", "Four…", "Five"]),
        ("It costs $1.50 at 9 a.m. Monday to Friday.", ["It costs $1.50 at 9 a.m. Monday to Friday."]),
        ("Ask Dr. Who, e.g. Mr. A. Smith. He knows.", ["Ask Dr. Who, e.g. Mr. A. Smith.", "He knows."]),
        ("“Yes.” She left. (Later.) It ended.", ["“Yes.”", "She left.", "(Later.)", "It ended."]),
        ("See [A. Bee](x). Use `a. B`. Go (to it. Now) then.", [
            "See [A. Bee](x).", "Use `a. B`.", "Go (to it. Now) then."]),
        ("**All. Bold.** Plain.", ["**All. Bold.**", "Plain."]),
        ("  Indented. And on.  ", ["Indented.", "And on."]),
        ("lower. case goes on", ["lower. case goes on"]),
        ("", []),
        (" \n ", []),
    ],
)  # fmt: skip
def test_sentences(paragraph: str, cut: list[str]) -> None:
    assert [paragraph[a:b] for a, b in sentences(paragraph)] == cut


@given(st.text(st.sampled_from('Ab .!?[]()`*"”\n')))
def test_sentences_lose_nothing(paragraph: str) -> None:
    spans = sentences(paragraph)
    assert "".join("".join(paragraph[a:b].split()) for a, b in spans) == "".join(paragraph.split())
    assert all(a < b <= c for (a, b), (c, _) in zip(spans, spans[1:], strict=False))


def test_plain_text_of_markup() -> None:
    assert plain("![a cat](cat.png) and H<sub>2</sub>O  &amp; <https://a.example>\\\nnext") == (
        "a cat and H2O & https://a.example next"
    )


# Generated Markdown: what went in comes out, at its place.

WORDS = st.lists(
    st.sampled_from(["pay", "hours", "Ohio", "9-5", "$1,234", "café", "“so”"]), min_size=1, max_size=6
)
SENTENCE = st.tuples(WORDS, st.sampled_from([".", "?", "!"])).map(lambda p: "The " + " ".join(p[0]) + p[1])
DECORATED = SENTENCE.flatmap(
    lambda plainly: st.sampled_from([plainly, f"**{plainly}**", f"[{plainly}](#a)", f"*{plainly}*"]).map(
        lambda marked: (marked, plainly)
    )
)
CELL = WORDS.map(" ".join)


@st.composite
def block(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A block of Markdown and the plain texts of its units."""
    kind = draw(st.sampled_from(["paragraph", "list", "numbers", "table", "quote", "comment", "code"]))
    if kind == "paragraph":
        pairs = draw(st.lists(DECORATED, min_size=1, max_size=4))
        glue = draw(st.sampled_from([" ", "\n", "\n   "]))
        return glue.join(marked for marked, _ in pairs), [plainly for _, plainly in pairs]
    if kind in ("list", "numbers"):
        items = draw(st.lists(DECORATED, min_size=1, max_size=4))
        loose = draw(st.sampled_from(["\n", "\n\n"]))
        marker = "- " if kind == "list" else "1. "
        return loose.join(marker + marked for marked, _ in items), [plainly for _, plainly in items]
    if kind == "table":
        names = draw(st.lists(CELL, min_size=1, max_size=3))
        rows = draw(st.lists(st.tuples(*[CELL for _ in names]), min_size=1, max_size=4))
        lines = [names, ["---"] * len(names), *rows]
        said = [", ".join(f"{name}: {cell}" for name, cell in zip(names, row, strict=True)) for row in rows]
        return "\n".join("| " + " | ".join(line) + " |" for line in lines), said
    if kind == "quote":
        said = draw(SENTENCE)
        return f"> {said}", [said]
    if kind == "comment":
        return f"<!-- {draw(SENTENCE)} -->", []
    said = draw(SENTENCE)
    return f"```\n{said}\n```", [said]


DOCUMENTS = st.lists(
    st.tuples(st.sampled_from(["##", "###", "####"]), st.lists(block(), max_size=4)), max_size=4
)


@given(DOCUMENTS, st.sampled_from(["\n", "\r\n"]), st.booleans(), st.booleans())
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_generated_markdown_is_found_again(
    document: list[tuple[str, list[tuple[str, list[str]]]]], end: str, front: bool, mark: bool
) -> None:
    pieces = ["---\ntitle: A\n---"] if front else []
    for number, (level, blocks) in enumerate(document):
        pieces.append(f"{level} Heading {{#h{number}}}")
        for place, (written, _) in enumerate(blocks):
            pieces += [written, f"Between {place}."]  # two lists in a row would be one
    source = ("\ufeff" if mark else "") + ("\n\n".join(pieces) + "\n").replace("\n", end)
    guide = read_markdown(MD, source)
    assert [section.id for section in guide.sections] == [f"h{n}" for n in range(len(document))]
    for section, (_, blocks) in zip(guide.sections, document, strict=True):
        expected = [
            said for place, (_, all_said) in enumerate(blocks) for said in [*all_said, f"Between {place}."]
        ]
        assert [unit.text for block in section.blocks for unit in block.units] == expected
    assert_in_place(guide)
    for unit in units(guide):
        words = guide.text[unit.start : unit.end]
        if unit.kind == "row":
            assert all(cell in words for cell in unit.cells)
        else:
            assert unit.text in plain(words.removeprefix("```").removesuffix("```").lstrip("-1.> "))


@given(st.text(st.sampled_from("ab. A#|-*>`[]()<!{}\n\r\t 1:"), max_size=80))
@settings(max_examples=300)
def test_any_text_is_read_or_refused_and_stays_in_place(source: str) -> None:
    with contextlib.suppress(CorpusError):
        assert_in_place(read_markdown(MD, source))


def test_reading_a_long_guide_takes_little_more_than_parsing_it() -> None:
    piece = "## Heading {}\n\nOne. Two.\n\n| A | B |\n|---|---|\n| x | y |\n\n- one\n- two\n\n"
    source = "".join(piece.format(number) for number in range(3000))
    start = time.process_time()
    text.parser().parse(source)
    parsed = time.process_time()
    assert len(read_markdown(MD, source).sections) == 3000
    assert time.process_time() - parsed < 5 * (parsed - start)


# The corpus -------------------------------------------------------------------------------------


def test_a_corpus_is_read_with_all_that_lies_beside_its_guides(small_corpus: Path) -> None:
    guides = {guide.id: guide for guide in read_corpus(small_corpus)}
    assert list(guides) == ["baker", "gardener", "orders", "visits"]
    baker = guides["baker"]
    assert baker.file == "guides/baker.md"
    hours = next(section for section in baker.sections if section.id == "hours")
    assert hours.alternates[0] == "When does a baker start work?"
    assert len(baker.declined) == 42
    assert guides["orders"].sections[0].alternates[0] == "Can I have my money back?"


def test_guides_may_lie_in_folders_and_hidden_files_are_left_out(small_corpus: Path) -> None:
    folder = small_corpus / "guides" / "more"
    folder.mkdir()
    (folder / "Cook.MD").write_text("## A\n\nB.\n", encoding="utf-8")
    (folder / "Cook.questions.yaml").write_text("a: [What is B, no, 42]\n", encoding="utf-8")
    (folder / ".draft.md").write_bytes(b"\xff")
    (folder / "folder.md").mkdir()
    (folder / "notes.txt").write_text("not a guide", encoding="utf-8")
    cook = next(guide for guide in read_corpus(small_corpus) if guide.id == "Cook")
    assert cook.file == "guides/more/Cook.MD"
    assert cook.sections[0].alternates == ("What is B", "no", "42")  # as written, whatever YAML makes of it
    assert [file.name for file in guide_files(small_corpus)] == [
        "baker.md", "gardener.md", "Cook.MD", "orders.jsonl", "visits.csv"
    ]  # fmt: skip


def read_all(corpus: Path) -> None:
    """Everything that a build reads of a corpus."""
    read_golden(corpus / "golden.jsonl", read_corpus(corpus))
    read_synonyms(corpus / "synonyms.txt")


@pytest.mark.parametrize(
    ("plant", "said"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS]
)
def test_what_is_wrong_is_said_in_one_line_with_file_and_remedy(
    small_corpus: Path, plant: Plant, said: str
) -> None:
    read_all(small_corpus)  # right before
    plant(small_corpus)
    with pytest.raises(CorpusError) as raised:
        read_all(small_corpus)
    assert str(raised.value) == f"{small_corpus}/" + said.replace("{corpus}", str(small_corpus))


def test_golden_questions_are_read_as_they_stand(small_corpus: Path) -> None:
    guides = read_corpus(small_corpus)
    row = '{"question": "A\u2028B?", "must": ["C|D"], "kind": "fact"}\n'
    write("golden.jsonl", "\ufeff" + row + "\n")(small_corpus)
    found = read_golden(small_corpus / "golden.jsonl", guides)
    assert found == [{"question": "A\u2028B?", "must": ["C|D"], "kind": "fact", "relevant": []}]
    (small_corpus / "golden.jsonl").unlink()
    assert read_golden(small_corpus / "golden.jsonl", guides) == []
