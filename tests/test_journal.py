"""The record against the real databases: SQLite in a file, and PostgreSQL, started here on the loopback."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import socket
import sqlite3
import stat
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import event, func, select, text

from chatbot import journal as package
from chatbot.answering import Answer, Source
from chatbot.errors import SettingsError
from chatbot.journal import Entry, Filter, Journal, JournalError, group, to_csv, to_json_lines
from chatbot.journal import database as databases
from chatbot.journal.tables import answers, metadata, votes
from chatbot.journal.writer import BATCH, Writer
from chatbot.settings import Settings

ROOT = Path(__file__).parent.parent
SOURCE = Source(
    ref="tea#brewing", guide="Tea", section="Brewing", url=None, quote="Pour on boiling water.",
    start=25, end=47, passage="Pour on boiling water. Wait.", score=0.9,
)  # fmt: skip
PERSONAL = ("jane.doe@example.org", "415-555-0132", "4111 1111 1111 1111", "078-05-1120")


def answer(id: str = "a1", question: str = "How is tea made?", **changes: Any) -> Answer:
    fields: dict[str, Any] = {
        "id": id, "kind": "answer", "question": question, "understood_as": question,
        "text": "Pour on boiling water.", "confidence": 0.9, "sources": (SOURCE,), "suggestions": (),
        "reason": None, "missing": (), "build": "build-1", "took_ms": 1.5,
    }  # fmt: skip
    return Answer(**fields | changes)


def refusal(id: str, question: str, ref: str = "tea#brewing", **changes: Any) -> Answer:
    sources = (replace(SOURCE, ref=ref),)
    return answer(
        id,
        question,
        **{"kind": "no_answer", "reason": "not_in_guide", "confidence": 0.1, "sources": sources} | changes,
    )


# The two databases --------------------------------------------------------------------------------


@dataclass
class Cluster:
    """A PostgreSQL server of its own, in a folder of its own, under a user who is not root."""

    programs: Path
    folder: Path
    port: int
    user: str | None

    def run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        log = self.folder.parent / "log"
        with log.open("ab") as output:
            run = subprocess.run(
                command, user=self.user, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/"
            )
        if run.returncode:
            raise RuntimeError(f"{' '.join(command)} failed:\n{log.read_text()}")

    def make(self) -> None:
        self.run(
            "initdb", "-D", str(self.folder), "-U", "askguide", "--auth=trust", "-E", "UTF8", "--locale=C"
        )

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        log = self.folder.parent / "server.log"
        self.run("pg_ctl", "start", "-w", "-D", str(self.folder), "-l", str(log), "-o", options)

    def stop(self, mode: str = "fast") -> None:
        self.run("pg_ctl", "stop", "-w", "-m", mode, "-D", str(self.folder))

    @property
    def url(self) -> str:
        return f"postgresql://askguide@127.0.0.1:{self.port}/postgres"

    def empty(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")


def postgresql_programs() -> Path:
    """Where PostgreSQL's server is; these tests are worth nothing without it, so they fail without it."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    if not found:
        pytest.fail("PostgreSQL's server is not installed: apt-get install postgresql", pytrace=False)
    return found[-1].parent


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    user = "nobody" if os.getuid() == 0 else None  # PostgreSQL refuses to run as root
    base = Path(tempfile.mkdtemp(prefix="askguide-postgresql-", dir="/tmp"))
    base.chmod(0o777)
    server = Cluster(postgresql_programs(), base / "data", free_port(), user)
    try:
        server.make()
        server.start()
        yield server
        server.stop("immediate")
    finally:
        shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
def postgresql(cluster: Cluster) -> str:
    """The URL of an empty database."""
    cluster.empty()
    return cluster.url


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'journal.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    address: str = request.getfixturevalue(request.param)
    return address


@pytest.fixture
def open_journal() -> Iterator[Callable[..., Journal]]:
    opened = []

    def opener(url: str, **settings: Any) -> Journal:
        opened.append(Journal.open(url, Settings(**settings)))
        return opened[-1]

    yield opener
    for journal in opened:
        journal.close()


@pytest.fixture
def journal(url: str, open_journal: Callable[..., Journal]) -> Journal:
    return open_journal(url)


@contextmanager
def blocked(url: str) -> Iterator[None]:
    """Meanwhile nobody else can write."""
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None) as lock:
            lock.execute("BEGIN IMMEDIATE")
            yield
            lock.execute("ROLLBACK")
        lock.close()
    else:
        with psycopg.connect(url) as connection:
            connection.execute("LOCK TABLE answers IN SHARE MODE")
            yield


