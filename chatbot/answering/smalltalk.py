"""Greetings, thanks and the like: said before anything is looked up, and never quoted from a guide.

In: a question. Out: a short reply, or nothing. It only knows whole utterances; anything with a topic in
it goes on to the guide.
"""

from __future__ import annotations

import re
from functools import cache

from rapidfuzz import fuzz

from chatbot.retrieval import fold_phrase

NEARLY = 90.0  # per cent of likeness that a whole utterance needs: one slip of the finger is forgiven

# What people say → what we answer. {guides} is replaced by the titles of the guides.
TALK: dict[str, tuple[str, ...]] = {
    "Hello! Ask me anything about: {guides}.": (
        "hi", "hey", "hello", "hello there", "hi there", "hey there", "good morning", "good afternoon", "good evening",
        "good day", "yo", "hiya", "howdy", "greetings", "hallo", "hola", "hi bot", "hello bot", "hey bot", "hello again",
        "anyone there", "is anyone there", "is anybody there", "are you there", "you there", "hi how are you",
        "hello how are you", "hey how are you", "morning", "evening", "sup", "whats up", "what is up", "wassup",
    ),
    "I am fine, thank you. Ask me anything about: {guides}.": (
        "how are you", "how are you doing", "how are you today", "how is it going", "hows it going", "how do you do",
        "how are things", "how r u", "are you ok", "whats new", "how have you been", "hows your day", "how is your day",
    ),
    "You are welcome. Is there anything else that you would like to know?": (
        "thanks", "thank you", "thx", "ty", "cheers", "many thanks", "thanks a lot", "thank you very much", "thank you so much",
        "thanks so much", "much appreciated", "great thanks", "ok thanks", "okay thank you", "thanks for your help",
        "thank you for your help", "thanks for the help", "that helped", "that was helpful", "that helps", "perfect thanks",
        "thanks that helped", "thanks that was helpful", "thanks bot", "tysm", "appreciate it", "i appreciate it",
        "that was really helpful thanks", "cool thanks", "awesome thanks", "nice thanks", "thanks mate", "thank u",
    ),
    "Good. Ask on whenever you like.": (
        "ok", "okay", "k", "cool", "nice", "great", "good", "perfect", "awesome", "alright", "all right", "i see", "got it",
        "understood", "fine", "sure", "yes", "no", "yep", "nope", "lol", "haha", "hahaha", "wow", "interesting", "ok cool",
        "ok great", "sounds good", "makes sense", "good to know", "right", "aha", "hmm", "oh ok", "ok got it", "very good",
        "well done", "good job", "good bot", "you are great", "you are awesome", "you are the best", "i love you", "love it",
        "you are pretty good at this", "wow you are actually pretty good at this", "you are good at this", "you rock",
        "nice work", "good work", "amazing", "excellent", "brilliant", "you are funny", "you are smart", "you are so smart",
    ),
    "Goodbye, and good luck!": (
        "bye", "goodbye", "good bye", "bye bye", "see you", "see ya", "see you later", "cya", "later", "good night",
        "have a nice day", "have a good day", "take care", "farewell", "talk to you later", "ttyl", "gotta go", "i have to go",
        "im done", "that is all", "thats all", "that will be all", "ok bye", "bye for now", "see you soon", "ciao",
        "thats all for now", "nothing else", "no thats all", "no thank you", "no thanks", "bye thanks", "thanks bye",
    ),
    "I am a chatbot. I answer in the words of a written guide and show where they stand; when it does not say, I say so.": (
        "who are you", "what are you", "are you a bot", "are you a robot", "are you human", "are you a human", "are you real",
        "am i talking to a human", "am i talking to a person", "is this a bot", "are you an ai", "are you chatgpt",
        "are you a real person", "are you a person", "what is your name", "whats your name", "who made you", "who built you",
        "do you have a name", "are you alive", "are you a machine", "is this a real person", "am i talking to a bot",
        "am i talking to a robot", "am i talking to a machine", "is this a robot", "is this ai", "are you a real human",
        "are you some kind of ai", "how do you work", "how does this work", "how does this chat work", "who am i talking to",
        "do you have feelings", "do you sleep", "can you feel", "how old are you", "where are you from", "are you sentient",
        "tell me about yourself", "introduce yourself", "what kind of bot are you", "is there a human here",
    ),
    "You can ask me anything that stands in: {guides}. For example what the work is, what it pays, or how to get there.": (
        "help", "help me", "i need help", "can you help me", "can you help", "what can you do", "what can i ask",
        "what can i ask you", "what do you know", "what can you tell me", "how can you help me", "what do you do", "start",
        "menu", "i have a question", "can i ask you something", "can i ask a question", "i have some questions", "options",
        "what should i ask", "what questions can i ask", "what are you good for", "what else can you do", "can i ask you a question",
        "what topics do you know", "what do you know about", "how do i use this", "what is this", "whats this",
    ),
    "I am sorry that I could not help. Try it in other words, or ask about something else in the guide.": (
        "you are useless", "useless", "you suck", "this is useless", "stupid", "stupid bot", "you are stupid", "idiot",
        "you are dumb", "dumb bot", "bad bot", "this sucks", "that is wrong", "wrong", "you are wrong", "not helpful",
        "that did not help", "that is not what i asked", "you dont understand", "you dont understand me", "shut up", "go away",
        "i hate you", "fuck you", "wtf", "this is stupid", "you are bad", "terrible", "you are not helpful", "what a stupid bot",
        "you are an idiot", "this bot is useless", "you are annoying", "you are terrible", "what a useless bot", "crap",
        "you didnt answer my question", "that doesnt help", "that is no help", "you are no help", "ugh", "are you stupid",
    ),
    "I am here. Ask me anything about: {guides}.": (
        "test", "testing", "test test", "this is a test", "ping", "hello world", "asdf", "asdfasdf", "qwerty", "blah", "blah blah",
        "just testing", "one two three", "testing testing", "testing 123", "1 2 3", "123", "abc", "nothing", "never mind", "nevermind",
        "im bored", "tell me a joke", "tell me something", "say something", "sing me a song", "do you know any jokes", "i am bored",
        "i am sad", "marry me", "will you marry me", "what is the meaning of life", "tell me a story", "sing a song", "joke",
    ),
}  # fmt: skip

