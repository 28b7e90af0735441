"""Turns texts into unit vectors, with ONNX Runtime alone: neither PyTorch nor sentence-transformers.

In: texts. Out: float32 vectors of length 1, [texts, dimensions]. An `Encoder` is anything with these
methods; `OnnxEncoder` is the real one, `chatbot.encoder.static` a quicker one that sees less. Making its
files out of a sentence-transformers model is the business of `chatbot.encoder.export`, at build time only.
"""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
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


class OnnxEncoder:
    """A sentence-transformers model exported to ONNX: tokenizer, transformer, mean of tokens, unit length.

    The vectors are those of sentence-transformers (cosine ≥ 0.9999 in fp32; a test holds it to that).
    """

    def __init__(
        self, tokenizer: Tokenizer, session: onnxruntime.InferenceSession, dimensions: int, limit: int
    ) -> None:
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
        # A question is too short to share: a second thread gains nothing, and spins while others would work.
        options.inter_op_num_threads = options.intra_op_num_threads = 1
        try:
            session = onnxruntime.InferenceSession(
                str(model),
                options,
                providers=["CPUExecutionProvider"],
                disabled_optimizers=["SkipLayerNormFusion"],  # slower than what it fuses
            )
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

    def tokens(self, text: str) -> list[int]:
        """The numbers of a text's tokens, without those that begin and end every text."""
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def encode(self, texts: list[str]) -> Vectors:
        """One unit vector a text, [texts, dimensions].

        Each text is run alone: in int8 the others of a batch would change its vector (cosine down to
        0.95), so that an answer would depend on who else is asking. Without padding it is faster, too.
        """
        runs = self._threads.map if len(texts) > 1 else map
        return np.array([*runs(self._run, texts)], np.float32).reshape(len(texts), self.dimensions)

    def _run(self, text: str) -> Vectors:
        """The vector of one text, [dimensions]."""
        ids = np.array([self._tokenizer.encode(text).ids], np.int64)
        vector: Vectors = self._session.run(["vectors"], {"input_ids": ids})[0][0]
        return vector

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        """Several texts are run side by side, each on a core of its own."""
        return ThreadPoolExecutor(os.cpu_count(), "encoder")
