"""The transformers engine: chat template, left padding, `generate` or `generate_batch`."""

from __future__ import annotations

import importlib.metadata
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    GenerationConfig,
    StoppingCriteria,
    StoppingCriteriaList,
)
from transformers.utils import logging

from governance.audit.subjects.base import Completion, Decoding, Finish, Prompt, SubjectError
from governance.audit.subjects.batching import OutOfMemoryError, is_out_of_memory
from governance.audit.subjects.loops import CHECK_EVERY, is_looping, loop_end
from governance.kernel.errors import InputError

# What broken weights, configurations and tokenizers make transformers raise.
_UNREADABLE = (
    OSError,
    ValueError,
    ImportError,
    RuntimeError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    MemoryError,
    SafetensorError,
)


class LoopStop(StoppingCriteria):  # type: ignore[misc]
    """Stops a row whose new tokens repeat a short piece; remembers which rows it stopped.

    Rows that have ended are filled up with one token, which is no loop of the model's.
    """

    def __init__(self, prompt_length: int, rows: int, ends: set[int]) -> None:
        self._prompt_length, self._ends = prompt_length, ends
        self.stopped = [False] * rows

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor, **_: object) -> torch.Tensor:
        """Return one flag a row."""
        new = input_ids.shape[1] - self._prompt_length
        if new % CHECK_EVERY == 0:
            for row, tokens in enumerate(input_ids[:, self._prompt_length :].tolist()):
                ended = not self._ends.isdisjoint(tokens)
                self.stopped[row] = self.stopped[row] or (not ended and is_looping(tokens))
        return torch.tensor(self.stopped, device=input_ids.device, dtype=torch.bool)


class TransformersEngine:
    """A causal language model with a chat template."""

    def __init__(self, model: Any, tokenizer: Any, *, continuous: bool) -> None:
        self._model, self._tokenizer, self._continuous = model, tokenizer, continuous
        tokenizer.padding_side = "left"
        if tokenizer.pad_token_id is None:
            tokenizer.pad_token = tokenizer.eos_token
        device = model.device
        cuda = device.type == "cuda"
        self.device_name = torch.cuda.get_device_name(device) if cuda else str(device)

    def length(self, prompt: Prompt) -> int:
        """Return the number of tokens of a prompt with its template."""
        return len(self._tokens(prompt))

    def generate(self, prompts: Sequence[Prompt], decoding: Decoding) -> list[Completion]:
        """Return one answer a prompt."""
        try:
            if self._continuous:
                return self._generate_continuously(prompts, decoding)
            return self._generate_padded(prompts, decoding)
        except OutOfMemoryError:
            torch.cuda.empty_cache()
            raise
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise SubjectError(f"the model failed: {_first_line(error)}") from error
            torch.cuda.empty_cache()  # does nothing where there is no GPU
            raise OutOfMemoryError(_first_line(error)) from None

    def option_scores(self, prompt: Prompt, prefix: str, options: Sequence[str]) -> list[float]:
        """Return the log-likelihood of each option behind ``prefix`` as the beginning of an answer.

        Natural logarithms, summed over the option's tokens.
        """
        text = self._text(prompt) + prefix
        start = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        found = []
        for option in options:
            tail = self._tokenizer(option, add_special_tokens=False)["input_ids"]
            ids = torch.tensor([start + tail], device=self._model.device)
            with torch.inference_mode():
                logits = self._model(ids).logits[0, len(start) - 1 : -1].float()
            chosen = torch.log_softmax(logits, -1)[range(len(tail)), tail]
            found.append(float(chosen.sum()))
        return found

    def _text(self, prompt: Prompt) -> str:
        messages = [message.model_dump() for message in prompt.messages]
        text: str = self._tokenizer.apply_chat_template(
            messages, tokenize=False, add_generation_prompt=True
        )
        return text

    def _tokens(self, prompt: Prompt) -> list[int]:
        tokens: list[int] = self._tokenizer(self._text(prompt), add_special_tokens=False)[
            "input_ids"
        ]
        return tokens

    def _generate_padded(self, prompts: Sequence[Prompt], decoding: Decoding) -> list[Completion]:
        started = time.monotonic()
        batch = self._tokenizer(
            [self._text(prompt) for prompt in prompts],
            return_tensors="pt",
            padding=True,
            add_special_tokens=False,
        ).to(self._model.device)
        length = batch["input_ids"].shape[1]
        loops = LoopStop(length, len(prompts), self._end_tokens())
        limit = max(prompt.max_tokens for prompt in prompts)
        if decoding.temperature > 0:
            torch.manual_seed(prompts[0].seed)
        with torch.inference_mode():
            output = self._model.generate(
                **batch,
                generation_config=self._config(limit, decoding),
                stopping_criteria=StoppingCriteriaList([loops]),
            )
        seconds = time.monotonic() - started
        return [
            self._completion(row[length:].tolist(), prompt.max_tokens, seconds, looped=looped)
            for row, prompt, looped in zip(output, prompts, loops.stopped, strict=True)
        ]

    def _generate_continuously(
        self, prompts: Sequence[Prompt], decoding: Decoding
    ) -> list[Completion]:
        started = time.monotonic()
        inputs = [self._tokens(prompt) for prompt in prompts]
        limit = max(prompt.max_tokens for prompt in prompts)
        outputs = self._model.generate_batch(
            inputs=inputs, generation_config=self._config(limit, decoding), progress_bar=False
        )
        seconds = time.monotonic() - started
        rows = _in_order(list(outputs.values()), inputs)
        return [
            self._cut(list(row.generated_tokens), prompt.max_tokens, seconds)
            for row, prompt in zip(rows, prompts, strict=True)
        ]

    def _cut(self, tokens: list[int], limit: int, seconds: float) -> Completion:
        """Return the answer as it would be, had the engine stopped at a loop."""
        ends = self._end_tokens()
        end = next((index for index, token in enumerate(tokens) if token in ends), len(tokens))
        loop = loop_end(tokens[: min(limit, end)])
        kept = tokens if loop is None else tokens[:loop]
        return self._completion(kept, limit, seconds, looped=loop is not None)

    def _config(self, limit: int, decoding: Decoding) -> GenerationConfig:
        sampling = decoding.temperature > 0
        return GenerationConfig(
            max_new_tokens=limit,
            do_sample=sampling,
            temperature=decoding.temperature if sampling else None,
            top_p=None,
            top_k=None,
            pad_token_id=self._tokenizer.pad_token_id,
            eos_token_id=self._model.generation_config.eos_token_id or self._tokenizer.eos_token_id,
            use_cache=True,
        )

    def _completion(
        self, tokens: list[int], limit: int, seconds: float, *, looped: bool
    ) -> Completion:
        ends = self._end_tokens()
        end = next((index for index, token in enumerate(tokens) if token in ends), None)
        kept = tokens[: min(limit, len(tokens) if end is None else end)]
        finish: Finish = "length"
        if looped:
            finish = "degenerate_loop"
        elif end is not None and end <= limit:
            finish = "stop"
        text = self._tokenizer.decode(kept, skip_special_tokens=True)
        return Completion(text=text, finish=finish, tokens=len(kept), seconds=seconds)

    def _end_tokens(self) -> set[int]:
        found = self._model.generation_config.eos_token_id
        many = found if isinstance(found, list) else [found]
        ends = {*many, self._tokenizer.eos_token_id, self._tokenizer.pad_token_id}
        return {token for token in ends if token is not None}


