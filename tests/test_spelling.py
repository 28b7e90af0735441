"""Slips are put right towards the guides' own words, and nothing else is touched."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chatbot import spelling
from chatbot.lexical import STOP, words
from chatbot.spelling import TEXTED, Spelling

VOCABULARY = {
    "salary": 9, "california": 5, "engineer": 9, "learning": 7, "certification": 4, "code": 3,
    "master": 3, "masters": 2, "python": 2, "types": 2, "tips": 4, "states": 1, "sites": 9,
    "machine": 9, "earn": 40, "job": 90, "map": 3, "monitor": 4, "monster": 19,
    "kind": 9, "kinds": 2, "was": 9, "gap": 2, "how": 9, "the": 9, "and": 9,
}  # fmt: skip
LANGUAGE = {"coder", "nurse", "slavery", "leaning"}
RARE = {"earl", "pythons", "kine"}
SPELLING = Spelling(VOCABULARY, LANGUAGE, RARE)


HYPHENS = Spelling({"wi-fi": 3, "e-bikes": 2, "check-in": 4, "time": 3, "in": 9, "sql": 2}, {"wifi", "check"})


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("is there wifi?", "is there wi-fi?"), ("an ebike or an E-Bike", "an e-bikes or an e-bikes"),
        ("check in time", "check-in time"), ("check. in, Wi-Fi", "check. in, Wi-Fi"),
        ("in time", "in time"), ("an SQL-related cake-like-thing", "an SQL related cake-like-thing"),
    ],
)  # fmt: skip
def test_words_that_lack_a_hyphen_or_have_one_too_many(typed: str, meant: str) -> None:
    assert HYPHENS.repair(typed) == meant


PAIRS = {
    "new": {"york": 9}, "how": {"much": 9}, "much": {"do": 4}, "do": {"they": 4},
    "machine": {"learning": 99}, "over": {"time": 2},
}  # fmt: skip
OFTEN = {"machine": 60, "learning": 50, "courses": 30, "maths": 30, "york": 9, "software": 29, "they": 9}
SELDOM = {"machine-learning": 2, "entry-level": 5, "overtime": 3, "certification": 4, "mind": 3, "without": 9}
GOOD = {"new", "much", "over", "time", "soft", "ware", "for", "with", "out"}
APART = Spelling(OFTEN | SELDOM, GOOD, pairs=PAIRS)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("what r the hours", "what are the hours"),
        ("is it python or r, do I use r for it", "is it python or r, do I use r for it"),
        ("how 2 start, need 2 know, step 2 is", "how to start, need to know, step 2 is"),
        ("do u know, can u? U2, u.s.", "do you know, can you? U2, u.s."),
    ],
)
def test_what_is_typed_for_the_sound_of_it(typed: str, meant: str) -> None:
    assert Spelling({}, {}).repair(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("newyork, NewYork", "new york, new york"),
        ("howmuchdothey earn", "how much do they earn"),
        ("machinelearning, machine-learning", "machine learning, machine learning"),
        ("new-york, entry-level, x-ray", "new york, entry-level, x-ray"),
        ("mathscourses, learningmaths", "maths courses, learning maths"),  # often used, but not side by side
        ("mindmaths", "mindmaths"),  # a name, maybe: the guides hardly use one half
        ("formaths", "formaths"),
        ("westvirginia, xnewyork", "westvirginia, xnewyork"),
        ("soft ware, certifi cation", "software, certification"),
        ("over time", "over time"),  # the guides have these side by side
        ("with out, soft-ware, soft, ware", "with out, soft-ware, soft, ware"),
        ("york" * 30, "york" * 30),
    ],
)
def test_words_that_lack_a_space_or_have_one_too_many(typed: str, meant: str) -> None:
    assert APART.repair(typed) == meant


def test_the_examples_in_the_code_hold() -> None:
    found = doctest.testmod(spelling)
    assert found.attempted == 1
    assert not found.failed


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("salery of an enginer in Calfornia", "salary of an engineer in california"),
        ("Machine leraning?", "Machine learning?"),  # swapped neighbours are one slip
        ("certifacation", "certification"),
        ("cirtificaton", "certification"),  # two slips in a long word
        ("pyhton", "python"),
        ("aws gpa HWO", "aws gpa HWO"),  # short forms are no slips
        ("moniter", "monitor"),  # another vowel, rather than another letter
        ("a jbo, a mpa", "a job, a mpa"),  # swapped, but "map" is too rare to tell
        ("kinsd", "kinds"),  # swapped, rather than one too many
        ("typs of sates", "types of states"),  # a letter left out, rather than another ("tips", "sites")
        ("machin, certificatio", "machine, certification"),  # cut off
        ("sertification, certefecation", "certification, certification"),
        ("how much do they ern, ERN", "how much do they earn, ERN"),
        ("kid, gap, a byt", "kid, gap, a byt"),  # "kind", "type": too rare to fill in, or in another order
        ("asalry", "asalry"),  # two slips in a short word
        ("leaning towards slavery, nurse", "leaning towards slavery, nurse"),  # good words of the language
        ("coder", "coder"),
        ("pyy", "pyy"),  # too short to tell
        ("hwo to becmoe teh C++, adn R&D 123", "how to becmoe the C++, and R&D 123"),  # but for these
        ("Oregon", "Oregon"),
        ("GAPP, CODEE", "GAPP, CODEE"),  # capitals are a short form
        ("WHAT IS THE SALRY THERE", "WHAT IS THE salary THERE"),  # but for those who shout
        ("earl", "earn"),  # a good word, but rarer than this is in the guide
        (
            "kine, pythons",
            "kine, pythons",
        ),  # "kind" is too rare there; a form is no slip
        ("tython", "tython"),  # the first letter may be swapped, not replaced
        ("ypthon", "python"),
        ("salaries", "salaries"),  # a form of its own, not a slip
        ("", ""),
    ],
)
def test_slips_are_repaired_towards_the_guide_only(typed: str, meant: str) -> None:
    assert SPELLING.repair(typed) == meant


@given(st.text(st.sampled_from("aelrsy phtoni.?é "), max_size=40))
def test_repairing_touches_nothing_but_words_it_replaces_by_the_guides(text: str) -> None:
    assume(not any(typed.search(text) for typed, _ in TEXTED))
    repaired = SPELLING.repair(text)
    before, after = words(text), words(repaired)
    assert len(before) == len(after)
    for one, other in zip(before, after, strict=True):
        assert one.text == other.text or other.folded in VOCABULARY
        if one.folded in VOCABULARY or one.folded in LANGUAGE or one.folded in STOP:
            assert one.text == other.text


@given(st.sampled_from(sorted(VOCABULARY)))
def test_words_of_the_guide_stay(word: str) -> None:
    assert SPELLING.repair(word.upper()) == word.upper()
