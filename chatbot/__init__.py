"""Askguide: answers questions in a written guide's own words, or says that the guide does not say.

>>> from chatbot import Chatbot
>>> bot = Chatbot.load("index")
>>> bot.ask("How much do ML engineers make in California?").text
"""

__version__ = "0.1.0"

from chatbot.answering import Answer, Ask, Chatbot, Source

__all__ = ["Answer", "Ask", "Chatbot", "Source", "__version__"]