def wait_until(holds: Callable[[], bool], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


# Recording and reading ----------------------------------------------------------------------------


def test_an_answer_comes_back_as_it_was_recorded(journal: Journal) -> None:
    before = datetime.now(UTC)
    given = answer(understood_as="how is tea made", missing=("milk",), reason=None)
    journal.record(given, ["Is tea good?"], "chat")
    journal.flush()
    entry = journal.entry("a1")
    assert entry is not None
    assert before <= entry.asked_at <= datetime.now(UTC)
    assert entry.asked_at.tzinfo is not None
    source = {name: value for name, value in given.to_dict()["sources"][0].items() if name != "passage"}
    assert replace(entry, asked_at=before) == Entry(
        id="a1", asked_at=before, face="chat", question="How is tea made?", history=("Is tea good?",),
        understood_as="how is tea made", kind="answer", reason=None, text="Pour on boiling water.",
        missing=("milk",), confidence=0.9, sources=(source,), build="build-1", took_ms=1.5,
    )  # fmt: skip


def test_a_vote_comes_back_with_its_answer(journal: Journal) -> None:
    journal.record(answer(), [], "widget")
    assert journal.vote("a1", "down", ["wrong", "hard to read"], "It is cold.") is True
    entry = journal.entry("a1")
    assert entry is not None
    assert (entry.rating, entry.reasons, entry.comment) == ("down", ("wrong", "hard to read"), "It is cold.")
    assert entry.voted_at is not None
    assert entry.voted_at >= entry.asked_at


def test_the_last_vote_counts(journal: Journal) -> None:
    journal.record(answer(), [], "chat")
    assert journal.vote("a1", "down", ["outdated"], "old")
    assert journal.vote("a1", "up")
    entry = journal.entry("a1")
    assert entry is not None
    assert (entry.rating, entry.reasons, entry.comment) == ("up", (), "")


def test_a_vote_on_an_unknown_answer_is_not_taken(journal: Journal) -> None:
    assert journal.vote("never", "up") is False
    assert list(journal.entries()) == []


def test_a_vote_is_up_or_down(journal: Journal) -> None:
    with pytest.raises(ValueError, match="sideways"):
        journal.vote("a1", "sideways")


def test_a_vote_waits_for_its_answer_to_be_written(url: str, journal: Journal) -> None:
    with ThreadPoolExecutor() as pool:
        with blocked(url):
            journal.record(answer(), [], "chat")
            vote = pool.submit(journal.vote, "a1", "up")
            time.sleep(0.3)
            assert not vote.done()
        assert vote.result(timeout=10) is True
    entry = journal.entry("a1")
    assert entry is not None
    assert entry.rating == "up"


def test_recording_does_not_wait_for_the_database(url: str, journal: Journal) -> None:
    journal.flush()
    with blocked(url):
        took = []
        for number in range(1000):
            started = time.perf_counter()
            journal.record(answer(f"a{number}"), ["earlier"], "api")
            took.append(time.perf_counter() - started)
        assert statistics.median(took) < 0.001
        assert journal.waiting > 700  # some are in the writer's hands
    journal.flush()
    assert (journal.lost, journal.waiting, len(list(journal.entries()))) == (0, 0, 1000)


def test_an_answer_recorded_twice_is_there_once(journal: Journal) -> None:
    journal.record(answer(), [], "chat")
    journal.record(answer(), [], "chat")
    journal.flush()
    assert [entry.id for entry in journal.entries()] == ["a1"]
    assert journal.lost == 0


def test_text_that_databases_dislike_is_kept_as_far_as_they_can(journal: Journal) -> None:
    strange = "nul \x00 half \ud800 bidi \u202e emoji 🧑‍💻 'quote' \"; DROP TABLE answers; -- ${x} {{y}}\r\n"
    journal.record(answer(question=strange, missing=(strange,)), [strange], "chat")
    assert journal.vote("a1", "down", [strange], strange)
    assert journal.vote("a\x00\ud800", "up") is False
    entry = journal.entry("a1")
    assert entry is not None
    expected = strange.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")
    assert entry.question == entry.comment == expected
    assert entry.history == entry.missing == entry.reasons == (expected,)
    assert journal.lost == 0
    json.loads(next(to_json_lines([entry])).encode())


def test_a_long_question_is_cut_after_it_was_redacted(journal: Journal) -> None:
    journal.record(answer(question="x " * 997 + "jane.doe@example.org and more"), [], "api")
    journal.flush()
    entry = journal.entry("a1")
    assert entry is not None
    assert entry.question.endswith("x [e-ma…")
    assert len(entry.question) == 2000


def test_what_no_database_takes_is_lost_alone(journal: Journal, caplog: pytest.LogCaptureFixture) -> None:
    journal.record(answer("good"), [], "chat")
    journal.record(answer("bad", confidence=None), [], "chat")
    journal.record(answer("good too"), [], "chat")
    assert journal.vote("good too", "up")
    assert {entry.id for entry in journal.entries()} == {"good", "good too"}
    assert journal.lost == 1
    assert "answers that were not recorded: 1" in caplog.text
    assert "boiling" not in caplog.text


def test_closing_writes_what_waits(
    url: str, open_journal: Callable[..., Journal], caplog: pytest.LogCaptureFixture
) -> None:
    first = open_journal(url)
    for number in range(300):
        first.record(answer(f"a{number}"), [], "chat")
    first.close()
    assert len(list(open_journal(url).entries())) == 300
    first.record(answer("late"), [], "chat")
    assert first.lost == 1
    assert "answers that were not recorded: 1 (the record is closed)" in caplog.text
    with pytest.raises(JournalError, match="closed"):
        first.vote("a1", "up")


def test_a_program_that_ends_without_closing_writes_what_waits(sqlite: str) -> None:
    code = (
        "import sys; from tests.test_journal import *; journal = Journal.open(sys.argv[1], Settings());"
        "[journal.record(answer(f'a{n}'), [], 'chat') for n in range(300)]"
    )
    subprocess.run([sys.executable, "-c", code, sqlite], cwd=ROOT, check=True)
    assert len(rows(sqlite, "SELECT id FROM answers")) == 300


def rows(sqlite: str, query: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(sqlite.removeprefix("sqlite:///"))
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


# Filters, pages, exports --------------------------------------------------------------------------


@pytest.fixture
def asked(journal: Journal) -> Journal:
    journal.record(answer("yes", "How is tea made?"), [], "chat")
    journal.record(answer("unsure", "Is tea 100% leaf_x?", confidence=0.4), [], "widget")
    journal.record(refusal("no", "How is coffee made?"), [], "api")
    journal.record(answer("hello", "hi", kind="small_talk", confidence=0.0, sources=()), [], "chat")
    assert journal.vote("yes", "up")
    assert journal.vote("unsure", "down")
    return journal


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (Filter(), ["hello", "no", "unsure", "yes"]),
        (Filter(kind="no_answer"), ["no"]),
        (Filter(face="chat"), ["hello", "yes"]),
        (Filter(rating="down"), ["unsure"]),
        (Filter(below=0.5, kind="answer"), ["unsure"]),
        (Filter(words="COFFEE"), ["no"]),
        (Filter(words="boiling"), ["hello", "no", "unsure", "yes"]),
        (Filter(words="100%"), ["unsure"]),
        (Filter(words="f_x"), ["unsure"]),
        (Filter(words="fax"), []),
        (Filter(since=datetime(2100, 1, 1, tzinfo=UTC)), []),
        (Filter(until=datetime(2100, 1, 1, tzinfo=UTC)), ["hello", "no", "unsure", "yes"]),
        (Filter(until=datetime(2020, 1, 1, tzinfo=UTC)), []),
    ],
)
def test_a_filter_finds_the_entries_that_fit_newest_first(
    asked: Journal, wanted: Filter, ids: list[str]
) -> None:
    assert [entry.id for entry in asked.entries(wanted)] == ids


