"""Passages fit the model and cut nothing apart; views name every way to a section."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot import passages
from chatbot.guides import Guide, Section, Unit, read_corpus
from chatbot.guides.markdown import read_markdown
from chatbot.passages import Passage, cut, is_step, list_views, listings, markdown_of, title_text
from chatbot.ranking import KINDS
from tests.conftest import SMALL

FILE = Path("new.md")


def count(text: str) -> int:
    return len(text.split())


def all_sections(guides: list[Guide]) -> list[Section]:
    return [section for guide in guides for section in guide.sections]


def assert_well_cut(guides: list[Guide], found: list[Passage], limit: int) -> None:
    """All of every section, in order, whole units, each passage within the limit, tables kept apart."""
    for number, section in enumerate(all_sections(guides)):
        mine = [passage for passage in found if passage.section == number]
        whole = [unit for block in section.blocks for unit in block.units]
        assert [unit for passage in mine for unit in passage.units] == whole
        headers = {unit: block.header for block in section.blocks for unit in block.units}
        for passage in mine:
            guide = guides[passage.guide]
            assert section in guide.sections
            assert sum(count(unit.text) for unit in passage.units) <= limit or len(passage.units) == 1
            of_tables = {headers[unit] for unit in passage.units} - {()}
            assert passage.header == next(iter(of_tables), ())
            assert len({id(block) for block in section.blocks if block.header and
                        set(block.units) & set(passage.units)}) <= 1  # fmt: skip
            assert passage.start <= passage.units[0].start < passage.end == passage.units[-1].end
            for unit in passage.units:
                assert guide.text[unit.start : unit.end] in markdown_of(guide, passage)
                if unit.kind == "row":
                    filled = [name for name, cell in zip(passage.header, unit.cells, strict=True) if cell]
                    assert all(name in unit.text for name in filled)
                    assert all(name in passage.text for name in filled)


def test_the_examples_in_the_code_hold() -> None:
    found = doctest.testmod(passages)
    assert found.attempted
    assert not found.failed


@pytest.mark.parametrize("limit", [1, 8, 20, 1000])
def test_the_small_corpus_is_cut_well_at_any_limit(limit: int) -> None:
    guides = read_corpus(SMALL)
    found = cut(guides, count, limit)
    assert_well_cut(guides, found, limit)
    filled = [section for section in all_sections(guides) if section.blocks]
    assert len(found) == len(filled) if limit == 1000 else len(found) > len(filled)


SENTENCES = st.lists(st.integers(1, 9).map(lambda n: "The " + "pay " * n + "is."), min_size=1, max_size=5)
BLOCKS = st.one_of(
    SENTENCES.map(" ".join),
    SENTENCES.map(lambda items: "\n".join(f"- {item}" for item in items)),
    SENTENCES.map(lambda rows: "| A b | C |\n|---|---|\n" + "\n".join(f"| {row} | x |" for row in rows)),
)


@given(st.lists(st.lists(BLOCKS, max_size=5), min_size=1, max_size=3), st.integers(1, 40))
def test_generated_guides_are_cut_well_at_any_limit(document: list[list[str]], limit: int) -> None:
    pieces = []
    for number, blocks in enumerate(document):
        pieces += [f"## H {{#h{number}}}", *(piece for block in blocks for piece in (block, "Between."))]
    guides = [read_markdown(FILE, "\n\n".join(pieces))]
    assert_well_cut(guides, cut(guides, count, limit), limit)


TABLE = """## Pay

Lead in.

| State | Pay |
|---|---|
| Ohio | $1 |
| Maine | $2 |
| Texas | $3 |

