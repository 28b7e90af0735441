"""The index folder: everything a build knows, written atomically, checked when it is read.

In: guides, passages, views with vectors, and the arrays that were fitted on them. Out: the same, loaded
without PyTorch, sentence-transformers or pickle. The only module that opens the index folder:

    index/manifest.json     format, model, hash of each guide, checksum of each file, name of the build
    index/builds/<id>/      the files of the current build
    index/cache/            exported encoders, kept for the next build

A build is written beside the old one and becomes current when the manifest is replaced, in one step: a
build killed at any moment leaves the old index answering. This module ranks nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from chatbot.encoder import Encoder, OnnxEncoder, Vectors
from chatbot.encoder.static import StaticEncoder
from chatbot.errors import IndexError
from chatbot.guides import Block, Guide, Section, Unit
from chatbot.lexical import Bm25
from chatbot.passages import Passage, View

if TYPE_CHECKING:
    import faiss

FORMAT = 15
MANIFEST = "manifest.json"
REBUILD = "run: chatbot build"
FITTED = "fitted.npz"
CLOSER = 2  # times as many as are wanted are looked at once more, where FAISS refines what it finds
GLANCE, TABLE = "glance", "table.npz"  # in a build, the folder of the static encoder

Fitted = Mapping[str, npt.NDArray[Any]]  # the arrays of the ranker and the calibrator, by name


@dataclass(frozen=True)
class Index:
    """A build, in memory. Sections are numbered through all guides, in the guides' order."""

    build: str
    guides: tuple[Guide, ...]
    passages: tuple[Passage, ...]
    views: tuple[View, ...]
    vectors: Vectors  # [views, dimensions]
    bm25: Bm25  # over the sections' own words
    words: dict[str, Any]  # what is kept about words
    fitted: Fitted
    faiss: faiss.Index
    encoder: Encoder
    glance: Index | None = None  # the same views in the vectors of a static encoder

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """All sections of all guides."""
        return tuple(section for guide in self.guides for section in guide.sections)

    @cached_property
    def guide_of(self) -> npt.NDArray[np.int32]:
        """The number of each section's guide, [sections]."""
        sizes = [len(guide.sections) for guide in self.guides]
        return np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)

    @cached_property
    def refs(self) -> tuple[str, ...]:
        """The reference of each section, `guide#section`."""
        return tuple(f"{guide.id}#{section.id}" for guide in self.guides for section in guide.sections)

    @cached_property
    def passages_of(self) -> tuple[tuple[int, ...], ...]:
        """The numbers of each section's passages."""
        found: list[list[int]] = [[] for _ in self.sections]
        for number, passage in enumerate(self.passages):
            found[passage.section].append(number)
        return tuple(tuple(numbers) for numbers in found)

    def nearest(self, vectors: Vectors, k: int) -> tuple[Vectors, npt.NDArray[np.int64]]:
        """The views nearest to each vector by FAISS, best first: cosines and rows, [vectors, k] each.

        The rows are -1 where FAISS finds fewer.
        """
        import faiss

        # Set in each thread that asks: so few views are not worth sharing, and idle helpers would spin.
        faiss.omp_set_num_threads(1)
        return self.faiss.search(vectors, min(k, self.faiss.ntotal))


def load(folder: Path, encoder: Encoder | None = None) -> Index:
    """The current build of an index folder. Raises `IndexError` naming the file that is not right.

    An `encoder` given by the caller takes the place of the stored one.
    """
    manifest = read_manifest(folder)
    try:
        return _load(folder, manifest, encoder)
    except IndexError:
        newer = read_manifest(folder)  # a build may have been published while this one was read
        if newer == manifest:
            raise
        return _load(folder, newer, encoder)


