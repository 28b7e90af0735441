"""Cuts sections into passages that fit the model, and lists the views by which each can be found.

In: guides. Out: `Passage`s (consecutive units of one section, never cut inside a sentence, list item
or table row) and `View`s (the texts that are embedded: title with its parents, passage behind that title,
each unit, each alternate question). It reads no files and embeds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, pairwise

from chatbot.guides import Guide, Section, Unit

# How the title of a step begins; "2019: The founding" is none.
STEP = re.compile(
    r"^(?:(?P<noun>step|stage|phase|part|day|week)\s+(?P<number>\d{1,3})\b|(?P<bare>\d{1,3})[.):]\s)", re.I
)

LEADS_IN = re.compile(r"\b(?:as follows|following|these)\b|\bbelow\W*$", re.I)


@dataclass(frozen=True, slots=True)
class Run:
    """Rows or items that follow each other in a passage, with the sentence that leads in, if there is one."""

    kind: str  # "row" or "item"
    start: int  # the number of the leading sentence, or of the first of them
    first: int
    end: int  # past the last

    def holds(self, number: int) -> bool:
        """Whether a unit is one of them, or leads in."""
        return self.start <= number < self.end

    def lead(self, units: Sequence[Unit]) -> Sequence[Unit]:
        """The leading sentence, or nothing."""
        return units[self.start : self.first]


@dataclass(frozen=True)
class Passage:
    """Consecutive units of one section. `start` and `end` are character offsets in the guide file."""

    guide: int  # number of the guide in the build
    section: int  # number of the section in the build
    start: int
    end: int
    units: tuple[Unit, ...]
    header: tuple[str, ...] = ()  # of the table, where the passage is (a part of) one

    @property
    def text(self) -> str:
        """The passage without Markdown, its rows with their header."""
        return " ".join(unit.text for unit in self.units)

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """How many words each unit has."""
        return tuple(len(unit.text.split()) for unit in self.units)

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """The tables and lists."""
        runs = []
        kinds = [(unit.kind, unit.number is None) for unit in self.units]
        for (kind, _), group in groupby(range(len(self.units)), key=kinds.__getitem__):
            if kind in ("row", "item"):
                numbers = list(group)
                first = numbers[0]
                before = self.units[first - 1] if first else None
                led = before is not None and before.kind == "sentence" and _leads_in(kind, before.text)
                runs.append(Run(kind, first - led, first, numbers[-1] + 1))
        return tuple(runs)


def _leads_in(kind: str, sentence: str) -> bool:
    """Whether a sentence announces what follows: a table in any case, a list with a colon or by its words.

    "Never use vinegar." before the steps is no part of them.
    """
    return kind == "row" or sentence.endswith(":") or LEADS_IN.search(sentence) is not None


@dataclass(frozen=True, slots=True)
class View:
    """One text by which a section can be found. `passage` and `unit` say what it stands for, or -1."""

    kind: str  # "title", "passage", "unit", "alternate" or "declined", which belongs to no section (-1)
    text: str
    section: int
    passage: int = -1
    unit: int = -1


@dataclass(frozen=True)
class Listing:
    """A table, or the list items of a section, though it be cut into several passages."""

    passages: tuple[Passage, ...]
    units: tuple[Unit, ...]  # its rows, or its items
    keys: tuple[str, ...]  # what each of them is about: its first cell, or its text
    header: tuple[str, ...]  # empty for a list

    @cached_property
    def columns(self) -> tuple[tuple[str, ...], ...]:
        """The cells of each column, empty where a row has none."""
        return tuple(
            tuple(row.cells[column] if column < len(row.cells) else "" for row in self.units)
            for column in range(len(self.header))
        )

    @cached_property
    def steps(self) -> tuple[Unit, ...]:
        """The items of a numbered list, see `steps_of`."""
        return steps_of(self.units)


def cut(guides: Sequence[Guide], count_tokens: Callable[[str], int], limit: int) -> list[Passage]:
    """Cuts every section into passages that have at most `limit` tokens with its title.

    A single unit that is longer stays whole.
    """
    passages: list[Passage] = []
    number = -1
    for position, guide in enumerate(guides):
        for section in guide.sections:
            number += 1
            starts = {block.units[0]: block.start for block in section.blocks}  # a table's is its header's
            room = limit - count_tokens(title_text(section))
            for units, header in _groups(section, count_tokens, room):
                start = starts.get(units[0], units[0].start)
                passages.append(Passage(position, number, start, units[-1].end, units, header))
    return passages


def _groups(
    section: Section, count_tokens: Callable[[str], int], limit: int
) -> Iterator[tuple[tuple[Unit, ...], tuple[str, ...]]]:
    """Fills groups block by block. A table or list stays together with the text before it if it fits."""
    group: list[Unit] = []
    header: tuple[str, ...] = ()
    size = 0
    for block in section.blocks:
        sizes = [count_tokens(unit.text) for unit in block.units]
        if group and (size + sum(sizes) > limit or (header and block.header)):
            yield tuple(group), header
            group, header, size = [], (), 0
        header = header or block.header
        for unit, tokens in zip(block.units, sizes, strict=True):
            if group and size + tokens > limit:
                yield tuple(group), header
                group, header, size = [], block.header, 0
            group.append(unit)
            size += tokens
    if group:
        yield tuple(group), header


def list_views(guides: Sequence[Guide], passages: Sequence[Passage]) -> list[View]:
    """All views of all sections, passages first in their order, then units, titles and alternates.

    A passage is embedded behind its title: that alone tells most of what a question is about.
    """
    sections = [section for guide in guides for section in guide.sections]
    views = [
        View("passage", f"{title_text(sections[passage.section])}\n{passage.text}", passage.section, i)
        for i, passage in enumerate(passages)
    ]
    for i, passage in enumerate(passages):
        views += [View("unit", unit.text, passage.section, i, j) for j, unit in enumerate(passage.units)]
    for i, section in enumerate(sections):
        if section.blocks:
            views.append(View("title", title_text(section), i))
            views += [View("alternate", text, i) for text in dict.fromkeys(section.alternates)]
    declined = dict.fromkeys(text for guide in guides for text in guide.declined)
    return views + [View("declined", text, -1) for text in declined]


def listings(passages: Sequence[Passage]) -> tuple[Listing, ...]:
    """The tables and the list items of a section, given as its passages: one may hold both."""
    groups: dict[tuple[str, tuple[str, ...]], list[Passage]] = {}
    for passage in passages:
        for kind, header in (("row", passage.header), ("item", ())):
            if any(unit.kind == kind for unit in passage.units):
                groups.setdefault((kind, header), []).append(passage)
    found = []
    for (kind, header), parts in groups.items():
        units = tuple(unit for part in parts for unit in part.units if unit.kind == kind)
        keys = tuple(unit.key for unit in units)
        found.append(Listing(tuple(parts), units, keys, header))
    return tuple(found)


def steps_of(units: Sequence[Unit]) -> tuple[Unit, ...]:
    """The numbered items among some units; none where their numbers do not run on, as of two lists."""
    items = tuple(unit for unit in units if unit.number is not None)
    numbers = [unit.number for unit in items if unit.number is not None]
    return items if all(after == number + 1 for number, after in pairwise(numbers)) else ()


def title_text(section: Section) -> str:
    """A section's title behind its parents': "Salary: Highest paying states"."""
    return ": ".join((*section.parents, section.title))


def question_of(section: Section) -> str:
    """A question that a section answers: its first alternate, else its title."""
    return section.alternates[0] if section.alternates else title_text(section)


def is_step(section: Section) -> bool:
    """Whether the section is one of a sequence, so that "what comes next?" has an answer.

    >>> is_step(Section("a", "Step 2: Earn a degree", 3, 1))
    True
    """
    return STEP.match(section.title) is not None


def place_of(section: Section) -> tuple[str, int]:
    """What a step goes by, in lower case, and its number; no step has no noun, and 0.

    >>> place_of(Section("a", "Step 2: Knead", 3, 1)), place_of(Section("a", "2. Knead", 3, 1))
    (('step', 2), ('', 2))
    """
    found = STEP.match(section.title)
    return ((found["noun"] or "").lower(), int(found["number"] or found["bare"])) if found else ("", 0)


def bare_title(section: Section) -> str:
    """A section's title without its number in a sequence.

    >>> bare_title(Section("a", "Step 2: Earn a degree", 3, 1))
    'Earn a degree'
    """
    return STEP.sub("", section.title).lstrip(" :.)–-") or section.title


def markdown_of(guide: Guide, passage: Passage) -> str:
    """The passage as it stands in the guide file."""
    return guide.text[passage.start : passage.end]


def families(guide_of: Sequence[int], sections: Sequence[Section]) -> tuple[tuple[int, ...], ...]:
    """For each section those under the same heading of its guide, itself among them, in order."""
    own = zip(guide_of, sections, strict=True)
    keys = [(guide, section.parents, section.level) for guide, section in own]
    return _numbers(keys, keys)


def below(guide_of: Sequence[int], sections: Sequence[Section]) -> tuple[tuple[int, ...], ...]:
    """For each section those right below its heading, in order."""
    own = list(zip(guide_of, sections, strict=True))
    return _numbers(
        [(guide, section.parents) for guide, section in own],
        [(guide, (*section.parents, section.title)) for guide, section in own],
    )


def _numbers(keys: Sequence[object], wanted: Sequence[object]) -> tuple[tuple[int, ...], ...]:
    """For each wanted key the places where it stands."""
    found: dict[object, list[int]] = {}
    for number, key in enumerate(keys):
        found.setdefault(key, []).append(number)
    return tuple(tuple(found.get(key, ())) for key in wanted)
