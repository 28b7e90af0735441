"""The project's own corpus keeps its promises: anchors, links, tables, facts, and questions by the hundred.

The anchors and the figures are written down here once more, on purpose: a reference never changes once
published, and a figure that is lost in an edit shows here.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from markdown_it.token import Token
from rapidfuzz import fuzz, process

from chatbot.guides import Guide, Section, read_corpus, read_golden
from chatbot.guides.markdown import read_markdown
from chatbot.guides.text import parser
from tests.conftest import ROOT

CORPUS = ROOT / "corpus"
NEARLY = 92.0  # per cent of likeness from which a question is the same in other words' clothes

# level, anchor; the levels give the parents
ANCHORS = """
2 definition
3 duties
3 work-environment
3 work-hours
2 how-to-become
3 step-high-school
3 step-bachelors
3 step-specialized-study
3 step-masters
3 step-experience
3 step-languages
3 step-certification
3 step-job-application
2 salary
3 salary-industries
3 salary-states
2 types
3 type-algorithm-specialist
3 type-data-scientist
3 type-deep-learning
3 type-nlp
3 type-computer-vision
2 skills
3 skills-programming
3 skills-math
3 skills-algorithms
3 skills-communication
3 skills-problem-solving
2 career-path
3 career-progression
3 career-cross-functional
2 outlook
3 outlook-projections
2 tips
3 tips-frameworks
3 tips-data-management
3 tips-research
3 tips-communication
3 tips-network
3 tips-continuous-learning
2 jobs
3 jobs-employers
3 jobs-states
3 jobs-sites
2 faqs
3 faq-skills
3 faq-workday
3 faq-industries
3 faq-education
3 faq-teamwork
3 faq-certifications
3 faq-progression
3 faq-stand-out
3 faq-continuous-learning
"""

TABLES = {
    "salary-industries": [
        ("Information Services and Data Processing", "$139,170"),
        ("Computer Systems Design", "$138,200"),
        ("Scientific Research and Development Services", "$136,040"),
        ("Software Publishers", "$135,330"),
        ("Management of Companies and Enterprises", "$133,530"),
    ],
    "salary-states": [
        ("California", "$139,620"),
        ("Washington", "$138,400"),
        ("New York", "$137,900"),
        ("Virginia", "$136,960"),
        ("Massachusetts", "$136,700"),
    ],
}

LISTS = {
    "tips-network": [
        "Association for the Advancement of Artificial Intelligence",
        "Professional Association for SQL Server",
        "Data Science Association",
    ],
    "tips-continuous-learning": [
        "Professional Certificate in Deep Learning from IBM",
        "Machine Learning Certification by Stanford University (Coursera)",
        "Postgraduate Program in AI and Machine Learning (Purdue University)",
    ],
    "jobs-employers": ["Google", "Facebook", "Microsoft", "Amazon", "Apple"],
    "jobs-states": ["California", "Washington", "New York", "Texas", "Massachusetts"],
    "jobs-sites": ["zengig", "Indeed", "LinkedIn", "Monster", "AI Job Pro"],
}

IN_SCOPE = {"direct", "paraphrase", "colloquial", "keywords", "fact", "typo", "followup"}
OUT_OF_SCOPE = {"near_miss", "far", "small_talk"}


@pytest.fixture(scope="module")
def guide() -> Guide:
    (found,) = read_corpus(CORPUS)
    return found


@pytest.fixture(scope="module")
def golden(guide: Guide) -> list[dict[str, Any]]:
    return read_golden(CORPUS / "golden.jsonl", [guide])


def section_of(guide: Guide, anchor: str) -> Section:
    return next(section for section in guide.sections if section.id == anchor)


def text_of(section: Section) -> str:
    said = " ".join(unit.text for block in section.blocks for unit in block.units)
    return f"{section.title} {said}".lower()


# The guide --------------------------------------------------------------------------------------


def test_the_guide_has_exactly_these_sections(guide: Guide) -> None:
    outline = [(int(line.split()[0]), line.split()[1]) for line in ANCHORS.split("\n") if line]
    assert len(outline) == 54
    assert guide.id == "machine-learning-engineer"
    assert [(section.level, section.id) for section in guide.sections] == outline
    written = re.findall(r"(?m)^#{2,3} .+ \{#([\w-]+)\}$", guide.text)
    assert written == [anchor for _, anchor in outline]  # every anchor is explicit


def test_every_section_says_something_and_is_found_by_its_parents(guide: Guide) -> None:
    parent = ()
    for section in guide.sections:
        assert section.blocks, section.id
        assert section.parents == (() if section.level == 2 else parent)
        parent = (section.title,) if section.level == 2 else parent


def test_the_front_matter_is_complete(guide: Guide) -> None:
    assert guide.title
    assert {"machine learning engineer", "ML engineer"} <= set(guide.aliases)
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", guide.updated)
    assert guide.language == "en"
    assert len(guide.examples) == 4


@pytest.mark.parametrize("anchor", TABLES)
def test_a_list_of_figures_is_a_table_with_all_its_rows(guide: Guide, anchor: str) -> None:
    (table,) = [block for block in section_of(guide, anchor).blocks if block.kind == "table"]
    assert [unit.cells for unit in table.units] == TABLES[anchor]


def test_every_column_of_figures_names_its_unit(guide: Guide) -> None:
    tables = [block for section in guide.sections for block in section.blocks if block.kind == "table"]
    assert len(tables) == len(TABLES)
    for table in tables:
        assert all(table.header)
        assert len(set(table.header)) == len(table.header)
        for name, *cells in zip(table.header, *(unit.cells for unit in table.units), strict=True):
            if all(re.search(r"\d", cell) for cell in cells):
                assert re.search(r"\w+ \(\w.*\)$", name), name


@pytest.mark.parametrize("anchor", LISTS)
def test_a_list_has_all_its_items_and_a_line_that_leads_in(guide: Guide, anchor: str) -> None:
    *_, lead, listed = section_of(guide, anchor).blocks
    assert listed.kind == "list"
    assert [unit.text for unit in listed.units] == LISTS[anchor]
    assert lead.units[-1].text.endswith(":")


@pytest.mark.parametrize(
    ("anchor", "words"),
    [
        ("work-hours", ["9 am to 5 pm", "Monday through Friday", "vary"]),
        ("step-languages", ["Python", "R,", "SQL", "Java"]),
        ("step-masters", ["optional", "competitive edge"]),
        ("step-bachelors", ["mathematics", "information technology", "computer science"]),
        ("salary", ["experience", "education", "industry", "location", "size", "Ph.D."]),
        ("career-progression", ["senior", "principal", "architect", "CTO", "startup"]),
        ("tips-frameworks", ["TensorFlow", "PyTorch", "C++"]),
        ("skills-math", ["calculus", "linear algebra", "statistics"]),
        (
            "faq-certifications",
            ["TensorFlow Developer Certificate", "Microsoft Certified: Azure AI Engineer"],
        ),
        ("outlook-projections", ["faster", "outpace"]),
        ("outlook", ["Python", "Java", "C++", "customer service bots"]),
    ],
)
def test_facts_stand_where_they_belong(guide: Guide, anchor: str, words: list[str]) -> None:
    said = text_of(section_of(guide, anchor))
    assert [word for word in words if word.lower() not in said] == []


# Links ------------------------------------------------------------------------------------------


def links(tokens: list[Token]) -> list[str]:
    found = []
    for token in tokens:
        if token.type in ("link_open", "image"):
            found.append(str(token.attrGet("href") or token.attrGet("src") or ""))
        found += links(token.children or [])
    return found


def broken_links(file: Path, anchors: set[str]) -> list[str]:
    """Links that lead to no section of the file, to no file beside it, or to no web address."""
    broken = []
    for target in links(parser().parse(file.read_text(encoding="utf-8"))):
        path, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target):
            fine = re.fullmatch(r"(https://[\w.-]+\.\w+(/\S*)?|mailto:\S+@\S+)", target) is not None
        elif path:
            other = file.parent / path
            fine = other.is_file() and (
                not anchor
                or anchor in {one.id for one in read_markdown(other, other.read_text("utf-8")).sections}
            )
        else:
            fine = anchor in anchors
        broken += [] if fine else [target]
    return broken


def test_links_of_guides_and_of_the_writers_page_resolve(guide: Guide) -> None:
    for file in (CORPUS / guide.file, CORPUS / "README.md", ROOT / "index" / "README.md"):
        sections = read_markdown(file, file.read_text(encoding="utf-8")).sections
        assert broken_links(file, {section.id for section in sections}) == []


def test_a_broken_link_would_be_found(tmp_path: Path) -> None:
    file = tmp_path / "new.md"
    (tmp_path / "other.md").write_text("## A {#a}\n\nB.\n", encoding="utf-8")
    file.write_text(
        "## Pay {#pay}\n\n[a](#pay) [b](other.md#a) [c](https://a.example/x) ![d](other.md)\n\n"
        "- [e](#gone) **[f](other.md#b)** [g](gone.md) [h](http:/x) ![i](gone.png)\n",
        encoding="utf-8",
    )
    assert broken_links(file, {"pay"}) == ["#gone", "other.md#b", "gone.md", "http:/x", "gone.png"]


# Questions --------------------------------------------------------------------------------------


@cache
def folded(question: str) -> str:
    return " ".join(re.findall(r"[\w'$]+", question.lower().replace("’", "'")))


def nearly_alike(questions: list[str], others: list[str]) -> list[tuple[str, str]]:
    """Pairs of questions that are the same, or nearly, whatever the order of their words."""
    keys = [folded(other) for other in others]
    found = []
    for question in questions:
        match = process.extractOne(folded(question), keys, scorer=fuzz.token_sort_ratio, score_cutoff=NEARLY)
        if match:
            found.append((question, others[match[2]]))
    return found


def test_every_section_has_enough_alternates(guide: Guide) -> None:
    assert {
        section.id: len(section.alternates) for section in guide.sections if len(section.alternates) < 14
    } == {}


def test_no_alternate_belongs_to_two_sections_or_stands_twice(guide: Guide) -> None:
    counted = Counter(folded(text) for section in guide.sections for text in section.alternates)
    assert [text for text, times in counted.items() if times > 1] == []


def test_no_question_is_both_answered_and_declined(guide: Guide) -> None:
    alternates = {folded(text) for section in guide.sections for text in section.alternates}
    assert [text for text in guide.declined if folded(text) in alternates] == []
    assert len(guide.declined) >= 500


def test_no_golden_question_repeats_an_alternate_or_a_declined_one(
    guide: Guide, golden: list[dict[str, Any]]
) -> None:
    others = [text for section in guide.sections for text in section.alternates] + list(guide.declined)
    asked = [row["question"] for row in golden if row["kind"] != "small_talk"]
    assert nearly_alike(asked, others) == []


def test_near_repeats_would_be_found() -> None:
    others = ["How much do ML engineers make in Texas?", "work hours"]
    assert nearly_alike(["In Texas how much do ML engineers make", "hours of work?"], others) == [
        ("In Texas how much do ML engineers make", others[0])
    ]


def test_no_golden_question_stands_twice(golden: list[dict[str, Any]]) -> None:
    counted = Counter((folded(row["question"]), tuple(row.get("history", ()))) for row in golden)
    assert [key for key, times in counted.items() if times > 1 and key[0]] == []


def test_there_are_golden_questions_of_every_sort(guide: Guide, golden: list[dict[str, Any]]) -> None:
    kinds = Counter(row["kind"] for row in golden)
    assert set(kinds) == IN_SCOPE | OUT_OF_SCOPE
    assert sum(bool(row["relevant"]) for row in golden) >= 300
    assert kinds["near_miss"] >= 100
    assert kinds["far"] >= 60
    assert kinds["followup"] >= 40
    assert kinds["typo"] >= 40
    assert kinds["small_talk"] >= 15
    asked = {ref for row in golden for ref in row["relevant"]}
    assert asked == {f"{guide.id}#{section.id}" for section in guide.sections}


@pytest.mark.parametrize("split", ["fit", "test"])
def test_both_halves_hold_every_sort_and_every_section(
    guide: Guide, golden: list[dict[str, Any]], split: str
) -> None:
    half = [row for row in golden if row["split"] == split]
    assert {row["kind"] for row in half} == IN_SCOPE | OUT_OF_SCOPE
    assert len({ref for row in half for ref in row["relevant"]}) == len(guide.sections)
    assert len(half) > len(golden) / 3


def test_a_golden_question_is_what_its_sort_says(golden: list[dict[str, Any]]) -> None:
    for row in golden:
        assert row["kind"] in (IN_SCOPE if row["relevant"] else OUT_OF_SCOPE), row
        assert row["split"] in ("fit", "test"), row
        assert row["kind"] != "followup" or row["history"], row
        assert row["relevant"] or not row.get("must"), row


def test_what_an_answer_must_hold_stands_in_a_relevant_section(
    guide: Guide, golden: list[dict[str, Any]]
) -> None:
    """A `must` may offer several wordings, parted by a bar."""
    wrong = []
    for row in golden:
        said = [text_of(section_of(guide, ref.partition("#")[2])) for ref in row["relevant"]]
        for must in row.get("must", ()):
            if not any(wording.lower() in text for wording in must.split("|") for text in said):
                wrong.append((row["question"], must))
    assert wrong == []
    assert sum(bool(row.get("must")) for row in golden) >= 300
