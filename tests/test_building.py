"""A build embeds only what is new, is the same twice, survives being killed, and refuses what is wrong."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from chatbot import building, index
from chatbot.building import Report, build, fit, good_words
from chatbot.calibration import Example
from chatbot.cli import main
from chatbot.errors import IndexError
from chatbot.settings import Settings
from tests.conftest import ROOT, SMALL, files
from tests.faults import FAULTS, Plant
from tests.words import WordEncoder

KILLS = 20


def build_small(settings: Settings) -> tuple[Report, list[str]]:
    """The report of a build, and the texts that it embedded."""
    encoder = WordEncoder()
    return build(settings, encoder=encoder), encoder.encoded


def embedded(settings: Settings) -> list[str]:
    """The texts that a build embeds as views; what comes after them are the questions it is fitted on."""
    report, texts = build_small(settings)
    return texts[: report.embedded]


def views_of(settings: Settings) -> set[str]:
    return {view.text for view in index.load(settings.index, encoder=WordEncoder()).views}


def edit(settings: Settings, old: str, new: str, file: str = "guides/baker.md") -> None:
    path = settings.corpus / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


# What is done -----------------------------------------------------------------------------------


def test_a_build_reports_what_it_did(small_settings: Settings) -> None:
    told: list[tuple[int, int]] = []
    encoder = WordEncoder()
    report = build(small_settings, lambda done, total: told.append((done, total)), encoder)
    found = index.load(small_settings.index, encoder=WordEncoder())
    assert (report.build, report.guides, report.sections) == (found.build, 4, len(found.sections))
    assert report.views == len(found.views) == report.embedded + report.reused
    assert report.embedded == len(views_of(small_settings))  # what stands twice is embedded once
    assert (report.alternates, report.examples) == (65, 45)
    assert told[0] == (0, report.embedded)
    assert told[-1] == (report.embedded, report.embedded)
    assert told == sorted(told)
    assert 0 < report.promise.threshold < 1
    assert report.promise.low <= report.promise.coverage <= report.promise.high


def test_the_command_line_says_what_was_done(
    small_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "_encoder", lambda settings, place: WordEncoder())
    run = CliRunner().invoke(
        main, ["build", "--corpus", str(small_settings.corpus), "--index", str(small_settings.index)]
    )
    assert (run.exit_code, run.stdout) == (0, "")
    manifest = index.read_manifest(small_settings.index)
    first, second, third = run.stderr.splitlines()
    assert first == f"building {small_settings.index} from {small_settings.corpus} …"
    assert second == (f"build {manifest['build']}: 4 guides, 20 sections, 181 views, 181 embedded, 0 reused")
    assert third.startswith(
        f"promise: at most {Settings().promise:.0%} of answers wrong. Fitted on 45 questions: "
    )
    assert "\r" not in run.stderr  # no progress bar where nobody watches


ON_TERMINAL = """
import sys
from chatbot import building, cli
from tests.words import WordEncoder
building._encoder = lambda settings, place: WordEncoder()
cli.main(["build", "--corpus", sys.argv[1], "--index", sys.argv[2]])
"""


def test_a_terminal_sees_a_progress_bar(small_settings: Settings) -> None:
    keyboard, screen = pty.openpty()
    run = subprocess.Popen(
        [sys.executable, "-c", ON_TERMINAL, str(small_settings.corpus), str(small_settings.index)],
        cwd=ROOT, stdin=screen, stdout=subprocess.DEVNULL, stderr=screen,
    )  # fmt: skip
    os.close(screen)
    seen = b""
    with contextlib.suppress(OSError):  # how Linux says that the terminal was closed
        while piece := os.read(keyboard, 4096):
            seen += piece
    os.close(keyboard)
    assert run.wait() == 0
    bars = re.findall(r"\r  embedding \[(█*)(·*)\] (\d+)/181", seen.decode())
    assert [int(done) for _, _, done in bars] == [*range(0, 181, 32), 181]
    assert {len(full + rest) for full, rest, _ in bars} == {30}
    assert bars[-1][0] == "█" * 30
    assert "181 embedded, 0 reused\r\n" in seen.decode()


# Only what is new is embedded -------------------------------------------------------------------


def test_nothing_unchanged_is_embedded_again(small_settings: Settings) -> None:
    first, _ = build_small(small_settings)
    second, _ = build_small(small_settings)
    assert (second.embedded, second.reused) == (0, first.views)
    assert second.build == first.build


def test_a_changed_sentence_alone_is_embedded(small_settings: Settings) -> None:
    build_small(small_settings)
    before = views_of(small_settings)
    edit(small_settings, "The certificate is optional.", "The certificate is voluntary.")
    texts = embedded(small_settings)
    assert set(texts) == views_of(small_settings) - before
    assert sorted(texts, key=len)[0] == "The certificate is voluntary."
    assert len(texts) == len(set(texts)) == 2  # the sentence and its passage


def test_a_new_alternate_alone_is_embedded(small_settings: Settings) -> None:
    build_small(small_settings)
    edit(small_settings, "duties:\n", 'duties:\n  - "Who tends the oven?"\n', "guides/baker.questions.yaml")
    assert embedded(small_settings) == ["Who tends the oven?"]


def test_what_moves_is_not_embedded_again(small_settings: Settings) -> None:
    build_small(small_settings)
    (small_settings.corpus / "guides" / "orders.jsonl").rename(small_settings.corpus / "guides" / "buy.jsonl")
    edit(small_settings, "orders#", "buy#", "golden.jsonl")
    report, _ = build_small(small_settings)
    assert report.embedded == 0


@pytest.mark.parametrize("change", [{"model": "others"}, {"encoder": "fp32"}])
def test_another_encoder_embeds_everything(small_settings: Settings, change: dict[str, str]) -> None:
    first, _ = build_small(small_settings)
    second, _ = build_small(replace(small_settings, **change))  # type: ignore[arg-type]
    assert second.embedded == first.embedded


def test_damaged_vectors_are_not_reused_and_the_build_is_whole_again(small_settings: Settings) -> None:
    first, _ = build_small(small_settings)
    whole = files(small_settings.index)
    place = small_settings.index / "builds" / first.build
    for name in whole:
        if not name.startswith("builds/"):
            continue
        file = small_settings.index / name
        data = bytearray(file.read_bytes())
        data[-20] ^= 1
        file.write_bytes(data)
        report, _ = build_small(small_settings)
        reads = file.name in ("vectors.npy", "views.json")
        assert report.embedded == (first.embedded if reads else 0), file.name
        assert files(small_settings.index) == whole, file.name
    assert place.is_dir()


# The same twice ---------------------------------------------------------------------------------

AGAIN = """
import sys
from pathlib import Path
from chatbot.building import build
from chatbot.settings import Settings
from tests.words import WordEncoder
settings = Settings(corpus=Path(sys.argv[1]), index=Path(sys.argv[2]), model="words", faiss="Flat")
sys.stdout.write(build(settings, encoder=WordEncoder()).build)
"""


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_same_corpus_gives_the_same_build_in_every_process(
    small_index: Path, tmp_path: Path, seed: str
) -> None:
    """Whatever order Python's sets have there."""
    run = subprocess.run(
        [sys.executable, "-c", AGAIN, str(SMALL), str(tmp_path / "index")],
        cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert run.stdout == index.read_manifest(small_index)["build"]


def test_a_build_on_top_of_another_is_the_build_from_nothing(
    small_settings: Settings, tmp_path: Path
) -> None:
    build_small(small_settings)
    edit(small_settings, "3 am", "4 am")
    on_top, _ = build_small(small_settings)
    fresh, _ = build_small(replace(small_settings, index=tmp_path / "fresh"))
    assert on_top.build == fresh.build
    assert files(small_settings.index) == files(tmp_path / "fresh")


def test_what_changes_the_answers_changes_the_build(small_settings: Settings) -> None:
    first, _ = build_small(small_settings)
    edit(small_settings, "3 am", "4 am")
    second, _ = build_small(small_settings)
    third, _ = build_small(replace(small_settings, promise=0.5))
    assert len({first.build, second.build, third.build}) == 3


# Killed -----------------------------------------------------------------------------------------


def test_a_killed_build_leaves_the_old_one_answering_and_nothing_lying_about(tmp_path: Path) -> None:
    """SIGKILL at 20 random times, then at every step in which a build touches its folder."""
    (tmp_path / "corpus" / "guides").mkdir(parents=True)
    # One thread, and no progress bars of bm25s: their lock is shared between processes, and a child killed
    # while it holds it would have every later one wait for ever.
    alone = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "DISABLE_TQDM": "1"}
    run = subprocess.run(
        [sys.executable, "-m", "tests.killing", str(tmp_path / "corpus"), str(tmp_path / "index"), "7",
         str(KILLS)],
        cwd=ROOT, env=os.environ | alone, capture_output=True, text=True, check=True,
    )  # fmt: skip
    rows: list[dict[str, Any]] = [json.loads(line) for line in run.stdout.splitlines()]
    at_random = [row for row in rows if row["random"]]
    at_steps = [row for row in rows if not row["random"]]
    assert len(at_random) == KILLS
    assert len(at_steps) > 30
    assert any(row["killed"] for row in at_random)
    assert [row["killed"] for row in at_steps] == [True] * (len(at_steps) - 1) + [False]
    for row in rows:
        assert row["error"] == "", row
        assert row["found"] in (row["before"], row["round"]), row
    half_done = [row for row in rows if row["found"] == row["before"] and row["left"]]
    done = [row for row in at_steps if row["killed"] and row["found"] == row["round"]]
    assert half_done  # some were killed while they wrote,
    assert done  # and some when all was written
    last = rows[-1]
    assert (last["found"], last["left"], last["builds"]) == (last["round"], [], 1)
    manifest = index.read_manifest(tmp_path / "index")
    assert sorted(files(tmp_path / "index")) == sorted(
        ["manifest.json", *(f"builds/{manifest['build']}/{name}" for name in manifest["files"])]
    )


# Refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plant", "said"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS]
)
def test_a_wrong_corpus_is_refused_in_one_line_and_nothing_is_written(
    small_index: Path, small_corpus: Path, tmp_path: Path, plant: Plant, said: str
) -> None:
    plant(small_corpus)
    before = files(small_index)
    for folder in (small_index, tmp_path / "new" / "index"):
        run = CliRunner().invoke(main, ["build", "--corpus", str(small_corpus), "--index", str(folder)])
        assert (run.exit_code, run.stdout) == (1, "")
        heading, message = run.stderr.splitlines()
        assert heading == f"building {folder} from {small_corpus} …"
        assert message == f"chatbot: {small_corpus}/" + said.replace("{corpus}", str(small_corpus))
        assert "; " in message  # what to do about it
    assert files(small_index) == before
    assert not (tmp_path / "new").exists()


def test_a_faiss_string_that_makes_nothing_leaves_all_as_it_was(small_settings: Settings) -> None:
    build_small(small_settings)
    before = files(small_settings.index)
    with pytest.raises(IndexError, match="FAISS cannot make 'IVF4096,Flat' of 181 views; set faiss to Flat"):
        build_small(replace(small_settings, faiss="IVF4096,Flat"))
    assert files(small_settings.index) == before


# Parts ------------------------------------------------------------------------------------------


