"""The chat page: Gradio's widgets around a reply.

In: the desk where questions are answered, the visitors' limits, the settings. Out: a `gr.Blocks`, mounted at
`/`. The server keeps no conversation: the page sends what it shows, and only the text of it is read. How
an answer looks is the business of `reply`; what it says, of the bot.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI
from gradio.components.chatbot import OptionDict

from chatbot.answering import LONGEST, Ask
from chatbot.settings import Settings
from chatbot.web import mounting, reply
from chatbot.web.desk import REASONS, Desk
from chatbot.web.limits import RateLimiter
from chatbot.web.problems import Problem

STATIC = Path(__file__).parent / "static"
# Linked and not given to Gradio, which would write every rule twice and once more specific.
HEAD = '<link rel="stylesheet" href="/chat.css"><script src="/chat.js" defer></script>'
TURNS = 40  # exchanges kept on the page, which sends them along with every question
# No handler is public API, and none waits in Gradio's queue: the desk has one of its own, and a stream of
# events that closes while the next question joins it loses the reply (to three of 75 quick visitors).
PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}

Messages = list[gr.ChatMessage]
logger = logging.getLogger(__name__)


def mount_chat(app: FastAPI, desk: Desk, limiter: RateLimiter, settings: Settings, votes: bool) -> None:
    """Mounts the chat at `/`; whatever is not routed before it goes to Gradio."""
    chat = build_chat(desk, limiter, settings, votes)
    icon = str(STATIC / "icon.svg")
    mounting.mount(gr.mount_gradio_app, app, chat, "/", theme=theme(), head=HEAD, favicon_path=icon)


def build_chat(desk: Desk, limiter: RateLimiter, settings: Settings, votes: bool) -> gr.Blocks:
    """The page: introduction, conversation, examples, feedback if votes are taken, and the question."""
    bot = desk.bot
    chat = gr.Blocks(title="Askguide", analytics_enabled=False, fill_height=True)
    with chat:
        gr.Markdown(reply.introduction(bot.guides), elem_id="introduction", latex_delimiters=[])
        conversation = _conversation()
        with gr.Row(elem_id="examples"):
            examples = [gr.Button(example) for example in bot.examples]
        feedback = _feedback(desk, conversation) if votes else ()
        question = gr.Textbox(
            elem_id="question",
            label="Your question",
            placeholder="Ask the guide",
            submit_btn="Ask",
            max_length=LONGEST,
            autofocus=True,
        )

        async def respond(text: Any, shown: Any, request: gr.Request) -> tuple[Any, ...]:
            """Answers what was typed; an empty question changes nothing."""
            put_away = (gr.Column(visible=False), "") if feedback else ()
            if not isinstance(text, str) or not text.strip():
                return (gr.skip(), "", *put_away)
            messages = await converse(desk, limiter, settings.contact, text, shown, request)
            return (messages, "", *put_away)

        async def choose(shown: Any, request: gr.Request, event: gr.SelectData) -> tuple[Any, ...]:
            """Answers the chip that was pressed."""
            return await respond(event.value, shown, request)

        async def arrive(request: gr.Request) -> Any:
            """Answers the question in the address, if there is one."""
            if text := request.query_params.get("q"):
                return await respond(text, [], request)
            return gr.skip()  # what a quick visitor has typed already stays

        changed = [conversation, question, *feedback]
        # Who presses twice asks once.
        options: dict[str, Any] = {"preprocess": False, "trigger_mode": "once", **PRIVATE}
        question.submit(respond, [question, conversation], changed, **options)
        conversation.option_select(choose, conversation, changed, **options)
        for example in examples:
            example.click(respond, [example, conversation], changed, **options)
        chat.load(arrive, None, changed, **options)
    return chat


def _conversation() -> gr.Chatbot:
    """The log of questions and replies, with none of the buttons that send it elsewhere."""
    return gr.Chatbot(
        elem_id="conversation",
        label="Conversation",
        show_label=False,
        container=False,
        height="auto",
        layout="panel",
        autoscroll=False,  # it would scroll to the end of the reply, past the short answer: see chat.js
        buttons=[],
        latex_delimiters=[],
        allow_tags=False,
        allow_file_downloads=False,
    )


def _feedback(desk: Desk, conversation: gr.Chatbot) -> tuple[gr.Column, gr.Markdown]:
    """Thumbs at every reply; after a thumb down, the question why. Gives that, and what says thank you."""
    thanks = gr.Markdown("", elem_id="thanks", latex_delimiters=[])
    feedback = gr.Column(visible=False, elem_id="feedback")
    with feedback:
        answer_id = gr.Textbox(visible=False)
        reasons = gr.CheckboxGroup(list(REASONS), label="What was wrong?")
        comment = gr.Textbox(label="Tell us more (optional)", lines=2, max_length=LONGEST)
        with gr.Row():
            send = gr.Button("Send", variant="primary")
            close = gr.Button("Close")

    async def vote(shown: Any, event: gr.LikeData) -> tuple[Any, ...]:
        """Records a thumb; after a thumb down, asks why."""
        name = _answer_id(shown, event.index)
        if not name or not isinstance(event.liked, bool):
            return gr.Column(visible=False), name, [], "", ""
        said = await _record(desk, name, "up" if event.liked else "down")  # before any reason is given
        return gr.Column(visible=not event.liked), name, [], "", said

    async def explain(name: Any, why: Any, words: Any) -> tuple[Any, ...]:
        """Records the thumb down again, with its reasons."""
        given = [reason for reason in REASONS if isinstance(why, list) and reason in why]
        said = await _record(desk, str(name), "down", given, str(words or "")[:LONGEST])
        return gr.Column(visible=False), said

    # Of two thumbs pressed quickly, the last one counts.
    options: dict[str, Any] = {"preprocess": False, "trigger_mode": "always_last", **PRIVATE}
    conversation.like(vote, conversation, [feedback, answer_id, reasons, comment, thanks], **options)
    send.click(explain, [answer_id, reasons, comment], [feedback, thanks], **options)
    close.click(lambda: (gr.Column(visible=False), ""), None, [feedback, thanks], **PRIVATE)
    return feedback, thanks


async def _record(desk: Desk, name: str, rating: str, reasons: Sequence[str] = (), comment: str = "") -> str:
    """Takes a vote to the desk; says what became of it."""
    try:
        await desk.vote(name, rating, reasons, comment)
    except Problem as problem:
        return problem.detail or problem.kind.meaning
    return "Thank you, that is recorded."


async def converse(
    desk: Desk, limiter: RateLimiter, contact: str, text: str, shown: Any, request: gr.Request
) -> Messages:
    """The conversation, with the question and its reply at the end."""
    messages = read_messages(shown)
    history = tuple(reply.unescape(str(message.content)) for message in messages if message.role == "user")
    address = request.client.host if request.client else ""
    try:
        if seconds := await limiter.wait(address, "ask"):
            raise Problem("too-many-requests", f"Wait {seconds} s.", retry_after=seconds)
        answer = await desk.answer(Ask(text, history), "chat")
    except Problem as problem:
        said = gr.ChatMessage(reply.trouble(problem.kind.title, problem.detail or problem.kind.meaning))
    except Exception:
        logger.exception("a question in the chat could not be answered")
        said = gr.ChatMessage(reply.trouble("The server made a mistake", "Please try again later."))
    else:
        chips = [OptionDict(value=suggestion) for suggestion in answer.suggestions]
        said = gr.ChatMessage(reply.show(answer, contact), metadata={"id": answer.id}, options=chips)
    return [*messages[-2 * (TURNS - 1) :], gr.ChatMessage(reply.asked(text), "user"), said]


def read_messages(shown: Any) -> Messages:
    """What the page shows, as it sent it back. Whatever is not a message of text is left out."""
    messages = []
    for message in shown if isinstance(shown, list) else []:
        match message:
            case {"role": "user" | "assistant" as role, "content": [{"type": "text", "text": str(text)}]}:
                messages.append(gr.ChatMessage(text, role, {"id": _id_of(message)}))
    return messages


def _answer_id(shown: Any, index: Any) -> str:
    try:
        return _id_of(shown[index])
    except (TypeError, IndexError, KeyError):
        return ""


def _id_of(message: Any) -> str:
    metadata = message.get("metadata") if isinstance(message, dict) else None
    return str(metadata.get("id") or "") if isinstance(metadata, dict) else ""


def theme() -> gr.themes.Base:
    """Calm colours and the reader's own fonts: nothing is loaded from anywhere."""
    return gr.themes.Base(
        primary_hue="teal",
        neutral_hue="stone",
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    )
