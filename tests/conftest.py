"""What all tests share: an encoder without a model, a small corpus, and bots on it and on the real one."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chatbot import index
from chatbot.answering import Chatbot
from chatbot.building import build
from chatbot.settings import Settings
from tests.words import WordEncoder

ROOT = Path(__file__).parent.parent
SMALL = ROOT / "tests" / "corpus"


@pytest.fixture
def hash_encoder() -> WordEncoder:
    """An encoder for which overlap of words is similarity; fresh, so that its calls can be counted."""
    return WordEncoder()


@pytest.fixture
def small_corpus(tmp_path: Path) -> Path:
    """A copy of tests/corpus to change at will: two guides of roles, two files of FAQ pairs."""
    return Path(shutil.copytree(SMALL, tmp_path / "corpus"))


@pytest.fixture
def small_settings(small_corpus: Path, tmp_path: Path) -> Settings:
    """Settings for building that copy beside it."""
    return Settings(corpus=small_corpus, index=tmp_path / "index", model="words")


@pytest.fixture(scope="session")
def small_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index folder of tests/corpus, built with `WordEncoder`. Not to be changed."""
    folder = tmp_path_factory.mktemp("small") / "index"
    build(Settings(corpus=SMALL, index=folder, model="words"), encoder=WordEncoder())
    return folder


@pytest.fixture(scope="session")
def bot(small_index: Path) -> Chatbot:
    """A bot on tests/corpus."""
    return Chatbot(index.load(small_index, encoder=WordEncoder()), contact="desk@example.org")


@pytest.fixture(scope="session")
def real_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index folder of the project's own corpus, built by the command line, once for all workers."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if base.name.startswith("popen-") else base  # pytest-xdist: a folder a worker
    folder = shared / "real" / "index"
    folder.parent.mkdir(exist_ok=True)
    with (shared / "real" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / index.MANIFEST).exists():
            command = [sys.executable, "-m", "chatbot", "build", "--index", str(folder)]
            subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def real_bot(real_index: Path) -> Chatbot:
    """A bot on the project's own corpus."""
    return Chatbot.load(real_index)
