"""Fitting: nothing is random, no question judges itself, weights are never negative."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot import calibration, fitting, lexical
from chatbot.answering import Chatbot
from chatbot.building import fit
from chatbot.calibration import fit_calibrator
from chatbot.fitting import fit_detector, fit_ranker
from chatbot.index import Index, make_faiss
from chatbot.ranking import (
    FEATURES,
    JUDGED,
    PROSE_WEIGHTS,
    QUESTION_WEIGHTS,
    TRAITS,
    Ranker,
    default_weights,
    log_softmax,
)
from chatbot.retrieval import Retriever
from chatbot.settings import Settings


def draft(bot: Chatbot) -> Index:
    """The bot's index as it was before fitting."""
    return replace(bot.index, fitted={})


def without_views(index: Index, dropped: set[int]) -> Index:
    """An index from which some views were never made."""
    kept = [number for number in range(len(index.views)) if number not in dropped]
    vectors = index.vectors[kept]
    views = tuple(index.views[number] for number in kept)
    return replace(index, views=views, vectors=vectors, faiss=make_faiss(vectors, "Flat"))


@pytest.mark.parametrize("name", ["bot", "trades"])
def test_two_fits_give_identical_arrays(name: str, request: pytest.FixtureRequest) -> None:
    index = draft(request.getfixturevalue(name))
    first, promise = fit(index, (), 0.05)
    second, again = fit(draft(request.getfixturevalue(name)), (), 0.05)
    assert promise == again
    assert first.keys() == second.keys()
    for part in first:
        assert first[part].dtype == second[part].dtype
        np.testing.assert_array_equal(first[part], second[part])


def test_a_build_holds_what_the_fit_gives_anew(trades: Chatbot) -> None:
    fitted, _ = fit(draft(trades), (), Settings().promise)
    assert fitted.keys() == trades.index.fitted.keys()
    for name, array in fitted.items():
        np.testing.assert_allclose(array, trades.index.fitted[name], rtol=1e-5, err_msg=name)


@pytest.mark.parametrize("name", ["bot", "trades", "real_bot"])
def test_the_rankers_weights_are_never_negative(name: str, request: pytest.FixtureRequest) -> None:
    weights = request.getfixturevalue(name).index.fitted["ranker.weights"]
    assert weights.shape == (len(FEATURES),)
    assert (weights >= 0).all()
    assert weights.max() > 0


def test_what_is_stored_are_plain_numbers_of_few_parameters(real_bot: Chatbot) -> None:
    fitted = real_bot.index.fitted
    assert all(array.dtype.kind in "fib" for array in fitted.values())
    assert fitted["calibrator.weights"].shape == (len(TRAITS) + 1,)
    assert 0 < fitted["calibrator.threshold"] < 1


def test_features_of_a_left_out_alternate_never_contain_itself(bot: Chatbot) -> None:
    """They are those of an index that was made without it."""
    index = draft(bot)
    rows = np.array([n for n, view in enumerate(index.views) if view.kind == "alternate"])
    log_odds = np.zeros((len(rows), len(index.sections)), np.float32)
    features = fitting._left_out_features(index, rows, log_odds)
    assert features.shape == (len(rows), len(FEATURES), len(index.sections))
    for number, row in enumerate(rows.tolist()):
        other = without_views(index, {row})
        (seen,) = Ranker(other).evidence(index.vectors[[row]], [lexical.stems(index.views[row].text)])
        said = [FEATURES.index(name) for name in ("closest", "company", "own", "lexical")]
        np.testing.assert_allclose(features[number][said], seen.features[said], atol=1e-6)
        section = index.views[row].section
        if len(index.sections[section].alternates) > 1:
            assert features[number][0, section] < 0.999, "it does not see itself"


