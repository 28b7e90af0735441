"""Serves the chatbot to everybody: `python app.py` on a machine of one's own, or as a Hugging Face Space.

A Space's disk starts without an index: then it is built first. For the frame that a Space is shown in, set
the variable CHATBOT_ALLOWED_ORIGINS to https://huggingface.co. On one's own desk, use `make run`, which
answers on 127.0.0.1 only.
"""

import os

from chatbot.errors import IndexError
from chatbot.index import read_manifest
from chatbot.settings import Settings
from chatbot.web import serve

ADDRESS, PORT = "0.0.0.0", 7860  # what a Space expects


def main() -> None:
    """Builds the index if there is none, and serves."""
    settings = Settings.load(os.environ)
    try:
        read_manifest(settings.index)
    except IndexError:
        from chatbot.building import build

        build(settings)
    serve(settings, ADDRESS, int(os.environ.get("PORT", PORT)))


if __name__ == "__main__":
    main()
