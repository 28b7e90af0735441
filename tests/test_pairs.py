"""Pairs of question and answer are read as their libraries read them, and each answer stands at its place."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.errors import CorpusError
from chatbot.guides import Guide, plain
from chatbot.guides.pairs import read_pairs
from tests.places import assert_in_place, slices

CSV, JSONL = Path("new.csv"), Path("new.jsonl")

TEXT = st.text(st.sampled_from("Abc é”,;\"'|\\\n.?! 𝄞"), min_size=1, max_size=40).filter(
    lambda t: t.strip() != ""
)
ROWS = st.lists(st.tuples(TEXT, TEXT, st.lists(TEXT, max_size=2)), min_size=1, max_size=4)


def undoubled(piece: str) -> str:
    return piece.replace('""', '"')


def decoded(piece: str) -> str:
    return str(json.loads(f'"{piece}"'))


def assert_answers_in_place(guide: Guide, answers: list[str], decode: Callable[[str], str]) -> None:
    """Each unit's place in the file, decoded, is a piece of its answer, and all of it is covered."""
    assert len(guide.sections) == len(answers)
    for section, answer in zip(guide.sections, answers, strict=True):
        covered = ""
        for block in section.blocks:
            for unit in block.units:
                piece = decode(guide.text[unit.start : unit.end])
                assert unit.text == plain(piece) != ""
                covered += piece
        if section.blocks:
            assert "".join(covered.split()) == "".join(answer.split())
    assert_in_place(guide)


@given(ROWS, st.sampled_from(["\n", "\r\n"]), st.booleans(), st.booleans())
@settings(max_examples=150)
def test_generated_csv_is_found_again(
    rows: list[tuple[str, str, list[str]]], end: str, quote_all: bool, mark: bool
) -> None:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator=end, quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL)
    writer.writerow(["id", "Answer", "question", "alternates"])
    for number, (question, answer, others) in enumerate(rows):
        writer.writerow([f"q{number}", answer, question, "|".join(others)])
    guide = read_pairs(CSV, ("\ufeff" if mark else "") + stream.getvalue())
    assert_answers_in_place(guide, [answer for _, answer, _ in rows], undoubled)
    for section, (question, _, others) in zip(guide.sections, rows, strict=True):
        assert section.title == question.strip()
        assert section.alternates == tuple(
            part.strip() for other in others for part in other.split("|") if part.strip()
        )


@given(ROWS, st.booleans(), st.booleans())
@settings(max_examples=150)
def test_generated_jsonl_is_found_again(
    rows: list[tuple[str, str, list[str]]], ascii_only: bool, mark: bool
) -> None:
    lines = [
        json.dumps(
            # an object inside, with an answer of its own, before and after
            {"x": {"answer": "Not this."}, "question": question, "answer": answer, "alternates": others,
             "id": f"q{number}", "y": {"answer": answer[::-1]}},
            ensure_ascii=ascii_only,
        )
        for number, (question, answer, others) in enumerate(rows)
    ]  # fmt: skip
    guide = read_pairs(JSONL, ("\ufeff" if mark else "") + "\n".join(lines) + "\n")
    assert_answers_in_place(guide, [answer for _, answer, _ in rows], decoded)
    for section, (question, _, others) in zip(guide.sections, rows, strict=True):
        assert section.title == question.strip()
        assert section.alternates == tuple(other.strip() for other in others if other.strip())


@given(st.text(st.sampled_from('ab,"\n\r |.'), max_size=40))
@settings(max_examples=300)
def test_any_csv_is_read_as_pythons_csv_reads_it_or_refused(source: str) -> None:
    source = "question,answer\n" + source
    try:
        guide = read_pairs(CSV, source)
    except CorpusError:
        return
    rows = [
        row for row in csv.reader(io.StringIO(source, newline="")) if len(row) > 1 or "".join(row).strip()
    ]
    assert [section.title for section in guide.sections] == [question.strip() for question, _ in rows[1:]]
    assert_in_place(guide)


@given(st.text(max_size=40))
def test_any_jsonl_is_read_or_refused(source: str) -> None:
    with pytest.raises(CorpusError):
        read_pairs(JSONL, source + "\n{}")


def test_pairs_become_sections() -> None:
    source = (
        '{"id": "refunds", "question": "How?", "answer": "In \\"5\\" days. Ask **us**.\\n\\nOr wait.", '
        '"alternates": "money back|refund", "url": "https://a.example"}\n\n'
        '{"question": "What is a day?", "answer": "24 hours."}\n'
    )
    guide = read_pairs(Path("money-back_faq.jsonl"), source)
    assert (guide.id, guide.title) == ("money-back_faq", "Money back faq")
    first, second = guide.sections
    assert (first.id, first.title, first.line, first.url) == ("refunds", "How?", 1, "https://a.example")
    assert first.alternates == ("money back", "refund")
    assert [[unit.text for unit in block.units] for block in first.blocks] == [
        ['In "5" days.', "Ask us."], ["Or wait."]
    ]  # fmt: skip
    assert (second.id, second.line) == ("what-is-a-day", 3)
    assert slices(guide)[0] == 'In \\"5\\" days.'
