"""From the corpus to an index: reads, cuts, embeds what is new, fits, writes, publishes.

In: settings. Out: a new build in the index folder, and a `Report` of what was done. Nothing is written
before the whole corpus has been read without a fault; until the last step the old build answers. It
answers no questions.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Container, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from chatbot import index as index_folder
from chatbot import lexical
from chatbot.calibration import Example, Promise, fit_calibrator
from chatbot.encoder import FILES, Encoder, OnnxEncoder, Vectors
from chatbot.encoder.distilling import distil
from chatbot.encoder.export import EXPORT, TOKENS, export, fingerprint, is_whole
from chatbot.encoder.static import StaticEncoder
from chatbot.fitting import FEW, fit_detector, fit_ranker, numerics
from chatbot.guides import GOLDEN, SYNONYMS, Guide, Section, read_corpus, read_golden, read_synonyms
from chatbot.index import Index, content_hash
from chatbot.lexical import Bm25, fold_phrase
from chatbot.passages import View, cut, list_views, title_text
from chatbot.ranking import JUDGED
from chatbot.retrieval import Retriever
from chatbot.settings import Settings

BATCH = 32
# FAISS, unless a factory string is set. Of many views (it learns from 624 on) four bits a number, then the
# likely ones in half precision: 13,800 in less than half the time of half precision alone, and of the nearest
# 128 hardly one is missed.
LIGHT, SHORT, MANY = "SQfp16", "PQ{}x4fs,Refine(SQfp16)", 1000
COMMONER = 250  # times as common as what two swapped letters make of it is a word that was meant
# How many of a section's alternates, and what share, make a word one of its topic (docs/log.md).
OFTEN, TOPICAL = 10, 0.1
COMMON = 150_000  # how often a word stands in the frequency list of symspellpy to be no typing error

Progress = Callable[[int, int], None]  # (embedded so far, to embed in all)


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did."""

    build: str
    guides: int
    sections: int
    views: int
    embedded: int
    reused: int
    alternates: int
    examples: int
    promise: Promise


def build(
    settings: Settings, progress: Progress = lambda done, total: None, encoder: Encoder | None = None
) -> Report:
    """Builds the index of the corpus. Raises a `ChatbotError` and leaves the old index as it was.

    An `encoder` given by the caller takes the place of the exported model; the index then has to be
    loaded with it, too.
    """
    guides = read_corpus(settings.corpus)
    golden = read_golden(settings.corpus / GOLDEN, guides)
    synonyms = read_synonyms(settings.corpus / SYNONYMS)
    folder = settings.index
    with index_folder.new_build(folder) as place:
        encoder = encoder or _encoder(settings, place)
        passages = cut(guides, encoder.count, encoder.limit - 16)
        views = list_views(guides, passages)
        vectors, embedded = _embed(settings, encoder, views, progress)
        draft = Index(
            build="draft",
            guides=tuple(guides),
            passages=tuple(passages),
            views=tuple(views),
            vectors=vectors,
            bm25=Bm25.build(_own_terms(guides)),
            words=_words(guides, views, synonyms),
            fitted={},
            faiss=_searchable(vectors, settings.faiss),
            encoder=encoder,
        )
        draft = replace(draft, words=draft.words | _verbatim(Retriever(draft)))
        examples = _examples(draft, golden)
        with numerics(), ThreadPoolExecutor(1) as beside:
            looking = beside.submit(_glance, settings, draft, examples)
            fitted, promise = fit(draft, examples, settings.promise)
            glance = looking.result()
        index_folder.write(place, replace(draft, fitted=fitted, glance=glance))
        facts = _facts(settings, guides, vectors, promise)
        name = index_folder.publish(folder, place, facts)
    return Report(
        build=name,
        guides=len(guides),
        sections=sum(len(guide.sections) for guide in guides),
        views=len(views),
        embedded=embedded,
        reused=len(views) - embedded,
        alternates=sum(view.kind == "alternate" for view in views),
        examples=len(examples),
        promise=promise,
    )


