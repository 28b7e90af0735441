"""What a rank is of, and what a column measures."""

from __future__ import annotations

import doctest

import pytest

from chatbot import lexical, measures


def test_the_examples_in_the_code_hold() -> None:
    found = doctest.testmod(measures)
    assert found.attempted == 5
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


@pytest.mark.parametrize(
    ("cells", "figures"),
    [
        (["$1,200", "$80.50"], [1200.0, 80.5]), (["2 weeks", "10 days"], [20160.0, 14400.0]),
        (["4 hours", "30 min"], [240.0, 30.0]), (["45 min", "2 hrs"], [45.0, 120.0]), (["90 s", "2 min"], []),
        (["90 sec", "2 minutes"], [1.5, 2.0]), (["none", "12", "60"], [0.0, 12.0, 60.0]),
        (["Free", "$5"], [0.0, 5.0]), (["3 to 4", "5"], []), (["Route 66", "1"], []), (["", "$5"], []),
        (["5 km", "3 miles"], []), (["$5", "€5"], []), (["12 Mill Square", "3 Abbey Road"], []),
        (["none"], []),
        (["3.5 %"], [3.5]), (["£18 per year"], [18.0]), (["3–4 years"], []), (["every 3 years"], []),
        (["12"], [12.0]), (["$78,400"], [78400.0]), (["6 months–4 years"], []), ([""], []), (["free"], []),
    ],
)  # fmt: skip
def test_figures_are_compared_in_one_unit_only(cells: list[str], figures: list[float]) -> None:
    assert measures.figures(tuple(cells)) == tuple(figures)


def test_every_word_that_ranks_so_is_one_that_ranks() -> None:
    known = lexical.HIGHEST | lexical.LOWEST | lexical.HIGHER | lexical.LOWER
    assert all(words <= known for words in measures.RANKS.values())
