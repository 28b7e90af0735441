"""Whether a question needs the ones before it."""

from __future__ import annotations

import pytest

from chatbot.answering import Chatbot
from chatbot.conversation.depending import depends


@pytest.mark.parametrize(
    ("question", "needs"),
    [
        ("and in Washington?", True),
        ("why?", True),
        ("which ones?", True),
        ("how much do they make?", True),
        ("what comes next?", True),
        ("step 6?", True),
        ("what about data scientists", True),
        ("do ml engineers have to know both of them?", True),
        ("what are the steps to become an ml engineer and which of them are optional", False),
        ("do any of these fields hire ml engineers", False),
        ("Which bachelor's degree should I get?", False),
        ("Why should I get a certification?", False),
        ("Is there an association for SQL Server professionals?", False),
        ("What do I need to be good at for this job?", False),
        ("Should one know people in this field?", False),
        ("Who builds systems that recognize faces?", False),
        ("What hours do ML engineers work?", False),
        ("How much do ML engineers make there?", False),
        ("", False),
        ("?!", False),
        ("New York?", True),
        ("compared to Virginia?", True),
        ("in Computer Systems Design?", True),
        ("New Yorkers?", False),
    ],
)
def test_what_needs_the_history(real_bot: Chatbot, question: str, needs: bool) -> None:
    retriever = real_bot.retriever
    assert depends(retriever, retriever.read(question)) is needs