The end.
"""


def test_a_table_that_is_cut_keeps_its_header_in_every_part() -> None:
    guide = read_markdown(FILE, TABLE)
    found = cut([guide], count, 9)
    assert [(passage.text, passage.header) for passage in found] == [
        ("Lead in.", ()),
        ("State: Ohio, Pay: $1 State: Maine, Pay: $2", ("State", "Pay")),
        ("State: Texas, Pay: $3 The end.", ("State", "Pay")),
    ]
    assert markdown_of(guide, found[1]) == "| State | Pay |\n|---|---|\n| Ohio | $1 |\n| Maine | $2 |"


def test_what_fits_stays_together() -> None:
    guide = read_markdown(FILE, TABLE)
    (passage,) = cut([guide], count, 100)
    assert (passage.guide, passage.section, passage.header) == (0, 0, ("State", "Pay"))
    assert markdown_of(guide, passage) == TABLE.removeprefix("## Pay\n\n").strip()


def test_a_unit_longer_than_the_limit_stays_whole() -> None:
    guide = read_markdown(FILE, "## A\n\nShort. This one is far longer than the limit. Short.\n")
    assert [passage.text for passage in cut([guide], count, 3)] == [
        "Short.", "This one is far longer than the limit.", "Short."
    ]  # fmt: skip


def test_views_name_every_way_to_a_section() -> None:
    guides = read_corpus(SMALL)
    sections = all_sections(guides)
    found = cut(guides, count, 20)
    views = list_views(guides, found)
    by_kind = {kind: [view for view in views if view.kind == kind] for kind in (*KINDS, "declined")}
    assert sum(map(len, by_kind.values())) == len(views)
    assert [view.text for view in by_kind["passage"]] == [
        f"{passages.title_text(sections[passage.section])}\n{passage.text}" for passage in found
    ]
    assert [(view.passage, view.text) for view in by_kind["unit"]] == [
        (number, unit.text) for number, passage in enumerate(found) for unit in passage.units
    ]
    for view in by_kind["passage"] + by_kind["unit"]:
        assert found[view.passage].section == view.section
    for view in by_kind["unit"]:
        assert found[view.passage].units[view.unit].text == view.text
    assert {view.section for view in by_kind["title"]} == {
        number for number, section in enumerate(sections) if section.blocks
    }
    assert "Salary of a baker: Highest paying states" in [view.text for view in by_kind["title"]]
    assert [(view.section, view.text) for view in by_kind["alternate"]] == [
        (number, text) for number, section in enumerate(sections) for text in section.alternates
    ]
    assert {view.section for view in by_kind["declined"]} == {-1}
    assert [view.text for view in by_kind["declined"]] == list(guides[0].declined)


def test_the_same_question_is_listed_once_a_section() -> None:
    guide = read_markdown(FILE, "## A\n\nB.\n")
    twice = Section("a", "A", 2, 1, (), guide.sections[0].blocks, ("C?", "D?", "C?"))
    other = Guide("x", "X", "x.md", guide.text, (twice,), declined=("E?", "E?"))
    views = list_views([other], cut([other], count, 9))
    assert [view.text for view in views if view.kind == "alternate"] == ["C?", "D?"]
    assert [view.text for view in views if view.kind == "declined"] == ["E?"]


def test_a_bare_heading_has_no_views() -> None:
    guide = read_markdown(FILE, "## A\n\n## B\n\nC.\n")
    assert {view.section for view in list_views([guide], cut([guide], count, 9))} == {1}


@pytest.mark.parametrize(
    ("title", "step"),
    [
        ("Step 2: Apply", True),
        ("Part 1", True),
        ("3. Rest", True),
        ("Steps", False),
        ("2026 pay", False),
        ("2019: Founding", False),
    ],
)
def test_steps(title: str, step: bool) -> None:
    assert is_step(Section("a", title, 3, 1)) is step


def test_a_title_stands_behind_its_parents() -> None:
    assert title_text(Section("a", "States", 3, 1, ("Pay", "Highest"))) == "Pay: Highest: States"


def test_a_table_cut_into_passages_is_one_listing_and_keeps_its_keys() -> None:
    row = [Unit("row", n, n + 1, f"town {n}", (f"town {n}", f"${n}")) for n in range(4)]
    said = Unit("sentence", 9, 10, "Said beside it.")
    head = ("Town", "Toll")
    cut_up = [
        Passage(0, 0, 0, 2, (said, *row[:2]), head), Passage(0, 0, 2, 4, tuple(row[2:]), head),
        Passage(0, 0, 5, 6, (said,)), Passage(0, 0, 7, 9, (Unit("item", 7, 8, "Hammer"),)),
    ]  # fmt: skip
    table, others = listings(cut_up)
    assert (table.passages, table.units, table.header) == (tuple(cut_up[:2]), tuple(row), head)
    assert table.keys == ("town 0", "town 1", "town 2", "town 3")
    assert (others.keys, others.header) == (("Hammer",), ())
    assert listings(cut_up[2:3]) == ()


def test_a_passage_may_hold_a_list_and_a_table() -> None:
    head = ("Drink", "Price")
    said = Unit("sentence", 0, 1, "We sell these:")
    item, row = Unit("item", 1, 2, "soft drinks"), Unit("row", 3, 4, "Tea $2", ("Tea", "$2"))
    table, others = listings([Passage(0, 0, 0, 4, (said, item, row), head)])
    assert (table.keys, table.units, table.header) == (("Tea",), (row,), head)
    assert (others.keys, others.units, others.header) == (("soft drinks",), (item,), ())


@pytest.mark.parametrize(
    ("kind", "sentence", "led"),
    [("item", "These rules hold.", True), ("item", "It goes as follows.", True), ("item", "Bring:", True),
     ("item", "The following is free.", True), ("item", "See below.", True), ("row", "Prices rose.", True),
     ("item", "Never use vinegar.", False), ("item", "Stay calm and follow the signs.", False),
     ("item", "Below 5 degrees it stops.", False)],
)  # fmt: skip
def test_what_leads_in(kind: str, sentence: str, led: bool) -> None:
    cells = ("a", "b") if kind == "row" else ()
    units = (Unit("sentence", 0, 1, sentence), Unit(kind, 1, 2, "a", cells), Unit(kind, 2, 3, "b", cells))
    (run,) = Passage(0, 0, 0, 3, units).runs
    assert bool(run.lead(units)) == led
