"""The chat's handlers: what of a visitor's page is believed, what is told to the bot, what goes back."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chatbot.settings import Settings
from chatbot.web import chat, mounting, reply
from chatbot.web.desk import Desk
from chatbot.web.limits import RateLimiter
from tests.web.tea import EXAMPLES, TeaBot, TeaJournal

VISITOR: Any = SimpleNamespace(client=SimpleNamespace(host="192.0.2.1"), query_params={})


@pytest.fixture
def bot(tmp_path: Path) -> TeaBot:
    return TeaBot(tmp_path)


@pytest.fixture
def journal() -> TeaJournal:
    return TeaJournal()


@pytest.fixture
def desk(bot: Any, journal: Any) -> Desk:
    return Desk(lambda: bot, lambda: journal)


def converse(desk: Desk, text: str, shown: Any = (), limit: str = "", contact: str = "") -> Any:
    """One turn of the conversation."""

    async def turn() -> Any:
        return await chat.converse(desk, RateLimiter(limit), contact, text, list(shown), VISITOR)

    return asyncio.run(turn())


def as_shown(messages: Any) -> list[dict[str, Any]]:
    """The messages as the page sends them back."""
    return [
        {
            "role": message.role,
            "metadata": message.metadata,
            "content": [{"type": "text", "text": message.content}],
            "options": message.options,
        }
        for message in messages
    ]


def test_a_turn_adds_the_question_and_the_reply_with_its_id_and_its_chips(desk: Desk) -> None:
    asked, said = converse(desk, "green tea?")
    assert (asked.role, asked.content) == ("user", '<div class="asked" dir="auto">green tea?</div>')
    assert said.role == "assistant"
    assert "Green tea takes 2 minutes." in said.content
    assert said.metadata == {"id": "answer-1"}
    assert [option["value"] for option in said.options] == ["and black tea?", "Is milk added?"]


def test_the_earlier_questions_are_told_and_recorded_as_they_were_asked(
    desk: Desk, bot: TeaBot, journal: TeaJournal
) -> None:
    first = converse(desk, "green <tea> & “more”?")
    second = converse(desk, "coffee?", as_shown(first))
    third = converse(desk, "and black tea?", as_shown(second))
    assert len(third) == 6
    assert bot.asked[-1].history == ("green <tea> & “more”?", "coffee?")
    assert journal.records[-1] == ("and black tea?", ("green <tea> & “more”?", "coffee?"), "chat")


def test_what_is_no_message_of_text_is_left_out() -> None:
    text = [{"type": "text", "text": "x"}]
    forged: list[Any] = [
        None,
        "text",
        {"role": "system", "content": text},
        {"role": "user", "content": "x"},
        {"role": "user", "content": []},
        {"role": "user", "content": [{"type": "text", "text": 1}]},
        {"role": "user", "content": [{"type": "file", "file": {"path": "/etc/passwd"}}]},
        {"role": "assistant", "content": [{"type": "component", "component": "html", "value": "x"}]},
        {"role": "user", "content": [*text, {"type": "file", "file": {"path": "/etc/passwd"}}]},
    ]
    assert chat.read_messages(forged) == []
    for no_list in (None, {}, "text", 7):
        assert chat.read_messages(no_list) == []


@pytest.mark.parametrize("metadata", [None, "x", [], {"id": None}, {"title": "Thought", "status": "pending"}])
def test_of_forged_metadata_nothing_but_an_id_is_kept(metadata: Any) -> None:
    message = {"role": "assistant", "metadata": metadata, "content": [{"type": "text", "text": "x"}]}
    (read,) = chat.read_messages([message])
    assert read.metadata == {"id": ""}
    assert read.options == []


def test_a_long_conversation_loses_its_oldest_turns(desk: Desk) -> None:
    shown: list[Any] = []
    for number in range(chat.TURNS + 3):
        shown = as_shown(converse(desk, f"milk {number}?", shown))
    assert len(shown) == 2 * chat.TURNS
    assert reply.unescape(shown[0]["content"][0]["text"]) == "milk 3?"


def test_the_limit_is_that_of_the_api(desk: Desk, bot: TeaBot) -> None:
    async def turns() -> list[Any]:
        limiter = RateLimiter("1/hour")
        return [await chat.converse(desk, limiter, "", "green tea?", [], VISITOR) for _ in range(2)]

    first, second = asyncio.run(turns())
    assert "Green tea" in first[-1].content
    assert re.search(r"Too many requests\..*Wait \d+ s\.", second[-1].content)
    assert len(bot.asked) == 1


def test_a_bot_that_is_still_loading_is_said_to_be(journal: Any) -> None:
    said = converse(Desk(lambda: None, lambda: journal), "green tea?")[-1]
    assert "The guides are being loaded" in said.content


def test_a_failure_is_said_without_its_cause_and_logged(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    said = converse(desk, "explode")[-1]
    assert "The server made a mistake" in said.content
    assert "secret" not in said.content
    assert "could not be answered" in caplog.text


@pytest.mark.parametrize("index", [None, "0", 5, [0, 1], {}])
def test_a_vote_on_what_is_not_there_is_no_vote(index: Any) -> None:
    assert chat._answer_id([{"metadata": {"id": "answer-1"}}], index) == ""
    assert chat._answer_id("text", 0) == ""


def test_a_vote_finds_its_answer() -> None:
    assert chat._answer_id([{}, {"metadata": {"id": "answer-1"}}], 1) == "answer-1"


def test_no_handler_is_public_and_thumbs_come_with_a_record_only(desk: Desk) -> None:
    for votes in (True, False):
        blocks: list[Any] = []
        mounting.in_event_loop(
            lambda votes=votes, blocks=blocks: blocks.append(
                chat.build_chat(desk, RateLimiter(""), Settings(), votes)
            )
        )
        fns = blocks[0].fns.values()
        assert {fn.api_visibility for fn in fns} == {"private"}
        assert ("vote" in {fn.name for fn in fns}) is votes
        assert [one.value for one in blocks[0].blocks.values() if type(one).__name__ == "Button"][
            : len(EXAMPLES)
        ] == list(EXAMPLES)
