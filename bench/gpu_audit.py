"""The audit on a GPU in one command: full battery, throughput, batch and dtype invariance.

    python bench/gpu_audit.py --model gguf:demo --out gpu-audit

writes ``report.json``, ``report.md`` (the tables for docs/audits.md) and the run itself with its
transcript. An interrupted battery goes on when the command is given again; the sweep is
measured anew. ``--device cpu --limit 1`` proves on a machine without a GPU that the command works;
its figures say nothing about a GPU.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # also where nothing is installed

os.environ.setdefault("TQDM_DISABLE", "1")  # read when tqdm loads

try:
    import torch
    import transformers
except ImportError as error:
    sys.exit(f"{error}: pip install 'underwriter[audit-local]'")

from governance.audit.banks.bank import make_bank
from governance.audit.protocols.battery import TIER_SIZES, make_battery
from governance.audit.protocols.requests import PROTOCOLS, Message
from governance.audit.runs.manifest import TRANSCRIPT
from governance.audit.runs.runner import Progress
from governance.audit.runs.start import AuditOrder, run_audit
from governance.audit.subjects.base import (
    Completion,
    Decoding,
    Prompt,
    SubjectError,
    SubjectOptions,
)
from governance.audit.subjects.local import LocalSubject, locate, open_local, require_device
from governance.audit.subjects.spec import open_subject
from governance.kernel.canonical import file_digest
from governance.kernel.clock import SystemClock
from governance.kernel.errors import UnderwriterError
from governance.kernel.files import write_atomically

BATCHES = (1, 8, 32, 64, 128, 256, 512)
# Small batches are slow: this many of them tell the pace, and the sweep ends within minutes.
ROUNDS = 4
FEWEST_PROMPTS = 8
INVARIANCE_TOKENS = 48
DTYPES = ("float32", "bfloat16", "float16")
WARM_UP_TOKENS = 4


def sample_prompts(count: int, max_tokens: int) -> list[Prompt]:
    """Return prompts of uneven length, as a battery has them, first turns only."""
    battery = make_battery(make_bank(), PROTOCOLS, TIER_SIZES[3], "bench")
    first = [request for request in battery.requests() if request.parent is None]
    step = max(1, len(first) // count)
    return [
        Prompt(
            messages=(Message(role="user", content=request.prompt),),
            max_tokens=min(request.max_tokens, max_tokens),
        )
        for request in first[::step][:count]
    ]


def timed(
    subject: LocalSubject, prompts: Sequence[Prompt]
) -> tuple[dict[str, Any], dict[int, Completion]]:
    """Return (tokens, seconds and tokens a second) and the answers; a first batch warms up."""
    answers: dict[int, Completion] = {}
    warm_up = [replace(prompt, max_tokens=WARM_UP_TOKENS) for prompt in prompts[:4]]
    subject.answer(warm_up, Decoding(), lambda *_: None)
    started = time.perf_counter()
    subject.answer(prompts, Decoding(), answers.__setitem__)
    seconds = time.perf_counter() - started
    tokens = sum(answer.tokens or 0 for answer in answers.values())
    figures = {"tokens": tokens, "seconds": seconds, "tokens_per_second": tokens / seconds}
    return figures, answers


@contextmanager
def loaded(model: str, **options: Any) -> Iterator[LocalSubject]:
    """Load a model once for all batch sizes."""
    subject = open_local(model, SubjectOptions(**options))
    try:
        yield subject
    finally:
        subject.close()
        torch.cuda.empty_cache()


def measured(subject: LocalSubject, batch: int, prompts: Sequence[Prompt]) -> tuple[dict, dict]:
    """Return figures and answers; figures say why where the engine fails."""
    try:
        return timed(subject.in_batches_of(batch), prompts)
    except SubjectError as error:
        return {"error": str(error).split("\n")[0]}, {}


def sweep(model: str, device: str, batches: Sequence[int], prompts: list[Prompt]) -> list[dict]:
    """Return tokens a second by batch size for generate, and for generate_batch.

    A batch size answers ``ROUNDS`` batches, as far as there are prompts. The answers of
    generate_batch are counted against those of generate with the same prompts.
    """
    rows, padded = [], {}
    for continuous in (False, True):
        with loaded(model, device=device, continuous=continuous) as subject:
            for batch in batches if not continuous else sorted({max(batches), len(prompts)}):
                asked = prompts if continuous else spread(prompts, ROUNDS * batch)
                figures, answers = measured(subject, batch, asked)
                name = "generate_batch" if continuous else "generate"
                row = {"engine": name, "batch": batch, "prompts": len(asked), **figures}
                if continuous and answers and padded:
                    row["same_as_generate"] = same_answers(answers, padded)
                padded = padded if continuous else answers or padded
                rows.append(shown(row))
    return rows


def spread(prompts: Sequence[Prompt], count: int) -> Sequence[Prompt]:
    """Return ``count`` prompts, evenly from all of them."""
    return prompts[:: max(1, len(prompts) // max(count, FEWEST_PROMPTS))]


def invariance(model: str, device: str, batches: Sequence[int], prompts: list[Prompt]) -> list:
    """Return by dtype and batch size how many greedy answers are those of batch size 1."""
    rows = []
    for dtype in DTYPES:
        with loaded(model, device=device, dtype=dtype) as subject:
            _, alone = measured(subject, 1, prompts)
            for batch in [size for size in batches if size > 1]:
                figures, answers = measured(subject, batch, prompts)
                row = {"dtype": dtype, "batch": batch, "prompts": len(prompts)}
                if "error" in figures or not alone:
                    row["error"] = figures.get("error", "no answers with batch 1")
                else:
                    row["same"] = same_answers(answers, alone)
                rows.append(shown(row))
    return rows


def shortened(prompts: Sequence[Prompt]) -> list[Prompt]:
    """Return the prompts with short answers."""
    return [
        replace(prompt, max_tokens=min(prompt.max_tokens, INVARIANCE_TOKENS)) for prompt in prompts
    ]


def same_answers(answers: dict[int, Completion], others: dict[int, Completion]) -> int:
    """Return how many answers have the same text."""
    return sum(answers[index].text == others[index].text for index in answers)


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """Print a row as soon as it is measured."""
    print(json.dumps(row), flush=True)
    return row


def full_run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Run the battery and return its scores with bounds, digests and pace."""
    order = AuditOrder(
        tier=arguments.tier,
        seed="bench",
        limit=arguments.limit,
        max_tokens=arguments.max_tokens,
    )
    subject = open_subject(
        arguments.model,
        SubjectOptions(
            device=arguments.device,
            continuous=arguments.continuous,
            batch_size=arguments.batch_size,
        ),
    )
    folder = arguments.out / "run"
    try:
        result = run_audit(subject, order, folder, SystemClock(), os.urandom, progress)
    finally:
        subject.close()
    manifest = result.manifest
    return {
        "subject": manifest.subject.model_dump(mode="json"),
        "answers": manifest.answered,
        "tokens": manifest.tokens,
        "seconds": manifest.seconds,
        "tokens_per_second": manifest.tokens / manifest.seconds if manifest.seconds else None,
        "transcript": file_digest(folder / TRANSCRIPT),
        "answers_digest": manifest.answers_digest,
        "evidence": result.evidence_digest,
        "bounds": {name: bound.model_dump() for name, bound in result.bounds.items()},
        "coverage": result.coverage,
        "finishes": result.finishes,
    }


