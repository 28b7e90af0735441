"""The ranker: each feature and trait is what it says, held against plain NumPy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot import lexical
from chatbot.answering import Chatbot
from chatbot.building import LIGHT
from chatbot.index import make_faiss
from chatbot.ranking import (
    FEATURES,
    PROSE_WEIGHTS,
    QUESTION_WEIGHTS,
    TRAITS,
    Evidence,
    Ranker,
    average,
    default_weights,
    log_softmax,
    softmax,
)

QUESTIONS = [
    "How much do bakers make in Ohio?",
    "When does a baker start work?",
    "What is a gardener?",
    "spade, rake and secateurs",
    "zzz",
]


def evidence(ranker: Ranker, question: str) -> Evidence:
    vector = ranker.index.encoder.encode([question])
    return ranker.evidence(vector, [lexical.stems(question)])[0]


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_features_are_what_they_say(bot: Chatbot, monkeypatch: pytest.MonkeyPatch, question: str) -> None:
    """Against all cosines of all views, section by section, where all of them are looked at."""
    index, ranker = bot.index, bot.retriever.ranker
    monkeypatch.setattr("chatbot.ranking.NEAREST", len(index.views))
    seen = evidence(ranker, question)
    cosines = index.vectors @ index.encoder.encode([question])[0]
    said = dict(zip(FEATURES, seen.features, strict=True))
    for number, section in enumerate(index.sections):
        of = {
            kind: sorted(
                (
                    float(c)
                    for c, v in zip(cosines, index.views, strict=True)
                    if (v.section, v.kind) == (number, kind)
                ),
                reverse=True,
            )
            for kind in ("title", "passage", "unit", "alternate")
        }
        if not section.blocks:
            assert seen.scores[number] == -np.inf
            continue
        own = max(of["title"] + of["passage"] + of["unit"])
        alternates = of["alternate"][:3]
        closest = alternates[0] if alternates else own
        mean = np.mean([of[kind][0] for kind in ("title", "passage", "unit")])
        assert said["own"][number] == pytest.approx(own, abs=1e-5)
        assert said["closest"][number] == pytest.approx(closest, abs=1e-5)
        assert said["company"][number] == pytest.approx(np.mean(alternates) if alternates else mean, abs=1e-5)
    np.testing.assert_allclose(
        seen.scores[ranker.answerable], (ranker.weights @ seen.features)[ranker.answerable], rtol=1e-5
    )


def test_a_section_beyond_the_nearest_views_is_no_nearer_than_the_last(
    bot: Chatbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.ranking.NEAREST", 10)
    seen = evidence(bot.retriever.ranker, QUESTIONS[0])
    assert len(seen.views) == len(seen.cosines) == 10
    assert (seen.features[2][bot.retriever.ranker.answerable] >= seen.cosines[-1] - 1e-6).all()


def test_lexical_is_the_share_of_the_best_conceivable(bot: Chatbot) -> None:
    ranker = bot.retriever.ranker
    shares = ranker.lexical(lexical.stems("flour water yeast"))
    assert shares.argmax() == bot.index.refs.index("baker#definition")
    assert shares.min() >= 0.0
    assert shares.max() <= 1.0 + 1e-6
    assert ranker.lexical(["nosuchword"]).max() == 0.0
    assert ranker.lexical([]).max() == 0.0


def test_a_classifier_knows_its_alternates(real_bot: Chatbot) -> None:
    ranker, index = real_bot.retriever.ranker, real_bot.index
    rows = [n for n, view in enumerate(index.views) if view.kind == "alternate"][::25]
    logs = [ranker.classify(index.vectors[row]) for row in rows]
    right = [index.views[row].section == int(log.argmax()) for row, log in zip(rows, logs, strict=True)]
    assert np.mean(right) > 0.9
    assert all(np.exp(log).sum() == pytest.approx(1.0, abs=1e-3) for log in logs), "every section is taught"


def test_without_a_detector_it_says_nothing(bot: Chatbot) -> None:
    ranker = Ranker(replace(bot.index, fitted={}))
    assert ranker.detect(bot.index.vectors[0]) == 0.0
    np.testing.assert_array_equal(ranker.weights, PROSE_WEIGHTS)


def test_without_a_classifier_the_passage_stands_in_its_place(bot: Chatbot) -> None:
    index = replace(bot.index, fitted={})
    ranker = Ranker(index)
    (seen,) = ranker.evidence(index.vectors[:1], [[]])
    passages = np.array([view.section if view.kind == "passage" else -1 for view in index.views])
    own = [index.vectors[passages == section] for section in range(len(index.sections))]
    nearest = [(vectors @ index.vectors[0]).max(initial=-1.0) for vectors in own]
    there, floor = ranker.answerable, seen.cosines[-1]  # none counts as further off than the last
    np.testing.assert_allclose(seen.features[3, there], np.maximum(nearest, floor)[there], atol=2e-3)


def test_views_left_out_are_as_if_never_made(bot: Chatbot) -> None:
    ranker, index = bot.retriever.ranker, bot.index
    section = index.refs.index("baker#duties")
    rows = [n for n, v in enumerate(index.views) if (v.section, v.kind) == (section, "alternate")]
    vector = index.vectors[rows[0]]
    cosines, near = index.faiss.search(vector[None], len(index.views))
    whole = ranker.weigh(vector, [], cosines[0], near[0])
    without = ranker.weigh(vector, [], cosines[0], near[0], without=rows)
    assert whole.features[0, section] == pytest.approx(1.0, abs=1e-5)
    assert without.features[0, section] == without.features[2, section] < 0.999, "closest then is own"
    others = np.arange(len(index.sections)) != section
    np.testing.assert_array_equal(whole.features[:, others], without.features[:, others])


def test_refused_questions_are_near_themselves(real_bot: Chatbot) -> None:
    index, retriever = real_bot.index, real_bot.retriever
    declined = [view.text for view in index.views if view.kind == "declined"][:5]
    for reading in map(retriever.read, declined):
        (seen,) = retriever.evidence([reading])
        nearest, company, odds, margin = seen.refused
        assert nearest >= company
        assert odds < 0, "the detector says no"
        assert margin < 0, "they lie beyond the border"
        if reading.text in declined:
            assert nearest > 0.999


def test_the_traits_are_in_their_order(bot: Chatbot) -> None:
    retriever = bot.retriever
    reading = retriever.read("How much do bakers make in Zanzibar?")
    (seen,) = retriever.evidence([reading])
    allowed = retriever.allowed(())
    section = int(np.where(allowed, seen.scores, -np.inf).argmax())
    shares = retriever.ranker.shares(seen, allowed)
    (row,) = retriever.ranker.traits(seen, [section], reading.words, shares)
    traits = dict(zip(TRAITS, row, strict=True))
    assert traits["closest"] == seen.features[0, section]
    assert traits["company"] == seen.features[1, section]
    assert traits["own"] == seen.features[2, section]
    assert traits["unknown"] == 1.0
    assert 0 < traits["covered"] < 1
    assert traits["refused"] == pytest.approx(seen.refused[0])
    assert traits["share"] == pytest.approx(float(shares[section]))


def test_a_row_that_is_named_counts_for_its_section_alone(bot: Chatbot) -> None:
    retriever = bot.retriever
    table = bot.index.refs.index("baker#salary-states")
    other = bot.index.refs.index("baker#salary")
    row = bot.index.sections[table].blocks[-1].units[-1].cells[0]
    for text, named in ((f"What do bakers make in {row}?", 1.0), ("What do bakers make in Zanzibar?", 0.0)):
        reading = retriever.read(text)
        (seen,) = retriever.evidence([reading])
        shares = retriever.ranker.shares(seen, retriever.allowed(()))
        traits = retriever.ranker.traits(seen, [table, other], reading.words, shares)
        assert traits[:, TRAITS.index("row")].tolist() == [named, 0.0]


def test_shares_are_those_of_the_sections_that_compete(bot: Chatbot) -> None:
    retriever = bot.retriever
    (seen,) = retriever.evidence([retriever.read("How much do bakers make?")])
    allowed = retriever.allowed(())
    every = retriever.ranker.shares(seen, allowed)
    assert every.sum() == pytest.approx(1.0)
    assert every.max() < 1.0
    alone = np.zeros_like(allowed)
    alone[every.argmax()] = True
    assert retriever.ranker.shares(seen, alone)[every.argmax()] == pytest.approx(1.0)


def test_default_weights_depend_on_whether_the_titles_ask(bot: Chatbot) -> None:
    np.testing.assert_array_equal(default_weights(bot.index), PROSE_WEIGHTS)
    asking = tuple(
        replace(guide, sections=tuple(replace(s, title=f"What about {s.title}") for s in guide.sections))
        for guide in bot.guides
    )
    np.testing.assert_array_equal(default_weights(replace(bot.index, guides=asking)), QUESTION_WEIGHTS)


def test_averaging_readings(bot: Chatbot) -> None:
    ranker = bot.retriever.ranker
    one, other = (evidence(ranker, question) for question in QUESTIONS[:2])
    drawn = np.linspace(0, 1, len(one.scores), dtype=np.float32)
    both = average([one, other], drawn)
    assert both.averaged
    assert not one.averaged
    np.testing.assert_allclose(both.features, (one.features + other.features) / 2, rtol=1e-6)
    said = ranker.answerable
    np.testing.assert_allclose(both.scores[said], ((one.scores + other.scores) / 2 + drawn)[said], rtol=1e-6)
    assert both.refused == pytest.approx(tuple(np.mean([one.refused, other.refused], axis=0)))


def test_faiss_in_half_the_bytes_finds_the_same(bot: Chatbot) -> None:
    halved = make_faiss(bot.index.vectors, LIGHT)
    other = Ranker(replace(bot.index, faiss=halved))
    for question in QUESTIONS:
        whole, half = evidence(bot.retriever.ranker, question), evidence(other, question)
        np.testing.assert_allclose(half.features, whole.features, atol=2e-4)


def test_another_faiss_index_finds_nearly_the_same(bot: Chatbot) -> None:
    """The features come from whatever the index finds; HNSW finds the same among few views."""
    other = Ranker(replace(bot.index, faiss=make_faiss(bot.index.vectors, "HNSW32")))
    for question in QUESTIONS[:4]:
        flat, graph = evidence(bot.retriever.ranker, question), evidence(other, question)
        assert flat.scores.argmax() == graph.scores.argmax()


def test_a_section_that_the_classifier_was_taught_nothing_of_gets_what_is_left_of_the_best(
    bot: Chatbot,
) -> None:
    vector = bot.index.vectors[0]
    weights = np.stack([vector, np.zeros_like(vector), np.zeros_like(vector)])
    taught = np.array([0, 1, 2])
    for loud, left in ((9.0, None), (0.0, np.log(1 / 3))):  # sure of the first, or of none
        fitted = {
            "classifier.weights": loud * weights,
            "classifier.bias": np.zeros(3, np.float32),
            "classifier.sections": taught,
        }
        known = Ranker(replace(bot.index, fitted=fitted)).classify(vector)
        assert known[:3].argmax() == 0
        expected = np.log(1 - np.exp(known[0])) if left is None else left
        np.testing.assert_allclose(known[3:], max(expected, known[:3].min()), rtol=1e-3)
        assert (known[3:] <= known[0]).all()


numbers = st.lists(st.floats(-50, 50), min_size=1, max_size=20).map(np.array)


@given(numbers)
def test_softmax_gives_shares(values: np.ndarray) -> None:
    shares = softmax(values)
    assert shares.sum() == pytest.approx(1.0)
    assert (np.diff(shares[np.argsort(values)]) >= 0).all()
    np.testing.assert_allclose(np.exp(log_softmax(values)), shares, rtol=1e-6)
    np.testing.assert_allclose(softmax(values + 7), shares, rtol=1e-6)


def test_softmax_gives_nothing_to_what_is_out_of_the_race() -> None:
    np.testing.assert_allclose(softmax(np.array([1.0, -np.inf, 1.0])), [0.5, 0.0, 0.5])
