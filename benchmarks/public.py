"""Public sets of questions, ranked by ours and by what else one would take, in one run.

In: folders in BEIR form (corpus.jsonl, queries.jsonl, qrels.tsv, and oos.jsonl for questions outside). Out:
a table for each. A set becomes a corpus of our own kind first: entries with an `intent` become one section an
intent with their texts as alternates, others one section each; entries of one `doc` become one guide. It
is built with the real encoder in a temporary folder; nothing of a set is kept.

Ours reads the visitor's earlier questions where a set has them; the others are given the question alone.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bm25s
import ir_measures
import numpy as np
from ir_measures import RR, Qrel, ScoredDoc, Success, nDCG
from sklearn.metrics import matthews_corrcoef

from chatbot import Ask, Chatbot, lexical
from chatbot.building import build
from chatbot.encoder import OnnxEncoder
from chatbot.encoder.export import fingerprint
from chatbot.index import encoder_cache
from chatbot.settings import Settings

MEASURES = {"hit@1": Success @ 1, "hit@3": Success @ 3, "hit@5": Success @ 5, "MRR": RR, "nDCG@10": nDCG @ 10}
DEPTH = 100  # how many each system ranks
BATCH = 64
FOLDS = 5
# Which share of training questions, each asked of a build without it, the threshold lets through. What would
# be best for these, with whole intents held out to be declined, is too strict for strangers' questions.
LET_THROUGH = 0.9

Ranking = list[str]  # labels, best first


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a set. Its label is what a question has to find: its intent if it has one, else itself."""

    id: str
    title: str
    text: str
    label: str
    doc: str

    @property
    def whole(self) -> str:
        """What the other systems index."""
        return f"{self.title}\n{self.text}".strip()


@dataclass(frozen=True, slots=True)
class Query:
    """A question with the visitor's earlier ones, and the labels of what answers it."""

    id: str
    text: str
    history: tuple[str, ...]
    follow_up: bool
    relevant: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PublicSet:
    """A set as it lies in its folder."""

    name: str
    entries: list[Entry]
    queries: list[Query]
    outside: list[str]  # questions that nothing of the set answers
    has_intents: bool


def read_set(folder: Path) -> PublicSet:
    """Reads a folder. Questions that nothing answers are left out of the ranking."""
    rows = _rows(folder / "corpus.jsonl")
    entries = [
        Entry(
            row["_id"],
            row.get("title") or "",
            row.get("text") or "",
            row.get("intent") or row["_id"],
            row.get("doc") or folder.name,
        )
        for row in rows
    ]
    label = {entry.id: entry.label for entry in entries}
    relevant: dict[str, list[str]] = {}
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query, entry, score = line.split("\t")
        if float(score) > 0:
            relevant.setdefault(query, []).append(label[entry])
    queries = [
        Query(
            row["_id"],
            row["text"],
            tuple(_visitors(row.get("history") or [])),
            bool(row.get("is_followup")),
            tuple(dict.fromkeys(relevant[row["_id"]])),
        )
        for row in _rows(folder / "queries.jsonl")
        if row["_id"] in relevant
    ]
    outside = folder / "oos.jsonl"
    return PublicSet(
        folder.name,
        entries,
        queries,
        [row["text"] for row in _rows(outside)] if outside.exists() else [],
        any(row.get("intent") for row in rows),
    )


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def _visitors(history: Sequence[Any]) -> Iterator[str]:
    """The visitor's turns: plain texts, or objects with a role."""
    for turn in history:
        if isinstance(turn, str):
            yield turn
        elif turn.get("role") in ("user", None):
            yield turn["text"]


# Ours -------------------------------------------------------------------------------------------


def write_corpus(entries: Sequence[Entry], has_intents: bool, corpus: Path) -> None:
    """The entries as guides of question and answer pairs."""
    shutil.rmtree(corpus, ignore_errors=True)
    guides: dict[str, list[dict[str, Any]]] = {}
    if has_intents:
        for label, texts in _by_label(entries).items():
            name = label.replace("_", " ").lower()
            guides.setdefault("faq", []).append(
                {"id": label, "question": texts[0], "answer": name, "alternates": texts}
            )
    else:
        for entry in entries:
            title, text = entry.title or entry.text, entry.text or entry.title
            guides.setdefault(entry.doc, []).append({"id": entry.id, "question": title, "answer": text})
    (corpus / "guides").mkdir(parents=True)
    for number, pairs in enumerate(guides.values()):
        lines = "".join(json.dumps(pair) + "\n" for pair in pairs)
        (corpus / "guides" / f"guide-{number}.jsonl").write_text(lines, encoding="utf-8")


def _by_label(entries: Sequence[Entry]) -> dict[str, list[str]]:
    texts: dict[str, list[str]] = {}
    for entry in entries:
        texts.setdefault(entry.label, []).append(entry.title or entry.text)
    return texts


