"""Lints a corpus: what a writer should mend although it can be read.

In: a corpus folder. Out: remarks, a line each, with file and line where there is one. What cannot be read
at all is a `CorpusError` from `chatbot.guides`. It judges form, not truth.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from rapidfuzz import fuzz, process

from chatbot.guides import (
    DECLINED,
    GOLDEN,
    GUIDES,
    QUESTIONS,
    SYNONYMS,
    Block,
    Guide,
    Unit,
    read_corpus,
    read_golden,
    read_synonyms,
)
from chatbot.lexical import fold_phrase

NEARLY = 92.0  # per cent of likeness from which one question repeats another
ENOUGH = 14  # alternates a section; fewer cost right answers (docs/quality.md)
CELL = re.compile(r"(?<!\\)\|")
# A row of a table, or an item of a list, where neither is read: without "|---|", or in a CSV or JSONL answer.
DRAWN = re.compile(r"^\s*\|.*\|.*\||\|\s*:?-{3,}|:\s+[-*] \S.*\s[-*] \S", re.DOTALL)
AS_DRAWN = "in a Markdown guide put |---|---| below a table's first line, and each item on a line of its own"
DOCUMENTS = frozenset(
    [".doc", ".docx", ".htm", ".html", ".ods", ".odt", ".pdf", ".rtf", ".tsv", ".xls", ".xlsx"]
)
LONG = 60  # words of a sentence that nobody wants quoted


def check_corpus(corpus: Path) -> list[str]:
    """All remarks on a corpus; none if there is nothing to mend."""
    guides = read_corpus(corpus)
    golden = read_golden(corpus / GOLDEN, guides)
    remarks = list(_unread(corpus))
    for guide in guides:
        file = corpus / guide.file
        remarks += _links(guide, guides, file)
        remarks += _sections(guide, file)
        remarks += _tables(guide, file)
        remarks += _alternates(guide, file)
    remarks += _synonyms(guides, corpus / SYNONYMS)
    remarks += _repeated(guides, [row for row in golden if not row.get("history")], corpus / GOLDEN)
    return remarks


def _links(guide: Guide, guides: Sequence[Guide], file: Path) -> Iterator[str]:
    """Links to sections that are not there."""
    anchors = {other.id: {section.id for section in other.sections} for other in guides}
    for link in re.finditer(r"\]\(([^)\s]*)#([\w.:-]+)\)", guide.text):
        target = Path(link[1]).stem if link[1] else guide.id
        if "://" not in link[1] and link[2] not in anchors.get(target, ()):
            yield f"{file}:{_line(guide, link.start())}: the link to {link[1]}#{link[2]} leads nowhere"


def _unread(corpus: Path) -> Iterator[str]:
    """Documents among the guides that are not read, hidden ones left out."""
    folder = corpus / GUIDES
    for file in sorted(folder.rglob("*")):
        if any(part.startswith((".", "~")) for part in file.relative_to(folder).parts):
            continue
        if file.suffix.lower() in (".yml", ".yaml") and not file.name.endswith((QUESTIONS, DECLINED)):
            yield f"{file}: is not read; questions go into NAME{QUESTIONS} or NAME{DECLINED}"
        elif file.suffix.lower() in DOCUMENTS:
            yield f"{file}: is not read; write a guide as .md, .csv or .jsonl"


def _sections(guide: Guide, file: Path) -> Iterator[str]:
    lines: dict[tuple[str, ...], int] = {}
    for section in guide.sections:
        where = f"{file}:{section.line}"
        first = lines.setdefault((*section.parents, fold_phrase(section.title)), section.line)
        if first != section.line:
            yield f"{where}: “{section.title}” is the heading of line {first}, too; say what sets it apart"
        if not section.blocks:
            yield f"{where}: “{section.title}” says nothing; a heading alone is never an answer"
        for block in section.blocks:
            if block.kind == "table" and not all(block.header):
                yield f"{where}: a table in “{section.title}” has a column without a name"
            for unit in block.units:
                if (size := len(unit.text.split())) > LONG:
                    yield f"{file}:{_line(guide, unit.start)}: {size} words in one {unit.kind}; split it"


def _tables(guide: Guide, file: Path) -> Iterator[str]:
    """Tables that are read with gaps, and such as are not read as tables."""
    for section in guide.sections:
        for block in section.blocks:
            for unit in block.units:
                if block.kind == "text" and DRAWN.search(unit.text):
                    where = f"{file}:{_line(guide, unit.start)}"
                    yield f"{where}: “{section.title}” has a table or list that is read as prose; {AS_DRAWN}"
                if block.kind == "table":
                    gaps = _gaps(guide, section.title, block, unit)
                    yield from (f"{file}:{_line(guide, unit.start)}: {gap}" for gap in gaps)


def _gaps(guide: Guide, title: str, table: Block, row: Unit) -> Iterator[str]:
    """What a row has too little, or too much."""
    if len(CELL.split(guide.text[row.start : row.end].strip().strip("|"))) > len(table.header):
        yield f"the row “{row.key}” has more cells than the table has columns"
    if not row.key:
        yield f"a row of “{title}” has no name in its first cell"
    for name, cell in zip(table.header[1:], row.cells[1:], strict=False):
        if not cell:
            yield f"the row “{row.key}” says nothing in “{name}”"


def _line(guide: Guide, offset: int) -> int:
    """The line of the file, from 1, in which a character stands."""
    return guide.text.count("\n", 0, offset) + 1


def _alternates(guide: Guide, file: Path) -> Iterator[str]:
    """Sections that are hard to find, and questions that stand under two of them."""
    questions = file.with_name(file.stem + QUESTIONS)
    owner: dict[str, str] = {}
    for section in guide.sections:
        if section.blocks and 0 < len(section.alternates) < ENOUGH and questions.exists():
            few = len(section.alternates)
            yield f"{questions}: {section.id} has {few} alternates; add {ENOUGH - few} in other words"
        if section.blocks and not section.alternates and questions.exists():
            yield f"{questions}: {section.id} has no alternates"
        for question in section.alternates:
            other = owner.setdefault(fold_phrase(question), section.id)
            if other != section.id:
                yield f"{questions}: {question!r} stands under {other} and {section.id}"
    for question in guide.declined:
        if (taken := owner.get(fold_phrase(question))) is not None:
            yield f"{questions}: {question!r} stands under {taken} and among the declined"


def _synonyms(guides: Sequence[Guide], file: Path) -> Iterator[str]:
    """Synonyms of words that the guides do not use, and such as stand for two of them."""
    texts = [f" {fold_phrase(guide.text)} " for guide in guides]
    owner: dict[str, str] = {}
    for word, others in read_synonyms(file).items():
        if not any(f" {fold_phrase(word)} " in text for text in texts):
            yield f"{file}: no guide says {word!r}"
        for synonym in others:
            if (other := owner.setdefault(fold_phrase(synonym), word)) != word:
                yield f"{file}: {synonym!r} stands for {other!r} and for {word!r}"


def _repeated(guides: Sequence[Guide], golden: Sequence[dict[str, object]], file: Path) -> Iterator[str]:
    """Golden questions that repeat an alternate or a declined question: they would test nothing."""
    known = {fold_phrase(q) for g in guides for s in g.sections for q in s.alternates}
    known |= {fold_phrase(question) for guide in guides for question in guide.declined}
    for row in golden:
        asked = fold_phrase(str(row["question"]))
        near = process.extractOne(asked, known, scorer=fuzz.token_sort_ratio, score_cutoff=NEARLY)
        if near and row.get("kind") != "small_talk":
            yield f"{file}: {row['question']!r} repeats {near[0]!r}, which the build learns from"