def test_entries_come_in_pages_that_newer_ones_do_not_shift(asked: Journal) -> None:
    first = list(asked.entries(limit=2))
    asked.record(answer("newest"), [], "chat")
    asked.flush()
    rest = list(asked.entries(limit=2, after=first[-1].place))
    assert [entry.id for entry in (*first, *rest)] == ["hello", "no", "unsure", "yes"]
    assert list(asked.entries(after=rest[-1].place)) == []


def test_a_page_goes_on_after_an_id_as_long_as_its_entry_is_there(asked: Journal) -> None:
    assert [entry.id for entry in asked.entries(after="no")] == ["unsure", "yes"]
    for after in ("never", "", "_", "2026-01-01", "0001-01-01T00:00+23:59_no", "\x00\ud800", "2026-01-01_"):
        assert list(asked.entries(after=after)) == []


def test_no_entry_is_missed_where_the_last_of_a_page_is_deleted(
    asked: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    (no,) = asked.entries(Filter(kind="no_answer"))
    monkeypatch.setattr(package, "PAGE", 2)
    read = []
    for entry in asked.entries():
        read.append(entry.id)
        if entry.id == "no":
            assert asked.delete("no")
    assert read == ["hello", "no", "unsure", "yes"]
    assert [entry.id for entry in asked.entries(after=no.place)] == ["unsure", "yes"]


def test_many_entries_are_read_in_several_pages(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "PAGE", 7)
    moment = datetime.now(UTC)
    monkeypatch.setattr(package, "now", lambda: moment)  # all at the same time: the id decides
    for number in range(50):
        journal.record(answer(f"a{number:02}"), [], "chat")
    journal.flush()
    assert [entry.id for entry in journal.entries()] == [f"a{number:02}" for number in reversed(range(50))]
    assert len(list(journal.entries(limit=20))) == 20


def test_the_export_as_json_is_one_object_a_line(asked: Journal) -> None:
    lines = [json.loads(line) for line in to_json_lines(asked.entries())]
    assert [line["id"] for line in lines] == ["hello", "no", "unsure", "yes"]
    assert lines[3]["rating"] == "up"
    assert lines[3]["sources"][0]["quote"] == "Pour on boiling water."
    assert datetime.fromisoformat(lines[3]["asked_at"]).tzinfo is not None
    assert lines[0]["voted_at"] is None


def test_the_export_as_csv_is_a_table_without_formulas(journal: Journal) -> None:
    journal.record(answer("a1", '=HYPERLINK("https://example.org")'), ["one, two", "-3"], "chat")
    journal.record(answer("a2", "two\nlines"), [], "chat")
    assert journal.vote("a1", "down", ["wrong"], "@SUM(A1)")
    table = list(csv.DictReader("".join(to_csv(journal.entries())).splitlines(keepends=True)))
    assert [row["question"] for row in table] == ["two\nlines", '\'=HYPERLINK("https://example.org")']
    assert table[1]["history"] == "one, two | -3"
    assert (table[1]["sources"], table[1]["rating"]) == ("tea#brewing", "down")
    assert table[1]["comment"] == "'@SUM(A1)"
    assert table[0]["rating"] == ""


# What nobody answered -----------------------------------------------------------------------------

UNANSWERED = [
    refusal("g1", "How much is the salary in Germany?", "guide#salary"),
    refusal("g2", "What's the salary in germany", "guide#salary"),
    refusal("g3", "salary germany?", "guide#salary-states"),
    refusal("v1", "Do I need a visa?", "guide#duties"),
    refusal("v2", "is a visa needed", "guide#duties"),
    refusal("o1", "Who won the cup?", "guide#other"),
    refusal("s1", "?", reason="too_short", sources=()),
    refusal("s2", "x" * 1001, reason="too_long", sources=()),
    answer("yes", "How is tea made?"),
]


def test_unanswered_questions_are_grouped_by_their_words(journal: Journal) -> None:
    for given in UNANSWERED:
        journal.record(given, [], "chat")
    journal.flush()
    groups = group(journal.entries())
    assert [{entry.id for entry in one.entries} for one in groups] == [
        {"g1", "g2", "g3"}, {"v1", "v2"}, {"o1"},
    ]  # fmt: skip
    assert [one.nearest and one.nearest["ref"] for one in groups] == [
        "guide#salary", "guide#duties", "guide#other",
    ]  # fmt: skip
    assert groups[0].question in {entry.question for entry in groups[0].entries}
    assert groups[0].last == max(entry.asked_at for entry in groups[0].entries)


def test_unanswered_questions_are_grouped_by_vectors_where_there_is_an_encoder(journal: Journal) -> None:
    topics = {"wages": 0, "pay": 0, "visa": 1}
    questions = ["wages there?", "pay abroad?", "visa rules?"]
    for number, question in enumerate(questions):
        journal.record(refusal(f"q{number}", question), [], "chat")
    journal.flush()

    def encode(texts: Any) -> Any:
        return np.array([np.eye(2)[topics[text.split()[0]]] for text in texts], np.float32)

    groups = group(journal.entries(), encode)
    assert [{entry.id for entry in one.entries} for one in groups] == [{"q0", "q1"}, {"q2"}]
    assert len(group(journal.entries())) == 3  # their words have nothing in common
    assert group([], encode) == []


def test_a_group_without_any_source_has_no_nearest_section(journal: Journal) -> None:
    journal.record(refusal("a1", "Who won the cup?", sources=()), [], "chat")
    journal.flush()
    assert [one.nearest for one in group(journal.entries())] == [None]


def test_two_thousand_unanswered_questions_are_grouped_in_a_moment() -> None:
    words = [f"w{number}" for number in range(400)]
    random = Random(7)
    entries = [
        Entry(
            id=str(number), asked_at=datetime(2026, 1, 1, tzinfo=UTC), face="chat", question="", history=(),
            understood_as=" ".join(random.sample(words, 6)), kind="no_answer", reason="not_in_guide", text="",
            missing=(), confidence=0.1, sources=(), build="", took_ms=0,
        )
        for number in range(2000)
    ]  # fmt: skip
    started = time.process_time()
    groups = group(entries)
    assert sum(len(one.entries) for one in groups) == 2000
    assert time.process_time() - started < 5


# Privacy ------------------------------------------------------------------------------------------


def files_of(url: str, cluster_folder: Path | None = None) -> dict[str, bytes]:
    if url.startswith("sqlite"):
        file = Path(url.removeprefix("sqlite:///"))
        return {path.name: path.read_bytes() for path in file.parent.glob(f"{file.name}*")}
    assert cluster_folder
    return {path.name: path.read_bytes() for path in cluster_folder.rglob("*") if path.is_file()}


def test_personal_data_is_on_no_disk(url: str, request: pytest.FixtureRequest) -> None:
    told = ", ".join((*PERSONAL, "case-77"))
    journal = Journal.open(url, Settings(redact=(r"case-\d+",)))
    # What is made from the question repeats it: as it was understood, and what the guide does not say.
    given = refusal("a1", f"I am {told}, pay?", missing=("jane.doe", "Germany", "case-77"))
    given = replace(
        given, understood_as=f"i am {told} pay", text=f"The guide says nothing of jane.doe. {told}"
    )
    journal.record(given, [f"earlier {told}"], "chat")
    assert journal.vote("a1", "down", [told], f"Call me: {told}")
    folder = request.getfixturevalue("cluster").folder if url.startswith("postgresql") else None
    if folder:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
    written = files_of(url, folder)
    journal.close()
    assert any(b"says nothing of [redacted]" in content for content in written.values())  # it was written
    if not folder:
        assert set(written) == {"journal.db", "journal.db-wal", "journal.db-shm"}
    for name, content in written.items():
        for secret in (*PERSONAL, "case-77", "jane.doe", "555-0132"):
            assert secret.encode() not in content, (name, secret)
    entry = Journal.open(url, Settings()).entry("a1")
    assert entry is not None
    gone = "[e-mail], [phone], [card], [id], [redacted]"
    assert entry.question == f"I am {gone}, pay?"
    assert entry.history == (f"earlier {gone}",)
    assert entry.reasons == (gone,)
    assert entry.comment == f"Call me: {gone}"
    assert entry.missing == ("[redacted]", "Germany", "[redacted]")
    assert entry.text == f"The guide says nothing of [redacted]. {gone}"


def test_the_guides_words_are_kept_as_they_stand(journal: Journal) -> None:
    source = replace(SOURCE, quote="Write to help@example.org.")
    journal.record(answer(sources=(source,)), [], "chat")
    journal.flush()
    entry = journal.entry("a1")
    assert entry is not None
    assert entry.sources[0]["quote"] == "Write to help@example.org."


def test_there_is_no_place_for_an_address_or_a_visitor() -> None:
    names = {column.name for table in metadata.tables.values() for column in table.columns}
    assert names == {
        "id", "asked_at", "face", "kind", "reason", "question", "history", "understood_as", "text", "missing",
        "confidence", "sources", "build", "took_ms", "answer_id", "voted_at", "rating", "reasons", "comment",
        "day", "asked", "up", "down",
    }  # fmt: skip


def test_deleting_leaves_no_trace(journal: Journal, url: str) -> None:
    journal.record(answer("a1", "a secret wish"), [], "chat")
    journal.record(answer("a2"), [], "chat")
    assert journal.vote("a1", "down", [], "a secret comment")
    assert journal.delete("a1") is True
    assert journal.delete("a1") is False
    assert journal.entry("a1") is None
    assert [entry.id for entry in journal.entries()] == ["a2"]
    assert journal.vote("a1", "up") is False
    if url.startswith("sqlite"):
        assert not any(b"secret" in content for content in files_of(url).values())


def test_an_answer_that_is_not_yet_written_can_be_deleted(journal: Journal) -> None:
    journal.record(answer(), [], "chat")
    assert journal.delete("a1") is True
    assert journal.entry("a1") is None


def test_records_end_after_their_days_and_only_counts_stay(
    url: str, journal: Journal, open_journal: Callable[..., Journal], monkeypatch: pytest.MonkeyPatch
) -> None:
    def record(id: str, days: float, rating: str = "", **changes: Any) -> None:
        moment = datetime.now(UTC) - timedelta(days=days)
        monkeypatch.setattr(package, "now", lambda: moment)
        journal.record(answer(id, f"an old wish {id}", **changes), [], "chat")
        if rating:
            assert journal.vote(id, rating)
        monkeypatch.undo()

    record("old", 40, "up")
    record("older", 40.0001, "down", kind="no_answer")
    record("oldest", 70)
    record("young", 29.9, "up")
    journal.flush()
    everything = {"asked": 4, "answer": 3, "clarify": 0, "no_answer": 1, "small_talk": 0, "up": 2, "down": 1}
    assert journal.counts() == everything
    journal.close()

    kept = open_journal(url, retention_days=30)  # at the start, and then every hour, without being told
    wait_until(lambda: len(list(kept.entries())) == 1)
    assert [entry.id for entry in kept.entries()] == ["young"]
    assert kept.counts() == everything
    if url.startswith("sqlite"):
        wait_until(lambda: not any(b"old wish old" in content for content in files_of(url).values()))
    kept.close()

    again = open_journal(url, retention_days=20)  # a day that has totals already gets more
    wait_until(lambda: not list(again.entries()))
    assert again.counts() == everything


def test_the_hourly_look_happens_without_any_question(monkeypatch: pytest.MonkeyPatch, sqlite: str) -> None:
    monkeypatch.setattr("chatbot.journal.writer.HOUR", 0.05)
    looked: list[float] = []
    writer = Writer(databases.connect(sqlite), lambda: looked.append(time.monotonic()), ready=True)
    wait_until(lambda: len(looked) > 3)
    writer.close()
    assert min(later - earlier for earlier, later in zip(looked, looked[1:], strict=False)) >= 0.05


# The databases themselves -------------------------------------------------------------------------


def test_sqlite_is_set_up_to_keep_what_was_committed(sqlite: str, tmp_path: Path) -> None:
    engine = databases.connect(sqlite)
    databases.migrate(engine)
    with databases.reading(engine) as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys", "secure_delete")
        }
    engine.dispose()
    assert found == {
        "journal_mode": "wal", "synchronous": 2, "busy_timeout": 5000, "foreign_keys": 1, "secure_delete": 1,
    }  # fmt: skip
    assert stat.S_IMODE((tmp_path / "journal.db").stat().st_mode) == 0o600