def make_bot(entries: Sequence[Entry], has_intents: bool, folder: Path) -> Chatbot:
    """Our answer to a set: its corpus, built."""
    write_corpus(entries, has_intents, folder / "corpus")
    settings = Settings(corpus=folder / "corpus", index=folder / "index")
    build(settings)
    return Chatbot.load(settings.index, settings)


def rank_ours(bot: Chatbot, queries: Sequence[Query]) -> list[Ranking]:
    """The labels of the sections, as ours ranks them."""
    found = [bot.ranking(query.text, query.history, k=DEPTH) for query in queries]
    return [[ref.partition("#")[2] for ref in refs] for refs in found]


# What else one would take -----------------------------------------------------------------------


def rank_by_words(public: PublicSet) -> list[Ranking]:
    """BM25 as bm25s has it, on Snowball stems without stop words."""
    retriever = bm25s.BM25()
    retriever.index([lexical.stems(entry.whole) or [""] for entry in public.entries], show_progress=False)
    scores = [retriever.get_scores(lexical.stems(query.text) or [""]) for query in public.queries]
    return [_labels(public, row) for row in scores]


def rank_by_cosine(public: PublicSet, encoder: OnnxEncoder) -> list[Ranking]:
    """One vector an entry, in fp32 the same as sentence-transformers gives it, and the cosine."""
    entries = _encode(encoder, [entry.whole for entry in public.entries])
    questions = _encode(encoder, [query.text for query in public.queries])
    return [_labels(public, row) for row in questions @ entries.T]


def _encode(encoder: OnnxEncoder, texts: list[str]) -> Any:
    return np.concatenate([encoder.encode(texts[n : n + BATCH]) for n in range(0, len(texts), BATCH)])


def _labels(public: PublicSet, scores: Any) -> Ranking:
    """The labels in the order of their best entry."""
    order = np.argsort(-np.asarray(scores), kind="stable")
    return list(dict.fromkeys(public.entries[n].label for n in order))[:DEPTH]


def fuse(one: Sequence[Ranking], other: Sequence[Ranking], smooth: int = 60) -> list[Ranking]:
    """Reciprocal rank fusion with equal weights (Cormack et al., SIGIR 2009).

    >>> fuse([["a", "b"]], [["b", "c"]])
    [['b', 'a', 'c']]
    """
    fused = []
    for pair in zip(one, other, strict=True):
        scores: dict[str, float] = {}
        for ranking in pair:
            for place, label in enumerate(ranking, 1):
                scores[label] = scores.get(label, 0.0) + 1 / (smooth + place)
        fused.append(sorted(scores, key=lambda label: -scores[label])[:DEPTH])
    return fused


def rank_by_txtai(public: PublicSet, model: str) -> list[Ranking]:
    """txtai's embeddings with their hybrid of vectors and BM25, as its documentation sets it up."""
    embeddings = importlib.import_module("txtai").Embeddings(path=model, hybrid=True)
    embeddings.index([(n, entry.whole, None) for n, entry in enumerate(public.entries)])
    found = embeddings.batchsearch([query.text for query in public.queries], DEPTH)
    return [list(dict.fromkeys(public.entries[n].label for n, _ in hits)) for hits in found]


def rank_by_haystack(public: PublicSet, model: str) -> list[Ranking]:
    """Haystack 3's store in memory, with the embedders of its package `sentence-transformers-haystack`."""
    embedders = importlib.import_module("haystack_integrations.components.embedders.sentence_transformers")
    retrievers = importlib.import_module("haystack.components.retrievers.in_memory")
    stores = importlib.import_module("haystack.document_stores.in_memory")
    document = importlib.import_module("haystack").Document
    store = stores.InMemoryDocumentStore(embedding_similarity_function="cosine")
    documents = embedders.SentenceTransformersDocumentEmbedder(model=model)
    texts = embedders.SentenceTransformersTextEmbedder(model=model, progress_bar=False)
    documents.warm_up()
    texts.warm_up()
    made = [document(content=e.whole, meta={"label": e.label}) for e in public.entries]
    store.write_documents(documents.run(made)["documents"])
    retriever = retrievers.InMemoryEmbeddingRetriever(store, top_k=DEPTH)
    found = [retriever.run(texts.run(query.text)["embedding"])["documents"] for query in public.queries]
    return [list(dict.fromkeys(hit.meta["label"] for hit in hits)) for hits in found]


# Measuring --------------------------------------------------------------------------------------


def measure(queries: Sequence[Query], rankings: Sequence[Ranking]) -> dict[str, float]:
    """The measures of a ranking, as ir-measures computes them."""
    qrels = [Qrel(query.id, label, 1) for query in queries for label in query.relevant]
    run = [
        ScoredDoc(query.id, label, float(-place))
        for query, ranking in zip(queries, rankings, strict=True)
        for place, label in enumerate(ranking)
    ]
    found = ir_measures.calc_aggregate(list(MEASURES.values()), qrels, run)
    return {name: float(found[measure]) for name, measure in MEASURES.items()}


