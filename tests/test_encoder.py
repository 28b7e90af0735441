"""The encoder gives unit vectors that depend on their text alone; fp32 and int8 are near each other.

How near they are to sentence-transformers is the business of tests/test_export.py.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot import index
from chatbot.answering import Chatbot
from chatbot.encoder import FILES, OnnxEncoder
from chatbot.errors import IndexError, ModelError
from tests.conftest import ROOT
from tests.words import WordEncoder

TEXTS = [
    "How much do ML engineers make in California?",
    "pay",
    "",
    "A master's degree is optional for ML engineers, but it could greatly benefit a career in the long run.",
    "…?!",
    "Was verdient man in Kalifornien? 日本語 🙂",
    "word " * 2000,
]


@pytest.fixture(scope="session")
def export(real_index: Path) -> Path:
    """The folder with both variants of the model."""
    fingerprint = index.read_manifest(real_index)["fingerprint"]
    return index.encoder_cache(real_index, fingerprint)


@pytest.fixture(scope="session")
def fp32(export: Path) -> OnnxEncoder:
    return OnnxEncoder.load(export, "fp32")


@pytest.fixture(scope="session")
def int8(export: Path) -> OnnxEncoder:
    return OnnxEncoder.load(export, "int8")


@pytest.fixture(params=["fp32", "int8"])
def encoder(request: pytest.FixtureRequest) -> OnnxEncoder:
    found: OnnxEncoder = request.getfixturevalue(request.param)
    return found


def test_vectors_have_length_one_and_a_row_for_each_text(encoder: OnnxEncoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.dimensions) == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert encoder.encode([]).shape == (0, 384)


def test_a_vector_does_not_depend_on_what_is_embedded_beside_it(encoder: OnnxEncoder) -> None:
    together = encoder.encode(TEXTS)
    for text, vector in zip(TEXTS, together, strict=True):
        np.testing.assert_array_equal(encoder.encode([text])[0], vector)
    np.testing.assert_array_equal(encoder.encode(TEXTS[::-1])[::-1], together)


def test_many_threads_get_what_one_gets(encoder: OnnxEncoder) -> None:
    expected = encoder.encode(TEXTS)
    with ThreadPoolExecutor(8) as pool:
        for vectors in pool.map(encoder.encode, [TEXTS] * 16):
            np.testing.assert_array_equal(vectors, expected)


def test_int8_is_near_fp32(fp32: OnnxEncoder, int8: OnnxEncoder) -> None:
    cosines = (fp32.encode(TEXTS[:4]) * int8.encode(TEXTS[:4])).sum(axis=1)
    assert cosines.min() > 0.97
    assert cosines.mean() > 0.98


def test_like_meaning_is_near_without_a_word_in_common(int8: OnnxEncoder) -> None:
    """What words alone, and so the encoder of the other tests, cannot see."""
    texts = ["How much does it pay?", "What is your salary?", "Which tools are needed?"]
    salary, tools = int8.encode(texts)[1:] @ int8.encode(texts)[0]
    assert salary > tools + 0.2
    salary, tools = WordEncoder().encode(texts)[1:] @ WordEncoder().encode(texts)[0]
    assert abs(salary - tools) < 0.2


def test_a_text_is_read_up_to_the_limit(encoder: OnnxEncoder) -> None:
    assert encoder.limit == 256
    assert encoder.count("word " * 2000) == 256
    assert encoder.count("one two three") == 5  # and the two that begin and end every text
    same = encoder.encode(["word " * 300, "word " * 2000])
    np.testing.assert_array_equal(same[0], same[1])


@pytest.mark.parametrize("name", ["int8.onnx", *FILES])
def test_a_missing_file_is_named(export: Path, tmp_path: Path, name: str) -> None:
    for file in ("int8.onnx", *FILES):
        if file != name:
            (tmp_path / file).symlink_to(export / file)
    with pytest.raises(IndexError) as raised:
        OnnxEncoder.load(tmp_path, "int8")
    assert str(raised.value) == f"{tmp_path / name}: is missing; run: chatbot build"


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x80\x04K\x01."])
def test_a_file_that_is_no_model_is_named(export: Path, tmp_path: Path, content: bytes) -> None:
    for name in FILES:
        shutil.copyfile(export / name, tmp_path / name)
    (tmp_path / "int8.onnx").write_bytes(content)
    with pytest.raises(ModelError) as raised:
        OnnxEncoder.load(tmp_path, "int8")
    assert str(raised.value) == f"{tmp_path / 'int8.onnx'}: is not a readable ONNX model; run: chatbot build"


def test_encoding_needs_neither_pytorch_nor_sentence_transformers(export: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from chatbot.encoder import OnnxEncoder\n"
        "print(OnnxEncoder.load(Path(sys.argv[1]), 'int8').encode(['pay']).shape)\n"
        "print(*{'torch', 'transformers', 'sentence_transformers'} & set(sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(export)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.splitlines() == ["(1, 384)", ""]


def test_every_passage_of_the_real_guide_fits_the_model(real_bot: Chatbot) -> None:
    """Nothing of it is lost to the limit."""
    sizes = [real_bot.index.encoder.count(passage.text) for passage in real_bot.index.passages]
    assert len(sizes) >= 54
    assert max(sizes) < real_bot.index.encoder.limit


# The encoder of the fast tests ------------------------------------------------------------------


def test_overlap_of_words_is_similarity_for_the_encoder_of_the_fast_tests(hash_encoder: WordEncoder) -> None:
    texts = ["the pay of a baker", "What do bakers get paid? The pay!", "opening hours", "", "the"]
    cosines = hash_encoder.encode(texts) @ hash_encoder.encode(texts[:1])[0]
    assert cosines[0] > 0.999
    assert cosines[1] > 0.6
    assert abs(cosines[2]) < 0.3
    assert hash_encoder.encoded == [*texts, texts[0]]


@given(st.lists(st.text(max_size=30), min_size=1, max_size=5))
@settings(max_examples=50)
def test_its_vectors_have_length_one_too(texts: list[str]) -> None:
    norms = np.linalg.norm(WordEncoder().encode(texts), axis=1)
    assert all(norm == pytest.approx(1, abs=1e-5) or norm == 0 for norm in norms)
