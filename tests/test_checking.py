"""The linter of a corpus: planted faults are found, the repository's corpus has none."""

import json
from pathlib import Path

import pytest

from chatbot.checking import check_corpus

GUIDE = """---
title: Tea
---
## Black tea {#black}
Black tea draws for four minutes. See [green](#green).

| Tea | Minutes |
|---|---|
| Assam | 4 |

## Green tea {#green}
Green tea draws for two minutes.
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    (tmp_path / "guides").mkdir()
    (tmp_path / "guides" / "tea.md").write_text(GUIDE, encoding="utf-8")
    return tmp_path


def test_a_sound_corpus_gives_no_remark(corpus: Path) -> None:
    assert check_corpus(corpus) == []


@pytest.mark.parametrize(
    ("old", "new", "remark"),
    [
        ("(#green)", "(#white)", "the link to #white leads nowhere"),
        ("Green tea draws for two minutes.", "", "says nothing"),
        ("| Tea | Minutes |", "| Tea | |", "a column without a name"),
        ("two minutes", "two minutes " + "and a little more " * 20, "words in one sentence; split it"),
        ("| Assam | 4 |", "| Assam | |", "the row “Assam” says nothing in “Minutes”"),
        ("| Assam | 4 |", "| Assam |", "the row “Assam” says nothing in “Minutes”"),
        ("| Assam | 4 |", "| | 4 |", "a row of “Black tea” has no name"),
        ("| Assam | 4 |", "| Assam | 4 | 5 |", "the row “Assam” has more cells than the table has columns"),
        ("|---|---|\n", "", "a table or list that is read as prose"),
        ("## Green tea", "## Black tea", "“Black tea” is the heading of line 4, too"),
    ],
)
def test_a_planted_fault_is_found(corpus: Path, old: str, new: str, remark: str) -> None:
    file = corpus / "guides" / "tea.md"
    file.write_text(GUIDE.replace(old, new), encoding="utf-8")
    remarks = check_corpus(corpus)
    assert len(remarks) == 1
    assert remark in remarks[0]
    assert str(file) in remarks[0]


def test_files_that_are_not_read_are_named(corpus: Path) -> None:
    for name in ("prices.xlsx", ".hidden", "map.png", "tea.question.yaml"):
        (corpus / "guides" / name).write_bytes(b"")
    prices, questions = check_corpus(corpus)
    assert "prices.xlsx: is not read; write a guide as .md, .csv or .jsonl" in prices
    assert "tea.question.yaml: is not read; questions go into NAME.questions.yaml" in questions


def test_a_list_in_a_pair_is_read_as_prose(corpus: Path) -> None:
    pair = {"question": "What do I bring?", "answer": "Please bring this:\n- a photo ID\n- a bank card"}
    (corpus / "guides" / "shop.jsonl").write_text(json.dumps(pair), encoding="utf-8")
    (remark,) = check_corpus(corpus)
    assert "shop.jsonl:1: “What do I bring?” has a table or list that is read as prose" in remark


def test_alternates_that_are_few_or_stand_twice_are_found(corpus: Path) -> None:
    questions = corpus / "guides" / "tea.questions.yaml"
    questions.write_text('black: ["how long?"]\ngreen: ["how long?"]\n', encoding="utf-8")
    remarks = "\n".join(check_corpus(corpus))
    assert "black has 1 alternates" in remarks
    assert "'how long?' stands under black and green" in remarks


def test_a_golden_question_that_repeats_an_alternate_is_found(corpus: Path) -> None:
    alternates = [f"question number {n} about black tea" for n in range(14)]
    (corpus / "guides" / "tea.questions.yaml").write_text(json.dumps({"black": alternates, "green": [
        f"something else entirely, case {n}" for n in range(14)]}), encoding="utf-8")  # fmt: skip
    golden = {"question": "Question number 3, about black tea?", "relevant": ["tea#black"]}
    (corpus / "golden.jsonl").write_text(json.dumps(golden), encoding="utf-8")
    remarks = check_corpus(corpus)
    assert len(remarks) == 1
    assert "which the build learns from" in remarks[0]


def test_the_corpus_of_the_repository_is_sound() -> None:
    assert check_corpus(Path(__file__).parent.parent / "corpus") == []


def test_synonyms_of_no_word_and_of_two_words_are_found(corpus: Path) -> None:
    file = corpus / "synonyms.txt"
    file.write_text("Assam: malty tea\ncoffee: joe\nblack tea: dark tea, Joe\n", encoding="utf-8")
    assert check_corpus(corpus) == [
        f"{file}: no guide says 'coffee'",
        f"{file}: 'Joe' stands for 'coffee' and for 'black tea'",
    ]
