"""Turns texts into unit vectors, with ONNX Runtime alone: neither PyTorch nor sentence-transformers.

In: texts. Out: float32 vectors of length 1, [texts, dimensions], and for one text the vectors of its
tokens. An `Encoder` is anything with these methods; `OnnxEncoder` is the real one. Making its files out
of a sentence-transformers model is the business of `chatbot.encoder.export`, at build time only.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from chatbot.errors import IndexError, ModelError

if TYPE_CHECKING:
    import onnxruntime
    from tokenizers import Tokenizer

Vectors = npt.NDArray[np.float32]  # [texts, dimensions], each row of length 1
FILES = ("tokenizer.json", "encoder.json")  # beside <variant>.onnx, in the folder of an encoder


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one text: where each stands in it, and its vector in context."""

    spans: list[tuple[int, int]]  # character offsets
    vectors: Vectors  # [tokens, dimensions], each row of length 1


class Encoder(Protocol):
    """What the rest of the program needs of a model."""

    @property
    def dimensions(self) -> int:
        """The length of its vectors."""

    @property
    def limit(self) -> int:
        """The most tokens of a text that it reads."""

    def count(self, text: str) -> int:
        """The number of tokens of a text."""

    def encode(self, texts: list[str]) -> Vectors:
        """One unit vector a text, [texts, dimensions]."""

    def encode_tokens(self, texts: list[str]) -> tuple[Vectors, list[Tokens]]:
        """The vectors of the texts, and the vectors of each one's tokens."""

    def is_word(self, word: str) -> bool:
        """Whether the model knows this lower-case word whole: typing errors are not in its vocabulary."""


class OnnxEncoder:
    """A sentence-transformers model exported to ONNX: tokenizer, transformer, mean of tokens, unit length.

    The vectors are those of sentence-transformers (cosine ≥ 0.9999 in fp32; a test holds it to that).
    """

    def __init__(
        self, tokenizer: Tokenizer, session: onnxruntime.InferenceSession, dimensions: int, limit: int
    ):
        self._tokenizer, self._session = tokenizer, session
        self._dimensions, self._limit = dimensions, limit

    @classmethod
    def load(cls, folder: Path, variant: str) -> OnnxEncoder:
        """Loads `<variant>.onnx` ("fp32" or "int8") and the tokenizer from the folder of a build."""
        import onnxruntime
        from tokenizers import Tokenizer

        model = folder / f"{variant}.onnx"
        for file in (model, *(folder / name for name in FILES)):
            if not file.exists():
                raise IndexError("is missing", file, remedy="run: chatbot build")
        facts = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(facts["limit"])
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3  # warnings about initializers are of no use to anybody here
        options.inter_op_num_threads = 1
        try:
            session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime has a class of its own for every mishap
            raise ModelError("is not a readable ONNX model", model, remedy="run: chatbot build") from error
        return cls(tokenizer, session, facts["dimensions"], facts["limit"])

    @property
    def dimensions(self) -> int:
        """The length of its vectors."""
        return self._dimensions

    @property
    def limit(self) -> int:
        """The most tokens of a text that it reads."""
        return self._limit

    def count(self, text: str) -> int:
        """The number of tokens of a text, at most the limit."""
        return len(self._tokenizer.encode(text).ids)

    def encode(self, texts: list[str]) -> Vectors:
        """One unit vector a text, [texts, dimensions]. Texts of similar length are run together."""
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(order), 32):
            batch = order[start : start + 32]
            vectors[batch] = self._run([texts[i] for i in batch], ["vectors"])[0][0]
        return vectors

    def encode_tokens(self, texts: list[str]) -> tuple[Vectors, list[Tokens]]:
        """The vectors of the texts, and the vectors of each one's tokens (special tokens left out)."""
        (vectors, hidden), encodings = self._run(texts, ["vectors", "tokens"])
        tokens = []
        for row, encoding in zip(hidden, encodings, strict=True):
            keep = [i for i, special in enumerate(encoding.special_tokens_mask) if not special]
            inner = row[keep]
            inner = inner / np.maximum(np.linalg.norm(inner, axis=1, keepdims=True), 1e-9)
            tokens.append(Tokens([encoding.offsets[i] for i in keep], inner))
        return vectors, tokens

    def is_word(self, word: str) -> bool:
        """Whether the model's vocabulary holds this lower-case word whole."""
        return self._tokenizer.token_to_id(word) is not None

    def _run(self, texts, outputs):  # type: ignore[no-untyped-def]
        encodings = [self._tokenizer.encode(text) for text in texts]
        longest = max(len(encoding.ids) for encoding in encodings)
        ids = np.zeros((len(texts), longest), np.int64)
        mask = np.zeros_like(ids)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding.ids)] = encoding.ids
            mask[row, : len(encoding.ids)] = 1
        feed = {"input_ids": ids, "attention_mask": mask}
        return self._session.run(outputs, feed), encodings
