"""Reads the questions that belong to a corpus: alternates and declined ones beside a guide, and golden ones.

In: YAML and JSONL files. Out: questions, checked against the guides' sections. Alternates and declined
questions are content; golden questions are tests, and nothing here lets them into an index.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import yaml

from chatbot.errors import CorpusError
from chatbot.guides.parts import Guide
from chatbot.guides.text import MARK, read_text

# Written in C where PyYAML has it: ten thousand alternates in 0.03 s, not 0.8.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_alternates(file: Path, known: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The alternate questions of each section; `known` are the ids of the guide's sections."""
    remedy = "write `section-id:` and a list of questions"
    node = _compose(file, remedy)
    if node is None:
        return {}
    if not isinstance(node, yaml.MappingNode):
        raise CorpusError("is not a map", file, _line(node), remedy)
    alternates: dict[str, tuple[str, ...]] = {}
    for key, value in node.value:
        if key.value not in known:
            remedy = "use the anchor of a heading"
            raise CorpusError(f"the guide has no section {key.value!r}", file, _line(key), remedy)
        if key.value in alternates:
            raise CorpusError(f"{key.value!r} stands there twice", file, _line(key), "join the two lists")
        alternates[key.value] = _list(file, value, f"{key.value!r} is not a list of questions")
    return alternates


def read_declined(file: Path) -> tuple[str, ...]:
    """The questions that people ask and that the guide does not answer."""
    node = _compose(file, "write a list of questions")
    return () if node is None else _list(file, node, "is not a list of questions")


def _compose(file: Path, remedy: str) -> yaml.Node | None:
    """The file as YAML's own tree, which knows the line of everything."""
    try:
        return yaml.compose(read_text(file).removeprefix(MARK), LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise CorpusError("is not YAML", file, mark.line + 1 if mark else 1, remedy) from error


def _list(file: Path, node: yaml.Node, problem: str) -> tuple[str, ...]:
    remedy = "write `- question` lines, a question with a colon in quotes"
    if not isinstance(node, yaml.SequenceNode):
        raise CorpusError(problem, file, _line(node), remedy)
    for entry in node.value:
        if not isinstance(entry, yaml.ScalarNode) or not entry.value.strip():
            raise CorpusError(problem, file, _line(entry), remedy)
    return tuple(entry.value.strip() for entry in node.value)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def read_golden(file: Path, guides: Sequence[Guide]) -> list[dict[str, Any]]:
    """The golden questions, an object a line, checked against the guides' sections.

    An empty list where there is no such file. Every row has `question` and `relevant`.
    """
    if not file.exists():
        return []
    ids = [guide.id for guide in guides]
    refs = {f"{guide.id}#{section.id}" for guide in guides for section in guide.sections}
    rows = []
    for line, text in enumerate(read_text(file).removeprefix(MARK).split("\n"), 1):
        if text.strip():
            rows.append(_golden(file, line, text, ids, refs))
    return rows


def _golden(file: Path, line: int, text: str, ids: Sequence[str], refs: Collection[str]) -> dict[str, Any]:
    try:
        row = json.loads(text)
    except json.JSONDecodeError as error:
        raise CorpusError(f"is not JSON: {error.msg}", file, line, "write one object a line") from error
    if not isinstance(row, dict) or not isinstance(row.get("question"), str) or not row["question"].strip():
        remedy = 'write {"question": "…", "relevant": ["guide#section"]}'
        raise CorpusError("has no question", file, line, remedy)
    row.setdefault("relevant", [])
    for name in ("relevant", "history", "must"):
        value = row.get(name, [])
        if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
            raise CorpusError(f"{name} is not a list of texts", file, line, f'write "{name}": ["…"]')
    for ref in row["relevant"]:
        if ref not in refs:
            raise CorpusError(f"names {ref!r}, which no guide has", file, line, "use guide#section")
    if row.get("guide") not in (None, *ids):
        remedy = f"use one of: {', '.join(ids)}"
        raise CorpusError(f"asks the guide {row['guide']!r}, which is not there", file, line, remedy)
    return row