def _load(folder: Path, manifest: dict[str, Any], encoder: Encoder | None) -> Index:
    place = folder / "builds" / manifest["build"]
    for name, checksum in manifest["files"].items():
        file = place / name
        if not file.is_file():
            raise IndexError("is missing", file, remedy=REBUILD)
        if _sha256(file) != checksum:
            raise IndexError("is damaged (its checksum differs)", file, remedy=REBUILD)
    try:
        return _read(place, manifest, encoder)
    except (KeyError, ValueError, TypeError, RuntimeError, OSError, EOFError) as error:
        problem = str(error).partition("\n")[0]
        raise IndexError(f"cannot be read ({problem})", place, remedy=REBUILD) from error


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest, checked for its format. Raises `IndexError`."""
    file = folder / MANIFEST
    if not file.is_file():
        raise IndexError("there is no index here", folder, remedy=REBUILD)
    try:
        manifest: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        found = manifest["format"]
        complete = all(isinstance(manifest[name], kind) for name, kind in _MANIFEST_TYPES.items())
    except (ValueError, KeyError, TypeError) as error:
        raise IndexError("is not a manifest", file, remedy=REBUILD) from error
    if found != FORMAT:
        raise IndexError(f"is of format {found!r}, this program reads {FORMAT}", file, remedy=REBUILD)
    if not complete:
        raise IndexError("is not a manifest", file, remedy=REBUILD)
    return manifest


_MANIFEST_TYPES = {"build": str, "files": dict, "guides": dict, "encoder": str, "model": str}


def old_vectors(folder: Path, encoder: Mapping[str, Any]) -> dict[str, npt.NDArray[np.float32]]:
    """The vectors of the last build by the hash of their text, if its manifest names the same encoder.

    A damaged build gives none: what it holds would live on in every build after it.
    """
    try:
        manifest = read_manifest(folder)
        if any(manifest[name] != value for name, value in encoder.items()):
            return {}
        place = folder / "builds" / manifest["build"]
        if any(_sha256(place / name) != manifest["files"][name] for name in ("views.json", "vectors.npy")):
            return {}
        views = json.loads((place / "views.json").read_text(encoding="utf-8"))
        vectors = np.load(place / "vectors.npy", allow_pickle=False)
        return {content_hash(view["text"]): row for view, row in zip(views, vectors, strict=True)}
    except (IndexError, OSError, ValueError, KeyError, TypeError):
        return {}


def content_hash(text: str) -> str:
    """What tells one text from another: a view whose hash is known is not embedded again."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@contextlib.contextmanager
def new_build(folder: Path) -> Iterator[Path]:
    """A temporary folder beside the builds; it is removed whatever happens, unless `publish` took it.

    Raises `IndexError` where the folder cannot be written, or where another build is at work: the lock
    on the folder ends with its process, however that ends.
    """
    existed = folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        _lock(folder, lock)
        for stale in folder.glob(".build-*"):  # of builds that were killed
            shutil.rmtree(stale, ignore_errors=True)
        place = _temporary(folder)
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)
    finally:
        if not existed:
            with contextlib.suppress(OSError):  # where it holds something, there is a build
                folder.rmdir()
        os.close(lock)


def _lock(folder: Path, descriptor: int) -> None:
    import fcntl  # here, so that an index can be read on systems that do not have it

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise IndexError("another build is at work here", folder, remedy="wait until it is done") from error


def _temporary(folder: Path) -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix=".build-", dir=folder))
    except OSError as error:
        raise _unwritable(folder, error) from error


def _unwritable(folder: Path, error: OSError) -> IndexError:
    return IndexError(
        f"cannot be written ({error.strerror})", folder, remedy="set --index to a folder of yours"
    )


def write(place: Path, index: Index) -> None:
    """Writes a build into its folder; its encoder is kept elsewhere."""
    import faiss

    _write_json(place / "guides.json", [asdict(guide) for guide in index.guides])
    _write_json(place / "passages.json", [asdict(passage) for passage in index.passages])
    _write_json(place / "views.json", [asdict(view) for view in index.views])
    _write_json(place / "words.json", index.words)
    np.save(place / "vectors.npy", index.vectors)
    faiss.write_index(index.faiss, str(place / "index.faiss"))
    _save_arrays(place / "bm25.npz", index.bm25.to_arrays())
    _save_arrays(place / FITTED, index.fitted)
    if (glance := index.glance) and isinstance(glance.encoder, StaticEncoder):
        (place / GLANCE).mkdir()
        np.savez(place / GLANCE / TABLE, table=glance.encoder.table, pairs=glance.encoder.pairs)
        np.save(place / GLANCE / "vectors.npy", glance.vectors)
        faiss.write_index(glance.faiss, str(place / GLANCE / "index.faiss"))
        _save_arrays(place / GLANCE / FITTED, glance.fitted)


def _save_arrays(file: Path, arrays: Mapping[str, Any]) -> None:
    np.savez(file, **arrays)


def publish(folder: Path, place: Path, facts: dict[str, Any]) -> str:
    """Makes the build in `place` the current one and removes the ones before it. Returns its id.

    The id is a hash of the files, so that the same corpus and the same program give the same id.
    """
    files = sorted(file for file in place.rglob("*") if file.is_file())
    checksums = {file.relative_to(place).as_posix(): _sha256(file) for file in files}
    build = hashlib.sha256(json.dumps([facts, checksums], sort_keys=True).encode()).hexdigest()[:12]
    target = folder / "builds" / build
    target.parent.mkdir(exist_ok=True)
    before = {other.name for other in target.parent.iterdir()}
    if not _is_whole(target, checksums):
        if target.exists():  # the same build, damaged since
            os.rename(target, place.with_name(f"{place.name}-damaged"))
        os.chmod(place, 0o755)
        _sync(place)
        os.rename(place, target)
    manifest = {"format": FORMAT, "build": build} | facts | {"files": checksums}
    temporary = folder / f".{MANIFEST}"
    _write_json(temporary, manifest)
    _sync(temporary)
    os.replace(temporary, folder / MANIFEST)
    for outdated in [
        *(folder / "builds" / name for name in before - {build}),
        *folder.glob(".build-*-damaged"),
    ]:
        shutil.rmtree(outdated, ignore_errors=True)
    return build