FILLERS = re.compile(
    r"^(?:(?:oh|well|um+|uh|hm+|hey|hi|hello|ok|okay|so|please|dear|yo|lol|haha|man|bro|dude|bot)\s+)+|(?:\s+(?:please|pls|man|bro|dude|bot|mate|buddy|guys|everyone|there|again|lol|haha|then|so much|today|now|all|sir|friend|my friend))+$"
)


@cache
def _replies() -> dict[str, str]:
    return {phrase: reply for reply, phrases in TALK.items() for phrase in phrases}


def reply_to(question: str, guides: str) -> str:
    """The reply to small talk; empty when it is something else.

    >>> reply_to("Thanks!!", "")
    'You are welcome. Is there anything else that you would like to know?'
    >>> reply_to("thanks, and what do they earn?", "")
    ''
    """
    folded = fold_phrase(question)
    if not folded:
        signs = bool(question.strip()) and not re.fullmatch(r"[\W_]*", question.strip(), re.ASCII)
        return (
            f"I can read words only. Ask me anything about: {guides}." if signs else ""
        )
    folded = re.sub(r"(.)\1{2,}", r"\1\1", folded)
    folded = re.sub(
        r"\b(u|ya)\b", "you", re.sub(r"\b(r|re)\b", "are", re.sub(r"\byoure\b", "you are", folded))
    )
    for text in dict.fromkeys((folded, re.sub(r"(.)\1\b", r"\1", folded), FILLERS.sub("", folded).strip())):
        if not text:
            continue
        near = _replies().get(text) or _nearly(text)
        if near:
            return near.format(guides=guides)
    return ""


def _nearly(text: str) -> str:
    if len(text) < 5:
        return ""
    best = max(_replies(), key=lambda phrase: fuzz.ratio(text, phrase))
    return _replies()[best] if fuzz.ratio(text, best) >= NEARLY and abs(len(best) - len(text)) < 3 else ""