def test_postgresql_commits_to_the_disk_even_where_its_default_is_not_to(postgresql: str) -> None:
    engine = databases.connect(f"{postgresql}?options=-csynchronous_commit%3Doff%20-ctimezone%3DJapan")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        assert connection.exec_driver_sql("SHOW timezone").scalar() == "Japan"
    with databases.writing(engine) as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"
        assert connection.execute(text("SHOW timezone")).scalar() == "UTC"
        assert connection.execute(text("SHOW statement_timeout")).scalar() == "5s"
    engine.dispose()


def test_the_migrations_make_exactly_the_tables(url: str) -> None:
    engine = databases.connect(url)
    databases.migrate(engine)
    databases.migrate(engine)  # nothing is left to do
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_the_migrations_can_be_taken_back(url: str) -> None:
    engine = databases.connect(url)
    databases.migrate(engine)
    config = Config()
    config.set_main_option("script_location", "chatbot.journal:migrations")
    with databases.writing(engine) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert {change[0] for change in compare_metadata(context, metadata)} == {"add_table", "add_index"}
    databases.migrate(engine)
    engine.dispose()


def test_many_that_open_an_empty_database_at_once_take_turns(url: str) -> None:
    def open_one(number: int) -> int:
        journal = Journal.open(url, Settings())
        journal.record(answer(f"a{number}"), [], "chat")
        journal.close()
        return journal.lost

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(open_one, range(6))) == 0
    engine = databases.connect(url)
    with databases.reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(answers)).scalar() == 6
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("journal.db", "not a database URL"),
        ("", "not a database URL"),
        ("nosuch://host/x", "'nosuch'"),
        ("mysql://host/x", "'mysql'"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused(url: str, problem: str) -> None:
    with pytest.raises(SettingsError, match=problem):
        Journal.open(url, Settings())


def test_without_psycopg_the_refusal_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SettingsError, match=r"askguide\[postgres\]"):
        Journal.open("postgresql://somebody:secret@127.0.0.1/x", Settings())


