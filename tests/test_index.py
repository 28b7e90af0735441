"""The index folder: what is written is what is read, and what is not whole is refused by name."""

from __future__ import annotations

import hashlib
import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from chatbot import index
from chatbot.building import MANY, SHORT, build
from chatbot.cli import main
from chatbot.errors import IndexError
from chatbot.guides import read_corpus
from chatbot.index import Index, load, make_faiss, new_build, publish, read_manifest
from chatbot.passages import cut, list_views
from chatbot.settings import Settings
from tests.conftest import SMALL, files
from tests.words import WordEncoder

PARTS = [
    "guides.json",
    "passages.json",
    "views.json",
    "words.json",
    "vectors.npy",
    "index.faiss",
    "bm25.npz",
    index.FITTED,
]


@pytest.fixture
def folder(small_index: Path, tmp_path: Path) -> Path:
    """A copy of the small index, to change at will."""
    return Path(shutil.copytree(small_index, tmp_path / "copy"))


def load_small(folder: Path) -> Index:
    return load(folder, encoder=WordEncoder())


def current(folder: Path) -> Path:
    return folder / "builds" / str(read_manifest(folder)["build"])


def rewrite_manifest(folder: Path, **changes: Any) -> None:
    file = folder / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | changes), encoding="utf-8")


def accept(folder: Path, name: str) -> None:
    """Writes the checksum that a changed file has now into the manifest."""
    digest = hashlib.sha256((current(folder) / name).read_bytes()).hexdigest()
    rewrite_manifest(folder, files=read_manifest(folder)["files"] | {name: digest})


# What is written is what is read ----------------------------------------------------------------


def test_a_build_is_read_as_it_was_made(small_index: Path) -> None:
    found = load_small(small_index)
    guides = read_corpus(SMALL)
    passages = cut(guides, WordEncoder().count, WordEncoder().limit - 16)
    views = list_views(guides, passages)
    assert found.guides == tuple(guides)
    assert found.passages == tuple(passages)
    assert found.views == tuple(views)
    np.testing.assert_array_equal(found.vectors, WordEncoder().encode([view.text for view in views]))
    assert found.bm25.size == len(found.sections) == sum(len(guide.sections) for guide in guides)
    assert found.build == read_manifest(small_index)["build"] == current(small_index).name


def test_sections_are_numbered_through_all_guides(small_index: Path) -> None:
    found = load_small(small_index)
    numbered = zip(found.sections, found.refs, found.guide_of, found.passages_of, strict=True)
    for section, ref, guide, passages in numbered:
        assert ref == f"{found.guides[guide].id}#{section.id}"
        assert section in found.guides[guide].sections
        assert [found.passages[number].section for number in passages] == [found.refs.index(ref)] * len(
            passages
        )
    assert sorted(number for numbers in found.passages_of for number in numbers) == list(
        range(len(found.passages))
    )