def _is_whole(build: Path, checksums: Mapping[str, str]) -> bool:
    """Whether a build holds these files, and each as it was written."""
    return all(
        (build / name).is_file() and _sha256(build / name) == known for name, known in checksums.items()
    )


def encoder_cache(folder: Path, fingerprint: str) -> Path:
    """Where the export of a model is kept between builds."""
    return folder / "cache" / f"encoder-{fingerprint[:12]}"


def make_faiss(vectors: Vectors, factory: str) -> faiss.Index:
    """A FAISS index of unit vectors by inner product (which is then the cosine)."""
    import faiss

    try:
        index = faiss.index_factory(vectors.shape[1], factory, faiss.METRIC_INNER_PRODUCT)
        if "Refine" in factory:
            faiss.ParameterSpace().set_index_parameter(index, "k_factor_rf", CLOSER)
        index.train(vectors)
        index.add(vectors)
    except RuntimeError as error:
        raise IndexError(
            f"FAISS cannot make {factory!r} of {len(vectors)} views", remedy="set faiss to Flat"
        ) from error
    return index


def _read(place: Path, manifest: dict[str, Any], encoder: Encoder | None) -> Index:
    import faiss

    def arrays(name: str) -> dict[str, npt.NDArray[Any]]:
        """All arrays of an npz file."""
        with np.load(place / name, allow_pickle=False) as stored:
            return dict(stored)

    def table(name: str) -> Any:
        """What a JSON file holds."""
        return json.loads((place / name).read_text(encoding="utf-8"))

    vectors = np.load(place / "vectors.npy", allow_pickle=False)
    views = tuple(View(**view) for view in table("views.json"))
    index = faiss.read_index(str(place / "index.faiss"))
    if not len(views) == len(vectors) == index.ntotal:
        raise ValueError(f"{len(views)} views, {len(vectors)} vectors, {index.ntotal} in FAISS")
    encoder = encoder or OnnxEncoder.load(place / "encoder", manifest["encoder"])
    if encoder.dimensions != vectors.shape[1]:
        raise ValueError(f"vectors of {vectors.shape[1]} numbers, an encoder of {encoder.dimensions}")
    whole = Index(
        build=manifest["build"],
        guides=tuple(_guide(guide) for guide in table("guides.json")),
        passages=tuple(
            Passage(**passage | {"units": _units(passage["units"]), "header": tuple(passage["header"])})
            for passage in table("passages.json")
        ),
        views=views,
        vectors=vectors,
        bm25=Bm25.from_arrays(arrays("bm25.npz")),
        words=table("words.json"),
        fitted=arrays(FITTED),
        faiss=index,
        encoder=encoder,
    )
    if not isinstance(encoder, OnnxEncoder) or not (place / GLANCE).is_dir():
        return whole
    glance = replace(
        whole,
        vectors=np.load(place / GLANCE / "vectors.npy", allow_pickle=False),
        fitted=arrays(f"{GLANCE}/{FITTED}"),
        faiss=faiss.read_index(str(place / GLANCE / "index.faiss")),
        encoder=StaticEncoder(encoder.tokens, encoder.limit, **arrays(f"{GLANCE}/{TABLE}")),
    )
    return replace(whole, glance=glance)


def _guide(fields: dict[str, Any]) -> Guide:
    sections = tuple(
        Section(
            **section
            | {
                "parents": tuple(section["parents"]),
                "alternates": tuple(section["alternates"]),
                "blocks": tuple(
                    Block(**block | {"units": _units(block["units"]), "header": tuple(block["header"])})
                    for block in section["blocks"]
                ),
            }
        )
        for section in fields["sections"]
    )
    lists = {name: tuple(fields[name]) for name in ("aliases", "sources", "examples", "declined")}
    synonyms = {word: tuple(others) for word, others in fields["synonyms"].items()}
    return Guide(**fields | lists | {"sections": sections, "synonyms": synonyms})


def _units(units: Sequence[dict[str, Any]]) -> tuple[Unit, ...]:
    return tuple(Unit(**unit | {"cells": tuple(unit["cells"])}) for unit in units)


def _write_json(file: Path, value: Any) -> None:
    file.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sync(path: Path) -> None:
    """Forces a file, or a folder with all that is in it, to the disk: no rename may overtake its bytes."""
    for inner in [path, *path.rglob("*")]:
        descriptor = os.open(inner, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
