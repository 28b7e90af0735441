"""What a rank is of, and what a column measures."""

from __future__ import annotations

import doctest

import pytest

from chatbot import lexical, measures


def test_the_examples_in_the_code_hold() -> None:
    found = doctest.testmod(measures)
    assert found.attempted == 2
    assert not found.failed


@pytest.mark.parametrize(
    ("name", "cells", "measure"),
    [
        ("Price", ["80"], "price"), ("Cost (CHF)", ["12"], "price"), ("Full day", ["", "£20"], "price"),
        ("Duration", ["90"], "length"), ("Route", ["27 km"], "length"), ("Week", ["€40"], "price"),
        ("Annual salary (US dollars)", ["$139,620"], ""), ("Pay", ["$1"], ""), ("Inhabitants", ["300"], ""),
        ("Revenue", ["$3.5 m"], "price"), ("Empty", [], ""),
    ],
)  # fmt: skip
def test_what_a_column_measures(name: str, cells: list[str], measure: str) -> None:
    assert measures.of_column(name, cells) == measure


def test_every_word_that_ranks_so_is_one_that_ranks() -> None:
    known = lexical.HIGHEST | lexical.LOWEST | lexical.HIGHER | lexical.LOWER
    assert all(words <= known for words in measures.RANKS.values())
