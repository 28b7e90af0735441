"""Errors say what is wrong, where, and what to do; their tree is the one drawn in the docstring."""

import builtins
import inspect
import re
from pathlib import Path

import pytest

from chatbot import errors
from chatbot.errors import ChatbotError, CorpusError

CLASSES = [one for _, one in inspect.getmembers(errors, inspect.isclass) if one.__module__ == errors.__name__]
KINDS = [one for one in CLASSES if one is not ChatbotError]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("is empty",), "is empty"),
        (("is empty", Path("a.md")), "a.md: is empty"),
        (("is empty", "a.md", 7), "a.md:7: is empty"),
        (("is empty", "a.md", 7, "write it"), "a.md:7: is empty; write it"),
        (("is empty", None, None, "write it"), "is empty; write it"),
        (("is empty", None, 7), "is empty"),  # a line of no file leads nowhere
    ],
)
def test_message_is_one_line_with_place_and_remedy(given: tuple[str], said: str) -> None:
    assert str(CorpusError(*given)) == said


def test_error_carries_its_parts_as_data() -> None:
    error = CorpusError("the anchor 'pay' is used twice", Path("a.md"), 7, remedy="rename one")
    assert (error.problem, error.file, error.line, error.remedy) == (
        "the anchor 'pay' is used twice",
        Path("a.md"),
        7,
        "rename one",
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_caught_as_the_one_base(kind: type[ChatbotError]) -> None:
    with pytest.raises(ChatbotError, match=r"^x\.csv:2: no column 'answer'; add it$"):
        raise kind("no column 'answer'", "x.csv", 2, remedy="add it")


def test_our_errors_are_never_taken_for_pythons_own() -> None:
    assert not issubclass(errors.IndexError, builtins.IndexError | LookupError | OSError | ValueError)


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    drawn = re.findall(r"[├└]── (\w+)", errors.__doc__ or "")
    assert sorted(drawn) == sorted(one.__name__ for one in KINDS)
    assert all(one.__base__ is ChatbotError for one in KINDS)


@pytest.mark.parametrize("kind", CLASSES)
def test_every_kind_says_when_it_is_raised(kind: type[ChatbotError]) -> None:
    assert vars(kind).get("__doc__")