def fit(
    draft: Index, examples: Sequence[Example], promise: float
) -> tuple[dict[str, npt.NDArray[Any]], Promise]:
    """All arrays that are learnt, for an index without them."""
    # Where many questions are compared at once, plain products of matrices are four times as quick.
    plain = replace(draft, faiss=index_folder.make_faiss(draft.vectors[: draft.faiss.ntotal], "Flat"))
    with numerics():
        fitted: dict[str, npt.NDArray[Any]] = dict(fit_ranker(plain))
        fitted |= fit_detector(replace(plain, fitted=fitted))
        weights, kept = fit_calibrator(replace(draft, fitted=fitted), examples, promise)
    fitted.pop(JUDGED, None)
    return fitted | weights | {"calibrator.threshold": np.array(kept.threshold, np.float32)}, kept


def _glance(settings: Settings, draft: Index, examples: Sequence[Example]) -> Index | None:
    """The same views in the vectors of a static encoder, with what is learnt from these.

    Only where golden questions can tell how far to trust it.
    """
    tokens = index_folder.encoder_cache(settings.index, fingerprint(settings.model)) / TOKENS
    if len(examples) < FEW or not isinstance(draft.encoder, OnnxEncoder) or not tokens.exists():
        return None
    texts = [draft.encoder.tokens(view.text) for view in draft.views]
    with numerics():
        table, pairs, vectors = distil(np.load(tokens), texts, draft.vectors)
    encoder = StaticEncoder(draft.encoder.tokens, draft.encoder.limit, table, pairs)
    # The declined questions, which stand last, are not looked up where a border tells as much of them.
    declined = sum(view.kind == "declined" for view in draft.views)
    looked_up = vectors[:-declined] if declined >= FEW else vectors
    glance = replace(draft, encoder=encoder, vectors=vectors, faiss=_searchable(looked_up))
    return replace(glance, fitted=fit(glance, examples, settings.promise)[0])


def _searchable(vectors: Vectors, factory: str = "") -> Any:
    """FAISS's index of some vectors, by a factory string or as many as there are."""
    with numerics():
        return index_folder.make_faiss(vectors, factory or _factory(vectors))


def _factory(vectors: Vectors) -> str:
    """The FAISS factory string for so many vectors."""
    return LIGHT if len(vectors) < MANY else SHORT.format(vectors.shape[1])


def _encoder(settings: Settings, place: Path) -> Encoder:
    """The encoder of this build: exported once a model, then kept in the index folder's cache."""
    cache = index_folder.encoder_cache(settings.index, fingerprint(settings.model))
    if not is_whole(cache):
        exported = place / "export"
        exported.mkdir()
        export(settings.model, exported)
        cache.parent.mkdir(exist_ok=True)
        shutil.rmtree(cache, ignore_errors=True)
        os.rename(exported, cache)
    target = place / "encoder"
    target.mkdir()
    for name in (f"{settings.encoder}.onnx", *FILES):
        _link(cache / name, target / name)
    return OnnxEncoder.load(target, settings.encoder)


def _link(source: Path, target: Path) -> None:
    """A hard link where the file system has them: the model is 23 to 91 MB."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _embed(
    settings: Settings, encoder: Encoder, views: Sequence[View], progress: Progress
) -> tuple[npt.NDArray[np.float32], int]:
    """The vectors of all views; only texts that the last build did not hold are embedded."""
    known = index_folder.old_vectors(settings.index, _encoder_facts(settings))
    new = list(dict.fromkeys(view.text for view in views if content_hash(view.text) not in known))
    new.sort(key=len)
    for start in range(0, len(new), BATCH):
        progress(start, len(new))
        texts = new[start : start + BATCH]
        known |= dict(zip(map(content_hash, texts), encoder.encode(texts), strict=True))
    progress(len(new), len(new))
    return np.stack([known[content_hash(view.text)] for view in views]), len(new)


def _own_terms(guides: Sequence[Guide]) -> list[list[str]]:
    """The terms of each section's own words: its titles and what it says."""
    documents = []
    for guide in guides:
        for section in guide.sections:
            texts = [title_text(section)] + [unit.text for unit in section.units]
            documents.append([stem for text in texts for stem in lexical.stems(text)])
    return documents