def test_a_pattern_that_cannot_be_used_is_refused(sqlite: str) -> None:
    with pytest.raises(SettingsError, match="redact"):
        Journal.open(sqlite, Settings(redact=("([",)))


def test_a_file_that_is_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "journal.db"
    file.write_text("these are my notes, dear database, " * 100)
    before = file.read_bytes()
    with pytest.raises(JournalError, match="not a database"):
        Journal.open(f"sqlite:///{file}", Settings())
    assert file.read_bytes() == before


def test_a_record_of_a_later_version_is_refused(url: str) -> None:
    Journal.open(url, Settings()).close()
    engine = databases.connect(url)
    with databases.writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(JournalError, match="9999"):
        Journal.open(url, Settings())


# A full disk, a database that is away ---------------------------------------------------------------


def test_a_full_disk_costs_no_answer_is_counted_and_heals(
    sqlite: str, caplog: pytest.LogCaptureFixture
) -> None:
    journal = Journal.open(sqlite, Settings())
    journal.flush()
    journal._writer._held, journal._writer._pause = 50, 0.05
    full = threading.Event()

    @event.listens_for(journal._engine, "begin")
    def fill(connection: Any) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar() if full.is_set() else 1 << 30
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    journal.record(answer("before", "x" * 1900), [], "chat")
    assert journal.vote("before", "up")
    full.set()
    for number in range(400):
        journal.record(answer(f"during{number}", "x" * 1900), [], "chat")
    with pytest.raises(JournalError, match="full"):
        journal.vote("before", "down", [], "y" * 1900)
    wait_until(lambda: journal.waiting >= 50)
    lost = journal.lost
    assert 400 - BATCH - 50 <= lost <= 350  # a batch may be in the writer's hands
    full.clear()
    journal.flush()
    assert len(list(journal.entries())) == 401 - lost
    journal.close()
    assert "the record cannot be written, answers go on: database or disk is full" in caplog.text
    assert "answers that were not recorded: " in caplog.text
    assert "the record is written again" in caplog.text
    assert "xxx" not in caplog.text


