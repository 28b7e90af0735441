"""The benchmarks measure what they say: small sets in BEIR form, known rankings, a recipe that answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks import public, speed
from chatbot.guides import read_corpus


def write_set(folder: Path, corpus: list[dict], queries: list[dict], qrels: list[tuple[str, str]]) -> Path:
    folder.mkdir()
    for name, rows in (("corpus", corpus), ("queries", queries)):
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    lines = ["query-id\tcorpus-id\tscore", *(f"{query}\t{entry}\t1" for query, entry in qrels)]
    (folder / "qrels.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def passages(tmp_path: Path) -> Path:
    corpus = [
        {"_id": "a", "title": "Bread", "text": "Bake the bread at dawn.", "doc": "one"},
        {"_id": "b", "title": "Flour", "text": "Flour is kept dry.", "doc": "one"},
        {"_id": "c", "title": "Roses", "text": "Roses are cut in March.", "doc": "two"},
    ]
    history = [{"role": "user", "text": "bread"}, {"role": "agent", "text": "At dawn."}]
    queries = [
        {"_id": "q1", "text": "when is bread baked", "history": []},
        {"_id": "q2", "text": "and flour?", "history": history, "is_followup": True},
        {"_id": "q3", "text": "nothing answers this"},
    ]
    return write_set(tmp_path / "set", corpus, queries, [("q1", "a"), ("q2", "b")])


def test_a_set_is_read_with_the_visitors_own_history(passages: Path) -> None:
    found = public.read_set(passages)
    assert [query.id for query in found.queries] == ["q1", "q2"]
    assert found.queries[1].history == ("bread",)
    assert found.queries[1].follow_up
    assert not found.has_intents


def test_entries_of_one_document_become_one_guide(passages: Path, tmp_path: Path) -> None:
    found = public.read_set(passages)
    public.write_corpus(found.entries, found.has_intents, tmp_path / "corpus")
    guides = read_corpus(tmp_path / "corpus")
    assert [[section.id for section in guide.sections] for guide in guides] == [["a", "b"], ["c"]]
    assert guides[1].sections[0].blocks[0].units[0].text == "Roses are cut in March."


def test_an_intent_becomes_a_section_with_its_texts_as_alternates(tmp_path: Path) -> None:
    corpus = [
        {"_id": "e0", "title": "money back", "intent": "REFUND"},
        {"_id": "e1", "title": "where is it", "intent": "TRACK"},
        {"_id": "e2", "title": "refund me", "intent": "REFUND"},
    ]
    folder = write_set(tmp_path / "set", corpus, [{"_id": "q", "text": "refund"}], [("q", "e0"), ("q", "e2")])
    found = public.read_set(folder)
    assert found.queries[0].relevant == ("REFUND",)
    public.write_corpus(found.entries, found.has_intents, tmp_path / "corpus")
    sections = read_corpus(tmp_path / "corpus")[0].sections
    assert {section.id: section.alternates for section in sections} == {
        "REFUND": ("money back", "refund me"),
        "TRACK": ("where is it",),
    }


def test_words_find_the_entry_that_holds_them(passages: Path) -> None:
    found = public.read_set(passages)
    assert [ranking[0] for ranking in public.rank_by_words(found)] == ["a", "b"]


def test_fusing_prefers_what_both_found() -> None:
    assert public.fuse([["a", "b", "c"]], [["d", "b", "e"]])[0][0] == "b"


def test_measures_of_a_known_ranking() -> None:
    queries = [public.Query(name, "", (), False, ("x",)) for name in "12"]
    figures = public.measure(queries, [["x", "y"], ["y", "z", "w", "x"]])
    assert figures["hit@1"] == 0.5
    assert figures["hit@3"] == 0.5
    assert figures["hit@5"] == 1.0
    assert figures["MRR"] == pytest.approx((1 + 1 / 4) / 2)
    assert figures["nDCG@10"] == pytest.approx((1 + 0.430677) / 2, abs=1e-5)


def test_the_coefficient_counts_what_is_declined() -> None:
    queries = [public.Query(name, "", (), False, (name,)) for name in "ab"]
    known = public.PublicSet("", [], queries, ["o"], True)
    inside = [("a", 0.9), ("b", 0.8)]
    assert public.correlation(known, inside, [("a", 0.1)], 0.5) == pytest.approx(1.0)
    assert public.correlation(known, inside, [("a", 0.1)], 0.0) < 1.0


def test_only_what_stands_between_the_markers_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text("before\n<!-- speed -->\nold\n<!-- /speed -->\nafter\n", encoding="utf-8")
    command.write_between(file, "speed", "new")
    assert file.read_text(encoding="utf-8") == "before\n<!-- speed -->\nnew\n<!-- /speed -->\nafter\n"
    with pytest.raises(SystemExit, match="lacks the markers"):
        command.write_between(file, "serving", "new")


def test_the_readme_has_a_place_for_each_table() -> None:
    text = command.README.read_text(encoding="utf-8")
    assert all(f"<!-- {name} -->\n" in text and f"<!-- /{name} -->" in text for name in ("speed", "serving"))


def test_the_table_of_speed_gives_ratios_of_medians() -> None:
    ours = speed.Figures([0.5, 0.4, 0.6], [0.002] * 30, [150.0], False, [0.01] * 9)
    plain = speed.Figures([5.0, 4.0, 6.0], [0.020] * 30, [600.0], True, [0.02] * 9)
    text = speed.table(speed.Comparison(ours, plain, [0.5], [2.0]))
    assert "| one question in process, median | 2.0 ms | 20.0 ms | 10.0 times faster |" in text
    assert "| one follow-up, median | 10.0 ms | 20.0 ms | 2.0 times faster |" in text
    assert "| start to first answer | 0.50 s | 5.00 s | 10.0 times faster |" in text
    assert "0.25 of it" in text


def test_both_systems_answer_in_processes_of_their_own(real_index: Path, tmp_path: Path) -> None:
    speed._prepare_plain(real_index, tmp_path)
    seen = {}
    for system, place in (("ours", real_index), ("plain", tmp_path)):
        figures = speed.Figures()
        with speed._start(system, place, figures) as process:
            assert len(speed._tell(process, [("is remote work possible?", [])] * 3)) == 3
            seen[system] = speed._tell(process, [])
        assert process.returncode == 0
        assert figures.starts[0] > 0
    assert not seen["ours"]["torch"]
    assert seen["plain"]["torch"]
    assert seen["ours"]["memory"] < 0.5 * seen["plain"]["memory"]
