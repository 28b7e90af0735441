"""Which of a question's words a section holds, each weighed by how rare it is.

In: a question's content words, and an `Index`. Out: shares and counts, those of the traits in
`chatbot.ranking` that are about words. It knows neither vectors nor what follows from the figures.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from chatbot import lexical, measures
from chatbot.index import Index
from chatbot.lexical import Word
from chatbot.passages import steps_of

# What picks an item of a numbered list, besides its own words; numbers do only beside one of the others.
NUMBERS = frozenset([*lexical.CARDINALS, *map(str, range(1, 21))])
PICKS = frozenset([*lexical.STEPS, *(f"{noun}s" for noun in lexical.STEPS), *lexical.ORDINALS])


@dataclass(frozen=True)
class Coverage:
    """The stems of the sections' texts, looked up once a load."""

    index: Index
    blind: bool = False  # to texts that are the question itself: for judging alternates as if left out

    def of(self, sections: Sequence[int], words: Sequence[Word]) -> list[tuple[float, float, float, float]]:
        """Four figures a section.

        The share of the words that its texts hold, the share that it says itself, both from 0 to 1
        (alternates tell stories, so that counts apart), 1 for a row of its tables that is named, and how many
        of the words no text of the corpus holds. By "cheapest" a table of prices is ranked, by "last step" an
        item of a numbered list is picked: no text has to hold that.
        """
        known = self.index.words["stems"]
        strange = [word for word in words if word.stem not in known]
        weights = {word.stem: self.rarity(word.stem) for word in words}
        total = sum(weights.values())
        picks = [word for word in words if word.folded in PICKS]
        picks += [word for word in words if word.folded in NUMBERS] if picks else []
        found = []
        for section in sections:
            ranks = [word for word in strange if word.folded in self._ranks[section]]
            if picks and self._numbered[section]:
                ranks += [word for word in picks if word.stem not in self.stems[section]]
            told = total - sum(weights[stem] for stem in {word.stem for word in ranks}) if ranks else total
            found.append((
                _share(weights, told, self._held(section, weights.keys())),
                _share(weights, told, self.own_stems[section]),
                float(any(lexical.names(row, weights) for row in self._rows[section])),
                float(sum(word not in ranks for word in strange) if ranks else len(strange)),
            ))  # fmt: skip
        return found

    def cells(self, words: Sequence[Word]) -> list[int]:
        """The sections with a table of several columns of which words name a row and a column.

        "The sauna on Sunday" is in no sentence of it: a row is embedded with all of its columns.
        """
        asked = {word.stem for word in words} if self._grids else frozenset()
        return [
            section
            for section, keys, columns in self._grids
            if (named := columns & asked)
            and any(lexical.names(key, asked) and not named.issubset(lexical.stems(key)) for key in keys)
        ]

    @cached_property
    def _grids(self) -> list[tuple[int, list[str], frozenset[str]]]:
        """Tables of several columns: the section, the rows' names, the stems that one heading has alone."""
        return [
            (number, [row.key for row in table.units], frozenset().union(*lexical.apart(table.header[1:])))
            for number, section in enumerate(self.index.sections)
            for table in section.blocks
            if len(table.header) > 2
        ]

    def rarity(self, stem: str) -> float:
        """The inverse document frequency of a stem over the corpus's texts; unknown ones weigh most."""
        return self._rarities.get(stem, self._rarities[""])

    @cached_property
    def _rarities(self) -> dict[str, float]:
        """The rarity of every stem, and under the empty one that of a stem which no text holds."""
        total = self.index.words["texts"]
        seen = {"": 0} | self.index.words["stems"]
        return {stem: math.log((total + 1) / (texts + 0.5)) for stem, texts in seen.items()}

    @cached_property
    def stems(self) -> list[frozenset[str]]:
        """The stems in each section's texts, alternates included."""
        return [frozenset(stems) for stems in self.index.words["sections"]]

    @cached_property
    def own_stems(self) -> list[frozenset[str]]:
        """The stems in the titles above each section, in its own, and in what it says."""
        stems: list[set[str]] = [set() for _ in self.index.sections]
        for view in self.index.views:
            if view.kind in ("title", "unit"):
                stems[view.section].update(word.stem for word in lexical.words(view.text))
        return [frozenset(found) for found in stems]

    @cached_property
    def _rows(self) -> list[list[str]]:
        """The first cell of each row of each section's tables."""
        return [[unit.cells[0] for unit in section.units if unit.cells] for section in self.index.sections]

    @cached_property
    def _ranks(self) -> list[frozenset[str]]:
        """The words by which the tables of each section can be ranked, for what their columns measure."""
        found = []
        for section in self.index.sections:
            tables = [block for block in section.blocks if block.kind == "table"]
            columns = [
                measures.of_column(name, [row.cells[n] for row in table.units if n < len(row.cells)])
                for table in tables
                for n, name in enumerate(table.header[1:], 1)
            ]
            found.append(frozenset().union(*(measures.RANKS.get(measure, ()) for measure in columns)))
        return found

    @cached_property
    def _numbered(self) -> list[bool]:
        """Which sections have a numbered list."""
        return [bool(steps_of(section.units)) for section in self.index.sections]

    def _held(self, section: int, asked: Collection[str]) -> frozenset[str]:
        """The stems in the section's texts; to the blind, in those other than the question itself."""
        if not self.blind:
            return self.stems[section]
        itself = frozenset(asked)
        return frozenset().union(*(stems for stems in self._texts[section] if stems != itself))

    @cached_property
    def _texts(self) -> list[list[frozenset[str]]]:
        """The stems of the content words of each section's texts, one by one."""
        texts: list[list[frozenset[str]]] = [[] for _ in self.index.sections]
        for view in self.index.views:
            if view.section >= 0:
                texts[view.section].append(frozenset(lexical.stems(view.text)))
        return texts


def _share(weights: Mapping[str, float], total: float, held: Collection[str]) -> float:
    """The share of the stems' `total` weight that is of those held; 1 if there are no stems."""
    return sum([weight for stem, weight in weights.items() if stem in held]) / total if total else 1.0
