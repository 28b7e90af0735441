"""What a message picks of the questions that a reply offered: "the second one", "yes, the first", "2".

In: a message, what was asked before it, and a way to ask that again. Out: the question that is meant. An
answer offers no choice, so an ordinal after it is of what the guide names: that is for
`chatbot.conversation.sequences`.
"""

from __future__ import annotations

from collections.abc import Callable

from chatbot.answering.answer import Answer
from chatbot.conversation import leaning

History = tuple[str, ...]


def meant(question: str, history: History, ask: Callable[[str, History], Answer]) -> str:
    """The question itself, or the one offered before which it picks."""
    picked = leaning.choice(question) if history else None
    if picked is None:
        return question
    place, again = picked
    offered = _chosen_from(history, ask) if again else _offered(history, ask)
    return offered[place] if -len(offered) <= place < len(offered) else question


def _offered(history: History, ask: Callable[[str, History], Answer]) -> History:
    """The questions that the last reply offered instead of an answer, or that the last question is one of."""
    before = ask(history[-1], history[:-1])
    return before.suggestions if before.kind != "answer" else _chosen_from(history, ask)


def _chosen_from(history: History, ask: Callable[[str, History], Answer]) -> History:
    """The questions that the last one was picked from, if it was."""
    offered = _offered(history[:-1], ask) if len(history) > 1 else ()
    return offered if history[-1] in offered else ()
