"""A small guide on tea, a hostile one, and a bot that answers from a table of questions."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chatbot.answering import Answer, Ask, Source
from chatbot.guides import Guide, read_guide

TEXT = """---
title: The Tea Guide
updated: 2026-02-03
---

## Brewing {#brewing}

Pour on *fresh* water. How long to wait differs by tea.

| Tea | Minutes |
|---|---|
| Green | 2 |
| Black | 4 |

### Milk & sugar {#milk}

Milk goes in last. See [brewing](#brewing).

## Storing

Keep tea dry. Keep tea dark.
"""
HOSTILE = (
    '<img src="https://evil.example/t.gif" onerror="document.title=\'hacked\'">'
    "<script>document.title='hacked'</script> ![t](https://evil.example/i.png) "
    "[click](javascript:document.title='hacked') </div></details>\n\n![u](https://evil.example/u.png)\n\n"
    '<iframe src="https://evil.example"></iframe><style>*{display:none}</style> &lt;b&gt; `x` **bold** $$x$$'
)
POISON = f"""# {HOSTILE.splitlines()[0]} {{#poison}}

{HOSTILE}

- item {HOSTILE.splitlines()[0]}

```
{HOSTILE}
```
"""
EXAMPLES = ("How long does green tea take?", "Does milk go in first?")


def read(name: str, text: str, folder: Path) -> Guide:
    """A guide of the given text."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return read_guide(file, folder)


def source(of: Guide, anchor: str, quote: str, passage: str, **changes: Any) -> Source:
    """A source of a guide. The quote stands in the guide; the passage holds it."""
    start = of.text.index(quote)
    title = next(one.title for one in of.sections if one.id == anchor)
    found = Source(f"{of.id}#{anchor}", of.title, title, None, quote, start, start + len(quote), passage, 1.0)
    return dataclasses.replace(found, **changes)


class TeaBot:
    """Answers from the table in `ask`; keeps what it was asked."""

    build = "tea-1"
    examples = EXAMPLES

    def __init__(self, folder: Path) -> None:
        self.tea, self.poison = read("tea.md", TEXT, folder), read("poison.md", POISON, folder)
        self.guides = (self.tea, self.poison)
        self.asked: list[Ask] = []
        self._numbers = itertools.count(1)
        table = TEXT[TEXT.index("Pour") : TEXT.index("\n\n### Milk")]
        self.green = source(self.tea, "brewing", "| Green | 2 |", table)
        self.black = source(self.tea, "brewing", "| Black | 4 |", table)
        milk = "Milk goes in last. See [brewing](#brewing)."
        self.milk = source(self.tea, "milk", "Milk goes in last.", milk)

    def ask_many(self, asks: Sequence[Ask]) -> list[Answer]:
        """One answer a question."""
        self.asked += asks
        return [self.ask(ask.question, ask.history) for ask in asks]

    def ask(self, question: str, history: Sequence[str] = (), guide: str | None = None) -> Answer:
        """The answer by a word of the question."""
        words = question.lower()
        if "green" in words:
            found, chips = (self.green, self.milk), ["and black tea?", "Is milk added?"]
            return self._answer(question, "Green tea takes 2 minutes.", found, chips)
        if "black" in words and any("green" in one.lower() for one in history):
            text, understood = "Black tea takes 4 minutes.", "How long does black tea take?"
            return self._answer(question, text, (self.black,), understood_as=understood)
        if "milk" in words:
            return self._answer(question, "Milk goes in last.", (self.milk,))
        if "which" in words:
            choices = ["green tea", "black tea"]
            return self._answer(question, "Which tea do you mean?", (), choices, kind="clarify")
        if "hello" in words:
            return self._answer(question, "Hello! Ask about tea.", (), kind="small_talk")
        if "explode" in words:
            raise RuntimeError("secret in /etc/passwd")
        if "hostile" in words or "evil" in words:
            poison = source(self.poison, "poison", HOSTILE, POISON, guide=HOSTILE, section=HOSTILE)
            elsewhere = dataclasses.replace(poison, url="javascript:document.title='hacked'")
            places = (
                poison,
                elsewhere,
                poison,
                elsewhere,
            )  # three of them quoted, as the text has three parts
            return self._answer(question, HOSTILE, places, [HOSTILE], understood_as=HOSTILE)
        text, changes = "The guide does not say.", {"reason": "not_in_guide", "missing": ("coffee",)}
        return self._answer(question, text, (self.milk, self.green), kind="no_answer", **changes)

    def _answer(
        self,
        question: str,
        text: str,
        sources: tuple[Source, ...],
        suggestions: Sequence[str] = (),
        **changes: Any,
    ) -> Answer:
        fields: dict[str, Any] = {
            "id": f"answer-{next(self._numbers)}", "kind": "answer", "question": question,
            "understood_as": question, "text": text, "confidence": 0.9, "sources": sources,
            "suggestions": tuple(suggestions), "reason": None, "missing": (), "build": self.build,
            "took_ms": 1.0,
        }  # fmt: skip
        return Answer(**fields | changes)


class TeaJournal:
    """Keeps in memory what it is given; knows every answer."""

    lost = 0

    def __init__(self) -> None:
        self.records: list[tuple[str, tuple[str, ...], str]] = []
        self.votes: list[tuple[str, str, tuple[str, ...], str]] = []

    def record(self, answer: Answer, history: Sequence[str], face: str) -> None:
        """Keeps a question."""
        self.records.append((answer.question, tuple(history), face))

    def vote(self, answer_id: str, rating: str, reasons: Sequence[str] = (), comment: str = "") -> bool:
        """Keeps a vote."""
        self.votes.append((answer_id, rating, tuple(reasons), comment))
        return True
