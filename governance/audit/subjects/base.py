"""What every subject offers: who it is, and answers to a batch of conversations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from governance.audit.protocols.requests import Message
from governance.kernel.errors import StorageError
from governance.kernel.value import Value

DEMO_GGUF = "gguf:demo"
Finish = Literal["stop", "length", "degenerate_loop", "unknown"]


class SubjectError(StorageError):
    """The subject failed for good: nothing may be certified on what it answered so far."""


class SubjectOptions(Value):
    """How a subject is run; each kind uses what concerns it."""

    device: str = "cpu"
    dtype: str | None = None
    batch_size: int | None = None
    continuous: bool = False
    concurrency: int = 4
    retries: int = 5
    requests_per_second: float | None = None
    timeout_seconds: float = 120.0
    key_variable: str = "OPENAI_API_KEY"


class Decoding(Value):
    """How answers are drawn; temperature 0 is greedy."""

    temperature: float = 0.0
    seed: int = 0


class SubjectInfo(Value):
    """Who answers, and on what; it stands in the manifest and in the key of every answer."""

    spec: str
    model: str
    digest: str | None = None
    engine: str
    engine_version: str | None = None
    dtype: str | None = None
    device: str | None = None
    batch: int | None = None

    def identity(self) -> dict[str, object]:
        """Return what may change an answer; batch size too, except in 32-bit floats.

        In 32-bit floats greedy answers did not depend on the batch, in 16-bit ones they did.
        """
        held = {"spec", "model", "digest", "engine", "engine_version", "dtype", "device"}
        found = self.model_dump(include=held)
        if self.dtype not in {None, "float32"}:
            found["batch"] = self.batch
        return found


@dataclass(frozen=True)
class Prompt:
    """One conversation to answer; ``seed`` differs between repeats."""

    messages: tuple[Message, ...]
    max_tokens: int
    seed: int = 0


@dataclass(frozen=True)
class Completion:
    """One answer. ``tokens`` counts what was generated, ``seconds`` the time of its batch."""

    text: str
    finish: Finish
    tokens: int | None = None
    seconds: float | None = None


OnAnswer = Callable[[int, Completion], None]


class Subject(Protocol):
    """A model under audit."""

    @property
    def info(self) -> SubjectInfo:
        """Return who answers."""
        ...

    def answer(self, prompts: Sequence[Prompt], decoding: Decoding, on_answer: OnAnswer) -> None:
        """Answer every prompt; calls ``on_answer(index, completion)`` for each as it is done.

        Raises SubjectError where an answer cannot be had.
        """
        ...

    def close(self) -> None:
        """Free what the subject holds."""
        ...