def predict(bot: Chatbot, texts: Sequence[str]) -> list[tuple[str, float]]:
    """The intent that ours finds for each text, and its confidence; small talk is no intent."""
    answers = [bot.ask_many([Ask(text)])[0] for text in texts]
    return [
        (answer.sources[0].ref.partition("#")[2], answer.confidence) if answer.sources else ("", 0.0)
        for answer in answers
    ]


def choose_threshold(entries: Sequence[Entry], folder: Path) -> float:
    """The confidence that `LET_THROUGH` of the training questions reach in a build without them."""
    place: dict[str, int] = {}
    folds: list[list[Entry]] = [[] for _ in range(FOLDS)]
    for entry in entries:
        place[entry.label] = place.get(entry.label, -1) + 1
        folds[place[entry.label] % FOLDS].append(entry)
    confidences: list[float] = []
    for number, fold in enumerate(folds):
        rest = [entry for other, part in enumerate(folds) if other != number for entry in part]
        known = {entry.label for entry in rest}
        texts = [entry.title or entry.text for entry in fold if entry.label in known]
        bot = make_bot(rest, True, folder)
        confidences += [confidence for _, confidence in predict(bot, texts)]
    return float(np.quantile(confidences, 1 - LET_THROUGH))


def correlation(
    public: PublicSet, inside: Sequence[tuple[str, float]], outside: Sequence[tuple[str, float]], bar: float
) -> float:
    """Matthews's coefficient over the intents and "none", as in the paper of HINT3 (Arora et al., 2020)."""
    wanted = [query.relevant[0] for query in public.queries] + [""] * len(outside)
    found = [label if confidence >= bar else "" for label, confidence in (*inside, *outside)]
    return float(matthews_corrcoef(wanted, found))


def run(folder: Path, cache: Path | None = None) -> str:
    """Measures one set; returns its table. `cache` is an index folder with the model already exported."""
    public = read_set(folder)
    systems: dict[str, list[Ranking]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        settings = Settings(index=place / "index")
        if cache and (cache / "cache").is_dir():
            shutil.copytree(cache / "cache", settings.index / "cache")
        bar = choose_threshold(public.entries, place) if public.has_intents and public.outside else None
        bot = make_bot(public.entries, public.has_intents, place)
        systems["ours"] = rank_ours(bot, public.queries)
        note = ""
        if bar is not None:
            inside = predict(bot, [query.text for query in public.queries])
            value = correlation(public, inside, predict(bot, public.outside), bar)
            note = (
                f"MCC over {len(_by_label(public.entries))} intents and none, {len(public.queries)} "
                f"questions inside, {len(public.outside)} outside: {value:.3f} (from confidence {bar:.3f} on)"
            )
        encoder = OnnxEncoder.load(encoder_cache(settings.index, fingerprint(settings.model)), "fp32")
        systems["BM25"] = rank_by_words(public)
        systems["plain cosine"] = rank_by_cosine(public, encoder)
        systems["BM25 + cosine, equal weights (RRF)"] = fuse(systems["BM25"], systems["plain cosine"])
        systems |= {name: rank(public, _model(settings)) for name, rank in _installed()}
    return "\n".join(_table(public, systems)) + (f"\n\n{note}" if note else "") + "\n"


def _installed() -> list[tuple[str, Callable[[PublicSet, str], list[Ranking]]]]:
    others = {("txtai", "txtai"): rank_by_txtai, ("Haystack", "haystack_integrations"): rank_by_haystack}
    return [(name, rank) for (name, module), rank in others.items() if importlib.util.find_spec(module)]


def _model(settings: Settings) -> str:
    from chatbot.encoder.export import locate

    return locate(settings.model)


def _table(public: PublicSet, systems: dict[str, list[Ranking]]) -> Iterator[str]:
    yield f"### {public.name}: {len(public.entries):,} entries"
    parts = {"first turns": False, "follow-ups": True}
    if not any(query.follow_up for query in public.queries):
        parts = {"questions": False}
    for part, follow_up in parts.items():
        chosen = [n for n, query in enumerate(public.queries) if query.follow_up == follow_up]
        queries = [public.queries[n] for n in chosen]
        yield ""
        yield f"| {len(queries):,} {part} | {' | '.join(MEASURES)} |"
        yield f"|---|{'---|' * len(MEASURES)}"
        for name, rankings in systems.items():
            figures = measure(queries, [rankings[n] for n in chosen])
            yield f"| {name} | {' | '.join(f'{value:.3f}' for value in figures.values())} |"
