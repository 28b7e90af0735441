"""Small talk: every intent is met, and a question with a topic never is small talk."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from chatbot import lexical
from chatbot.answering import Chatbot
from chatbot.answering.smalltalk import of_guides, reply_to

ROOT = Path(__file__).parent.parent
FILE = resources.files("chatbot.answering").joinpath("smalltalk.json")
TALK = json.loads(FILE.read_text(encoding="utf-8"))["rows"]
PHRASES = [phrase for row in TALK for phrase in row["phrases"]]

INTENTS = {
    "greeting": (
        "hi",
        "Hello!",
        "hey there :)",
        "good morning",
        "heyyyy",
        "heyyyy buddyyyy thereeee",
        "heyy theree guyss",
    ),
    "how are you": ("how are you?", "How's it going", "how r u"),
    "thanks": ("thanks", "Thank you so much!!!", "thx", "thanks, that helped", "cheers mate"),
    "praise": ("great", "good bot", "you are awesome", "ok cool", "haha"),
    "farewell": ("bye", "See you later!", "good night", "that's all for now"),
    "who are you": ("who are you?", "are you a robot", "Am I talking to a human?", "how do you work?"),
    "help": ("help", "What can you do?", "what can I ask you", "how does this work?"),
    "complaint": ("you are useless", "this bot is dumb", "that did not help", "wtf"),
    "test": ("test", "testing 123", "never mind", "wrong window"),
    "thanks at length": (
        "Thank you, that was very helpful.",
        "thanks a lot, you helped me very much",
        "great answer!",
        "thank you for your time",
        "perfect, that's what I wanted to know",
    ),
    "complaint at length": ("that was not very helpful", "This is not what I asked for."),
    "a person at length": (
        "Could I please speak to a real person?",
        "is there someone I can talk to",
        "I said I want a human being",
        "please let me speak to somebody",
        "I'd like to speak with a career counsellor",
    ),
    "an address": ("is there an email address I can write to?", "can you give me a phone number"),
    "a person": (
        "can I talk to a human?",
        "real person please",
        "How do I contact you?",
        "speak to somebody",
    ),
    "trust": ("Really?", "are you sure", "what's your source?", "Says who", "is that up to date?"),
    "thanks at greater length": (
        "Thank you, you helped us a lot!",
        "ok, i understand. thank you very much",
        "you've been very helpful",
        "great, that answers my question, thanks",
        "thanks, that's all I wanted to know",
    ),
    "once more": ("huh?", "What do you mean?", "tl;dr", "can you rephrase that", "I'm confused"),
    "shorter": ("thats long can u say it shorter", "that's too long", "could you put it in one sentence"),
    "language": ("Do you speak Spanish?", "¿Habla español?", "can you say that in German please"),
    "more": ("tell me more", "so?", "Next", "why?", "an example please"),
}


def topics() -> list[str]:
    """Questions with a topic: all of the corpus's own, and the golden ones."""
    found = []
    for file in (ROOT / "corpus" / "guides").glob("*.questions.yaml"):
        found += [
            question
            for questions in yaml.safe_load(file.read_text("utf-8")).values()
            for question in questions
        ]
    for file in (ROOT / "corpus" / "guides").glob("*.declined.yaml"):
        found += yaml.safe_load(file.read_text("utf-8"))
    lines = (ROOT / "corpus" / "golden.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return found + [row["question"] for row in rows if row["kind"] != "small_talk" and "history" not in row]


@pytest.mark.parametrize("intent", INTENTS)
def test_each_intent_is_met(bot: Chatbot, intent: str) -> None:
    for text in INTENTS[intent]:
        answer = bot.ask(text)
        assert answer.kind == "small_talk", text
        assert (answer.sources, answer.reason, answer.missing) == ((), None, ())
        titles, person = ", ".join(guide.title for guide in bot.guides), f" You can ask here: {bot.contact}"
        assert answer.text == reply_to(text).format(guides=titles, person=person)
        assert answer.suggestions, "it leads on to what can be asked"


def test_whoever_wants_a_person_is_told_where(bot: Chatbot) -> None:
    nowhere = replace(bot, contact="").ask("can I talk to a human?").text
    assert nowhere == "I am a chatbot, and no person reads along here."
    assert bot.ask("can I talk to a human?").text == f"{nowhere} You can ask here: {bot.contact}"
    assert bot.contact not in bot.ask("hello").text


@pytest.mark.parametrize("question", ["tell me more", "why?", "what else?", "ok and next?", "anything else"])
def test_what_asks_on_is_small_talk_only_before_anything_was_asked(bot: Chatbot, question: str) -> None:
    assert bot.ask(question).text.startswith("What about?")
    assert bot.ask(question, ["hi", "thanks!"]).text.startswith("What about?")
    assert bot.ask(question, ["What does a baker do?"]).kind != "small_talk"


def test_the_guides_go_before_small_talk() -> None:
    person, address = (row["reply"] for row in TALK if "{person}" in row["reply"])
    assert of_guides([], []) == frozenset()
    assert of_guides(["talk to an agent"], []) == {person}, "an alternate or a title"
    assert of_guides(["can i chat with a real human"], []) == {person}, "as a pattern describes it"
    assert of_guides([], lexical.stems("write to our support")) == {address}, "its own words"


def test_small_talk_that_a_writer_has_written_about_is_the_guides(bot: Chatbot) -> None:
    known = dict(bot.retriever.verbatim) | {lexical.fold_phrase("Who's the author?"): frozenset([0])}
    asked = replace(bot)
    asked.retriever.__dict__["verbatim"] = known
    assert asked.ask("Who's the author?").kind != "small_talk"
    assert asked.ask("who wrote this?").kind == "small_talk", "no more than what was written"


def test_a_good_word_is_no_slip() -> None:
    good = {"course", "sink", "cart", "thanks"}.__contains__
    for text in ("what is the course?", "where is the sink?", "customer cart"):
        assert reply_to(text)
        assert reply_to(text, is_good=good) == "", text
    assert reply_to("thanks you", is_good=good)


@pytest.mark.parametrize(
    "question", ["What test?", "what options?", "When close?", "How cancel?", "what menu"]
)
def test_two_phrases_that_are_no_courtesies_are_a_question(question: str) -> None:
    assert reply_to(question) == reply_to(question, first=False) == ""


def test_nothing_but_more_is_small_talk(real_bot: Chatbot) -> None:
    for history in (["tell me more"], ["tell me more", "go on"], ["hi", "more", "thanks"]):
        assert real_bot.ask("go on", history).text.startswith("What about?")


def test_a_guide_that_speaks_of_addresses_is_asked_for_them(handbook: Chatbot) -> None:
    assert handbook.ask("do you have an email address").kind != "small_talk"
    assert handbook.ask("can I talk to a human?").kind == "small_talk"


def test_golden_small_talk(real_bot: Chatbot) -> None:
    lines = (ROOT / "corpus" / "golden.jsonl").read_text(encoding="utf-8").splitlines()
    said = [row["question"] for line in lines if (row := json.loads(line))["kind"] == "small_talk"]
    assert len(said) >= 15
    met = [text for text in said if real_bot.ask(text).kind == "small_talk"]
    assert len(met) >= 0.9 * len(said), sorted(set(said) - set(met))


def test_no_question_with_a_topic_is_small_talk() -> None:
    questions = topics()
    assert len(questions) > 3000
    assert [question for question in questions if reply_to(question)] == []


@pytest.mark.parametrize(
    "question",
    [
        "thanks, and what do they earn?",
        "hi, how much do ML engineers make?",
        "hello, is Python needed",
        "ok but what about Texas",
        "how are you paid as an ML engineer?",
        "help me find job sites",
        "good certification?",
        "what are they good for",
        "can you help me with my salary",
        "are you sure that California pays best?",
        "what do you know about salaries?",
        "test engineer",
        "who are you hiring?",
        "what is the meaning of NLP",
        "Tell me about CTOs",
        "what does AI mean",
        "can I talk to a manager about my salary",
        "how do engineers speak to people?",
        "who says that demand is growing?",
        "thanks for nothing, what do they earn?",
    ],
)
def test_manners_around_a_topic_do_not_hide_it(question: str) -> None:
    assert reply_to(question) == ""


def test_every_phrase_gets_its_own_reply() -> None:
    for row in TALK:
        for phrase in row["phrases"]:
            assert reply_to(phrase) == row["reply"], phrase


def test_no_phrase_stands_twice() -> None:
    assert len(PHRASES) == len(set(PHRASES))


@given(st.sampled_from(PHRASES), st.sampled_from(["", "!", "!!!", "?", " :)", "…", " 😀"]), st.booleans())
def test_case_and_signs_do_not_matter(phrase: str, after: str, upper: bool) -> None:
    said = (phrase.upper() if upper else phrase) + after
    assert reply_to(said) == reply_to(phrase)


@pytest.mark.parametrize("text", ["thankss", "helo there", "goood morning", "thnak you", "how are yuo"])
def test_a_slip_of_the_finger_is_forgiven(text: str) -> None:
    assert reply_to(text)


@pytest.mark.parametrize("text", ["", "   ", "?", "...", "…", "“”", "-", "!?"])
def test_signs_alone_are_no_small_talk(text: str) -> None:
    assert reply_to(text) == ""


@pytest.mark.parametrize("text", ["😀", "👍👍", "🙏 !"])
def test_emoji_alone(text: str) -> None:
    assert reply_to(text) == "I can read words only. Ask me anything about: {guides}."


def test_the_guides_are_named(bot: Chatbot) -> None:
    reply = bot.ask("hello").text
    assert all(guide.title in reply for guide in bot.guides)
    assert "{" not in reply