def _in_order(rows: list[Any], inputs: list[list[int]]) -> list[Any]:
    """Return the outputs in the order of the inputs; equal prompts have equal greedy answers.

    Raises SubjectError where one failed or is missing, OutOfMemoryError where memory was why.
    """
    fault = next((str(row.error) for row in rows if row.error), None)
    if fault is not None or len(rows) != len(inputs):
        why = fault or f"{len(rows)} of {len(inputs)} answers came"
        if is_out_of_memory(RuntimeError(why)):
            raise OutOfMemoryError(why)
        raise SubjectError(f"generate_batch failed: {why}")
    by_prompt: dict[tuple[int, ...], list[Any]] = {}
    for row in rows:
        by_prompt.setdefault(tuple(row.prompt_ids), []).append(row)
    return [by_prompt[tuple(tokens)].pop(0) for tokens in inputs]


def _first_line(error: BaseException) -> str:
    return str(error).split("\n")[0] or type(error).__name__


def _paged_attention() -> str:
    """Return the name of paged attention: the prefix is gone from transformers 5.23 on."""
    major, minor = (int(part) for part in importlib.metadata.version("transformers").split(".")[:2])
    return "sdpa" if (major, minor) >= (5, 23) else "paged|sdpa"


def load_engine(
    folder: Path, gguf: str | None, *, device: str, dtype: str, continuous: bool
) -> TransformersEngine:
    """Load model and tokenizer from a folder; raises InputError where they cannot be read."""
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    named = {} if gguf is None else {"gguf_file": gguf}
    source = str(folder / (gguf or ""))
    if continuous:
        named["attn_implementation"] = _paged_attention()
    try:
        tokenizer = AutoTokenizer.from_pretrained(
            folder, local_files_only=True, **({} if gguf is None else {"gguf_file": gguf})
        )
        model = AutoModelForCausalLM.from_pretrained(
            folder, dtype=getattr(torch, dtype), local_files_only=True, **named
        ).to(device)
    except _UNREADABLE as error:
        message = f"cannot be loaded: {_first_line(error)}"
        if is_out_of_memory(error):
            raise SubjectError(f"{source}: {message}", hint="use --dtype bfloat16") from error
        raise InputError(message, file=source, field="model") from error
    if tokenizer.chat_template is None:
        raise InputError("the model has no chat template", file=source, field="model")
    return TransformersEngine(model.eval(), tokenizer, continuous=continuous)