def test_a_disk_that_takes_no_more_bytes_costs_no_answer(sqlite: str) -> None:
    """The kernel itself refuses to let the files grow, as on a disk that is full or over its quota."""
    code = """
import resource, signal, sys
from tests.test_journal import *
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
journal = Journal.open(sys.argv[1], Settings())
journal.record(answer("before"), [], "chat")
assert journal.vote("before", "up")
size = os.path.getsize(journal._engine.url.database + "-wal")
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
took = []
for number in range(100):
    started = time.perf_counter()
    journal.record(answer(f"during{number}"), [], "chat")
    took.append(time.perf_counter() - started)
assert statistics.median(took) < 0.003
try:
    journal.vote("before", "down")
except JournalError:
    journal.close()
    print("lost", journal.lost)
"""
    run = subprocess.run(
        [sys.executable, "-c", code, sqlite], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout == "lost 100\n"
    assert rows(sqlite, "SELECT id, rating FROM answers JOIN votes ON id = answer_id") == [("before", "up")]


def test_a_database_that_goes_away_and_comes_back_has_it_all(
    cluster: Cluster, postgresql: str, caplog: pytest.LogCaptureFixture
) -> None:
    journal = Journal.open(postgresql, Settings())
    journal._writer._pause = 0.05
    journal.record(answer("before"), [], "chat")
    assert journal.vote("before", "up")
    cluster.stop("immediate")  # like kill -9: what was acknowledged has to be there afterwards
    try:
        took = []
        for number in range(200):
            started = time.perf_counter()
            journal.record(answer(f"during{number}"), [], "chat")
            took.append(time.perf_counter() - started)
        assert statistics.median(took) < 0.003
        with pytest.raises(JournalError, match="cannot be written"):
            journal.vote("before", "down")
        with pytest.raises(JournalError, match="cannot be read"):
            journal.entry("before")
        assert (journal.lost, journal.waiting) == (0, 200)
    finally:
        cluster.start()
    wait_until(lambda: journal.waiting == 0)
    assert journal.vote("during199", "down")
    found = {entry.id: entry.rating for entry in journal.entries()}
    journal.close()
    assert len(found) == 201
    assert (found["before"], found["during199"]) == ("up", "down")
    assert "the record cannot be written" in caplog.text
    assert "askguide@" not in caplog.text


def test_what_is_still_held_when_the_server_ends_is_counted(cluster: Cluster, postgresql: str) -> None:
    journal = Journal.open(postgresql, Settings())
    cluster.stop("immediate")
    try:
        for number in range(10):
            journal.record(answer(f"a{number}"), [], "chat")
        journal.close()
        assert journal.lost == 10
    finally:
        cluster.start()


def test_a_database_that_is_away_at_the_start_is_used_once_it_is_there(
    cluster: Cluster, postgresql: str, caplog: pytest.LogCaptureFixture
) -> None:
    cluster.stop()
    try:
        journal = Journal.open(postgresql, Settings())
        journal._writer._pause = 0.05
        journal.record(answer(), [], "chat")
    finally:
        cluster.start()
    wait_until(lambda: journal.waiting == 0)
    assert journal.vote("a1", "up")
    journal.close()
    assert journal.lost == 0
    assert "the record cannot be opened, answers go on" in caplog.text


def test_a_folder_that_cannot_be_written_costs_no_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("not a folder")
    journal = Journal.open(f"sqlite:///{tmp_path}/file/journal.db", Settings())
    journal.record(answer(), [], "chat")
    with pytest.raises(JournalError):
        journal.vote("a1", "up")
    journal.close()
    assert journal.lost == 1
    assert "the record cannot be opened" in caplog.text


# No acknowledged vote is ever lost --------------------------------------------------------------------


def serve(url: str, port: int) -> None:
    """The real routes before a bot that gives every answer an id of its own; runs in a process of its own."""
    import uuid

    import uvicorn

    from tests.web.fakes import FakeBot, app_of

    class Bot(FakeBot):
        def ask_many(self, asks: Any) -> list[Answer]:
            return [answer(uuid.uuid4().hex, ask.question) for ask in asks]

    journal = Journal.open(url, Settings())
    uvicorn.run(app_of(Bot(), journal), host="127.0.0.1", port=port, log_level="warning")


def post(connection: HTTPConnection, path: str, body: dict[str, Any]) -> tuple[int, bytes]:
    headers = {"Content-Type": "application/json"}
    connection.request("POST", path, json.dumps(body), headers)
    response = connection.getresponse()
    return response.status, response.read()


def visit(port: int, acknowledged: dict[str, str], seed: int) -> None:
    """Asks and votes until the server is gone; keeps every vote that was answered with 204."""
    random = Random(seed)
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        while True:
            _, body = post(connection, "/api/v1/answers", {"question": "How is tea made?"})
            answer_id, rating = json.loads(body)["id"], random.choice(["up", "down"])
            status, _ = post(connection, "/api/v1/feedback", {"answer_id": answer_id, "rating": rating})
            if status == 204:
                acknowledged[answer_id] = rating
    except (OSError, HTTPException, ValueError):
        return
    finally:
        connection.close()


def is_up(port: int) -> bool:
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("url", "kills"), [("sqlite", 20), ("postgresql", 5)], indirect=["url"])
def test_a_vote_that_was_acknowledged_survives_kill_9(url: str, kills: int) -> None:
    acknowledged: dict[str, str] = {}
    random = Random(20)
    code = "import sys; from tests.test_journal import serve; serve(sys.argv[1], int(sys.argv[2]))"
    for number in range(kills):
        port = free_port()
        server = subprocess.Popen([sys.executable, "-c", code, url, str(port)], cwd=ROOT)
        before = len(acknowledged)
        try:
            wait_until(lambda port=port: is_up(port), 60)
            with ThreadPoolExecutor(6) as pool:
                for seed in range(6):
                    pool.submit(visit, port, acknowledged, 100 * number + seed)
                wait_until(lambda before=before: len(acknowledged) > before + 5)
                time.sleep(random.uniform(0, 0.3))
                server.send_signal(signal.SIGKILL)
        finally:
            server.kill()
            server.wait()
    engine = databases.connect(url)
    with databases.reading(engine) as connection:
        written = dict(connection.execute(select(votes.c.answer_id, votes.c.rating)).all())
        known = set(connection.execute(select(answers.c.id)).scalars())
        if url.startswith("sqlite"):
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    engine.dispose()
    assert len(acknowledged) > 10 * kills
    assert {id: written.get(id) for id in acknowledged} == acknowledged
    assert set(written) <= known
