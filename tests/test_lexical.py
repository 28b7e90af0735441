"""Words are cut and stemmed as people write them; BM25 gives the scores of bm25s."""

from __future__ import annotations

import doctest
import math
from string import ascii_letters

import bm25s
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot import lexical
from chatbot.lexical import STOP, Bm25, content_words, fold, fold_phrase, stems, words


def test_the_examples_in_the_code_hold() -> None:
    found = doctest.testmod(lexical)
    assert found.attempted == 11
    assert not found.failed


@given(st.text(max_size=60))
def test_words_stand_where_they_say(text: str) -> None:
    found = words(text)
    assert [text[word.start : word.end] for word in found] == [word.text for word in found]
    assert all(one.end <= other.start for one, other in zip(found, found[1:], strict=False))
    assert sum(len(word.text) for word in found) >= sum(char.isalnum() for char in text)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("ML engineers' pay", ["ml", "engineers", "pay"]),
        ("C++, C# and R&D", ["c++", "c#", "and", "r&d"]),
        ("bachelor’s, Master's", ["bachelor", "master"]),
        ("Ph.D. at 9-5", ["phd", "at", "9-5"]),
        ("AI/ML e.g. $139,620", ["ai", "ml", "eg", "139", "620"]),
        ("CAFÉ ﬁne", ["cafe", "fine"]),
        ("", []),
        ("…?!", []),
    ],
)
def test_words_as_people_write_them(text: str, cut: list[str]) -> None:
    assert [word.folded for word in words(text)] == cut


def test_forms_of_one_word_have_one_stem() -> None:
    assert (
        len({stem for text in ("certificate", "certificates", "Certificate’s") for stem in stems(text)}) == 1
    )
    assert stems("salaries") == stems("salary")
    assert stems("python3") == ["python3"]


def test_words_without_a_topic_are_left_out() -> None:
    assert [word.text for word in content_words("What do they pay in Ohio, and why?")] == ["pay", "Ohio"]
    for apostrophe in ("'", "’", ""):
        text = f"theyd pay, isn{apostrophe}t it? They{apostrophe}ll say what{apostrophe}s an id"
        assert [word.text for word in content_words(text)] == ["pay", "id"]
    assert stems("what is it") == ["what", "is", "it"]  # all that there is
    assert {fold(word) for word in STOP if "'" not in word} <= STOP


# BM25 -------------------------------------------------------------------------------------------

DOCUMENTS = [["pay", "ohio", "pay"], ["hours", "pay"], ["tools"]]


def test_bm25_by_hand() -> None:
    """Lucene: idf ln(1 + (N - n + 0.5) / (n + 0.5)), times f / (f + k1 (1 - b + b length / average))."""
    bm25 = Bm25.build(DOCUMENTS)
    pay = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    ohio = math.log(1 + (3 - 1 + 0.5) / (1 + 0.5))
    long, short = 1.5 * (0.25 + 0.75 * 3 / 2), 1.5 * (0.25 + 0.75 * 2 / 2)
    expected = [pay * 2 / (2 + long) + ohio * 1 / (1 + long), pay * 1 / (1 + short), 0.0]
    np.testing.assert_allclose(bm25.score(["pay", "ohio"]), expected, rtol=1e-5)
    assert bm25.size == 3
    assert set(bm25.terms) == {"pay", "ohio", "hours", "tools"}


def test_a_term_asked_twice_counts_twice_and_an_unknown_one_nothing() -> None:
    bm25 = Bm25.build(DOCUMENTS)
    np.testing.assert_allclose(bm25.score(["pay", "pay", "norway"]), 2 * bm25.score(["pay"]))
    assert not bm25.score([]).any()
    assert not bm25.score([""]).any()


TERMS = st.sampled_from(["pay", "ohio", "hours", "tools", "degree", "city"])


@given(
    st.lists(st.lists(TERMS, min_size=1, max_size=8), min_size=1, max_size=8),
    st.lists(TERMS, min_size=1, max_size=5),
)
def test_scores_are_those_of_bm25s(documents: list[list[str]], question: list[str]) -> None:
    theirs = bm25s.BM25(method="lucene")
    theirs.index(documents, show_progress=False)
    known = [term for term in question if term in {term for terms in documents for term in terms}]
    expected = theirs.get_scores(known) if known else np.zeros(len(documents))
    np.testing.assert_allclose(Bm25.build(documents).score(question), expected, rtol=1e-5, atol=1e-6)


def test_documents_may_be_empty() -> None:
    bm25 = Bm25.build([["pay"], [], ["pay", "ohio"]])
    scores = bm25.score(["pay"])
    assert scores[1] == 0
    assert scores[0] > scores[2] > 0
    assert "" not in bm25.terms


@given(st.text(alphabet=ascii_letters + " -’'.é", max_size=40))
def test_folding_a_phrase_is_stable(text: str) -> None:
    folded = fold_phrase(text)
    assert fold_phrase(folded) == folded or "." in text
    assert folded == folded.strip()
    assert [word for word in folded.split() if not word] == []
    assert lexical.words(text) or not folded
