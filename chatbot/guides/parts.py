"""What a guide is made of: `Guide` → `Section` → `Block` → `Unit`, each with its place in the file.

Data only: nothing here reads, parses or decides.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Unit:
    """The smallest thing that is quoted: a sentence, a list item or a table row.

    `start` and `end` are character offsets in the guide file; `text` is the same without Markdown.
    `cells` are a row's cells in plain text, in the order of its block's `header`; `number` is the place of an
    item in a numbered list, as a reader sees it; anything else has none.
    """

    kind: str  # "sentence", "item" or "row"
    start: int
    end: int
    text: str
    cells: tuple[str, ...] = ()
    number: int | None = None

    @property
    def key(self) -> str:
        """What it is called: a row by its first cell, anything else by its text."""
        return self.cells[0] if self.cells else self.text


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list, table or code block of a section. A table has a `header`, others have none."""

    kind: str  # "text", "list", "table" or "code"
    start: int
    end: int
    units: tuple[Unit, ...]
    header: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it, up to the next heading of any level."""

    id: str
    title: str
    level: int  # 1 to 6
    line: int  # of the heading, from 1
    parents: tuple[str, ...] = ()  # titles of the headings above it, outermost first
    blocks: tuple[Block, ...] = ()
    alternates: tuple[str, ...] = ()
    url: str = ""  # of a FAQ pair that has its own

    @property
    def units(self) -> list[Unit]:
        """All that it says, in order."""
        return [unit for block in self.blocks for unit in block.units]


@dataclass(frozen=True, slots=True)
class Guide:
    """One file of the corpus, read. `text` is the file, character for character."""

    id: str
    title: str
    file: str  # relative to the corpus, with forward slashes
    text: str
    sections: tuple[Section, ...]
    aliases: tuple[str, ...] = ()
    url: str = ""
    updated: str = ""  # ISO date
    language: str = "en"
    sources: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()  # questions to show in an empty chat
    synonyms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    declined: tuple[str, ...] = ()  # questions that people ask and that the guide does not answer