def test_the_manifest_says_what_the_build_is(small_index: Path) -> None:
    manifest = json.loads((small_index / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["format"] == index.FORMAT
    assert (manifest["model"], manifest["encoder"], manifest["dimensions"]) == ("words", "int8", 256)
    assert manifest["fingerprint"] == hashlib.sha256(b"words").hexdigest()
    assert manifest["guides"] == {
        guide.id: hashlib.sha256(guide.text.encode()).hexdigest() for guide in read_corpus(SMALL)
    }
    place = small_index / "builds" / manifest["build"]
    assert manifest["files"] == {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in place.iterdir()
    }
    assert sorted(manifest["files"]) == sorted(PARTS)


# FAISS ------------------------------------------------------------------------------------------


def unit_vectors(seed: int, count: int, dimensions: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    vectors = np.random.default_rng(seed).standard_normal((count, dimensions)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@given(st.integers(0, 2**32), st.integers(1, 300), st.integers(1, 5), st.integers(1, 40))
def test_faiss_finds_what_exact_numpy_finds(seed: int, count: int, asked: int, k: int) -> None:
    vectors, questions = unit_vectors(seed, count, 24), unit_vectors(seed + 1, asked, 24)
    exact = questions @ vectors.T
    cosines, rows = make_faiss(vectors, "Flat").search(questions, min(k, count))
    np.testing.assert_allclose(cosines, -np.sort(-exact, axis=1)[:, :k], atol=1e-5)
    np.testing.assert_allclose(np.take_along_axis(exact, rows, axis=1), cosines, atol=1e-5)
    assert all(len(set(row)) == len(row) for row in rows.tolist())


def test_the_stored_views_are_found_as_exact_numpy_finds_them(small_index: Path) -> None:
    found = load_small(small_index)
    questions = WordEncoder().encode(["How much do bakers make?", "refund", "tools of a gardener"])
    exact = questions @ found.vectors.T
    _, rows = found.nearest(questions, 10)
    np.testing.assert_allclose(
        np.take_along_axis(exact, rows, axis=1), -np.sort(-exact, axis=1)[:, :10], atol=1e-5
    )
    assert found.nearest(questions, 10**6)[1].shape == (3, len(found.views))


def test_another_kind_of_faiss_index_is_set_by_its_factory_string() -> None:
    vectors = unit_vectors(7, 400, 16)
    approximate = make_faiss(vectors, "HNSW16")
    exact = np.argsort(-(vectors[:50] @ vectors.T), axis=1)[:, :5]
    rows = approximate.search(vectors[:50], 5)[1]
    shared = [
        len(set(one) & set(other)) / 5 for one, other in zip(rows.tolist(), exact.tolist(), strict=True)
    ]
    assert np.mean(shared) > 0.9


def test_of_many_views_four_bits_a_number_find_nearly_all_that_is_near() -> None:
    vectors = unit_vectors(8, MANY + 1, 64)
    short = make_faiss(vectors, SHORT.format(64))
    exact = np.argsort(-(vectors[:50] @ vectors.T), axis=1)
    rows = short.search(vectors[:50], 128)[1]
    shared = [
        len(set(one) & set(other)) / 128
        for one, other in zip(rows.tolist(), exact[:, :128].tolist(), strict=True)
    ]
    assert np.mean(shared) > 0.98
    np.testing.assert_array_equal(rows[:, 0], exact[:, 0])


@pytest.mark.parametrize("factory", ["Flatt", "IVF4096,Flat"])
def test_a_factory_string_that_makes_nothing_is_refused_by_name(factory: str) -> None:
    with pytest.raises(IndexError, match=f"FAISS cannot make '{factory}' of 9 views; set faiss to Flat"):
        make_faiss(unit_vectors(1, 9, 8), factory)


# What is not whole is refused -------------------------------------------------------------------


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def empty(file: Path) -> None:
    file.write_bytes(b"")


@pytest.mark.parametrize("damage", [flip, truncate, empty])
@pytest.mark.parametrize("name", PARTS)
def test_a_damaged_file_is_named(folder: Path, name: str, damage: Callable[[Path], object]) -> None:
    file = current(folder) / name
    damage(file)
    with pytest.raises(IndexError) as raised:
        load_small(folder)
    assert str(raised.value) == f"{file}: is damaged (its checksum differs); run: chatbot build"


@pytest.mark.parametrize("name", PARTS)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    file = current(folder) / name
    file.unlink()
    with pytest.raises(IndexError) as raised:
        load_small(folder)
    assert str(raised.value) == f"{file}: is missing; run: chatbot build"


def write_manifest(text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / "manifest.json").write_text(text, encoding="utf-8")


NO_INDEX = ": there is no index here; run: chatbot build"
NO_MANIFEST = "/manifest.json: is not a manifest; run: chatbot build"
SPOILT: dict[str, tuple[Callable[[Path], object], str]] = {
    "no folder": (shutil.rmtree, NO_INDEX),
    "no manifest": (lambda folder: (folder / "manifest.json").unlink(), NO_INDEX),
    "truncated": (lambda folder: [truncate(folder / "manifest.json") for _ in range(2)], NO_MANIFEST),
    "empty": (write_manifest(""), NO_MANIFEST),
    "a list": (write_manifest("[1, 2]"), NO_MANIFEST),
    "no format": (write_manifest('{"build": "x"}'), NO_MANIFEST),
    "nothing but a format": (write_manifest('{"format": 1}'), NO_MANIFEST),
    "not UTF-8": (lambda folder: (folder / "manifest.json").write_bytes(b"\xff\xfe"), NO_MANIFEST),
    "files in a list": (lambda folder: rewrite_manifest(folder, files=["vectors.npy"]), NO_MANIFEST),
    "another format": (
        lambda folder: rewrite_manifest(folder, format=index.FORMAT + 1),
        f"/manifest.json: is of format {index.FORMAT + 1}, "
        f"this program reads {index.FORMAT}; run: chatbot build",
    ),
    "a format in quotes": (
        lambda folder: rewrite_manifest(folder, format="1"),
        f"/manifest.json: is of format '1', this program reads {index.FORMAT}; run: chatbot build",
    ),
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_wrong_manifest_is_said_to_be_wrong(folder: Path, name: str) -> None:
    spoil, said = SPOILT[name]
    spoil(folder)
    with pytest.raises(IndexError) as raised:
        load_small(folder)
    assert str(raised.value) == f"{folder}{said}"


def test_the_command_line_says_it_in_one_line(folder: Path) -> None:
    flip(current(folder) / "vectors.npy")
    for command in (["ask", "What is a baker?"], ["search", "baker"]):
        run = CliRunner().invoke(main, [*command, "--index", str(folder)])
        assert (run.exit_code, run.stdout) == (1, "")
        assert run.stderr == (
            f"chatbot: {current(folder) / 'vectors.npy'}: is damaged (its checksum differs); "
            "run: chatbot build\n"
        )


class Planted:
    """Whoever unpickles it creates a file."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.file,)


@pytest.mark.parametrize("name", ["vectors.npy", "bm25.npz", "fitted.npz"])
def test_a_planted_pickle_is_never_opened(folder: Path, tmp_path: Path, name: str) -> None:
    """Even where the manifest vouches for it."""
    trap = tmp_path / "trap"
    planted = np.array([Planted(trap)], dtype=object)
    file = current(folder) / name
    np.save(file, planted) if name.endswith(".npy") else np.savez(file, terms=planted)
    accept(folder, name)
    with pytest.raises(IndexError, match=r"cannot be read \(Object arrays cannot be loaded"):
        load_small(folder)
    file.write_bytes(pickle.dumps(Planted(trap)))
    accept(folder, name)
    with pytest.raises(IndexError, match="cannot be read"):
        load_small(folder)
    assert not trap.exists()
    assert np.load(np_pickle(tmp_path, planted), allow_pickle=True).size == 1
    assert trap.exists()  # the trap works where pickles are let in


def np_pickle(folder: Path, planted: np.ndarray[Any, Any]) -> Path:
    np.save(folder / "planted.npy", planted)
    return folder / "planted.npy"


@pytest.mark.parametrize("name", ["guides.json", "passages.json", "views.json"])
@pytest.mark.parametrize("text", ["null", "[1]", '{"a": 1}', "[{}]", "{"])
def test_what_is_whole_but_no_index_is_refused(folder: Path, name: str, text: str) -> None:
    (current(folder) / name).write_text(text, encoding="utf-8")
    accept(folder, name)
    with pytest.raises(IndexError, match=rf"builds/{current(folder).name}: cannot be read \(.+\); run: "):
        load_small(folder)


def test_vectors_and_views_have_to_be_as_many(folder: Path) -> None:
    np.save(current(folder) / "vectors.npy", np.zeros((3, 256), np.float32))
    accept(folder, "vectors.npy")
    with pytest.raises(IndexError, match=r"181 views, 3 vectors, 181 in FAISS"):
        load_small(folder)


def test_an_encoder_of_another_length_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WordEncoder, "dimensions", 8)
    with pytest.raises(IndexError, match="vectors of 256 numbers, an encoder of 8"):
        load_small(folder)


def test_a_build_without_an_encoder_names_what_is_missing(folder: Path) -> None:
    with pytest.raises(IndexError, match=r"encoder/int8\.onnx: is missing; run: chatbot build"):
        load(folder)


# Publishing -------------------------------------------------------------------------------------


def make(folder: Path, words: str) -> str:
    """Publishes a build of one file."""
    with new_build(folder) as place:
        (place / "words.txt").write_text(words, encoding="utf-8")
        return publish(folder, place, {"model": "m", "encoder": "int8", "guides": {}})


def test_a_new_build_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    first, second = make(tmp_path, "one"), make(tmp_path, "two")
    assert first != second
    assert read_manifest(tmp_path)["build"] == second
    assert files(tmp_path).keys() == {f"builds/{second}/words.txt", "manifest.json"}


def test_the_same_build_again_is_kept_and_mended_if_damaged(tmp_path: Path) -> None:
    build_id = make(tmp_path, "one")
    file = tmp_path / "builds" / build_id / "words.txt"
    kept = file.stat().st_ino
    assert make(tmp_path, "one") == build_id
    assert file.stat().st_ino == kept
    for damage in (lambda: file.write_text("uno", encoding="utf-8"), file.unlink):
        damage()
        assert make(tmp_path, "one") == build_id
        assert file.read_text(encoding="utf-8") == "one"
        assert files(tmp_path).keys() == {f"builds/{build_id}/words.txt", "manifest.json"}


def test_what_fails_leaves_the_old_build_and_nothing_else(tmp_path: Path) -> None:
    build_id = make(tmp_path, "one")

    def fail() -> None:
        with new_build(tmp_path) as place:
            (place / "half.txt").write_text("half", encoding="utf-8")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert files(tmp_path).keys() == {f"builds/{build_id}/words.txt", "manifest.json"}


def test_what_fails_in_a_new_folder_leaves_no_folder(tmp_path: Path) -> None:
    def fail() -> None:
        with new_build(tmp_path / "a" / "index"):
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert not (tmp_path / "a" / "index").exists()


def test_what_killed_builds_left_is_removed(tmp_path: Path) -> None:
    build_id = make(tmp_path, "one")
    (tmp_path / ".build-abc" / "encoder").mkdir(parents=True)
    (tmp_path / ".build-abc" / "encoder" / "int8.onnx").touch()
    (tmp_path / "builds" / "orphan").mkdir()
    (tmp_path / ".manifest.json").write_text("{", encoding="utf-8")
    assert make(tmp_path, "one") == build_id
    assert files(tmp_path).keys() == {f"builds/{build_id}/words.txt", "manifest.json"}
    assert [path.name for path in (tmp_path / "builds").iterdir()] == [build_id]


def test_two_builds_at_once_do_not_meet(tmp_path: Path) -> None:
    with new_build(tmp_path / "index") as place:
        with pytest.raises(IndexError) as raised:
            make(tmp_path / "index", "other")
        assert str(raised.value) == (
            f"{tmp_path / 'index'}: another build is at work here; wait until it is done"
        )
        assert place.is_dir()
    make(tmp_path / "index", "other")


@pytest.mark.parametrize("where", ["file", "file/index", "/proc/index"])
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, where: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(IndexError, match=r"index|file: cannot be written \(.+\); set --index to a folder"):
        make(tmp_path / where, "one")


def test_a_reader_that_is_overtaken_by_a_new_build_reads_that(
    folder: Path, small_corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its manifest and its files an old build may be removed by a new one."""
    old = read_manifest(folder)
    (small_corpus / "guides" / "baker.md").write_text("## Bread\n\nBread is good.\n", encoding="utf-8")
    (small_corpus / "guides" / "baker.questions.yaml").unlink()
    (small_corpus / "golden.jsonl").unlink()
    build(Settings(corpus=small_corpus, index=folder, model="words"), encoder=WordEncoder())
    real, answers = index.read_manifest, [old]
    monkeypatch.setattr(index, "read_manifest", lambda place: answers.pop() if answers else real(place))
    assert load_small(folder).guides[0].text == "## Bread\n\nBread is good.\n"