def test_a_classifier_never_sees_the_question_that_it_judges() -> None:
    """Vectors without any pattern: where a row saw itself, it would be known by heart."""
    chance = np.random.default_rng(1)
    vectors = chance.standard_normal((80, 64)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    labels = np.arange(80) % 8
    weights, bias, left_out = fitting._fit_classifier(vectors, labels)
    by_heart = (vectors @ weights.T + bias).argmax(axis=1) == labels
    judged = left_out.argmax(axis=1) == labels
    assert by_heart.mean() > 0.9
    assert judged.mean() < 0.4
    np.testing.assert_allclose(np.exp(left_out).sum(axis=1), 1.0, rtol=1e-4)


def test_a_classifier_of_two_classes() -> None:
    vectors = np.eye(2, dtype=np.float32)[[0, 1] * 10]
    weights, bias, left_out = fitting._fit_classifier(vectors, np.array([3, 7] * 10))
    assert weights.shape == (2, 2)
    assert ((vectors @ weights.T + bias).argmax(axis=1) == [0, 1] * 10).all()
    assert (left_out.argmax(axis=1) == [0, 1] * 10).all()


@given(st.lists(st.integers(0, 5), max_size=40))
def test_folds_cut_every_class_alike(labels: list[int]) -> None:
    places = fitting.place_in_class(np.array(labels, np.int64))
    for label in set(labels):
        of_class = [place for place, other in zip(places.tolist(), labels, strict=True) if other == label]
        assert of_class == list(range(len(of_class)))


def test_weights_find_the_feature_that_tells() -> None:
    """Of five features one is the truth, one its contrary, the rest is noise."""
    chance = np.random.default_rng(2)
    labels = chance.integers(0, 6, 200)
    features = chance.standard_normal((200, len(FEATURES), 6)).astype(np.float32)
    truth = np.eye(6, dtype=np.float32)[labels]
    features[:, 1] = truth + 0.1 * features[:, 1]
    features[:, 2] = -truth
    rivals = np.ones((200, 6), bool)
    weights = fitting._fit_weights(features, labels, rivals, classified=True)
    assert weights.argmax() == 1
    assert weights[2] == 0.0
    scores = np.einsum("f,qfs->qs", weights, features)
    assert (scores.argmax(axis=1) == labels).mean() > 0.95
    assert fitting._fit_weights(features, labels, rivals, classified=False)[FEATURES.index("classifier")] == 0


def test_a_section_that_does_not_compete_is_not_held_against_a_question() -> None:
    labels = np.zeros(60, np.int64)
    features = np.zeros((60, len(FEATURES), 2), np.float32)
    features[:, 0, 1] = 5.0  # the other section looks better by the first feature
    features[:, 2, 0] = 1.0
    alone = np.array([[True, False]] * 60)
    with_rival = fitting._fit_weights(features, labels, np.ones((60, 2), bool), classified=True)
    without = fitting._fit_weights(features, labels, alone, classified=True)
    assert with_rival[0] == 0.0
    np.testing.assert_allclose(without[:1], 0.0, atol=1e-3)  # nothing pushes it up or down but the ridge
    assert with_rival[2] > without[2]


def test_alternates_of_a_role_compete_within_their_guide(trades: Chatbot, bot: Chatbot) -> None:
    for each in (trades, bot):
        index = each.index
        sections = np.arange(len(index.sections))
        rivals = fitting._rivals(index, sections)
        for number in sections.tolist():
            guide = index.guides[index.guide_of[number]]
            same = index.guide_of == index.guide_of[number]
            expected = same if guide.aliases else np.ones(len(sections), bool)
            np.testing.assert_array_equal(rivals[number], expected)


def test_without_alternates_there_are_default_weights(bot: Chatbot) -> None:
    index = draft(bot)
    alternates = {n for n, view in enumerate(index.views) if view.kind in ("alternate", "declined")}
    bare = without_views(index, alternates)
    fitted = fit_ranker(bare)
    assert any(np.array_equal(fitted["ranker.weights"], w) for w in (PROSE_WEIGHTS, QUESTION_WEIGHTS))
    assert fit_detector(bare) == {}
    weights, promise = fit_calibrator(bare, (), 0.05)
    slope, bias = calibration.ODDS_AT_ALL
    np.testing.assert_allclose(weights["calibrator.weights"], [*slope * calibration.OF_PROSE, bias], 1e-6)
    assert promise.threshold == calibration.EVEN
    answers = Chatbot(replace(bare, fitted=fit(bare, (), 0.05)[0]))
    answer = answers.ask("How much do bakers make in Ohio?")
    assert answer.sources[0].ref == "baker#salary-states"


def test_the_detector_tells_declined_questions_apart(real_bot: Chatbot) -> None:
    index = real_bot.index
    ranker = real_bot.retriever.ranker
    odds = {
        kind: np.array([ranker.detect(index.vectors[n]) for n, v in enumerate(index.views) if v.kind == kind])
        for kind in ("alternate", "declined")
    }
    even = np.log(len(odds["alternate"]) / len(odds["declined"]))  # had it seen as many of either
    assert (odds["alternate"] > even).mean() > 0.92
    assert (odds["declined"] < even).mean() > 0.96


def test_a_blind_retriever_does_not_see_the_question_itself(trades: Chatbot) -> None:
    question = "Why does a sheet bend?"
    section = trades.index.refs.index("bookbinder#step-paper")
    seeing, blind = (Retriever(trades.index, blind=blind) for blind in (False, True))
    near = [r.evidence([r.read(question)])[0].features[0, section] for r in (seeing, blind)]
    assert near[0] > 0.999
    assert near[1] < 0.9


def test_a_blind_ranker_asks_the_classifier_that_has_not_seen_the_question(trades: Chatbot) -> None:
    index = draft(trades)
    fitted = replace(index, fitted=fit_ranker(index))
    rows = [n for n, view in enumerate(index.views) if view.kind == "alternate"][::9]
    terms = [lexical.stems(index.views[row].text) for row in rows]
    seeing, blind = (
        np.stack([seen.features[3] for seen in Ranker(fitted, blind).evidence(index.vectors[rows], terms)])
        for blind in (False, True)
    )
    np.testing.assert_array_equal(blind, fitted.fitted[JUDGED][rows])
    own = np.arange(len(rows)), [index.views[row].section for row in rows]
    assert seeing[own].mean() > blind[own].mean() + 0.2
    assert JUDGED not in fit(index, (), 0.05)[0], "a build has no use for it"


def labelled(bot: Chatbot) -> Index:
    """The bot's guides with a label in place of what each section says, not fitted."""
    block = next(section.blocks[0] for section in bot.index.sections if section.blocks)
    short = replace(block, units=(replace(block.units[0], text="opening hours"),))
    guides = tuple(
        replace(guide, sections=tuple(replace(section, blocks=(short,)) for section in guide.sections))
        for guide in bot.index.guides
    )
    return replace(draft(bot), guides=guides)


def test_labels_are_known_by_letters_and_prose_is_not(trades: Chatbot) -> None:
    index = labelled(trades)
    assert fitting.hold_labels(index)
    assert not fitting.hold_labels(trades.index)
    assert "letters.known" not in trades.index.fitted
    index = replace(index, fitted=fit_ranker(index))
    ranker = Ranker(index)
    runs, weights = index.fitted["letters.known"], index.fitted["classifier.weights"]
    assert weights.shape[1] == index.vectors.shape[1] + len(runs)
    nowhere = np.zeros(index.vectors.shape[1], np.float32)  # what is left are the letters
    rows = [n for n, view in enumerate(index.views) if view.kind == "alternate"][::7]
    slips = [index.views[row].text.replace("e", "3", 1) for row in rows]
    right = [
        int(ranker.classify(nowhere, text).argmax()) == index.views[row].section
        for row, text in zip(rows, slips, strict=True)
    ]
    assert np.mean(right) > 0.6, "of sections whose headings three guides share"
    assert len({ranker.classify(nowhere, "???").tobytes(), ranker.classify(nowhere).tobytes()}) == 1


def test_an_alternate_that_is_its_sections_title_is_not_left_out(trades: Chatbot) -> None:
    index = draft(trades)
    rows, _ = fitting.alternates(index)
    first = rows[0]
    view = index.views[first]
    titled = replace(view, text=index.sections[view.section].title.upper() + "?")
    index = replace(index, views=(*index.views[:first], titled, *index.views[first + 1 :]))
    assert first in fitting.alternates(index)[0]
    assert first not in fitting.alternates(index, untold=True)[0]
    assert titled.text not in [example.question for example in calibration.default_examples(index)]


def test_alternates_that_are_all_titles_teach_nothing(trades: Chatbot) -> None:
    """A bot with one text an intent, which is its title."""
    index = draft(trades)
    views = tuple(
        replace(view, text=index.sections[view.section].title) if view.kind == "alternate" else view
        for view in index.views
    )
    fitted, promise = fit(replace(index, views=views), (), 0.05)
    np.testing.assert_array_equal(fitted["ranker.weights"], default_weights(index))
    assert "classifier.weights" not in fitted
    assert promise.threshold == calibration.EVEN


def test_log_softmax_is_normalised_even_with_sections_out_of_the_race() -> None:
    logs = log_softmax(np.array([[1.0, 2.0, fitting.NEVER]]))
    np.testing.assert_allclose(np.exp(logs).sum(), 1.0)
    assert np.exp(logs[0, 2]) == 0.0