def test_another_faiss_index_answers_too(small_settings: Settings) -> None:
    settings = replace(small_settings, faiss="HNSW16")
    build_small(settings)
    found = index.load(settings.index, encoder=WordEncoder())
    rows = found.nearest(found.vectors, 1)[1][:, 0]
    assert np.mean((found.vectors * found.vectors[rows]).sum(axis=1) > 0.9999) > 0.95


def test_a_corpus_without_questions_is_built_with_careful_defaults(small_settings: Settings) -> None:
    for name in ("golden.jsonl", "guides/baker.questions.yaml", "guides/gardener.questions.yaml"):
        (small_settings.corpus / name).unlink()
    report, _ = build_small(small_settings)
    assert (report.examples, report.alternates, report.promise.high) == (0, 12, 0.0)
    found = index.load(small_settings.index, encoder=WordEncoder())
    assert float(found.fitted["calibrator.threshold"]) == 0.5


def test_golden_questions_are_never_indexed(small_settings: Settings) -> None:
    build_small(small_settings)
    place = next((small_settings.index / "builds").iterdir())
    held = b"".join(file.read_bytes() for file in place.iterdir())
    rows = [json.loads(line) for line in (SMALL / "golden.jsonl").read_text(encoding="utf-8").splitlines()]
    views = views_of(small_settings)
    for row in rows:
        assert row["question"] not in views
        assert json.dumps(row["question"]).encode() not in held


def test_a_golden_question_is_fitted_within_the_guide_that_it_is_asked_of(
    small_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitted: list[Example] = []

    def notice(draft: index.Index, examples: Sequence[Example], promise: float) -> Any:
        """Keeps the examples, then fits."""
        fitted.extend(examples)
        return fit(draft, examples, promise)

    monkeypatch.setattr(building, "fit", notice)
    asked = '{"question": "what is it paid", "relevant": ["gardener#salary"], "split": "fit", "guide": '
    with (small_settings.corpus / "golden.jsonl").open("a", encoding="utf-8") as golden:
        golden.write(f'{asked}"gardener"}}\n{asked}null}}\n')
    build_small(small_settings)
    of = [example.guides for example in fitted if example.question == "what is it paid"]
    assert of == [frozenset([1]), frozenset()]


def test_test_questions_are_never_looked_at(small_settings: Settings) -> None:
    first, texts = build_small(small_settings)
    golden = small_settings.corpus / "golden.jsonl"
    rows = [json.loads(line) for line in golden.read_text(encoding="utf-8").splitlines()]
    kept = [row for row in rows if row["split"] == "fit"]
    assert not {row["question"] for row in rows if row["split"] == "test"} & set(texts)
    golden.write_text("".join(json.dumps(row) + "\n" for row in kept), encoding="utf-8")
    second, _ = build_small(small_settings)
    assert second.build == first.build


def test_good_words_are_words_and_no_slips() -> None:
    common, rare = good_words()
    assert {"nurse", "salary", "leaning"} <= common
    assert {"introvert", "texted", "sates"} <= rare
    assert {"horus", "mots", "untied"} <= rare, "swapped letters of far commoner words"
    assert {"sued", "trail", "form", "angel"} <= common, "and these are not"
    assert not {"salery", "enginer", "lerning"} & (common | rare)
    assert not common & rare


@pytest.mark.parametrize("part", ["_glance", "fit"])
def test_a_fault_on_either_side_of_learning_ends_the_build_and_leaves_the_old_one(
    small_settings: Settings, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    build_small(small_settings)
    before = files(small_settings.index)

    def fails(*_: object) -> None:
        """Fails as a library might."""
        raise ValueError("singular matrix")

    monkeypatch.setattr(f"chatbot.building.{part}", fails)
    with pytest.raises(ValueError, match="singular matrix"):
        build_small(small_settings)
    assert files(small_settings.index) == before
