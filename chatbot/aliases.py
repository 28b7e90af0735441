"""The names of the guides' own roles, as people write them: "ML engineer", "machine-learning engineers".

In: guides, and texts. Out: which guides a text names, and the text without these names or asked of another
role. Every other occupation is for `chatbot.roles`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from chatbot.guides import Guide
from chatbot.lexical import even, fold_phrase, spelt


@dataclass(frozen=True)
class Aliases:
    """The aliases of some guides, looked up once a load."""

    guides: tuple[Guide, ...]

    @cached_property
    def names(self) -> list[tuple[str, set[int]]]:
        """The folded names of the roles with the numbers of their guides, longest first."""
        names: dict[str, set[int]] = {}
        for number, guide in enumerate(self.guides):
            for alias in guide.aliases:
                if folded := fold_phrase(alias):
                    names.setdefault(folded, set()).add(number)
        return sorted(names.items(), key=lambda name: -len(name[0]))

    def named(self, text: str) -> set[int]:
        """The guides whose role is named in a text: the longest name wins where names overlap."""
        folded = f" {fold_phrase(text)} "
        found = set()
        for alias, guides in self.names:
            if alias in folded and (name := re.compile(rf"(?<= ){re.escape(alias)}s?(?= )")).search(folded):
                found |= guides
                folded = name.sub("\0", folded)
        return found

    def without(self, text: str) -> str:
        """A text without these names."""
        return self._without(text)

    @cached_property
    def _without(self) -> Callable[[str], str]:
        """The same, kept: a question is asked for it from several sides."""
        return lru_cache(maxsize=256)(self._cut)

    def _cut(self, text: str) -> str:
        for start, end in reversed(self._spans(text)):
            text = f"{text[:start]} {text[end:]}"
        return text

    def replaced(self, text: str, role: str) -> str:
        """A question about one of these roles, asked of another; empty if it names none of them."""
        if not (spans := self._spans(text)):
            return ""
        start, end = spans[0]
        return text[:start] + role + text[end:]

    def _spans(self, text: str) -> list[tuple[int, int]]:
        """Where these names stand in a text."""
        return [found.span() for found in self._written.finditer(even(text))] if self._written else []

    @cached_property
    def _written(self) -> re.Pattern[str] | None:
        """The names, one or many, as people write them."""
        names = [spelt(alias) for alias, _ in self.names]
        return re.compile(rf"(?<!\w)(?:an? )?(?:{'|'.join(names)})s?(?!\w)", re.I) if names else None
