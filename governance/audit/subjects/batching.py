"""Batches for a local engine: sorted by length, halved when memory runs out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from governance.audit.subjects.base import Completion, Decoding, OnAnswer, Prompt, SubjectError


class OutOfMemoryError(Exception):
    """The engine has no memory for a batch of this size."""


_NO_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether memory ran out; torch says so on a CPU in a plain RuntimeError only."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or any(words in text for words in _NO_MEMORY)


class Engine(Protocol):
    """Something that generates a batch of answers at once."""

    def length(self, prompt: Prompt) -> int:
        """Return the number of tokens of a prompt."""
        ...

    def generate(self, prompts: Sequence[Prompt], decoding: Decoding) -> list[Completion]:
        """Return one answer a prompt; raises OutOfMemoryError."""
        ...


def generate_batches(
    engine: Engine,
    prompts: Sequence[Prompt],
    decoding: Decoding,
    batch_size: int,
    on_answer: OnAnswer,
) -> int:
    """Answer all prompts and return the batch size that fitted at last.

    Prompts with equal token limits stand together, longest first, so that little is padded and
    no row waits for one that may say more. A batch that does not fit is tried again with half its
    size. Raises SubjectError where even one prompt does not fit.
    """
    lengths = [engine.length(prompt) for prompt in prompts]
    order = sorted(range(len(prompts)), key=lambda i: (-prompts[i].max_tokens, -lengths[i], i))
    position = 0
    while position < len(order):
        chosen = order[position : position + batch_size]
        try:
            completions = engine.generate([prompts[index] for index in chosen], decoding)
        except OutOfMemoryError as error:
            batch_size = _halved(batch_size, error)
            continue
        for index, completion in zip(chosen, completions, strict=True):
            on_answer(index, completion)
        position += len(chosen)
    return batch_size


def _halved(batch_size: int, error: OutOfMemoryError) -> int:
    if batch_size == 1:
        raise SubjectError(
            f"out of memory with a single prompt: {error}",
            hint="use --dtype bfloat16, a smaller model, or a device with more memory",
        ) from None
    return batch_size // 2
