"""Reads the corpus: Markdown guides, FAQ pairs and alternate questions become Guides with Sections.

In: a corpus folder. Out: `Guide` → `Section` → `Block` → `Unit`, each knowing its character offsets in
the guide file, so that whatever is quoted later can be found there again. This is the only part that
opens the corpus. It does not cut passages, embed or rank; it never repairs a file: what cannot be read
raises `CorpusError` with file, line and remedy.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from chatbot.errors import CorpusError
from chatbot.guides.markdown import read_markdown
from chatbot.guides.pairs import read_pairs
from chatbot.guides.parts import Block, Guide, Section, Unit
from chatbot.guides.questions import read_alternates, read_declined, read_golden
from chatbot.guides.synonyms import read_synonyms
from chatbot.guides.text import plain, read_text, sentences, slug

__all__ = [
    "GOLDEN", "GUIDES", "SYNONYMS", "Block", "Guide", "Section", "Unit", "guide_files", "plain",
    "read_corpus", "read_golden", "read_guide", "read_synonyms", "read_text", "sentences", "slug",
]  # fmt: skip

GUIDES = "guides"  # the folder of the corpus that holds guides
GOLDEN = "golden.jsonl"  # the golden questions, beside that folder
SYNONYMS = "synonyms.txt"  # what people write instead of the guides' words, beside that folder too
QUESTIONS = ".questions.yaml"  # what follows a guide's stem in the name of its alternates
DECLINED = ".declined.yaml"  # … of the questions that it is known not to answer
KINDS = (".md", ".csv", ".jsonl")


def guide_files(corpus: Path) -> list[Path]:
    """The files that are guides, in the order of their paths. Hidden ones (".draft.md") are left out."""
    folder = corpus / GUIDES
    files = (path for path in folder.rglob("*") if path.suffix.lower() in KINDS and not path.is_dir())
    return sorted(
        file for file in files if not any(part.startswith(".") for part in file.relative_to(folder).parts)
    )


def read_corpus(corpus: Path) -> list[Guide]:
    """All guides of a corpus folder, in the order of their paths, alternates included.

    Raises `CorpusError` for a missing folder, a folder without guides, two guides of one id, and
    for every file that is not what it should be.
    """
    folder = corpus / GUIDES
    if not folder.is_dir():
        raise CorpusError("there is no such folder", folder, remedy="put guides there, or set --corpus")
    files = guide_files(corpus)
    if not files:
        raise CorpusError("holds no guides", folder, remedy="add a .md, .csv or .jsonl file")
    taken: dict[str, Path] = {}
    for file in files:
        if (other := taken.setdefault(file.stem, file)) is not file:
            raise CorpusError(f"has the same name as {other}", file, remedy="rename one of them")
    beside = {file.with_name(file.stem + ending) for file in files for ending in (QUESTIONS, DECLINED)}
    for stray in sorted([*folder.rglob("*" + QUESTIONS), *folder.rglob("*" + DECLINED)]):
        if stray not in beside:
            raise CorpusError("belongs to no guide", stray, remedy="name it after a guide beside it")
    return [read_guide(file, corpus) for file in files]


def read_guide(file: Path, corpus: Path) -> Guide:
    """One guide with the alternates beside it. The id is the file's stem."""
    if "#" in file.stem:
        raise CorpusError("has a # in its name, which parts guide and section", file, remedy="rename it")
    text = read_text(file)
    guide = read_markdown(file, text) if file.suffix.lower() == ".md" else read_pairs(file, text)
    if not any(section.blocks for section in guide.sections):
        raise CorpusError("is empty: no section says anything", file, remedy="write below a heading")
    questions, refused = file.with_name(file.stem + QUESTIONS), file.with_name(file.stem + DECLINED)
    known = {section.id for section in guide.sections}
    alternates = read_alternates(questions, known) if questions.exists() else {}
    sections = tuple(
        replace(section, alternates=section.alternates + alternates.get(section.id, ()))
        for section in guide.sections
    )
    declined = read_declined(refused) if refused.exists() else ()
    place = file.relative_to(corpus).as_posix()
    return replace(guide, file=place, sections=sections, declined=declined)