def _synonyms(guides: Sequence[Guide], of_all: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What people write → the guides' own word. What a guide says itself goes before what is said for all."""
    sources = [of_all, *(guide.synonyms for guide in guides)]
    return {other: word for source in sources for word, others in source.items() for other in others}


def _anybodys(file: str, known: Container[str], own: Container[str]) -> dict[str, str]:
    """What anybody types → what it means, by one of our files, for words that are `known`, folded.

    It is left alone where the guides say what was typed: stems are their `own`.
    """
    return {
        other: word
        for word, others in read_synonyms(Path(__file__).with_name(file)).items()
        for other in others
        if all(part.folded in known or part.folded in lexical.STOP for part in lexical.words(word))
        and any(stem not in own for stem in lexical.stems(other))
    }


def _words(
    guides: Sequence[Guide], views: Sequence[View], of_all: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """What is kept about words: for repairing typing errors, and for telling what the guides speak of."""
    language, rare = good_words()
    own: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    stems: Counter[str] = Counter()
    guide_stems: set[str] = set()
    sections = [section for guide in guides for section in guide.sections]
    held: list[set[str]] = [set() for _ in sections]
    asking: list[Counter[str]] = [Counter() for _ in sections]
    texts = 0
    for view in views:
        if view.kind == "declined":
            continue
        found = lexical.words(view.text)
        if view.kind == "alternate":
            asked.update(word.folded for word in found)
            asking[view.section].update({word.stem for word in found})
        else:
            own.update(word.folded for word in found)
            guide_stems.update(word.stem for word in found)
        if view.kind != "unit":
            texts += 1
            stems.update({word.stem for word in found})
        held[view.section].update(word.stem for word in found)
    names = _named(sections)
    everyday = _anybodys("everyday.txt", own, guide_stems)
    short = _anybodys("shorthand.txt", own.keys() | asked.keys(), guide_stems)
    synonyms = short | _synonyms(guides, of_all)
    for text in {*everyday, *synonyms.keys(), *synonyms.values()}:
        own.update(word.folded for word in lexical.words(text))
    # A word of an alternate may itself be a typing error: it counts if the language has it.
    vocabulary = own + Counter({word: n for word, n in asked.items() if word in language})
    return {
        "vocabulary": {word: n for word, n in sorted(vocabulary.items()) if len(word) > 2},
        "pairs": _neighbours(views, language.union(own, lexical.STOP)),
        "language": sorted(language),
        "rare": sorted(rare),
        "synonyms": synonyms,
        "everyday": everyday,
        "stems": dict(sorted(stems.items())),
        "guide_stems": sorted(guide_stems),
        "sections": [sorted(stems) for stems in held],
        "topics": [_topic(section, n, names) for section, n in zip(sections, asking, strict=True)],
        "texts": texts,
    }


def _neighbours(views: Sequence[View], good: Collection[str]) -> dict[str, dict[str, int]]:
    """Which good words stand side by side in texts and alternates, twice at least, and how often."""
    texts = (lexical.words(view.text) for view in views if view.kind != "declined")
    pairs = Counter(pair for found in texts for pair in pairwise(word.folded for word in found))
    kept: dict[str, dict[str, int]] = {}
    for (one, other), n in sorted(pairs.items()):
        if n > 1 and one in good and other in good:
            kept.setdefault(one, {})[other] = n
    return kept


def _named(sections: Sequence[Section]) -> set[str]:
    """The stems of what sections call by name: of words with a capital letter inside a sentence."""
    texts = (unit.text for section in sections for unit in section.units)
    return {word.stem for text in texts for word in lexical.words(text)[1:] if word.text[0].isupper()}


def _topic(section: Section, asking: Mapping[str, int], names: Container[str]) -> list[str]:
    """The stems with which many alternates ask, each counted once; no `names`.

    Whoever asks of Python wants the sentence that holds it.
    """
    many = max(OFTEN, TOPICAL * len(section.alternates))
    return sorted(stem for stem, n in asking.items() if n >= many and stem not in names)


def _verbatim(retriever: Retriever) -> dict[str, dict[str, list[int]]]:
    """The sections that hold an alternate, and the guides that decline a question, by its folded words.

    As written, and with short forms written out.
    """
    found: dict[str, set[int]] = {}
    declined: dict[str, set[int]] = {}
    for view in retriever.index.views:
        if view.kind == "alternate":
            _note(retriever, found, view.text, view.section)
    for number, guide in enumerate(retriever.index.guides):
        for text in guide.declined:
            _note(retriever, declined, text, number)
    return {
        name: {text: sorted(numbers) for text, numbers in sorted(written.items())}
        for name, written in (("verbatim", found), ("declined", declined))
    }


def _note(retriever: Retriever, found: dict[str, set[int]], text: str, number: int) -> None:
    """Keeps a number by a text's folded words."""
    for form in (text, retriever.write_out(text)):
        found.setdefault(fold_phrase(form), set()).add(number)


@cache
def good_words() -> tuple[frozenset[str], frozenset[str]]:
    """The words of English that are too common to be typing errors, and the others (symspellpy's list).

    Among the others are those that swapped letters make of far commoner ones: "horus", of "hours".
    """
    import symspellpy

    file = Path(symspellpy.__file__).with_name("frequency_dictionary_en_82_765.txt")
    counts: Counter[str] = Counter()
    for line in file.read_text(encoding="utf-8-sig").splitlines():
        word, count = line.split()
        counts[lexical.fold(word)] += int(count)  # "that" and "that's" are folded alike

    def is_slip(word: str) -> bool:
        """Whether a word is more often another one with two neighbours swapped."""
        swapped = (word[:n] + word[n + 1] + word[n] + word[n + 2 :] for n in range(len(word) - 1))
        return any(counts[other] > COMMONER * counts[word] for other in swapped)

    common = frozenset(word for word, count in counts.items() if count > COMMON and not is_slip(word))
    return common, frozenset(counts) - common


def _examples(draft: Index, golden: Sequence[dict[str, Any]]) -> list[Example]:
    """The golden questions marked `fit`, for the calibrator; those marked `test` are never looked at."""
    number = {ref: n for n, ref in enumerate(draft.refs)}
    return [
        Example(
            row["question"],
            frozenset(number[ref] for ref in row["relevant"]),
            tuple(row.get("history", ())),
            frozenset(n for n, guide in enumerate(draft.guides) if guide.id == row.get("guide")),
        )
        for row in golden
        if row.get("split") == "fit" and row.get("kind") != "small_talk"
    ]


def _encoder_facts(settings: Settings) -> dict[str, Any]:
    """What tells the encoder of a build from others: weights, variant, and how they were exported."""
    return {"fingerprint": fingerprint(settings.model), "encoder": settings.encoder, "export": EXPORT}


def _facts(
    settings: Settings, guides: Sequence[Guide], vectors: npt.NDArray[np.float32], promise: Promise
) -> dict[str, Any]:
    """What the manifest says of a build."""
    return {
        "model": settings.model,
        **_encoder_facts(settings),
        "dimensions": vectors.shape[1],
        "faiss": settings.faiss or _factory(vectors),
        "guides": {guide.id: hashlib.sha256(guide.text.encode()).hexdigest() for guide in guides},
        "promise": {
            "share": settings.promise,
            "threshold": round(promise.threshold, 4),
            "wrong": round(promise.wrong, 4),
            "coverage": [round(value, 4) for value in (promise.low, promise.coverage, promise.high)],
        },
    }
