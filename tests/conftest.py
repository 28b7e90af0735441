"""What all tests share: an encoder without a model, a small corpus, and bots on it and on the real one."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest

from chatbot import index
from chatbot.answering import Chatbot
from chatbot.building import build
from chatbot.settings import Settings
from tests.words import WordEncoder

ROOT = Path(__file__).parent.parent
SMALL = ROOT / "tests" / "corpus"

# The same examples in every run, however slow the machine is.
hypothesis.settings.register_profile("askguide", deadline=None, derandomize=True)
hypothesis.settings.load_profile("askguide")


def files(folder: Path) -> dict[str, str]:
    """Every file of a folder with a hash of what it holds: to see what was touched."""
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file()
    }


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
    # FAISS with whole vectors, so that tests can work its cosines out to the last digit.
    build(Settings(corpus=SMALL, index=folder, model="words", faiss="Flat"), encoder=WordEncoder())
    return folder


@pytest.fixture(scope="session")
def bot(small_index: Path) -> Chatbot:
    """A bot on tests/corpus."""
    return Chatbot(index.load(small_index, encoder=WordEncoder()), contact="desk@example.org")


@pytest.fixture
def bot_of(tmp_path: Path) -> Callable[[str], Chatbot]:
    """Makes a bot of one guide's text, with `WordEncoder`."""

    def make(text: str) -> Chatbot:
        guides = tmp_path / "corpus" / "guides"
        guides.mkdir(parents=True)
        (guides / "guide.md").write_text(text, encoding="utf-8")
        settings = Settings(corpus=guides.parent, index=tmp_path / "index", model="words")
        build(settings, encoder=WordEncoder())
        return Chatbot(index.load(settings.index, encoder=WordEncoder()))

    return make


@pytest.fixture(scope="session")
def real_index(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index folder of the project's own corpus, built by the command line, once for all workers.

    It is built in pytest's cache, so that the next run embeds only what changed, and copied for this run.
    """
    base = tmp_path_factory.getbasetemp()
    run = base.parent if base.name.startswith("popen-") else base  # pytest-xdist: a folder a worker
    cache = pytestconfig.cache.mkdir("real")
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (run / "real").exists():
            command = [sys.executable, "-m", "chatbot", "build", "--index", str(cache / "index")]
            built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
            assert built.returncode == 0, built.stderr
            shutil.copytree(cache / "index", run / "real" / "index")
    return run / "real" / "index"


@pytest.fixture(scope="session")
def real_bot(real_index: Path) -> Chatbot:
    """A bot on the project's own corpus."""
    return Chatbot.load(real_index)


@pytest.fixture(scope="session")
def trades(real_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Chatbot:
    """A bot on tests/guides3, three trades whose sections bear the same headings, with the real encoder."""
    return _with_real_encoder(ROOT / "tests" / "guides3", real_index, tmp_path_factory.mktemp("trades"))


@pytest.fixture(scope="session")
def handbook(real_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Chatbot:
    """A bot on tests/handbook, with the real encoder: alternates alone, no golden question is fitted."""
    return _with_real_encoder(ROOT / "tests" / "handbook", real_index, tmp_path_factory.mktemp("handbook"))


@pytest.fixture(scope="session")
def manual(real_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Chatbot:
    """A bot on tests/manual, a machine's with numbered lists and without alternates."""
    return _with_real_encoder(ROOT / "tests" / "manual", real_index, tmp_path_factory.mktemp("manual"))


def _with_real_encoder(corpus: Path, real_index: Path, folder: Path) -> Chatbot:
    """A bot on a corpus, built in a folder with the encoder of the real index."""
    encoder = index.load(real_index).encoder
    build(Settings(corpus=corpus, index=folder / "index"), encoder=encoder)
    return Chatbot(index.load(folder / "index", encoder=encoder))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Grants the tests that may have to wait for the real build the time that it takes on a slow machine."""
    for item in items:
        if "real_index" in getattr(item, "fixturenames", ()) and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(1200))