def progress(at: Progress) -> None:
    """Print how far the battery is, now and then."""
    if at.done % 100 == 0 or at.done == at.total:
        print(f"{at.done} of {at.total}, {at.tokens_per_second:.0f} tokens/s", flush=True)


def machine() -> dict[str, str]:
    """Return what the figures were measured on."""
    cuda = torch.cuda.is_available()
    return {
        "device": torch.cuda.get_device_name(0)
        if cuda
        else f"CPU, {torch.get_num_threads()} threads",
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "python": platform.python_version(),
    }


def markdown(report: dict[str, Any]) -> str:
    """Return the tables of docs/audits.md."""
    on = report["machine"]
    lines = [
        f"{on['device']}, torch {on['torch']}, transformers {on['transformers']}.",
        "",
        "| engine | batch | prompts | tokens/s | answers as with generate |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in report["sweep"]:
        pace = row.get("error") or f"{row['tokens_per_second']:.0f}"
        same = row.get("same_as_generate", "")
        lines.append(f"| {row['engine']} | {row['batch']} | {row['prompts']} | {pace} | {same} |")
    lines += ["", "| dtype | batch | greedy answers as with batch 1 |", "| --- | --- | --- |"]
    for row in report["invariance"]:
        same = row.get("error") or f"{row['same']} of {row['prompts']}"
        lines.append(f"| {row['dtype']} | {row['batch']} | {same} |")
    run = report["run"]
    if run is None:
        return "\n".join(lines) + "\n"
    lines += ["", "| dimension | score | 95 % lower bound |", "| --- | --- | --- |"]
    for name, bound in run["bounds"].items():
        shown = ["missing" if value is None else f"{value:.3f}" for value in bound.values()]
        lines.append(f"| {name.upper()} | {shown[0]} | {shown[1]} |")
    pace = run["tokens_per_second"] or 0
    lines += [
        "",
        f"{run['answers']} answers, {run['tokens']} tokens, {pace:.0f} tokens/s.",
        f"Transcript {run['transcript']}, answers {run['answers_digest']}.",
    ]
    return "\n".join(lines) + "\n"


def parsed() -> argparse.Namespace:
    """Return the arguments."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--model", default="gguf:demo", help="hf:FOLDER or gguf:FILE")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--tier", type=int, default=5, choices=sorted(TIER_SIZES))
    parser.add_argument("--out", type=Path, default=Path("gpu-audit"))
    parser.add_argument("--continuous", action="store_true", help="battery by generate_batch")
    parser.add_argument("--batch-size", type=int, help="of the battery")
    parser.add_argument("--limit", type=int, help="items of each kind; also shortens the rest")
    parser.add_argument("--max-tokens", type=int, help="of every answer of the battery")
    parser.add_argument("--skip-run", action="store_true", help="throughput and invariance only")
    return parser.parse_args()


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the report; each section is written as soon as it is there."""
    small = arguments.limit is not None
    prompts = sample_prompts(4 if small else 512, arguments.max_tokens or (8 if small else 200))
    batches = (1, 4) if small else BATCHES
    report: dict[str, Any] = {"machine": machine()}
    sections = {
        "run": lambda: None if arguments.skip_run else full_run(arguments),
        "sweep": lambda: sweep(arguments.model, arguments.device, batches, prompts),
        "invariance": lambda: invariance(
            arguments.model, arguments.device, batches[:4], shortened(spread(prompts, 64))
        ),
    }
    for name, section in sections.items():
        print(f"== {name}", flush=True)
        report[name] = section()
        write_atomically(arguments.out / "report.json", json.dumps(report, indent=2) + "\n")
    return report


def main() -> int:
    """Measure and write the report."""
    arguments = parsed()
    try:
        require_device(arguments.device)
        locate(arguments.model)
        arguments.out.mkdir(parents=True, exist_ok=True)
        report = measure(arguments)
    except UnderwriterError as error:
        print(f"error: {error}" + (f"\nhint: {error.hint}" if error.hint else ""), file=sys.stderr)
        return error.exit_code
    write_atomically(arguments.out / "report.md", markdown(report))
    print(markdown(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
